package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientapi "k8s.io/client-go/tools/clientcmd/api"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// settings are the provider's inputs and their environment variables, once read.
type settings struct {
	namespace             string
	deleteUnreachable     bool
	skipUpdateUnreachable bool
	patchForce            bool
	upsert                bool
	configMapMutable      bool
	secretMutable         bool
}

// clientSettings is the provider's `kubeClientSettings`.
type clientSettings struct {
	Burst   *int     `json:"burst"`
	QPS     *float32 `json:"qps"`
	Timeout *int     `json:"timeout"`
}

// Configure never fails for a cluster that is not there: a preview goes on without it.
func (s *server) Configure(
	ctx context.Context, req *pulumirpc.ConfigureRequest,
) (*pulumirpc.ConfigureResponse, error) {
	// The real plugin reads the variables too: every input that is no string is JSON in a string here.
	vars := variables{}
	for key, value := range req.GetVariables() {
		vars[strings.TrimPrefix(key, "kubernetes:config:")] = value
	}
	s.log.info("", "this is certfleet's lab stand-in for the Kubernetes plugin, not the real one")
	s.settings = settings{
		namespace:             vars["namespace"],
		deleteUnreachable:     vars.enabled("deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE"),
		skipUpdateUnreachable: vars.enabled("skipUpdateUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE"),
		patchForce:            vars.enabled("enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE"),
		upsert:                vars.enabled("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"),
		configMapMutable:      vars.enabled("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
		secretMutable:         vars.enabled("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
	}
	if err := s.connect(ctx, vars); err != nil {
		s.cluster, s.unreachable = nil, err.Error()
	}
	return &pulumirpc.ConfigureResponse{
		AcceptSecrets: true, SupportsPreview: true, SupportsAutonamingConfiguration: true,
	}, nil
}

// connect finds the cluster: the `kubeconfig` input, else KUBECONFIG and its default, else the pod's ServiceAccount.
func (s *server) connect(ctx context.Context, vars variables) error {
	overrides := &clientcmd.ConfigOverrides{
		Context:        clientapi.Context{Cluster: vars["cluster"], Namespace: s.settings.namespace},
		CurrentContext: vars["context"],
	}
	var loader clientcmd.ClientConfig
	if given := vars["kubeconfig"]; given != "" {
		config, err := loadKubeconfig(given)
		if err != nil {
			return fmt.Errorf("failed to parse kubeconfig data in `kubernetes:config:kubeconfig`: %w", err)
		}
		loader = clientcmd.NewDefaultClientConfig(*config, overrides)
	} else {
		rules := clientcmd.NewDefaultClientConfigLoadingRules()
		loader = clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides)
	}
	if namespace, _, err := loader.Namespace(); err == nil {
		s.settings.namespace = namespace
	}
	config, err := loader.ClientConfig()
	if err != nil {
		return fmt.Errorf("unable to load a Kubernetes client configuration; set the provider's `kubeconfig` or "+
			"the environment variable KUBECONFIG: %w", err)
	}
	if err := tune(config, vars); err != nil {
		return err
	}
	found, err := newCluster(config)
	if err != nil {
		return err
	}
	s.helm = newHelm(loader, overrides)
	if err := found.ping(ctx); err != nil {
		return err
	}
	s.cluster, s.unreachable = found, ""
	return nil
}

// tune sets the real plugin's defaults; client-go's own (5 requests a second) would make every wait slow.
func tune(config *rest.Config, vars variables) error {
	config.QPS, config.Burst = 50, 120
	config.UserAgent = "pulumi-kubernetes/" + version
	config.WarningHandler = rest.NoWarnings{}
	text := vars["kubeClientSettings"]
	if text == "" {
		return nil
	}
	var given clientSettings
	if err := json.Unmarshal([]byte(text), &given); err != nil {
		return fmt.Errorf("kubeClientSettings %q is not the JSON of {burst, qps, timeout}: %w", text, err)
	}
	if given.Burst != nil {
		config.Burst = *given.Burst
	}
	if given.QPS != nil {
		config.QPS = *given.QPS
	}
	if given.Timeout != nil {
		config.Timeout = time.Duration(*given.Timeout) * time.Second
	}
	return nil
}

// variables are the provider's inputs by their bare names.
type variables map[string]string

func (v variables) enabled(name, environment string) bool {
	if value, given := v[name]; given {
		return value == "true"
	}
	return os.Getenv(environment) == "true"
}
