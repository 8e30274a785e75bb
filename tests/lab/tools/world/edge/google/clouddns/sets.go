package clouddns

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
)

// recordSet is all records of a name and type.
type recordSet struct {
	Kind             string   `json:"kind,omitempty"`
	Name             string   `json:"name"`
	Type             string   `json:"type"`
	TTL              int      `json:"ttl"`
	Rrdatas          []string `json:"rrdatas"`
	SignatureRrdatas []string `json:"signatureRrdatas"`
}

// automaticTTL stands for the TTL of records that Cloudflare's API wrote with "automatic".
const automaticTTL = 300

// types are those of which the name server makes answers.
var types = []string{"A", "AAAA", "CAA", "CNAME", "MX", "NS", "TXT"}

// label is how messages name a set.
func (r recordSet) label() string { return fmt.Sprintf("%s (%s)", r.Name, r.Type) }

// owner is the set's name in the store.
func (r recordSet) owner() string { return strings.ToLower(strings.TrimSuffix(r.Name, ".")) }

// sets groups a zone's records, after the two sets that every zone has.
func (s *Server) sets(z *records.Zone) []recordSet {
	list := s.apex(z.Name)
	for _, r := range z.Records {
		i := slices.IndexFunc(list, func(other recordSet) bool { return other.owner() == r.Name && other.Type == r.Type })
		if i < 0 {
			i = len(list)
			list = append(list, setOf(r))
		}
		list[i].Rrdatas = append(list[i].Rrdatas, dataOf(r))
	}
	rank := func(r recordSet) int { return slices.Index([]string{"NS", "SOA"}, r.Type) + 1 }
	slices.SortStableFunc(list, func(x, y recordSet) int {
		if x.Name == y.Name && x.owner() == z.Name {
			return cmp.Compare(rank(y), rank(x))
		}
		return cmp.Or(cmp.Compare(len(x.Name), len(y.Name)), cmp.Compare(x.Name, y.Name), cmp.Compare(x.Type, y.Type))
	})
	return list
}

// apex are the sets that a zone is made with, as the name server answers them.
func (s *Server) apex(zone string) []recordSet {
	set := func(recordType string, ttl int, data string) recordSet {
		return recordSet{
			Kind: "dns#resourceRecordSet", Name: zone + ".", Type: recordType, TTL: ttl, Rrdatas: []string{data},
			SignatureRrdatas: []string{},
		}
	}
	soa := fmt.Sprintf("%s. hostmaster.%s. 1 3600 600 86400 1", s.nameserver, zone)
	return []recordSet{set("NS", 60, s.nameserver+"."), set("SOA", 60, soa)}
}

func setOf(r records.Record) recordSet {
	set := recordSet{Kind: "dns#resourceRecordSet", Name: r.Name + ".", Type: r.Type, TTL: r.TTL, SignatureRrdatas: []string{}}
	if r.TTL <= 1 {
		set.TTL = automaticTTL
	}
	return set
}

// dataOf is a record in the presentation form of a zone file.
func dataOf(r records.Record) string {
	switch r.Type {
	case "TXT":
		return quote(records.TextOf(r.Content))
	case "CNAME", "NS":
		return dns.Fqdn(r.Content)
	case "MX":
		return fmt.Sprintf("%d %s", *r.Priority, dns.Fqdn(r.Content))
	}
	return r.Content
}

// quote cuts a text into character strings, as TXT records hold them.
func quote(text string) string {
	const longest = 255
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	var parts []string
	for len(text) > longest {
		parts = append(parts, `"`+escape.Replace(text[:longest])+`"`)
		text = text[longest:]
	}
	return strings.Join(append(parts, `"`+escape.Replace(text)+`"`), " ")
}

// parse turns the set's data into records, or names the datum that has the wrong form.
func (r recordSet) parse() (list []records.Record, wrong string) {
	for _, data := range r.Rrdatas {
		one := records.Record{Name: r.owner(), Type: r.Type, TTL: r.TTL}
		if !parseData(&one, data) {
			return nil, data
		}
		list = append(list, one)
	}
	return list, ""
}

func parseData(r *records.Record, data string) bool {
	fields := strings.Fields(data)
	switch r.Type {
	case "A", "AAAA":
		address, err := netip.ParseAddr(data)
		r.Content = data
		return err == nil && address.Is4() == (r.Type == "A") && address.Zone() == ""
	case "CNAME", "NS":
		return parseHost(r, data)
	case "MX":
		if len(fields) != 2 {
			return false
		}
		number, err := strconv.ParseUint(fields[0], 10, 16)
		priority := uint16(number)
		r.Priority = &priority
		return err == nil && parseHost(r, fields[1])
	case "CAA":
		return parseCAA(r, data)
	case "TXT":
		// Words without quotes are strings of their own, as in zone files.
		if !strings.HasPrefix(strings.TrimSpace(data), `"`) {
			data = `"` + strings.Join(fields, `" "`) + `"`
		}
		r.Content = data
		return records.TextOf(data) != ""
	}
	return false
}

// parseHost takes absolute names only: what lacks the final dot would be relative in a zone file.
func parseHost(r *records.Record, data string) bool {
	_, ok := dns.IsDomainName(data)
	r.Content = strings.TrimSuffix(data, ".")
	return ok && strings.HasSuffix(data, ".") && !strings.ContainsAny(data, " /:*@")
}

func parseCAA(r *records.Record, data string) bool {
	rr, err := dns.NewRR(dns.Fqdn(r.Name) + " CAA " + data)
	caa, ok := rr.(*dns.CAA)
	if err != nil || !ok {
		return false
	}
	r.CAA = &records.CAA{Flags: caa.Flag, Tag: caa.Tag, Value: caa.Value}
	r.Content = fmt.Sprintf("%d %s %q", caa.Flag, caa.Tag, caa.Value)
	return true
}
