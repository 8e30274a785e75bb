// Package iam emulates the part of Google's IAM API that manages service accounts, their keys and custom roles.
package iam

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/identity"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/rest"
)

type server struct{ directory *identity.Directory }

// New makes the API.
func New(d *identity.Directory) http.Handler {
	s := &server{directory: d}
	api := &rest.API{Directory: d, Denied: rest.NamedDenial}
	scopes := []string{"https://www.googleapis.com/auth/iam"}
	handle := func(pattern string, do rest.Operation) {
		api.Handle(pattern, scopes, func(c *rest.Call) (any, *identity.Problem) {
			if given := c.PathValue("project"); given != "" && given != "-" && !d.IsProject(given) {
				return nil, rest.NamedDenial("resourcemanager.projects.get", "projects/"+given)
			}
			return do(c)
		})
	}
	s.accountRoutes(handle)
	s.keyRoutes(handle)
	s.roleRoutes(handle)
	return api
}

type handler func(pattern string, do rest.Operation)

func (s *server) accountRoutes(handle handler) {
	const accounts = "/v1/projects/{project}/serviceAccounts"
	handle("POST "+accounts, s.createAccount)
	handle("GET "+accounts, s.listAccounts)
	handle("GET "+accounts+"/{account}", s.withAccount("iam.serviceAccounts.get", s.getAccount))
	handle("PATCH "+accounts+"/{account}", s.withAccount("iam.serviceAccounts.update", s.patchAccount))
	handle("DELETE "+accounts+"/{account}", s.withAccount("iam.serviceAccounts.delete", s.deleteAccount))
	verbs := rest.PolicyOf{
		Get: "iam.serviceAccounts.getIamPolicy", Set: "iam.serviceAccounts.setIamPolicy", Resource: s.accountResource,
	}.Verbs()
	verbs["disable"] = s.withAccount("iam.serviceAccounts.disable", s.setDisabled(true))
	verbs["enable"] = s.withAccount("iam.serviceAccounts.enable", s.setDisabled(false))
	handle("POST "+accounts+"/{account}", rest.Verbs("account", verbs))
}

// withAccount checks the permission on the account, or on its project.
func (s *server) withAccount(permission string, do rest.Operation) rest.Operation {
	return func(c *rest.Call) (any, *identity.Problem) {
		name, above, missing := s.accountResource(c)
		if p := c.Need(permission, append([]string{name}, above...)...); p != nil {
			return nil, p
		}
		if missing != nil {
			return nil, missing
		}
		return do(c)
	}
}

func (s *server) accountResource(c *rest.Call) (string, []string, *identity.Problem) {
	project := s.directory.Project().Resource()
	found, p := s.directory.Account(c.PathValue("account"))
	if p != nil {
		return project + "/serviceAccounts/" + c.PathValue("account"), []string{project}, p
	}
	return found.Name, []string{project}, nil
}

func (s *server) createAccount(c *rest.Call) (any, *identity.Problem) {
	if p := c.Need("iam.serviceAccounts.create", s.directory.Project().Resource()); p != nil {
		return nil, p
	}
	var in struct {
		AccountID      string                  `json:"accountId"`
		ServiceAccount identity.ServiceAccount `json:"serviceAccount"`
	}
	if p := c.Body(&in); p != nil {
		return nil, p
	}
	return s.directory.CreateAccount(in.AccountID, in.ServiceAccount.DisplayName, in.ServiceAccount.Description)
}

func (s *server) listAccounts(c *rest.Call) (any, *identity.Problem) {
	if p := c.Need("iam.serviceAccounts.list", s.directory.Project().Resource()); p != nil {
		return nil, p
	}
	return map[string]any{"accounts": s.directory.Accounts()}, nil
}

func (s *server) getAccount(c *rest.Call) (any, *identity.Problem) {
	return s.directory.Account(c.PathValue("account"))
}

func (s *server) patchAccount(c *rest.Call) (any, *identity.Problem) {
	var in struct {
		ServiceAccount identity.ServiceAccount `json:"serviceAccount"`
		UpdateMask     string                  `json:"updateMask"`
	}
	if p := c.Body(&in); p != nil {
		return nil, p
	}
	mask := strings.Split(in.UpdateMask, ",")
	for _, field := range mask {
		if field != "displayName" && field != "display_name" && field != "description" {
			return nil, identity.Invalid(fmt.Sprintf("The update mask %q may name displayName and description alone.", in.UpdateMask))
		}
	}
	return s.directory.ChangeAccount(c.PathValue("account"), func(a *identity.ServiceAccount) {
		for _, field := range mask {
			if field == "description" {
				a.Description = in.ServiceAccount.Description
			} else {
				a.DisplayName = in.ServiceAccount.DisplayName
			}
		}
	})
}

func (s *server) deleteAccount(c *rest.Call) (any, *identity.Problem) {
	return struct{}{}, s.directory.DeleteAccount(c.PathValue("account"))
}

func (s *server) setDisabled(disabled bool) rest.Operation {
	return func(c *rest.Call) (any, *identity.Problem) {
		_, p := s.directory.ChangeAccount(c.PathValue("account"), func(a *identity.ServiceAccount) { a.Disabled = disabled })
		return struct{}{}, p
	}
}
