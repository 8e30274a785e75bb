package main

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const (
	inputsKey            = "__inputs"
	initialAPIVersionKey = "__initialApiVersion"
	fieldManagerKey      = "__fieldManager"
)

// checkpoint makes the state of an object: the live object beside the inputs that made it.
func checkpoint(
	inputs, live *unstructured.Unstructured, from resource.PropertyMap, apiVersion, manager string,
) resource.PropertyMap {
	state, kept := fromObject(live.Object), fromObject(inputs.Object)
	copySecrets(state, from)
	copySecrets(kept, from)
	state[inputsKey] = resource.NewObjectProperty(kept)
	state[initialAPIVersionKey] = resource.NewStringProperty(apiVersion)
	state[fieldManagerKey] = resource.NewStringProperty(manager)
	return state
}

// parseCheckpoint takes a state apart again; secrets are opened.
func parseCheckpoint(state resource.PropertyMap) (inputs, live *unstructured.Unstructured) {
	live = toObject(state)
	inputs = &unstructured.Unstructured{Object: map[string]any{}}
	if kept, ok := live.Object[inputsKey].(map[string]any); ok {
		inputs.Object = kept
	}
	for _, key := range []string{inputsKey, initialAPIVersionKey, fieldManagerKey} {
		delete(live.Object, key)
	}
	return inputs, live
}

func initialAPIVersion(state resource.PropertyMap, fallback string) string {
	if v := reveal(state[initialAPIVersionKey]); v.IsString() {
		return v.StringValue()
	}
	return fallback
}

// fieldManager names who applies an object: the annotation's value, what the state says, else a name of its own, so
// that two Pulumi resources that describe one object show up as a conflict instead of overwriting each other.
func fieldManager(state resource.PropertyMap, inputs *unstructured.Unstructured) (string, error) {
	if name := annotation(inputs, annotationFieldManager); name != "" {
		return name, nil
	}
	if v := reveal(state[fieldManagerKey]); v.IsString() {
		return v.StringValue(), nil
	}
	return resource.NewUniqueName(nil, "pulumi-kubernetes-", 0, 0, nil)
}
