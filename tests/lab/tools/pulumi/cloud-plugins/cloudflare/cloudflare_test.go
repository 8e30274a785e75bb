package cloudflare

import (
	"slices"
	"strings"
	"testing"

	"certfleet/tests/lab/tools/pulumi/cloud-plugins/enginetest"
)

const (
	tokenType        = "cloudflare:index/apiToken:ApiToken"
	accountTokenType = "cloudflare:index/accountToken:AccountToken"
	recordType       = "cloudflare:index/dnsRecord:DnsRecord"
)

func policies(groups ...string) []any {
	var ids []any
	for _, group := range groups {
		ids = append(ids, values{"id": group})
	}
	resources := `{"com.cloudflare.api.account.zone.z1":"*"}`
	return []any{values{"effect": "allow", "permissionGroups": ids, "resources": resources}}
}

func TestTokenIsMadeChangedReadAndDeleted(t *testing.T) {
	e, a := newEngine(t)
	inputs := values{"name": "solver", "policies": policies("g2", "g1"), "expiresOn": "2027-01-01T00:00:00Z"}
	made := e.Create(tokenType, inputs)
	if value := made.State["value"]; !value.IsSecret() || value.SecretValue().Element.StringValue() != "the value" {
		t.Errorf("the value: %v", value)
	}
	sent := a.things["/user/tokens/"+made.ID]["policies"].([]any)[0].(values)["resources"]
	if _, isObject := sent.(values); !isObject {
		t.Errorf("the resources were sent as %T", sent)
	}
	e.MustBeSame(made, values{"name": "solver", "policies": policies("g2", "g1"), "expiresOn": "2027-01-01T01:00:00+01:00"})
	changed, preview := e.Update(made, values{"name": "solver", "policies": policies("g1")})
	if !preview["value"].SecretValue().Element.IsComputed() {
		t.Errorf("the preview of an update knows the value: %v", preview["value"])
	}
	if !changed.State["value"].DeepEquals(made.State["value"]) {
		t.Error("an update loses the value")
	}
	if after := e.Refresh(changed); !after.State["value"].DeepEquals(made.State["value"]) {
		t.Error("a refresh loses the value")
	}
	imported := e.Import(tokenType, made.ID)
	e.MustBeSame(imported, values{"name": "solver", "policies": policies("g1")})
	if err := e.Delete(changed); err != nil {
		t.Error(err)
	}
	if gone := e.Refresh(changed); gone.ID != "" {
		t.Errorf("is still there after its deletion: %v", gone)
	}
	// The real plugin does not take it for done either.
	if err := e.Delete(changed); err == nil || !strings.Contains(err.Error(), "404 Not Found") {
		t.Errorf("a second deletion: %v", err)
	}
}

func TestTokenThatExpiredIsGone(t *testing.T) {
	e, a := newEngine(t)
	made := e.Create(accountTokenType, values{"accountId": "a1", "name": "solver", "policies": policies("g1")})
	a.things["/accounts/a1/tokens/"+made.ID]["status"] = "expired"
	if gone := e.Refresh(made); gone.ID != "" {
		t.Errorf("is still there: %v", gone)
	}
}

func TestRecordIsMadeChangedAndImported(t *testing.T) {
	e, a := newEngine(t)
	inputs := func(name, content string) values {
		return values{"zoneId": "z1", "name": name, "type": "A", "ttl": 60.0, "content": content}
	}
	made := e.Create(recordType, inputs("www.example.com", "10.0.0.1"))
	changed, _ := e.Update(made, inputs("www.example.com", "10.0.0.2"))
	e.MustBeSame(changed, inputs("www", "10.0.0.2"))
	imported := e.Import(recordType, "z1/"+made.ID)
	e.MustBeSame(imported, inputs("www.example.com", "10.0.0.2"))
	for _, diff := range []values{
		{"zoneId": "z2", "name": "www.example.com", "type": "A", "ttl": 60.0, "content": "10.0.0.2"},
		{"zoneId": "z1", "name": "www.example.com", "type": "AAAA", "ttl": 60.0, "content": "::1"},
	} {
		if answer := e.Diff(changed, diff); len(answer.GetReplaces()) != 1 || answer.GetDeleteBeforeReplace() {
			t.Errorf("%v: %v", diff, answer)
		}
	}
	if err := e.Delete(changed); err != nil || a.things["/zones/z1/dns_records/"+made.ID] != nil {
		t.Errorf("after the deletion: %v", err)
	}
}

func TestBusyAPIIsAskedAgain(t *testing.T) {
	e, a := newEngine(t)
	a.busy = 1
	if _, err := e.Invoke("cloudflare:index/getZone:getZone", values{"zoneId": "z1"}); err != nil {
		t.Error(err)
	}
}

func TestFunctions(t *testing.T) {
	e, _ := newEngine(t)
	zone, err := e.Invoke("cloudflare:index/getZone:getZone", values{"filter": values{"name": "example.com"}})
	if err != nil || zone["zoneId"].StringValue() != "z1" || !zone["nameServers"].IsArray() {
		t.Errorf("getZone: %v, %v", zone, err)
	}
	_, err = e.Invoke("cloudflare:index/getZone:getZone", values{"filter": values{"name": "nowhere.test"}})
	if err == nil || !strings.Contains(err.Error(), "failed to find exactly one result: 0 found") {
		t.Errorf("a zone that is not there: %v", err)
	}
	groups, err := e.Invoke("cloudflare:index/getApiTokenPermissionGroupsList:getApiTokenPermissionGroupsList",
		values{"name": "DNS Write"})
	if err != nil || groups["results"].ArrayValue()[0].ObjectValue()["id"].StringValue() != "g1" {
		t.Errorf("permission groups: %v, %v", groups, err)
	}
	_, err = e.Invoke("cloudflare:index/getAccounts:getAccounts", values{})
	if err == nil || !strings.Contains(err.Error(), "it is limited to cloudflare:index/getAccountApiTokenPermissionGroupsList") {
		t.Errorf("a function that is not served: %v", err)
	}
}

func TestChecksSayAllThatIsWrong(t *testing.T) {
	e, _ := newEngine(t)
	_, failures := e.Check(tokenType, nil, values{
		"name": enginetest.Unknown, "expires": "2027", "expiresOn": "tomorrow",
		"policies": []any{values{"effect": "permit", "permissionGroups": []any{}, "resources": "no JSON"}},
	})
	for _, wanted := range []string{"expires: is no input", "expiresOn: ", "policies[0].effect: ", "policies[0].resources: "} {
		if !slices.ContainsFunc(failures, func(failure string) bool { return strings.HasPrefix(failure, wanted) }) {
			t.Errorf("nothing says %q: %q", wanted, failures)
		}
	}
	if len(failures) != 4 {
		t.Errorf("%q", failures)
	}
}
