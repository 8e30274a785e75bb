package main

import (
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	v1 "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
)

func TestWriteAtomically(t *testing.T) {
	dir := t.TempDir()
	write := func(files volumeFiles) string {
		t.Helper()
		if err := writeAtomically(dir, files); err != nil {
			t.Fatal(err)
		}
		current, err := os.Readlink(filepath.Join(dir, dataLink))
		if err != nil {
			t.Fatal(err)
		}
		return current
	}
	first := write(volumeFiles{"a": {"1", 0o600}, "deep/er/b": {"2", 0o644}})
	if same := write(volumeFiles{"a": {"1", 0o600}, "deep/er/b": {"2", 0o644}}); same != first {
		t.Error("the same files are written again")
	}
	next := write(volumeFiles{"a": {"changed", 0o600}, "c": {"3", 0o644}})
	if next == first {
		t.Error("changed files are not written")
	}
	var names []string
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	want := []string{dataLink, next, "a", "c"}
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("left: %v, want %v", names, want)
	}
	if content, err := os.ReadFile(filepath.Join(dir, "a")); string(content) != "changed" {
		t.Errorf("a is %q, %v", content, err)
	}
}

func TestTake(t *testing.T) {
	files, yes := volumeFiles{}, true
	items := []v1.KeyToPath{{Key: "k", Path: "sub/k"}, {Key: "none", Path: "none"}}
	if err := files.take(map[string]string{"k": "v"}, items, nil, 0o644); err == nil {
		t.Error("a missing key goes unnoticed")
	}
	if err := files.take(map[string]string{"k": "v"}, items, &yes, 0o644); err != nil || files["sub/k"].content != "v" {
		t.Errorf("got %v, %v", files, err)
	}
}

func TestSeekTail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	for content, want := range map[string]string{"a\nb\nc\n": "b\nc\n", "c\n": "c\n", "": "", "a\nb\n": "a\nb\n"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := seekTail(file, 2); err != nil {
			t.Fatal(err)
		}
		if got, _ := io.ReadAll(file); string(got) != want {
			t.Errorf("the tail of %q is %q", content, got)
		}
		file.Close()
	}
}

func TestTargets(t *testing.T) {
	name, other, port, no := "web", "other", int32(8080), false
	service := &v1.Service{Spec: v1.ServiceSpec{ClusterIP: "10.96.1.1", Ports: []v1.ServicePort{
		{Name: name, Port: 80, Protocol: v1.ProtocolTCP}, {Name: "dns", Port: 53, Protocol: v1.ProtocolUDP},
	}}}
	slice := &discovery.EndpointSlice{
		Ports: []discovery.EndpointPort{{Name: &name, Port: &port}, {Name: &other, Port: &port}},
		Endpoints: []discovery.Endpoint{
			{Addresses: []string{"10.244.1.3"}}, {Addresses: []string{"10.244.1.2"}},
			{Addresses: []string{"10.244.1.4"}, Conditions: discovery.EndpointConditions{Ready: &no}},
		},
	}
	got := targets(service, []*discovery.EndpointSlice{slice, slice})
	if len(got) != 1 || strings.Join(got["10.96.1.1:80"], " ") != "10.244.1.2:8080 10.244.1.3:8080" {
		t.Errorf("got %v", got)
	}
	service.Spec.ClusterIP = v1.ClusterIPNone
	if got := targets(service, []*discovery.EndpointSlice{slice}); len(got) != 0 {
		t.Errorf("a headless Service is proxied: %v", got)
	}
}

func TestTakeAddress(t *testing.T) {
	n := &network{}
	n.used = map[netip.Addr]bool{}
	n.pods = netip.MustParsePrefix("10.244.1.0/29")
	n.last = n.pods.Addr().Next()
	var got []string
	for range 5 {
		address, err := n.take()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, address.String())
	}
	if strings.Join(got, " ") != "10.244.1.2 10.244.1.3 10.244.1.4 10.244.1.5 10.244.1.6" {
		t.Errorf("got %v", got)
	}
	if _, err := n.take(); err == nil {
		t.Error("there is one more address than there is")
	}
	delete(n.used, netip.MustParsePrefix("10.244.1.4/32").Addr())
	if address, err := n.take(); err != nil || address.String() != "10.244.1.4" {
		t.Errorf("got %v, %v", address, err)
	}
}
