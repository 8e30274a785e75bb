package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/config"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/internal/labtest"
)

const plantedToken = "planted-token-012345678901234567890123456"

func testConfig(t *testing.T) *config.Config {
	t.Helper()
	directory := t.TempDir()
	labtest.Chart(t, directory, "tea", "v1.0.0")
	certificate, key := labtest.KeyPair(t, "api.cloudflare.com", "quay.io", "acme.lab.test", "*.googleapis.com")
	return &config.Config{
		DNS: config.DNS{
			Listen: []string{"127.0.0.1:0"}, Zones: []string{"example.com"},
			Nameserver: config.Nameserver{Name: "ns1.lab.test", Address: "127.0.0.1"},
		},
		Hosts: config.Hosts{Listen: "127.0.0.1:0", Certificate: certificate, Key: key},
		Cloudflare: config.Cloudflare{Host: "api.cloudflare.com", Tokens: []config.Token{
			{Value: plantedToken, Permissions: []string{"zone:read", "dns:edit"}, Zones: []string{"example.com"}},
		}},
		Google: config.Google{
			TokenHost: "oauth2.googleapis.com", IAMHost: "iam.googleapis.com", ProjectsHost: "cloudresourcemanager.googleapis.com",
			DNSHost: "dns.googleapis.com", AdminToken: plantedToken, ProjectID: "lab-project", ProjectNumber: "1",
			ManagedZones: map[string]string{"example-com": "example.com"},
		},
		ACME:      []config.ACME{{Hosts: []string{"acme.lab.test"}, Upstream: "https://127.0.0.1:1"}},
		ACMERoots: certificate,
		Registry:  config.Registry{Host: "quay.io", Charts: directory, Repository: "charts"},
		Proxy:     config.Proxy{Listen: "127.0.0.1:0"},
		Forwards:  []config.Forward{{Listen: "unix:" + filepath.Join(directory, "forward.sock"), To: "127.0.0.1:1"}},
		Control:   "unix:" + filepath.Join(directory, "edge.sock"),
	}
}

func TestHostsAreToldApartAndTokensStayOutOfLogs(t *testing.T) {
	var logged bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&logged, nil)))
	defer slog.SetDefault(before)
	w, err := newWorld(testConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]int{
		"https://api.cloudflare.com/client/v4/zones?name=example.com": 200,
		"https://API.cloudflare.com:443/client/v4/zones":              200,
		"https://quay.io/v2/charts/tea/manifests/v1.0.0":              200,
		"https://acme.lab.test/directory":                             502,
		"https://example.com/":                                        421,

		"https://dns.googleapis.com/dns/v1/projects/lab-project/managedZones/example-com": 200,
		"https://iam.googleapis.com/v1/projects/lab-project/serviceAccounts":              200,
		"https://cloudresourcemanager.googleapis.com/v1/projects/lab-project":             200,
		"https://oauth2.googleapis.com/token":                                             404,
	} {
		request := httptest.NewRequest("GET", address, nil)
		request.Header.Set("Authorization", "Bearer "+plantedToken)
		recorder := httptest.NewRecorder()
		w.hosts.ServeHTTP(recorder, request)
		if recorder.Code != want {
			t.Errorf("%s: %d, want %d", address, recorder.Code, want)
		}
	}
	requests, err := json.Marshal(w.log.Requests())
	if err != nil {
		t.Fatal(err)
	}
	if all := logged.String() + string(requests); strings.Contains(all, plantedToken) || strings.Contains(all, "Bearer") {
		t.Errorf("the token is in the logs:\n%s", all)
	}
	if len(w.log.Requests()) != 9 {
		t.Errorf("recorded %s", requests)
	}
}

func TestFaultsActOnTheHostsAndAreLogged(t *testing.T) {
	w, err := newWorld(testConfig(t))
	if err != nil {
		t.Fatal(err)
	}
	const list = `[{"host":"acme.lab.test","kind":"status","status":429,"times":1},{"host":"quay.io","kind":"close"}]`
	recorder := httptest.NewRecorder()
	w.control.Handler().ServeHTTP(recorder, httptest.NewRequest("POST", "http://edge/faults", strings.NewReader(list)))
	if recorder.Code != http.StatusNoContent {
		t.Fatalf("%d %s", recorder.Code, recorder.Body)
	}
	ask := func(address string) *httptest.ResponseRecorder {
		recorder := httptest.NewRecorder()
		defer func() { _ = recover() }() // what hangs up panics
		w.hosts.ServeHTTP(recorder, httptest.NewRequest("GET", address, nil))
		return recorder
	}
	if got := ask("https://acme.lab.test/directory"); got.Code != 429 || !strings.Contains(got.Body.String(), "acme:error:rateLimited") {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	if got := ask("https://quay.io/v2/"); got != nil {
		t.Errorf("answered with %d", got.Code)
	}
	requests := w.log.Requests()
	if len(requests) != 2 || requests[0].Status != 429 || requests[1].Status != 0 {
		t.Errorf("logged %+v", requests)
	}
}

func TestHealthAndShutdown(t *testing.T) {
	cfg := testConfig(t)
	w, err := newWorld(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.serve(ctx) }()
	socket := strings.TrimPrefix(cfg.Control, "unix:")
	if !ready(socket) {
		t.Fatal("never ready")
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("after the signal: %v", err)
	}
	for _, path := range []string{socket, strings.TrimPrefix(cfg.Forwards[0].Listen, "unix:")} {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s stays behind", path)
		}
	}
}

func TestAllListenersThatFailAreNamed(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	cfg := testConfig(t)
	cfg.Proxy.Listen = taken.Addr().String()
	cfg.DNS.Listen = []string{taken.Addr().String()}
	w, err := newWorld(cfg)
	if err != nil {
		t.Fatal(err)
	}
	err = w.serve(t.Context())
	if err == nil || !strings.Contains(err.Error(), "dns: listen tcp") || !strings.Contains(err.Error(), "proxy: listen tcp") {
		t.Errorf("got %v", err)
	}
}

// ready waits for the control socket to say so.
func ready(socket string) bool {
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}}
	for range 100 {
		response, err := client.Get("http://edge/health")
		if err == nil {
			body, _ := io.ReadAll(response.Body)
			response.Body.Close()
			if response.StatusCode == http.StatusOK && strings.Contains(string(body), `"ready":true`) {
				return true
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
	return false
}
