package nameserver

import (
	"net"
	"strings"

	"github.com/miekg/dns"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
)

const (
	hostTTL = 60
	// automaticTTL is what Cloudflare serves for a TTL of 1, "automatic".
	automaticTTL = 300
	// zoneTTL also bounds how long cert-manager remembers which zone a name is in.
	zoneTTL = 60
	// txtSegment is the longest character string inside a TXT record (RFC 1035).
	txtSegment = 255
)

func header(owner string, rrtype uint16, ttl uint32) dns.RR_Header {
	return dns.RR_Header{Name: owner, Rrtype: rrtype, Class: dns.ClassINET, Ttl: ttl}
}

func (s *Server) soa(zone, owner string) dns.RR {
	return &dns.SOA{
		Hdr: header(owner, dns.TypeSOA, zoneTTL), Ns: dns.Fqdn(s.nameserver), Mbox: "hostmaster." + dns.Fqdn(zone),
		Serial: 1, Refresh: 3600, Retry: 600, Expire: 86400, Minttl: 1,
	}
}

func (s *Server) ns(owner string) dns.RR {
	return &dns.NS{Hdr: header(owner, dns.TypeNS, zoneTTL), Ns: dns.Fqdn(s.nameserver)}
}

// toRR turns a stored record into its wire form; the APIs store only types that this knows.
func toRR(owner string, r records.Record) dns.RR {
	ttl := uint32(r.TTL)
	if r.TTL <= 1 {
		ttl = automaticTTL
	}
	h := header(owner, dns.StringToType[r.Type], ttl)
	switch r.Type {
	case "A":
		return &dns.A{Hdr: h, A: net.ParseIP(r.Content).To4()}
	case "AAAA":
		return &dns.AAAA{Hdr: h, AAAA: net.ParseIP(r.Content)}
	case "CNAME":
		return &dns.CNAME{Hdr: h, Target: dns.Fqdn(r.Content)}
	case "NS":
		return &dns.NS{Hdr: h, Ns: dns.Fqdn(r.Content)}
	case "MX":
		return &dns.MX{Hdr: h, Preference: *r.Priority, Mx: dns.Fqdn(r.Content)}
	case "CAA":
		return &dns.CAA{Hdr: h, Flag: r.CAA.Flags, Tag: r.CAA.Tag, Value: r.CAA.Value}
	case "TXT":
		return &dns.TXT{Hdr: h, Txt: segments(records.TextOf(r.Content))}
	}
	return nil
}

// segments cuts a text into character strings. The library reads them as escaped, hence the doubled backslashes.
func segments(text string) []string {
	var list []string
	for len(text) > txtSegment {
		list = append(list, escape(text[:txtSegment]))
		text = text[txtSegment:]
	}
	return append(list, escape(text))
}

func escape(text string) string { return strings.ReplaceAll(text, `\`, `\\`) }
