package gcp

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"certfleet/tests/lab/tools/pulumi/cloud-plugins/plugin"
	"certfleet/tests/lab/tools/pulumi/cloud-plugins/rest"
)

var accountID = regexp.MustCompile(`^[a-z][a-z0-9-]{4,28}[a-z0-9]$`)

func checkAccountID(value any) string {
	if id := value.(string); !accountID.MatchString(id) {
		return fmt.Sprintf("%q must match regex %q", id, accountID)
	}
	return ""
}

// projectField is the project of a resource, known in a preview as far as the provider's is.
var projectField = plugin.Field{Use: plugin.OptionalComputed, Replaces: true, FromProvider: "project"}

func account() plugin.Resource[*api] {
	return plugin.Resource[*api]{
		Fields: plugin.Fields{
			"accountId":   {Use: plugin.Required, Replaces: true, Check: checkAccountID},
			"description": {},
			"displayName": {},
			"disabled":    {Kind: plugin.Bool, Default: false},
			"project":     projectField,
			"email":       {Use: plugin.Computed},
			"member":      {Use: plugin.Computed},
			"name":        {Use: plugin.Computed},
			"uniqueId":    {Use: plugin.Computed},
		},
		AutoName: "accountId", AutoNameMax: 30,
		Plan:   planAccount,
		Create: createAccount,
		Read:   readAccountState,
		Import: importAccount,
		Update: updateAccount,
		Delete: deleteAccount,
	}
}

// planAccount knows the address of an account before it is made, so that bindings to it are known, too.
func planAccount(_ *api, state plugin.Values) {
	id, project := plugin.Text(state, "accountId"), plugin.Text(state, "project")
	if id == "" || project == "" {
		return
	}
	state["email"] = fmt.Sprintf("%s@%s.iam.gserviceaccount.com", id, project)
	state["member"] = "serviceAccount:" + plugin.Text(state, "email")
}

func createAccount(ctx context.Context, a *api, inputs plugin.Values) (plugin.Made, error) {
	project, err := a.projectOf(inputs)
	if err != nil {
		return plugin.Gone, err
	}
	made, err := a.post(ctx, iamURL+"projects/"+project+"/serviceAccounts", plugin.Values{
		"accountId": inputs["accountId"],
		"serviceAccount": plugin.Values{
			"displayName": plugin.Text(inputs, "displayName"), "description": plugin.Text(inputs, "description"),
		},
	})
	if err != nil {
		return plugin.Gone, fmt.Errorf("Error creating service account: %w", err)
	}
	name := plugin.Text(made, "name")
	// IAM is eventually consistent, and hides what is not there yet.
	err = until(ctx, func() error { _, err := a.get(ctx, iamURL+name); return err }, isGone, isHidden)
	if err != nil {
		return plugin.Gone, fmt.Errorf("Error creating service account: %w", err)
	}
	return plugin.Made{ID: name, State: accountState(made)}, nil
}

const consistent = time.Minute

// until asks again while the answer is one of those that pass, at most for the time that IAM may take to be consistent.
func until(ctx context.Context, ask func() error, passes ...func(error) bool) error {
	end, pause := time.Now().Add(consistent), 100*time.Millisecond
	for {
		err := ask()
		passing := false
		for _, may := range passes {
			passing = passing || may(err)
		}
		if !passing || time.Now().After(end) {
			return err
		}
		if err := rest.Sleep(ctx, pause); err != nil {
			return err
		}
		pause = min(2*pause, 5*time.Second)
	}
}

func accountState(found plugin.Values) plugin.Values {
	state := pick(found, "email", "name", "uniqueId", "displayName", "description")
	email := plugin.Text(found, "email")
	state["accountId"], _, _ = strings.Cut(email, "@")
	state["member"] = "serviceAccount:" + email
	state["project"] = plugin.Text(found, "projectId")
	state["disabled"] = found["disabled"] == true
	return state
}

func readAccountState(ctx context.Context, a *api, id string, _ plugin.Values) (plugin.Made, error) {
	found, err := a.get(ctx, iamURL+id)
	switch {
	case isGone(err):
		return plugin.Gone, nil
	case err != nil:
		return plugin.Gone, fmt.Errorf("Error when reading or editing Service Account %q: %w", id, err)
	}
	return plugin.Made{ID: id, State: accountState(found)}, nil
}

// importAccount takes projects/PROJECT/serviceAccounts/EMAIL, PROJECT/EMAIL or EMAIL.
func importAccount(a *api, id string) (plugin.Made, error) {
	parts, err := a.parseID(id, "projects/{project}/serviceAccounts/{email}", "{project}/{email}", "{email}")
	if err != nil {
		return plugin.Gone, err
	}
	return plugin.Made{ID: fmt.Sprintf("projects/%s/serviceAccounts/%s", parts["project"], parts["email"])}, nil
}

func updateAccount(ctx context.Context, a *api, id string, state, inputs plugin.Values) (plugin.Values, error) {
	var mask []string
	for _, field := range []string{"description", "displayName"} {
		if plugin.Text(state, field) != plugin.Text(inputs, field) {
			mask = append(mask, field)
		}
	}
	if disabled := inputs["disabled"] == true; disabled != (state["disabled"] == true) {
		verb := map[bool]string{true: ":disable", false: ":enable"}[disabled]
		if _, err := a.post(ctx, iamURL+id+verb, plugin.Values{}); err != nil {
			return nil, err
		}
	}
	if len(mask) > 0 {
		body := plugin.Values{
			"serviceAccount": plugin.Values{
				"displayName": plugin.Text(inputs, "displayName"), "description": plugin.Text(inputs, "description"),
			},
			"updateMask": strings.Join(mask, ","),
		}
		if err := a.do(ctx, http.MethodPatch, iamURL+id, body, nil); err != nil {
			return nil, err
		}
	}
	made, err := readAccountState(ctx, a, id, state)
	return made.State, err
}

func deleteAccount(ctx context.Context, a *api, id string, _ plugin.Values) error {
	err := a.do(ctx, http.MethodDelete, iamURL+id, nil, nil)
	if err != nil && !isGone(err) {
		return fmt.Errorf("Error deleting service account: %w", err)
	}
	return nil
}
