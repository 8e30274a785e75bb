package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const header = "apiVersion: controller.config.cert-manager.io/v1alpha1\nkind: ControllerConfiguration\n"

func configFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(header+content), 0o600); err != nil {
		t.Fatal(err)
	}
	return "--config=" + path
}

// What the chart's Deployment gives to the controller.
func chartArgs(more ...string) []string {
	return append([]string{
		"--v=2", "--cluster-resource-namespace=cert-manager", "--leader-election-namespace=kube-system",
		"--acme-http01-solver-image=quay.io/jetstack/cert-manager-acmesolver:v1.21.2", "--max-concurrent-challenges=60",
	}, more...)
}

func TestDefaults(t *testing.T) {
	cfg, err := loadControllerConfig(chartArgs())
	if err != nil {
		t.Fatal(err)
	}
	election := cfg.LeaderElectionConfig
	if !*election.Enabled || election.LeaseDuration.Duration.Duration != time.Minute || election.Namespace != "kube-system" {
		t.Errorf("leader election: %+v", election)
	}
	if *cfg.NumberOfConcurrentWorkers != 5 || cfg.HealthzListenAddress != "0.0.0.0:9403" || *cfg.GatewayAPIConfig.Enabled {
		t.Errorf("got %+v", cfg)
	}
	if _, err := contextOptions(cfg); err != nil {
		t.Error(err)
	}
	if names := enabledControllers(cfg); slices.Contains(names, "gateway-shim") || !slices.Contains(names, "challenges") {
		t.Errorf("controllers: %v", names)
	}
}

func TestConfigFile(t *testing.T) {
	file := configFile(t, `
numberOfConcurrentWorkers: 30
kubernetesAPIQPS: 10
gatewayAPI: {enabled: true}
acmeDNS01Config: {recursiveNameservers: ["10.96.0.10:53"], recursiveNameserversOnly: true, checkRetryPeriod: 1s}
leaderElectionConfig: {leaseDuration: 15s, renewDeadline: 10s, retryPeriod: 2s}
logging: {verbosity: 4}
`)
	cfg, err := loadControllerConfig(chartArgs(file, "--kube-api-qps=40"))
	if err != nil {
		t.Fatal(err)
	}
	if *cfg.NumberOfConcurrentWorkers != 30 || *cfg.KubernetesAPIQPS != 40 || cfg.ClusterResourceNamespace != "cert-manager" {
		t.Errorf("workers %d, qps %v, namespace %q", *cfg.NumberOfConcurrentWorkers, *cfg.KubernetesAPIQPS,
			cfg.ClusterResourceNamespace)
	}
	if cfg.LeaderElectionConfig.LeaseDuration.Duration.Duration != 15*time.Second {
		t.Errorf("lease of %v", cfg.LeaderElectionConfig.LeaseDuration)
	}
	options, err := contextOptions(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if !options.EnableGatewayAPI || options.DNS01CheckAuthoritative || options.DNS01CheckRetryPeriod != time.Second {
		t.Errorf("got %+v", options)
	}
	if !slices.Contains(enabledControllers(cfg), "gateway-shim") {
		t.Errorf("controllers: %v", enabledControllers(cfg))
	}
}

func TestGatewayAPI(t *testing.T) {
	for form, want := range map[string]bool{
		"enableGatewayAPI: true":                                 true,
		"gatewayAPI: {enabled: true}":                            true,
		"enableGatewayAPI: true\ngatewayAPI: {enabled: false}":   false,
		"enableGatewayAPIListenerSet: true":                      false,
		"gatewayAPI: {enableListenerSet: true, enabled: true}\n": true,
	} {
		cfg, err := loadControllerConfig([]string{configFile(t, form)})
		if err != nil {
			t.Errorf("%s: %v", form, err)
		} else if got := *cfg.GatewayAPIConfig.Enabled; got != want {
			t.Errorf("%s: %v, want %v", form, got, want)
		}
	}
}

func TestBadConfig(t *testing.T) {
	for content, want := range map[string]string{
		"numberOfConcurentWorkers: 30": "numberOfConcurentWorkers",
		"controllers: [nosuch]":        "nosuch",
		"enablePprof: true":            "profiler",
		"metricsTLSConfig: {dynamic: {secretName: x}, filesystem: {}}": "metricsTLSConfig",
	} {
		if _, err := loadControllerConfig([]string{configFile(t, content)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", content, err)
		}
	}
	if _, err := loadControllerConfig([]string{"--nosuch"}); err == nil {
		t.Error("an unknown argument is accepted")
	}
}

func TestControllers(t *testing.T) {
	cfg, err := loadControllerConfig([]string{"--controllers=*,-certificaterequests-approver", "--namespace=n"})
	if err != nil {
		t.Fatal(err)
	}
	names := enabledControllers(cfg)
	for _, gone := range []string{"certificaterequests-approver", "clusterissuers"} {
		if slices.Contains(names, gone) {
			t.Errorf("%s is among %v", gone, names)
		}
	}
}
