package cloudflare

import (
	"slices"
	"strings"
)

const (
	zonesPerPage    = 20
	maxZonesPerPage = 50
	// since is when all of the lab's zones began: it has no meaning beyond being constant.
	since     = "2024-01-01T00:00:00.000000Z"
	accountID = "1ab0000000000000000000000000acc0"
)

type zone struct {
	ID                  string            `json:"id"`
	Name                string            `json:"name"`
	Status              string            `json:"status"`
	Paused              bool              `json:"paused"`
	Type                string            `json:"type"`
	DevelopmentMode     int               `json:"development_mode"`
	NameServers         []string          `json:"name_servers"`
	OriginalNameServers []string          `json:"original_name_servers"`
	CreatedOn           string            `json:"created_on"`
	ModifiedOn          string            `json:"modified_on"`
	ActivatedOn         string            `json:"activated_on"`
	Meta                map[string]any    `json:"meta"`
	Owner               map[string]string `json:"owner"`
	Account             map[string]string `json:"account"`
	Permissions         []string          `json:"permissions"`
	Plan                map[string]any    `json:"plan"`
}

// listZones shows the zones that the token may read; the others do not exist for it.
func (a *API) listZones(c *call) (answer, []*fault) {
	query := c.request.URL.Query()
	visible := []zone{}
	for _, name := range a.zones {
		wrong := (query.Has("name") && lower(query.Get("name")) != name) ||
			(query.Has("status") && query.Get("status") != "active") ||
			(query.Has("account.id") && query.Get("account.id") != accountID)
		if !wrong && allows(c.token, name, "zone:read") {
			visible = append(visible, a.describeZone(name, c.token))
		}
	}
	slices.SortFunc(visible, func(x, y zone) int { return strings.Compare(x.Name, y.Name) })
	if query.Get("direction") == "desc" {
		slices.Reverse(visible)
	}
	page, info := paginate(query, visible, zonesPerPage, maxZonesPerPage)
	return answer{result: page, info: info}, nil
}

func (a *API) getZone(c *call) (answer, []*fault) {
	return answer{result: a.describeZone(c.zone, c.token)}, nil
}

func (a *API) describeZone(name string, token token) zone {
	z := zone{
		ID: zoneID(name), Name: name, Status: "active", Type: "full",
		NameServers: []string{a.nameserver}, OriginalNameServers: []string{},
		CreatedOn: since, ModifiedOn: since, ActivatedOn: since,
		Meta:        map[string]any{"step": 2, "phishing_detected": false},
		Owner:       map[string]string{"id": accountID, "type": "user"},
		Account:     map[string]string{"id": accountID, "name": "Lab"},
		Permissions: []string{},
		Plan:        map[string]any{"id": "0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee", "name": "Free Website", "legacy_id": "free"},
	}
	for _, permission := range []string{"zone:read", "dns:read", "dns:edit"} {
		if allows(token, name, permission) {
			z.Permissions = append(z.Permissions, "#"+strings.Replace(permission, "dns", "dns_records", 1))
		}
	}
	return z
}
