package cloudflare

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"certfleet/tests/lab/tools/pulumi/cloud-plugins/enginetest"
	"certfleet/tests/lab/tools/pulumi/cloud-plugins/plugin"
)

type values = enginetest.Values

const adminToken = "test-admin-token"

// account keeps just enough to tell whether the plugin asks for the right things.
type account struct {
	things map[string]values // by path
	busy   int
}

func newEngine(t *testing.T) (*enginetest.Engine, *account) {
	a := &account{things: map[string]values{
		"/zones/z1": {"id": "z1", "name": "example.com", "name_servers": []any{"ns1.test"}, "account": values{"id": "a1"}},
		"/zones/z2": {"id": "z2", "name": "example.net"},
	}}
	enginetest.PlayHosts(t, a)
	t.Setenv("CLOUDFLARE_API_TOKEN", adminToken)
	return enginetest.New(t, plugin.NewServer(Package(), nil), nil), a
}

func (a *account) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	path, isAPI := strings.CutPrefix(req.Host+req.URL.Path, "api.cloudflare.com/client/v4")
	switch {
	case !isAPI || req.Header.Get("Authorization") != "Bearer "+adminToken:
		fail(w, http.StatusForbidden, "Authentication error")
	case a.busy > 0:
		a.busy--
		fail(w, http.StatusServiceUnavailable, "busy")
	case path == "/zones":
		var found []any
		for _, thing := range a.things {
			if name := req.URL.Query().Get("name"); thing["name_servers"] != nil && (name == "" || thing["name"] == name) {
				found = append(found, thing)
			}
		}
		succeed(w, found)
	case strings.HasSuffix(path, "/permission_groups"):
		succeed(w, []any{values{"id": "g1", "name": "DNS Write", "scopes": []any{"com.cloudflare.api.account.zone"}}})
	case req.Method == http.MethodPost:
		made := enginetest.Body(req)
		made["id"] = fmt.Sprintf("t%d", len(a.things))
		a.things[path+"/"+made["id"].(string)] = made
		succeed(w, tell(made, "the value"))
	default:
		a.thing(w, req, path)
	}
}

func (a *account) thing(w http.ResponseWriter, req *http.Request, path string) {
	found := a.things[path]
	if found == nil {
		fail(w, http.StatusNotFound, "not found")
		return
	}
	switch req.Method {
	case http.MethodDelete:
		delete(a.things, path)
	case http.MethodPut:
		changed := enginetest.Body(req)
		changed["id"] = found["id"]
		a.things[path], found = changed, changed
	}
	succeed(w, tell(found, ""))
}

// tell adds what the API computes; the value of a token it tells once.
func tell(thing values, value string) values {
	told := values{"status": "active", "issued_on": "2026-01-01T00:00:00Z", "modified_on": "2026-01-01T00:00:00Z"}
	for key, given := range thing {
		told[key] = given
	}
	if value != "" {
		told["value"] = value
	}
	return told
}

func succeed(w http.ResponseWriter, result any) {
	enginetest.Answer(w, http.StatusOK, values{"success": true, "result": result})
}

func fail(w http.ResponseWriter, status int, message string) {
	enginetest.Answer(w, status, values{"success": false, "errors": []any{values{"code": 1000, "message": message}}})
}
