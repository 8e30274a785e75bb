// Package nameserver answers DNS queries: with authority for the lab's zones, and as the only resolver that the
// lab's programs know.
package nameserver

import (
	"context"
	"log/slog"
	"net"
	"strings"

	"github.com/miekg/dns"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/config"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
)

// udpSize is what RFC 9715 advises against fragmentation; larger answers are truncated and asked for again over TCP.
const udpSize = 1232

// Server is the name server; its zone data lives in the store.
type Server struct {
	store          *records.Store
	nameserver     string
	defaultAddress net.IP
	hosts          map[string]net.IP
	keys           updateKeys
	running        []*dns.Server
}

// New makes a server for the store's zones.
func New(cfg config.DNS, store *records.Store) *Server {
	s := &Server{
		store:          store,
		nameserver:     cfg.Nameserver.Name,
		defaultAddress: net.ParseIP(cfg.DefaultAddress).To4(),
		hosts:          map[string]net.IP{},
		keys:           keysOf(cfg.UpdateKeys),
	}
	for name, address := range cfg.Hosts {
		s.hosts[name] = net.ParseIP(address).To4()
	}
	s.hosts[cfg.Nameserver.Name] = net.ParseIP(cfg.Nameserver.Address).To4()
	return s
}

// Listen opens an address for UDP and TCP; Serve answers there.
func (s *Server) Listen(address string) error {
	packets, err := net.ListenPacket("udp", address)
	if err != nil {
		return err
	}
	streams, err := net.Listen("tcp", address)
	if err != nil {
		packets.Close()
		return err
	}
	for _, server := range []*dns.Server{{PacketConn: packets}, {Listener: streams}} {
		server.Handler, server.MsgAcceptFunc, server.TsigSecret = s, accept, s.keys.secrets()
		s.running = append(s.running, server)
	}
	return nil
}

// Serve answers on all listeners until one fails or Shutdown is called.
func (s *Server) Serve() error {
	ended := make(chan error, len(s.running))
	for _, server := range s.running {
		go func() { ended <- server.ActivateAndServe() }()
	}
	for range s.running {
		if err := <-ended; err != nil {
			return err
		}
	}
	return nil
}

// Shutdown stops all listeners.
func (s *Server) Shutdown(ctx context.Context) {
	for _, server := range s.running {
		if err := server.ShutdownContext(ctx); err != nil {
			slog.Debug("dns shutdown", "error", err)
		}
	}
}

// ServeDNS implements dns.Handler.
func (s *Server) ServeDNS(w dns.ResponseWriter, query *dns.Msg) {
	if query.Opcode == dns.OpcodeUpdate {
		s.send(w, s.update(query, w.TsigStatus()))
		return
	}
	reply := s.Reply(query)
	size := dns.MaxMsgSize
	if _, udp := w.RemoteAddr().(*net.UDPAddr); udp {
		size = dns.MinMsgSize
		if opt := query.IsEdns0(); opt != nil {
			size = max(size, int(min(opt.UDPSize(), udpSize)))
		}
	}
	reply.Truncate(size)
	s.send(w, reply)
}

func (s *Server) send(w dns.ResponseWriter, reply *dns.Msg) {
	if err := w.WriteMsg(reply); err != nil {
		slog.Debug("dns reply lost", "error", err)
	}
}

// Reply makes the answer to a query.
func (s *Server) Reply(query *dns.Msg) *dns.Msg {
	reply := new(dns.Msg)
	reply.SetReply(query)
	reply.RecursionAvailable = true
	if opt := query.IsEdns0(); opt != nil {
		reply.SetEdns0(udpSize, opt.Do())
		if opt.Version() != 0 {
			reply.Rcode = dns.RcodeBadVers
			return reply
		}
	}
	if len(query.Question) != 1 {
		reply.Rcode = dns.RcodeFormatError
		return reply
	}
	question := query.Question[0]
	if question.Qclass != dns.ClassINET || question.Qtype == dns.TypeAXFR || question.Qtype == dns.TypeIXFR {
		reply.Rcode = dns.RcodeRefused
		return reply
	}
	s.answer(reply, question)
	return reply
}

// answer follows CNAMEs as a resolver does, since no other resolver exists in the lab.
func (s *Server) answer(reply *dns.Msg, question dns.Question) {
	const longestChain = 8
	owner := question.Name
	for range longestChain {
		found := s.lookup(owner, question.Qtype)
		reply.Answer = append(reply.Answer, found.answers...)
		reply.Authoritative = reply.Authoritative || found.zone != ""
		reply.Rcode = found.rcode
		if found.alias == "" {
			if len(found.answers) == 0 && found.zone != "" {
				reply.Ns = []dns.RR{s.soa(found.zone, dns.Fqdn(found.zone))}
			}
			return
		}
		owner = found.alias
	}
	reply.Rcode = dns.RcodeServerFailure
}

func canonical(name string) string {
	return strings.ToLower(strings.TrimSuffix(name, "."))
}
