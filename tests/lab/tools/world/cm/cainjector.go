package main

import (
	"context"

	"github.com/spf13/pflag"
	corev1 "k8s.io/api/core/v1"
	apiext "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	apireg "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	config "github.com/cert-manager/cert-manager/internal/apis/config/cainjector"
	_ "github.com/cert-manager/cert-manager/internal/cainjector/feature"
	"github.com/cert-manager/cert-manager/internal/kube"
	cmapi "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	"github.com/cert-manager/cert-manager/pkg/controller/cainjector"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	"github.com/cert-manager/cert-manager/pkg/util"
	utilfeature "github.com/cert-manager/cert-manager/pkg/util/feature"
)

func runCAInjector(ctx context.Context, args []string) error {
	cfg, err := loadCAInjectorConfig(args)
	if err != nil {
		return err
	}
	logf.InitLogs()
	if err := logf.ValidateAndApply(&cfg.Logging); err != nil {
		return err
	}
	if err := utilfeature.DefaultMutableFeatureGate.SetFromMap(cfg.FeatureGates); err != nil {
		return err
	}
	ctrl.SetLogger(logf.Log)
	ctx = logf.NewContext(ctx, logf.Log, "cainjector")
	mgr, err := newCAInjectorManager(cfg)
	if err != nil {
		return err
	}
	if err := cainjector.RegisterAllInjectors(ctx, mgr, cainjectorSetup(cfg)); err != nil {
		return err
	}
	return mgr.Start(ctx)
}

func newCAInjectorManager(cfg *config.CAInjectorConfiguration) (ctrl.Manager, error) {
	rest, err := kube.BuildClientConfig("", cfg.KubeConfig)
	if err != nil {
		return nil, err
	}
	types := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		scheme.AddToScheme, cmapi.AddToScheme, apiext.AddToScheme, apireg.AddToScheme,
	} {
		if err := add(types); err != nil {
			return nil, err
		}
	}
	var namespaces map[string]cache.Config
	if cfg.Namespace != "" {
		namespaces = map[string]cache.Config{cfg.Namespace: {}}
	}
	election := cfg.LeaderElectionConfig
	return ctrl.NewManager(util.RestConfigWithUserAgent(rest, "cainjector"), ctrl.Options{
		Scheme: types,
		Cache:  cache.Options{ReaderFailOnMissingInformer: true, DefaultNamespaces: namespaces},
		// Secrets are watched by their metadata only and read from the API, so their contents stay out of memory.
		Client:  client.Options{Cache: &client.CacheOptions{DisableFor: []client.Object{&corev1.Secret{}}}},
		Metrics: metricsserver.Options{BindAddress: cfg.MetricsListenAddress},
		Logger:  logf.Log,

		LeaderElection:                election.Enabled,
		LeaderElectionNamespace:       election.Namespace,
		LeaderElectionID:              "cert-manager-cainjector-leader-election",
		LeaderElectionReleaseOnCancel: true,
		LeaseDuration:                 &election.LeaseDuration,
		RenewDeadline:                 &election.RenewDeadline,
		RetryPeriod:                   &election.RetryPeriod,
	})
}

func cainjectorSetup(cfg *config.CAInjectorConfiguration) cainjector.SetupOptions {
	injectable := cfg.EnableInjectableConfig
	return cainjector.SetupOptions{
		Namespace:                    cfg.Namespace,
		IgnoreNamespaces:             cfg.IgnoreNamespaces,
		EnableCertificatesDataSource: cfg.EnableDataSourceConfig.Certificates,
		EnabledReconcilersFor: map[string]bool{
			cainjector.MutatingWebhookConfigurationName:   injectable.MutatingWebhookConfigurations,
			cainjector.ValidatingWebhookConfigurationName: injectable.ValidatingWebhookConfigurations,
			cainjector.APIServiceName:                     injectable.APIServices,
			cainjector.CustomResourceDefinitionName:       injectable.CustomResourceDefinitions,
		},
	}
}

// addCAInjectorFlags are upstream's names; TLS for metrics and profiling are left out, no chart value asks for them.
func addCAInjectorFlags(fs *pflag.FlagSet, cfg *config.CAInjectorConfiguration) {
	fs.StringVar(&cfg.KubeConfig, "kubeconfig", cfg.KubeConfig, "kubeconfig; in-cluster configuration without it")
	fs.StringVar(&cfg.Namespace, "namespace", cfg.Namespace, "watch only this namespace")
	fs.StringSliceVar(&cfg.IgnoreNamespaces, "ignore-namespaces", cfg.IgnoreNamespaces, "namespaces to ignore Secrets of")
	election := &cfg.LeaderElectionConfig
	fs.BoolVar(&election.Enabled, "leader-elect", election.Enabled, "take a lease before working")
	fs.StringVar(&election.Namespace, "leader-election-namespace", election.Namespace, "namespace of the lease")
	fs.DurationVar(&election.LeaseDuration, "leader-election-lease-duration", election.LeaseDuration, "")
	fs.DurationVar(&election.RenewDeadline, "leader-election-renew-deadline", election.RenewDeadline, "")
	fs.DurationVar(&election.RetryPeriod, "leader-election-retry-period", election.RetryPeriod, "")
	injectable := &cfg.EnableInjectableConfig
	fs.BoolVar(&cfg.EnableDataSourceConfig.Certificates, "enable-certificates-data-source",
		cfg.EnableDataSourceConfig.Certificates, "let Certificates be a source of CA data")
	fs.BoolVar(&injectable.ValidatingWebhookConfigurations, "enable-validatingwebhookconfigurations-injectable",
		injectable.ValidatingWebhookConfigurations, "")
	fs.BoolVar(&injectable.MutatingWebhookConfigurations, "enable-mutatingwebhookconfigurations-injectable",
		injectable.MutatingWebhookConfigurations, "")
	fs.BoolVar(&injectable.CustomResourceDefinitions, "enable-customresourcedefinitions-injectable",
		injectable.CustomResourceDefinitions, "")
	fs.BoolVar(&injectable.APIServices, "enable-apiservices-injectable", injectable.APIServices, "")
	fs.StringVar(&cfg.MetricsListenAddress, "metrics-listen-address", cfg.MetricsListenAddress, "0 switches it off")
	addFeatureGates(fs, &cfg.FeatureGates)
	logf.AddFlags(&cfg.Logging, fs)
}
