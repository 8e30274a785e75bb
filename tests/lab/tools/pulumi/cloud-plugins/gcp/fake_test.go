package gcp

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"certfleet/tests/lab/tools/pulumi/cloud-plugins/enginetest"
	"certfleet/tests/lab/tools/pulumi/cloud-plugins/plugin"
)

type values = enginetest.Values

const token = "ya29.test"

// google keeps just enough to tell whether the plugin asks for the right things.
type google struct {
	mu       sync.Mutex
	things   map[string]values // by "HOST/PATH"
	policies map[string]values
	records  map[string]values // by zone's path and "NAME TYPE"
	// busy are answers to give before the true ones.
	busy []int
	// asked are the requests that were not reads.
	asked []string
}

func newEngine(t *testing.T) (*enginetest.Engine, *google) {
	g := &google{things: map[string]values{}, policies: map[string]values{}, records: map[string]values{}}
	enginetest.PlayHosts(t, g)
	t.Setenv("GOOGLE_PROJECT", "lab-project")
	config := map[string]string{"gcp:config:accessToken": token}
	return enginetest.New(t, plugin.NewServer(Package(), nil), config), g
}

func (g *google) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.busy) > 0 {
		status := g.busy[0]
		g.busy = g.busy[1:]
		fail(w, status, "busy")
		return
	}
	if req.Header.Get("Authorization") != "Bearer "+token {
		fail(w, http.StatusUnauthorized, "Request had invalid authentication credentials.")
		return
	}
	if req.Method != http.MethodGet {
		g.asked = append(g.asked, req.Method+" "+req.Host+req.URL.Path)
	}
	path, verb, _ := strings.Cut(req.Host+req.URL.Path, ":")
	switch body := enginetest.Body(req); {
	case verb == "getIamPolicy":
		enginetest.Answer(w, http.StatusOK, g.policy(path))
	case verb == "setIamPolicy":
		g.setPolicy(w, path, body)
	case verb == "undelete":
		g.things[path]["deleted"] = false
		enginetest.Answer(w, http.StatusOK, g.things[path])
	case strings.HasSuffix(path, "/rrsets"):
		g.list(w, path, req)
	case strings.HasSuffix(path, "/changes"):
		g.change(w, strings.TrimSuffix(path, "/changes"), body)
	case req.Method == http.MethodPost:
		g.create(w, path, body)
	default:
		g.thing(w, req.Method, path, body)
	}
}

func fail(w http.ResponseWriter, status int, message string) {
	enginetest.Answer(w, status, values{"error": values{
		"code": status, "message": message, "errors": []any{values{"reason": "testReason"}},
	}})
}

func (g *google) policy(path string) values {
	if g.policies[path] == nil {
		g.policies[path] = values{"etag": "e0", "bindings": []any{}}
	}
	return g.policies[path]
}

// setPolicy refuses a policy that was read before somebody else wrote it.
func (g *google) setPolicy(w http.ResponseWriter, path string, body values) {
	wanted := body["policy"].(values)
	if wanted["etag"] != g.policy(path)["etag"] {
		fail(w, http.StatusConflict, "There were concurrent policy changes.")
		return
	}
	wanted["etag"] = wanted["etag"].(string) + "+"
	g.policies[path] = wanted
	enginetest.Answer(w, http.StatusOK, wanted)
}

// create makes what the last word of the path is a collection of.
func (g *google) create(w http.ResponseWriter, path string, body values) {
	collection := path[strings.LastIndex(path, "/")+1:]
	name, made := "", body
	switch collection {
	case "serviceAccounts":
		email := fmt.Sprintf("%s@lab-project.iam.gserviceaccount.com", body["accountId"])
		name, made = email, body["serviceAccount"].(values)
		made["email"], made["projectId"], made["uniqueId"] = email, "lab-project", "1000"
	case "keys":
		name = fmt.Sprintf("k%d", len(g.asked))
		made["privateKeyData"] = base64.StdEncoding.EncodeToString([]byte("{}"))
		made["publicKeyData"], made["validAfterTime"] = "cHVibGlj", "2026-01-01T00:00:00Z"
	case "roles":
		name, made = body["roleId"].(string), body["role"].(values)
	case "managedZones":
		name = body["name"].(string)
		made["id"], made["nameServers"] = "42", []any{"ns1.test."}
	}
	full := path + "/" + name
	if g.things[full] != nil {
		fail(w, http.StatusConflict, name+" already exists")
		return
	}
	if collection != "managedZones" {
		made["name"] = full[strings.Index(full, "projects/"):]
	}
	g.things[full] = made
	enginetest.Answer(w, http.StatusOK, made)
}

func (g *google) thing(w http.ResponseWriter, method, path string, body values) {
	found := g.things[path]
	switch {
	case found == nil:
		fail(w, http.StatusNotFound, "not found")
		return
	case method == http.MethodDelete && strings.Contains(path, "/roles/"):
		found["deleted"] = true
	case method == http.MethodDelete:
		delete(g.things, path)
	case method == http.MethodPatch || method == http.MethodPut:
		if account, is := body["serviceAccount"].(values); is {
			body = account
		}
		for key, value := range body {
			found[key] = value
		}
	}
	told := values{}
	for key, value := range found {
		if key != "privateKeyData" {
			told[key] = value
		}
	}
	enginetest.Answer(w, http.StatusOK, told)
}

func (g *google) list(w http.ResponseWriter, path string, req *http.Request) {
	zone := strings.TrimSuffix(path, "/rrsets")
	found, query := []any{}, req.URL.Query()
	for key, record := range g.records {
		if !query.Has("name") || key == zone+" "+query.Get("name")+" "+query.Get("type") {
			found = append(found, record)
		}
	}
	enginetest.Answer(w, http.StatusOK, values{"rrsets": found})
}

func (g *google) change(w http.ResponseWriter, zone string, body values) {
	each := func(name string, do func(key string, record values)) {
		list, _ := body[name].([]any)
		for _, entry := range list {
			record := entry.(values)
			do(fmt.Sprintf("%s %s %s", zone, record["name"], record["type"]), record)
		}
	}
	each("deletions", func(key string, _ values) { delete(g.records, key) })
	taken := false
	each("additions", func(key string, record values) {
		taken = taken || g.records[key] != nil
		g.records[key] = record
	})
	if taken {
		fail(w, http.StatusConflict, "The resource already exists")
		return
	}
	enginetest.Answer(w, http.StatusOK, values{"id": "1", "status": "done"})
}
