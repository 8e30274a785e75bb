// Package registry serves chart archives by the read-only part of the OCI distribution API.
package registry

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/config"
)

var route = regexp.MustCompile(`^/v2/(.+)/(manifests|blobs|tags)/([^/]+)$`)

// Registry is an http.Handler.
type Registry struct {
	repositories map[string][]chart
}

// New reads the charts. They are few and small, so they stay in memory.
func New(cfg config.Registry) (*Registry, error) {
	charts, err := readCharts(cfg.Charts)
	if err != nil {
		return nil, fmt.Errorf("registry.charts: %w", err)
	}
	r := &Registry{repositories: map[string][]chart{}}
	for _, c := range charts {
		name := cfg.Repository + "/" + c.name
		r.repositories[name] = append(r.repositories[name], c)
		slog.Info("chart", "repository", name, "tag", c.tag(), "digest", c.manifest.digest)
	}
	return r, nil
}

func (reg *Registry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Docker-Distribution-API-Version", "registry/2.0")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		fail(w, http.StatusMethodNotAllowed, "UNSUPPORTED", "this registry is read-only")
		return
	}
	if r.URL.Path == "/v2/" || r.URL.Path == "/v2" {
		writeJSON(w, struct{}{})
		return
	}
	parts := route.FindStringSubmatch(r.URL.Path)
	if parts == nil {
		fail(w, http.StatusNotFound, "UNSUPPORTED", "no such endpoint: "+r.URL.Path)
		return
	}
	charts, known := reg.repositories[parts[1]]
	if !known {
		fail(w, http.StatusNotFound, "NAME_UNKNOWN", "repository name not known to registry: "+parts[1])
		return
	}
	switch parts[2] {
	case "manifests":
		serveManifest(w, r, charts, parts[3])
	case "blobs":
		serveBlob(w, r, charts, parts[3])
	case "tags":
		listTags(w, r, parts[1], charts, parts[3])
	}
}

func serveManifest(w http.ResponseWriter, r *http.Request, charts []chart, reference string) {
	for _, c := range charts {
		if reference == c.tag() || reference == c.manifest.digest.String() {
			serve(w, r, c.manifest, c.manifest.mediaType)
			return
		}
	}
	fail(w, http.StatusNotFound, "MANIFEST_UNKNOWN", "manifest unknown: "+reference)
}

func serveBlob(w http.ResponseWriter, r *http.Request, charts []chart, reference string) {
	for _, c := range charts {
		for _, b := range c.blobs {
			if reference == b.digest.String() {
				serve(w, r, b, "application/octet-stream")
				return
			}
		}
	}
	fail(w, http.StatusNotFound, "BLOB_UNKNOWN", "blob unknown to registry: "+reference)
}

// serve leaves HEAD, ranges and lengths to net/http.
func serve(w http.ResponseWriter, r *http.Request, b blob, mediaType string) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Docker-Content-Digest", b.digest.String())
	w.Header().Set("ETag", strconv.Quote(b.digest.String()))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b.content))
}

// listTags sorts as the specification demands and pages by ?n= and ?last=.
func listTags(w http.ResponseWriter, r *http.Request, name string, charts []chart, endpoint string) {
	if endpoint != "list" {
		fail(w, http.StatusNotFound, "UNSUPPORTED", "no such endpoint: "+r.URL.Path)
		return
	}
	tags := []string{}
	last := r.URL.Query().Get("last")
	for _, c := range charts {
		if c.tag() > last {
			tags = append(tags, c.tag())
		}
	}
	slices.Sort(tags)
	if n, err := strconv.Atoi(r.URL.Query().Get("n")); err == nil && n >= 0 && n < len(tags) {
		tags = tags[:n]
		if n > 0 {
			w.Header().Set("Link", fmt.Sprintf(`</v2/%s/tags/list?n=%d&last=%s>; rel="next"`, name, n, tags[n-1]))
		}
	}
	writeJSON(w, map[string]any{"name": name, "tags": tags})
}

func fail(w http.ResponseWriter, status int, code, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encode(w, map[string]any{"errors": []map[string]string{{"code": code, "message": text}}})
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	encode(w, value)
}

func encode(w http.ResponseWriter, value any) {
	if err := json.NewEncoder(w).Encode(value); err != nil {
		slog.Debug("registry reply lost", "error", err)
	}
}
