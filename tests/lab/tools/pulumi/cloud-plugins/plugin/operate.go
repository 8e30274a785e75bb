package plugin

import (
	"context"
	"fmt"
	"maps"
	"time"

	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// bounded is the context of an operation: it ends with the engine's wish, and after the resource's own timeout.
func (s *server[C]) bounded(seconds float64) (context.Context, context.CancelFunc) {
	if seconds <= 0 {
		return context.WithCancel(s.ctx)
	}
	return context.WithTimeout(s.ctx, time.Duration(seconds*float64(time.Second)))
}

func (s *server[C]) Create(_ context.Context, req *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	served, err := s.resourceOf(resource.URN(req.GetUrn()))
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(req.GetProperties(), "Create.properties")
	if err != nil {
		return nil, err
	}
	inputs := s.effective(served.Fields, plain(news))
	if req.GetPreview() {
		wire, err := marshal(sealed(s.planned(served, inputs), served.Fields, news), "Create.preview")
		return &pulumirpc.CreateResponse{Properties: wire}, err
	}
	ctx, cancel := s.bounded(req.GetTimeout())
	defer cancel()
	made, err := served.Create(ctx, s.api, inputs)
	if err != nil {
		return nil, err
	}
	wire, err := marshal(sealed(overlay(inputs, made.State), served.Fields, news), "Create.state")
	return &pulumirpc.CreateResponse{Id: made.ID, Properties: wire}, err
}

// planned is what is known of a resource that does not exist yet.
func (s *server[C]) planned(served Resource[C], inputs Values) Values {
	state := maps.Clone(inputs)
	for key, field := range served.Fields {
		if _, has := state[key]; !has && field.isComputed() {
			state[key] = unknown()
		}
	}
	if served.Plan != nil {
		served.Plan(s.api, state)
	}
	return state
}

func (s *server[C]) Update(_ context.Context, req *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	served, err := s.resourceOf(resource.URN(req.GetUrn()))
	if err != nil {
		return nil, err
	}
	olds, err := unmarshal(req.GetOlds(), "Update.olds")
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(req.GetNews(), "Update.news")
	if err != nil {
		return nil, err
	}
	before, inputs := plain(olds), s.effective(served.Fields, plain(news))
	state := updated(served, before, inputs)
	if !req.GetPreview() {
		ctx, cancel := s.bounded(req.GetTimeout())
		defer cancel()
		fresh, err := served.Update(ctx, s.api, req.GetId(), before, inputs)
		if err != nil {
			return nil, err
		}
		state = overlay(overlay(keptOf(served.Fields, before), inputs), fresh)
	}
	wire, err := marshal(sealed(state, served.Fields, news), "Update.state")
	return &pulumirpc.UpdateResponse{Properties: wire}, err
}

// updated is what is known of a resource before it is changed.
func updated[C any](served Resource[C], before, inputs Values) Values {
	state := overlay(keptOf(served.Fields, before), inputs)
	for key, field := range served.Fields {
		if _, given := inputs[key]; served.UnknownOnUpdate && field.isComputed() && !field.Stable && !given {
			state[key] = unknown()
		}
	}
	return state
}

// keptOf is what the API computed, which stays while it says nothing else.
func keptOf(fields Fields, state Values) Values {
	kept := Values{}
	for key, value := range state {
		if fields[key].isComputed() {
			kept[key] = value
		}
	}
	return kept
}

func (s *server[C]) Delete(_ context.Context, req *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	served, err := s.resourceOf(resource.URN(req.GetUrn()))
	if err != nil {
		return nil, err
	}
	state, err := unmarshal(req.GetProperties(), "Delete.properties")
	if err != nil {
		return nil, err
	}
	ctx, cancel := s.bounded(req.GetTimeout())
	defer cancel()
	return &emptypb.Empty{}, served.Delete(ctx, s.api, req.GetId(), plain(state))
}

// Read serves a refresh, and an import, which comes without inputs. What does not exist has no id in the answer.
func (s *server[C]) Read(_ context.Context, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	served, err := s.resourceOf(resource.URN(req.GetUrn()))
	if err != nil {
		return nil, err
	}
	before, err := unmarshal(req.GetProperties(), "Read.properties")
	if err != nil {
		return nil, err
	}
	inputs, err := unmarshal(req.GetInputs(), "Read.inputs")
	if err != nil {
		return nil, err
	}
	from := Made{req.GetId(), plain(before)}
	isImport := len(inputs) == 0
	if isImport {
		if from, err = served.Import(s.api, req.GetId()); err != nil {
			return nil, fmt.Errorf("cannot read the id %q: %w", req.GetId(), err)
		}
		from.State = s.effective(served.Fields, overlay(plain(before), from.State))
	}
	made, err := served.Read(s.ctx, s.api, from.ID, from.State)
	if err != nil || made.ID == "" {
		return &pulumirpc.ReadResponse{}, err
	}
	state := overlay(from.State, made.State)
	asked := refreshedInputs(served.Fields, inputs, state)
	if isImport {
		asked = importedInputs(served.Fields, state)
	}
	return readResponse(made.ID, sealed(state, served.Fields, secretsOf(before, inputs)), asked)
}

func readResponse(id string, state, inputs resource.PropertyMap) (*pulumirpc.ReadResponse, error) {
	properties, err := marshal(state, "Read.state")
	if err != nil {
		return nil, err
	}
	asked, err := marshal(inputs, "Read.inputs")
	return &pulumirpc.ReadResponse{Id: id, Properties: properties, Inputs: asked}, err
}

// secretsOf is a map of which only matters what is secret in it.
func secretsOf(state, inputs resource.PropertyMap) resource.PropertyMap {
	merged := state.Copy()
	for key, value := range inputs {
		if value.ContainsSecrets() {
			merged[key] = value
		}
	}
	return merged
}

// refreshedInputs are the inputs with what is now found in their place; what means the same stays as it was written.
func refreshedInputs(fields Fields, inputs resource.PropertyMap, state Values) resource.PropertyMap {
	asked := inputs.Copy()
	for key, value := range plain(inputs) {
		found := state[key]
		if same(fields[key], found, value) || (isEmpty(found) && isEmpty(value)) {
			continue
		}
		fresh := resource.NewPropertyValue(found)
		if asked[resource.PropertyKey(key)].ContainsSecrets() {
			fresh = resource.MakeSecret(fresh)
		}
		asked[resource.PropertyKey(key)] = fresh
	}
	return asked
}

// importedInputs are the inputs that would make what was found.
func importedInputs(fields Fields, state Values) resource.PropertyMap {
	asked, defaults := Values{}, []string{}
	for key, field := range fields {
		value, found := state[key]
		if !found || !field.isInput() || (isEmpty(value) && field.Use != Required) {
			continue
		}
		asked[key] = value
		if field.Default != nil && same(field, value, field.Default) {
			defaults = append(defaults, key)
		}
	}
	properties := sealed(asked, fields, nil)
	properties[defaultsKey] = resource.NewPropertyValue(ListOf(defaults))
	return properties
}
