package main

import (
	"errors"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

const (
	annotationAutonamed    = "pulumi.com/autonamed"
	annotationSkipAwait    = "pulumi.com/skipAwait"
	annotationWaitFor      = "pulumi.com/waitFor"
	annotationTimeout      = "pulumi.com/timeoutSeconds"
	annotationPropagation  = "pulumi.com/deletionPropagationPolicy"
	annotationPatchForce   = "pulumi.com/patchForce"
	annotationFieldManager = "pulumi.com/patchFieldManager"
	lastApplied            = "kubectl.kubernetes.io/last-applied-configuration"
	defaultTimeout         = 10 * time.Minute
)

// annotation reads one annotation; the others may be unknown or no strings, which GetAnnotations would not forgive.
func annotation(obj *unstructured.Unstructured, key string) string {
	meta, _ := obj.Object["metadata"].(map[string]any)
	annotations, _ := meta["annotations"].(map[string]any)
	value, _ := annotations[key].(string)
	return value
}

func isTrue(obj *unstructured.Unstructured, key string) bool { return annotation(obj, key) == "true" }

// setTrue leaves an object alone whose metadata or annotations are unknown: there is nowhere to write to.
func setTrue(obj *unstructured.Unstructured, key string) {
	meta, ok := obj.Object["metadata"].(map[string]any)
	if !ok || isUnknown(meta["annotations"]) {
		return
	}
	annotations, ok := meta["annotations"].(map[string]any)
	if !ok {
		annotations = map[string]any{}
		meta["annotations"] = annotations
	}
	annotations[key] = "true"
}

// metaField reads a string of an object's metadata, or says that it is not known yet.
func metaField(obj *unstructured.Unstructured, key string) (value string, unknown bool) {
	if isUnknown(obj.Object["metadata"]) {
		return "", true
	}
	meta, _ := obj.Object["metadata"].(map[string]any)
	if isUnknown(meta[key]) {
		return "", true
	}
	value, _ = meta[key].(string)
	return value, false
}

func isNamed(obj *unstructured.Unstructured) bool {
	name, unknown := metaField(obj, "name")
	return unknown || name != ""
}

// nameObject keeps the name that an earlier Check made, or makes one where the program gives none.
func nameObject(obj, old *unstructured.Unstructured, urn resource.URN, req *pulumirpc.CheckRequest) error {
	if isNamed(obj) {
		return nil
	}
	if len(old.Object) > 0 && isTrue(old, annotationAutonamed) {
		obj.SetName(old.GetName())
		setTrue(obj, annotationAutonamed)
		return nil
	}
	if generated, unknown := metaField(obj, "generateName"); generated != "" || unknown {
		return errors.New("`.metadata.generateName` is not supported with server-side apply; " +
			"set `.metadata.name` or leave both out")
	}
	if len(old.Object) > 0 {
		return nil
	}
	name, err := autoname(urn, req)
	if err != nil {
		return err
	}
	obj.SetName(name)
	setTrue(obj, annotationAutonamed)
	return nil
}

func autoname(urn resource.URN, req *pulumirpc.CheckRequest) (string, error) {
	switch options := req.GetAutonaming(); options.GetMode() {
	case pulumirpc.CheckRequest_AutonamingOptions_DISABLE:
		return "", errors.New("autonaming is disabled, resource requires the .metadata.name field to be set")
	case pulumirpc.CheckRequest_AutonamingOptions_ENFORCE, pulumirpc.CheckRequest_AutonamingOptions_PROPOSE:
		if options.GetProposedName() != "" {
			return options.GetProposedName(), nil
		}
	}
	return resource.NewUniqueName(req.GetRandomSeed(), urn.Name()+"-", 0, 0, nil)
}

// timeoutOf is how long a create, an update or a delete may wait: the resource option, the annotation, ten minutes.
func timeoutOf(option float64, obj *unstructured.Unstructured) time.Duration {
	if option != 0 {
		return time.Duration(option * float64(time.Second))
	}
	if seconds, err := strconv.Atoi(annotation(obj, annotationTimeout)); err == nil {
		return time.Duration(seconds) * time.Second
	}
	return defaultTimeout
}

func propagationOf(obj *unstructured.Unstructured) metav1.DeletionPropagation {
	switch strings.ToLower(annotation(obj, annotationPropagation)) {
	case "orphan":
		return metav1.DeletePropagationOrphan
	case "background":
		return metav1.DeletePropagationBackground
	}
	return metav1.DeletePropagationForeground
}
