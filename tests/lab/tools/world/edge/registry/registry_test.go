package registry

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/config"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/internal/labtest"
)

func testRegistry(t *testing.T) (*Registry, []byte) {
	t.Helper()
	directory := t.TempDir()
	archive := labtest.Chart(t, directory, "tea", "v1.2.3")
	labtest.Chart(t, directory, "tea", "v1.10.0+build.1")
	labtest.Chart(t, directory, "coffee", "0.1.0")
	reg, err := New(config.Registry{Charts: directory, Repository: "jetstack/charts"})
	if err != nil {
		t.Fatal(err)
	}
	return reg, archive
}

func ask(reg http.Handler, method, path string) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	reg.ServeHTTP(recorder, httptest.NewRequest(method, path, nil))
	return recorder
}

func TestPullOfAChart(t *testing.T) {
	reg, archive := testRegistry(t)
	if got := ask(reg, "GET", "/v2/"); got.Code != 200 {
		t.Errorf("/v2/: %d", got.Code)
	}
	const base = "/v2/jetstack/charts/tea/"
	byTag := ask(reg, "GET", base+"manifests/v1.2.3")
	id := byTag.Header().Get("Docker-Content-Digest")
	if byTag.Code != 200 || byTag.Header().Get("Content-Type") != v1.MediaTypeImageManifest || id != digest.FromBytes(byTag.Body.Bytes()).String() {
		t.Fatalf("manifest: %d %v", byTag.Code, byTag.Header())
	}
	if byDigest := ask(reg, "GET", base+"manifests/"+id); !bytes.Equal(byDigest.Body.Bytes(), byTag.Body.Bytes()) {
		t.Error("the manifest differs by digest")
	}
	var manifest v1.Manifest
	if err := json.Unmarshal(byTag.Body.Bytes(), &manifest); err != nil {
		t.Fatal(err)
	}
	layer := ask(reg, "GET", base+"blobs/"+manifest.Layers[0].Digest.String())
	if !bytes.Equal(layer.Body.Bytes(), archive) || manifest.Layers[0].MediaType != layerType {
		t.Errorf("layer: %d bytes of %s, want %d", layer.Body.Len(), manifest.Layers[0].MediaType, len(archive))
	}
	var metadata map[string]any
	blob := ask(reg, "GET", base+"blobs/"+manifest.Config.Digest.String())
	if err := json.Unmarshal(blob.Body.Bytes(), &metadata); err != nil || metadata["version"] != "v1.2.3" || manifest.Config.MediaType != configType {
		t.Errorf("config: %v %v", metadata, err)
	}
	head := ask(reg, "HEAD", base+"manifests/v1.2.3")
	if head.Code != 200 || head.Body.Len() != 0 || head.Header().Get("Content-Length") == "" {
		t.Errorf("HEAD: %d %v", head.Code, head.Header())
	}
}

func TestTags(t *testing.T) {
	reg, _ := testRegistry(t)
	for query, want := range map[string]string{
		"":                 `{"name":"jetstack/charts/tea","tags":["v1.10.0_build.1","v1.2.3"]}`,
		"?n=1":             `{"name":"jetstack/charts/tea","tags":["v1.10.0_build.1"]}`,
		"?last=v1.10.0_b":  `{"name":"jetstack/charts/tea","tags":["v1.10.0_build.1","v1.2.3"]}`,
		"?n=5&last=v1.2.3": `{"name":"jetstack/charts/tea","tags":[]}`,
	} {
		if got := strings.TrimSpace(ask(reg, "GET", "/v2/jetstack/charts/tea/tags/list"+query).Body.String()); got != want {
			t.Errorf("%s: %s", query, got)
		}
	}
	link := ask(reg, "GET", "/v2/jetstack/charts/tea/tags/list?n=1").Header().Get("Link")
	if link != `</v2/jetstack/charts/tea/tags/list?n=1&last=v1.10.0_build.1>; rel="next"` {
		t.Errorf("Link: %s", link)
	}
}

func TestWhatIsMissing(t *testing.T) {
	reg, _ := testRegistry(t)
	for request, want := range map[string]string{
		"GET /v2/jetstack/charts/milk/manifests/v1.2.3":                              "404 NAME_UNKNOWN",
		"GET /v2/jetstack/charts/tea/manifests/v9":                                   "404 MANIFEST_UNKNOWN",
		"GET /v2/jetstack/charts/tea/blobs/" + digest.FromString("nothing").String(): "404 BLOB_UNKNOWN",
		"GET /v2/jetstack/charts/coffee/manifests/v1.2.3":                            "404 MANIFEST_UNKNOWN",
		"GET /v1/anything": "404 UNSUPPORTED",
		"PUT /v2/jetstack/charts/tea/manifests/v1.2.3":                                  "405 UNSUPPORTED",
		"POST /v2/jetstack/charts/tea/blobs/uploads/":                                   "405 UNSUPPORTED",
		"GET /v2/jetstack/charts/tea/tags/other":                                        "404 UNSUPPORTED",
		"DELETE /v2/jetstack/charts/tea/blobs/" + digest.FromString("nothing").String(): "405 UNSUPPORTED",
	} {
		method, path, _ := strings.Cut(request, " ")
		got := ask(reg, method, path)
		var body struct{ Errors []struct{ Code string } }
		if err := json.Unmarshal(got.Body.Bytes(), &body); err != nil || len(body.Errors) != 1 {
			t.Fatalf("%s: %s", request, got.Body)
		}
		if answer := fmt.Sprint(got.Code, " ", body.Errors[0].Code); answer != want {
			t.Errorf("%s: %s, want %s", request, answer, want)
		}
	}
}

func TestUnreadableChartsAreAllNamed(t *testing.T) {
	directory := t.TempDir()
	if _, err := New(config.Registry{Charts: directory}); err == nil || !strings.Contains(err.Error(), "no chart archive") {
		t.Errorf("empty directory: %v", err)
	}
	for _, name := range []string{"a.tgz", "b.tgz"} {
		if err := os.WriteFile(filepath.Join(directory, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := New(config.Registry{Charts: directory})
	if err == nil || !strings.Contains(err.Error(), "a.tgz") || !strings.Contains(err.Error(), "b.tgz") {
		t.Errorf("got %v", err)
	}
}
