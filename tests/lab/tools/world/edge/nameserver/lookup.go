package nameserver

import (
	"net"
	"strings"

	"github.com/miekg/dns"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
)

// finding is what one name has for one type.
type finding struct {
	rcode   int
	zone    string // set when the name belongs to one of the zones
	answers []dns.RR
	alias   string // where to go on
}

// lookup finds records; owner keeps the case of the question, as clients compare it.
func (s *Server) lookup(owner string, qtype uint16) finding {
	name := canonical(owner)
	if zone := s.store.ZoneOf(name); zone != nil {
		return s.lookupInZone(zone, owner, name, qtype)
	}
	if address := s.hosts[name]; address != nil {
		if qtype == dns.TypeA || qtype == dns.TypeANY {
			return finding{answers: []dns.RR{addressRecord(owner, address, hostTTL)}}
		}
		return finding{}
	}
	// Nothing else exists in this world. Saying so at once ends the walk through a pod's search domains.
	return finding{rcode: dns.RcodeNameError}
}

func (s *Server) lookupInZone(zone *records.Zone, owner, name string, qtype uint16) finding {
	result := finding{zone: zone.Name}
	own := zone.At(name)
	if len(own) == 0 && !zone.Exists(name) {
		own = wildcard(zone, name)
	}
	if name == zone.Name {
		return s.lookupApex(zone, owner, own, qtype)
	}
	if len(own) == 0 {
		switch {
		case !s.hasDefault(name):
			if !zone.Exists(name) {
				result.rcode = dns.RcodeNameError
			}
		case qtype == dns.TypeA || qtype == dns.TypeANY:
			result.answers = []dns.RR{addressRecord(owner, s.defaultAddress, hostTTL)}
		}
		return result
	}
	result.answers = matching(owner, own, qtype)
	if len(result.answers) > 0 {
		return result
	}
	if alias := matching(owner, own, dns.TypeCNAME); len(alias) > 0 {
		result.answers = alias
		result.alias = alias[0].(*dns.CNAME).Target
	}
	return result
}

// lookupApex answers for the zone's own name. A CNAME there is flattened: the name must keep its SOA and NS records.
func (s *Server) lookupApex(zone *records.Zone, owner string, own []records.Record, qtype uint16) finding {
	result := finding{zone: zone.Name}
	switch qtype {
	case dns.TypeSOA:
		result.answers = []dns.RR{s.soa(zone.Name, owner)}
	case dns.TypeNS:
		result.answers = []dns.RR{s.ns(owner)}
	case dns.TypeA, dns.TypeAAAA:
		result.answers = s.apexAddresses(owner, own, qtype)
	default:
		result.answers = matching(owner, own, qtype)
	}
	return result
}

func (s *Server) apexAddresses(owner string, own []records.Record, qtype uint16) []dns.RR {
	if found := matching(owner, own, qtype); len(found) > 0 {
		return found
	}
	if alias := matching(owner, own, dns.TypeCNAME); len(alias) > 0 {
		var flat []dns.RR
		for _, rr := range s.follow(alias[0].(*dns.CNAME).Target, qtype) {
			rr.Header().Name = owner
			flat = append(flat, rr)
		}
		return flat
	}
	hasAddress := len(matching(owner, own, dns.TypeA))+len(matching(owner, own, dns.TypeAAAA)) > 0
	if qtype == dns.TypeA && s.defaultAddress != nil && !hasAddress {
		return []dns.RR{addressRecord(owner, s.defaultAddress, hostTTL)}
	}
	return nil
}

// follow returns the records at the end of a chain of names.
func (s *Server) follow(target string, qtype uint16) []dns.RR {
	end := new(dns.Msg)
	s.answer(end, dns.Question{Name: target, Qtype: qtype, Qclass: dns.ClassINET})
	var found []dns.RR
	for _, rr := range end.Answer {
		if rr.Header().Rrtype == qtype {
			found = append(found, rr)
		}
	}
	return found
}

// hasDefault says whether the default address stands for a name: for host names only, so that a challenge's name
// is unknown until someone writes its record.
func (s *Server) hasDefault(name string) bool {
	return s.defaultAddress != nil && !strings.HasPrefix(name, "_") && !strings.Contains(name, "._")
}

// wildcard returns the records that a "*" below the closest existing ancestor gives to a missing name (RFC 4592).
func wildcard(zone *records.Zone, name string) []records.Record {
	for rest := name; rest != zone.Name; {
		_, rest, _ = strings.Cut(rest, ".")
		if found := zone.At("*." + rest); len(found) > 0 {
			return found
		}
		if zone.Exists(rest) {
			return nil
		}
	}
	return nil
}

func matching(owner string, own []records.Record, qtype uint16) []dns.RR {
	var found []dns.RR
	for _, r := range own {
		if qtype == dns.TypeANY || dns.StringToType[r.Type] == qtype {
			if rr := toRR(owner, r); rr != nil {
				found = append(found, rr)
			}
		}
	}
	return found
}

func addressRecord(owner string, address net.IP, ttl uint32) dns.RR {
	return &dns.A{Hdr: header(owner, dns.TypeA, ttl), A: address}
}
