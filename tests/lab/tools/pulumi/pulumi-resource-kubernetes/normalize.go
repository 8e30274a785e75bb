package main

import (
	"encoding/base64"
	"reflect"

	apiresource "k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// readOnly are the fields of metadata that only the API server writes.
var readOnly = []string{
	"creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "managedFields",
	"resourceVersion", "uid",
}

// normalize brings inputs into the form that the API server will keep, so that the same wish written in two ways is
// no difference: the text of a Secret as base64, quantities in their canonical form.
func normalize(obj *unstructured.Unstructured) *unstructured.Unstructured {
	if !hasUnknown(obj.Object) && isBuiltIn(obj.GroupVersionKind().Group) {
		switch {
		case isSecret(obj):
			normalizeSecret(obj.Object)
		case isCRD(obj):
			delete(obj.Object, "status")
		default:
			normalizeQuantities(obj.Object)
			dropEmpty(obj.Object)
		}
	}
	if meta, ok := obj.Object["metadata"].(map[string]any); ok {
		for _, key := range readOnly {
			delete(meta, key)
		}
	}
	return obj
}

func normalizeSecret(object map[string]any) {
	data, _ := object["data"].(map[string]any)
	for key, value := range data {
		text, _ := value.(string)
		if plain, err := base64.StdEncoding.DecodeString(text); err == nil {
			data[key] = base64.StdEncoding.EncodeToString(plain)
		}
	}
	text, _ := object["stringData"].(map[string]any)
	if len(text) == 0 {
		return
	}
	if data == nil {
		data = map[string]any{}
	}
	for key, value := range text {
		if plain, ok := value.(string); ok {
			data[key] = base64.StdEncoding.EncodeToString([]byte(plain))
		}
	}
	object["data"] = data
	delete(object, "stringData")
}

// normalizeQuantities rewrites the maps that hold quantities: "0.5" is "500m" to the API server.
func normalizeQuantities(value any) {
	switch v := value.(type) {
	case []any:
		for _, element := range v {
			normalizeQuantities(element)
		}
	case map[string]any:
		for key, element := range v {
			amounts, isMap := element.(map[string]any)
			if isMap && (key == "limits" || key == "requests" || key == "hard" || key == "capacity") {
				canonical(amounts)
			}
			normalizeQuantities(element)
		}
	}
}

func canonical(amounts map[string]any) {
	for key, value := range amounts {
		text, ok := value.(string)
		if !ok {
			continue
		}
		if quantity, err := apiresource.ParseQuantity(text); err == nil {
			amounts[key] = quantity.String()
		}
	}
}

// emptyMaps are the fields of built-in kinds that are plain maps, which the API server drops when they are empty. An
// empty object elsewhere means something (`emptyDir: {}`). A custom resource's are left alone: there, with the real
// plugin too, `labels: {}` is a difference in every preview.
var emptyMaps = map[string]bool{
	"annotations": true, "labels": true, "matchLabels": true, "nodeSelector": true, "data": true, "binaryData": true,
	"limits": true, "requests": true,
}

func dropEmpty(object map[string]any) {
	for key, value := range object {
		switch v := value.(type) {
		case nil:
			delete(object, key)
		case []any:
			if len(v) == 0 {
				delete(object, key)
			}
			for _, element := range v {
				if nested, ok := element.(map[string]any); ok {
					dropEmpty(nested)
				}
			}
		case map[string]any:
			if dropEmpty(v); len(v) == 0 && emptyMaps[key] {
				delete(object, key)
			}
		}
	}
}

// prune keeps of a live object what the shape names: fields of the inputs stay, fields that the API server or a
// controller added go. Lists are paired by index, as the real plugin does.
func prune(live, shape any) any {
	switch target := shape.(type) {
	case map[string]any:
		source, ok := live.(map[string]any)
		if !ok {
			return live
		}
		result := map[string]any{}
		for key, value := range source {
			if wanted, named := target[key]; named {
				result[key] = prune(value, wanted)
			}
		}
		return result
	case []any:
		source, ok := live.([]any)
		if !ok {
			return live
		}
		return pruneList(source, target)
	}
	return live
}

func pruneList(source, target []any) []any {
	if len(source) > 0 && len(target) > 0 && reflect.TypeOf(source[0]) != reflect.TypeOf(target[0]) {
		return source
	}
	result := []any{}
	for i := 0; i < len(source) && i < len(target); i++ {
		result = append(result, prune(source[i], target[i]))
	}
	return result
}

func pruneObject(live, shape *unstructured.Unstructured) *unstructured.Unstructured {
	pruned, _ := prune(live.Object, shape.Object).(map[string]any)
	if pruned == nil {
		pruned = map[string]any{}
	}
	return &unstructured.Unstructured{Object: pruned}
}
