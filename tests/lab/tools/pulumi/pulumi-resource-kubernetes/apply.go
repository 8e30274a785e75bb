package main

import (
	"encoding/json"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
)

type applyOptions struct {
	manager string
	force   bool
	preview bool
}

// apply is a server-side apply. Unknown and misspelt fields are refused: the real plugin lets the server drop them
// silently, but a lab is there to find them.
func (s *server) apply(
	client dynamic.ResourceInterface, obj *unstructured.Unstructured, options applyOptions,
) (*unstructured.Unstructured, error) {
	body, err := json.Marshal(obj.Object)
	if err != nil {
		return nil, err
	}
	patch := metav1.PatchOptions{
		FieldManager: options.manager, Force: &options.force, FieldValidation: metav1.FieldValidationStrict,
	}
	if options.preview {
		patch.DryRun = []string{metav1.DryRunAll}
	}
	live, err := client.Patch(s.ctx, obj.GetName(), types.ApplyPatchType, body, patch)
	return live, conflictOf(err, options.manager)
}

// mustForce says whether an apply overrides the fields of other managers. A preview does where the real run will
// have taken them over before.
func (s *server) mustForce(obj, live *unstructured.Unstructured, preview bool) bool {
	if isTrue(obj, annotationPatchForce) || s.settings.patchForce {
		return true
	}
	if live == nil {
		return preview
	}
	fields := live.GetManagedFields()
	if preview && slices.ContainsFunc(fields, isOwnUpdate) {
		return true
	}
	// An object from before server-side apply records no manager and would conflict in every field.
	return len(fields) == 0
}

// isOwnUpdate recognises the fields that a create of this plugin left.
func isOwnUpdate(entry metav1.ManagedFieldsEntry) bool {
	return entry.Operation == metav1.ManagedFieldsOperationUpdate && slices.Contains(ownManagers, entry.Manager)
}

var ownManagers = []string{creator, "pulumi-kubernetes.exe", "pulumi-resource-kubernetes"}
