package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
)

// programDir is where a container finds its program; what else an image would bring, it does without.
const programDir = "/app"

// etcFiles are the files that a program on Linux looks for.
func (w *podWorker) etcFiles() (map[string]string, error) {
	pod := w.current()
	certificates, err := os.ReadFile(w.k.caBundle)
	if err != nil {
		return nil, fmt.Errorf("--ca-bundle: %w", err)
	}
	resolv, err := w.resolvConf(pod)
	if err != nil {
		return nil, err
	}
	return map[string]string{
		"/etc/hostname":    hostname(pod) + "\n",
		"/etc/hosts":       hosts(pod),
		"/etc/resolv.conf": resolv,
		"/etc/passwd":      "root:x:0:0:root:/:/sbin/nologin\n",
		"/etc/group":       "root:x:0:\n",
		// The first place that Go's programs and most others on Linux look at.
		"/etc/ssl/certs/ca-certificates.crt": string(certificates),
	}, nil
}

func hostname(pod *v1.Pod) string {
	name := pod.Name
	if pod.Spec.Hostname != "" {
		name = pod.Spec.Hostname
	}
	return strings.TrimRight(name[:min(len(name), 63)], "-.")
}

func hosts(pod *v1.Pod) string {
	lines := []string{"127.0.0.1\tlocalhost", "::1\tlocalhost", pod.Status.PodIP + "\t" + hostname(pod)}
	for _, alias := range pod.Spec.HostAliases {
		lines = append(lines, alias.IP+"\t"+strings.Join(alias.Hostnames, " "))
	}
	return strings.Join(lines, "\n") + "\n"
}

func (w *podWorker) resolvConf(pod *v1.Pod) (string, error) {
	policy := pod.Spec.DNSPolicy
	if policy == v1.DNSDefault || policy == v1.DNSClusterFirst && pod.Spec.HostNetwork {
		lab, err := os.ReadFile("/etc/resolv.conf")
		return string(lab), err
	}
	return clusterResolvConf(pod, w.k.clusterDNS), nil
}

func clusterResolvConf(pod *v1.Pod, server string) string {
	var servers, search, options []string
	if pod.Spec.DNSPolicy != v1.DNSNone {
		servers, options = []string{server}, []string{"ndots:5"}
		search = []string{pod.Namespace + ".svc.cluster.local", "svc.cluster.local", "cluster.local"}
	}
	if config := pod.Spec.DNSConfig; config != nil {
		servers = append(servers, config.Nameservers...)
		search = append(search, config.Searches...)
		for _, option := range config.Options {
			options = slices.DeleteFunc(options, func(o string) bool { return strings.HasPrefix(o+":", option.Name+":") })
			if option.Value == nil {
				options = append(options, option.Name)
			} else {
				options = append(options, option.Name+":"+*option.Value)
			}
		}
	}
	var lines []string
	for _, server := range servers {
		lines = append(lines, "nameserver "+server)
	}
	if len(search) > 0 {
		lines = append(lines, "search "+strings.Join(search, " "))
	}
	if len(options) > 0 {
		lines = append(lines, "options "+strings.Join(options, " "))
	}
	return strings.Join(lines, "\n") + "\n"
}

// volumeBind is a volumeMount as a bind mount. All but emptyDir volumes are read-only, as everywhere.
func (w *podWorker) volumeBind(mount v1.VolumeMount, env map[string]string) (bind, error) {
	b := bind{Source: w.volumeDir(mount.Name), Target: mount.MountPath, ReadOnly: mount.ReadOnly}
	writable := false
	for _, volume := range w.current().Spec.Volumes {
		if volume.Name == mount.Name {
			writable = volume.EmptyDir != nil
		}
	}
	b.ReadOnly = b.ReadOnly || !writable
	sub := mount.SubPath
	if mount.SubPathExpr != "" {
		sub = expand(mount.SubPathExpr, env)
	}
	if sub == "" {
		return b, nil
	}
	if writable {
		if err := os.MkdirAll(filepath.Join(b.Source, sub), 0o777); err != nil {
			return b, err
		}
	}
	source, err := filepath.EvalSymlinks(filepath.Join(b.Source, sub))
	if err != nil {
		return b, fmt.Errorf("subPath %q of volume %q: %w", sub, mount.Name, err)
	}
	b.Source = source
	return b, nil
}
