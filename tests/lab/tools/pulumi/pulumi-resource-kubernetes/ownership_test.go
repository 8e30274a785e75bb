package main

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func entry(manager string, operation metav1.ManagedFieldsOperationType, fields string) metav1.ManagedFieldsEntry {
	return metav1.ManagedFieldsEntry{
		Manager: manager, Operation: operation, APIVersion: "v1", FieldsType: "FieldsV1",
		FieldsV1: &metav1.FieldsV1{Raw: []byte(fields)},
	}
}

func TestMergeEntries(t *testing.T) {
	status := entry(creator, "Update", `{"f:status":{}}`)
	status.Subresource = "status"
	got, err := mergeEntries([]metav1.ManagedFieldsEntry{
		entry(creator, "Update", `{"f:spec":{"f:a":{}}}`), entry("mine", "Apply", `{"f:spec":{"f:b":{}}}`),
		entry("kubectl-client-side-apply", "Update", `{"f:spec":{"f:d":{}}}`),
		entry("other", "Apply", `{"f:spec":{"f:c":{}}}`), status,
	}, "mine", "v1")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || got[0].Manager != "other" || got[1].Subresource != "status" {
		t.Fatalf("got %v, want the other manager's and the status' entries first", got)
	}
	if own := got[2]; own.Manager != "mine" || string(own.FieldsV1.Raw) != `{"f:spec":{"f:a":{},"f:b":{},"f:d":{}}}` {
		t.Errorf("got %s of %s", own.FieldsV1.Raw, own.Manager)
	}
}

func TestKeepIgnored(t *testing.T) {
	live := &unstructured.Unstructured{Object: object{"spec": object{"ours": "live", "theirs": "live"}}}
	live.SetManagedFields([]metav1.ManagedFieldsEntry{
		entry("mine", "Apply", `{"f:spec":{"f:ours":{}}}`), entry("other", "Update", `{"f:spec":{"f:theirs":{}}}`),
	})
	obj := &unstructured.Unstructured{Object: object{"spec": object{"ours": "new", "theirs": "new", "free": "new"}}}
	if err := keepIgnored(obj, live, "mine", []string{"spec.ours", "spec.theirs"}); err != nil {
		t.Fatal(err)
	}
	spec := obj.Object["spec"].(object)
	if _, has := spec["theirs"]; has || spec["ours"] != "live" || spec["free"] != "new" {
		t.Errorf("got %v", spec)
	}
}
