package main

import (
	"context"
	"reflect"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// CheckConfig refuses what would silently do something else than with the real plugin.
func (s *server) CheckConfig(
	_ context.Context, req *pulumirpc.CheckRequest,
) (*pulumirpc.CheckResponse, error) {
	news, err := unmarshal(req.GetNews(), "CheckConfig.news")
	if err != nil {
		return nil, err
	}
	var failures []*pulumirpc.CheckFailure
	if given(news, "renderYamlToDirectory") {
		failures = append(failures, &pulumirpc.CheckFailure{Property: "renderYamlToDirectory",
			Reason: "is set, but the lab's stand-in for the Kubernetes plugin does not serve it; leave it out"})
	}
	if v := reveal(news["enableServerSideApply"]); v.IsString() && v.StringValue() == "false" {
		failures = append(failures, &pulumirpc.CheckFailure{Property: "enableServerSideApply",
			Reason: "is false, but the lab's stand-in for the Kubernetes plugin only serves server-side apply"})
	}
	return &pulumirpc.CheckResponse{Inputs: req.GetNews(), Failures: failures}, nil
}

// DiffConfig replaces the provider, and with it all its resources, only when the cluster is another one: by the
// program's own `clusterIdentifier`, and without that by the active cluster's settings. A kubeconfig with other
// credentials for the same cluster is an update.
func (s *server) DiffConfig(
	_ context.Context, req *pulumirpc.DiffRequest,
) (*pulumirpc.DiffResponse, error) {
	olds, err := unmarshal(req.GetOlds(), "DiffConfig.olds")
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(req.GetNews(), "DiffConfig.news")
	if err != nil {
		return nil, err
	}
	return diffConfig(olds, news)
}

const identifier resource.PropertyKey = "clusterIdentifier"

func diffConfig(olds, news resource.PropertyMap) (*pulumirpc.DiffResponse, error) {
	diff := olds.Diff(news)
	if diff == nil {
		return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
	}
	diffs, replaces, err := clusterChanges(diff, olds, news)
	if err != nil {
		return nil, err
	}
	switch {
	case diff.Updated(identifier):
		replaces = append(replaces, string(identifier))
	case diff.Same(identifier) && given(news, identifier):
		replaces = nil
	}
	return &pulumirpc.DiffResponse{
		Changes: pulumirpc.DiffResponse_DIFF_SOME, Diffs: diffs, Replaces: replaces,
	}, nil
}

// clusterChanges are the inputs that changed, and those among them by which the cluster may be another one.
func clusterChanges(diff *resource.ObjectDiff, olds, news resource.PropertyMap) (diffs, replaces []string, err error) {
	leads := []resource.PropertyKey{"kubeconfig", "context", "cluster"}
	// Whether an unknown value leads to another cluster cannot be told: the careful answer is a replacement.
	for _, key := range leads {
		if reveal(news[key]).IsComputed() {
			return []string{string(key)}, []string{string(key)}, nil
		}
	}
	oldConfig, err := kubeconfigOf(olds["kubeconfig"])
	if err != nil {
		return nil, nil, err
	}
	newConfig, err := kubeconfigOf(news["kubeconfig"])
	if err != nil {
		return nil, nil, err
	}
	before, after := activeCluster(oldConfig, olds), activeCluster(newConfig, news)
	isOther := before != nil && after != nil && !reflect.DeepEqual(before, after)
	for _, key := range diff.ChangedKeys() {
		diffs = append(diffs, string(key))
		if isOther && slices.Contains(leads, key) {
			replaces = append(replaces, string(key))
		}
	}
	return diffs, replaces, nil
}
