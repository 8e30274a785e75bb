package cloudflare

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"certfleet/tests/lab/tools/pulumi/cloud-plugins/plugin"
)

// tokens says where one kind of token lives.
type tokens struct {
	fields plugin.Fields
	path   func(values plugin.Values) string
	form   string
	seed   func(parts []string) plugin.Values
}

func apiToken() plugin.Resource[*api] {
	return token(tokens{
		path: func(plugin.Values) string { return "/user/tokens" },
		form: "<token_id>",
		seed: func([]string) plugin.Values { return plugin.Values{} },
	})
}

func accountToken() plugin.Resource[*api] {
	return token(tokens{
		fields: plugin.Fields{"accountId": {Use: plugin.Required, Replaces: true}},
		path: func(values plugin.Values) string {
			return "/accounts/" + plugin.Text(values, "accountId") + "/tokens"
		},
		form: "<account_id>/<token_id>",
		seed: func(parts []string) plugin.Values { return plugin.Values{"accountId": parts[0]} },
	})
}

func oneOf(choices ...string) func(any) string {
	return func(value any) string {
		if text := value.(string); !slices.Contains(choices, strings.ToLower(text)) {
			return fmt.Sprintf("value must be one of: %q, got: %q", choices, text)
		}
		return ""
	}
}

func checkJSON(value any) string {
	if text := value.(string); !json.Valid([]byte(text)) {
		return "String must be a valid JSON: " + text
	}
	return ""
}

func checkTime(value any) string {
	if text := value.(string); !isTime(text) {
		return fmt.Sprintf("A string value was provided that is not valid RFC3339 string format: %q", text)
	}
	return ""
}

func isTime(text string) bool {
	_, err := time.Parse(time.RFC3339, text)
	return err == nil
}

func sameTime(old, new any) bool {
	before, _ := old.(string)
	after, _ := new.(string)
	a, errA := time.Parse(time.RFC3339, before)
	b, errB := time.Parse(time.RFC3339, after)
	return errA == nil && errB == nil && a.Equal(b)
}

func tokenFields() plugin.Fields {
	group := plugin.Field{Kind: plugin.Object, Fields: plugin.Fields{"id": {Use: plugin.Required}}}
	policy := plugin.Field{Kind: plugin.Object, Fields: plugin.Fields{
		"effect":           {Use: plugin.Required, Check: oneOf("allow", "deny")},
		"permissionGroups": {Kind: plugin.List, Use: plugin.Required, Element: &group},
		"resources":        {Use: plugin.Required, Check: checkJSON},
	}}
	moment := plugin.Field{Check: checkTime, Same: sameTime}
	return plugin.Fields{
		"name":     {Use: plugin.Required},
		"policies": {Kind: plugin.List, Use: plugin.Required, Element: &policy},
		"condition": {Kind: plugin.Object, Fields: plugin.Fields{
			"requestIp": {Kind: plugin.Object, Fields: plugin.Fields{
				"ins": {Kind: plugin.List}, "notIns": {Kind: plugin.List},
			}},
		}},
		"expiresOn":  moment,
		"notBefore":  moment,
		"status":     {Use: plugin.OptionalComputed, Check: oneOf("active", "disabled", "expired")},
		"issuedOn":   {Use: plugin.Computed},
		"lastUsedOn": {Use: plugin.Computed},
		"modifiedOn": {Use: plugin.Computed},
		"value":      {Use: plugin.Computed, Secret: true},
	}
}

func token(t tokens) plugin.Resource[*api] {
	fields := tokenFields()
	for name, field := range t.fields {
		fields[name] = field
	}
	return plugin.Resource[*api]{
		Fields:          fields,
		UnknownOnUpdate: true,
		Create: func(ctx context.Context, a *api, inputs plugin.Values) (plugin.Made, error) {
			var made tokenAnswer
			if err := a.do(ctx, http.MethodPost, t.path(inputs), tokenBody(inputs), &made); err != nil {
				return plugin.Gone, err
			}
			state := made.state(inputs)
			state["value"] = made.Value
			return plugin.Made{ID: made.ID, State: state}, nil
		},
		Read: t.read,
		Import: func(_ *api, id string) (plugin.Made, error) {
			found, err := parts(id, t.form)
			if err != nil {
				return plugin.Gone, err
			}
			return plugin.Made{ID: found[len(found)-1], State: t.seed(found)}, nil
		},
		// The value is told once, and stays.
		Update: func(ctx context.Context, a *api, id string, state, inputs plugin.Values) (plugin.Values, error) {
			var made tokenAnswer
			err := a.do(ctx, http.MethodPut, t.path(inputs)+"/"+id, tokenBody(inputs), &made)
			return made.state(inputs), err
		},
		Delete: func(ctx context.Context, a *api, id string, state plugin.Values) error {
			return a.do(ctx, http.MethodDelete, t.path(state)+"/"+id, nil, nil)
		},
	}
}

// read takes a token that is of no use any more for one that is gone, so that the next update makes another.
func (t tokens) read(ctx context.Context, a *api, id string, state plugin.Values) (plugin.Made, error) {
	var found tokenAnswer
	err := a.do(ctx, http.MethodGet, t.path(state)+"/"+id, nil, &found)
	switch {
	case isGone(err):
		return plugin.Gone, nil
	case err != nil:
		return plugin.Gone, err
	case found.Status == "expired" || found.Status == "revoked (exposed)":
		return plugin.Gone, nil
	}
	return plugin.Made{ID: id, State: found.state(state)}, nil
}

func tokenBody(inputs plugin.Values) plugin.Values {
	body := plugin.Values{"name": inputs["name"]}
	put(body, inputs, map[string]string{"expiresOn": "expires_on", "notBefore": "not_before", "status": "status"})
	policies := []any{}
	given, _ := inputs["policies"].([]any)
	for _, entry := range given {
		policy := entry.(plugin.Values)
		policies = append(policies, plugin.Values{
			"effect": policy["effect"], "permission_groups": policy["permissionGroups"],
			"resources": json.RawMessage(plugin.Text(policy, "resources")),
		})
	}
	body["policies"] = policies
	if condition, given := inputs["condition"].(plugin.Values); given {
		addresses := plugin.Values{}
		from, _ := condition["requestIp"].(plugin.Values)
		put(addresses, from, map[string]string{"ins": "in", "notIns": "not_in"})
		body["condition"] = plugin.Values{"request_ip": addresses}
	}
	return body
}
