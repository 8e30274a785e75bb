package clouddns

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/identity"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/rest"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
)

const (
	pending = "pending"
	done    = "done"
)

type change struct {
	Kind      string      `json:"kind"`
	ID        string      `json:"id"`
	Additions []recordSet `json:"additions,omitempty"`
	Deletions []recordSet `json:"deletions,omitempty"`
	StartTime string      `json:"startTime"`
	Status    string      `json:"status"`
	IsServing bool        `json:"isServing"`
}

func (s *Server) changeRoutes() {
	s.handle("POST /{zone}/changes", readWrite, s.withZone("dns.changes.create", s.createChange))
	s.handle("GET /{zone}/changes", readOnly, s.withZone("dns.changes.list", s.listChanges))
	s.handle("GET /{zone}/changes/{change}", readOnly, s.withZone("dns.changes.get", s.getChange))
}

func (s *Server) createChange(c *rest.Call, z *managedZone) (any, *identity.Problem) {
	var in change
	if p := c.Body(&in); p != nil {
		return nil, p
	}
	if len(in.Additions)+len(in.Deletions) == 0 {
		return nil, required("entity.change")
	}
	if p := s.needFor(c, z, in); p != nil {
		return nil, p
	}
	made, p := s.make(c.Context(), z, in)
	if p != nil {
		return nil, p
	}
	return made, nil
}

// needFor asks for what a change does to each set: what is deleted and added again is updated.
func (s *Server) needFor(c *rest.Call, z *managedZone, in change) *identity.Problem {
	verb := func(permission string, list, others []recordSet) *identity.Problem {
		for _, set := range list {
			one := permission
			if slices.ContainsFunc(others, func(o recordSet) bool { return o.owner() == set.owner() && o.Type == set.Type }) {
				one = "dns.resourceRecordSets.update"
			}
			if p := c.Need(one, s.resource(z), s.directory.Project().Resource()); p != nil {
				return p
			}
		}
		return nil
	}
	if p := verb("dns.resourceRecordSets.delete", in.Deletions, in.Additions); p != nil {
		return p
	}
	return verb("dns.resourceRecordSets.create", in.Additions, in.Deletions)
}

// make applies a change as a whole or not at all. The answer is always "pending": clients must ask again.
func (s *Server) make(ctx context.Context, z *managedZone, in change) (change, *identity.Problem) {
	for i := range in.Additions {
		in.Additions[i].Kind, in.Additions[i].SignatureRrdatas = "dns#resourceRecordSet", []string{}
	}
	var refused *identity.Problem
	err := s.store.Update(ctx, z.zone(), func(c *records.Change) error {
		if refused = apply(c, z.zone(), in); refused != nil {
			return refused
		}
		return nil
	})
	if refused != nil {
		return change{}, refused
	}
	if err != nil {
		return change{}, missing("parameters.managedZone", z.Name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	in.Kind, in.ID, in.StartTime = "dns#change", strconv.Itoa(len(z.changes)+1), stamp(time.Now())
	in.Status, in.IsServing = pending, false
	kept := in
	z.changes = append(z.changes, &kept)
	return in, nil
}

func (s *Server) listChanges(_ *rest.Call, z *managedZone) (any, *identity.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []change{}
	for _, c := range slices.Backward(z.changes) {
		c.Status = done
		list = append(list, *c)
	}
	return map[string]any{"kind": "dns#changesListResponse", "changes": list}, nil
}

// getChange finds every change done: Google means by it that the servers were told, not that they answer already.
func (s *Server) getChange(c *rest.Call, z *managedZone) (any, *identity.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := c.PathValue("change")
	i := slices.IndexFunc(z.changes, func(one *change) bool { return one.ID == id })
	if i < 0 {
		return nil, missing("parameters.changeId", id)
	}
	z.changes[i].Status = done
	return *z.changes[i], nil
}

func apply(c *records.Change, zone string, in change) *identity.Problem {
	for i, set := range in.Deletions {
		if p := remove(c, "entity.change.deletions["+strconv.Itoa(i)+"]", zone, set); p != nil {
			return p
		}
	}
	for i, set := range in.Additions {
		if p := add(c, "entity.change.additions["+strconv.Itoa(i)+"]", zone, set); p != nil {
			return p
		}
	}
	return nil
}

// remove takes a set out that must be exactly as the client believes it to be.
func remove(c *records.Change, at, zone string, set recordSet) *identity.Problem {
	if p := checkSet(at, zone, set); p != nil {
		return p
	}
	present := c.At(set.owner(), set.Type)
	if len(present) == 0 {
		return missing(at, set.label())
	}
	wanted, _ := set.parse()
	same := len(wanted) == len(present) && setOf(present[0]).TTL == set.TTL
	for _, w := range wanted {
		same = same && slices.ContainsFunc(present, func(r records.Record) bool { return r.Value() == w.Value() })
	}
	if !same {
		return problem(http.StatusPreconditionFailed, "conditionNotMet", "Precondition not met for '%s'", at)
	}
	return drop(c, present)
}

func drop(c *records.Change, list []records.Record) *identity.Problem {
	for _, r := range list {
		if _, err := c.Remove(r.ID); err != nil {
			return problem(http.StatusInternalServerError, "backendError", "%v", err)
		}
	}
	return nil
}

func add(c *records.Change, at, zone string, set recordSet) *identity.Problem {
	if p := checkSet(at, zone, set); p != nil {
		return p
	}
	if len(c.At(set.owner(), set.Type)) > 0 {
		return problem(http.StatusConflict, "alreadyExists", "The resource '%s' named '%s' already exists", at, set.label())
	}
	list, _ := set.parse()
	for _, r := range list {
		switch _, err := c.Add(r); {
		case errors.Is(err, records.ErrIdentical), errors.Is(err, records.ErrExists):
			return invalid(at+".rrdata", dataOf(r))
		case err != nil:
			return problem(http.StatusBadRequest, "cnameResourceRecordSetConflict",
				"The resource record set '%s' is invalid because a CNAME or NS resource record set and others share the name '%s'.", at, set.Name)
		}
	}
	return nil
}

func checkSet(at, zone string, set recordSet) *identity.Problem {
	inside := set.owner() == zone || strings.HasSuffix(set.owner(), "."+zone)
	if !inside || !strings.HasSuffix(set.Name, ".") || strings.ContainsAny(set.Name, " /:@") {
		return invalid(at+".name", set.Name)
	}
	if !slices.Contains(types, set.Type) {
		return invalid(at+".type", set.Type)
	}
	// The lab's name server makes these two sets itself.
	if set.owner() == zone && (set.Type == "NS" || set.Type == "CNAME") {
		return problem(http.StatusBadRequest, "invalidZoneApex", "The resource record set '%s' is not permitted at the zone's own name.", at)
	}
	if len(set.Rrdatas) == 0 {
		return required(at + ".rrdata")
	}
	if set.TTL < 0 {
		return invalid(at+".ttl", strconv.Itoa(set.TTL))
	}
	if _, wrong := set.parse(); wrong != "" {
		return invalid(at+".rrdata", wrong)
	}
	return nil
}
