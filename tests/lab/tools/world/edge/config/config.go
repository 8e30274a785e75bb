// Package config reads the edge program's configuration file.
package config

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
)

// Config is the whole of edge.json.
type Config struct {
	DNS        DNS        `json:"dns"`
	Hosts      Hosts      `json:"hosts"`
	Cloudflare Cloudflare `json:"cloudflare"`
	Google     Google     `json:"google"`
	ACME       []ACME     `json:"acme"`
	// ACMERoots is a PEM file with the authorities of the ACME upstreams' own certificates.
	ACMERoots string    `json:"acmeRoots"`
	Registry  Registry  `json:"registry"`
	Proxy     Proxy     `json:"proxy"`
	Forwards  []Forward `json:"forwards"`
	// Control is "unix:PATH".
	Control string `json:"control"`
}

// DNS configures the name server.
type DNS struct {
	Listen     []string   `json:"listen"`
	Zones      []string   `json:"zones"`
	Nameserver Nameserver `json:"nameserver"`
	// DefaultAddress answers for every host name of the zones that has no record; without it such names do not exist.
	DefaultAddress string            `json:"defaultAddress"`
	Hosts          map[string]string `json:"hosts"`
	// UpdateKeys are those that sign dynamic updates.
	UpdateKeys []UpdateKey `json:"updateKeys"`
}

// UpdateKey is a TSIG key, and the zones that it may update.
type UpdateKey struct {
	Name string `json:"name"`
	// Algorithm is "hmac-sha256" and the like.
	Algorithm string `json:"algorithm"`
	// Secret is base64.
	Secret string   `json:"secret"`
	Zones  []string `json:"zones"`
}

// Nameserver is the name and address that the zones' NS records lead to.
type Nameserver struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// Hosts configures the TLS listener that all API hosts share.
type Hosts struct {
	Listen      string `json:"listen"`
	Certificate string `json:"certificate"`
	Key         string `json:"key"`
}

// Cloudflare configures the emulator of Cloudflare's DNS API.
type Cloudflare struct {
	Host   string  `json:"host"`
	Tokens []Token `json:"tokens"`
}

// Token is an API token with what it may do, and where.
type Token struct {
	Value       string   `json:"value"`
	Permissions []string `json:"permissions"`
	Zones       []string `json:"zones"`
}

// Google configures the emulators of Google's APIs, which share one project.
type Google struct {
	TokenHost    string `json:"tokenHost"`
	IAMHost      string `json:"iamHost"`
	ProjectsHost string `json:"projectsHost"`
	DNSHost      string `json:"dnsHost"`
	// AdminToken is an access token with which everything is allowed.
	AdminToken    string `json:"adminToken"`
	ProjectID     string `json:"projectId"`
	ProjectNumber string `json:"projectNumber"`
	// ManagedZones are those of dns.zones that Cloud DNS has from the start, by their name there.
	ManagedZones map[string]string `json:"managedZones"`
}

// Hosts lists the hosts of Google's APIs.
func (g Google) Hosts() []string { return []string{g.TokenHost, g.IAMHost, g.ProjectsHost, g.DNSHost} }

// ACME leads public host names to an ACME server.
type ACME struct {
	Hosts    []string `json:"hosts"`
	Upstream string   `json:"upstream"`
}

// Registry serves the chart archives of a directory as OCI artifacts.
type Registry struct {
	Host       string `json:"host"`
	Charts     string `json:"charts"`
	Repository string `json:"repository"`
}

// Proxy configures the CONNECT proxy.
type Proxy struct {
	Listen string `json:"listen"`
}

// Forward leads connections to a TCP address; Listen is "host:port" or "unix:PATH".
type Forward struct {
	Listen string `json:"listen"`
	To     string `json:"to"`
}

// APIHosts lists every host name that the TLS listener serves and the proxy leads to it.
func (c *Config) APIHosts() []string {
	names := append([]string{c.Cloudflare.Host, c.Registry.Host}, c.Google.Hosts()...)
	for _, a := range c.ACME {
		names = append(names, a.Hosts...)
	}
	return names
}

// Read loads a configuration and reports all of its problems in one error.
func Read(path string) (*Config, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w; give its path with --config", err)
	}
	return parse(path, raw)
}

func parse(path string, raw []byte) (*Config, error) {
	var tree any
	if err := json.Unmarshal(raw, &tree); err != nil {
		return nil, fmt.Errorf("%s is not JSON: %w", path, err)
	}
	found := &problems{}
	found.checkShape("", tree, reflect.TypeFor[Config]())
	if found.mistyped {
		return nil, found.err(path)
	}
	cfg := &Config{}
	if err := json.Unmarshal(raw, cfg); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	cfg.lowerNames()
	found.checkValues(cfg)
	return cfg, found.err(path)
}

// lowerNames makes later comparisons of names independent of case.
func (c *Config) lowerNames() {
	lower := func(names []string) {
		for i := range names {
			names[i] = strings.ToLower(names[i])
		}
	}
	lower(c.DNS.Zones)
	for i := range c.Cloudflare.Tokens {
		lower(c.Cloudflare.Tokens[i].Zones)
	}
	for i := range c.ACME {
		lower(c.ACME[i].Hosts)
	}
	c.DNS.Nameserver.Name = strings.ToLower(c.DNS.Nameserver.Name)
	for _, host := range []*string{&c.Cloudflare.Host, &c.Google.TokenHost, &c.Google.IAMHost, &c.Google.ProjectsHost, &c.Google.DNSHost} {
		*host = strings.ToLower(*host)
	}
	for name, zone := range c.Google.ManagedZones {
		c.Google.ManagedZones[name] = strings.ToLower(zone)
	}
	c.Registry.Host = strings.ToLower(c.Registry.Host)
	hosts := make(map[string]string, len(c.DNS.Hosts))
	for name, address := range c.DNS.Hosts {
		hosts[strings.ToLower(name)] = address
	}
	c.DNS.Hosts = hosts
}
