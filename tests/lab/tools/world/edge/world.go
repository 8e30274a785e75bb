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
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/faults"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/clouddns"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/iam"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/identity"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/projects"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/token"
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
	set := faults.New(hosts.refusals)
	return &world{
		cfg: cfg,
		log: log,
		dns: nameserver.New(cfg.DNS, store),
		control: &control.Control{
			Store: store, Log: log, Faults: set, Hosts: hosts.byHost,
			Identities: hosts.directory.State, Tokens: hosts.cloudflare.Tokens, Zones: hosts.cloudDNS.Zones,
		},
		hosts:   log.Record(set.Wrap(hosts.byHost)),
		tls:     &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12},
		tunnels: &tunnel.Group{},
	}, nil
}

func (w *world) proxy() http.Handler {
	return &proxy.Handler{Hosts: w.cfg.APIHosts(), To: w.cfg.Hosts.Listen, Log: w.log, Group: w.tunnels}
}

// emulators are the handlers of the API hosts, with the parts that the control socket shows.
type emulators struct {
	byHost     byHost
	refusals   map[string]faults.Refusal
	directory  *identity.Directory
	cloudflare *cloudflare.API
	cloudDNS   *clouddns.Server
}

func (e *emulators) add(host string, handler http.Handler, refusal faults.Refusal) {
	e.byHost[host], e.refusals[host] = handler, refusal
}

func apiHosts(cfg *config.Config, store *records.Store) (*emulators, error) {
	charts, err := registry.New(cfg.Registry)
	if err != nil {
		return nil, err
	}
	e := &emulators{byHost: byHost{}, refusals: map[string]faults.Refusal{}}
	e.cloudflare = cloudflare.New(cfg.Cloudflare, store, cfg.DNS.Nameserver.Name)
	e.add(cfg.Cloudflare.Host, e.cloudflare, faults.Cloudflare)
	e.add(cfg.Registry.Host, charts, faults.Plain)
	e.addGoogle(cfg, store)
	return e, e.addACME(cfg)
}

func (e *emulators) addGoogle(cfg *config.Config, store *records.Store) {
	g := cfg.Google
	tokenURL := "https://" + g.TokenHost + "/token"
	e.directory = identity.New(identity.Project{ID: g.ProjectID, Number: g.ProjectNumber}, g.AdminToken, tokenURL)
	e.cloudDNS = clouddns.New(e.directory, store, cfg.DNS.Nameserver.Name, g.ManagedZones)
	e.add(g.TokenHost, &token.Endpoint{Directory: e.directory, URL: tokenURL}, faults.GoogleToken)
	e.add(g.IAMHost, iam.New(e.directory), faults.Google)
	e.add(g.ProjectsHost, projects.New(e.directory), faults.Google)
	e.add(g.DNSHost, e.cloudDNS, faults.Google)
}

func (e *emulators) addACME(cfg *config.Config) error {
	pem, err := os.ReadFile(cfg.ACMERoots)
	if err != nil {
		return fmt.Errorf("acmeRoots: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	for _, a := range cfg.ACME {
		front, err := acmefront.New(a.Upstream, roots)
		if err != nil {
			return err
		}
		for _, name := range a.Hosts {
			e.add(name, front, faults.ACME)
		}
	}
	return nil
}

// byHost chooses a handler by the Host header.
type byHost map[string]http.Handler

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
