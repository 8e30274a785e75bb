package main

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/sets"

	"github.com/cert-manager/cert-manager/internal/controller/feature"
	config "github.com/cert-manager/cert-manager/pkg/apis/config/controller/v1alpha1"
	controllerpkg "github.com/cert-manager/cert-manager/pkg/controller"
	challenges "github.com/cert-manager/cert-manager/pkg/controller/acmechallenges"
	orders "github.com/cert-manager/cert-manager/pkg/controller/acmeorders"
	gatewayshim "github.com/cert-manager/cert-manager/pkg/controller/certificate-shim/gateways"
	ingressshim "github.com/cert-manager/cert-manager/pkg/controller/certificate-shim/ingresses"
	listenerset "github.com/cert-manager/cert-manager/pkg/controller/certificate-shim/listenerset"
	cracme "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/acme"
	crapprover "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/approver"
	crca "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/ca"
	crselfsigned "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/selfsigned"
	"github.com/cert-manager/cert-manager/pkg/controller/certificates/issuing"
	"github.com/cert-manager/cert-manager/pkg/controller/certificates/keymanager"
	certmetrics "github.com/cert-manager/cert-manager/pkg/controller/certificates/metrics"
	"github.com/cert-manager/cert-manager/pkg/controller/certificates/readiness"
	"github.com/cert-manager/cert-manager/pkg/controller/certificates/requestmanager"
	"github.com/cert-manager/cert-manager/pkg/controller/certificates/revisionmanager"
	"github.com/cert-manager/cert-manager/pkg/controller/certificates/trigger"
	"github.com/cert-manager/cert-manager/pkg/controller/clusterissuers"
	"github.com/cert-manager/cert-manager/pkg/controller/issuers"
	dnsutil "github.com/cert-manager/cert-manager/pkg/issuer/acme/dns/util"
	utilfeature "github.com/cert-manager/cert-manager/pkg/util/feature"

	// The issuer implementations register themselves with pkg/issuer.
	_ "github.com/cert-manager/cert-manager/pkg/issuer/acme"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/ca"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/selfsigned"
)

// defaultControllers is what "*" means: upstream's list without Vault and Venafi. Each package registers its
// controller with pkg/controller.
func defaultControllers() []string {
	return []string{
		issuers.ControllerName, clusterissuers.ControllerName,
		certmetrics.ControllerName, trigger.ControllerName, keymanager.ControllerName, requestmanager.ControllerName,
		issuing.ControllerName, readiness.ControllerName, revisionmanager.ControllerName,
		crapprover.ControllerName, cracme.CRControllerName, crca.CRControllerName, crselfsigned.CRControllerName,
		orders.ControllerName, challenges.ControllerName, ingressshim.ControllerName,
	}
}

func gatewayControllers() []string {
	return []string{gatewayshim.ControllerName, listenerset.ControllerName}
}

// enabledControllers needs the feature gates to be set.
func enabledControllers(cfg *config.ControllerConfiguration) []string {
	names := sets.New[string]()
	for _, name := range cfg.Controllers {
		switch left := strings.TrimPrefix(name, "-"); {
		case name == "*":
			names.Insert(defaultControllers()...)
		case left != name:
			names.Delete(left)
		default:
			names.Insert(name)
		}
	}
	if gatewayAPIEnabled(cfg) {
		names.Insert(gatewayshim.ControllerName)
		if utilfeature.DefaultFeatureGate.Enabled(feature.ListenerSets) && *cfg.GatewayAPIConfig.EnableListenerSet {
			names.Insert(listenerset.ControllerName)
		}
	}
	if cfg.Namespace != "" {
		names.Delete(clusterissuers.ControllerName)
	}
	return sets.List(names)
}

func gatewayAPIEnabled(cfg *config.ControllerConfiguration) bool {
	return *cfg.GatewayAPIConfig.Enabled && utilfeature.DefaultFeatureGate.Enabled(feature.ExperimentalGatewayAPISupport)
}

// contextOptions is the configuration as cert-manager's controllers take it.
func contextOptions(cfg *config.ControllerConfiguration) (controllerpkg.ContextOptions, error) {
	acme, err := acmeOptions(cfg)
	if err != nil {
		return controllerpkg.ContextOptions{}, err
	}
	shim := cfg.IngressShimConfig
	return controllerpkg.ContextOptions{
		Kubeconfig:         cfg.KubeConfig,
		KubernetesAPIQPS:   *cfg.KubernetesAPIQPS,
		KubernetesAPIBurst: int(*cfg.KubernetesAPIBurst),
		Namespace:          cfg.Namespace,
		ACMEOptions:        acme,
		IssuerOptions: controllerpkg.IssuerOptions{
			ClusterResourceNamespace:        cfg.ClusterResourceNamespace,
			ClusterIssuerAmbientCredentials: *cfg.ClusterIssuerAmbientCredentials,
			IssuerAmbientCredentials:        *cfg.IssuerAmbientCredentials,
		},
		IngressShimOptions: controllerpkg.IngressShimOptions{
			DefaultIssuerName:                 shim.DefaultIssuerName,
			DefaultIssuerKind:                 shim.DefaultIssuerKind,
			DefaultIssuerGroup:                shim.DefaultIssuerGroup,
			DefaultAutoCertificateAnnotations: shim.DefaultAutoCertificateAnnotations,
			ExtraCertificateAnnotations:       shim.ExtraCertificateAnnotations,
			GatewayAPIExtraProtocols:          sets.New(cfg.GatewayAPIConfig.ExtraProtocols...),
		},
		CertificateOptions: controllerpkg.CertificateOptions{
			EnableOwnerRef:                           *cfg.EnableCertificateOwnerRef,
			CopiedAnnotationPrefixes:                 cfg.CopiedAnnotationPrefixes,
			CertificateRequestMinimumBackoffDuration: cfg.CertificateRequestMinimumBackoffDuration.Duration.Duration,
			CertificateRequestMaximumBackoffDuration: cfg.CertificateRequestMaximumBackoffDuration.Duration.Duration,
		},
		SchedulerOptions: controllerpkg.SchedulerOptions{MaxConcurrentChallenges: int(*cfg.MaxConcurrentChallenges)},
		ConfigOptions: controllerpkg.ConfigOptions{
			EnableGatewayAPI:            *cfg.GatewayAPIConfig.Enabled,
			EnableGatewayAPIListenerSet: *cfg.GatewayAPIConfig.EnableListenerSet,
		},
	}, nil
}

func acmeOptions(cfg *config.ControllerConfiguration) (controllerpkg.ACMEOptions, error) {
	http01, dns01 := cfg.ACMEHTTP01Config, cfg.ACMEDNS01Config
	options := controllerpkg.ACMEOptions{
		HTTP01SolverImage:            http01.SolverImage,
		ACMEHTTP01SolverRunAsNonRoot: *http01.SolverRunAsNonRoot,
		HTTP01SolverRuntimeClassName: http01.SolverRuntimeClassName,
		HTTP01SolverNameservers:      http01.SolverNameservers,
		HTTP01SolverExtraLabels:      http01.SolverExtraLabels,
		DNS01CheckAuthoritative:      !*dns01.RecursiveNameserversOnly,
		DNS01Nameservers:             dns01.RecursiveNameservers,
		DNS01CheckRetryPeriod:        dns01.CheckRetryPeriod.Duration.Duration,
	}
	var err error
	if len(options.DNS01Nameservers) == 0 {
		options.DNS01Nameservers = dnsutil.RecursiveNameservers
	}
	for _, quantity := range []struct {
		name, value string
		target      *resource.Quantity
	}{
		{"solverResourceRequestCPU", http01.SolverResourceRequestCPU, &options.HTTP01SolverResourceRequestCPU},
		{"solverResourceRequestMemory", http01.SolverResourceRequestMemory, &options.HTTP01SolverResourceRequestMemory},
		{"solverResourceLimitsCPU", http01.SolverResourceLimitsCPU, &options.HTTP01SolverResourceLimitsCPU},
		{"solverResourceLimitsMemory", http01.SolverResourceLimitsMemory, &options.HTTP01SolverResourceLimitsMemory},
	} {
		if *quantity.target, err = resource.ParseQuantity(quantity.value); err != nil {
			return options, fmt.Errorf("acmeHTTP01Config.%s: %q: %w", quantity.name, quantity.value, err)
		}
	}
	return options, nil
}
