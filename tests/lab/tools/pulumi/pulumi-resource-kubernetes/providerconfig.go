package main

import (
	"context"
	"fmt"
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
	for _, key := range []resource.PropertyKey{"renderYamlToDirectory", "clusterIdentifier"} {
		if v := reveal(news[key]); v.HasValue() && !v.IsComputed() && v.IsString() && v.StringValue() != "" {
			failures = append(failures, &pulumirpc.CheckFailure{Property: string(key), Reason: fmt.Sprintf(
				"%q is set, but the lab's stand-in for the Kubernetes plugin does not serve it; leave it out", key)})
		}
	}
	if v := reveal(news["enableServerSideApply"]); v.IsString() && v.StringValue() == "false" {
		failures = append(failures, &pulumirpc.CheckFailure{Property: "enableServerSideApply",
			Reason: "is false, but the lab's stand-in for the Kubernetes plugin only serves server-side apply"})
	}
	return &pulumirpc.CheckResponse{Inputs: req.GetNews(), Failures: failures}, nil
}

// DiffConfig replaces the provider, and with it all its resources, only when the active cluster's settings change:
// a kubeconfig with other credentials for the same cluster is an update.
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

func diffConfig(olds, news resource.PropertyMap) (*pulumirpc.DiffResponse, error) {
	diff := olds.Diff(news)
	if diff == nil {
		return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
	}
	// Whether an unknown value leads to another cluster cannot be told: the careful answer is a replacement.
	for _, key := range []resource.PropertyKey{"kubeconfig", "context", "cluster"} {
		if reveal(news[key]).IsComputed() {
			return changed([]string{string(key)}, []string{string(key)}), nil
		}
	}
	oldConfig, err := kubeconfigOf(olds["kubeconfig"])
	if err != nil {
		return nil, err
	}
	newConfig, err := kubeconfigOf(news["kubeconfig"])
	if err != nil {
		return nil, err
	}
	var diffs, replaces []string
	for _, key := range diff.ChangedKeys() {
		diffs = append(diffs, string(key))
	}
	before, after := activeCluster(oldConfig, olds), activeCluster(newConfig, news)
	if before != nil && after != nil && !reflect.DeepEqual(before, after) {
		for _, key := range []string{"kubeconfig", "context", "cluster"} {
			if slices.Contains(diffs, key) {
				replaces = append(replaces, key)
			}
		}
	}
	return changed(diffs, replaces), nil
}

func changed(diffs, replaces []string) *pulumirpc.DiffResponse {
	return &pulumirpc.DiffResponse{
		Changes: pulumirpc.DiffResponse_DIFF_SOME, Diffs: diffs, Replaces: replaces,
	}
}
