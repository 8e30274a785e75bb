package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
)

// images maps a repository to the command of the program that stands for it.
type images map[string][]string

func readImages(path string) (images, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file struct {
		Images []struct {
			Name    string   `json:"name"`
			Command []string `json:"command"`
		} `json:"images"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	known := images{}
	for _, image := range file.Images {
		if image.Name == "" || len(image.Command) == 0 || !strings.HasPrefix(image.Command[0], "/") {
			return nil, fmt.Errorf("%s: image %q needs a name and a command with an absolute path, has %q",
				path, image.Name, image.Command)
		}
		known[repository(image.Name)] = image.Command
	}
	return known, nil
}

func (i images) String() string { return strings.Join(slices.Sorted(maps.Keys(i)), ", ") }

// repository is an image's name without tag and digest, in its long form: nginx:1 is docker.io/library/nginx.
func repository(image string) string {
	image, _, _ = strings.Cut(image, "@")
	if colon := strings.LastIndex(image, ":"); colon > strings.LastIndex(image, "/") {
		image = image[:colon]
	}
	host, _, nested := strings.Cut(image, "/")
	switch {
	case !nested:
		return "docker.io/library/" + image
	case strings.ContainsAny(host, ".:") || host == "localhost":
		return image
	default:
		return "docker.io/" + image
	}
}

// refusal says why a container cannot run here; nil means that it can.
type refusal struct{ container, reason, message string }

// refusals are all reasons for which this kubelet leaves a pod alone.
func (i images) refusals(pod *v1.Pod) []refusal {
	var all []refusal
	for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		if i[repository(c.Image)] == nil {
			all = append(all, refusal{c.Name, "ErrImagePull",
				fmt.Sprintf("the lab has no program for image %q; it has %s", c.Image, i)})
		}
		for _, what := range unsupported(c) {
			all = append(all, refusal{c.Name, "CreateContainerConfigError",
				fmt.Sprintf("container %q: the lab's kubelet does not support %s", c.Name, what)})
		}
		for _, volume := range pod.Spec.Volumes {
			if !supportedVolume(volume) {
				all = append(all, refusal{c.Name, "CreateContainerConfigError", fmt.Sprintf(
					"volume %q: the lab's kubelet has configMap, secret, emptyDir, projected and downwardAPI volumes only",
					volume.Name)})
			}
		}
	}
	return all
}

// unsupported names what would silently not happen if the container ran.
func unsupported(c v1.Container) []string {
	var found []string
	for name, probe := range map[string]*v1.Probe{
		"startupProbe": c.StartupProbe, "livenessProbe": c.LivenessProbe, "readinessProbe": c.ReadinessProbe,
	} {
		if probe != nil && probe.HTTPGet == nil && probe.TCPSocket == nil {
			found = append(found, name+" by exec or gRPC; use httpGet or tcpSocket")
		}
	}
	if c.Lifecycle != nil && (c.Lifecycle.PostStart != nil || c.Lifecycle.PreStop != nil) {
		found = append(found, "lifecycle hooks")
	}
	if c.RestartPolicy != nil {
		found = append(found, "a restartPolicy of a container")
	}
	slices.Sort(found)
	return found
}

func supportedVolume(volume v1.Volume) bool {
	return volume.ConfigMap != nil || volume.Secret != nil || volume.EmptyDir != nil ||
		volume.Projected != nil || volume.DownwardAPI != nil
}
