package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"k8s.io/client-go/tools/clientcmd"
	clientapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// loadKubeconfig reads a kubeconfig that is given as a path or as its contents.
func loadKubeconfig(pathOrContents string) (*clientapi.Config, error) {
	if pathOrContents == "" {
		return clientapi.NewConfig(), nil
	}
	path := pathOrContents
	if path == "~" || strings.HasPrefix(path, "~/") {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, err
		}
		path = filepath.Join(home, strings.TrimPrefix(path, "~"))
	}
	// A kubeconfig's text is no file name (too long, or with line breaks), so that only real files pass here.
	if _, err := os.Stat(path); err == nil {
		contents, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		// Not LoadFromFile: it notes where each entry came from, and the same cluster would differ from itself.
		return clientcmd.Load(contents)
	}
	return clientcmd.Load([]byte(pathOrContents))
}

// kubeconfigOf reads the provider's `kubeconfig` input, which is a string or an object.
func kubeconfigOf(value resource.PropertyValue) (*clientapi.Config, error) {
	value = reveal(value)
	text := ""
	switch {
	case value.IsNull():
	case value.IsString():
		text = value.StringValue()
	case value.IsObject():
		encoded, err := json.Marshal(value.ObjectValue().Mappable())
		if err != nil {
			return nil, fmt.Errorf("kubeconfig: %w", err)
		}
		text = string(encoded)
	default:
		return nil, fmt.Errorf("kubeconfig is a %s, but must be a path, the text of a kubeconfig or an object",
			value.TypeString())
	}
	config, err := loadKubeconfig(text)
	if err != nil {
		// The text is not quoted: it holds credentials.
		return nil, fmt.Errorf("kubeconfig is neither the path of a file nor a kubeconfig: %w", err)
	}
	return config, nil
}

// activeCluster is the cluster that a kubeconfig leads to under the provider's `context` and `cluster` inputs.
func activeCluster(config *clientapi.Config, inputs resource.PropertyMap) *clientapi.Cluster {
	name := config.CurrentContext
	if v := reveal(inputs["context"]); v.IsString() {
		name = v.StringValue()
	}
	context := config.Contexts[name]
	if context == nil {
		return nil
	}
	if v := reveal(inputs["cluster"]); v.IsString() {
		return config.Clusters[v.StringValue()]
	}
	return config.Clusters[context.Cluster]
}

// effective folds the overrides into a kubeconfig, so that it can be handed to the helm program as one file.
func effective(config clientapi.Config, overrides *clientcmd.ConfigOverrides) *clientapi.Config {
	result := config.DeepCopy()
	if overrides.CurrentContext != "" {
		result.CurrentContext = overrides.CurrentContext
	}
	if context := result.Contexts[result.CurrentContext]; context != nil && overrides.Context.Cluster != "" {
		context.Cluster = overrides.Context.Cluster
	}
	return result
}
