package main

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func kubeconfig(server, token string) resource.PropertyValue {
	return resource.MakeSecret(resource.NewStringProperty(fmt.Sprintf(`
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: %q}}, {name: d, cluster: {server: "https://d"}}]
users: [{name: u, user: {token: %q}}]
contexts: [{name: one, context: {cluster: c, user: u}}, {name: two, context: {cluster: d, user: u}}]
current-context: one
`, server, token)))
}

func TestDiffConfig(t *testing.T) {
	old := resource.PropertyMap{"kubeconfig": kubeconfig("https://c", "1")}
	unknown := resource.MakeSecret(resource.MakeComputed(resource.NewStringProperty("")))
	for _, c := range []struct {
		name     string
		news     resource.PropertyMap
		replaces []string
		same     bool
	}{
		{"the same", resource.PropertyMap{"kubeconfig": kubeconfig("https://c", "1")}, nil, true},
		{"other credentials", resource.PropertyMap{"kubeconfig": kubeconfig("https://c", "2")}, nil, false},
		{"another server", resource.PropertyMap{"kubeconfig": kubeconfig("https://e", "1")}, []string{"kubeconfig"}, false},
		{"unknown", resource.PropertyMap{"kubeconfig": unknown}, []string{"kubeconfig"}, false},
		{"another context", resource.PropertyMap{
			"kubeconfig": kubeconfig("https://c", "1"), "context": resource.NewStringProperty("two"),
		}, []string{"context"}, false},
		{"another default namespace", resource.PropertyMap{
			"kubeconfig": kubeconfig("https://c", "1"), "namespace": resource.NewStringProperty("n"),
		}, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := diffConfig(old, c.news)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got.Replaces, c.replaces) {
				t.Errorf("replaces %q, want %q", got.Replaces, c.replaces)
			}
			if (got.Changes == pulumirpc.DiffResponse_DIFF_NONE) != c.same {
				t.Errorf("got %v", got.Changes)
			}
		})
	}
}

func TestDiffConfigWithIdentifier(t *testing.T) {
	config := func(server, identifier string) resource.PropertyMap {
		inputs := resource.PropertyMap{"kubeconfig": kubeconfig(server, "1")}
		if identifier != "" {
			inputs["clusterIdentifier"] = resource.NewStringProperty(identifier)
		}
		return inputs
	}
	unknown := config("", "a")
	unknown["kubeconfig"] = resource.MakeSecret(resource.MakeComputed(resource.NewStringProperty("")))
	for _, c := range []struct {
		name       string
		olds, news resource.PropertyMap
		replaces   []string
	}{
		{"another server", config("https://c", "a"), config("https://e", "a"), nil},
		{"unknown", config("https://c", "a"), unknown, nil},
		{"added", config("https://c", ""), config("https://c", "a"), nil},
		{"removed", config("https://c", "a"), config("https://c", ""), nil},
		{"changed", config("https://c", "a"), config("https://c", "b"), []string{"clusterIdentifier"}},
		{"added with another server", config("https://c", ""), config("https://e", "a"), []string{"kubeconfig"}},
		{"changed with another server", config("https://c", "a"), config("https://e", "b"),
			[]string{"kubeconfig", "clusterIdentifier"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := diffConfig(c.olds, c.news)
			if err != nil {
				t.Fatal(err)
			}
			if got.Changes != pulumirpc.DiffResponse_DIFF_SOME || !slices.Equal(got.Replaces, c.replaces) {
				t.Errorf("%v, replaces %q, want %q", got.Changes, got.Replaces, c.replaces)
			}
		})
	}
}

func TestKindOf(t *testing.T) {
	for token, want := range map[string]string{
		"kubernetes:core/v1:Secret":                 "/v1, Kind=Secret",
		"kubernetes:apps/v1:Deployment":             "apps/v1, Kind=Deployment",
		"kubernetes:cert-manager.io/v1:Certificate": "cert-manager.io/v1, Kind=Certificate",
	} {
		got, err := kindOf(resource.URN("urn:pulumi:dev::lab::" + token + "::n"))
		if err != nil || got.String() != want {
			t.Errorf("%s: got %v, %v, want %s", token, got, err, want)
		}
	}
}
