package acmefront

import (
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// pebble answers with what it was asked and with the Link header that Pebble makes of the Host header.
func pebble(t *testing.T) *httptest.Server {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Link", `<https://`+r.Host+`/dir>;rel="index"`)
		w.Header().Add("Link", `<https://`+r.Host+`/cert/1/dir>;rel="alternate"`)
		io.WriteString(w, r.Method+" "+r.Host+" "+r.URL.RequestURI())
	}))
	t.Cleanup(server.Close)
	return server
}

func ask(t *testing.T, upstream string, roots *x509.CertPool, path string) *httptest.ResponseRecorder {
	t.Helper()
	front, err := New(upstream, roots)
	if err != nil {
		t.Fatal(err)
	}
	recorder := httptest.NewRecorder()
	front.ServeHTTP(recorder, httptest.NewRequest("GET", "https://acme.lab.test"+path, nil))
	return recorder
}

func TestPathsHostAndLinks(t *testing.T) {
	server := pebble(t)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	for path, want := range map[string]string{
		"/directory":       "GET acme.lab.test /dir",
		"/nonce-plz":       "GET acme.lab.test /nonce-plz",
		"/directory/x?y=z": "GET acme.lab.test /directory/x?y=z",
	} {
		got := ask(t, server.URL, roots, path)
		if got.Body.String() != want {
			t.Errorf("%s: %s, want %s", path, got.Body, want)
		}
		links := got.Header().Values("Link")
		if links[0] != `<https://acme.lab.test/directory>;rel="index"` || links[1] != `<https://acme.lab.test/cert/1/dir>;rel="alternate"` {
			t.Errorf("%s: links %q", path, links)
		}
	}
}

func TestUpstreamThatIsNotTrustedOrGone(t *testing.T) {
	untrusted := pebble(t)
	gone := pebble(t)
	gone.Close()
	for name, upstream := range map[string]string{"untrusted": untrusted.URL, "gone": gone.URL} {
		got := ask(t, upstream, x509.NewCertPool(), "/directory")
		var problem map[string]any
		if err := json.Unmarshal(got.Body.Bytes(), &problem); err != nil {
			t.Fatal(err)
		}
		if got.Code != http.StatusBadGateway || problem["type"] != "urn:ietf:params:acme:error:serverInternal" {
			t.Errorf("%s: %d %v", name, got.Code, problem)
		}
	}
}
