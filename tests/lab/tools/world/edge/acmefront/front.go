// Package acmefront puts a public ACME host name before a Pebble.
package acmefront

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"
)

// The directory's path as Let's Encrypt has it, and as Pebble has it.
const (
	publicDirectory = "/directory"
	pebbleDirectory = "/dir"
)

// New makes a reverse proxy to an ACME server whose own certificate the roots verify. The Host header is kept: Pebble
// makes its URLs of it, and clients sign them.
func New(upstream string, roots *x509.CertPool) (http.Handler, error) {
	target, err := url.Parse(upstream)
	if err != nil {
		return nil, fmt.Errorf("acme upstream %q: %w", upstream, err)
	}
	return &httputil.ReverseProxy{
		Transport: &http.Transport{
			TLSClientConfig:       &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			MaxIdleConnsPerHost:   64,
			IdleConnTimeout:       time.Minute,
			ResponseHeaderTimeout: time.Minute,
			DisableCompression:    true,
		},
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
			if r.In.URL.Path == publicDirectory {
				r.Out.URL.Path = pebbleDirectory
			}
		},
		ModifyResponse: publicLinks,
		ErrorHandler:   unavailable,
		ErrorLog:       slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
	}, nil
}

// publicLinks corrects the Link headers that name the directory (rel="index").
func publicLinks(response *http.Response) error {
	links := response.Header.Values("Link")
	for i, link := range links {
		links[i] = strings.Replace(link, response.Request.Host+pebbleDirectory+">", response.Request.Host+publicDirectory+">", 1)
	}
	return nil
}

// unavailable answers with a problem document (RFC 8555, 6.7), so that clients treat it as the server's fault.
func unavailable(w http.ResponseWriter, r *http.Request, err error) {
	slog.Error("acme upstream", "host", r.Host, "error", err)
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(http.StatusBadGateway)
	problem := map[string]any{
		"type":   "urn:ietf:params:acme:error:serverInternal",
		"detail": fmt.Sprintf("the ACME server behind %s does not answer", r.Host),
		"status": http.StatusBadGateway,
	}
	if err := json.NewEncoder(w).Encode(problem); err != nil {
		slog.Debug("acme reply lost", "error", err)
	}
}
