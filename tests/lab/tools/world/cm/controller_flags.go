package main

import (
	"github.com/spf13/pflag"
	cliflag "k8s.io/component-base/cli/flag"

	config "github.com/cert-manager/cert-manager/pkg/apis/config/controller/v1alpha1"
	shared "github.com/cert-manager/cert-manager/pkg/apis/config/shared/v1alpha1"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
)

// addControllerFlags are upstream's names, bound to a configuration whose defaults are set. TLS for metrics and
// profiling are left out: the lab's controller has neither.
func addControllerFlags(fs *pflag.FlagSet, c *config.ControllerConfiguration) {
	fs.StringVar(&c.KubeConfig, "kubeconfig", c.KubeConfig, "kubeconfig; in-cluster configuration without it")
	fs.Float32Var(c.KubernetesAPIQPS, "kube-api-qps", *c.KubernetesAPIQPS, "")
	fs.Int32Var(c.KubernetesAPIBurst, "kube-api-burst", *c.KubernetesAPIBurst, "")
	fs.StringVar(&c.Namespace, "namespace", c.Namespace, "watch only this namespace")
	fs.StringVar(&c.ClusterResourceNamespace, "cluster-resource-namespace", c.ClusterResourceNamespace,
		"namespace of what a ClusterIssuer refers to")
	fs.StringSliceVar(&c.Controllers, "controllers", c.Controllers, "* for all, -name to leave one out")
	fs.BoolVar(c.IssuerAmbientCredentials, "issuer-ambient-credentials", *c.IssuerAmbientCredentials, "")
	fs.BoolVar(c.ClusterIssuerAmbientCredentials, "cluster-issuer-ambient-credentials",
		*c.ClusterIssuerAmbientCredentials, "")
	fs.BoolVar(c.EnableCertificateOwnerRef, "enable-certificate-owner-ref", *c.EnableCertificateOwnerRef, "")
	fs.StringSliceVar(&c.CopiedAnnotationPrefixes, "copied-annotation-prefixes", c.CopiedAnnotationPrefixes, "")
	fs.Int32Var(c.NumberOfConcurrentWorkers, "concurrent-workers", *c.NumberOfConcurrentWorkers,
		"workers of each controller; a DNS-01 self check holds one for a minute")
	fs.Int32Var(c.MaxConcurrentChallenges, "max-concurrent-challenges", *c.MaxConcurrentChallenges, "")
	fs.StringVar(&c.MetricsListenAddress, "metrics-listen-address", c.MetricsListenAddress, "")
	fs.StringVar(&c.HealthzListenAddress, "internal-healthz-listen-address", c.HealthzListenAddress, "")
	durationVar(fs, c.CertificateRequestMinimumBackoffDuration, "certificate-request-minimum-backoff-duration")
	durationVar(fs, c.CertificateRequestMaximumBackoffDuration, "certificate-request-maximum-backoff-duration")
	addElectionFlags(fs, &c.LeaderElectionConfig)
	addShimFlags(fs, c)
	addSolverFlags(fs, c)
	addFeatureGates(fs, &c.FeatureGates)
	logf.AddFlags(&c.Logging, fs)
}

func addElectionFlags(fs *pflag.FlagSet, c *config.LeaderElectionConfig) {
	fs.BoolVar(c.Enabled, "leader-elect", *c.Enabled, "take a lease before working")
	fs.StringVar(&c.Namespace, "leader-election-namespace", c.Namespace, "namespace of the lease")
	durationVar(fs, c.LeaseDuration, "leader-election-lease-duration")
	durationVar(fs, c.RenewDeadline, "leader-election-renew-deadline")
	durationVar(fs, c.RetryPeriod, "leader-election-retry-period")
	durationVar(fs, c.HealthzTimeout, "internal-healthz-leader-election-timeout")
}

func addShimFlags(fs *pflag.FlagSet, c *config.ControllerConfiguration) {
	fs.BoolVar(c.GatewayAPIConfig.Enabled, "enable-gateway-api", *c.GatewayAPIConfig.Enabled, "")
	fs.BoolVar(c.GatewayAPIConfig.EnableListenerSet, "enable-gateway-api-listenerset",
		*c.GatewayAPIConfig.EnableListenerSet, "")
	shim := &c.IngressShimConfig
	fs.StringVar(&shim.DefaultIssuerName, "default-issuer-name", shim.DefaultIssuerName, "")
	fs.StringVar(&shim.DefaultIssuerKind, "default-issuer-kind", shim.DefaultIssuerKind, "")
	fs.StringVar(&shim.DefaultIssuerGroup, "default-issuer-group", shim.DefaultIssuerGroup, "")
	fs.StringSliceVar(&shim.DefaultAutoCertificateAnnotations, "auto-certificate-annotations",
		shim.DefaultAutoCertificateAnnotations, "")
	fs.StringSliceVar(&shim.ExtraCertificateAnnotations, "extra-certificate-annotations",
		shim.ExtraCertificateAnnotations, "")
}

func addSolverFlags(fs *pflag.FlagSet, c *config.ControllerConfiguration) {
	http01 := &c.ACMEHTTP01Config
	fs.StringVar(&http01.SolverImage, "acme-http01-solver-image", http01.SolverImage, "")
	fs.StringVar(&http01.SolverResourceRequestCPU, "acme-http01-solver-resource-request-cpu",
		http01.SolverResourceRequestCPU, "")
	fs.StringVar(&http01.SolverResourceRequestMemory, "acme-http01-solver-resource-request-memory",
		http01.SolverResourceRequestMemory, "")
	fs.StringVar(&http01.SolverResourceLimitsCPU, "acme-http01-solver-resource-limits-cpu",
		http01.SolverResourceLimitsCPU, "")
	fs.StringVar(&http01.SolverResourceLimitsMemory, "acme-http01-solver-resource-limits-memory",
		http01.SolverResourceLimitsMemory, "")
	fs.BoolVar(http01.SolverRunAsNonRoot, "acme-http01-solver-run-as-non-root", *http01.SolverRunAsNonRoot, "")
	fs.StringVar(&http01.SolverRuntimeClassName, "acme-http01-solver-runtime-class-name",
		http01.SolverRuntimeClassName, "")
	fs.StringSliceVar(&http01.SolverNameservers, "acme-http01-solver-nameservers", http01.SolverNameservers, "")
	fs.Var(cliflag.NewMapStringString(&http01.SolverExtraLabels), "acme-http01-solver-extra-labels", "")
	dns01 := &c.ACMEDNS01Config
	fs.StringSliceVar(&dns01.RecursiveNameservers, "dns01-recursive-nameservers", dns01.RecursiveNameservers, "")
	fs.BoolVar(dns01.RecursiveNameserversOnly, "dns01-recursive-nameservers-only", *dns01.RecursiveNameserversOnly, "")
	durationVar(fs, dns01.CheckRetryPeriod, "dns01-check-retry-period")
}

func durationVar(fs *pflag.FlagSet, d *shared.Duration, name string) {
	fs.DurationVar(&d.Duration.Duration, name, d.Duration.Duration, "")
}
