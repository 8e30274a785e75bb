package iam

import (
	"fmt"
	"strings"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/identity"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/rest"
)

func (s *server) roleRoutes(handle handler) {
	const roles = "/v1/projects/{project}/roles"
	handle("POST "+roles, s.onProject("iam.roles.create", s.createRole))
	handle("GET "+roles, s.onProject("iam.roles.list", s.listRoles))
	handle("GET "+roles+"/{role}", s.onProject("iam.roles.get", func(c *rest.Call) (any, *identity.Problem) {
		return s.directory.Role(s.roleName(c))
	}))
	handle("PATCH "+roles+"/{role}", s.onProject("iam.roles.update", s.patchRole))
	handle("DELETE "+roles+"/{role}", s.onProject("iam.roles.delete", func(c *rest.Call) (any, *identity.Problem) {
		return s.directory.MarkRole(s.roleName(c), c.URL.Query().Get("etag"), true)
	}))
	handle("POST "+roles+"/{role}", rest.Verbs("role", map[string]rest.Operation{
		"undelete": s.onProject("iam.roles.undelete", s.undeleteRole),
	}))
	// Everybody may read the predefined roles.
	handle("GET /v1/roles/{role}", func(c *rest.Call) (any, *identity.Problem) {
		return s.directory.Role("roles/" + c.PathValue("role"))
	})
}

func (s *server) onProject(permission string, do rest.Operation) rest.Operation {
	return func(c *rest.Call) (any, *identity.Problem) {
		if p := c.Need(permission, s.directory.Project().Resource()); p != nil {
			return nil, p
		}
		return do(c)
	}
}

func (s *server) roleName(c *rest.Call) string {
	return s.directory.Project().Resource() + "/roles/" + c.PathValue("role")
}

func (s *server) createRole(c *rest.Call) (any, *identity.Problem) {
	var in struct {
		RoleID string        `json:"roleId"`
		Role   identity.Role `json:"role"`
	}
	if p := c.Body(&in); p != nil {
		return nil, p
	}
	return s.directory.CreateRole(in.RoleID, in.Role)
}

func (s *server) listRoles(c *rest.Call) (any, *identity.Problem) {
	query := c.URL.Query()
	roles := s.directory.Roles(query.Get("showDeleted") == "true")
	if query.Get("view") != "FULL" {
		for i := range roles {
			roles[i].IncludedPermissions = nil
		}
	}
	return map[string]any{"roles": roles}, nil
}

func (s *server) patchRole(c *rest.Call) (any, *identity.Problem) {
	var in identity.Role
	if p := c.Body(&in); p != nil {
		return nil, p
	}
	apply := map[string]func(*identity.Role){
		"title":               func(r *identity.Role) { r.Title = in.Title },
		"description":         func(r *identity.Role) { r.Description = in.Description },
		"includedPermissions": func(r *identity.Role) { r.IncludedPermissions = in.IncludedPermissions },
		"stage":               func(r *identity.Role) { r.Stage = in.Stage },
	}
	mask := strings.Split(c.URL.Query().Get("updateMask"), ",")
	if mask[0] == "" {
		mask = []string{"title", "description", "includedPermissions", "stage"}
	}
	for _, field := range mask {
		if apply[field] == nil {
			return nil, identity.Invalid(fmt.Sprintf("The update mask may not name %q.", field))
		}
	}
	return s.directory.ChangeRole(s.roleName(c), in.Etag, func(r *identity.Role) {
		for _, field := range mask {
			apply[field](r)
		}
	})
}

func (s *server) undeleteRole(c *rest.Call) (any, *identity.Problem) {
	var in struct {
		Etag string `json:"etag"`
	}
	if p := c.Body(&in); p != nil {
		return nil, p
	}
	return s.directory.MarkRole(s.roleName(c), in.Etag, false)
}
