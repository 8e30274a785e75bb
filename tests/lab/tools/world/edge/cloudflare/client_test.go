package cloudflare

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/config"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
)

const (
	full     = "full-token-0123456789012345678901234567890"
	readOnly = "read-token-0123456789012345678901234567890"
	noZone   = "edit-token-0123456789012345678901234567890"
	noDNS    = "zone-token-0123456789012345678901234567890"
	maker    = "make-token-0123456789012345678901234567890"
	unknown  = "nope-token-0123456789012345678901234567890"
)

func newAPI() *API {
	store := records.NewStore([]string{"example.com", "example.net", "example.org"})
	return New(config.Cloudflare{Tokens: []config.Token{
		{Value: full, Permissions: []string{"zone:read", "dns:edit"}, Zones: []string{"example.com", "example.net"}},
		{Value: readOnly, Permissions: []string{"zone:read", "dns:read"}, Zones: []string{"example.com"}},
		{Value: noZone, Permissions: []string{"dns:edit"}, Zones: []string{"example.com"}},
		{Value: noDNS, Permissions: []string{"zone:read"}, Zones: []string{"example.com"}},
		{Value: maker, Permissions: []string{"tokens:edit"}},
	}}, store, "ns1.lab.test")
}

// reply is the envelope as a client sees it.
type reply struct {
	status     int
	Success    bool             `json:"success"`
	Errors     []*fault         `json:"errors"`
	Messages   []message        `json:"messages"`
	Result     json.RawMessage  `json:"result"`
	ResultInfo *resultInfo      `json:"result_info"`
	Raw        map[string]any   `json:"-"`
	List       []map[string]any `json:"-"`
}

func (r reply) code() int {
	if len(r.Errors) == 0 {
		return 0
	}
	return r.Errors[0].Code
}

func (r reply) id() string {
	id, _ := r.Raw["id"].(string)
	return id
}

func do(t *testing.T, h http.Handler, token, method, path, body string) reply {
	t.Helper()
	return doWith(t, h, http.Header{"Authorization": {"Bearer " + token}}, method, path, body)
}

func doWith(t *testing.T, h http.Handler, header http.Header, method, path, body string) reply {
	t.Helper()
	request := httptest.NewRequest(method, "https://api.cloudflare.com/client/v4"+path, strings.NewReader(body))
	request.Header = header
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, request)
	got := reply{status: recorder.Code}
	if err := json.Unmarshal(recorder.Body.Bytes(), &got); err != nil {
		t.Fatalf("%s %s: %v: %s", method, path, err, recorder.Body)
	}
	if got.Success != (got.status == http.StatusOK) || (len(got.Errors) == 0) != got.Success || got.Messages == nil {
		t.Errorf("%s %s: inconsistent envelope, status %d: %s", method, path, got.status, recorder.Body)
	}
	for _, shape := range []any{&got.Raw, &got.List} {
		_ = json.Unmarshal(got.Result, shape) // only one of the two fits
	}
	return got
}

func recordsOf(zone string) string { return "/zones/" + zoneID(zone) + "/dns_records" }
