package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	authentication "k8s.io/api/authentication/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// How often mounted ConfigMaps, Secrets and tokens are looked at again.
const volumeRefresh = 15 * time.Second

type volumeFile struct {
	content string
	mode    os.FileMode
}

type volumeFiles map[string]volumeFile

// token is a ServiceAccount token of a pod and when to ask for the next.
type token struct {
	value   string
	refresh time.Time
}

func (w *podWorker) volumeDir(name string) string { return filepath.Join(w.dir, "volumes", name) }

// syncVolumes writes what has changed since the last time.
func (w *podWorker) syncVolumes(ctx context.Context) error {
	for _, volume := range w.current().Spec.Volumes {
		files, err := w.volumeFiles(ctx, volume)
		if err != nil {
			return fmt.Errorf("volume %s: %w", volume.Name, err)
		}
		dir := w.volumeDir(volume.Name)
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return err
		}
		if volume.EmptyDir != nil {
			continue
		}
		if err := writeAtomically(dir, files); err != nil {
			return fmt.Errorf("volume %s: %w", volume.Name, err)
		}
	}
	return nil
}

func (w *podWorker) refreshVolumes(ctx context.Context) {
	for sleep(ctx, volumeRefresh) {
		if err := w.syncVolumes(ctx); err != nil && ctx.Err() == nil {
			w.k.event(w.current(), v1.EventTypeWarning, "FailedMount", "%v", err)
		}
	}
}

// volumeFiles sees the other kinds of volumes as a projected volume with one source.
func (w *podWorker) volumeFiles(ctx context.Context, volume v1.Volume) (volumeFiles, error) {
	switch {
	case volume.ConfigMap != nil:
		return w.project(ctx, volume.ConfigMap.DefaultMode, v1.VolumeProjection{ConfigMap: &v1.ConfigMapProjection{
			LocalObjectReference: volume.ConfigMap.LocalObjectReference,
			Items:                volume.ConfigMap.Items, Optional: volume.ConfigMap.Optional,
		}})
	case volume.Secret != nil:
		return w.project(ctx, volume.Secret.DefaultMode, v1.VolumeProjection{Secret: &v1.SecretProjection{
			LocalObjectReference: v1.LocalObjectReference{Name: volume.Secret.SecretName},
			Items:                volume.Secret.Items, Optional: volume.Secret.Optional,
		}})
	case volume.DownwardAPI != nil:
		return w.project(ctx, volume.DownwardAPI.DefaultMode,
			v1.VolumeProjection{DownwardAPI: &v1.DownwardAPIProjection{Items: volume.DownwardAPI.Items}})
	case volume.Projected != nil:
		return w.project(ctx, volume.Projected.DefaultMode, volume.Projected.Sources...)
	}
	return nil, nil
}

func (w *podWorker) project(ctx context.Context, mode *int32, sources ...v1.VolumeProjection) (volumeFiles, error) {
	files := volumeFiles{}
	for _, source := range sources {
		var values map[string]string
		var items []v1.KeyToPath
		var optional *bool
		var err error
		switch {
		case source.ConfigMap != nil:
			items, optional = source.ConfigMap.Items, source.ConfigMap.Optional
			values, err = w.configMap(ctx, source.ConfigMap.Name, optional)
		case source.Secret != nil:
			items, optional = source.Secret.Items, source.Secret.Optional
			values, err = w.secret(ctx, source.Secret.Name, optional)
		case source.DownwardAPI != nil:
			values, items, err = w.downward(source.DownwardAPI.Items)
		case source.ServiceAccountToken != nil:
			values = map[string]string{}
			values[source.ServiceAccountToken.Path], err = w.serviceAccountToken(ctx, source.ServiceAccountToken)
		default:
			err = fmt.Errorf("the lab's kubelet projects configMap, secret, downwardAPI and serviceAccountToken only")
		}
		if err == nil {
			err = files.take(values, items, optional, fileMode(mode))
		}
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

func fileMode(mode *int32) os.FileMode {
	if mode == nil {
		return 0o644
	}
	return os.FileMode(*mode)
}

// take adds all values under their keys, or those that items name.
func (f volumeFiles) take(values map[string]string, items []v1.KeyToPath, optional *bool, mode os.FileMode) error {
	if items == nil {
		for key, value := range values {
			f[key] = volumeFile{value, mode}
		}
		return nil
	}
	for _, item := range items {
		value, found := values[item.Key]
		if !found && (optional == nil || !*optional) {
			return fmt.Errorf("key %q is missing", item.Key)
		}
		itemMode := mode
		if item.Mode != nil {
			itemMode = os.FileMode(*item.Mode)
		}
		if found {
			f[item.Path] = volumeFile{value, itemMode}
		}
	}
	return nil
}

func (w *podWorker) downward(items []v1.DownwardAPIVolumeFile) (map[string]string, []v1.KeyToPath, error) {
	values, paths := map[string]string{}, []v1.KeyToPath{}
	for _, item := range items {
		var value string
		var err error
		if item.FieldRef != nil {
			value, err = podField(w.current(), item.FieldRef.FieldPath)
		} else {
			err = fmt.Errorf("container %q is not in the pod", item.ResourceFieldRef.ContainerName)
			for _, c := range w.current().Spec.Containers {
				if c.Name == item.ResourceFieldRef.ContainerName {
					value, err = resourceField(&c, item.ResourceFieldRef)
				}
			}
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", item.Path, err)
		}
		values[item.Path] = value
		paths = append(paths, v1.KeyToPath{Key: item.Path, Path: item.Path, Mode: item.Mode})
	}
	return values, paths, nil
}

// serviceAccountToken asks for a new token when four fifths of the last one's life are over, as other kubelets do.
func (w *podWorker) serviceAccountToken(ctx context.Context, want *v1.ServiceAccountTokenProjection) (string, error) {
	if current := w.tokens[want.Path]; time.Now().Before(current.refresh) {
		return current.value, nil
	}
	pod := w.current()
	request := &authentication.TokenRequest{Spec: authentication.TokenRequestSpec{
		ExpirationSeconds: want.ExpirationSeconds,
		BoundObjectRef:    &authentication.BoundObjectReference{APIVersion: "v1", Kind: "Pod", Name: pod.Name, UID: pod.UID},
	}}
	if want.Audience != "" {
		request.Spec.Audiences = []string{want.Audience}
	}
	answer, err := w.k.client.CoreV1().ServiceAccounts(pod.Namespace).
		CreateToken(ctx, pod.Spec.ServiceAccountName, request, metav1.CreateOptions{})
	if err != nil {
		return "", err
	}
	life := time.Until(answer.Status.ExpirationTimestamp.Time)
	w.tokens[want.Path] = token{answer.Status.Token, time.Now().Add(life * 4 / 5)}
	return answer.Status.Token, nil
}
