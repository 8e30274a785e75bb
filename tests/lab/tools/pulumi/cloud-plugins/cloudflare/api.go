package cloudflare

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"certfleet/tests/lab/tools/pulumi/cloud-plugins/plugin"
	"certfleet/tests/lab/tools/pulumi/cloud-plugins/rest"
)

const base = "https://api.cloudflare.com/client/v4"

// api asks Cloudflare.
type api struct{ rest *rest.Client }

func connect(config map[string]string) (*api, error) {
	token := config["apiToken"]
	if token == "" {
		token = os.Getenv("CLOUDFLARE_API_TOKEN")
	}
	authorize := func(req *http.Request) error {
		if token == "" {
			return errors.New("no credentials: set the provider's `apiToken` or the environment's CLOUDFLARE_API_TOKEN")
		}
		req.Header.Set("Authorization", "Bearer "+token)
		return nil
	}
	return &api{&rest.Client{
		HTTP:      &http.Client{Timeout: 30 * time.Second},
		Authorize: authorize,
		Retry:     rest.Retry{First: 500 * time.Millisecond, For: time.Minute},
		UserAgent: "pulumi-cloudflare/" + version,
	}}, nil
}

// do reads the `result` of the answer's envelope.
func (a *api) do(ctx context.Context, method, path string, body, result any) error {
	envelope := struct {
		Result any `json:"result"`
	}{result}
	if err := a.rest.Do(ctx, method, base+path, body, &envelope); err != nil {
		return fmt.Errorf("failed to make http request: %w", err)
	}
	return nil
}

func isGone(err error) bool { return rest.IsStatus(err, http.StatusNotFound) }

// list asks for the pages of a collection until it has enough.
func (a *api) list(ctx context.Context, path string, query url.Values, enough int) ([]plugin.Values, error) {
	var all []plugin.Values
	for page := 1; ; page++ {
		if page > 1 {
			query.Set("page", strconv.Itoa(page))
		}
		var envelope struct {
			Result []plugin.Values `json:"result"`
			Info   struct {
				TotalPages int `json:"total_pages"`
			} `json:"result_info"`
		}
		if err := a.rest.Do(ctx, http.MethodGet, base+path+"?"+query.Encode(), nil, &envelope); err != nil {
			return nil, fmt.Errorf("failed to make http request: %w", err)
		}
		all = append(all, envelope.Result...)
		if len(all) >= enough || page >= envelope.Info.TotalPages {
			return all[:min(len(all), enough)], nil
		}
	}
}

// camel gives an answer the SDK's names.
func camel(value any) any {
	switch v := value.(type) {
	case plugin.Values:
		renamed := plugin.Values{}
		for key, element := range v {
			if element != nil {
				renamed[camelName(key)] = camel(element)
			}
		}
		return renamed
	case []any:
		renamed := make([]any, 0, len(v))
		for _, element := range v {
			renamed = append(renamed, camel(element))
		}
		return renamed
	}
	return value
}

func camelName(name string) string {
	parts := strings.Split(name, "_")
	for i, part := range parts[1:] {
		if part != "" {
			parts[i+1] = strings.ToUpper(part[:1]) + part[1:]
		}
	}
	return strings.Join(parts, "")
}

// parts splits an import id, in the form that the error names.
func parts(id, form string) ([]string, error) {
	found := strings.Split(id, "/")
	if len(found) != strings.Count(form, "/")+1 || strings.Contains("/"+id+"/", "//") {
		return nil, fmt.Errorf("invalid ID: expected urlencoded segments %q, got %q", form, id)
	}
	return found, nil
}

// compact is JSON without what stands between its parts.
func compact(raw json.RawMessage) string {
	var text bytes.Buffer
	if json.Compact(&text, raw) != nil {
		return string(raw)
	}
	return text.String()
}

// put copies what is given, under the API's names.
func put(body, from plugin.Values, names map[string]string) {
	for name, theirs := range names {
		if value, given := from[name]; given {
			body[theirs] = value
		}
	}
}
