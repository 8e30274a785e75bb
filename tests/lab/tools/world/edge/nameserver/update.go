package nameserver

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/config"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
)

// tsigFudge is how far clocks may differ, in seconds; what RFC 8945 recommends.
const tsigFudge = 300

// errUnsupported is of updates that no client of the lab sends.
var errUnsupported = errors.New("only TXT records can be updated")

// updateKeys are the TSIG keys by canonical name.
type updateKeys map[string]config.UpdateKey

func keysOf(list []config.UpdateKey) updateKeys {
	keys := updateKeys{}
	for _, key := range list {
		keys[canonical(key.Name)] = key
	}
	return keys
}

// secrets are the keys as the library takes them.
func (k updateKeys) secrets() map[string]string {
	list := map[string]string{}
	for name, key := range k {
		list[dns.Fqdn(name)] = key.Secret
	}
	return list
}

// accept is the library's own choice of messages, and updates beside it.
func accept(header dns.Header) dns.MsgAcceptAction {
	const opcodeShift, opcodeMask = 11, 0xF
	if int(header.Bits>>opcodeShift)&opcodeMask == dns.OpcodeUpdate {
		return dns.MsgAccept
	}
	return dns.DefaultMsgAcceptFunc(header)
}

// update answers a dynamic update (RFC 2136). signature is what verifying it came to, nil for one that is right.
func (s *Server) update(query *dns.Msg, signature error) *dns.Msg {
	reply := new(dns.Msg)
	reply.SetReply(query)
	reply.Rcode = s.apply(query, signature)
	if tsig := query.IsTsig(); tsig != nil && signature == nil {
		reply.SetTsig(tsig.Hdr.Name, tsig.Algorithm, tsigFudge, time.Now().Unix())
	}
	return reply
}

func (s *Server) apply(query *dns.Msg, signature error) int {
	tsig := query.IsTsig()
	switch {
	case len(query.Question) != 1 || query.Question[0].Qtype != dns.TypeSOA:
		return dns.RcodeFormatError
	case tsig == nil:
		return dns.RcodeRefused
	case signature != nil:
		return dns.RcodeNotAuth
	}
	name := canonical(query.Question[0].Name)
	zone, key := s.store.Served(name), s.keys[canonical(tsig.Hdr.Name)]
	switch {
	case zone == nil:
		return dns.RcodeNotZone
	case !slices.Contains(key.Zones, name) || !strings.EqualFold(tsig.Algorithm, dns.Fqdn(key.Algorithm)):
		return dns.RcodeRefused
	}
	err := s.store.Update(context.Background(), name, func(c *records.Change) error { return change(c, query.Ns) })
	if err != nil {
		return dns.RcodeRefused
	}
	return dns.RcodeSuccess
}

// change adds and removes the records of an update's section.
func change(c *records.Change, list []dns.RR) error {
	for _, rr := range list {
		txt, ok := rr.(*dns.TXT)
		if !ok {
			return errUnsupported
		}
		record := records.Record{
			Name: canonical(txt.Hdr.Name), Type: "TXT", Content: strings.Join(txt.Txt, ""), TTL: int(txt.Hdr.Ttl),
		}
		if err := changeOne(c, txt.Hdr.Class, record); err != nil {
			return err
		}
	}
	return nil
}

// changeOne is one line of RFC 2136 section 2.5: what is there already is not added again, and what is not there is removed already.
func changeOne(c *records.Change, class uint16, record records.Record) error {
	own := c.At(record.Name, record.Type)
	same := slices.IndexFunc(own, func(other records.Record) bool { return other.Value() == record.Value() })
	switch {
	case class == dns.ClassINET && same < 0:
		_, err := c.Add(record)
		return err
	case class == dns.ClassNONE && same >= 0:
		_, err := c.Remove(own[same].ID)
		return err
	case class == dns.ClassINET || class == dns.ClassNONE:
		return nil
	}
	return errUnsupported
}
