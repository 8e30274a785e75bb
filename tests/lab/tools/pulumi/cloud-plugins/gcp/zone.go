package gcp

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"certfleet/tests/lab/tools/pulumi/cloud-plugins/plugin"
)

func managedZone() plugin.Resource[*api] {
	return plugin.Resource[*api]{
		Fields: plugin.Fields{
			"name":            {Use: plugin.Required, Replaces: true},
			"dnsName":         {Use: plugin.Required, Replaces: true, Check: checkTrailingDot},
			"description":     {Default: "Managed by Pulumi"},
			"visibility":      {Default: "public", Replaces: true},
			"labels":          {Kind: plugin.Map},
			"forceDestroy":    {Kind: plugin.Bool, Default: false},
			"project":         projectField,
			"creationTime":    {Use: plugin.Computed},
			"managedZoneId":   {Use: plugin.Computed},
			"nameServers":     {Kind: plugin.List, Use: plugin.Computed},
			"effectiveLabels": {Kind: plugin.Map, Use: plugin.Computed, Secret: true},
			"pulumiLabels":    {Kind: plugin.Map, Use: plugin.Computed, Secret: true},
		},
		AutoName: "name", AutoNameMax: 255,
		Plan: func(_ *api, state plugin.Values) {
			state["pulumiLabels"], state["effectiveLabels"] = labelsOf(state), labelsOf(state)
		},
		Create: createZone,
		Read:   readZone,
		Import: func(a *api, id string) (plugin.Made, error) {
			parts, err := a.zoneParts(id)
			if err != nil {
				return plugin.Gone, err
			}
			return plugin.Made{ID: zoneID(parts["project"], parts["zone"])}, nil
		},
		Update: updateZone,
		Delete: deleteZone,
	}
}

func checkTrailingDot(value any) string {
	if name := value.(string); name == "" || name[len(name)-1] != '.' {
		return fmt.Sprintf("%q doesn't end with %q, name field must end with trailing dot, for example test.example.com.",
			name, ".")
	}
	return ""
}

func zoneID(project, zone string) string {
	return fmt.Sprintf("projects/%s/managedZones/%s", project, zone)
}

// labelsOf are the program's labels beside the one with which Pulumi marks what it made.
func labelsOf(values plugin.Values) plugin.Values {
	labels := plugin.Values{"goog-pulumi-provisioned": "true"}
	given, _ := values["labels"].(plugin.Values)
	for key, value := range given {
		labels[key] = value
	}
	return labels
}

func zoneBody(inputs plugin.Values) plugin.Values {
	return plugin.Values{
		"name":        inputs["name"],
		"dnsName":     inputs["dnsName"],
		"description": plugin.Text(inputs, "description"),
		"visibility":  inputs["visibility"],
		"labels":      labelsOf(inputs),
	}
}

func createZone(ctx context.Context, a *api, inputs plugin.Values) (plugin.Made, error) {
	project, err := a.projectOf(inputs)
	if err != nil {
		return plugin.Gone, err
	}
	if _, err := a.post(ctx, dnsURL+"projects/"+project+"/managedZones", zoneBody(inputs)); err != nil {
		return plugin.Gone, fmt.Errorf("Error creating ManagedZone: %w", err)
	}
	return readZone(ctx, a, zoneID(project, plugin.Text(inputs, "name")), inputs)
}

// readZone shows the labels that the program manages, as the real plugin does, and all of them apart.
func readZone(ctx context.Context, a *api, id string, before plugin.Values) (plugin.Made, error) {
	found, err := a.get(ctx, dnsURL+id)
	switch {
	case isGone(err):
		return plugin.Gone, nil
	case err != nil:
		return plugin.Gone, fmt.Errorf("Error when reading or editing DNSManagedZone %q: %w", id, err)
	}
	state := pick(found, "name", "dnsName", "description", "visibility", "creationTime")
	state["managedZoneId"] = textOf(found["id"])
	state["nameServers"] = plugin.ListOf(plugin.Texts(found, "nameServers"))
	all, _ := found["labels"].(plugin.Values)
	managed, _ := before["labels"].(plugin.Values)
	labels, marked := plugin.Values{}, plugin.Values{}
	for key, value := range all {
		_, is := managed[key]
		if is {
			labels[key] = value
		}
		if is || key == "goog-pulumi-provisioned" {
			marked[key] = value
		}
	}
	if len(managed) > 0 {
		state["labels"] = labels
	}
	state["effectiveLabels"], state["pulumiLabels"] = all, marked
	parts, err := a.zoneParts(id)
	state["project"] = parts["project"]
	return plugin.Made{ID: id, State: state}, err
}

// textOf is a number of the API, which JSON may hold as a text, as the SDK has it.
func textOf(value any) string {
	if number, is := value.(float64); is {
		return strconv.FormatFloat(number, 'f', -1, 64)
	}
	text, _ := value.(string)
	return text
}

// updateZone sends the whole zone: the API's update replaces it.
func updateZone(ctx context.Context, a *api, id string, state, inputs plugin.Values) (plugin.Values, error) {
	body := zoneBody(inputs)
	body["nameServers"], body["creationTime"], body["id"] = state["nameServers"], state["creationTime"],
		state["managedZoneId"]
	if err := a.do(ctx, http.MethodPut, dnsURL+id, body, nil); err != nil {
		return nil, fmt.Errorf("Error updating ManagedZone %q: %w", id, err)
	}
	made, err := readZone(ctx, a, id, inputs)
	return made.State, err
}

func deleteZone(ctx context.Context, a *api, id string, state plugin.Values) error {
	if state["forceDestroy"] == true {
		if err := a.emptyZone(ctx, id, plugin.Text(state, "dnsName")); err != nil {
			return err
		}
	}
	if err := a.do(ctx, http.MethodDelete, dnsURL+id, nil, nil); err != nil && !isGone(err) {
		return fmt.Errorf("Error when reading or editing ManagedZone: %w", err)
	}
	return nil
}

// emptyZone deletes all records but those that a zone always has.
func (a *api) emptyZone(ctx context.Context, id, dnsName string) error {
	records, err := a.list(ctx, dnsURL+id+"/rrsets", "rrsets", url.Values{})
	if err != nil {
		return fmt.Errorf("Error reading ResourceRecordSets: %w", err)
	}
	for _, record := range records {
		kind := plugin.Text(record, "type")
		if kind == "SOA" || (kind == "NS" && plugin.Text(record, "name") == dnsName) {
			continue
		}
		if err := a.change(ctx, id, plugin.Values{"deletions": []any{record}}); err != nil {
			return fmt.Errorf("Unable to delete ResourceRecordSets: %w", err)
		}
	}
	return nil
}
