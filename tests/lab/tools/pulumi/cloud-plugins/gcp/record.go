package gcp

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"certfleet/tests/lab/tools/pulumi/cloud-plugins/plugin"
	"certfleet/tests/lab/tools/pulumi/cloud-plugins/rest"
)

func recordSet() plugin.Resource[*api] {
	return plugin.Resource[*api]{
		Fields: plugin.Fields{
			"managedZone": {Use: plugin.Required, Replaces: true, Same: sameName},
			"name":        {Use: plugin.Required, Replaces: true, Check: checkTrailingDot},
			"type":        {Use: plugin.Required},
			"ttl":         {Kind: plugin.Number},
			"rrdatas":     {Kind: plugin.List, Use: plugin.Required, Same: sameData},
			"project":     projectField,
		},
		Create: createRecord,
		Read:   readRecord,
		Import: importRecord,
		Update: updateRecord,
		Delete: deleteRecord,
	}
}

// sameData: the order of a record set's data means nothing, nor do the quotes that the API adds to a text.
func sameData(old, new any) bool {
	of := func(value any) []string {
		texts := plugin.Texts(plugin.Values{"data": value}, "data")
		for i, text := range texts {
			texts[i] = strings.Trim(text, `"`)
		}
		slices.Sort(texts)
		return texts
	}
	return slices.Equal(of(old), of(new))
}

func recordBody(values plugin.Values) plugin.Values {
	body := plugin.Values{"name": values["name"], "type": values["type"], "ttl": 0, "rrdatas": values["rrdatas"]}
	if ttl, given := values["ttl"]; given {
		body["ttl"] = ttl
	}
	return body
}

func (a *api) zoneOf(values plugin.Values) (string, error) {
	project, err := a.projectOf(values)
	return zoneID(project, plugin.Text(values, "managedZone")), err
}

func recordID(zone string, values plugin.Values) string {
	return fmt.Sprintf("%s/rrsets/%s/%s", zone, plugin.Text(values, "name"), plugin.Text(values, "type"))
}

func (a *api) findRecord(ctx context.Context, zone string, values plugin.Values) ([]plugin.Values, error) {
	query := url.Values{"name": {plugin.Text(values, "name")}, "type": {plugin.Text(values, "type")}}
	return a.list(ctx, dnsURL+zone+"/rrsets", "rrsets", query)
}

// change makes one change of a zone, and waits until all its name servers have it.
func (a *api) change(ctx context.Context, zone string, body plugin.Values) error {
	change, err := a.post(ctx, dnsURL+zone+"/changes", body)
	if err != nil {
		return err
	}
	end, pause := time.Now().Add(consistent), a.rest.Retry.First
	for plugin.Text(change, "status") != "done" {
		if time.Now().After(end) {
			return errors.New("Error waiting for Google DNS change: timeout while waiting for state to become 'done'")
		}
		if err := rest.Sleep(ctx, pause); err != nil {
			return err
		}
		if change, err = a.get(ctx, dnsURL+zone+"/changes/"+plugin.Text(change, "id")); err != nil {
			return fmt.Errorf("Error waiting for Google DNS change: %w", err)
		}
	}
	return nil
}

// createRecord takes the place of a record set of the same name and type, as the real plugin does without a word.
func createRecord(ctx context.Context, a *api, inputs plugin.Values) (plugin.Made, error) {
	zone, err := a.zoneOf(inputs)
	if err != nil {
		return plugin.Gone, err
	}
	before, err := a.findRecord(ctx, zone, inputs)
	if err != nil {
		return plugin.Gone, fmt.Errorf("Error retrieving record sets for %q: %w", plugin.Text(inputs, "managedZone"), err)
	}
	body := plugin.Values{"additions": []any{recordBody(inputs)}}
	if len(before) > 0 {
		body["deletions"] = before
	}
	if err := a.change(ctx, zone, body); err != nil {
		return plugin.Gone, fmt.Errorf("Error creating DNS RecordSet: %w", err)
	}
	return readRecord(ctx, a, recordID(zone, inputs), inputs)
}

func readRecord(ctx context.Context, a *api, _ string, state plugin.Values) (plugin.Made, error) {
	zone, err := a.zoneOf(state)
	if err != nil {
		return plugin.Gone, err
	}
	found, err := a.findRecord(ctx, zone, state)
	switch {
	case isGone(err) || (err == nil && len(found) == 0):
		return plugin.Gone, nil
	case err != nil:
		return plugin.Gone, fmt.Errorf("Error when reading or editing DNS Record Set %q: %w", plugin.Text(state, "name"), err)
	}
	fresh := pick(found[0], "type")
	fresh["ttl"] = found[0]["ttl"]
	fresh["rrdatas"] = plugin.ListOf(plugin.Texts(found[0], "rrdatas"))
	fresh["project"], err = a.projectOf(state)
	return plugin.Made{ID: recordID(zone, state), State: fresh}, err
}

// importRecord takes projects/PROJECT/managedZones/ZONE/rrsets/NAME/TYPE, PROJECT/ZONE/NAME/TYPE or ZONE/NAME/TYPE.
func importRecord(a *api, id string) (plugin.Made, error) {
	parts, err := a.parseID(id, "projects/{project}/managedZones/{zone}/rrsets/{name}/{type}",
		"{project}/{zone}/{name}/{type}", "{zone}/{name}/{type}")
	if err != nil {
		return plugin.Gone, err
	}
	return plugin.Made{ID: id, State: plugin.Values{
		"project": parts["project"], "managedZone": parts["zone"], "name": parts["name"], "type": parts["type"],
	}}, nil
}

func updateRecord(ctx context.Context, a *api, _ string, state, inputs plugin.Values) (plugin.Values, error) {
	zone, err := a.zoneOf(state)
	if err != nil {
		return nil, err
	}
	err = a.change(ctx, zone, plugin.Values{
		"deletions": []any{recordBody(state)}, "additions": []any{recordBody(inputs)},
	})
	if err != nil {
		return nil, fmt.Errorf("Error changing DNS RecordSet: %w", err)
	}
	made, err := readRecord(ctx, a, "", plugin.Values{
		"project": state["project"], "managedZone": state["managedZone"], "name": state["name"], "type": inputs["type"],
	})
	return made.State, err
}

// deleteRecord leaves the records that a zone always has.
func deleteRecord(ctx context.Context, a *api, _ string, state plugin.Values) error {
	zone, err := a.zoneOf(state)
	if err != nil {
		return err
	}
	if kind := plugin.Text(state, "type"); kind == "NS" || kind == "SOA" {
		found, err := a.get(ctx, dnsURL+zone)
		if err != nil {
			return fmt.Errorf("Error retrieving managed zone %q: %w", zone, err)
		}
		if plugin.Text(found, "dnsName") == plugin.Text(state, "name") {
			return nil
		}
	}
	err = a.change(ctx, zone, plugin.Values{"deletions": []any{recordBody(state)}})
	if isGone(err) {
		return nil
	}
	return err
}
