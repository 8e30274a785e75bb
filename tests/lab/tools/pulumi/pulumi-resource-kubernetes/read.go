package main

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Read serves refresh, import and `get`. Only an object (or its whole kind) that is not found is gone: any other
// failure is an error, or a missing right would delete the resource from the state.
func (s *server) Read(ctx context.Context, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	urn := resource.URN(req.GetUrn())
	if s.cluster == nil {
		return s.readUnreachable(urn, req)
	}
	if isRelease(urn) {
		return s.readRelease(ctx, req)
	}
	state, err := unmarshal(req.GetProperties(), "Read.properties")
	if err != nil {
		return nil, err
	}
	properties, err := unmarshal(req.GetInputs(), "Read.inputs")
	if err != nil {
		return nil, err
	}
	inputs, imported, err := s.wanted(urn, req.GetId(), state, properties)
	if err != nil {
		return nil, err
	}
	live, err := s.readLive(inputs, req.GetId())
	if meta.IsNoMatchError(err) || apierrors.IsNotFound(err) {
		return &pulumirpc.ReadResponse{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", req.GetId(), err)
	}
	kept := pruneObject(live, inputs)
	if imported {
		importInputs(kept, live)
	}
	manager, err := fieldManager(state, inputs)
	if err != nil {
		return nil, err
	}
	apiVersion := initialAPIVersion(state, inputs.GetAPIVersion())
	return s.readResponse(req.GetId(), kept, live, properties, apiVersion, manager)
}

func (s *server) readResponse(
	id string, kept, live *unstructured.Unstructured, from resource.PropertyMap, apiVersion, manager string,
) (*pulumirpc.ReadResponse, error) {
	outputs, err := marshal(checkpoint(kept, live, from, apiVersion, manager), "Read.state")
	if err != nil {
		return nil, err
	}
	keptInputs := fromObject(kept.Object)
	copySecrets(keptInputs, from)
	inputs, err := marshal(keptInputs, "Read.inputs")
	if err != nil {
		return nil, err
	}
	return &pulumirpc.ReadResponse{Id: id, Properties: outputs, Inputs: inputs}, nil
}

// wanted are the inputs to look for, made of the id where nothing else is known (import, get).
func (s *server) wanted(
	urn resource.URN, id string, state, properties resource.PropertyMap,
) (inputs *unstructured.Unstructured, imported bool, err error) {
	inputs = normalize(toObject(properties))
	if inputs.GetKind() != "" {
		return inputs, false, nil
	}
	_, live := parseCheckpoint(state)
	if live.GetKind() != "" {
		inputs.SetGroupVersionKind(live.GroupVersionKind())
	} else {
		gvk, err := kindOf(urn)
		if err != nil {
			return nil, false, err
		}
		inputs.SetGroupVersionKind(gvk)
		imported = true
	}
	namespace, name := parseID(id)
	if inputs.GetName() == "" {
		inputs.SetName(name)
	}
	if inputs.GetNamespace() == "" && namespace != "" {
		inputs.SetNamespace(namespace)
	}
	return inputs, imported, nil
}

func (s *server) readLive(inputs *unstructured.Unstructured, id string) (*unstructured.Unstructured, error) {
	_, name := parseID(id)
	if name == "" {
		return nil, fmt.Errorf("id %q holds no name; it must be NAMESPACE/NAME, or NAME", id)
	}
	client, err := s.cluster.client(s.ctx, inputs)
	if err != nil {
		return nil, err
	}
	return client.Get(s.ctx, name, metav1.GetOptions{})
}

// importInputs takes the fields of a live object as the inputs of an import. The schema names the fields of built-in
// kinds; of a custom resource it knows none, so that only its identity is imported, as with the real plugin.
func importInputs(kept, live *unstructured.Unstructured) {
	if isBuiltIn(live.GroupVersionKind().Group) {
		for key, value := range live.DeepCopy().Object {
			if key != "status" {
				kept.Object[key] = value
			}
		}
	}
	normalize(kept)
	for _, key := range []string{"deployment.kubernetes.io/revision", lastApplied} {
		unstructured.RemoveNestedField(kept.Object, "metadata", "annotations", key)
	}
}

func (s *server) readUnreachable(urn resource.URN, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	s.log.warn(urn, "configured Kubernetes cluster is unreachable: %s", s.unreachable)
	if s.settings.deleteUnreachable {
		s.log.info(urn, "configured Kubernetes cluster is unreachable and the `deleteUnreachable` option is enabled. "+
			"Deleting the unreachable resource from Pulumi state")
		return &pulumirpc.ReadResponse{}, nil
	}
	if s.settings.skipUpdateUnreachable {
		return &pulumirpc.ReadResponse{
			Id: req.GetId(), Properties: req.GetProperties(), Inputs: req.GetInputs(),
		}, nil
	}
	return nil, errors.New("failed to read resource state due to unreachable cluster. If the cluster was deleted, " +
		"you can remove this resource from Pulumi state by rerunning the operation with the " +
		"PULUMI_K8S_DELETE_UNREACHABLE environment variable set to \"true\"")
}
