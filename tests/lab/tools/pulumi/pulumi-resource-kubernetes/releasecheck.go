package main

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// checkRelease fills in name, namespace and timeout, and resolves the chart. As with the real plugin the chart is
// fetched as soon as all inputs are known, so also in a preview, and a chart that cannot be had is a failure.
func (s *server) checkRelease(ctx context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	urn := resource.URN(req.GetUrn())
	olds, err := unmarshal(req.GetOlds(), "Check.olds")
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(req.GetNews(), "Check.news")
	if err != nil {
		return nil, err
	}
	filled := news.Copy()
	if err := s.fillRelease(urn, filled, olds); err != nil {
		return nil, err
	}
	wanted, err := decodeRelease(filled)
	if err != nil {
		return nil, err
	}
	var failures []*pulumirpc.CheckFailure
	if !news.ContainsUnknowns() {
		if err := s.resolveChart(ctx, wanted, len(olds) == 0); err != nil {
			failures = append(failures, &pulumirpc.CheckFailure{Property: "chart",
				Reason: fmt.Sprintf("%v; check the chart name and repository configuration.", err)})
		}
	}
	checked := resource.NewPropertyMap(wanted)
	delete(checked, "resourceNames")
	copyUnknowns(checked, news)
	copySecrets(checked, news)
	inputs, err := marshal(checked, "Check.inputs")
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CheckResponse{Inputs: inputs, Failures: failures}, nil
}

// resolveChart pins the version that a constraint such as ">= 1.2.3" leads to, which is what decides on an upgrade.
func (s *server) resolveChart(ctx context.Context, wanted *release, fresh bool) error {
	helm := s.helm
	if helm == nil {
		helm = newHelm(nil, nil)
	}
	chart, err := helm.locate(ctx, wanted)
	if err != nil {
		return err
	}
	wanted.Version = chart.Version
	// Only a first installation can bring kinds that the cluster does not know.
	if fresh && s.cluster != nil {
		for _, crd := range helm.crds(ctx, wanted, chart) {
			s.cluster.plan(crd)
		}
	}
	return nil
}

// fillRelease names a nameless release once and for all, and sets the defaults that the state of the real plugin has.
func (s *server) fillRelease(urn resource.URN, news, olds resource.PropertyMap) error {
	if !given(news, "name") {
		if given(olds, "name") {
			news["name"] = olds["name"]
		} else {
			name, err := resource.NewUniqueHex(urn.Name()+"-", 0, 0)
			if err != nil {
				return err
			}
			news["name"] = resource.NewStringProperty(name)
		}
	}
	if !given(news, "namespace") {
		news["namespace"] = resource.NewStringProperty(namespaceOrDefault(s.settings.namespace))
	}
	skip := reveal(news["skipAwait"])
	if _, has := news["timeout"]; !has && (!skip.IsBool() || !skip.BoolValue()) {
		news["timeout"] = resource.NewNumberProperty(releaseTimeout)
	}
	return nil
}

// given says whether a string property has a value, known or not.
func given(properties resource.PropertyMap, key resource.PropertyKey) bool {
	value := reveal(properties[key])
	return value.IsComputed() || value.IsOutput() || (value.IsString() && value.StringValue() != "")
}

// diffRelease compares the new inputs with the state, and finds deletions in the old inputs.
func (s *server) diffRelease(_ context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	olds, err := unmarshal(req.GetOlds(), "Diff.olds")
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(req.GetNews(), "Diff.news")
	if err != nil {
		return nil, err
	}
	inputs, _ := releaseInputs(olds)
	inputs = inputs.Copy()
	delete(inputs, "resourceNames")
	for _, ignored := range req.GetIgnoreChanges() {
		if ignored == "version" {
			news["version"] = olds["version"]
		}
	}
	plain := func(properties resource.PropertyMap) map[string]any { return properties.MapRepl(nil, stripSecret) }
	detailed := compare(plain(olds), plain(inputs), plain(news), []string{".name", ".namespace"})
	if err := ignore(detailed, req.GetIgnoreChanges()); err != nil {
		return nil, err
	}
	response := &pulumirpc.DiffResponse{
		Changes: pulumirpc.DiffResponse_DIFF_NONE, Replaces: replacements(detailed), Stables: []string{},
		DetailedDiff: detailed, HasDetailedDiff: len(detailed) > 0,
	}
	if len(detailed) > 0 {
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
	}
	return response, nil
}
