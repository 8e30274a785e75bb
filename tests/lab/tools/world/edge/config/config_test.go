package config

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/internal/labtest"
)

func valid(t *testing.T) map[string]any {
	certificate, key := labtest.KeyPair(t, "api.cloudflare.com", "quay.io", "acme.lab.test", "*.googleapis.com")
	return map[string]any{
		"dns": map[string]any{
			"listen": []any{"127.0.0.1:53"}, "zones": []any{"Example.com"}, "defaultAddress": "10.200.0.1",
			"nameserver": map[string]any{"name": "ns1.lab.test", "address": "10.200.0.53"},
			"hosts":      map[string]any{"API.cloudflare.com": "10.200.0.2"},
		},
		"hosts": map[string]any{"listen": "127.0.0.1:443", "certificate": certificate, "key": key},
		"cloudflare": map[string]any{"host": "api.cloudflare.com", "tokens": []any{
			map[string]any{"value": "planted-token", "permissions": []any{"zone:read"}, "zones": []any{"example.com"}},
		}},
		"google": map[string]any{
			"tokenHost": "OAuth2.googleapis.com", "iamHost": "iam.googleapis.com", "dnsHost": "dns.googleapis.com",
			"projectsHost": "cloudresourcemanager.googleapis.com", "adminToken": "planted-token", "projectId": "p",
			"projectNumber": "1", "managedZones": map[string]any{"example-com": "Example.com"},
		},
		"acme":      []any{map[string]any{"hosts": []any{"acme.lab.test"}, "upstream": "https://127.0.0.1:14000"}},
		"acmeRoots": certificate,
		"registry":  map[string]any{"host": "quay.io", "charts": t.TempDir(), "repository": "jetstack/charts"},
		"proxy":     map[string]any{"listen": "127.0.0.1:3128"},
		"forwards":  []any{map[string]any{"listen": "unix:/tmp/x.sock", "to": "10.200.0.1:443"}},
		"control":   "unix:/tmp/edge.sock",
	}
}

func parsed(t *testing.T, tree map[string]any) (*Config, error) {
	t.Helper()
	raw, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	return parse("edge.json", raw)
}

func TestValidConfigurationIsReadWithLowerCaseNames(t *testing.T) {
	cfg, err := parsed(t, valid(t))
	if err != nil {
		t.Fatal(err)
	}
	if cfg.DNS.Zones[0] != "example.com" || cfg.DNS.Hosts["api.cloudflare.com"] != "10.200.0.2" {
		t.Errorf("names keep their case: %+v", cfg.DNS)
	}
	if got := strings.Join(cfg.APIHosts(), " "); got != "api.cloudflare.com quay.io oauth2.googleapis.com iam.googleapis.com "+
		"cloudresourcemanager.googleapis.com dns.googleapis.com acme.lab.test" {
		t.Errorf("APIHosts: %s", got)
	}
}

func TestAllProblemsAreReportedAtOnceWithoutTheToken(t *testing.T) {
	tree := valid(t)
	tree["extra"] = true
	dns := tree["dns"].(map[string]any)
	dns["listen"] = []any{"nowhere"}
	dns["ttl"] = 5
	dns["updateKeys"] = []any{map[string]any{"name": "lab", "algorithm": "md5", "secret": "planted-token", "zones": []any{"example.org"}}}
	token := tree["cloudflare"].(map[string]any)["tokens"].([]any)[0].(map[string]any)
	token["permissions"] = []any{"zone:write"}
	token["zones"] = []any{"example.org"}
	google := tree["google"].(map[string]any)
	google["adminToken"] = ""
	google["managedZones"] = map[string]any{"other": "example.org"}
	tree["acme"] = []any{map[string]any{"hosts": []any{"acme.other.test"}, "upstream": "http://127.0.0.1"}}
	tree["control"] = "/tmp/edge.sock"
	_, err := parsed(t, tree)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		"\n  extra: unknown key", "dns.ttl: unknown key", `dns.listen[0]: "nowhere"`, `permissions[0]: "zone:write"`,
		`zones[0]: "example.org"`, "google.adminToken: is empty", `dns.updateKeys[0].algorithm: "md5"`,
		"dns.updateKeys[0].secret: must be base64", `dns.updateKeys[0].zones[0]: "example.org"`, `google.managedZones.other: "example.org"`, `acme[0].upstream: "http://127.0.0.1"`, `control: "/tmp/edge.sock"`,
		`hosts.certificate: does not cover "acme.other.test"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("lacks %q:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "planted-token") {
		t.Errorf("shows the token:\n%v", err)
	}
}

func TestWrongKindsAreNamedWithoutTheirValues(t *testing.T) {
	tree := valid(t)
	tree["dns"].(map[string]any)["zones"] = "example.com"
	tree["cloudflare"].(map[string]any)["tokens"] = []any{map[string]any{"value": 4711}}
	_, err := parsed(t, tree)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"dns.zones: is a string, must be a list", "tokens[0].value: is a number, must be a string"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("lacks %q:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "4711") {
		t.Errorf("shows the value:\n%v", err)
	}
}
