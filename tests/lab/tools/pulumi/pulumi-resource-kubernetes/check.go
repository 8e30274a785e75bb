package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Check fills in what the program left out (name, namespace) and brings the inputs into the API server's form. What
// it returns is what the engine keeps as the inputs, so everything secret or unknown must come out as it went in.
func (s *server) Check(ctx context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	urn := resource.URN(req.GetUrn())
	if s.cluster == nil && s.settings.skipUpdateUnreachable {
		s.log.warn(urn, "Cluster is unreachable but skipUpdateUnreachable flag is set to true, skipping...")
		return &pulumirpc.CheckResponse{Inputs: req.GetOlds()}, nil
	}
	if isRelease(urn) {
		return s.checkRelease(ctx, req)
	}
	olds, err := unmarshal(req.GetOlds(), "Check.olds")
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(req.GetNews(), "Check.news")
	if err != nil {
		return nil, err
	}
	gvk, err := kindOf(urn)
	if err != nil {
		return nil, err
	}
	obj := toObject(news)
	if isPatch(urn, obj) || strings.HasPrefix(gvk.Group, "helm.sh") || strings.HasPrefix(gvk.Group, "yaml") {
		return nil, notServed("type " + string(urn.Type()))
	}
	if obj.GetKind() == "" || obj.GetAPIVersion() == "" {
		return nil, fmt.Errorf("%s has no apiVersion and kind; both must be known strings", urn.Name())
	}
	if _, has := obj.Object["metadata"]; !has {
		obj.Object["metadata"] = map[string]any{}
	}
	obj = normalize(obj)
	if err := nameObject(obj, toObject(olds), urn, req); err != nil {
		return nil, err
	}
	namespace, unknown := metaField(obj, "namespace")
	if s.settings.namespace != "" && namespace == "" && !unknown && s.isNamespaced(gvk) {
		obj.SetNamespace(s.settings.namespace)
	}
	if isCRD(obj) && s.cluster != nil {
		s.cluster.plan(obj.Object)
	}
	checked := fromObject(obj.Object)
	copySecrets(checked, news)
	inputs, err := marshal(checked, "Check.inputs")
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CheckResponse{Inputs: inputs}, nil
}
