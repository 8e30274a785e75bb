package cloudflare

import (
	"fmt"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
)

const (
	minTTL, maxTTL = 60, 86400
	// maxText is the longest text of all TXT records of one name, and so of one.
	maxText = 8192
)

var (
	types = []string{"A", "AAAA", "CNAME", "TXT", "NS", "MX", "CAA"}
	label = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$`)
)

// input is a record as a client sends it; what is nil was not given.
type input struct {
	ID       string       `json:"id"`
	Type     *string      `json:"type"`
	Name     *string      `json:"name"`
	Content  *string      `json:"content"`
	TTL      *float64     `json:"ttl"`
	Proxied  *bool        `json:"proxied"`
	Priority *uint16      `json:"priority"`
	Data     *records.CAA `json:"data"`
	Comment  *string      `json:"comment"`
	Tags     *[]string    `json:"tags"`
}

// apply lays the input over a record and reports everything that is wrong with the outcome.
func (in input) apply(r records.Record, zone string) (records.Record, []*fault) {
	set(&r.Type, in.Type)
	set(&r.Content, in.Content)
	set(&r.Proxied, in.Proxied)
	set(&r.Comment, in.Comment)
	set(&r.Tags, in.Tags)
	r.Type = strings.ToUpper(r.Type)
	if in.Name != nil {
		r.Name = complete(*in.Name, zone)
	}
	if in.Priority != nil {
		r.Priority = in.Priority
	}
	if in.Data != nil {
		r.CAA = in.Data
	}
	var faults []*fault
	if in.TTL != nil {
		r.TTL = int(*in.TTL)
		if float64(r.TTL) != *in.TTL || (r.TTL != 1 && (r.TTL < minTTL || r.TTL > maxTTL)) {
			faults = append(faults, validation(9021, "TTL must be between 60 and 86400 seconds, or 1 for Automatic."))
		}
	}
	if r.Proxied && !proxiable(r.Type) {
		faults = append(faults, validation(9004, "This record type cannot be proxied."))
	}
	if !validName(r.Name) {
		faults = append(faults, validation(9000, "DNS name is invalid."))
	}
	if !slices.Contains(types, r.Type) {
		text := fmt.Sprintf("DNS record type is invalid; this API knows %s.", strings.Join(types, ", "))
		return r, append(faults, validation(1004, text))
	}
	if f := checkContent(&r); f != nil {
		faults = append(faults, f)
	}
	return r, faults
}

func set[T any](field *T, given *T) {
	if given != nil {
		*field = *given
	}
}

func proxiable(recordType string) bool {
	return recordType == "A" || recordType == "AAAA" || recordType == "CNAME"
}

// complete makes a full name: "@" is the zone, and what does not end in the zone's name gets it appended.
func complete(name, zone string) string {
	if ascii, err := idna.Punycode.ToASCII(name); err == nil {
		name = ascii
	}
	name = lower(strings.TrimSpace(name))
	if name == "@" || name == zone {
		return zone
	}
	if name == "" || strings.HasSuffix(name, "."+zone) {
		return name
	}
	return name + "." + zone
}

func validName(name string) bool {
	if len(name) > 253 {
		return false
	}
	for i, part := range strings.Split(name, ".") {
		if !label.MatchString(part) && (i > 0 || part != "*") {
			return false
		}
	}
	return true
}

// checkContent validates what a type demands and fills in what follows from it.
func checkContent(r *records.Record) *fault {
	switch r.Type {
	case "A":
		if a, err := netip.ParseAddr(r.Content); err != nil || !a.Is4() {
			return invalidContent(9005, "Content for A record must be a valid IPv4 address.")
		}
	case "AAAA":
		if a, err := netip.ParseAddr(r.Content); err != nil || !a.Is6() || a.Zone() != "" {
			return invalidContent(9006, "Content for AAAA record must be a valid IPv6 address.")
		}
	case "CNAME":
		return checkHost(r, 9007)
	case "NS", "MX":
		if r.Type == "MX" && r.Priority == nil {
			return validation(1004, "priority is required for MX records.")
		}
		return checkHost(r, 1004)
	case "TXT":
		if text := records.TextOf(r.Content); text == "" || len(text) > maxText {
			return validation(1004, "Content for TXT record must have 1 to 8192 characters.")
		}
	case "CAA":
		if r.CAA == nil || r.CAA.Tag == "" {
			return validation(1004, "data with flags, tag and value is required for CAA records.")
		}
		r.Content = fmt.Sprintf("%d %s %q", r.CAA.Flags, r.CAA.Tag, r.CAA.Value)
	}
	return nil
}

func checkHost(r *records.Record, code int) *fault {
	r.Content = strings.TrimSuffix(r.Content, ".")
	if host := strings.ToLower(r.Content); !validName(host) || strings.HasPrefix(host, "*") || host == r.Name {
		return invalidContent(code, "Content for "+r.Type+" record is invalid.")
	}
	return nil
}

func invalidContent(code int, text string) *fault {
	return &fault{status: http.StatusBadRequest, Code: code, Message: text}
}
