package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/emptypb"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Delete asks for the deletion, in the foreground unless told otherwise, and waits until the object is gone.
func (s *server) Delete(ctx context.Context, req *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	urn := resource.URN(req.GetUrn())
	if isRelease(urn) {
		return s.deleteRelease(ctx, req)
	}
	if s.cluster == nil {
		return s.deleteUnreachable(urn)
	}
	state, err := unmarshal(req.GetProperties(), "Delete.properties")
	if err != nil {
		return nil, err
	}
	inputs, live := parseCheckpoint(state)
	last, err := s.remove(urn, req, inputs, live)
	switch {
	case err == nil || apierrors.IsNotFound(err) || meta.IsNoMatchError(err):
		s.log.status(urn, "")
		return &emptypb.Empty{}, nil
	case last == nil:
		return nil, err
	}
	manager, managerErr := fieldManager(state, inputs)
	if managerErr != nil {
		return nil, managerErr
	}
	apiVersion := initialAPIVersion(state, inputs.GetAPIVersion())
	kept, marshalErr := marshal(checkpoint(inputs, last, state, apiVersion, manager), "Delete.state")
	if marshalErr != nil {
		return nil, marshalErr
	}
	return nil, initFailed(objectID(last), err, kept)
}

// remove deletes and waits; a failure with an object means that the deletion was asked for but did not end.
func (s *server) remove(
	urn resource.URN, req *pulumirpc.DeleteRequest, inputs, live *unstructured.Unstructured,
) (*unstructured.Unstructured, error) {
	client, err := s.cluster.client(s.ctx, live)
	if err != nil {
		return nil, err
	}
	_, name := parseID(req.GetId())
	policy := propagationOf(inputs)
	if err := client.Delete(s.ctx, name, metav1.DeleteOptions{PropagationPolicy: &policy}); err != nil {
		return nil, err
	}
	if isTrue(inputs, annotationSkipAwait) && skipsDeletionWait[live.GetAPIVersion()+"/"+live.GetKind()] {
		return nil, nil
	}
	return s.awaitGone(urn, client, live, name, timeoutOf(req.GetTimeout(), inputs))
}

// skipsDeletionWait are the kinds for which `skipAwait` also skips the waiting of a delete; for the others it does not.
var skipsDeletionWait = map[string]bool{
	"v1/Namespace": true, "v1/Pod": true, "v1/ReplicationController": true, "apps/v1/DaemonSet": true,
	"apps/v1/Deployment": true, "apps/v1/StatefulSet": true, "batch/v1/Job": true,
}

func (s *server) awaitGone(
	urn resource.URN, client dynamic.ResourceInterface, obj *unstructured.Unstructured, name string, limit time.Duration,
) (*unstructured.Unstructured, error) {
	ctx, cancel := context.WithTimeout(s.ctx, limit)
	defer cancel()
	last, uid := obj, obj.GetUID()
	for seen := range sightings(ctx, client, name) {
		switch {
		case seen.err != nil:
			return last, seen.err
		case seen.object == nil || (uid != "" && seen.object.GetUID() != uid):
			return nil, nil
		}
		last = seen.object
		s.log.status(urn, fmt.Sprintf("[deleting] %s %s: %s", last.GetKind(), name, finalizersOf(last)))
	}
	s.log.warn(urn, "finalizers might be preventing deletion (%s)", strings.Join(last.GetFinalizers(), ", "))
	return last, timedOut(ctx, last)
}

func finalizersOf(obj *unstructured.Unstructured) string {
	if finalizers := obj.GetFinalizers(); len(finalizers) > 0 {
		return "finalizers " + strings.Join(finalizers, ", ")
	}
	return "still there"
}

func (s *server) deleteUnreachable(urn resource.URN) (*emptypb.Empty, error) {
	s.log.warn(urn, "configured Kubernetes cluster is unreachable: %s", s.unreachable)
	if s.settings.deleteUnreachable {
		s.log.info(urn, "configured Kubernetes cluster is unreachable and the `deleteUnreachable` option is enabled. "+
			"Deleting the unreachable resource from Pulumi state")
		return &emptypb.Empty{}, nil
	}
	return nil, errors.New("configured Kubernetes cluster is unreachable. If the cluster was deleted, you can remove " +
		"this resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE " +
		"environment variable set to \"true\"")
}
