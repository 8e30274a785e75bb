package cloudflare

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const (
	zoneRead = "c8fed203ed3043cba015a93ad1616f1f"
	dnsWrite = "4755a26eedb94da69e1066d98aa820be"
)

// policyOn is an allow policy on one resource.
func policyOn(resource string, groups ...string) string {
	return policyWith("allow", fmt.Sprintf(`{%q:"*"}`, resource), groups...)
}

func policyWith(effect, resources string, groups ...string) string {
	return fmt.Sprintf(`{"effect":%q,"resources":%s,"permission_groups":[{"id":"%s"}]}`, effect, resources, strings.Join(groups, `"},{"id":"`))
}

func tokenBody(more string, policies ...string) string {
	return fmt.Sprintf(`{"name":"made",%s"policies":[%s]}`, more, strings.Join(policies, ","))
}

func zoneResource(zone string) string { return zoneScope + "." + zoneID(zone) }

// opens says what a token may do in two zones: list, read records, write records.
func opens(t *testing.T, api *API, value string) string {
	t.Helper()
	got := fmt.Sprint(len(do(t, api, value, "GET", "/zones", "").List))
	for _, zone := range []string{"example.com", "example.net"} {
		for _, method := range []string{"GET", "POST"} {
			name := fmt.Sprintf("t%d", time.Now().UnixNano())
			got += fmt.Sprint(" ", do(t, api, value, method, recordsOf(zone), `{"type":"TXT","name":"`+name+`","content":"x"}`).status)
		}
	}
	return got
}

func TestMadeTokensOpenWhatTheirPoliciesSay(t *testing.T) {
	api := newAPI()
	com, net := zoneResource("example.com"), zoneResource("example.net")
	account := fmt.Sprintf(`{"com.cloudflare.api.account.%s":{"com.cloudflare.api.account.zone.*":"*"}}`, accountID)
	for name, c := range map[string]struct {
		policies []string
		want     string
	}{
		"one zone":          {[]string{policyOn(com, zoneRead, dnsWrite)}, "1 200 200 403 403"},
		"records alone":     {[]string{policyOn(com, dnsWrite)}, "0 200 200 403 403"},
		"zone alone":        {[]string{policyOn(com, zoneRead)}, "1 403 403 403 403"},
		"two policies":      {[]string{policyOn(com, zoneRead), policyOn(net, dnsWrite)}, "1 403 403 200 200"},
		"all zones":         {[]string{policyOn(zoneScope+".*", zoneRead, dnsWrite)}, "3 200 200 200 200"},
		"an account's":      {[]string{policyWith("allow", account, zoneRead, dnsWrite)}, "3 200 200 200 200"},
		"all but one":       {[]string{policyOn(zoneScope+".*", dnsWrite), policyWith("deny", `{"`+net+`":"*"}`, dnsWrite)}, "0 200 200 403 403"},
		"the account alone": {[]string{policyOn(accountScope+"."+accountID, zoneRead, dnsWrite)}, "0 403 403 403 403"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, at := range []string{"/user/tokens", "/accounts/" + accountID + "/tokens"} {
				made := do(t, api, maker, "POST", at, tokenBody("", c.policies...))
				value, _ := made.Raw["value"].(string)
				if made.status != 200 || len(value) != 40 || made.Raw["status"] != "active" {
					t.Fatalf("%s: %+v", at, made)
				}
				if got := opens(t, api, value); got != c.want {
					t.Errorf("%s: opens %s, want %s", at, got, c.want)
				}
			}
		})
	}
}

func TestLifeOfAToken(t *testing.T) {
	api := newAPI()
	const at = "/user/tokens"
	read := policyOn(zoneResource("example.com"), zoneRead)
	made := do(t, api, maker, "POST", at, tokenBody("", read))
	value, one := made.Raw["value"].(string), at+"/"+made.id()
	shown := do(t, api, maker, "GET", one, "")
	policies := fmt.Sprint(shown.Raw["policies"])
	if shown.Raw["value"] != nil || !strings.Contains(policies, "Zone Read") || shown.Raw["name"] != "made" {
		t.Errorf("shown %+v", shown.Raw)
	}
	if got := do(t, api, maker, "GET", at+"?per_page=50", ""); len(got.List) != 6 {
		t.Errorf("listed %d", len(got.List))
	}
	rolled := ""
	if got := do(t, api, maker, "PUT", one+"/value", "{}"); got.status != 200 {
		t.Fatalf("rolled %+v", got)
	} else {
		rolled = strings.Trim(string(got.Result), `"`)
	}
	if got := do(t, api, value, "GET", "/zones", ""); got.code() != 9109 || len(do(t, api, rolled, "GET", "/zones", "").List) != 1 {
		t.Errorf("the old value after rolling: %d", got.code())
	}
	changed := do(t, api, maker, "PUT", one, tokenBody(`"status":"disabled",`, read))
	if changed.Raw["status"] != "disabled" || do(t, api, rolled, "GET", "/zones", "").code() != 9109 {
		t.Errorf("disabled: %+v", changed.Raw)
	}
	if got := do(t, api, rolled, "GET", at+"/verify", ""); got.Raw["status"] != "disabled" {
		t.Errorf("verified: %+v", got.Raw)
	}
	if got := do(t, api, maker, "DELETE", one, ""); got.id() != made.id() {
		t.Errorf("deleted: %+v", got)
	}
	if got := do(t, api, rolled, "GET", at+"/verify", ""); got.code() != 1000 {
		t.Errorf("verified when deleted: %d", got.code())
	}
	for _, method := range []string{"GET", "DELETE"} {
		if got := do(t, api, maker, method, one, ""); got.status != 404 {
			t.Errorf("%s of what is gone: %d", method, got.status)
		}
	}
}

func TestTokensAreValidInTheirTimeAlone(t *testing.T) {
	api := newAPI()
	now := time.Now()
	api.tokens.now = func() time.Time { return now }
	stamp := func(d time.Duration) string { return now.Add(d).UTC().Format(time.RFC3339) }
	term := fmt.Sprintf(`"not_before":%q,"expires_on":%q,`, stamp(time.Hour), stamp(2*time.Hour))
	made := do(t, api, maker, "POST", "/user/tokens", tokenBody(term, policyOn(zoneResource("example.com"), zoneRead)))
	value := made.Raw["value"].(string)
	for _, c := range []struct {
		after  time.Duration
		code   int
		status string
	}{{0, 9109, "active"}, {90 * time.Minute, 0, "active"}, {3 * time.Hour, 9109, "expired"}} {
		now = now.Add(c.after)
		if got := do(t, api, value, "GET", "/zones", ""); got.code() != c.code {
			t.Errorf("after %s: %d, want %d", c.after, got.code(), c.code)
		}
		if got := do(t, api, maker, "GET", "/user/tokens/"+made.id(), ""); got.Raw["status"] != c.status {
			t.Errorf("after %s: %v, want %s", c.after, got.Raw["status"], c.status)
		}
	}
}

func TestRefusedTokens(t *testing.T) {
	api := newAPI()
	good := policyOn(zoneResource("example.com"), zoneRead)
	for name, c := range map[string]struct {
		token, body string
		status      int
	}{
		"without the permission": {full, tokenBody("", good), 403},
		"of nobody":              {unknown, tokenBody("", good), 403},
		"without policies":       {maker, tokenBody(""), 400},
		"unknown group":          {maker, tokenBody("", policyOn(zoneResource("example.com"), "0123")), 400},
		"unknown zone":           {maker, tokenBody("", policyOn(zoneResource("example.de"), zoneRead)), 400},
		"unknown effect":         {maker, tokenBody("", policyWith("maybe", `{"com.cloudflare.api.account.zone.*":"*"}`, zoneRead)), 400},
		"resources as a string":  {maker, tokenBody("", policyWith("allow", `"{}"`, zoneRead)), 400},
		"expired":                {maker, tokenBody(`"expires_on":"2020-01-01T00:00:00Z",`, good), 400},
	} {
		if got := do(t, api, c.token, "POST", "/user/tokens", c.body); got.status != c.status {
			t.Errorf("%s: %d %+v", name, got.status, got.Errors)
		}
	}
	if got := do(t, api, maker, "GET", "/accounts/"+zoneID("other")+"/tokens", ""); got.status != 404 {
		t.Errorf("another account: %d", got.status)
	}
}

func TestPermissionGroupsAreFound(t *testing.T) {
	got := do(t, newAPI(), maker, "GET", "/user/tokens/permission_groups?name=dns%20write", "")
	if len(got.List) != 1 || got.List[0]["id"] != dnsWrite || fmt.Sprint(got.List[0]["scopes"]) != "["+zoneScope+"]" {
		t.Errorf("got %v", got.List)
	}
}
