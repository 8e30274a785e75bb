// Package enginetest plays the engine to a plugin, and the API's hosts to its requests.
package enginetest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Values are properties as a program writes them.
type Values = map[string]any

// Unknown is a value that only the real run will know.
var Unknown = resource.Computed{Element: resource.NewStringProperty("")}

// Engine calls one configured plugin.
type Engine struct {
	t      *testing.T
	server pulumirpc.ResourceProviderServer
	checks int
}

// New configures a plugin.
func New(t *testing.T, server pulumirpc.ResourceProviderServer, config map[string]string) *Engine {
	t.Helper()
	if _, err := server.Configure(context.Background(), &pulumirpc.ConfigureRequest{Variables: config}); err != nil {
		t.Fatal(err)
	}
	return &Engine{t: t, server: server}
}

var network = http.DefaultTransport

// PlayHosts leads every request of the process to a handler, which sees the host that was meant.
func PlayHosts(t *testing.T, handler http.Handler) {
	server := httptest.NewServer(handler)
	target, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	before := http.DefaultTransport
	http.DefaultTransport = roundTrip(func(req *http.Request) (*http.Response, error) {
		meant := req.URL.Host
		req = req.Clone(req.Context())
		req.URL.Scheme, req.URL.Host, req.Host = target.Scheme, target.Host, meant
		return network.RoundTrip(req)
	})
	t.Cleanup(func() {
		http.DefaultTransport = before
		server.Close()
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// Answer writes JSON.
func Answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// Body reads JSON.
func Body(req *http.Request) Values {
	body := Values{}
	_ = json.NewDecoder(req.Body).Decode(&body)
	return body
}

// Resource is one in the engine's state.
type Resource struct {
	Type, ID      string
	Inputs, State resource.PropertyMap
}

func (e *Engine) wire(values resource.PropertyMap) *structpb.Struct {
	e.t.Helper()
	wire, err := plugin.MarshalProperties(values, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
	if err != nil {
		e.t.Fatal(err)
	}
	return wire
}

func (e *Engine) properties(wire *structpb.Struct) resource.PropertyMap {
	e.t.Helper()
	values, err := plugin.UnmarshalProperties(wire, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
	if err != nil {
		e.t.Fatal(err)
	}
	return values
}

// seed is another one for each check, so that a name that is made twice differs.
func (e *Engine) seed() []byte {
	e.checks++
	return fmt.Appendf(nil, "seed %d of a test's engine, which is long", e.checks)
}

func urn(kind string) string {
	return "urn:pulumi:test::test::" + kind + "::thing"
}

// Check gives the checked inputs, or the failures as "property: reason".
func (e *Engine) Check(kind string, olds resource.PropertyMap, inputs Values) (resource.PropertyMap, []string) {
	e.t.Helper()
	answer, err := e.server.Check(context.Background(), &pulumirpc.CheckRequest{
		Urn: urn(kind), Olds: e.wire(olds), News: e.wire(resource.NewPropertyMapFromMap(inputs)),
		RandomSeed: e.seed(),
	})
	if err != nil {
		e.t.Fatal(err)
	}
	var failures []string
	for _, failure := range answer.GetFailures() {
		failures = append(failures, failure.GetProperty()+": "+failure.GetReason())
	}
	return e.properties(answer.GetInputs()), failures
}

func (e *Engine) checked(kind string, olds resource.PropertyMap, inputs Values) resource.PropertyMap {
	e.t.Helper()
	checked, failures := e.Check(kind, olds, inputs)
	if len(failures) > 0 {
		e.t.Fatalf("%s: %s", kind, strings.Join(failures, "\n"))
	}
	return checked
}

// Preview gives the state that a create announces.
func (e *Engine) Preview(kind string, inputs Values) resource.PropertyMap {
	e.t.Helper()
	answer, err := e.server.Create(context.Background(), &pulumirpc.CreateRequest{
		Urn: urn(kind), Properties: e.wire(e.checked(kind, nil, inputs)), Preview: true,
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return e.properties(answer.GetProperties())
}

// TryCreate makes a resource, or says why not.
func (e *Engine) TryCreate(kind string, inputs Values) (Resource, error) {
	e.t.Helper()
	checked := e.checked(kind, nil, inputs)
	answer, err := e.server.Create(context.Background(), &pulumirpc.CreateRequest{
		Urn: urn(kind), Properties: e.wire(checked),
	})
	if err != nil {
		return Resource{}, err
	}
	return Resource{kind, answer.GetId(), checked, e.properties(answer.GetProperties())}, nil
}

// Create makes a resource, for which a second preview then announces nothing.
func (e *Engine) Create(kind string, inputs Values) Resource {
	e.t.Helper()
	made, err := e.TryCreate(kind, inputs)
	if err != nil {
		e.t.Fatal(err)
	}
	e.MustBeSame(made, inputs)
	return made
}

// Diff compares a resource with new inputs.
func (e *Engine) Diff(made Resource, inputs Values) *pulumirpc.DiffResponse {
	e.t.Helper()
	answer, err := e.server.Diff(context.Background(), &pulumirpc.DiffRequest{
		Urn: urn(made.Type), Id: made.ID, Olds: e.wire(made.State), OldInputs: e.wire(made.Inputs),
		News: e.wire(e.checked(made.Type, made.Inputs, inputs)),
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return answer
}

// MustBeSame fails where the inputs are a change.
func (e *Engine) MustBeSame(made Resource, inputs Values) {
	e.t.Helper()
	if diff := e.Diff(made, inputs); diff.GetChanges() != pulumirpc.DiffResponse_DIFF_NONE {
		e.t.Fatalf("%s: is not as asked for: %v", made.Type, diff.GetDetailedDiff())
	}
}

// Update changes a resource, for which a second preview then announces nothing; the first one's state comes beside it.
func (e *Engine) Update(made Resource, inputs Values) (after Resource, preview resource.PropertyMap) {
	e.t.Helper()
	checked := e.checked(made.Type, made.Inputs, inputs)
	update := func(isPreview bool) resource.PropertyMap {
		answer, err := e.server.Update(context.Background(), &pulumirpc.UpdateRequest{
			Urn: urn(made.Type), Id: made.ID, Olds: e.wire(made.State), OldInputs: e.wire(made.Inputs),
			News: e.wire(checked), Preview: isPreview,
		})
		if err != nil {
			e.t.Fatal(err)
		}
		return e.properties(answer.GetProperties())
	}
	preview = update(true)
	after = Resource{made.Type, made.ID, checked, update(false)}
	e.MustBeSame(after, inputs)
	return after, preview
}

// Refresh reads a resource again; without an id it is gone.
func (e *Engine) Refresh(made Resource) Resource {
	e.t.Helper()
	answer, err := e.server.Read(context.Background(), &pulumirpc.ReadRequest{
		Urn: urn(made.Type), Id: made.ID, Properties: e.wire(made.State), Inputs: e.wire(made.Inputs),
	})
	if err != nil {
		e.t.Fatal(err)
	}
	return Resource{made.Type, answer.GetId(), e.properties(answer.GetInputs()), e.properties(answer.GetProperties())}
}

// Import reads what has an id.
func (e *Engine) Import(kind, id string) Resource {
	e.t.Helper()
	return e.Refresh(Resource{Type: kind, ID: id})
}

// Delete deletes a resource.
func (e *Engine) Delete(made Resource) error {
	_, err := e.server.Delete(context.Background(), &pulumirpc.DeleteRequest{
		Urn: urn(made.Type), Id: made.ID, Properties: e.wire(made.State), OldInputs: e.wire(made.Inputs),
	})
	return err
}

// Invoke calls a function.
func (e *Engine) Invoke(token string, args Values) (resource.PropertyMap, error) {
	e.t.Helper()
	answer, err := e.server.Invoke(context.Background(), &pulumirpc.InvokeRequest{
		Tok: token, Args: e.wire(resource.NewPropertyMapFromMap(args)),
	})
	if err != nil {
		return nil, err
	}
	if failures := answer.GetFailures(); len(failures) > 0 {
		e.t.Fatalf("%s: %v", token, failures)
	}
	return e.properties(answer.GetReturn()), nil
}
