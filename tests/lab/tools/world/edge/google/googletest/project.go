// Package googletest puts the Google emulators together for tests.
package googletest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/clouddns"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/iam"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/identity"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/projects"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/token"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
)

// Admin is the administrator's access token.
const Admin = "ya29.admin-of-the-tests"

// TokenURL is the token endpoint's.
const TokenURL = "https://oauth2.googleapis.com/token"

// Project is the emulators with one project, p, and its managed zone example-org.
type Project struct {
	Directory *identity.Directory
	Store     *records.Store
	hosts     map[string]http.Handler
}

// New makes a project without service accounts.
func New() *Project {
	d := identity.New(identity.Project{ID: "p", Number: "17"}, Admin, TokenURL)
	store := records.NewStore([]string{"example.org", "example.net"})
	return &Project{Directory: d, Store: store, hosts: map[string]http.Handler{
		"dns.googleapis.com":                  clouddns.New(d, store, "ns1.lab.test", map[string]string{"example-org": "example.org"}),
		"iam.googleapis.com":                  iam.New(d),
		"cloudresourcemanager.googleapis.com": projects.New(d),
		"oauth2.googleapis.com":               &token.Endpoint{Directory: d, URL: TokenURL},
	}}
}

func (p *Project) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if handler := p.hosts[r.Host]; handler != nil {
		handler.ServeHTTP(w, r)
		return
	}
	http.Error(w, "no such host: "+r.Host, http.StatusMisdirectedRequest)
}

// Reply is an answer with its error, if any, taken apart.
type Reply struct {
	Status  int
	Body    map[string]any
	Message string
	Reason  string
}

// Do sends a request to "host/path" with an access token.
func (p *Project) Do(t *testing.T, accessToken, method, address, body string) Reply {
	t.Helper()
	request := httptest.NewRequest(method, "https://"+address, strings.NewReader(body))
	if accessToken != "" {
		request.Header.Set("Authorization", "Bearer "+accessToken)
	}
	recorder := httptest.NewRecorder()
	p.ServeHTTP(recorder, request)
	got := Reply{Status: recorder.Code}
	if recorder.Code == http.StatusNoContent {
		return got
	}
	if err := json.Unmarshal(recorder.Body.Bytes(), &got.Body); err != nil {
		t.Fatalf("%s %s: %v: %s", method, address, err, recorder.Body)
	}
	if failure, ok := got.Body["error"].(map[string]any); ok {
		got.Message, _ = failure["message"].(string)
		entries, _ := failure["errors"].([]any)
		if len(entries) != 1 || failure["code"] != float64(got.Status) {
			t.Errorf("%s %s: malformed error %s", method, address, recorder.Body)
		} else {
			got.Reason, _ = entries[0].(map[string]any)["reason"].(string)
		}
	}
	return got
}

// Must is Do as the administrator, for what has to succeed.
func (p *Project) Must(t *testing.T, method, address, body string) map[string]any {
	t.Helper()
	got := p.Do(t, Admin, method, address, body)
	if got.Status >= 300 {
		t.Fatalf("%s %s: %d %s", method, address, got.Status, got.Message)
	}
	return got.Body
}

// Account makes a service account and returns its e-mail address and a key's credential file.
func (p *Project) Account(t *testing.T, id string) (email string, file []byte) {
	t.Helper()
	const accounts = "iam.googleapis.com/v1/projects/p/serviceAccounts"
	email, _ = p.Must(t, "POST", accounts, `{"accountId":"`+id+`"}`)["email"].(string)
	data, _ := p.Must(t, "POST", accounts+"/"+email+"/keys", "")["privateKeyData"].(string)
	file, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		t.Fatal(err)
	}
	return email, file
}

// Role makes or changes a custom role and returns its name.
func (p *Project) Role(t *testing.T, id string, permissions ...string) string {
	t.Helper()
	const roles = "iam.googleapis.com/v1/projects/p/roles"
	role, _ := json.Marshal(map[string]any{"title": id, "includedPermissions": permissions})
	if p.Do(t, Admin, "GET", roles+"/"+id, "").Status == http.StatusNotFound {
		p.Must(t, "POST", roles, `{"roleId":"`+id+`","role":`+string(role)+`}`)
	} else {
		p.Must(t, "PATCH", roles+"/"+id+"?updateMask=includedPermissions", string(role))
	}
	return "projects/p/roles/" + id
}

// Bind makes a policy of one binding; the resource is an address without its verb.
func (p *Project) Bind(t *testing.T, resource, role, email string) {
	t.Helper()
	body := `{"policy":{"bindings":[{"role":"` + role + `","members":["serviceAccount:` + email + `"]}]}}`
	p.Must(t, "POST", resource+":setIamPolicy", body)
}

// UseAsGoogle makes every request of the default transport end at the emulators.
func (p *Project) UseAsGoogle(t *testing.T) {
	server := httptest.NewTLSServer(p)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	before := http.DefaultTransport
	http.DefaultTransport = &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: server.Certificate().DNSNames[0]},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
		},
	}
	t.Cleanup(func() {
		http.DefaultTransport = before
		server.Close()
	})
}
