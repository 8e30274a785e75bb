package cloudflare

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// What permissions are for, and what the resources of a policy may be.
const (
	zoneScope    = "com.cloudflare.api.account.zone"
	accountScope = "com.cloudflare.api.account"
	userScope    = "com.cloudflare.api.user"
)

// group is one permission group, as token policies name it.
type group struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Scopes []string `json:"scopes"`
	grants []string
}

// groups are those that matter to DNS records and to tokens, under the ids that Cloudflare gives them.
var groups = []group{
	{"c8fed203ed3043cba015a93ad1616f1f", "Zone Read", []string{zoneScope}, []string{"zone:read"}},
	{"e6d2666161e84845a636613608cee8d5", "Zone Write", []string{zoneScope}, []string{"zone:read"}},
	{"82e64a83756745bbbb1c9c2701bf816b", "DNS Read", []string{zoneScope}, []string{"dns:read"}},
	{"4755a26eedb94da69e1066d98aa820be", "DNS Write", []string{zoneScope}, []string{"dns:read", "dns:edit"}},
	{"0cc3a61731504c89b99ec1be78b77aa0", "API Tokens Read", []string{userScope}, []string{"tokens:read"}},
	{"686d18d5ac6c441c867cbf6771e58a0a", "API Tokens Write", []string{userScope}, []string{"tokens:read", "tokens:edit"}},
	{"eb56a6953c034b9d97dd838155666f06", "Account API Tokens Read", []string{accountScope}, []string{"tokens:read"}},
	{"5bc3f8b21c554832afc660159ab75fa4", "Account API Tokens Write", []string{accountScope}, []string{"tokens:read", "tokens:edit"}},
}

func groupOf(id string) (group, bool) {
	i := slices.IndexFunc(groups, func(g group) bool { return g.ID == id })
	if i < 0 {
		return group{}, false
	}
	return groups[i], true
}

// policy gives or denies permission groups on resources.
type policy struct {
	ID               string                     `json:"id"`
	Effect           string                     `json:"effect"`
	Resources        map[string]json.RawMessage `json:"resources"`
	PermissionGroups []groupRef                 `json:"permission_groups"`
}

type groupRef struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

// check reports what Cloudflare would not accept, and completes the rest.
func (p *policy) check(zones []string) *fault {
	if p.Effect != "allow" && p.Effect != "deny" {
		return policyFault("effect must be allow or deny")
	}
	if len(p.Resources) == 0 || len(p.PermissionGroups) == 0 {
		return policyFault("a policy needs resources and permission_groups")
	}
	for i, ref := range p.PermissionGroups {
		g, known := groupOf(ref.ID)
		if !known {
			return policyFault(fmt.Sprintf("permission group %q does not exist", ref.ID))
		}
		p.PermissionGroups[i].Name = g.Name
	}
	for name, value := range p.Resources {
		if !validResource(name, value, zones) {
			return policyFault(fmt.Sprintf("resource %q is not valid", name))
		}
	}
	if p.ID == "" {
		p.ID = newTokenID()
	}
	return nil
}

func policyFault(why string) *fault {
	return &fault{status: http.StatusBadRequest, Code: 1001, Message: "Invalid token policy: " + why}
}

// validResource knows zones by id or all of them, the account with or without its zones, and users.
func validResource(name string, value json.RawMessage, zones []string) bool {
	if id, ok := strings.CutPrefix(name, zoneScope+"."); ok {
		exists := slices.ContainsFunc(zones, func(zone string) bool { return zoneID(zone) == id })
		return isStar(value) && (id == "*" || exists)
	}
	if name == accountScope+"."+accountID || name == accountScope+".*" {
		return isStar(value) || allZones(value)
	}
	return strings.HasPrefix(name, userScope+".") && isStar(value)
}

func isStar(value json.RawMessage) bool { return string(value) == `"*"` }

// allZones is the nested form, all zones of one account.
func allZones(value json.RawMessage) bool {
	var nested map[string]string
	return json.Unmarshal(value, &nested) == nil && len(nested) == 1 && nested[zoneScope+".*"] == "*"
}

// covers says whether the policy is about a permission, in a zone or, without one, on the user or account.
func (p *policy) covers(permission, zone string) bool {
	scopes := []string{zoneScope}
	if zone == "" {
		scopes = []string{userScope, accountScope}
	}
	held := slices.ContainsFunc(p.PermissionGroups, func(ref groupRef) bool {
		g, _ := groupOf(ref.ID)
		return slices.Contains(scopes, strings.Join(g.Scopes, "")) && slices.Contains(g.grants, permission)
	})
	if !held {
		return false
	}
	for name, value := range p.Resources {
		if zone == "" && !strings.HasPrefix(name, zoneScope) && isStar(value) {
			return true
		}
		if zone != "" && (name == zoneScope+"."+zoneID(zone) || name == zoneScope+".*" || allZones(value)) {
			return true
		}
	}
	return false
}
