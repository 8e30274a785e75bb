package main

import (
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:" + programDir

// environment is a container's: what every container has, then envFrom, then env, later ones over earlier ones.
func (w *podWorker) environment(ctx context.Context, c *v1.Container) (map[string]string, error) {
	pod := w.current()
	kubernetes, err := w.k.services.Services(metav1.NamespaceDefault).Get("kubernetes")
	if err != nil {
		return nil, fmt.Errorf("the cluster's own Service: %w", err)
	}
	port := strconv.Itoa(int(kubernetes.Spec.Ports[0].Port))
	env := map[string]string{
		"PATH": defaultPath, "HOSTNAME": hostname(pod), "HOME": "/",
		"KUBERNETES_SERVICE_HOST":       kubernetes.Spec.ClusterIP,
		"KUBERNETES_SERVICE_PORT":       port,
		"KUBERNETES_SERVICE_PORT_HTTPS": port,
		"KUBERNETES_PORT":               "tcp://" + net.JoinHostPort(kubernetes.Spec.ClusterIP, port),
	}
	for _, from := range c.EnvFrom {
		values, err := w.envFrom(ctx, from)
		if err != nil {
			return nil, err
		}
		for name, value := range values {
			env[from.Prefix+name] = value
		}
	}
	for _, variable := range c.Env {
		value, found, err := w.envValue(ctx, c, variable, env)
		if err != nil {
			return nil, fmt.Errorf("env %s: %w", variable.Name, err)
		}
		if found {
			env[variable.Name] = value
		}
	}
	return env, nil
}

func (w *podWorker) envFrom(ctx context.Context, from v1.EnvFromSource) (map[string]string, error) {
	switch {
	case from.ConfigMapRef != nil:
		return w.configMap(ctx, from.ConfigMapRef.Name, from.ConfigMapRef.Optional)
	case from.SecretRef != nil:
		return w.secret(ctx, from.SecretRef.Name, from.SecretRef.Optional)
	}
	return nil, nil
}

func (w *podWorker) envValue(ctx context.Context, c *v1.Container, variable v1.EnvVar, env map[string]string,
) (value string, found bool, err error) {
	from := variable.ValueFrom
	if from == nil {
		return expand(variable.Value, env), true, nil
	}
	var values map[string]string
	var key string
	var optional *bool
	switch {
	case from.FieldRef != nil:
		value, err = podField(w.current(), from.FieldRef.FieldPath)
		return value, true, err
	case from.ResourceFieldRef != nil:
		value, err = resourceField(c, from.ResourceFieldRef)
		return value, true, err
	case from.ConfigMapKeyRef != nil:
		key, optional = from.ConfigMapKeyRef.Key, from.ConfigMapKeyRef.Optional
		values, err = w.configMap(ctx, from.ConfigMapKeyRef.Name, optional)
	case from.SecretKeyRef != nil:
		key, optional = from.SecretKeyRef.Key, from.SecretKeyRef.Optional
		values, err = w.secret(ctx, from.SecretKeyRef.Name, optional)
	default:
		return "", false, fmt.Errorf("the lab's kubelet knows fieldRef, resourceFieldRef, configMapKeyRef and secretKeyRef")
	}
	if err != nil {
		return "", false, err
	}
	value, found = values[key]
	if !found && (optional == nil || !*optional) {
		there := strings.Join(slices.Sorted(maps.Keys(values)), ", ")
		return "", false, fmt.Errorf("key %q is missing; there are %s", key, there)
	}
	return value, found, nil
}

func (w *podWorker) configMap(ctx context.Context, name string, optional *bool) (map[string]string, error) {
	object, err := w.k.client.CoreV1().ConfigMaps(w.current().Namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, unlessOptional(err, optional)
	}
	values := maps.Clone(object.Data)
	for key, value := range object.BinaryData {
		if values == nil {
			values = map[string]string{}
		}
		values[key] = string(value)
	}
	return values, nil
}

func (w *podWorker) secret(ctx context.Context, name string, optional *bool) (map[string]string, error) {
	object, err := w.k.client.CoreV1().Secrets(w.current().Namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, unlessOptional(err, optional)
	}
	values := map[string]string{}
	for key, value := range object.Data {
		values[key] = string(value)
	}
	return values, nil
}

func unlessOptional(err error, optional *bool) error {
	if apierrors.IsNotFound(err) && optional != nil && *optional {
		return nil
	}
	return err
}

// expand replaces $(NAME); $$ stands for one $, and what is not known stays as it is.
func expand(text string, env map[string]string) string {
	var result strings.Builder
	for {
		before, after, found := strings.Cut(text, "$")
		result.WriteString(before)
		if !found {
			return result.String()
		}
		name, rest, closed := strings.Cut(strings.TrimPrefix(after, "("), ")")
		value, known := env[name]
		switch {
		case strings.HasPrefix(after, "$"):
			result.WriteString("$")
			text = after[1:]
		case strings.HasPrefix(after, "(") && closed && known:
			result.WriteString(value)
			text = rest
		default:
			result.WriteString("$")
			text = after
		}
	}
}

func expandAll(texts []string, env map[string]string) []string {
	expanded := make([]string, len(texts))
	for i, text := range texts {
		expanded[i] = expand(text, env)
	}
	return expanded
}

// environ is the environment as a process takes it.
func environ(env map[string]string) []string {
	list := make([]string, 0, len(env))
	for _, name := range slices.Sorted(maps.Keys(env)) {
		list = append(list, name+"="+env[name])
	}
	return list
}
