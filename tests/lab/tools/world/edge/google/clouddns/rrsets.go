package clouddns

import (
	"net/http"
	"slices"
	"strings"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/identity"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/rest"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
)

func (s *Server) setRoutes() {
	const one = "/{zone}/rrsets/{name}/{type}"
	// Each write is a change, too, and takes its permission beside that of the set.
	writing := func(permission string, do func(*rest.Call, *managedZone) (any, *identity.Problem)) rest.Operation {
		inner := s.withZone("dns.changes.create", do)
		return s.withZone(permission, func(c *rest.Call, _ *managedZone) (any, *identity.Problem) { return inner(c) })
	}
	s.handle("GET /{zone}/rrsets", readOnly, s.withZone("dns.resourceRecordSets.list", s.listSets))
	s.handle("GET "+one, readOnly, s.withZone("dns.resourceRecordSets.get", s.getSet))
	s.handle("POST /{zone}/rrsets", readWrite, writing("dns.resourceRecordSets.create", s.createSet))
	s.handle("PATCH "+one, readWrite, writing("dns.resourceRecordSets.update", s.patchSet))
	s.handle("DELETE "+one, readWrite, writing("dns.resourceRecordSets.delete", s.deleteSet))
}

// served are the sets as they have spread: reads lag behind writes as the name servers do.
func (s *Server) served(z *managedZone) []recordSet {
	zone := s.store.Served(z.zone())
	if zone == nil {
		return []recordSet{}
	}
	return s.sets(zone)
}

func (s *Server) listSets(c *rest.Call, z *managedZone) (any, *identity.Problem) {
	query := c.URL.Query()
	name, recordType := query.Get("name"), query.Get("type")
	if name == "" && recordType != "" {
		return nil, required("parameters.name")
	}
	list := []recordSet{}
	for _, set := range s.served(z) {
		if (name == "" || strings.EqualFold(name, set.Name)) && (recordType == "" || recordType == set.Type) {
			list = append(list, set)
		}
	}
	return map[string]any{"kind": "dns#resourceRecordSetsListResponse", "rrsets": list}, nil
}

func pathSet(c *rest.Call) recordSet {
	return recordSet{Name: c.PathValue("name"), Type: c.PathValue("type")}
}

func (s *Server) getSet(c *rest.Call, z *managedZone) (any, *identity.Problem) {
	wanted := pathSet(c)
	list := s.served(z)
	i := slices.IndexFunc(list, func(r recordSet) bool { return r.owner() == wanted.owner() && r.Type == wanted.Type })
	if i < 0 {
		return nil, missing("parameters.name", wanted.label())
	}
	return list[i], nil
}

func (s *Server) createSet(c *rest.Call, z *managedZone) (any, *identity.Problem) {
	var in recordSet
	if p := c.Body(&in); p != nil {
		return nil, p
	}
	return in.shown(), s.write(c, z, func(change *records.Change) *identity.Problem {
		return add(change, "entity.resourceRecordSet", z.zone(), in)
	})
}

func (s *Server) patchSet(c *rest.Call, z *managedZone) (any, *identity.Problem) {
	var in struct {
		TTL     *int     `json:"ttl"`
		Rrdatas []string `json:"rrdatas"`
	}
	if p := c.Body(&in); p != nil {
		return nil, p
	}
	changed := pathSet(c)
	return &changed, s.write(c, z, func(change *records.Change) *identity.Problem {
		present := change.At(changed.owner(), changed.Type)
		if len(present) == 0 {
			return missing("parameters.name", changed.label())
		}
		old := setOf(present[0])
		changed = recordSet{Name: old.Name, Type: old.Type, TTL: old.TTL, Rrdatas: in.Rrdatas}.shown()
		if in.TTL != nil {
			changed.TTL = *in.TTL
		}
		for _, r := range present {
			if in.Rrdatas == nil {
				changed.Rrdatas = append(changed.Rrdatas, dataOf(r))
			}
		}
		if p := drop(change, present); p != nil {
			return p
		}
		return add(change, "entity.resourceRecordSet", z.zone(), changed)
	})
}

func (s *Server) deleteSet(c *rest.Call, z *managedZone) (any, *identity.Problem) {
	gone := pathSet(c)
	return struct{}{}, s.write(c, z, func(change *records.Change) *identity.Problem {
		present := change.At(gone.owner(), gone.Type)
		switch {
		case gone.owner() == z.zone() && (gone.Type == "NS" || gone.Type == "SOA"):
			return problem(http.StatusBadRequest, "invalidZoneApex", "The resource record set '%s' cannot be deleted.", gone.label())
		case len(present) == 0:
			return missing("parameters.name", gone.label())
		}
		return drop(change, present)
	})
}

func (s *Server) write(c *rest.Call, z *managedZone, do func(*records.Change) *identity.Problem) *identity.Problem {
	var refused *identity.Problem
	err := s.store.Update(c.Context(), z.zone(), func(change *records.Change) error {
		if refused = do(change); refused != nil {
			return refused
		}
		return nil
	})
	if refused == nil && err != nil {
		return missing("parameters.managedZone", z.Name)
	}
	return refused
}

func (r recordSet) shown() recordSet {
	r.Kind, r.SignatureRrdatas = "dns#resourceRecordSet", []string{}
	return r
}
