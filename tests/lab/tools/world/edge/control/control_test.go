package control

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/activity"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/faults"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/identity"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
)

func testControl() *Control {
	return &Control{
		Store: records.NewStore([]string{"example.com"}), Log: &activity.Log{},
		Faults:     faults.New(map[string]faults.Refusal{"quay.io": faults.Plain}),
		Identities: func() identity.State { return identity.State{} },
		Tokens:     func() any { return "tokens" },
		Zones:      func() map[string]string { return map[string]string{"z": "example.com"} },
		Hosts: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			io.WriteString(w, r.Method+" "+r.Host+" "+r.URL.RequestURI()+" "+r.Header.Get("Authorization")+" "+string(body))
		}),
	}
}

func ask(c *Control, method, path, body string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, "http://edge"+path, strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer t")
	recorder := httptest.NewRecorder()
	c.Handler().ServeHTTP(recorder, request)
	return recorder
}

func TestFaultsAreSetShownAndCleared(t *testing.T) {
	c := testControl()
	const fault = `{"host":"quay.io","times":2,"kind":"status","status":503}`
	if got := ask(c, "POST", "/faults", "["+fault+"]"); got.Code != 204 {
		t.Fatalf("%d %s", got.Code, got.Body)
	}
	if got := ask(c, "GET", "/faults", ""); strings.TrimSpace(got.Body.String()) != "["+fault+"]" {
		t.Errorf("shown %s", got.Body)
	}
	for body, want := range map[string]string{
		"{":                              "unexpected EOF",
		`[{"host":"quay.io","knd":"x"}]`: `unknown field "knd"`,
		`[{"host":"x","kind":"close"}]`:  `faults[0]: host "x" is none of the edge's`,
	} {
		if got := ask(c, "POST", "/faults", body); got.Code != 400 || !strings.Contains(got.Body.String(), want) {
			t.Errorf("%s: %d %s", body, got.Code, got.Body)
		}
	}
	if got := ask(c, "DELETE", "/faults", ""); got.Code != 204 || len(c.Faults.List()) != 0 {
		t.Errorf("cleared: %d", got.Code)
	}
}

func TestHostsAreAskedPastTheProxy(t *testing.T) {
	got := ask(testControl(), "POST", "/hosts/dns.googleapis.com/dns/v1/x:y?q=1", "body").Body.String()
	if got != "POST dns.googleapis.com /dns/v1/x:y?q=1 Bearer t body" {
		t.Errorf("got %s", got)
	}
}

func TestStatesAreJSON(t *testing.T) {
	c := testControl()
	for _, path := range []string{"/records", "/requests", "/refused", "/google", "/managedzones", "/cloudflare", "/faults"} {
		got := ask(c, "GET", path, "")
		if got.Code != 200 || !json.Valid(got.Body.Bytes()) {
			t.Errorf("%s: %d %s", path, got.Code, got.Body)
		}
	}
}
