package clouddns_test

import (
	"context"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	solver "github.com/cert-manager/cert-manager/pkg/issuer/acme/dns/clouddns"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/config"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/googletest"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/nameserver"
)

// zonePermissions are what the solver needs in a managed zone that it is given by name.
var zonePermissions = []string{
	"dns.changes.create", "dns.changes.get", "dns.resourceRecordSets.create", "dns.resourceRecordSets.delete",
	"dns.resourceRecordSets.list", "dns.resourceRecordSets.update",
}

const (
	wholeProject = "cloudresourcemanager.googleapis.com/v1/projects/p"
	managedZone  = "dns.googleapis.com/dns/v1/projects/p/managedZones/example-org"
)

// resolver answers for the project's zones, since the solver looks for the zone of a name by itself.
func resolver(t *testing.T, p *googletest.Project) string {
	handler := nameserver.New(config.DNS{Nameserver: config.Nameserver{Name: "ns1.lab.test", Address: "127.0.0.1"}}, p.Store)
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &dns.Server{PacketConn: packets, Handler: handler}
	go func() { _ = server.ActivateAndServe() }()
	t.Cleanup(func() { packets.Close() })
	return packets.LocalAddr().String()
}

// challenge has the solver present two values under one name and clean both up, as for an apex and its wildcard.
func challenge(t *testing.T, p *googletest.Project, file []byte, zoneName string) error {
	provider, err := solver.NewDNSProvider(t.Context(), "p", file, []string{resolver(t, p)}, false, zoneName)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		do    func(context.Context, string, string, string) error
		value string
		want  string
	}{
		{provider.Present, "one", `"one"`},
		{provider.Present, "one", `"one"`},
		{provider.Present, "two", `"one" "two"`},
		{provider.CleanUp, "one", `"two"`},
		{provider.CleanUp, "two", ``},
		{provider.CleanUp, "two", ``},
	} {
		if err := step.do(t.Context(), "tea.example.org", "_acme-challenge.tea.example.org.", step.value); err != nil {
			return err
		}
		var held []string
		for _, r := range p.Store.Served("example.org").At("_acme-challenge.tea.example.org") {
			held = append(held, r.Content)
		}
		slices.Sort(held)
		if got := strings.Join(held, " "); got != step.want {
			t.Errorf("after %q: %s, want %s", step.value, got, step.want)
		}
	}
	return nil
}

func TestSolverOfCertManager(t *testing.T) {
	p := googletest.New()
	p.UseAsGoogle(t)
	for name, c := range map[string]struct {
		bindAt, zoneName string
		permissions      []string
	}{
		"any zone of the project": {wholeProject, "", append([]string{"dns.managedZones.list"}, zonePermissions...)},
		"one zone":                {managedZone, "example-org", zonePermissions},
	} {
		t.Run(name, func(t *testing.T) {
			id := map[string]string{wholeProject: "project-wide", managedZone: "zone-only"}[c.bindAt]
			email, file := p.Account(t, id)
			p.Bind(t, c.bindAt, p.Role(t, strings.ReplaceAll(id, "-", "_"), c.permissions...), email)
			if err := challenge(t, p, file, c.zoneName); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSolverOfCertManagerFailsWithoutAnyOnePermission(t *testing.T) {
	p := googletest.New()
	p.UseAsGoogle(t)
	email, file := p.Account(t, "solver")
	all := append([]string{"dns.managedZones.list"}, zonePermissions...)
	p.Bind(t, wholeProject, p.Role(t, "solver", all...), email)
	for _, removed := range all {
		t.Run(removed, func(t *testing.T) {
			p.Role(t, "solver", slices.DeleteFunc(slices.Clone(all), func(one string) bool { return one == removed })...)
			err := challenge(t, p, file, "")
			if err == nil || !strings.Contains(err.Error(), "Error 403: Forbidden, forbidden") {
				t.Fatalf("got %v", err)
			}
			denials := p.Directory.State().Denials
			last := denials[len(denials)-1]
			if last.Permission != removed || last.Principal != "serviceAccount:"+email {
				t.Errorf("denied: %+v", last)
			}
			if left := p.Store.Zone("example.org").Records; len(left) > 0 {
				p.Must(t, "DELETE", managedZone+"/rrsets/"+left[0].Name+"./TXT", "")
			}
		})
	}
}

func TestSolverOfCertManagerNeedsAKeyThatExists(t *testing.T) {
	p := googletest.New()
	p.UseAsGoogle(t)
	email, file := p.Account(t, "solver")
	p.Bind(t, wholeProject, "roles/dns.admin", email)
	if err := challenge(t, p, file, ""); err != nil {
		t.Fatal(err)
	}
	keys := p.Must(t, "GET", "iam.googleapis.com/v1/projects/p/serviceAccounts/"+email+"/keys", "")["keys"].([]any)
	p.Must(t, "DELETE", "iam.googleapis.com/v1/"+keys[0].(map[string]any)["name"].(string), "")
	if err := challenge(t, p, file, ""); err == nil || !strings.Contains(err.Error(), "Invalid JWT Signature.") {
		t.Errorf("with a deleted key: %v", err)
	}
	p.Must(t, "DELETE", "iam.googleapis.com/v1/projects/p/serviceAccounts/"+email, "")
	if err := challenge(t, p, file, ""); err == nil || !strings.Contains(err.Error(), "account not found") {
		t.Errorf("with a deleted account: %v", err)
	}
}

func TestSolverOfCertManagerFindsNoZone(t *testing.T) {
	p := googletest.New()
	p.UseAsGoogle(t)
	email, file := p.Account(t, "solver")
	p.Bind(t, wholeProject, "roles/dns.admin", email)
	provider, err := solver.NewDNSProvider(t.Context(), "p", file, []string{resolver(t, p)}, false, "")
	if err != nil {
		t.Fatal(err)
	}
	err = provider.Present(t.Context(), "tea.example.net", "_acme-challenge.tea.example.net.", "x")
	if err == nil || !strings.Contains(err.Error(), "No matching GoogleCloud domain found for domain example.net.") {
		t.Errorf("got %v", err)
	}
	err = func() error {
		provider, _ := solver.NewDNSProvider(t.Context(), "p", file, nil, false, "nothing")
		return provider.Present(t.Context(), "tea.example.org", "_acme-challenge.tea.example.org.", "x")
	}()
	if err == nil || !strings.Contains(err.Error(), "The 'parameters.managedZone' resource named 'nothing' does not exist.") {
		t.Errorf("got %v", err)
	}
}
