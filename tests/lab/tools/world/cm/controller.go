package main

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/cert-manager/cert-manager/internal/pem"
	config "github.com/cert-manager/cert-manager/pkg/apis/config/controller/v1alpha1"
	controllerpkg "github.com/cert-manager/cert-manager/pkg/controller"
	"github.com/cert-manager/cert-manager/pkg/healthz"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	utilfeature "github.com/cert-manager/cert-manager/pkg/util/feature"
)

func runController(ctx context.Context, args []string) error {
	cfg, err := loadControllerConfig(args)
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
	limits := cfg.PEMSizeLimitsConfig
	pem.SetGlobalSizeLimits(pem.NewSizeLimitsFromConfig(int(*limits.MaxCertificateSize), int(*limits.MaxPrivateKeySize),
		int(*limits.MaxChainLength), int(*limits.MaxBundleSize)))
	options, err := contextOptions(cfg)
	if err != nil {
		return err
	}
	// The first part that fails ends the others.
	parts, ctx := errgroup.WithContext(logf.NewContext(ctx, logf.Log, "controller"))
	factory, err := controllerpkg.NewContextFactory(ctx, options)
	if err != nil {
		return err
	}
	root, err := factory.Build()
	if err != nil {
		return err
	}
	health := healthz.NewServer(cfg.LeaderElectionConfig.HealthzTimeout.Duration.Duration)
	if err := serve(ctx, cfg, root, health, parts); err != nil {
		return err
	}
	parts.Go(func() error {
		return lead(ctx, cfg, health, func(ctx context.Context) error {
			return runControllers(ctx, cfg, factory, root)
		})
	})
	return parts.Wait()
}

// runControllers builds all controllers before it starts the informers that they ask for while they are built.
func runControllers(ctx context.Context, cfg *config.ControllerConfiguration, factory *controllerpkg.ContextFactory,
	root *controllerpkg.Context,
) error {
	running, ctx := errgroup.WithContext(ctx)
	known, names := controllerpkg.Known(), enabledControllers(cfg)
	for _, name := range names {
		controller, err := known[name](factory)
		if err != nil {
			return fmt.Errorf("controller %s: %w", name, err)
		}
		running.Go(func() error {
			if err := controller.Run(int(*cfg.NumberOfConcurrentWorkers), ctx); err != nil {
				return fmt.Errorf("controller %s: %w", name, err)
			}
			return nil
		})
	}
	root.SharedInformerFactory.Start(ctx.Done())
	root.KubeSharedInformerFactory.Start(ctx.Done())
	root.HTTP01ResourceMetadataInformersFactory.Start(ctx.Done())
	if gatewayAPIEnabled(cfg) {
		root.GWShared.Start(ctx.Done())
	}
	logf.FromContext(ctx).Info("started controllers", "controllers", names, "workers", *cfg.NumberOfConcurrentWorkers)
	return running.Wait()
}
