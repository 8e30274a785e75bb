package plugin

import (
	"fmt"
	"maps"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// defaultsKey holds the names of the inputs that the program did not give.
const defaultsKey = "__defaults"

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

// plain opens secrets and drops what the plugin keeps for itself, and nulls, which mean a property left out.
func plain(properties resource.PropertyMap) Values {
	values := properties.MapRepl(nil, openSecret)
	maps.DeleteFunc(values, func(key string, value any) bool { return value == nil || strings.HasPrefix(key, "__") })
	return values
}

func openSecret(value resource.PropertyValue) (any, bool) {
	if value.IsSecret() {
		return value.SecretValue().Element.MapRepl(nil, openSecret), true
	}
	return nil, false
}

// sealed makes properties of values: secret is what the fields say, and what was secret in the inputs.
func sealed(values Values, fields Fields, inputs resource.PropertyMap) resource.PropertyMap {
	properties := resource.NewPropertyMapFromMap(values)
	for key, value := range properties {
		given, has := inputs[key]
		if fields[string(key)].Secret || (has && given.ContainsSecrets()) {
			properties[key] = resource.MakeSecret(value)
		}
	}
	return properties
}

func unknown() any { return resource.Computed{Element: resource.NewStringProperty("")} }

// IsUnknown tells a value that only the real run will know.
func IsUnknown(value any) bool {
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
	return IsUnknown(value)
}

// isEmpty tells a value that an API does not distinguish from one left out.
func isEmpty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case bool:
		return !v
	case float64:
		return v == 0
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// Text is a string property, "" where it is absent or not known.
func Text(values Values, key string) string {
	text, _ := values[key].(string)
	return text
}

// Texts is a list of strings.
func Texts(values Values, key string) []string {
	list, _ := values[key].([]any)
	texts := make([]string, 0, len(list))
	for _, element := range list {
		text, _ := element.(string)
		texts = append(texts, text)
	}
	return texts
}

// List is a property value of strings.
func ListOf(texts []string) []any {
	list := make([]any, 0, len(texts))
	for _, text := range texts {
		list = append(list, text)
	}
	return list
}

// overlay is below with above's values in it; neither is changed.
func overlay(below, above Values) Values {
	merged := Values{}
	maps.Copy(merged, below)
	maps.Copy(merged, above)
	return merged
}
