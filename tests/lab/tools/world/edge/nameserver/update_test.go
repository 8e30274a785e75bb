package nameserver

import (
	"context"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/config"
)

const keySecret = "bGFiLXRzaWctc2VjcmV0LTAxMjM0NTY3ODlhYmNkZWY="

func TestUpdates(t *testing.T) {
	server := testServer(t)
	server.keys = keysOf([]config.UpdateKey{{Name: "lab", Algorithm: "hmac-sha256", Secret: keySecret, Zones: []string{"example.com"}}})
	if err := server.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve() }()
	address := server.running[0].PacketConn.LocalAddr().String()
	txt := func(name, value string) []dns.RR {
		return []dns.RR{&dns.TXT{Hdr: header(name, dns.TypeTXT, 60), Txt: []string{value}}}
	}
	const name = "_acme-challenge.new.example.com."
	insert := func(m *dns.Msg) { m.Insert(txt(name, "one")) }
	cases := []struct {
		what, zone, key, secret, algorithm string
		change                             func(*dns.Msg)
		rcode, left                        int
	}{
		{"unsigned", "example.com.", "", "", "", insert, dns.RcodeRefused, 0},
		{"wrong secret", "example.com.", "lab.", "c2VjcmV0", dns.HmacSHA256, insert, dns.RcodeNotAuth, 0},
		{"unknown key", "example.com.", "other.", keySecret, dns.HmacSHA256, insert, dns.RcodeNotAuth, 0},
		{"other algorithm", "example.com.", "lab.", keySecret, dns.HmacSHA512, insert, dns.RcodeRefused, 0},
		{"zone of another key", "sub.example.com.", "lab.", keySecret, dns.HmacSHA256, insert, dns.RcodeRefused, 0},
		{"no zone", "example.test.", "lab.", keySecret, dns.HmacSHA256, insert, dns.RcodeNotZone, 0},
		{"other type", "example.com.", "lab.", keySecret, dns.HmacSHA256, func(m *dns.Msg) {
			m.Insert([]dns.RR{addressRecord(name, server.defaultAddress, 60)})
		}, dns.RcodeRefused, 0},
		{"insert", "example.com.", "lab.", keySecret, dns.HmacSHA256, insert, dns.RcodeSuccess, 1},
		{"again", "example.com.", "lab.", keySecret, dns.HmacSHA256, insert, dns.RcodeSuccess, 1},
		{"second", "example.com.", "lab.", keySecret, dns.HmacSHA256, func(m *dns.Msg) { m.Insert(txt(name, "two")) }, dns.RcodeSuccess, 2},
		{"remove", "example.com.", "lab.", keySecret, dns.HmacSHA256, func(m *dns.Msg) { m.Remove(txt(name, "one")) }, dns.RcodeSuccess, 1},
		{"remove again", "example.com.", "lab.", keySecret, dns.HmacSHA256, func(m *dns.Msg) { m.Remove(txt(name, "one")) }, dns.RcodeSuccess, 1},
	}
	for _, c := range cases {
		m := new(dns.Msg).SetUpdate(c.zone)
		c.change(m)
		client := &dns.Client{}
		if c.key != "" {
			m.SetTsig(c.key, c.algorithm, tsigFudge, time.Now().Unix())
			client.TsigSecret = map[string]string{c.key: c.secret}
		}
		// What is refused for its signature has none that the client could verify.
		reply, _, err := client.Exchange(m, address)
		if reply == nil || reply.Rcode != c.rcode || (c.rcode == dns.RcodeSuccess && err != nil) {
			t.Errorf("%s: %v, %v", c.what, reply, err)
		}
		if got := len(server.Reply(query(name + " TXT")).Answer); got != c.left {
			t.Errorf("%s: %d records, want %d", c.what, got, c.left)
		}
	}
	server.Shutdown(context.Background())
	if err := <-ended; err != nil {
		t.Errorf("after shutdown: %v", err)
	}
}
