// Package rest is what Google's REST APIs have in common: access tokens, error envelopes, paths with verbs.
package rest

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/identity"
)

const maxBodySize = 1 << 20

// CloudPlatform is the scope that opens every API.
const CloudPlatform = "https://www.googleapis.com/auth/cloud-platform"

// API is one API host.
type API struct {
	Directory *identity.Directory
	// Denied makes the refusal of a missing permission: APIs differ in whether they name it.
	Denied func(permission, resource string) *identity.Problem
	mux    http.ServeMux
}

// Call is one authenticated request.
type Call struct {
	*http.Request
	Principal identity.Principal
	api       *API
}

// Operation answers a call.
type Operation func(*Call) (any, *identity.Problem)

// NoContent is the answer without a body.
type NoContent struct{}

// Handle routes a method and path; scopes are those of which an access token needs one.
func (a *API) Handle(pattern string, scopes []string, do Operation) {
	a.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		call := &Call{Request: r, api: a}
		if p := call.authenticate(scopes); p != nil {
			WriteProblem(w, p)
			return
		}
		result, p := do(call)
		if p != nil {
			WriteProblem(w, p)
			return
		}
		if _, empty := result.(NoContent); empty {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		write(w, http.StatusOK, result)
	})
}

// Verbs serves paths that end in ":verb", which the standard library's patterns cannot tell apart.
func Verbs(parameter string, verbs map[string]Operation) Operation {
	return func(c *Call) (any, *identity.Problem) {
		name, verb, _ := strings.Cut(c.PathValue(parameter), ":")
		do := verbs[verb]
		if do == nil {
			return nil, identity.NotFound("Method not found.")
		}
		c.SetPathValue(parameter, name)
		return do(c)
	}
}

func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBodySize)
	a.mux.ServeHTTP(w, r)
}

// Body decodes the request's JSON; an empty body is an empty object.
func (c *Call) Body(into any) *identity.Problem {
	raw, err := io.ReadAll(c.Request.Body)
	if err == nil && len(raw) > 0 {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return identity.Invalid(fmt.Sprintf("Invalid JSON payload received. %v", err))
	}
	return nil
}

// Need refuses the call unless the policies of the resources, the nearest first, give the permission.
func (c *Call) Need(permission string, resources ...string) *identity.Problem {
	if c.api.Directory.Allowed(c.Principal, permission, resources...) {
		return nil
	}
	return c.api.Denied(permission, resources[0])
}

func (c *Call) authenticate(scopes []string) *identity.Problem {
	const expected = "Expected OAuth 2 access token, login cookie or other valid authentication credential. " +
		"See https://developers.google.com/identity/sign-in/web/devconsole-project."
	token, found := strings.CutPrefix(c.Header.Get("Authorization"), "Bearer ")
	if !found {
		return &identity.Problem{
			Code: http.StatusUnauthorized, Status: "UNAUTHENTICATED", Reason: "required",
			Message: "Request is missing required authentication credential. " + expected,
		}
	}
	principal, known := c.api.Directory.Authenticate(token)
	if !known {
		return &identity.Problem{
			Code: http.StatusUnauthorized, Status: "UNAUTHENTICATED", Reason: "authError",
			Message: "Request had invalid authentication credentials. " + expected,
		}
	}
	if !principal.HasScope(append([]string{CloudPlatform}, scopes...)...) {
		return &identity.Problem{
			Code: http.StatusForbidden, Status: "PERMISSION_DENIED", Reason: "insufficientPermissions",
			Message: "Request had insufficient authentication scopes.",
		}
	}
	c.Principal = principal
	return nil
}

// NamedDenial is the refusal of the APIs that name the permission.
func NamedDenial(permission, resource string) *identity.Problem {
	return &identity.Problem{
		Code: http.StatusForbidden, Status: "PERMISSION_DENIED", Reason: "forbidden", Permission: permission,
		Message: fmt.Sprintf("Permission '%s' denied on resource '%s' (or it may not exist).", permission, resource),
	}
}

// WriteProblem writes Google's error envelope.
func WriteProblem(w http.ResponseWriter, p *identity.Problem) {
	body := map[string]any{
		"code": p.Code, "message": p.Message,
		"errors": []any{map[string]string{"message": p.Message, "domain": "global", "reason": p.Reason}},
	}
	if p.Status != "" {
		body["status"] = p.Status
	}
	if p.Permission != "" {
		body["details"] = []any{map[string]any{
			"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "IAM_PERMISSION_DENIED",
			"domain": "iam.googleapis.com", "metadata": map[string]string{"permission": p.Permission},
		}}
	}
	write(w, p.Code, map[string]any{"error": body})
}

func write(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(value); err != nil {
		slog.Debug("google reply lost", "error", err)
	}
}
