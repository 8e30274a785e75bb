package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/acmefront"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/activity"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/cloudflare"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/config"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/control"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/nameserver"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/proxy"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/registry"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/tunnel"
)

// world holds the parts, made but not yet listening.
type world struct {
	cfg     *config.Config
	log     *activity.Log
	dns     *nameserver.Server
	control *control.Control
	hosts   http.Handler
	tls     *tls.Config
	tunnels *tunnel.Group
}

func newWorld(cfg *config.Config) (*world, error) {
	pair, err := tls.LoadX509KeyPair(cfg.Hosts.Certificate, cfg.Hosts.Key)
	if err != nil {
		return nil, fmt.Errorf("hosts.certificate: %w", err)
	}
	store := records.NewStore(cfg.DNS.Zones)
	log := &activity.Log{}
	hosts, err := apiHosts(cfg, store)
	if err != nil {
		return nil, err
	}
	return &world{
		cfg:     cfg,
		log:     log,
		dns:     nameserver.New(cfg.DNS, store),
		control: &control.Control{Store: store, Log: log},
		hosts:   log.Record(hosts),
		tls:     &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12},
		tunnels: &tunnel.Group{},
	}, nil
}

func (w *world) proxy() http.Handler {
	return &proxy.Handler{Hosts: w.cfg.APIHosts(), To: w.cfg.Hosts.Listen, Log: w.log, Group: w.tunnels}
}

// byHost chooses a handler by the Host header.
type byHost map[string]http.Handler

func apiHosts(cfg *config.Config, store *records.Store) (byHost, error) {
	charts, err := registry.New(cfg.Registry)
	if err != nil {
		return nil, err
	}
	hosts := byHost{
		cfg.Cloudflare.Host: cloudflare.New(cfg.Cloudflare, store, cfg.DNS.Nameserver.Name),
		cfg.Registry.Host:   charts,
	}
	pem, err := os.ReadFile(cfg.ACMERoots)
	if err != nil {
		return nil, fmt.Errorf("acmeRoots: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	for _, a := range cfg.ACME {
		front, err := acmefront.New(a.Upstream, roots)
		if err != nil {
			return nil, err
		}
		for _, name := range a.Hosts {
			hosts[name] = front
		}
	}
	return hosts, nil
}

func (b byHost) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := strings.ToLower(r.Host)
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if handler := b[host]; handler != nil {
		handler.ServeHTTP(w, r)
		return
	}
	http.Error(w, fmt.Sprintf("%q is not a host of this lab", r.Host), http.StatusMisdirectedRequest)
}
