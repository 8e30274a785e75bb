package cloudflare

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"certfleet/tests/lab/tools/pulumi/cloud-plugins/plugin"
)

func dnsRecord() plugin.Resource[*api] {
	flag := plugin.Field{Kind: plugin.Bool, Use: plugin.OptionalComputed}
	return plugin.Resource[*api]{
		Fields: plugin.Fields{
			"zoneId": {Use: plugin.Required, Replaces: true},
			"name":   {Use: plugin.Required, Same: sameRecordName},
			"type": {Use: plugin.Required, Replaces: true, Check: oneOf("a", "aaaa", "cname", "mx", "ns", "openpgpkey",
				"ptr", "txt", "caa", "cert", "dnskey", "ds", "https", "loc", "naptr", "smimea", "srv", "sshfp", "svcb",
				"tlsa", "uri")},
			"ttl":      {Kind: plugin.Number, Use: plugin.Required},
			"content":  {Use: plugin.OptionalComputed},
			"comment":  {},
			"priority": {Kind: plugin.Number},
			"proxied":  {Kind: plugin.Bool, Default: false},
			"tags":     {Kind: plugin.Set, Use: plugin.OptionalComputed},
			"settings": {Kind: plugin.Object, Use: plugin.OptionalComputed, Fields: plugin.Fields{
				"ipv4Only": flag, "ipv6Only": flag, "flattenCname": flag,
			}},
			"commentModifiedOn": {Use: plugin.Computed},
			"createdOn":         {Use: plugin.Computed},
			"meta":              {Use: plugin.Computed},
			"modifiedOn":        {Use: plugin.Computed},
			"proxiable":         {Kind: plugin.Bool, Use: plugin.Computed},
			"tagsModifiedOn":    {Use: plugin.Computed},
		},
		UnknownOnUpdate: true,
		Create:          createRecord,
		Read:            readRecord,
		Import: func(_ *api, id string) (plugin.Made, error) {
			found, err := parts(id, "<zone_id>/<dns_record_id>")
			if err != nil {
				return plugin.Gone, err
			}
			return plugin.Made{ID: found[1], State: plugin.Values{"zoneId": found[0]}}, nil
		},
		Update: func(ctx context.Context, a *api, id string, _, inputs plugin.Values) (plugin.Values, error) {
			found := plugin.Values{}
			err := a.do(ctx, http.MethodPut, recordPath(inputs)+"/"+id, recordBody(inputs), &found)
			return recordState(found, inputs), err
		},
		Delete: func(ctx context.Context, a *api, id string, state plugin.Values) error {
			return a.do(ctx, http.MethodDelete, recordPath(state)+"/"+id, nil, nil)
		},
	}
}

// sameRecordName: a program may give the name without the zone's, or "@"; the API tells the full one.
func sameRecordName(old, new any) bool {
	before, _ := old.(string)
	after, _ := new.(string)
	before, after = strings.TrimSuffix(before, "."), strings.TrimSuffix(after, ".")
	return before == after || strings.HasPrefix(before, after+".") || (after == "@" && strings.Contains(before, "."))
}

func recordPath(values plugin.Values) string {
	return "/zones/" + plugin.Text(values, "zoneId") + "/dns_records"
}

func recordBody(inputs plugin.Values) plugin.Values {
	body := plugin.Values{}
	put(body, inputs, map[string]string{
		"name": "name", "type": "type", "ttl": "ttl", "content": "content", "comment": "comment",
		"priority": "priority", "proxied": "proxied", "tags": "tags",
	})
	if settings, given := inputs["settings"].(plugin.Values); given {
		sent := plugin.Values{}
		put(sent, settings, map[string]string{
			"ipv4Only": "ipv4_only", "ipv6Only": "ipv6_only", "flattenCname": "flatten_cname",
		})
		body["settings"] = sent
	}
	return body
}

func createRecord(ctx context.Context, a *api, inputs plugin.Values) (plugin.Made, error) {
	if inputs["proxied"] == true && inputs["ttl"] != 1.0 {
		return plugin.Gone, errors.New("ttl must be set to 1 when `proxied` is true: When a DNS record is marked as " +
			"`proxied` the TTL must be 1 as Cloudflare will control the TTL internally.")
	}
	found := plugin.Values{}
	if err := a.do(ctx, http.MethodPost, recordPath(inputs), recordBody(inputs), &found); err != nil {
		return plugin.Gone, err
	}
	return plugin.Made{ID: plugin.Text(found, "id"), State: recordState(found, inputs)}, nil
}

func readRecord(ctx context.Context, a *api, id string, state plugin.Values) (plugin.Made, error) {
	found := plugin.Values{}
	err := a.do(ctx, http.MethodGet, recordPath(state)+"/"+id, nil, &found)
	switch {
	case isGone(err):
		return plugin.Gone, nil
	case err != nil:
		return plugin.Gone, err
	}
	fresh := recordState(found, state)
	fresh["name"] = plugin.Text(found, "name")
	return plugin.Made{ID: id, State: fresh}, nil
}

// recordState keeps the name as the program wrote it, as the real plugin does until it reads the record.
func recordState(found, before plugin.Values) plugin.Values {
	answer, _ := camel(found).(plugin.Values)
	state := plugin.Values{"name": before["name"]}
	for _, name := range []string{"content", "comment", "type", "createdOn", "modifiedOn", "commentModifiedOn",
		"tagsModifiedOn"} {
		state[name] = plugin.Text(answer, name)
	}
	for _, name := range []string{"ttl", "priority", "proxied", "proxiable"} {
		if value, given := answer[name]; given {
			state[name] = value
		}
	}
	state["tags"] = plugin.ListOf(plugin.Texts(answer, "tags"))
	if meta, err := json.Marshal(found["meta"]); err == nil && found["meta"] != nil {
		state["meta"] = string(meta)
	}
	if state["type"] == "CNAME" {
		settings := plugin.Values{"ipv4Only": false, "ipv6Only": false, "flattenCname": false}
		told, _ := answer["settings"].(plugin.Values)
		for name, value := range told {
			settings[name] = value
		}
		state["settings"] = settings
	}
	return state
}
