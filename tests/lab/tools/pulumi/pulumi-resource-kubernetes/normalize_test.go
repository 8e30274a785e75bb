package main

import (
	"reflect"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

func TestNormalize(t *testing.T) {
	unknown := resource.Computed{Element: resource.NewStringProperty("")}
	for _, c := range []struct {
		name     string
		in, want object
	}{
		{
			"the text of a Secret",
			object{"apiVersion": "v1", "kind": "Secret", "data": object{"a": "YQ=="}, "stringData": object{"b": "b"}},
			object{"apiVersion": "v1", "kind": "Secret", "data": object{"a": "YQ==", "b": "Yg=="}},
		},
		{
			"an unknown text stays",
			object{"apiVersion": "v1", "kind": "Secret", "stringData": object{"b": unknown}},
			object{"apiVersion": "v1", "kind": "Secret", "stringData": object{"b": unknown}},
		},
		{
			"quantities and empty maps of a built-in kind",
			object{"apiVersion": "v1", "kind": "Pod", "metadata": object{"labels": object{}, "uid": "x"}, "spec": object{
				"volumes": []any{object{"emptyDir": object{}}}, "limits": object{"cpu": "0.5", "memory": "1024Mi"},
			}},
			object{"apiVersion": "v1", "kind": "Pod", "metadata": object{}, "spec": object{
				"volumes": []any{object{"emptyDir": object{}}}, "limits": object{"cpu": "500m", "memory": "1Gi"},
			}},
		},
		{
			"a custom resource stays as it is",
			object{"apiVersion": "cert-manager.io/v1", "kind": "Issuer", "metadata": object{"labels": object{}}},
			object{"apiVersion": "cert-manager.io/v1", "kind": "Issuer", "metadata": object{"labels": object{}}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := normalize(&unstructured.Unstructured{Object: c.in}).Object; !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestPrune(t *testing.T) {
	live := object{
		"spec":   object{"a": "1", "defaulted": "x", "list": []any{object{"n": "1", "added": "y"}, "extra"}},
		"status": object{"ready": true},
	}
	shape := object{"spec": object{"a": "0", "gone": "z", "list": []any{object{"n": "0"}}}}
	want := object{"spec": object{"a": "1", "list": []any{object{"n": "1"}}}}
	if got := prune(live, shape); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSecretsAndUnknowns(t *testing.T) {
	secret := func(v string) resource.PropertyValue { return resource.MakeSecret(resource.NewStringProperty(v)) }
	ins := resource.PropertyMap{
		"plain": resource.NewStringProperty("p"), "leaf": resource.NewObjectProperty(resource.PropertyMap{"k": secret("s")}),
		"list":  resource.NewArrayProperty([]resource.PropertyValue{secret("s")}),
		"later": resource.MakeSecret(resource.MakeComputed(resource.NewStringProperty(""))),
	}
	outs := resource.NewPropertyMapFromMap(object{
		"plain": "p", "leaf": object{"k": "s", "other": "o"}, "list": []any{"s"}, "later": "x",
	})
	copyUnknowns(outs, ins)
	copySecrets(outs, ins)
	leaf := outs["leaf"].ObjectValue()
	if !leaf["k"].IsSecret() || leaf["other"].IsSecret() || outs["plain"].IsSecret() || !outs["list"].IsSecret() {
		t.Errorf("secrets are not where they were: %v", outs)
	}
	if !reveal(outs["later"]).IsComputed() {
		t.Errorf("later is %v, want it unknown", outs["later"])
	}
	manifest := resource.NewPropertyMapFromMap(object{"kind": "Secret", "data": object{"a": "YQ=="}})
	copySecrets(manifest, nil)
	if !manifest["data"].IsSecret() {
		t.Error("the data of a Secret must be secret")
	}
}

func TestCheckpoint(t *testing.T) {
	inputs := &unstructured.Unstructured{Object: object{"kind": "ConfigMap", "metadata": object{"name": "n"}}}
	live := &unstructured.Unstructured{Object: object{"kind": "ConfigMap", "metadata": object{"name": "n", "uid": "u"}}}
	state := checkpoint(inputs, live, nil, "v1", "manager")
	gotInputs, gotLive := parseCheckpoint(state)
	if !reflect.DeepEqual(gotInputs.Object, inputs.Object) || !reflect.DeepEqual(gotLive.Object, live.Object) {
		t.Errorf("got %v and %v", gotInputs.Object, gotLive.Object)
	}
	if name, err := fieldManager(state, inputs); err != nil || name != "manager" {
		t.Errorf("got manager %q, %v", name, err)
	}
}
