// Package projects emulates the part of Google's Resource Manager API that reads the project and its policy.
package projects

import (
	"net/http"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/identity"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/rest"
)

// since is when the project began: it has no meaning beyond being constant.
const since = "2024-01-01T00:00:00.000Z"

// New makes the API.
func New(d *identity.Directory) http.Handler {
	api := &rest.API{Directory: d, Denied: rest.NamedDenial}
	policy := rest.PolicyOf{
		Get: "resourcemanager.projects.getIamPolicy", Set: "resourcemanager.projects.setIamPolicy",
		Resource: func(c *rest.Call) (string, []string, *identity.Problem) { return resource(d, c) },
	}
	for version, describe := range map[string]func(identity.Project) any{"v1": describeV1, "v3": describeV3} {
		at := "/" + version + "/projects/{project}"
		readOnly := []string{"https://www.googleapis.com/auth/cloudplatformprojects.readonly"}
		api.Handle("GET "+at, readOnly, func(c *rest.Call) (any, *identity.Problem) {
			name, _, missing := resource(d, c)
			if p := c.Need("resourcemanager.projects.get", name); p != nil {
				return nil, p
			}
			return describe(d.Project()), missing
		})
		api.Handle("POST "+at, nil, rest.Verbs("project", policy.Verbs()))
	}
	return api
}

// resource names the project as policies are kept, whether it was given by id or number.
func resource(d *identity.Directory, c *rest.Call) (string, []string, *identity.Problem) {
	given := c.PathValue("project")
	if d.IsProject(given) {
		return d.Project().Resource(), nil, nil
	}
	// What does not exist cannot be told apart from what is not open to the caller.
	return "projects/" + given, nil, rest.NamedDenial("resourcemanager.projects.get", "projects/"+given)
}

func describeV1(p identity.Project) any {
	return map[string]any{
		"projectId": p.ID, "projectNumber": p.Number, "name": p.ID, "lifecycleState": "ACTIVE", "createTime": since,
	}
}

func describeV3(p identity.Project) any {
	return map[string]any{
		"name": "projects/" + p.Number, "projectId": p.ID, "displayName": p.ID, "state": "ACTIVE", "createTime": since,
		"updateTime": since, "etag": `W/"lab"`,
	}
}
