package gcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"certfleet/tests/lab/tools/pulumi/cloud-plugins/plugin"
	"certfleet/tests/lab/tools/pulumi/cloud-plugins/rest"
)

const (
	iamURL      = "https://iam.googleapis.com/v1/"
	projectsURL = "https://cloudresourcemanager.googleapis.com/v1/"
	dnsURL      = "https://dns.googleapis.com/dns/v1/"
)

// api asks Google; project is the provider's own.
type api struct {
	// policies is held while one is changed, so that only other programs can come between.
	policies sync.Mutex
	rest     *rest.Client
	project  string
}

func connect(config map[string]string) (*api, error) {
	authorize, err := credentialsOf(config)
	if err != nil {
		return nil, err
	}
	project := config["project"]
	if project == "" {
		project = firstOf("GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT")
		// The resources' project is filled in from here, too.
		config["project"] = project
	}
	return &api{
		rest: &rest.Client{
			HTTP:      &http.Client{Timeout: 30 * time.Second},
			Authorize: authorize,
			Retry:     rest.Retry{First: 500 * time.Millisecond, For: time.Minute},
			UserAgent: "pulumi-gcp/" + version,
		},
		project: project,
	}, nil
}

// apiError is an answer as Google's own Go client tells it.
type apiError struct {
	cause           error
	status          int
	message, reason string
}

func (e *apiError) Error() string {
	return fmt.Sprintf("googleapi: Error %d: %s, %s", e.status, e.message, e.reason)
}

func (e *apiError) Unwrap() error { return e.cause }

func explain(err error) error {
	var answer *rest.Error
	if !errors.As(err, &answer) {
		return err
	}
	var body struct {
		Error struct {
			Message, Status string
			Errors          []struct{ Reason string }
		}
	}
	if json.Unmarshal(answer.Body, &body) != nil || body.Error.Message == "" {
		return err
	}
	reason := body.Error.Status
	if len(body.Error.Errors) > 0 && body.Error.Errors[0].Reason != "" {
		reason = body.Error.Errors[0].Reason
	}
	return &apiError{cause: err, status: answer.Status, message: body.Error.Message, reason: reason}
}

func (a *api) do(ctx context.Context, method, url string, body, result any) error {
	return explain(a.rest.Do(ctx, method, url, body, result))
}

func (a *api) get(ctx context.Context, url string) (plugin.Values, error) {
	answer := plugin.Values{}
	return answer, a.do(ctx, http.MethodGet, url, nil, &answer)
}

func (a *api) post(ctx context.Context, url string, body any) (plugin.Values, error) {
	answer := plugin.Values{}
	return answer, a.do(ctx, http.MethodPost, url, body, &answer)
}

func isGone(err error) bool { return rest.IsStatus(err, http.StatusNotFound) }

// isHidden is how IAM answers for some things that do not exist.
func isHidden(err error) bool { return rest.IsStatus(err, http.StatusForbidden) }

// list asks for all pages of a collection.
func (a *api) list(ctx context.Context, base, items string, query url.Values) ([]plugin.Values, error) {
	all := []plugin.Values{}
	for {
		page, err := a.get(ctx, base+"?"+query.Encode())
		if err != nil {
			return nil, err
		}
		found, _ := page[items].([]any)
		for _, item := range found {
			if values, ok := item.(plugin.Values); ok {
				all = append(all, values)
			}
		}
		next := plugin.Text(page, "nextPageToken")
		if next == "" {
			return all, nil
		}
		query.Set("pageToken", next)
	}
}

// projectOf is the resource's project or the provider's.
func (a *api) projectOf(values plugin.Values) (string, error) {
	if project := plugin.Text(values, "project"); project != "" {
		return project, nil
	}
	if a.project == "" {
		return "", errors.New("project: required field is not set")
	}
	return a.project, nil
}

// pick takes fields of an answer into a state; what the answer leaves out is empty.
func pick(answer plugin.Values, texts ...string) plugin.Values {
	state := plugin.Values{}
	for _, name := range texts {
		state[name] = plugin.Text(answer, name)
	}
	return state
}
