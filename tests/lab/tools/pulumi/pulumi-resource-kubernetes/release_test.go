package main

import (
	"errors"
	"reflect"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

func TestDecodeRelease(t *testing.T) {
	r, err := decodeRelease(resource.PropertyMap{
		"chart": resource.NewStringProperty("c"), "compat": resource.NewStringProperty("true"),
		"maxHistory": resource.NewNumberProperty(3),
		"values": resource.MakeSecret(resource.NewObjectProperty(resource.PropertyMap{
			"token": resource.MakeSecret(resource.NewStringProperty("s")),
			"later": resource.MakeComputed(resource.NewStringProperty("")),
		})),
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Chart != "c" || *r.MaxHistory != 3 || r.Values["token"] != "s" || r.Values["later"] != nil {
		t.Errorf("got %+v", r)
	}
	for _, key := range []resource.PropertyKey{"postrender", "valueYamlFiles"} {
		if _, err := decodeRelease(resource.PropertyMap{key: resource.NewStringProperty("x")}); err == nil {
			t.Errorf("%s must be refused", key)
		}
	}
}

func TestAdopt(t *testing.T) {
	r := &release{Chart: "oci://here/c", Values: object{"a": object{"x": "1", "y": "1"}}}
	err := r.adopt(&liveRelease{
		Name: "n", Namespace: "ns", Chart: "c", Version: "1.0.0", Revision: 4, Status: "deployed",
		values: object{"a": object{"x": "2"}},
		manifest: "---\n# Source: x\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: b, namespace: o}\n" +
			"---\n\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Chart != "oci://here/c" || r.Version != "1.0.0" || *r.Status.Revision != 4 || r.Name != "n" {
		t.Errorf("got %+v", r)
	}
	if want := (object{"a": object{"x": "2", "y": "1"}}); !reflect.DeepEqual(r.Values, want) {
		t.Errorf("values %v, want %v", r.Values, want)
	}
	want := map[string][]string{"Deployment.apps/apps/v1": {"o/b"}, "Secret/v1": {"s"}}
	if !reflect.DeepEqual(r.ResourceNames, want) {
		t.Errorf("resourceNames %v, want %v", r.ResourceNames, want)
	}
}

func TestHelmError(t *testing.T) {
	err := helmError("get", "level=WARN msg=x\nError: release: not found\n", errors.New("exit status 1"))
	if !errors.Is(err, errNoRelease) {
		t.Errorf("%v is not taken for a missing release", err)
	}
	err = helmError("install", "level=WARN msg=x\nError: INSTALLATION FAILED: no\n", errors.New("exit status 1"))
	if err.Error() != "helm install: INSTALLATION FAILED: no" {
		t.Errorf("got %q", err)
	}
}
