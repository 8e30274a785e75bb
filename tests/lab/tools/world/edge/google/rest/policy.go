package rest

import "github.com/cert-manager/cert-manager/certfleet-lab/edge/google/identity"

// PolicyOf describes a kind of resource that has a policy.
type PolicyOf struct {
	// Get, Set are the permissions that reading and writing it takes.
	Get, Set string
	// Resource names the call's resource, or says that it does not exist; the resources above it inherit to it.
	Resource func(*Call) (name string, above []string, p *identity.Problem)
}

// Verbs are getIamPolicy, setIamPolicy and testIamPermissions.
func (k PolicyOf) Verbs() map[string]Operation {
	return map[string]Operation{"getIamPolicy": k.get, "setIamPolicy": k.set, "testIamPermissions": k.test}
}

func (k PolicyOf) get(c *Call) (any, *identity.Problem) {
	name, p := k.open(c, k.Get)
	if p != nil {
		return nil, p
	}
	return c.api.Directory.Policy(name), nil
}

func (k PolicyOf) set(c *Call) (any, *identity.Problem) {
	var in struct {
		Policy *identity.Policy `json:"policy"`
	}
	if p := c.Body(&in); p != nil {
		return nil, p
	}
	if in.Policy == nil {
		return nil, identity.Invalid("The policy is missing in the request.")
	}
	name, p := k.open(c, k.Set)
	if p != nil {
		return nil, p
	}
	policy, p := c.api.Directory.SetPolicy(name, *in.Policy)
	if p != nil {
		return nil, p
	}
	return policy, nil
}

func (k PolicyOf) test(c *Call) (any, *identity.Problem) {
	var in struct {
		Permissions []string `json:"permissions"`
	}
	if p := c.Body(&in); p != nil {
		return nil, p
	}
	name, above, p := k.Resource(c)
	if p != nil {
		return nil, p
	}
	held := []string{}
	for _, permission := range in.Permissions {
		if c.api.Directory.Allowed(c.Principal, permission, append([]string{name}, above...)...) {
			held = append(held, permission)
		}
	}
	return map[string]any{"permissions": held}, nil
}

// open checks the permission before it says whether the resource exists.
func (k PolicyOf) open(c *Call, permission string) (string, *identity.Problem) {
	name, above, missing := k.Resource(c)
	if p := c.Need(permission, append([]string{name}, above...)...); p != nil {
		return "", p
	}
	return name, missing
}
