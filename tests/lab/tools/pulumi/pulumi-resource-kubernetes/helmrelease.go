package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// liveRelease is a release as `helm get` tells it.
type liveRelease struct {
	Name       string `json:"name"`
	Namespace  string `json:"namespace"`
	Chart      string `json:"chart"`
	Version    string `json:"version"`
	AppVersion string `json:"appVersion"`
	Revision   int    `json:"revision"`
	Status     string `json:"status"`

	values   map[string]any
	manifest string
}

func (r *release) timeout() int {
	if r.Timeout == 0 {
		return releaseTimeout
	}
	return r.Timeout
}

func (h *helm) install(ctx context.Context, r *release, c *chart) error {
	return h.change(ctx, "install", r, c, []flag{
		{"--create-namespace", r.CreateNamespace},
		{"--replace", r.Replace},
		{"--skip-crds", r.SkipCrds},
		{"--no-hooks", r.DisableWebhooks},
		{"--devel", r.Devel},
	})
}

func (h *helm) upgrade(ctx context.Context, r *release, c *chart) error {
	history := 0
	if r.MaxHistory != nil {
		history = *r.MaxHistory
	}
	return h.change(ctx, "upgrade", r, c, []flag{
		{"--history-max=" + strconv.Itoa(history), true},
		{"--no-hooks", r.DisableCRDHooks},
		{"--cleanup-on-fail", r.CleanupOnFail},
		{"--reset-values", r.ResetValues},
		{"--reuse-values", r.ReuseValues},
		{"--devel", r.Devel},
	})
}

type flag struct {
	text string
	set  bool
}

// change installs or upgrades. The real plugin has Helm 3 in it: with Helm 4, ask for the same client-side apply and
// the same way of waiting.
func (h *helm) change(ctx context.Context, verb string, r *release, c *chart, flags []flag) error {
	w, err := newWorkspace()
	if err != nil {
		return err
	}
	defer w.remove()
	major, err := h.version(ctx, w)
	if err != nil {
		return err
	}
	values, path, err := h.inputs(w, r, c)
	if err != nil {
		return err
	}
	atomic, force := "--atomic", "--force"
	if major >= 4 {
		atomic, force = "--rollback-on-failure", "--force-replace"
		flags = append(flags, flag{"--server-side=false", true})
	}
	flags = append(flags,
		flag{waitFlag(major), !r.SkipAwait},
		flag{"--wait-for-jobs", !r.SkipAwait && r.WaitForJobs},
		flag{atomic, r.Atomic},
		flag{"--take-ownership", r.TakeOwnership},
		flag{force, r.ForceUpdate && verb == "upgrade"},
		flag{"--disable-openapi-validation", r.DisableOpenapiValidation},
		flag{"--render-subchart-notes", r.RenderSubchartNotes},
		flag{"--description=" + r.Description, r.Description != ""},
	)
	args := []string{
		verb, r.Name, path, "--namespace", r.Namespace, "--values", values, "--timeout", fmt.Sprintf("%ds", r.timeout()),
	}
	for _, f := range flags {
		if f.set {
			args = append(args, f.text)
		}
	}
	return h.inCluster(ctx, w, nil, args...)
}

func waitFlag(major int) string {
	if major >= 4 {
		return "--wait=legacy"
	}
	return "--wait"
}

// uninstall returns what helm says of objects that it leaves, such as CRDs with the resource policy "keep".
func (h *helm) uninstall(ctx context.Context, r *release) (string, error) {
	w, err := newWorkspace()
	if err != nil {
		return "", err
	}
	defer w.remove()
	major, err := h.version(ctx, w)
	if err != nil {
		return "", err
	}
	args := []string{"uninstall", r.Name, "--namespace", r.Namespace}
	if r.Atomic || !r.SkipAwait {
		args = append(args, waitFlag(major), "--timeout", fmt.Sprintf("%ds", r.timeout()))
	}
	var out string
	if err := h.inCluster(ctx, w, &out, args...); err != nil {
		return "", err
	}
	return strings.Replace(out, fmt.Sprintf("release %q uninstalled", r.Name), "", 1), nil
}

// read asks for a release's last revision; errNoRelease where there is none.
func (h *helm) read(ctx context.Context, namespace, name string) (*liveRelease, error) {
	w, err := newWorkspace()
	if err != nil {
		return nil, err
	}
	defer w.remove()
	live := &liveRelease{values: map[string]any{}}
	get := func(what string, into any, flags ...string) error {
		var text string
		args := append([]string{"get", what, name, "--namespace", namespace}, flags...)
		if err := h.inCluster(ctx, w, &text, args...); err != nil {
			return err
		}
		if plain, ok := into.(*string); ok {
			*plain = text
			return nil
		}
		if err := json.Unmarshal([]byte(text), into); err != nil {
			return fmt.Errorf("helm get %s %s: %w", what, name, err)
		}
		return nil
	}
	err = get("metadata", live, "--output", "json")
	if err == nil {
		err = get("values", &live.values, "--output", "json")
	}
	if err == nil {
		err = get("manifest", &live.manifest)
	}
	if errors.Is(err, errNoRelease) {
		return nil, errNoRelease
	}
	if err != nil {
		return nil, err
	}
	return live, nil
}

// inCluster runs helm against the provider's cluster.
func (h *helm) inCluster(ctx context.Context, w *workspace, out *string, args ...string) error {
	config, err := h.kubeconfig(w)
	if err != nil {
		return err
	}
	text, err := h.run(ctx, w, append(args, config...)...)
	if out != nil {
		*out = text
	}
	return err
}
