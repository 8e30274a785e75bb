package cloudflare

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	solver "github.com/cert-manager/cert-manager/pkg/issuer/acme/dns/cloudflare"
)

// useAsCloudflare makes every request of the default transport end at the API.
func useAsCloudflare(t *testing.T, api http.Handler) {
	server := httptest.NewTLSServer(api)
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

func TestSolverOfCertManager(t *testing.T) {
	api := newAPI()
	useAsCloudflare(t, api)
	provider, err := solver.NewDNSProviderCredentials("", "", full, nil, "test")
	if err != nil {
		t.Fatal(err)
	}
	const name = "_acme-challenge.deep.tea.example.com."
	contents := func() string {
		var list []string
		for _, r := range api.store.Zone("example.com").Records {
			list = append(list, r.Name+"="+r.Content)
		}
		return strings.Join(list, " ")
	}
	for _, step := range []struct {
		do    func(context.Context, string, string, string) error
		value string
		want  string
	}{
		{provider.Present, "one", "_acme-challenge.deep.tea.example.com=one"},
		{provider.Present, "one", "_acme-challenge.deep.tea.example.com=one"},
		{provider.Present, "two", "_acme-challenge.deep.tea.example.com=one _acme-challenge.deep.tea.example.com=two"},
		{provider.CleanUp, "one", "_acme-challenge.deep.tea.example.com=two"},
		{provider.CleanUp, "one", "_acme-challenge.deep.tea.example.com=two"},
		{provider.CleanUp, "two", ""},
	} {
		if err := step.do(t.Context(), "deep.tea.example.com", name, step.value); err != nil {
			t.Fatal(err)
		}
		if got := contents(); got != step.want {
			t.Errorf("after %q: %q, want %q", step.value, got, step.want)
		}
	}
}

func TestSolverOfCertManagerIsRefused(t *testing.T) {
	useAsCloudflare(t, newAPI())
	for token, want := range map[string]string{
		unknown:  "Error: 9109: Invalid access token",
		"short":  "Error: 6003: Invalid request headers<- 6111: Invalid format for Authorization header",
		noZone:   "Found no Zones for domain",
		readOnly: "Error: 10000: Authentication error",
	} {
		provider, err := solver.NewDNSProviderCredentials("", "", token, nil, "test")
		if err != nil {
			t.Fatal(err)
		}
		err = provider.Present(t.Context(), "tea.example.com", "_acme-challenge.tea.example.com.", "x")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", token, err, want)
		}
	}
}
