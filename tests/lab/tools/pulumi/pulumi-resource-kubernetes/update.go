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

// Update applies the new inputs and waits as a create does. An error after the object is known leaves a state, so
// that the next `up` tries again.
func (s *server) Update(ctx context.Context, req *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	urn := resource.URN(req.GetUrn())
	if isRelease(urn) {
		return s.updateRelease(ctx, req)
	}
	if !req.GetPreview() && s.cluster == nil {
		return nil, s.unreachableError()
	}
	olds, err := unmarshal(req.GetOlds(), "Update.olds")
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(req.GetNews(), "Update.news")
	if err != nil {
		return nil, err
	}
	obj := normalize(toObject(news))
	if req.GetPreview() && !s.canPreview(obj) {
		return &pulumirpc.UpdateResponse{Properties: req.GetNews()}, nil
	}
	oldInputs, oldLive := parseCheckpoint(olds)
	manager, err := fieldManager(olds, obj)
	if err != nil {
		return nil, err
	}
	live, updateErr := s.put(urn, req, obj, oldLive, manager)
	if updateErr != nil && req.GetPreview() && apierrors.IsForbidden(updateErr) {
		return &pulumirpc.UpdateResponse{Properties: req.GetNews()}, nil
	}
	if updateErr != nil && live == nil {
		if live, err = s.afterFailure(urn, oldLive, updateErr); err != nil {
			return nil, err
		}
	}
	apiVersion := initialAPIVersion(olds, oldInputs.GetAPIVersion())
	state, err := marshal(checkpoint(obj, live, news, apiVersion, manager), "Update.state")
	if err != nil {
		return nil, err
	}
	if updateErr != nil {
		return nil, initFailed(objectID(live), fmt.Errorf("the Kubernetes API server reported that %q failed to "+
			"fully initialize or become live: %w", objectID(live), updateErr), state)
	}
	return &pulumirpc.UpdateResponse{Properties: state}, nil
}

// put applies and waits; it returns the last live object beside a failure of the waiting.
func (s *server) put(
	urn resource.URN, req *pulumirpc.UpdateRequest, obj, oldLive *unstructured.Unstructured, manager string,
) (*unstructured.Unstructured, error) {
	client, err := s.cluster.client(s.ctx, obj)
	if err != nil {
		return nil, err
	}
	before, err := client.Get(s.ctx, oldLive.GetName(), metav1.GetOptions{})
	if err != nil {
		return nil, err
	}
	if isCRD(obj) {
		// A CRD is replaced as a whole: an apply would leave the versions and columns of its last maker in it.
		obj = obj.DeepCopy()
		obj.SetResourceVersion(before.GetResourceVersion())
		options := metav1.UpdateOptions{FieldManager: manager, FieldValidation: metav1.FieldValidationStrict}
		if req.GetPreview() {
			options.DryRun = []string{metav1.DryRunAll}
		}
		return client.Update(s.ctx, obj, options)
	}
	if !req.GetPreview() {
		if before, err = s.takeOver(client, before, manager); err != nil {
			return nil, err
		}
	}
	wanted := obj.DeepCopy()
	if err := keepIgnored(wanted, before, manager, req.GetIgnoreChanges()); err != nil {
		return nil, err
	}
	live, err := s.apply(client, wanted, applyOptions{
		manager: manager, force: s.mustForce(obj, before, req.GetPreview()), preview: req.GetPreview(),
	})
	if err != nil || req.GetPreview() {
		return live, err
	}
	return s.awaitReady(urn, obj, live, timeoutOf(req.GetTimeout(), obj))
}

// afterFailure reads what became of an object whose update was refused.
func (s *server) afterFailure(
	urn resource.URN, oldLive *unstructured.Unstructured, cause error,
) (*unstructured.Unstructured, error) {
	if meta.IsNoMatchError(cause) {
		return nil, noKind(fmt.Sprintf("update of resource %q", urn), cause)
	}
	client, err := s.cluster.client(s.ctx, oldLive)
	if err == nil {
		var live *unstructured.Unstructured
		if live, err = client.Get(s.ctx, oldLive.GetName(), metav1.GetOptions{}); err == nil {
			return live, nil
		}
	}
	return nil, errors.Join(
		fmt.Errorf("update of resource %q failed: %w", urn, cause),
		fmt.Errorf("unable to get cluster state: %w", err),
	)
}
