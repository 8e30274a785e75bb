package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// creator is the field manager of a create. The first update hands its fields to the manager of the state.
const creator = "pulumi-kubernetes"

// Create posts an object. It is a create, not an apply, as in the real plugin since 4.29: an object that is there
// already is an error, or a renamed resource would first adopt and then delete it.
func (s *server) Create(ctx context.Context, req *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	urn := resource.URN(req.GetUrn())
	if isRelease(urn) {
		return s.createRelease(ctx, req)
	}
	if !req.GetPreview() && s.cluster == nil {
		return nil, s.unreachableError()
	}
	news, err := unmarshal(req.GetProperties(), "Create.properties")
	if err != nil {
		return nil, err
	}
	obj := toObject(news)
	asIs := &pulumirpc.CreateResponse{Properties: req.GetProperties()}
	if req.GetPreview() && !s.canPreview(obj) {
		return asIs, nil
	}
	manager, err := fieldManager(nil, obj)
	if err != nil {
		return nil, err
	}
	live, err := s.post(urn, obj, manager, req.GetPreview())
	switch {
	case err != nil && req.GetPreview() && previewable(err):
		return asIs, nil
	case err != nil:
		err = noKind(fmt.Sprintf("creation of resource %q", urn), existsOf(err))
		return nil, fmt.Errorf("resource %q was not successfully created by the Kubernetes API server: %w", urn, err)
	}
	if req.GetPreview() {
		unstructured.RemoveNestedField(live.Object, "status")
		return s.created("", obj, live, news, manager)
	}
	return s.awaitCreated(urn, obj, live, news, manager, timeoutOf(req.GetTimeout(), obj))
}

func (s *server) awaitCreated(
	urn resource.URN, obj, live *unstructured.Unstructured, news resource.PropertyMap, manager string,
	timeout time.Duration,
) (*pulumirpc.CreateResponse, error) {
	ready, waitErr := s.awaitReady(urn, obj, live, timeout)
	response, err := s.created(objectID(ready), obj, ready, news, manager)
	if err != nil {
		return nil, err
	}
	if waitErr != nil {
		return nil, initFailed(response.Id, fmt.Errorf("resource %q was successfully created, but the Kubernetes "+
			"API server reported that it failed to fully initialize or become live: %w", urn, waitErr),
			response.Properties)
	}
	return response, nil
}

func (s *server) created(
	id string, obj, live *unstructured.Unstructured, news resource.PropertyMap, manager string,
) (*pulumirpc.CreateResponse, error) {
	state, err := marshal(checkpoint(obj, live, news, obj.GetAPIVersion(), manager), "Create.state")
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CreateResponse{Id: id, Properties: state}, nil
}

// canPreview says whether the API server can be asked what would come of an object.
func (s *server) canPreview(obj *unstructured.Unstructured) bool {
	return s.cluster != nil && !hasUnknown(obj.Object) && s.cluster.has(s.ctx, obj.GroupVersionKind())
}

// previewable are refusals that say nothing about the real run: what is missing now will exist then, a replaced
// object still stands, and a user may be denied what only the dry run needs.
func previewable(err error) bool {
	return namespaceMissing(err) || apierrors.IsForbidden(err) || apierrors.IsAlreadyExists(err) ||
		meta.IsNoMatchError(err)
}

// post creates an object, and retries while its namespace or its kind is not there yet.
func (s *server) post(
	urn resource.URN, obj *unstructured.Unstructured, manager string, preview bool,
) (*unstructured.Unstructured, error) {
	pause := time.Second
	for try := 0; ; try++ {
		live, err := s.postOnce(obj, manager, preview)
		if err == nil {
			s.log.status(urn, "")
			return live, nil
		}
		mayCome := apierrors.IsNotFound(err) || meta.IsNoMatchError(err)
		if !mayCome || try == 5 || (preview && namespaceMissing(err)) {
			return nil, err
		}
		s.log.status(urn, fmt.Sprintf("Retry #%d; creation failed: %v", try, err))
		if err := sleep(s.ctx, pause); err != nil {
			return nil, err
		}
		pause *= 2
	}
}

func (s *server) postOnce(
	obj *unstructured.Unstructured, manager string, preview bool,
) (*unstructured.Unstructured, error) {
	client, err := s.cluster.client(s.ctx, obj)
	if err != nil {
		return nil, err
	}
	if s.settings.upsert {
		return s.apply(client, obj, applyOptions{manager: manager, force: s.mustForce(obj, nil, preview), preview: preview})
	}
	options := metav1.CreateOptions{FieldManager: creator, FieldValidation: metav1.FieldValidationStrict}
	if preview {
		options.DryRun = []string{metav1.DryRunAll}
	}
	return client.Create(s.ctx, obj, options)
}

func sleep(ctx context.Context, pause time.Duration) error {
	select {
	case <-time.After(pause):
		return nil
	case <-ctx.Done():
		return errors.New("the operation was cancelled")
	}
}
