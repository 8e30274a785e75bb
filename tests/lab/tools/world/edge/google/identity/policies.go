package identity

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// workloadForm is a Kubernetes ServiceAccount as a member: PROJECT.svc.id.goog[NAMESPACE/NAME].
var workloadForm = regexp.MustCompile(`^serviceAccount:[a-z0-9-]+\.svc\.id\.goog\[[a-z0-9-]+/[a-z0-9.-]+\]$`)

// Policy is an allow policy.
type Policy struct {
	Version  int       `json:"version"`
	Etag     string    `json:"etag"`
	Bindings []Binding `json:"bindings,omitempty"`
}

// Binding gives a role to members. One with a condition grants nothing here: the lab evaluates none.
type Binding struct {
	Role      string          `json:"role"`
	Members   []string        `json:"members"`
	Condition json.RawMessage `json:"condition,omitempty"`
}

// emptyEtag is what a resource has that never had a policy.
const emptyEtag = "ACAB"

// Policy returns the policy of a resource that exists.
func (d *Directory) Policy(resource string) Policy {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p := d.policies[resource]; p != nil {
		return p.copied()
	}
	return Policy{Version: 1, Etag: emptyEtag}
}

// SetPolicy replaces the policy of a resource that exists. A given etag must be the present one; without one the
// policy is overwritten, as Google does it.
func (d *Directory) SetPolicy(resource string, p Policy) (Policy, *Problem) {
	d.mu.Lock()
	defer d.mu.Unlock()
	present := emptyEtag
	if old := d.policies[resource]; old != nil {
		present = old.Etag
	}
	if p.Etag != "" && p.Etag != present {
		return Policy{}, Stale()
	}
	for _, b := range p.Bindings {
		if problem := d.checkBinding(b); problem != nil {
			return Policy{}, problem
		}
	}
	p.Etag, p.Version = newEtag(), max(p.Version, 1)
	p.Bindings = merged(p.Bindings)
	stored := p.copied()
	d.policies[resource] = &stored
	return p, nil
}

// merged joins the bindings of a role and drops those without members, as Google does it.
func merged(given []Binding) []Binding {
	var list []Binding
	for _, b := range given {
		same := func(other Binding) bool {
			return other.Role == b.Role && string(other.Condition) == string(b.Condition)
		}
		i := slices.IndexFunc(list, same)
		if i < 0 {
			i = len(list)
			list = append(list, Binding{Role: b.Role, Condition: b.Condition})
		}
		list[i].Members = append(list[i].Members, b.Members...)
		slices.Sort(list[i].Members)
		list[i].Members = slices.Compact(list[i].Members)
	}
	return slices.DeleteFunc(list, func(b Binding) bool { return len(b.Members) == 0 })
}

// DropPolicy forgets the policy of a resource that is gone.
func (d *Directory) DropPolicy(resource string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.policies, resource)
}

func (d *Directory) checkBinding(b Binding) *Problem {
	r := d.roles[b.Role]
	if predefined[b.Role] == nil && r == nil {
		return Invalid(fmt.Sprintf("Role %s is not supported for this resource.", b.Role))
	}
	for _, member := range b.Members {
		kind, name, found := strings.Cut(member, ":")
		known := []string{"user", "serviceAccount", "group", "domain", "deleted", "principal", "principalSet"}
		if !found || !slices.Contains(known, kind) {
			return Invalid(fmt.Sprintf("The member %s is of an unknown type. Please set a valid type prefix for the member.", member))
		}
		if kind == "serviceAccount" && !workloadForm.MatchString(member) && d.find(name) == nil {
			return Invalid(fmt.Sprintf("Service account %s does not exist.", name))
		}
	}
	return nil
}

func (p *Policy) copied() Policy {
	c := *p
	c.Bindings = slices.Clone(p.Bindings)
	for i := range c.Bindings {
		c.Bindings[i].Members = slices.Clone(c.Bindings[i].Members)
	}
	return c
}

func (p *Policy) rename(member, to string) {
	for i := range p.Bindings {
		for j, m := range p.Bindings[i].Members {
			if m == member {
				p.Bindings[i].Members[j] = to
			}
		}
	}
}
