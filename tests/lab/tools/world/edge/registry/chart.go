package registry

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	v1 "github.com/opencontainers/image-spec/specs-go/v1"
	"sigs.k8s.io/yaml"
)

// Helm's media types (https://helm.sh/docs/topics/registries).
const (
	configType = "application/vnd.cncf.helm.config.v1+json"
	layerType  = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
)

// chart is one chart archive as an OCI artifact.
type chart struct {
	name, version string
	manifest      blob
	blobs         []blob
}

type blob struct {
	mediaType string
	digest    digest.Digest
	content   []byte
}

func newBlob(mediaType string, content []byte) blob {
	return blob{mediaType: mediaType, digest: digest.FromBytes(content), content: content}
}

func (b blob) descriptor() v1.Descriptor {
	return v1.Descriptor{MediaType: b.mediaType, Digest: b.digest, Size: int64(len(b.content))}
}

// tag is the chart's version in the form that tags allow, as Helm writes it.
func (c chart) tag() string { return strings.ReplaceAll(c.version, "+", "_") }

// readCharts makes artifacts of all chart archives in a directory.
func readCharts(directory string) ([]chart, error) {
	paths, err := filepath.Glob(filepath.Join(directory, "*.tgz"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%s holds no chart archive (*.tgz); package one into it", directory)
	}
	var charts []chart
	var problems []error
	for _, path := range paths {
		c, err := readChart(path)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", path, err))
			continue
		}
		charts = append(charts, c)
	}
	return charts, errors.Join(problems...)
}

func readChart(path string) (chart, error) {
	archive, err := os.ReadFile(path)
	if err != nil {
		return chart{}, err
	}
	metadata, err := chartYAML(archive)
	if err != nil {
		return chart{}, err
	}
	// The artifact's config is the chart's metadata as JSON.
	asJSON, err := yaml.YAMLToJSON(metadata)
	if err != nil {
		return chart{}, fmt.Errorf("Chart.yaml: %w", err)
	}
	var named struct{ Name, Version, Description string }
	if err := json.Unmarshal(asJSON, &named); err != nil || named.Name == "" || named.Version == "" {
		return chart{}, errors.New("Chart.yaml lacks name or version")
	}
	return assemble(named.Name, named.Version, named.Description, asJSON, archive)
}

func assemble(name, version, description string, metadata, archive []byte) (chart, error) {
	config, layer := newBlob(configType, metadata), newBlob(layerType, archive)
	manifest, err := json.Marshal(v1.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2},
		MediaType: v1.MediaTypeImageManifest,
		Config:    config.descriptor(),
		Layers:    []v1.Descriptor{layer.descriptor()},
		// No time of creation: the same archive has the same digest in every world.
		Annotations: map[string]string{
			v1.AnnotationTitle: name, v1.AnnotationVersion: version, v1.AnnotationDescription: description,
		},
	})
	if err != nil {
		return chart{}, err
	}
	return chart{
		name: name, version: version,
		manifest: newBlob(v1.MediaTypeImageManifest, manifest),
		blobs:    []blob{config, layer},
	}, nil
}

// chartYAML finds NAME/Chart.yaml in the archive; those of subcharts lie deeper.
func chartYAML(archive []byte) ([]byte, error) {
	const maxSize = 1 << 20
	unzipped, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil, fmt.Errorf("is no gzip archive: %w", err)
	}
	files := tar.NewReader(unzipped)
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil, errors.New("holds no Chart.yaml; is it a chart?")
		}
		if err != nil {
			return nil, err
		}
		if strings.Count(header.Name, "/") == 1 && strings.HasSuffix(header.Name, "/Chart.yaml") {
			return io.ReadAll(io.LimitReader(files, maxSize))
		}
	}
}
