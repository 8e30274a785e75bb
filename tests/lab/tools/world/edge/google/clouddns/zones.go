package clouddns

import (
	"cmp"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/identity"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/rest"
)

var zoneForm = regexp.MustCompile(`^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$`)

// managedZone is one as the API shows it, with the changes that were made to it.
type managedZone struct {
	Kind         string            `json:"kind"`
	ID           string            `json:"id"`
	Name         string            `json:"name"`
	DNSName      string            `json:"dnsName"`
	Description  string            `json:"description"`
	NameServers  []string          `json:"nameServers"`
	CreationTime string            `json:"creationTime"`
	Visibility   string            `json:"visibility"`
	Labels       map[string]string `json:"labels,omitempty"`

	// owned zones were made over this API: the name server forgets them when they are deleted.
	owned   bool
	changes []*change
}

// zone is the name of the zone in the store.
func (z *managedZone) zone() string { return strings.TrimSuffix(z.DNSName, ".") }

type zoneInput struct {
	Name        string            `json:"name"`
	DNSName     string            `json:"dnsName"`
	Description string            `json:"description"`
	Visibility  string            `json:"visibility"`
	Labels      map[string]string `json:"labels"`
}

func (s *Server) newZone(in zoneInput, created time.Time) *managedZone {
	return &managedZone{
		Kind: "dns#managedZone", ID: strconv.FormatInt(time.Now().UnixNano(), 10), Name: in.Name, DNSName: strings.ToLower(in.DNSName),
		Description: in.Description, NameServers: []string{s.nameserver + "."}, CreationTime: stamp(created),
		Visibility: "public", Labels: in.Labels,
	}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func cutPattern(pattern string) (method, path string) {
	method, path, _ = strings.Cut(pattern, " ")
	return method, path
}

// zone finds a managed zone by name or id.
func (s *Server) zone(given string) *managedZone {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.zones, func(z *managedZone) bool { return z.Name == given || z.ID == given })
	if i < 0 {
		return nil
	}
	return s.zones[i]
}

// Zones lists the managed zones' DNS names by their names.
func (s *Server) Zones() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := map[string]string{}
	for _, z := range s.zones {
		names[z.Name] = z.zone()
	}
	return names
}

func (s *Server) zoneRoutes() {
	s.handle("GET ", readOnly, s.listZones)
	s.handle("POST ", readWrite, s.createZone)
	s.handle("GET /{zone}", readOnly, s.withZone("dns.managedZones.get", s.getZone))
	s.handle("PATCH /{zone}", readWrite, s.withZone("dns.managedZones.update", s.patchZone))
	s.handle("PUT /{zone}", readWrite, s.withZone("dns.managedZones.update", s.putZone))
	s.handle("DELETE /{zone}", readWrite, s.withZone("dns.managedZones.delete", s.deleteZone))
	s.handle("POST /{zone}", readWrite, rest.Verbs("zone", rest.PolicyOf{
		Get: "dns.managedZones.getIamPolicy", Set: "dns.managedZones.setIamPolicy", Resource: s.zoneResource,
	}.Verbs()))
}

func (s *Server) listZones(c *rest.Call) (any, *identity.Problem) {
	if p := c.Need("dns.managedZones.list", s.directory.Project().Resource()); p != nil {
		return nil, p
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	wanted, list := c.URL.Query().Get("dnsName"), []managedZone{}
	for _, z := range s.zones {
		if wanted == "" || strings.EqualFold(wanted, z.DNSName) {
			list = append(list, *z)
		}
	}
	slices.SortFunc(list, func(x, y managedZone) int { return cmp.Compare(x.Name, y.Name) })
	return map[string]any{"kind": "dns#managedZonesListResponse", "managedZones": list}, nil
}

func (s *Server) getZone(_ *rest.Call, z *managedZone) (any, *identity.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *z, nil
}

func (s *Server) createZone(c *rest.Call) (any, *identity.Problem) {
	if p := c.Need("dns.managedZones.create", s.directory.Project().Resource()); p != nil {
		return nil, p
	}
	var in zoneInput
	if p := c.Body(&in); p != nil {
		return nil, p
	}
	if p := checkZone(in); p != nil {
		return nil, p
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	made := s.newZone(in, time.Now())
	for _, z := range s.zones {
		if z.Name == made.Name {
			return nil, problem(http.StatusConflict, "alreadyExists", "The resource 'entity.managedZone' named '%s' already exists", z.Name)
		}
		if z.DNSName == made.DNSName {
			return nil, problem(http.StatusBadRequest, "managedZoneDnsNameNotAvailable",
				"The resource named '%s' cannot be created because the DNS name '%s' is not available.", in.Name, made.DNSName)
		}
	}
	made.owned = s.store.Create(made.zone())
	s.zones = append(s.zones, made)
	return *made, nil
}

func checkZone(in zoneInput) *identity.Problem {
	_, isName := dns.IsDomainName(in.DNSName)
	switch {
	case in.Name == "":
		return required("entity.managedZone.name")
	case in.DNSName == "":
		return required("entity.managedZone.dnsName")
	case in.Description == "":
		return required("entity.managedZone.description")
	case !zoneForm.MatchString(in.Name):
		return invalid("entity.managedZone.name", in.Name)
	case !isName || !strings.HasSuffix(in.DNSName, ".") || strings.Count(in.DNSName, ".") < 2 || strings.ContainsAny(in.DNSName, " *"):
		return invalid("entity.managedZone.dnsName", in.DNSName)
	case in.Visibility != "" && in.Visibility != "public":
		// Private zones exist for networks, and the lab has none.
		return invalid("entity.managedZone.visibility", in.Visibility)
	}
	return nil
}

func (s *Server) patchZone(c *rest.Call, z *managedZone) (any, *identity.Problem) {
	var in struct {
		Description *string            `json:"description"`
		Labels      *map[string]string `json:"labels"`
	}
	if p := c.Body(&in); p != nil {
		return nil, p
	}
	return s.updateZone(c, z, func() {
		if in.Description != nil {
			z.Description = *in.Description
		}
		if in.Labels != nil {
			z.Labels = maps.Clone(*in.Labels)
		}
	}), nil
}

// putZone takes the whole zone, as Terraform's provider sends it; what cannot be changed must be as it is.
func (s *Server) putZone(c *rest.Call, z *managedZone) (any, *identity.Problem) {
	var in zoneInput
	if p := c.Body(&in); p != nil {
		return nil, p
	}
	if p := checkZone(in); p != nil {
		return nil, p
	}
	if in.Name != z.Name {
		return nil, invalid("entity.managedZone.name", in.Name)
	}
	if !strings.EqualFold(in.DNSName, z.DNSName) {
		return nil, invalid("entity.managedZone.dnsName", in.DNSName)
	}
	return s.updateZone(c, z, func() { z.Description, z.Labels = in.Description, in.Labels }), nil
}

func (s *Server) updateZone(c *rest.Call, z *managedZone, change func()) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := *z
	change()
	return map[string]any{
		"kind": "dns#operation", "id": strconv.FormatInt(time.Now().UnixNano(), 10), "startTime": stamp(time.Now()),
		"status": "done", "user": c.Principal.Name(), "type": "update",
		"zoneContext": map[string]any{"oldValue": before, "newValue": *z},
	}
}

func (s *Server) deleteZone(_ *rest.Call, z *managedZone) (any, *identity.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if held := s.store.Zone(z.zone()); held != nil && len(held.Records) > 0 {
		return nil, problem(http.StatusBadRequest, "containerNotEmpty",
			"The resource named '%s' cannot be deleted because it contains one or more 'resource records'.", z.Name)
	}
	s.zones = slices.DeleteFunc(s.zones, func(other *managedZone) bool { return other == z })
	if z.owned {
		s.store.Drop(z.zone())
	}
	s.directory.DropPolicy(s.resource(z))
	return rest.NoContent{}, nil
}
