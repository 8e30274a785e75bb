package main

import (
	"context"
	"errors"
	"net"
	"os"

	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"

	"github.com/cert-manager/cert-manager/internal/kube"
	config "github.com/cert-manager/cert-manager/pkg/apis/config/controller/v1alpha1"
	controllerpkg "github.com/cert-manager/cert-manager/pkg/controller"
	"github.com/cert-manager/cert-manager/pkg/healthz"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	"github.com/cert-manager/cert-manager/pkg/util"
)

// serve answers metrics and probes, whether this process leads or not.
func serve(ctx context.Context, cfg *config.ControllerConfiguration, root *controllerpkg.Context,
	health *healthz.Server, parts *errgroup.Group,
) error {
	metricsListener, err := net.Listen("tcp", cfg.MetricsListenAddress)
	if err != nil {
		return err
	}
	healthListener, err := net.Listen("tcp", cfg.HealthzListenAddress)
	if err != nil {
		return err
	}
	informers := root.SharedInformerFactory
	root.Metrics.SetupACMECollector(informers.Acme().V1().Challenges().Lister())
	root.Metrics.SetupCertificateCollector(informers.Certmanager().V1().Certificates().Lister())
	root.Metrics.SetupIssuerCollector(informers.Certmanager().V1().Issuers().Lister())
	if cfg.Namespace == "" {
		root.Metrics.SetupClusterIssuerCollector(informers.Certmanager().V1().ClusterIssuers().Lister())
	}
	server := root.Metrics.NewServer(metricsListener)
	context.AfterFunc(ctx, func() { _ = server.Close() })
	parts.Go(func() error {
		if err := server.Serve(metricsListener); ctx.Err() == nil {
			return err
		}
		return nil
	})
	parts.Go(func() error { return health.Start(ctx, healthListener) })
	return nil
}

// lead runs work while this process holds the lease; losing it is an error, so that the pod restarts.
func lead(ctx context.Context, cfg *config.ControllerConfiguration, health *healthz.Server,
	work func(context.Context) error,
) error {
	if !*cfg.LeaderElectionConfig.Enabled {
		return work(ctx)
	}
	lock, err := newLock(cfg)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	election := cfg.LeaderElectionConfig
	elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
		Lock:            lock,
		LeaseDuration:   election.LeaseDuration.Duration.Duration,
		RenewDeadline:   election.RenewDeadline.Duration.Duration,
		RetryPeriod:     election.RetryPeriod.Duration.Duration,
		ReleaseOnCancel: true,
		WatchDog:        health.LeaderHealthzAdaptor,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(ctx context.Context) {
				done <- work(ctx)
				cancel()
			},
			OnStoppedLeading: func() { logf.FromContext(ctx).Info("stopped leading") },
		},
	})
	if err != nil {
		return err
	}
	elector.Run(ctx)
	if ctx.Err() == nil {
		return errors.New("leader election lost")
	}
	select {
	case err := <-done:
		return err
	default:
		return nil
	}
}

func newLock(cfg *config.ControllerConfiguration) (resourcelock.Interface, error) {
	rest, err := kube.BuildClientConfig("", cfg.KubeConfig)
	if err != nil {
		return nil, err
	}
	client, err := kubernetes.NewForConfig(util.RestConfigWithUserAgent(rest, "leader-election"))
	if err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	return resourcelock.New(resourcelock.LeasesResourceLock, cfg.LeaderElectionConfig.Namespace,
		"cert-manager-controller", client.CoreV1(), client.CoordinationV1(),
		resourcelock.ResourceLockConfig{Identity: host + "-external-cert-manager-controller"})
}
