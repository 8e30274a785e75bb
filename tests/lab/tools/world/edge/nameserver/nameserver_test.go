package nameserver

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/config"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
)

const soaOfZone = "example.com. 60 IN SOA ns1.lab.test. hostmaster.example.com. 1 3600 600 86400 1"

func testServer(t *testing.T) *Server {
	t.Helper()
	store := records.NewStore([]string{"example.com", "sub.example.com"})
	priority := uint16(10)
	for _, r := range []records.Record{
		{Name: "_acme-challenge.tea.example.com", Type: "TXT", Content: "one", TTL: 120},
		{Name: "_acme-challenge.tea.example.com", Type: "TXT", Content: `"two \\ \"x\""`, TTL: 120},
		{Name: "long.example.com", Type: "TXT", Content: strings.Repeat("x", 300), TTL: 1},
		{Name: "own.example.com", Type: "A", Content: "192.0.2.7", TTL: 60},
		{Name: "six.example.com", Type: "AAAA", Content: "2001:db8::1", TTL: 60},
		{Name: "alias.example.com", Type: "CNAME", Content: "own.example.com", TTL: 60},
		{Name: "away.example.com", Type: "CNAME", Content: "nowhere.invalid", TTL: 60},
		{Name: "loop1.example.com", Type: "CNAME", Content: "loop2.example.com", TTL: 60},
		{Name: "loop2.example.com", Type: "CNAME", Content: "loop1.example.com", TTL: 60},
		{Name: "*.apps.example.com", Type: "A", Content: "192.0.2.8", TTL: 60},
		{Name: "example.com", Type: "MX", Content: "mail.example.com", Priority: &priority, TTL: 60},
		{Name: "example.com", Type: "CAA", Content: `0 issue "letsencrypt.org"`, CAA: &records.CAA{Tag: "issue", Value: "letsencrypt.org"}, TTL: 60},
	} {
		if err := store.Update(t.Context(), "example.com", func(c *records.Change) error { _, err := c.Add(r); return err }); err != nil {
			t.Fatal(err)
		}
	}
	return New(config.DNS{
		Nameserver:     config.Nameserver{Name: "ns1.lab.test", Address: "10.200.0.53"},
		DefaultAddress: "10.200.0.1",
		Hosts:          map[string]string{"api.cloudflare.com": "10.200.0.2"},
	}, store)
}

func TestAnswers(t *testing.T) {
	server := testServer(t)
	cases := []struct {
		question string
		rcode    int
		answers  []string
		soa      bool
	}{
		{"example.com. SOA", 0, []string{soaOfZone}, false},
		{"example.com. NS", 0, []string{"example.com. 60 IN NS ns1.lab.test."}, false},
		{"example.com. MX", 0, []string{"example.com. 60 IN MX 10 mail.example.com."}, false},
		{"example.com. CAA", 0, []string{`example.com. 60 IN CAA 0 issue "letsencrypt.org"`}, false},
		{"example.com. A", 0, []string{"example.com. 60 IN A 10.200.0.1"}, false},
		{"example.com. AAAA", 0, nil, true},
		{"sub.example.com. NS", 0, []string{"sub.example.com. 60 IN NS ns1.lab.test."}, false},
		{"ns1.lab.test. A", 0, []string{"ns1.lab.test. 60 IN A 10.200.0.53"}, false},
		{"API.cloudflare.com. A", 0, []string{"API.cloudflare.com. 60 IN A 10.200.0.2"}, false},
		{"api.cloudflare.com. AAAA", 0, nil, false},
		{"_acme-challenge.tea.example.com. TXT", 0, []string{
			`_acme-challenge.tea.example.com. 120 IN TXT "one"`,
			`_acme-challenge.tea.example.com. 120 IN TXT "two \\ \"x\""`,
		}, false},
		{"_ACME-challenge.TEA.example.COM. A", 0, nil, true},
		{"_acme-challenge.tea.example.com. SOA", 0, nil, true},
		{"_acme-challenge.other.example.com. TXT", dns.RcodeNameError, nil, true},
		{"tea.example.com. A", 0, []string{"tea.example.com. 60 IN A 10.200.0.1"}, false},
		{"any.thing.example.com. A", 0, []string{"any.thing.example.com. 60 IN A 10.200.0.1"}, false},
		{"tea.example.com. TXT", 0, nil, true},
		{"own.example.com. A", 0, []string{"own.example.com. 60 IN A 192.0.2.7"}, false},
		{"six.example.com. A", 0, nil, true},
		{"x.apps.example.com. A", 0, []string{"x.apps.example.com. 60 IN A 192.0.2.8"}, false},
		{"alias.example.com. A", 0, []string{
			"alias.example.com. 60 IN CNAME own.example.com.", "own.example.com. 60 IN A 192.0.2.7",
		}, false},
		{"alias.example.com. CNAME", 0, []string{"alias.example.com. 60 IN CNAME own.example.com."}, false},
		{"away.example.com. A", dns.RcodeNameError, []string{"away.example.com. 60 IN CNAME nowhere.invalid."}, false},
		{"kubernetes.default.svc.cluster.local. A", dns.RcodeNameError, nil, false},
		{"api.cloudflare.com.svc.cluster.local. A", dns.RcodeNameError, nil, false},
		{". NS", dns.RcodeNameError, nil, false},
		{"example.com. AXFR", dns.RcodeRefused, nil, false},
	}
	for _, c := range cases {
		t.Run(c.question, func(t *testing.T) {
			reply := server.Reply(query(c.question))
			if reply.Rcode != c.rcode {
				t.Errorf("rcode %s, want %s", dns.RcodeToString[reply.Rcode], dns.RcodeToString[c.rcode])
			}
			if got := lines(reply.Answer); !slices.Equal(got, c.answers) {
				t.Errorf("answers %q, want %q", got, c.answers)
			}
			if got := len(reply.Ns) == 1; got != c.soa {
				t.Errorf("authority %v, want a SOA: %v", reply.Ns, c.soa)
			}
		})
	}
	if rcode := server.Reply(query("loop1.example.com. A")).Rcode; rcode != dns.RcodeServerFailure {
		t.Errorf("a CNAME loop gives %s", dns.RcodeToString[rcode])
	}
}

func TestWithoutDefaultAddressUnknownNamesDoNotExist(t *testing.T) {
	server := testServer(t)
	server.defaultAddress = nil
	for question, want := range map[string]int{
		"unknown.example.com. A": dns.RcodeNameError, "tea.example.com. A": dns.RcodeSuccess, "example.com. A": dns.RcodeSuccess,
	} {
		if reply := server.Reply(query(question)); reply.Rcode != want || len(reply.Answer) != 0 {
			t.Errorf("%s: %s, %v", question, dns.RcodeToString[reply.Rcode], reply.Answer)
		}
	}
}

func TestApexAliasIsFlattened(t *testing.T) {
	server := testServer(t)
	add := func(c *records.Change) error {
		_, err := c.Add(records.Record{Name: "sub.example.com", Type: "CNAME", Content: "own.example.com", TTL: 60})
		return err
	}
	if err := server.store.Update(t.Context(), "sub.example.com", add); err != nil {
		t.Fatal(err)
	}
	want := []string{"sub.example.com. 60 IN A 192.0.2.7"}
	if got := lines(server.Reply(query("sub.example.com. A")).Answer); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestOverTheWire(t *testing.T) {
	server := testServer(t)
	if err := server.Listen("127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	udp, tcp := server.running[0].PacketConn.LocalAddr().String(), server.running[1].Listener.Addr().String()
	ended := make(chan error, 1)
	go func() { ended <- server.Serve() }()
	long := query("long.example.com. TXT")
	reply, err := dns.Exchange(long, udp)
	if err != nil || len(reply.Answer) != 1 || !reply.RecursionAvailable || !reply.Authoritative {
		t.Fatalf("udp: %v, %v", err, reply)
	}
	if txt := reply.Answer[0].(*dns.TXT); len(txt.Txt) != 2 || len(strings.Join(txt.Txt, "")) != 300 || txt.Hdr.Ttl != automaticTTL {
		t.Errorf("long text: %v", txt)
	}
	add := func(c *records.Change) error {
		_, err := c.Add(records.Record{Name: "long.example.com", Type: "TXT", Content: strings.Repeat("y", 400), TTL: 60})
		return err
	}
	if err := server.store.Update(t.Context(), "example.com", add); err != nil {
		t.Fatal(err)
	}
	if reply, err = dns.Exchange(long, udp); err != nil || !reply.Truncated {
		t.Errorf("512 bytes without EDNS: %v, truncated %v", err, reply.Truncated)
	}
	long.SetEdns0(4096, false)
	if reply, err = dns.Exchange(long, udp); err != nil || reply.Truncated || reply.IsEdns0() == nil {
		t.Errorf("with EDNS: %v, %v", err, reply)
	}
	overTCP := &dns.Client{Net: "tcp"}
	if reply, _, err = overTCP.Exchange(query("long.example.com. TXT"), tcp); err != nil || len(reply.Answer) != 2 {
		t.Errorf("tcp: %v, %v", err, reply)
	}
	server.Shutdown(context.Background())
	if err := <-ended; err != nil {
		t.Errorf("after shutdown: %v", err)
	}
}

func TestBadEDNSVersion(t *testing.T) {
	m := query("example.com. SOA")
	m.SetEdns0(4096, false)
	m.IsEdns0().SetVersion(1)
	if reply := testServer(t).Reply(m); reply.Rcode != dns.RcodeBadVers {
		t.Errorf("got %s", dns.RcodeToString[reply.Rcode])
	}
}

func query(question string) *dns.Msg {
	var name, kind string
	fmt.Sscan(question, &name, &kind)
	return new(dns.Msg).SetQuestion(name, dns.StringToType[kind])
}

func lines(rrs []dns.RR) []string {
	var list []string
	for _, rr := range rrs {
		list = append(list, strings.ReplaceAll(rr.String(), "\t", " "))
	}
	return list
}
