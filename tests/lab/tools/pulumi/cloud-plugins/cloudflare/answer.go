package cloudflare

import (
	"encoding/json"
	"slices"
	"strings"

	"certfleet/tests/lab/tools/pulumi/cloud-plugins/plugin"
)

// tokenAnswer is a token as the API tells it.
type tokenAnswer struct {
	ID, Name, Status, Value string
	ExpiresOn               string `json:"expires_on"`
	NotBefore               string `json:"not_before"`
	IssuedOn                string `json:"issued_on"`
	LastUsedOn              string `json:"last_used_on"`
	ModifiedOn              string `json:"modified_on"`
	Policies                []policyAnswer
	Condition               struct {
		RequestIP struct {
			In    []string
			NotIn []string `json:"not_in"`
		} `json:"request_ip"`
	}
}

type policyAnswer struct {
	Effect           string
	PermissionGroups []struct{ ID string } `json:"permission_groups"`
	Resources        json.RawMessage
}

// state keeps the order of the policies that were asked for: the API has one of its own.
func (t tokenAnswer) state(before plugin.Values) plugin.Values {
	asked, _ := before["policies"].([]any)
	state := plugin.Values{
		"name": t.Name, "status": t.Status, "expiresOn": t.ExpiresOn, "notBefore": t.NotBefore,
		"issuedOn": t.IssuedOn, "lastUsedOn": t.LastUsedOn, "modifiedOn": t.ModifiedOn,
		"policies": orderedPolicies(asked, t.Policies),
	}
	if addresses := t.Condition.RequestIP; len(addresses.In)+len(addresses.NotIn) > 0 {
		requestIP := plugin.Values{}
		if len(addresses.In) > 0 {
			requestIP["ins"] = plugin.ListOf(addresses.In)
		}
		if len(addresses.NotIn) > 0 {
			requestIP["notIns"] = plugin.ListOf(addresses.NotIn)
		}
		state["condition"] = plugin.Values{"requestIp": requestIP}
	} else {
		state["condition"] = plugin.Values{}
	}
	return state
}

func orderedPolicies(asked []any, found []policyAnswer) []any {
	rest, ordered := slices.Clone(found), []any{}
	for _, entry := range asked {
		wanted, _ := entry.(plugin.Values)
		i := slices.IndexFunc(rest, func(p policyAnswer) bool { return p.key() == keyOf(wanted) })
		if i < 0 {
			continue
		}
		ordered = append(ordered, plugin.Values{
			"effect": rest[i].Effect, "permissionGroups": wanted["permissionGroups"],
			"resources": compact(rest[i].Resources),
		})
		rest = slices.Delete(rest, i, i+1)
	}
	for _, policy := range rest {
		groups := []any{}
		for _, id := range policy.groups() {
			groups = append(groups, plugin.Values{"id": id})
		}
		ordered = append(ordered, plugin.Values{
			"effect": policy.Effect, "permissionGroups": groups, "resources": compact(policy.Resources),
		})
	}
	return ordered
}

func (p policyAnswer) groups() []string {
	var ids []string
	for _, group := range p.PermissionGroups {
		ids = append(ids, group.ID)
	}
	slices.Sort(ids)
	return ids
}

// key tells policies apart by what they allow, not by what for.
func (p policyAnswer) key() string { return p.Effect + "|" + strings.Join(p.groups(), ",") }

func keyOf(policy plugin.Values) string {
	var ids []string
	groups, _ := policy["permissionGroups"].([]any)
	for _, entry := range groups {
		group, _ := entry.(plugin.Values)
		ids = append(ids, plugin.Text(group, "id"))
	}
	slices.Sort(ids)
	return plugin.Text(policy, "effect") + "|" + strings.Join(ids, ",")
}
