package main

import (
	"context"
	"errors"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Diff compares the new inputs with the last known live object, cut to the shape of the last inputs. So a drift that
// a refresh found is a difference, while what only the cluster writes (status, defaults) never is.
func (s *server) Diff(ctx context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	urn := resource.URN(req.GetUrn())
	if isRelease(urn) {
		return s.diffRelease(ctx, req)
	}
	olds, err := unmarshal(req.GetOlds(), "Diff.olds")
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(req.GetNews(), "Diff.news")
	if err != nil {
		return nil, err
	}
	oldInputs, live := parseCheckpoint(olds)
	if live.GetName() == "" {
		return nil, errors.New("the state holds no metadata.name of the object; refresh or import it again")
	}
	obj := normalize(toObject(news))
	pruned := s.comparable(live, normalize(oldInputs), obj)
	detailed := compare(pruned.Object, pruned.Object, obj.Object, s.forceNew(obj))
	if err := ignore(detailed, req.GetIgnoreChanges()); err != nil {
		return nil, err
	}
	changes := pulumirpc.DiffResponse_DIFF_NONE
	if len(detailed) > 0 {
		changes = pulumirpc.DiffResponse_DIFF_SOME
	}
	replaces := replacements(detailed)
	return &pulumirpc.DiffResponse{
		Changes:             changes,
		Replaces:            replaces,
		Stables:             []string{},
		DeleteBeforeReplace: len(replaces) > 0 && sameIdentity(obj, live),
		DetailedDiff:        detailed,
		HasDetailedDiff:     true,
	}, nil
}

// comparable cuts the live object to the old inputs' shape and evens out what is no difference: the default
// namespace, the namespace of a kind without any, and the name that a nameless program got.
func (s *server) comparable(live, oldInputs, obj *unstructured.Unstructured) *unstructured.Unstructured {
	pruned := pruneObject(live, oldInputs)
	if _, ok := obj.Object["metadata"].(map[string]any); !ok {
		return pruned
	}
	namespace, unknown := metaField(obj, "namespace")
	gvk := schema.FromAPIVersionAndKind(obj.GetAPIVersion(), obj.GetKind())
	switch {
	case !s.isNamespaced(gvk):
		pruned.SetNamespace("")
		obj.SetNamespace("")
	case !unknown:
		pruned.SetNamespace(namespaceOrDefault(pruned.GetNamespace()))
		obj.SetNamespace(namespaceOrDefault(namespace))
	}
	if pruned.GetKind() == "" {
		pruned.SetGroupVersionKind(gvk)
	}
	if obj.GetName() != "" {
		pruned.SetName(live.GetName())
	}
	return pruned
}

// sameIdentity says whether the replacement would collide with the object that it replaces, because the program
// itself names it: then the old one must go first.
func sameIdentity(obj, live *unstructured.Unstructured) bool {
	return isNamed(obj) && !isTrue(obj, annotationAutonamed) &&
		obj.GetName() == live.GetName() &&
		namespaceOrDefault(obj.GetNamespace()) == namespaceOrDefault(live.GetNamespace())
}

func parsePath(text string) (resource.PropertyPath, error) { return resource.ParsePropertyPath(text) }
