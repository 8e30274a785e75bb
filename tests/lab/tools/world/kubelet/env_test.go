package main

import (
	"testing"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestExpand(t *testing.T) {
	env := map[string]string{"A": "one", "EMPTY": "", "DOLLAR": "$(A)"}
	for text, want := range map[string]string{
		"":                 "",
		"plain":            "plain",
		"$(A)":             "one",
		"x-$(A)-$(A)":      "x-one-one",
		"$(EMPTY)!":        "!",
		"$(NOPE)":          "$(NOPE)",
		"$$(A)":            "$(A)",
		"$$$(A)":           "$one",
		"$(A":              "$(A",
		"$A":               "$A",
		"100$":             "100$",
		"$(DOLLAR)":        "$(A)",
		"--name=$(A).$(B)": "--name=one.$(B)",
	} {
		if got := expand(text, env); got != want {
			t.Errorf("expand(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestPodField(t *testing.T) {
	pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{
		Name: "p", Namespace: "n", Labels: map[string]string{"app.x/y": "z", "b": `q"`},
	}}
	pod.Status.PodIP = "10.244.1.2"
	for path, want := range map[string]string{
		"metadata.name":              "p",
		"metadata.namespace":         "n",
		"metadata.labels['app.x/y']": "z",
		"metadata.labels['none']":    "",
		"metadata.labels":            "app.x/y=\"z\"\nb=\"q\\\"\"",
		"status.podIP":               "10.244.1.2",
	} {
		if got, err := podField(pod, path); got != want || err != nil {
			t.Errorf("podField(%q) = %q, %v, want %q", path, got, err, want)
		}
	}
	if _, err := podField(pod, "spec.magic"); err == nil {
		t.Error("an unknown field has a value")
	}
}

func TestResourceField(t *testing.T) {
	c := &v1.Container{Resources: v1.ResourceRequirements{Limits: v1.ResourceList{
		v1.ResourceMemory: resource.MustParse("64Mi"), v1.ResourceCPU: resource.MustParse("250m"),
	}}}
	for _, test := range []struct{ name, divisor, want string }{
		{"limits.memory", "0", "67108864"},
		{"limits.memory", "1Mi", "64"},
		{"limits.cpu", "0", "1"},
		{"limits.cpu", "1m", "250"},
		{"requests.cpu", "1m", "0"},
		{"limits.ephemeral-storage", "1Gi", "100"},
	} {
		ref := &v1.ResourceFieldSelector{Resource: test.name, Divisor: resource.MustParse(test.divisor)}
		if got, err := resourceField(c, ref); got != test.want || err != nil {
			t.Errorf("%s by %s = %q, %v, want %q", test.name, test.divisor, got, err, test.want)
		}
	}
}

func TestClusterResolvConf(t *testing.T) {
	two := "2"
	pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "cafe"}}
	pod.Spec.DNSConfig = &v1.PodDNSConfig{
		Searches: []string{"test"}, Options: []v1.PodDNSConfigOption{{Name: "ndots", Value: &two}, {Name: "edns0"}},
	}
	want := "nameserver 10.96.0.10\nsearch cafe.svc.cluster.local svc.cluster.local cluster.local test\n" +
		"options ndots:2 edns0\n"
	if got := clusterResolvConf(pod, "10.96.0.10"); got != want {
		t.Errorf("got %q", got)
	}
}
