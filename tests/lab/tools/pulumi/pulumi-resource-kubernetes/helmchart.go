package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"sigs.k8s.io/yaml"
)

// chart is a chart at hand: a path of the program's, or an archive that was fetched.
type chart struct {
	Name         string `json:"name"`
	Version      string `json:"version"`
	AppVersion   string `json:"appVersion"`
	Type         string `json:"type"`
	Dependencies []any  `json:"dependencies"`

	path    string
	archive []byte
}

// at gives the path of a chart in a run's folder.
func (c *chart) at(w *workspace) (string, error) {
	if c.archive == nil {
		return c.path, nil
	}
	return w.write("chart.tgz", c.archive)
}

// locate finds a release's chart: a local path, or else what helm can pull.
func (h *helm) locate(ctx context.Context, r *release) (*chart, error) {
	w, err := newWorkspace()
	if err != nil {
		return nil, err
	}
	defer w.remove()
	found := &chart{}
	local, err := localChart(r)
	if err != nil {
		return nil, err
	}
	if local != "" {
		found.path = local
		if r.DependencyUpdate {
			if _, err := h.run(ctx, w, "dependency", "update", local); err != nil {
				return nil, err
			}
		}
	} else if found.archive, err = h.pull(ctx, w, r); err != nil {
		return nil, err
	}
	path, err := found.at(w)
	if err != nil {
		return nil, err
	}
	text, err := h.run(ctx, w, "show", "chart", path)
	if err != nil {
		return nil, err
	}
	if err := yaml.Unmarshal([]byte(text), found); err != nil {
		return nil, fmt.Errorf("Chart.yaml of %s: %w", r.Chart, err)
	}
	if found.Type != "" && found.Type != "application" {
		return nil, fmt.Errorf("%s charts are not installable", found.Type)
	}
	return found, nil
}

func localChart(r *release) (string, error) {
	if r.RepositoryOpts != nil && r.RepositoryOpts.Repo != "" || strings.HasPrefix(r.Chart, "oci://") {
		return "", nil
	}
	info, err := os.Stat(r.Chart)
	if err == nil && info.IsDir() {
		_, err = os.Stat(filepath.Join(r.Chart, "Chart.yaml"))
	}
	if err == nil {
		return filepath.Abs(r.Chart)
	}
	if filepath.IsAbs(r.Chart) || strings.HasPrefix(r.Chart, ".") {
		return "", fmt.Errorf("path %q not found", r.Chart)
	}
	return "", nil
}

// pull fetches a chart's archive, once a process for each chart, version and repository.
func (h *helm) pull(ctx context.Context, w *workspace, r *release) ([]byte, error) {
	args := []string{"pull", r.Chart, "--destination", w.path("pulled")}
	version := strings.TrimSpace(r.Version)
	if version == "" && r.Devel {
		version = ">0.0.0-0"
	}
	if version != "" {
		args = append(args, "--version", version)
	}
	if opts := r.RepositoryOpts; opts != nil && !strings.HasPrefix(r.Chart, "oci://") {
		for _, flag := range [][2]string{
			{"--repo", opts.Repo}, {"--ca-file", opts.CAFile}, {"--cert-file", opts.CertFile}, {"--key-file", opts.KeyFile},
		} {
			if flag[1] != "" {
				args = append(args, flag[0], flag[1])
			}
		}
	}
	key := strings.Join(append(args[:2:2], args[4:]...), " ")
	h.mu.Lock()
	defer h.mu.Unlock()
	if archive, ok := h.charts[key]; ok {
		return archive, nil
	}
	if err := os.Mkdir(w.path("pulled"), 0o700); err != nil {
		return nil, err
	}
	if _, err := h.run(ctx, w, args...); err != nil {
		return nil, err
	}
	files, err := filepath.Glob(w.path("pulled/*.tgz"))
	if err != nil || len(files) != 1 {
		return nil, fmt.Errorf("helm pull %s left %d archives, expected one", r.Chart, len(files))
	}
	archive, err := os.ReadFile(files[0])
	if err == nil {
		h.charts[key] = archive
	}
	return archive, err
}

// crds renders a chart without a cluster and returns its CRDs; a chart that cannot be rendered yet has none.
func (h *helm) crds(ctx context.Context, r *release, c *chart) []map[string]any {
	w, err := newWorkspace()
	if err != nil {
		return nil
	}
	defer w.remove()
	values, path, err := h.inputs(w, r, c)
	if err != nil {
		return nil
	}
	args := []string{"template", r.Name, path, "--namespace", r.Namespace, "--values", values}
	if !r.SkipCrds {
		args = append(args, "--include-crds")
	}
	text, err := h.run(ctx, w, args...)
	if err != nil {
		return nil
	}
	var found []map[string]any
	for _, document := range splitDocuments(text) {
		object := map[string]any{}
		if !strings.Contains(document, "kind: CustomResourceDefinition") || yaml.Unmarshal([]byte(document), &object) != nil {
			continue
		}
		found = append(found, object)
	}
	return found
}

// inputs writes the values of a run; they may hold secrets, so a file of the owner's carries them.
func (h *helm) inputs(w *workspace, r *release, c *chart) (values, path string, err error) {
	text, err := yaml.Marshal(r.Values)
	if err != nil {
		return "", "", err
	}
	if values, err = w.write("values.yaml", text); err != nil {
		return "", "", err
	}
	path, err = c.at(w)
	return values, path, err
}

var documentStart = regexp.MustCompile(`(?m)^---.*$`)

func splitDocuments(text string) []string { return documentStart.Split(text, -1) }
