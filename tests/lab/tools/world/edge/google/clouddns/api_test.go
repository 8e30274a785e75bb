package clouddns_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/googletest"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
)

const zones = "dns.googleapis.com/dns/v1/projects/p/managedZones"

func changesOf(body string) string { return fmt.Sprintf(`{"additions":[%s]}`, body) }

func set(name, kind string, data ...string) string {
	return fmt.Sprintf(`{"name":%q,"type":%q,"ttl":300,"rrdatas":["%s"]}`, name, kind, strings.Join(data, `","`))
}

// rrsets lists a zone's sets as "name type ttl data", without the two that every zone has.
func rrsets(t *testing.T, p *googletest.Project, query string) string {
	t.Helper()
	var list []string
	for _, one := range p.Must(t, "GET", managedZone+"/rrsets"+query, "")["rrsets"].([]any) {
		s := one.(map[string]any)
		if s["type"] != "SOA" && (s["type"] != "NS" || s["name"] != "example.org.") {
			list = append(list, fmt.Sprintf("%s %s %v %v", s["name"], s["type"], s["ttl"], s["rrdatas"]))
		}
	}
	return strings.Join(list, "; ")
}

func TestChangesArePendingFirst(t *testing.T) {
	p := googletest.New()
	made := p.Must(t, "POST", managedZone+"/changes", changesOf(set("a.example.org.", "A", "192.0.2.1")))
	if made["status"] != "pending" || made["kind"] != "dns#change" || made["id"] != "1" {
		t.Errorf("made %v", made)
	}
	if got := p.Must(t, "GET", managedZone+"/changes/1", ""); got["status"] != "done" || got["startTime"] != made["startTime"] {
		t.Errorf("then %v", got)
	}
	if got := p.Must(t, "GET", managedZone+"/changes", ""); len(got["changes"].([]any)) != 1 {
		t.Errorf("listed %v", got)
	}
	if got := p.Do(t, googletest.Admin, "GET", managedZone+"/changes/9", ""); got.Status != 404 || got.Reason != "notFound" {
		t.Errorf("unknown: %+v", got)
	}
}

func TestSetsAreShownAsZoneFilesHoldThem(t *testing.T) {
	p := googletest.New()
	for _, c := range []struct{ given, want string }{
		{set("A.example.org.", "A", "192.0.2.1", "192.0.2.2"), "a.example.org. A 300 [192.0.2.1 192.0.2.2]"},
		{set("a.example.org.", "AAAA", "2001:db8::1"), "a.example.org. AAAA 300 [2001:db8::1]"},
		{set("a.example.org.", "CNAME", "b.example.net."), "a.example.org. CNAME 300 [b.example.net.]"},
		{set("a.example.org.", "TXT", `plain`), `a.example.org. TXT 300 ["plain"]`},
		{set("a.example.org.", "TXT", `two words`), `a.example.org. TXT 300 ["twowords"]`},
		{set("a.example.org.", "TXT", `\"quoted words\"`), `a.example.org. TXT 300 ["quoted words"]`},
		{set("a.example.org.", "MX", "10 mail.example.org."), "a.example.org. MX 300 [10 mail.example.org.]"},
		{set("a.example.org.", "CAA", `0 issue \"letsencrypt.org\"`), `a.example.org. CAA 300 [0 issue "letsencrypt.org"]`},
		{set("a.example.org.", "NS", "ns.example.net."), "a.example.org. NS 300 [ns.example.net.]"},
		{set("*.example.org.", "A", "192.0.2.1"), "*.example.org. A 300 [192.0.2.1]"},
	} {
		p.Must(t, "POST", managedZone+"/rrsets", c.given)
		if got := rrsets(t, p, ""); got != c.want {
			t.Errorf("%s: %s", c.given, got)
		}
		name, kind, _ := strings.Cut(c.want, " ")
		kind, _, _ = strings.Cut(kind, " ")
		p.Must(t, "DELETE", managedZone+"/rrsets/"+name+"/"+kind, "")
	}
}

func TestLifeOfASet(t *testing.T) {
	p := googletest.New()
	one := managedZone + "/rrsets/www.example.org./A"
	if got := p.Do(t, googletest.Admin, "GET", one, ""); got.Status != 404 || got.Message != "The 'parameters.name' resource named 'www.example.org. (A)' does not exist." {
		t.Errorf("%+v", got)
	}
	p.Must(t, "POST", managedZone+"/rrsets", set("www.example.org.", "A", "192.0.2.1"))
	if got := p.Do(t, googletest.Admin, "POST", managedZone+"/rrsets", set("www.example.org.", "A", "192.0.2.9")); got.Status != 409 || got.Reason != "alreadyExists" {
		t.Errorf("made twice: %+v", got)
	}
	if got := p.Must(t, "PATCH", one, `{"ttl":60}`); fmt.Sprint(got["ttl"], got["rrdatas"]) != "60 [192.0.2.1]" {
		t.Errorf("patched %v", got)
	}
	if got := p.Must(t, "PATCH", one, `{"rrdatas":["192.0.2.2"]}`); fmt.Sprint(got["ttl"], got["rrdatas"]) != "60 [192.0.2.2]" {
		t.Errorf("patched %v", got)
	}
	if got := p.Must(t, "GET", one, ""); got["kind"] != "dns#resourceRecordSet" || fmt.Sprint(got["rrdatas"]) != "[192.0.2.2]" {
		t.Errorf("read %v", got)
	}
	p.Must(t, "POST", managedZone+"/rrsets", set("www.example.org.", "TXT", "x"))
	if got := rrsets(t, p, "?name=www.example.org.&type=TXT"); got != `www.example.org. TXT 300 ["x"]` {
		t.Errorf("filtered: %s", got)
	}
	if got := p.Do(t, googletest.Admin, "GET", managedZone+"/rrsets?type=TXT", ""); got.Status != 400 || got.Reason != "required" {
		t.Errorf("type alone: %+v", got)
	}
}

func TestRefusedChangesChangeNothing(t *testing.T) {
	p := googletest.New()
	p.Must(t, "POST", managedZone+"/rrsets", set("a.example.org.", "A", "192.0.2.1"))
	p.Must(t, "POST", managedZone+"/rrsets", set("alias.example.org.", "CNAME", "a.example.org."))
	before := rrsets(t, p, "")
	deletion := func(body string) string {
		return `{"deletions":[` + body + `],"additions":[` + set("new.example.org.", "A", "192.0.2.1") + `]}`
	}
	for _, c := range []struct {
		body    string
		status  int
		reason  string
		message string
	}{
		{`{}`, 400, "required", "The 'entity.change' parameter is required but was missing."},
		{`{`, 400, "badRequest", "Invalid JSON payload received. unexpected end of JSON input"},
		{changesOf(set("a.example.org.", "A", "192.0.2.2")), 409, "alreadyExists", "The resource 'entity.change.additions[0]' named 'a.example.org. (A)' already exists"},
		{changesOf(set("a.example.net.", "A", "192.0.2.2")), 400, "invalid", "Invalid value for 'entity.change.additions[0].name': 'a.example.net.'"},
		{changesOf(set("b.example.org", "A", "192.0.2.2")), 400, "invalid", "Invalid value for 'entity.change.additions[0].name': 'b.example.org'"},
		{changesOf(set("b.example.org.", "A", "::1")), 400, "invalid", "Invalid value for 'entity.change.additions[0].rrdata': '::1'"},
		{changesOf(set("b.example.org.", "CNAME", "relative")), 400, "invalid", "Invalid value for 'entity.change.additions[0].rrdata': 'relative'"},
		{changesOf(set("b.example.org.", "SRV", "x")), 400, "invalid", "Invalid value for 'entity.change.additions[0].type': 'SRV'"},
		{changesOf(set("example.org.", "CNAME", "a.example.net.")), 400, "invalidZoneApex", ""},
		{changesOf(set("alias.example.org.", "A", "192.0.2.2")), 400, "cnameResourceRecordSetConflict", ""},
		{deletion(set("b.example.org.", "A", "192.0.2.1")), 404, "notFound", "The 'entity.change.deletions[0]' resource named 'b.example.org. (A)' does not exist."},
		{deletion(set("a.example.org.", "A", "192.0.2.2")), 412, "conditionNotMet", "Precondition not met for 'entity.change.deletions[0]'"},
		{deletion(strings.Replace(set("a.example.org.", "A", "192.0.2.1"), "300", "60", 1)), 412, "conditionNotMet", ""},
	} {
		got := p.Do(t, googletest.Admin, "POST", managedZone+"/changes", c.body)
		if got.Status != c.status || got.Reason != c.reason || (c.message != "" && got.Message != c.message) {
			t.Errorf("%s: %d %s %s", c.body, got.Status, got.Reason, got.Message)
		}
		if after := rrsets(t, p, ""); after != before {
			t.Fatalf("%s changed the zone: %s", c.body, after)
		}
	}
}

func TestZonesAreMadeServedAndDeleted(t *testing.T) {
	p := googletest.New()
	body := `{"name":"new","dnsName":"new.lab.test.","description":"d","labels":{"a":"b"}}`
	made := p.Must(t, "POST", zones, body)
	if made["visibility"] != "public" || fmt.Sprint(made["nameServers"]) != "[ns1.lab.test.]" || made["kind"] != "dns#managedZone" {
		t.Errorf("made %v", made)
	}
	if p.Store.ZoneOf("x.new.lab.test") == nil {
		t.Error("not served")
	}
	for body, want := range map[string]string{
		body: "alreadyExists",
		`{"name":"other","dnsName":"new.lab.test.","description":"d"}`:                      "managedZoneDnsNameNotAvailable",
		`{"name":"other","dnsName":"other.test.","description":""}`:                         "required",
		`{"name":"other","dnsName":"other.test","description":"d"}`:                         "invalid",
		`{"name":"Other","dnsName":"other.test.","description":"d"}`:                        "invalid",
		`{"name":"other","dnsName":"other.test.","description":"d","visibility":"private"}`: "invalid",
	} {
		if got := p.Do(t, googletest.Admin, "POST", zones, body); got.Reason != want {
			t.Errorf("%s: %+v", body, got)
		}
	}
	if got := p.Must(t, "GET", zones+"?dnsName=NEW.lab.test.", "")["managedZones"].([]any); len(got) != 1 {
		t.Errorf("found %v", got)
	}
	if got := p.Must(t, "PATCH", zones+"/new", `{"description":"e"}`); got["kind"] != "dns#operation" || got["status"] != "done" {
		t.Errorf("patched %v", got)
	}
	if got := p.Must(t, "GET", zones+"/"+made["id"].(string), ""); got["description"] != "e" || fmt.Sprint(got["labels"]) != "map[a:b]" {
		t.Errorf("read %v", got)
	}
	p.Must(t, "POST", zones+"/new/rrsets", set("a.new.lab.test.", "A", "192.0.2.1"))
	if got := p.Do(t, googletest.Admin, "DELETE", zones+"/new", ""); got.Status != 400 || got.Reason != "containerNotEmpty" {
		t.Errorf("not empty: %+v", got)
	}
	p.Must(t, "DELETE", zones+"/new/rrsets/a.new.lab.test./A", "")
	if got := p.Do(t, googletest.Admin, "DELETE", zones+"/new", ""); got.Status != 204 || p.Store.ZoneOf("new.lab.test") != nil {
		t.Errorf("deleted: %+v", got)
	}
	// A zone that others have, too, stays where it is.
	p.Must(t, "POST", zones, `{"name":"shared","dnsName":"example.net.","description":"d"}`)
	p.Do(t, googletest.Admin, "DELETE", zones+"/shared", "")
	if p.Store.ZoneOf("example.net") == nil {
		t.Error("a shared zone is gone")
	}
}

func TestReadsLagBehindDelayedWrites(t *testing.T) {
	p := googletest.New()
	err := p.Store.Update(records.WithDelay(t.Context(), time.Hour), "example.org", func(c *records.Change) error {
		_, err := c.Add(records.Record{Name: "slow.example.org", Type: "A", Content: "192.0.2.1", TTL: 60})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := rrsets(t, p, ""); got != "" {
		t.Errorf("read %s", got)
	}
	if got := p.Do(t, googletest.Admin, "POST", managedZone+"/rrsets", set("slow.example.org.", "A", "192.0.2.2")); got.Status != 409 {
		t.Errorf("written again: %+v", got)
	}
}

func TestWhoMayDoWhat(t *testing.T) {
	p := googletest.New()
	email, _ := p.Account(t, "reader")
	token := func(scope string) string {
		return p.Directory.Issue(email, []string{"https://www.googleapis.com/auth/" + scope})
	}
	write, read := token("ndev.clouddns.readwrite"), token("ndev.clouddns.readonly")
	check := func(what, token, method, address string, status int, message string) {
		t.Helper()
		if got := p.Do(t, token, method, address, set("x.example.org.", "A", "192.0.2.1")); got.Status != status || got.Message != message {
			t.Errorf("%s: %d %s", what, got.Status, got.Message)
		}
	}
	check("nothing bound", write, "GET", managedZone, 403, "Forbidden")
	p.Bind(t, managedZone, "roles/dns.reader", email)
	check("the zone's reader", write, "GET", managedZone, 200, "")
	check("the zone's reader of another", write, "GET", zones+"/other", 403, "Forbidden")
	check("the zone's reader lists", write, "GET", zones, 403, "Forbidden")
	check("a reader writes", write, "POST", managedZone+"/rrsets", 403, "Forbidden")
	p.Bind(t, wholeProject, "roles/dns.admin", email)
	check("the project's administrator", write, "POST", managedZone+"/rrsets", 200, "")
	check("a reading token writes", read, "DELETE", managedZone+"/rrsets/x.example.org./A", 403, "Request had insufficient authentication scopes.")
	check("a reading token reads", read, "GET", managedZone+"/rrsets/x.example.org./A", 200, "")
	check("another API's scope", token("devstorage.full_control"), "GET", managedZone, 403, "Request had insufficient authentication scopes.")
	check("another project", googletest.Admin, "GET", "dns.googleapis.com/dns/v1/projects/q/managedZones", 403, "Forbidden")
	if got := p.Do(t, "", "GET", managedZone, ""); got.Status != 401 || got.Reason != "required" {
		t.Errorf("no token: %+v", got)
	}
	if got := p.Do(t, "ya29.unknown", "GET", managedZone, ""); got.Status != 401 || got.Reason != "authError" {
		t.Errorf("unknown token: %+v", got)
	}
}
