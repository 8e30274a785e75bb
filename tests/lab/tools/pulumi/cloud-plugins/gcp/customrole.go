package gcp

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"certfleet/tests/lab/tools/pulumi/cloud-plugins/plugin"
)

var roleID = regexp.MustCompile(`^[a-zA-Z0-9_.]{3,64}$`)

func customRole() plugin.Resource[*api] {
	return plugin.Resource[*api]{
		Fields: plugin.Fields{
			"roleId": {Use: plugin.Required, Replaces: true, Check: func(value any) string {
				if id := value.(string); !roleID.MatchString(id) {
					return fmt.Sprintf("%q must match regex %q", id, roleID)
				}
				return ""
			}},
			"title": {Use: plugin.Required},
			"permissions": {Kind: plugin.Set, Use: plugin.Required, Check: func(value any) string {
				if len(value.([]any)) == 0 {
					return "must hold at least one permission"
				}
				return ""
			}},
			"description": {},
			"stage":       {Default: "GA"},
			"project":     projectField,
			"deleted":     {Kind: plugin.Bool, Use: plugin.Computed},
			"name":        {Use: plugin.Computed},
		},
		// The names that the real plugin gives hold a dash, which the check refuses, there as here.
		AutoName: "roleId", AutoNameMax: 255,
		Create: createRole,
		Read:   readRole,
		Import: func(a *api, id string) (plugin.Made, error) {
			parts, err := a.parseID(id, "projects/{project}/roles/{role}", "{project}/{role}", "{role}")
			if err != nil {
				return plugin.Gone, err
			}
			return plugin.Made{ID: fmt.Sprintf("projects/%s/roles/%s", parts["project"], parts["role"])}, nil
		},
		Update: updateRole,
		Delete: func(ctx context.Context, a *api, id string, state plugin.Values) error {
			if err := a.do(ctx, http.MethodDelete, iamURL+id, nil, nil); err != nil {
				return fmt.Errorf("Error deleting the custom project role %s: %w", plugin.Text(state, "title"), err)
			}
			return nil
		},
	}
}

func roleBody(inputs plugin.Values) plugin.Values {
	return plugin.Values{
		"title":               inputs["title"],
		"description":         plugin.Text(inputs, "description"),
		"stage":               inputs["stage"],
		"includedPermissions": inputs["permissions"],
	}
}

// createRole takes a deleted role of the same id up again: its id stays taken for weeks.
func createRole(ctx context.Context, a *api, inputs plugin.Values) (plugin.Made, error) {
	project, err := a.projectOf(inputs)
	if err != nil {
		return plugin.Gone, err
	}
	id := fmt.Sprintf("projects/%s/roles/%s", project, plugin.Text(inputs, "roleId"))
	before, err := a.get(ctx, iamURL+id)
	switch {
	case err == nil && before["deleted"] != true:
		return plugin.Gone, fmt.Errorf("Custom project role %s already exists and must be imported", id)
	case err == nil:
		state, err := updateRole(ctx, a, id, before, inputs)
		return plugin.Made{ID: id, State: state}, err
	case !isGone(err):
		return plugin.Gone, fmt.Errorf("Unable to verify whether custom project role %s already exists and must be "+
			"undeleted: %w", id, err)
	}
	body := plugin.Values{"roleId": inputs["roleId"], "role": roleBody(inputs)}
	if _, err := a.post(ctx, iamURL+"projects/"+project+"/roles", body); err != nil {
		return plugin.Gone, fmt.Errorf("Error creating the custom project role %s: %w", id, err)
	}
	return readRole(ctx, a, id, nil)
}

func readRole(ctx context.Context, a *api, id string, _ plugin.Values) (plugin.Made, error) {
	found, err := a.get(ctx, iamURL+id)
	switch {
	case isGone(err):
		return plugin.Gone, nil
	case err != nil:
		return plugin.Gone, fmt.Errorf("Error when reading or editing %s: %w", id, err)
	}
	state := pick(found, "name", "title", "description", "stage")
	parts := strings.Split(id, "/")
	state["project"], state["roleId"] = parts[1], parts[len(parts)-1]
	state["permissions"] = plugin.ListOf(plugin.Texts(found, "includedPermissions"))
	state["deleted"] = found["deleted"] == true
	return plugin.Made{ID: id, State: state}, nil
}

func updateRole(ctx context.Context, a *api, id string, _, inputs plugin.Values) (plugin.Values, error) {
	found, err := a.get(ctx, iamURL+id)
	if err != nil {
		return nil, fmt.Errorf("unable to find custom project role %s to update: %w", id, err)
	}
	title := plugin.Text(inputs, "title")
	if found["deleted"] == true {
		if _, err := a.post(ctx, iamURL+id+":undelete", plugin.Values{}); err != nil {
			return nil, fmt.Errorf("Error undeleting the custom project role %s: %w", title, err)
		}
	}
	if err := a.do(ctx, http.MethodPatch, iamURL+id, roleBody(inputs), nil); err != nil {
		return nil, fmt.Errorf("Error updating the custom project role %s: %w", title, err)
	}
	made, err := readRole(ctx, a, id, nil)
	return made.State, err
}
