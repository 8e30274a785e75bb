package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// isTakeable are the managers whose fields an update takes over, or a field that the program no longer sets would
// stay with them for ever: this plugin's creates and whoever ran kubectl, whose managers are named after its commands.
func isTakeable(entry metav1.ManagedFieldsEntry) bool {
	if entry.Subresource != "" {
		return false
	}
	if isOwnUpdate(entry) || strings.HasPrefix(entry.Manager, "kubectl") {
		return true
	}
	return entry.Operation == metav1.ManagedFieldsOperationUpdate && entry.Manager == "before-first-apply"
}

// takeOver moves the fields of the takeable managers to our own entry.
func (s *server) takeOver(
	client dynamic.ResourceInterface, live *unstructured.Unstructured, manager string,
) (*unstructured.Unstructured, error) {
	entries := live.GetManagedFields()
	if !slices.ContainsFunc(entries, isTakeable) {
		return live, nil
	}
	merged, err := mergeEntries(entries, manager, live.GetAPIVersion())
	if err != nil {
		return nil, err
	}
	patch, err := json.Marshal([]map[string]any{
		{"op": "replace", "path": "/metadata/managedFields", "value": merged},
		// The version makes the API server refuse the patch if somebody wrote in between.
		{"op": "replace", "path": "/metadata/resourceVersion", "value": live.GetResourceVersion()},
	})
	if err != nil {
		return nil, err
	}
	return client.Patch(s.ctx, live.GetName(), types.JSONPatchType, patch, metav1.PatchOptions{FieldManager: manager})
}

func mergeEntries(
	entries []metav1.ManagedFieldsEntry, manager, apiVersion string,
) ([]metav1.ManagedFieldsEntry, error) {
	own := metav1.ManagedFieldsEntry{
		Manager: manager, Operation: metav1.ManagedFieldsOperationApply, APIVersion: apiVersion, FieldsType: "FieldsV1",
	}
	fields := fieldpath.NewSet()
	var result []metav1.ManagedFieldsEntry
	for _, entry := range entries {
		isOwn := entry.Manager == manager && entry.Operation == metav1.ManagedFieldsOperationApply &&
			entry.Subresource == ""
		if !isOwn && !isTakeable(entry) {
			result = append(result, entry)
			continue
		}
		set, err := fieldSet(entry)
		if err != nil {
			return nil, err
		}
		fields = fields.Union(set)
		own.Time = entry.Time
	}
	raw, err := fields.ToJSON()
	if err != nil {
		return nil, err
	}
	own.FieldsV1 = &metav1.FieldsV1{Raw: raw}
	return append(result, own), nil
}

func fieldSet(entry metav1.ManagedFieldsEntry) (*fieldpath.Set, error) {
	set := fieldpath.NewSet()
	if entry.FieldsV1 == nil {
		return set, nil
	}
	if err := set.FromJSON(bytes.NewReader(entry.FieldsV1.Raw)); err != nil {
		return nil, fmt.Errorf("managed fields of %s: %w", entry.Manager, err)
	}
	return set, nil
}

// keepIgnored makes `ignoreChanges` hold under server-side apply: a field that another manager owns alone is left
// out of what is applied, any other gets its live value, or applying without it would remove it.
func keepIgnored(obj, live *unstructured.Unstructured, manager string, ignored []string) error {
	ours, theirs := fieldpath.NewSet(), fieldpath.NewSet()
	for _, entry := range live.GetManagedFields() {
		set, err := fieldSet(entry)
		if err != nil {
			return err
		}
		target := theirs
		if entry.Manager == manager {
			target = ours
		}
		set.Iterate(func(p fieldpath.Path) {
			for i := range p {
				target.Insert(p[:i+1])
			}
		})
	}
	for _, text := range ignored {
		path, err := resource.ParsePropertyPath(text)
		if err != nil {
			return fmt.Errorf("ignoreChanges %q: %w", text, err)
		}
		keys := strings.Split(path.String(), ".")
		segments := make([]any, len(keys))
		for i, key := range keys {
			segments[i] = key
		}
		field, err := fieldpath.MakePath(segments...)
		if err != nil {
			return fmt.Errorf("ignoreChanges %q: %w", text, err)
		}
		if theirs.Has(field) && !ours.Has(field) {
			unstructured.RemoveNestedField(obj.Object, keys...)
			continue
		}
		value, found, err := unstructured.NestedFieldCopy(live.Object, keys...)
		if err == nil && found {
			err = unstructured.SetNestedField(obj.Object, value, keys...)
		}
		if err != nil {
			return fmt.Errorf("ignoreChanges %q: %w", text, err)
		}
	}
	return nil
}
