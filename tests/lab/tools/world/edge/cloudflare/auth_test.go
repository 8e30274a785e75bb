package cloudflare

import (
	"net/http"
	"testing"
)

func TestTokensAndScopes(t *testing.T) {
	api := newAPI()
	const body = `{"type":"TXT","name":"_acme-challenge","content":"x","ttl":60}`
	own, foreign := recordsOf("example.com"), recordsOf("example.org")
	cases := []struct {
		name, token, method, path, body string
		status, code                    int
	}{
		{"verify", full, "GET", "/user/tokens/verify", "", 200, 0},
		{"verify unknown", unknown, "GET", "/user/tokens/verify", "", 401, 1000},
		{"malformed", "short", "GET", "/zones", "", 400, 6003},
		{"malformed at verify", "short", "GET", "/user/tokens/verify", "", 400, 6003},
		{"unknown lists zones", unknown, "GET", "/zones", "", 403, 9109},
		{"unknown writes", unknown, "POST", own, body, 403, 10000},
		{"zone", full, "GET", "/zones/" + zoneID("example.com"), "", 200, 0},
		{"zone out of scope", full, "GET", "/zones/" + zoneID("example.org"), "", 403, 9109},
		{"zone without zone:read", noZone, "GET", "/zones/" + zoneID("example.com"), "", 403, 9109},
		{"zone that does not exist", full, "GET", "/zones/" + zoneID("example.de"), "", 403, 9109},
		{"zone by name", full, "GET", "/zones/example.com", "", 404, 7003},
		{"records by zone name", full, "GET", "/zones/example.com/dns_records", "", 404, 7003},
		{"record by name", full, "GET", own + "/tea", "", 404, 7003},
		{"read with dns:edit", full, "GET", own, "", 200, 0},
		{"read with dns:read", readOnly, "GET", own, "", 200, 0},
		{"read without dns", noDNS, "GET", own, "", 403, 10000},
		{"write without dns", noDNS, "POST", own, body, 403, 10000},
		{"write with dns:read", readOnly, "POST", own, body, 403, 10000},
		{"batch with dns:read", readOnly, "POST", own + "/batch", "{}", 403, 10000},
		{"delete with dns:read", readOnly, "DELETE", own + "/" + zoneID("any"), "", 403, 10000},
		{"write out of scope", full, "POST", foreign, body, 403, 10000},
		{"write with dns:edit alone", noZone, "POST", own, body, 200, 0},
		{"unknown path", full, "GET", "/accounts/1/nothing", "", 404, 7003},
		{"unknown method", full, "PUT", own, body, 405, 7001},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := do(t, api, c.token, c.method, c.path, c.body); got.status != c.status || got.code() != c.code {
				t.Errorf("status %d, code %d; want %d, %d", got.status, got.code(), c.status, c.code)
			}
		})
	}
}

func TestHeadersOtherThanAToken(t *testing.T) {
	api := newAPI()
	cases := map[string]struct {
		header       http.Header
		path         string
		status, code int
	}{
		"none":           {http.Header{}, "/zones", 400, 9106},
		"none at verify": {http.Header{}, "/user/tokens/verify", 400, 1001},
		"basic":          {http.Header{"Authorization": {"Basic " + full}}, "/zones", 400, 6003},
		"token as key":   {http.Header{"X-Auth-Key": {full}, "X-Auth-Email": {"a@b.c"}}, "/zones", 400, 6003},
		"unknown key":    {http.Header{"X-Auth-Key": {"0123456789012345678901234567890123456"}, "X-Auth-Email": {"a@b.c"}}, "/zones", 403, 9103},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := doWith(t, api, c.header, "GET", c.path, ""); got.status != c.status || got.code() != c.code {
				t.Errorf("status %d, code %d; want %d, %d", got.status, got.code(), c.status, c.code)
			}
		})
	}
}

func TestVerifySaysTheTokenIsActive(t *testing.T) {
	got := do(t, newAPI(), full, "GET", "/user/tokens/verify", "")
	if got.Raw["status"] != "active" || len(got.id()) != 32 || len(got.Messages) != 1 || got.Messages[0].Code != 10000 {
		t.Errorf("got %+v", got)
	}
}

func TestTokensSeeOnlyTheirZones(t *testing.T) {
	api := newAPI()
	cases := []struct {
		token, query string
		names        []string
		info         resultInfo
	}{
		{full, "", []string{"example.com", "example.net"}, resultInfo{1, 20, 2, 2, 1}},
		{full, "?name=example.net", []string{"example.net"}, resultInfo{1, 20, 1, 1, 1}},
		{full, "?name=example.org", nil, resultInfo{1, 20, 0, 0, 0}},
		{full, "?per_page=1&page=2", []string{"example.net"}, resultInfo{2, 1, 1, 2, 2}},
		{full, "?per_page=1&page=3", nil, resultInfo{3, 1, 0, 2, 2}},
		{full, "?direction=desc&per_page=1000", []string{"example.net", "example.com"}, resultInfo{1, 50, 2, 2, 1}},
		{full, "?status=pending", nil, resultInfo{1, 20, 0, 0, 0}},
		{readOnly, "", []string{"example.com"}, resultInfo{1, 20, 1, 1, 1}},
		{noZone, "", nil, resultInfo{1, 20, 0, 0, 0}},
	}
	for _, c := range cases {
		t.Run(c.token[:4]+c.query, func(t *testing.T) {
			got := do(t, api, c.token, "GET", "/zones"+c.query, "")
			if len(got.List) != len(c.names) || got.ResultInfo == nil || *got.ResultInfo != c.info {
				t.Fatalf("zones %v, info %+v", got.List, got.ResultInfo)
			}
			for i, name := range c.names {
				if z := got.List[i]; z["name"] != name || z["id"] != zoneID(name) || z["status"] != "active" {
					t.Errorf("zone %d: %v", i, z)
				}
			}
		})
	}
}
