// Package clouddns emulates Google's Cloud DNS API, v1, after its public description.
package clouddns

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/identity"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/rest"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
)

var (
	readWrite = []string{"https://www.googleapis.com/auth/ndev.clouddns.readwrite"}
	readOnly  = append([]string{
		"https://www.googleapis.com/auth/ndev.clouddns.readonly", "https://www.googleapis.com/auth/cloud-platform.read-only",
	}, readWrite...)
)

// Server answers the requests; its records live in the store.
type Server struct {
	directory  *identity.Directory
	store      *records.Store
	nameserver string
	api        *rest.API

	mu    sync.Mutex
	zones []*managedZone
}

// since is when the zones began that are there from the start: it has no meaning beyond being constant.
var since = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// New makes the API with managed zones that exist from the start, by name.
func New(d *identity.Directory, store *records.Store, nameserver string, zones map[string]string) *Server {
	s := &Server{directory: d, store: store, nameserver: nameserver, api: &rest.API{Directory: d, Denied: denied}}
	for name, dnsName := range zones {
		s.zones = append(s.zones, s.newZone(zoneInput{Name: name, DNSName: dnsName + ".", Description: "The lab's own"}, since))
	}
	s.zoneRoutes()
	s.changeRoutes()
	s.setRoutes()
	return s
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.api.ServeHTTP(w, r) }

// denied is what Cloud DNS says of a missing permission: it does not name it.
func denied(string, string) *identity.Problem {
	return &identity.Problem{Code: http.StatusForbidden, Reason: "forbidden", Message: "Forbidden"}
}

func problem(code int, reason, format string, args ...any) *identity.Problem {
	return &identity.Problem{Code: code, Reason: reason, Message: fmt.Sprintf(format, args...)}
}

func missing(what, name string) *identity.Problem {
	return problem(http.StatusNotFound, "notFound", "The '%s' resource named '%s' does not exist.", what, name)
}

func invalid(what, value string) *identity.Problem {
	return problem(http.StatusBadRequest, "invalid", "Invalid value for '%s': '%s'", what, value)
}

func required(what string) *identity.Problem {
	return problem(http.StatusBadRequest, "required", "The '%s' parameter is required but was missing.", what)
}

func (s *Server) handle(pattern string, scopes []string, do rest.Operation) {
	const at = "/dns/v1/projects/{project}/managedZones"
	method, path := cutPattern(pattern)
	s.api.Handle(method+" "+at+path, scopes, func(c *rest.Call) (any, *identity.Problem) {
		if !s.directory.IsProject(c.PathValue("project")) {
			return nil, denied("", "")
		}
		return do(c)
	})
}

// withZone checks a permission on the managed zone of the path, or on the project.
func (s *Server) withZone(permission string, do func(*rest.Call, *managedZone) (any, *identity.Problem)) rest.Operation {
	return func(c *rest.Call) (any, *identity.Problem) {
		name, above, absent := s.zoneResource(c)
		if p := c.Need(permission, append([]string{name}, above...)...); p != nil {
			return nil, p
		}
		if absent != nil {
			return nil, absent
		}
		return do(c, s.zone(c.PathValue("zone")))
	}
}

func (s *Server) zoneResource(c *rest.Call) (string, []string, *identity.Problem) {
	given, project := c.PathValue("zone"), s.directory.Project().Resource()
	if z := s.zone(given); z != nil {
		return s.resource(z), []string{project}, nil
	}
	return project + "/managedZones/" + given, []string{project}, missing("parameters.managedZone", given)
}

func (s *Server) resource(z *managedZone) string {
	return s.directory.Project().Resource() + "/managedZones/" + z.Name
}
