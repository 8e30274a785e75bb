package main

import (
	"fmt"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

func unmarshal(wire *structpb.Struct, label string) (resource.PropertyMap, error) {
	properties, err := plugin.UnmarshalProperties(wire, plugin.MarshalOptions{
		Label: label, KeepUnknowns: true, KeepSecrets: true,
	})
	if err != nil {
		return nil, fmt.Errorf("malformed properties: %w", err)
	}
	return properties, nil
}

func marshal(properties resource.PropertyMap, label string) (*structpb.Struct, error) {
	return plugin.MarshalProperties(properties, plugin.MarshalOptions{
		Label: label, KeepUnknowns: true, KeepSecrets: true,
	})
}

// reveal takes a value out of its secret.
func reveal(value resource.PropertyValue) resource.PropertyValue {
	for value.IsSecret() {
		value = value.SecretValue().Element
	}
	return value
}

func stripSecret(value resource.PropertyValue) (any, bool) {
	if value.IsSecret() {
		return value.SecretValue().Element.MapRepl(nil, stripSecret), true
	}
	return nil, false
}

// dashed are the keys of CRD schemas that no language can have as a property; the SDKs spell them with underscores.
var dashed = map[string]string{
	"x_kubernetes_embedded_resource":       "x-kubernetes-embedded-resource",
	"x_kubernetes_int_or_string":           "x-kubernetes-int-or-string",
	"x_kubernetes_list_map_keys":           "x-kubernetes-list-map-keys",
	"x_kubernetes_list_type":               "x-kubernetes-list-type",
	"x_kubernetes_map_type":                "x-kubernetes-map-type",
	"x_kubernetes_preserve_unknown_fields": "x-kubernetes-preserve-unknown-fields",
	"x_kubernetes_validations":             "x-kubernetes-validations",
}

var underscored = func() map[string]string {
	inverse := map[string]string{}
	for key, value := range dashed {
		inverse[value] = key
	}
	return inverse
}()

// toObject makes an API object of properties: secrets opened, unknown values left in as resource.Computed.
func toObject(properties resource.PropertyMap) *unstructured.Unstructured {
	key := func(k string) (string, bool) { v, ok := dashed[k]; return v, ok }
	return &unstructured.Unstructured{Object: properties.MapRepl(key, stripSecret)}
}

func fromObject(object map[string]any) resource.PropertyMap {
	key := func(k string) (resource.PropertyKey, bool) {
		v, ok := underscored[k]
		return resource.PropertyKey(v), ok
	}
	return resource.NewPropertyMapFromMapRepl(object, key, nil)
}

func isUnknown(value any) bool {
	switch value.(type) {
	case resource.Computed, *resource.Computed, resource.Output:
		return true
	}
	return false
}

func hasUnknown(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for _, element := range v {
			if hasUnknown(element) {
				return true
			}
		}
	case []any:
		for _, element := range v {
			if hasUnknown(element) {
				return true
			}
		}
	}
	return isUnknown(value)
}

// copySecrets marks in outs what is secret in ins. Objects are walked, so that one secret leaf does not hide a whole
// manifest; an array with a secret in it becomes secret as a whole, because its order may change on the way. The
// data of a Secret is secret whatever the program said of it.
func copySecrets(outs, ins resource.PropertyMap) {
	if outs == nil {
		return
	}
	if kind, ok := outs["kind"]; ok && kind.IsString() && kind.StringValue() == "Secret" {
		for _, key := range []resource.PropertyKey{"data", "stringData"} {
			if value, has := outs[key]; has && !value.IsSecret() {
				outs[key] = resource.MakeSecret(value)
			}
		}
		return
	}
	for key, in := range ins {
		out, has := outs[key]
		switch {
		case !has || out.IsSecret():
		case out.IsObject() && in.IsObject():
			copySecrets(out.ObjectValue(), in.ObjectValue())
		case in.ContainsSecrets():
			outs[key] = resource.MakeSecret(out)
		}
	}
}

// copyUnknowns marks in outs what is unknown in ins.
func copyUnknowns(outs, ins resource.PropertyMap) {
	for key, in := range ins {
		if out, has := outs[key]; has {
			outs[key] = withUnknowns(out, in)
		}
	}
}

func withUnknowns(out, in resource.PropertyValue) resource.PropertyValue {
	in = reveal(in)
	switch {
	case in.IsComputed():
		return resource.MakeComputed(resource.NewStringProperty(""))
	case out.IsObject() && in.IsObject():
		copyUnknowns(out.ObjectValue(), in.ObjectValue())
	case out.IsArray() && in.IsArray():
		elements := out.ArrayValue()
		for i, element := range in.ArrayValue() {
			if i < len(elements) {
				elements[i] = withUnknowns(elements[i], element)
			}
		}
	}
	return out
}
