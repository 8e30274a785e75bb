package config

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// Permissions are those of Cloudflare's token permissions that matter to DNS records, and the one to make tokens.
var Permissions = []string{"zone:read", "dns:read", "dns:edit", "tokens:edit"}

func (p *problems) checkValues(c *Config) {
	p.checkDNS(&c.DNS)
	p.address("hosts.listen", c.Hosts.Listen)
	p.checkCloudflare(c)
	p.checkGoogle(c)
	for i, a := range c.ACME {
		at := fmt.Sprintf("acme[%d]", i)
		p.nonEmpty(at+".hosts", len(a.Hosts))
		for j, host := range a.Hosts {
			p.name(fmt.Sprintf("%s.hosts[%d]", at, j), host)
		}
		p.origin(at+".upstream", a.Upstream)
	}
	p.roots("acmeRoots", c.ACMERoots)
	p.name("registry.host", c.Registry.Host)
	p.directory("registry.charts", c.Registry.Charts)
	if c.Registry.Repository == "" || strings.Trim(c.Registry.Repository, "/") != c.Registry.Repository {
		p.add("registry.repository", "%q must be a path without leading or final slash, such as \"jetstack/charts\"", c.Registry.Repository)
	}
	p.address("proxy.listen", c.Proxy.Listen)
	for i, f := range c.Forwards {
		p.addressOrSocket(fmt.Sprintf("forwards[%d].listen", i), f.Listen)
		p.address(fmt.Sprintf("forwards[%d].to", i), f.To)
	}
	if path, ok := strings.CutPrefix(c.Control, "unix:"); !ok || path == "" {
		p.add("control", "%q must be \"unix:PATH\"", c.Control)
	}
	p.unique("host", c.APIHosts())
	p.unique("listening address", listening(c))
	p.keyPair(c)
}

func (p *problems) checkDNS(d *DNS) {
	p.nonEmpty("dns.listen", len(d.Listen))
	for i, a := range d.Listen {
		p.address(fmt.Sprintf("dns.listen[%d]", i), a)
	}
	p.nonEmpty("dns.zones", len(d.Zones))
	for i, z := range d.Zones {
		p.name(fmt.Sprintf("dns.zones[%d]", i), z)
	}
	p.unique("zone", d.Zones)
	p.name("dns.nameserver.name", d.Nameserver.Name)
	p.ipv4("dns.nameserver.address", d.Nameserver.Address)
	if d.DefaultAddress != "" {
		p.ipv4("dns.defaultAddress", d.DefaultAddress)
	}
	for _, name := range slices.Sorted(maps.Keys(d.Hosts)) {
		p.name("dns.hosts", name)
		p.ipv4("dns.hosts."+name, d.Hosts[name])
	}
	for i, key := range d.UpdateKeys {
		p.checkUpdateKey(fmt.Sprintf("dns.updateKeys[%d]", i), key, d.Zones)
	}
}

func (p *problems) checkUpdateKey(at string, key UpdateKey, zones []string) {
	p.name(at+".name", key.Name)
	if secret, err := base64.StdEncoding.DecodeString(key.Secret); err != nil || len(secret) == 0 {
		p.add(at+".secret", "must be base64")
	}
	if known := []string{dns.HmacSHA1, dns.HmacSHA256, dns.HmacSHA512}; !slices.Contains(known, dns.Fqdn(key.Algorithm)) {
		p.add(at+".algorithm", "%q is unknown; known: %s", key.Algorithm, strings.Join(known, ", "))
	}
	for j, zone := range key.Zones {
		if !slices.Contains(zones, zone) {
			p.add(fmt.Sprintf("%s.zones[%d]", at, j), "%q is none of dns.zones (%s)", zone, strings.Join(zones, ", "))
		}
	}
}

func (p *problems) checkCloudflare(c *Config) {
	p.name("cloudflare.host", c.Cloudflare.Host)
	p.nonEmpty("cloudflare.tokens", len(c.Cloudflare.Tokens))
	seen := map[string]int{}
	for i, t := range c.Cloudflare.Tokens {
		at := fmt.Sprintf("cloudflare.tokens[%d]", i)
		if t.Value == "" {
			p.add(at+".value", "is empty; give the token")
		}
		if first, dup := seen[t.Value]; dup {
			p.add(at+".value", "is the same as that of tokens[%d]; every token needs its own", first)
		}
		seen[t.Value] = i
		for j, permission := range t.Permissions {
			if !slices.Contains(Permissions, permission) {
				p.add(fmt.Sprintf("%s.permissions[%d]", at, j), "%q is unknown; known: %s", permission, strings.Join(Permissions, ", "))
			}
		}
		for j, zone := range t.Zones {
			if !slices.Contains(c.DNS.Zones, zone) {
				p.add(fmt.Sprintf("%s.zones[%d]", at, j), "%q is none of dns.zones (%s)", zone, strings.Join(c.DNS.Zones, ", "))
			}
		}
	}
}

func (p *problems) checkGoogle(c *Config) {
	p.name("google.tokenHost", c.Google.TokenHost)
	p.name("google.iamHost", c.Google.IAMHost)
	p.name("google.projectsHost", c.Google.ProjectsHost)
	p.name("google.dnsHost", c.Google.DNSHost)
	for path, value := range map[string]string{
		"adminToken": c.Google.AdminToken, "projectId": c.Google.ProjectID, "projectNumber": c.Google.ProjectNumber,
	} {
		if value == "" {
			p.add("google."+path, "is empty or missing")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Google.ManagedZones)) {
		if zone := c.Google.ManagedZones[name]; !slices.Contains(c.DNS.Zones, zone) {
			p.add("google.managedZones."+name, "%q is none of dns.zones (%s)", zone, strings.Join(c.DNS.Zones, ", "))
		}
	}
}

func listening(c *Config) []string {
	all := append([]string{c.Hosts.Listen, c.Proxy.Listen, c.Control}, c.DNS.Listen...)
	for _, f := range c.Forwards {
		all = append(all, f.Listen)
	}
	return all
}

func (p *problems) nonEmpty(path string, n int) {
	if n == 0 {
		p.add(path, "is empty or missing; give at least one")
	}
}

func (p *problems) address(path, value string) {
	if _, err := netip.ParseAddrPort(value); err != nil {
		p.add(path, "%q must be an IP address and a port, such as \"127.0.0.1:3128\"", value)
	}
}

func (p *problems) addressOrSocket(path, value string) {
	if socket, ok := strings.CutPrefix(value, "unix:"); ok {
		if socket == "" {
			p.add(path, "%q lacks the socket's path", value)
		}
		return
	}
	p.address(path, value)
}

func (p *problems) ipv4(path, value string) {
	if a, err := netip.ParseAddr(value); err != nil || !a.Is4() {
		p.add(path, "%q must be an IPv4 address", value)
	}
}

func (p *problems) name(path, value string) {
	_, ok := dns.IsDomainName(value)
	if !ok || value == "" || strings.HasSuffix(value, ".") || strings.ContainsAny(value, " /:*@") {
		p.add(path, "%q must be a domain name without final dot, such as \"example.com\"", value)
	}
}

func (p *problems) origin(path, value string) {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.Path != "" || u.RawQuery != "" {
		p.add(path, "%q must be https://HOST:PORT", value)
	}
}

func (p *problems) directory(path, value string) {
	if info, err := os.Stat(value); err != nil || !info.IsDir() {
		p.add(path, "%q must be an existing directory", value)
	}
}

func (p *problems) roots(path, value string) {
	if value == "" {
		p.add(path, "is empty or missing; give a PEM file of certificates")
		return
	}
	pem, err := os.ReadFile(value)
	if err != nil {
		p.add(path, "%v; give a PEM file of certificates", err)
	} else if !x509.NewCertPool().AppendCertsFromPEM(pem) {
		p.add(path, "%q holds no PEM certificate", value)
	}
}

func (p *problems) unique(what string, values []string) {
	seen := map[string]bool{}
	for _, v := range values {
		if seen[v] && v != "" {
			p.add(what, "%q is used twice; each must be given once", v)
		}
		seen[v] = true
	}
}

func (p *problems) keyPair(c *Config) {
	if c.Hosts.Certificate == "" || c.Hosts.Key == "" {
		p.add("hosts.certificate, hosts.key", "are empty or missing; give PEM files that belong together")
		return
	}
	pair, err := tls.LoadX509KeyPair(c.Hosts.Certificate, c.Hosts.Key)
	if err != nil {
		p.add("hosts.certificate, hosts.key", "%v; give PEM files that belong together", err)
		return
	}
	for _, host := range c.APIHosts() {
		if err := pair.Leaf.VerifyHostname(host); err != nil && host != "" {
			p.add("hosts.certificate", "does not cover %q; issue it with all hosts of cloudflare, google, acme and registry", host)
		}
	}
}
