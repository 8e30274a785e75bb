package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
	logsapi "k8s.io/component-base/logs/api/v1"
	"sigs.k8s.io/yaml"

	sharedconfig "github.com/cert-manager/cert-manager/internal/apis/config/shared/v1alpha1"
	config "github.com/cert-manager/cert-manager/pkg/apis/config/controller/v1alpha1"
	shared "github.com/cert-manager/cert-manager/pkg/apis/config/shared/v1alpha1"
	"github.com/cert-manager/cert-manager/pkg/util"
)

// The internal form of this configuration, with upstream's own defaulting, lies in a package that imports every issuer
// cert-manager has, Vault's and Venafi's client libraries among them. The lab has neither, so it reads the published
// form and sets the defaults here.

// loadControllerConfig reads --config, then the other arguments on top of it, as upstream does.
func loadControllerConfig(args []string) (*config.ControllerConfiguration, error) {
	cfg := &config.ControllerConfiguration{}
	setControllerDefaults(cfg)
	path, err := parseControllerFlags(cfg, args)
	if err != nil {
		return nil, err
	}
	if path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if cfg, err = decodeControllerConfig(data); err != nil {
			return nil, fmt.Errorf("--config %s: %w", path, err)
		}
		if _, err := parseControllerFlags(cfg, args); err != nil {
			return nil, err
		}
	}
	return cfg, validateControllerConfig(cfg)
}

func decodeControllerConfig(data []byte) (*config.ControllerConfiguration, error) {
	cfg := &config.ControllerConfiguration{}
	if err := yaml.UnmarshalStrict(data, cfg); err != nil {
		return nil, err
	}
	if want := config.SchemeGroupVersion.String(); cfg.APIVersion != want || cfg.Kind != "ControllerConfiguration" {
		return nil, fmt.Errorf("%s %s: want %s ControllerConfiguration", cfg.APIVersion, cfg.Kind, want)
	}
	setControllerDefaults(cfg)
	return cfg, nil
}

func parseControllerFlags(cfg *config.ControllerConfiguration, args []string) (string, error) {
	fs := pflag.NewFlagSet("controller", pflag.ContinueOnError)
	path := fs.String("config", "", "file with a ControllerConfiguration")
	addControllerFlags(fs, cfg)
	err := fs.Parse(args)
	return *path, err
}

func validateControllerConfig(cfg *config.ControllerConfiguration) error {
	var errs error
	if invalid := logsapi.Validate(&cfg.Logging, nil, nil); len(invalid) > 0 {
		errs = invalid.ToAggregate()
	}
	tls := cfg.MetricsTLSConfig
	if tls.Filesystem.CertFile != "" || tls.Dynamic.SecretName != "" {
		errs = errors.Join(errs, errors.New("metricsTLSConfig: the lab serves metrics without TLS; leave it out"))
	}
	if *cfg.EnablePprof {
		errs = errors.Join(errs, errors.New("enablePprof: the lab's controller has no profiler; leave it out"))
	}
	known := append(defaultControllers(), gatewayControllers()...)
	for _, name := range cfg.Controllers {
		if bare := strings.TrimPrefix(name, "-"); bare != "*" && !slices.Contains(known, bare) {
			errs = errors.Join(errs, fmt.Errorf("controllers: %q is none of %s", name, strings.Join(known, ", ")))
		}
	}
	return errs
}

func setControllerDefaults(c *config.ControllerConfiguration) {
	orDefault(&c.KubernetesAPIQPS, 20)
	orDefault(&c.KubernetesAPIBurst, 50)
	orValue(&c.ClusterResourceNamespace, "kube-system")
	sharedconfig.SetDefaults_LeaderElectionConfig(&c.LeaderElectionConfig.LeaderElectionConfig)
	orDuration(&c.LeaderElectionConfig.HealthzTimeout, 20*time.Second)
	orList(&c.Controllers, "*")
	orDefault(&c.IssuerAmbientCredentials, false)
	orDefault(&c.ClusterIssuerAmbientCredentials, true)
	orDefault(&c.EnableCertificateOwnerRef, false)
	// 1.21 moved these two under gatewayAPI and still reads the old names.
	c.GatewayAPIConfig.Enabled = firstOf(c.GatewayAPIConfig.Enabled, c.EnableGatewayAPI)
	c.GatewayAPIConfig.EnableListenerSet = firstOf(c.GatewayAPIConfig.EnableListenerSet, c.EnableGatewayAPIListenerSet)
	orList(&c.CopiedAnnotationPrefixes, "*", "-kubectl.kubernetes.io/", "-fluxcd.io/", "-argocd.argoproj.io/")
	orDefault(&c.NumberOfConcurrentWorkers, 5)
	orDefault(&c.MaxConcurrentChallenges, 60)
	orValue(&c.MetricsListenAddress, "0.0.0.0:9402")
	orValue(&c.HealthzListenAddress, "0.0.0.0:9403")
	orDefault(&c.EnablePprof, false)
	orDuration(&c.CertificateRequestMinimumBackoffDuration, time.Hour)
	orDuration(&c.CertificateRequestMaximumBackoffDuration, 32*time.Hour)
	logsapi.SetRecommendedLoggingConfiguration(&c.Logging)

	orValue(&c.IngressShimConfig.DefaultIssuerKind, "Issuer")
	orValue(&c.IngressShimConfig.DefaultIssuerGroup, "cert-manager.io")
	orList(&c.IngressShimConfig.DefaultAutoCertificateAnnotations, "kubernetes.io/tls-acme")
	setSolverDefaults(c)

	orDefault(&c.PEMSizeLimitsConfig.MaxCertificateSize, 36500)
	orDefault(&c.PEMSizeLimitsConfig.MaxPrivateKeySize, 13000)
	orDefault(&c.PEMSizeLimitsConfig.MaxChainLength, 95000)
	orDefault(&c.PEMSizeLimitsConfig.MaxBundleSize, 330000)
}

func setSolverDefaults(c *config.ControllerConfiguration) {
	http01 := &c.ACMEHTTP01Config
	orValue(&http01.SolverImage, "quay.io/jetstack/cert-manager-acmesolver:"+util.AppVersion)
	orValue(&http01.SolverResourceRequestCPU, "10m")
	orValue(&http01.SolverResourceRequestMemory, "64Mi")
	orValue(&http01.SolverResourceLimitsCPU, "100m")
	orValue(&http01.SolverResourceLimitsMemory, "64Mi")
	orDefault(&http01.SolverRunAsNonRoot, true)
	orDefault(&c.ACMEDNS01Config.RecursiveNameserversOnly, false)
	orDuration(&c.ACMEDNS01Config.CheckRetryPeriod, 10*time.Second)
}

func orDefault[T any](field **T, value T) {
	if *field == nil {
		*field = &value
	}
}

func orValue(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

func orList(field *[]string, values ...string) {
	if len(*field) == 0 {
		*field = values
	}
}

func orDuration(field **shared.Duration, value time.Duration) {
	if (*field).IsZero() {
		*field = shared.DurationFromTime(value)
	}
}

func firstOf(current, former *bool) *bool {
	for _, b := range []*bool{current, former} {
		if b != nil {
			return b
		}
	}
	return new(bool)
}
