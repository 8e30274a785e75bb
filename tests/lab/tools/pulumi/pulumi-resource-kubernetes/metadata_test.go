package main

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

const urn = resource.URN("urn:pulumi:dev::lab::kubernetes:core/v1:Secret::main")

func wrap(meta object) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: object{"apiVersion": "v1", "kind": "Secret", "metadata": meta}}
}

func TestNameObject(t *testing.T) {
	unknown := resource.Computed{Element: resource.NewStringProperty("")}
	nothing := &unstructured.Unstructured{Object: object{}}
	autonamed := wrap(object{"name": "main-1", "annotations": object{annotationAutonamed: "true"}})
	for _, c := range []struct {
		name      string
		obj, old  *unstructured.Unstructured
		want      string // a prefix; "" where the name stays unknown or absent
		autonamed bool
	}{
		{"a name of its own", wrap(object{"name": "n"}), nothing, "n", false},
		{"no name", wrap(object{}), nothing, "main-", true},
		{"no name, other annotations", wrap(object{"annotations": object{"a": "b"}}), nothing, "main-", true},
		{"no name, named before by us", wrap(object{}), autonamed, "main-1", true},
		{"a name, named before by us", wrap(object{"name": "n"}), autonamed, "n", false},
		{"an unknown name", wrap(object{"name": unknown}), nothing, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := nameObject(c.obj, c.old, urn, &pulumirpc.CheckRequest{}); err != nil {
				t.Fatal(err)
			}
			if name, _ := metaField(c.obj, "name"); !strings.HasPrefix(name, c.want) {
				t.Errorf("name %q, want %q", name, c.want)
			}
			if isTrue(c.obj, annotationAutonamed) != c.autonamed {
				t.Errorf("autonamed %v, want %v", !c.autonamed, c.autonamed)
			}
		})
	}
}

func TestNamingByTheEngine(t *testing.T) {
	proposed := &pulumirpc.CheckRequest{Autonaming: &pulumirpc.CheckRequest_AutonamingOptions{
		Mode: pulumirpc.CheckRequest_AutonamingOptions_PROPOSE, ProposedName: "given",
	}}
	obj, nothing := wrap(object{}), &unstructured.Unstructured{Object: object{}}
	if err := nameObject(obj, nothing, urn, proposed); err != nil || obj.GetName() != "given" {
		t.Errorf("got %q, %v, want the proposed name", obj.GetName(), err)
	}
	disabled := &pulumirpc.CheckRequest{Autonaming: &pulumirpc.CheckRequest_AutonamingOptions{
		Mode: pulumirpc.CheckRequest_AutonamingOptions_DISABLE,
	}}
	if err := nameObject(wrap(object{}), nothing, urn, disabled); err == nil {
		t.Error("disabled autonaming must be an error")
	}
	if err := nameObject(wrap(object{"generateName": "x-"}), nothing, urn, &pulumirpc.CheckRequest{}); err == nil {
		t.Error("generateName must be an error")
	}
}

func TestTimeoutOf(t *testing.T) {
	annotated := wrap(object{"annotations": object{annotationTimeout: "7"}})
	for _, c := range []struct {
		option float64
		obj    *unstructured.Unstructured
		want   time.Duration
	}{
		{0, wrap(object{}), defaultTimeout},
		{0, annotated, 7 * time.Second},
		{3, annotated, 3 * time.Second},
		{0, wrap(object{"annotations": object{annotationTimeout: "soon"}}), defaultTimeout},
	} {
		if got := timeoutOf(c.option, c.obj); got != c.want {
			t.Errorf("got %v, want %v", got, c.want)
		}
	}
}

func TestPropagationOf(t *testing.T) {
	for text, want := range map[string]metav1.DeletionPropagation{
		"": metav1.DeletePropagationForeground, "Background": metav1.DeletePropagationBackground,
		"orphan": metav1.DeletePropagationOrphan, "nonsense": metav1.DeletePropagationForeground,
	} {
		if got := propagationOf(wrap(object{"annotations": object{annotationPropagation: text}})); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
