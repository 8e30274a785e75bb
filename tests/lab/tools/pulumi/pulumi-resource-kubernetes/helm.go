package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"k8s.io/client-go/tools/clientcmd"
)

// helm runs the helm program, which is looked for on PATH. Each run has its own folder for Helm's homes, the
// kubeconfig and the values, readable by the owner alone and removed afterwards: nothing secret is ever an argument.
type helm struct {
	loader    clientcmd.ClientConfig // nil where no cluster is needed
	overrides *clientcmd.ConfigOverrides

	mu     sync.Mutex
	major  int
	charts map[string][]byte // archives by where they came from, so that a chart is fetched once a process
}

func newHelm(loader clientcmd.ClientConfig, overrides *clientcmd.ConfigOverrides) *helm {
	return &helm{loader: loader, overrides: overrides, charts: map[string][]byte{}}
}

var errNoRelease = errors.New("release: not found")

// workspace is the folder of one run.
type workspace struct{ dir string }

func newWorkspace() (*workspace, error) {
	dir, err := os.MkdirTemp("", "certfleet-helm-")
	if err != nil {
		return nil, err
	}
	return &workspace{dir: dir}, nil
}

func (w *workspace) path(name string) string { return filepath.Join(w.dir, name) }
func (w *workspace) remove()                 { _ = os.RemoveAll(w.dir) }

func (w *workspace) write(name string, content []byte) (string, error) {
	return w.path(name), os.WriteFile(w.path(name), content, 0o600)
}

// kubeconfig writes the configuration that leads to the provider's cluster. Inside a pod there is none to write, and
// helm finds the ServiceAccount itself.
func (h *helm) kubeconfig(w *workspace) ([]string, error) {
	if h.loader == nil {
		return nil, nil
	}
	raw, err := h.loader.RawConfig()
	if err != nil {
		return nil, err
	}
	if len(raw.Clusters) == 0 {
		return nil, nil
	}
	content, err := clientcmd.Write(*effective(raw, h.overrides))
	if err != nil {
		return nil, err
	}
	file, err := w.write("kubeconfig", content)
	return []string{"--kubeconfig", file}, err
}

// run starts helm and returns what it printed. The end of the context interrupts it gently, so that it can record
// the release as failed.
func (h *helm) run(ctx context.Context, w *workspace, args ...string) (string, error) {
	program, err := exec.LookPath("helm")
	if err != nil {
		return "", errors.New("a helm.sh/v3:Release needs the helm program on PATH, for the lab's stand-in runs it; " +
			"install helm 3 or 4, or put the real pulumi-resource-kubernetes on PATH")
	}
	var out, errs bytes.Buffer
	command := exec.CommandContext(ctx, program, args...)
	command.Env = h.environment(w)
	command.Stdout, command.Stderr = &out, &errs
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = 20 * time.Second
	if err := command.Run(); err != nil {
		if ctx.Err() != nil {
			err = errors.New("the operation was cancelled")
		}
		return out.String(), helmError(args[0], errs.String(), err)
	}
	return out.String(), nil
}

// environment drops the user's Helm settings, as they would make a run depend on more than the program says.
func (h *helm) environment(w *workspace) []string {
	var result []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "HELM_") {
			result = append(result, entry)
		}
	}
	return append(result, "HELM_CACHE_HOME="+w.path("cache"), "HELM_CONFIG_HOME="+w.path("config"),
		"HELM_DATA_HOME="+w.path("data"))
}

var helmMessage = regexp.MustCompile(`(?s)(?:^|\n)Error: (.*)$`)

// helmError keeps of helm's output what it says of the error, without its warnings.
func helmError(command, output string, err error) error {
	text := strings.TrimSpace(output)
	if found := helmMessage.FindStringSubmatch(output); found != nil {
		text = strings.TrimSpace(found[1])
	}
	if text == "" {
		text = err.Error()
	}
	if strings.Contains(text, errNoRelease.Error()) {
		return fmt.Errorf("helm %s: %s%w", command, strings.TrimSuffix(text, errNoRelease.Error()), errNoRelease)
	}
	return fmt.Errorf("helm %s: %s", command, text)
}

var helmMajor = regexp.MustCompile(`v?(\d+)\.`)

// version finds out which flags helm knows: some were renamed in Helm 4.
func (h *helm) version(ctx context.Context, w *workspace) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.major != 0 {
		return h.major, nil
	}
	out, err := h.run(ctx, w, "version", "--short")
	if err != nil {
		return 0, err
	}
	found := helmMajor.FindStringSubmatch(out)
	if found == nil {
		return 0, fmt.Errorf("`helm version` said %q, which is no version; is the helm on PATH Helm 3 or 4?", out)
	}
	if _, err := fmt.Sscan(found[1], &h.major); err != nil {
		return 0, err
	}
	return h.major, nil
}
