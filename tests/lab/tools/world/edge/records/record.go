// Package records keeps the DNS records of the lab's zones.
package records

import (
	"strconv"
	"strings"
	"time"
)

// Record is one DNS record as an API wrote it. Name is a lower-case name without final dot.
type Record struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Type     string    `json:"type"`
	Content  string    `json:"content"`
	TTL      int       `json:"ttl"`
	Priority *uint16   `json:"priority,omitempty"`
	CAA      *CAA      `json:"data,omitempty"`
	Proxied  bool      `json:"proxied"`
	Comment  string    `json:"comment,omitempty"`
	Tags     []string  `json:"tags,omitempty"`
	Created  time.Time `json:"created"`
	Modified time.Time `json:"modified"`
}

// CAA is the structured form of a CAA record.
type CAA struct {
	Flags uint8  `json:"flags"`
	Tag   string `json:"tag"`
	Value string `json:"value"`
}

// Value is the content in the form that decides whether two records say the same: TXT without its quotes,
// host names without case.
func (r Record) Value() string {
	switch r.Type {
	case "TXT":
		return TextOf(r.Content)
	case "CNAME", "NS":
		return strings.ToLower(r.Content)
	case "MX":
		if r.Priority != nil {
			return strconv.Itoa(int(*r.Priority)) + " " + strings.ToLower(r.Content)
		}
	}
	return r.Content
}

// TextOf returns the text of a TXT record's content, which is either plain or a sequence of quoted strings with
// the escapes of RFC 1035.
func TextOf(content string) string {
	trimmed := strings.TrimSpace(content)
	if len(trimmed) < 2 || trimmed[0] != '"' || trimmed[len(trimmed)-1] != '"' {
		return content
	}
	var text strings.Builder
	quoted := false
	for i := 0; i < len(trimmed); i++ {
		switch c := trimmed[i]; {
		case c == '"':
			quoted = !quoted
		case !quoted:
		case c == '\\' && i+1 < len(trimmed):
			i += unescape(&text, trimmed[i+1:])
		default:
			text.WriteByte(c)
		}
	}
	return text.String()
}

// unescape writes the character that follows a backslash and returns how many bytes stood for it.
func unescape(text *strings.Builder, rest string) int {
	if len(rest) >= 3 {
		if n, err := strconv.ParseUint(rest[:3], 10, 8); err == nil {
			text.WriteByte(byte(n))
			return 3
		}
	}
	text.WriteByte(rest[0])
	return 1
}
