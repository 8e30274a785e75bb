package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	v1 "k8s.io/api/core/v1"
)

func TestRepository(t *testing.T) {
	for image, want := range map[string]string{
		"nginx":                               "docker.io/library/nginx",
		"nginx:1.27":                          "docker.io/library/nginx",
		"nginxdemos/hello:plain-text":         "docker.io/nginxdemos/hello",
		"docker.io/nginxdemos/hello":          "docker.io/nginxdemos/hello",
		"quay.io/jetstack/controller:v1":      "quay.io/jetstack/controller",
		"quay.io/jetstack/controller@sha256:": "quay.io/jetstack/controller",
		"quay.io/a/b:v1@sha256:0123":          "quay.io/a/b",
		"localhost:5000/a/b":                  "localhost:5000/a/b",
		"localhost/a:x":                       "localhost/a",
	} {
		if got := repository(image); got != want {
			t.Errorf("repository(%q) = %q, want %q", image, got, want)
		}
	}
}

func TestReadImages(t *testing.T) {
	path := filepath.Join(t.TempDir(), "images.json")
	write := func(content string) {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"images": [{"name": "cafe/tea", "command": ["/bin/backend", "--tea"]}]}`)
	known, err := readImages(path)
	if err != nil || known["docker.io/cafe/tea"][1] != "--tea" {
		t.Fatalf("got %v, %v", known, err)
	}
	write(`{"images": [{"name": "cafe/tea", "command": ["backend"]}]}`)
	if _, err := readImages(path); err == nil || !strings.Contains(err.Error(), "absolute path") {
		t.Fatalf("a relative program is accepted: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	known := images{"docker.io/cafe/tea": {"/bin/backend"}}
	tea := v1.Container{Name: "tea", Image: "cafe/tea:1"}
	always := v1.ContainerRestartPolicyAlways
	probe := func(handler v1.ProbeHandler) *v1.Probe { return &v1.Probe{ProbeHandler: handler} }
	for name, test := range map[string]struct {
		change func(pod *v1.Pod)
		want   string
	}{
		"known image": {func(*v1.Pod) {}, ""},
		"tcp probe": {func(pod *v1.Pod) {
			pod.Spec.Containers[0].LivenessProbe = probe(v1.ProbeHandler{TCPSocket: &v1.TCPSocketAction{}})
		}, ""},
		"unknown image": {func(pod *v1.Pod) {
			pod.Spec.Containers[0].Image = "nginx:1"
		}, `no program for image "nginx:1"; it has docker.io/cafe/tea`},
		"unknown image of an init container": {func(pod *v1.Pod) {
			pod.Spec.InitContainers = []v1.Container{{Name: "i", Image: "busybox"}}
		}, `no program for image "busybox"`},
		"exec probe": {func(pod *v1.Pod) {
			pod.Spec.Containers[0].ReadinessProbe = probe(v1.ProbeHandler{Exec: &v1.ExecAction{}})
		}, "readinessProbe by exec"},
		"hook": {func(pod *v1.Pod) {
			pod.Spec.Containers[0].Lifecycle = &v1.Lifecycle{PreStop: &v1.LifecycleHandler{}}
		}, "lifecycle hooks"},
		"sidecar": {func(pod *v1.Pod) {
			pod.Spec.Containers[0].RestartPolicy = &always
		}, "restartPolicy of a container"},
		"hostPath": {func(pod *v1.Pod) {
			source := v1.VolumeSource{HostPath: &v1.HostPathVolumeSource{}}
			pod.Spec.Volumes = []v1.Volume{{Name: "h", VolumeSource: source}}
		}, `volume "h"`},
	} {
		t.Run(name, func(t *testing.T) {
			pod := &v1.Pod{Spec: v1.PodSpec{Containers: []v1.Container{tea}}}
			test.change(pod)
			got := known.refusals(pod)
			if test.want == "" && len(got) > 0 || test.want != "" && len(got) != 1 {
				t.Fatalf("got %v", got)
			}
			if test.want != "" && !strings.Contains(got[0].message, test.want) {
				t.Errorf("got %q, want it to say %q", got[0].message, test.want)
			}
		})
	}
}
