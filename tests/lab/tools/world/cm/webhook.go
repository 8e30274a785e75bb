package main

import (
	"context"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/util/validation/field"

	// Internal packages are importable because this module's path lies under cert-manager's.
	config "github.com/cert-manager/cert-manager/internal/apis/config/webhook"
	"github.com/cert-manager/cert-manager/internal/apis/config/webhook/validation"
	"github.com/cert-manager/cert-manager/internal/webhook"
	_ "github.com/cert-manager/cert-manager/internal/webhook/feature"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	utilconfigfile "github.com/cert-manager/cert-manager/pkg/util/configfile"
	utilfeature "github.com/cert-manager/cert-manager/pkg/util/feature"
	"github.com/cert-manager/cert-manager/pkg/webhook/configfile"
	"github.com/cert-manager/cert-manager/pkg/webhook/options"
)

func runWebhook(ctx context.Context, args []string) error {
	cfg, err := loadWebhookConfig(args)
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
	ctx = logf.NewContext(ctx, logf.Log, "webhook")
	server, err := webhook.NewCertManagerWebhookServer(logf.FromContext(ctx), *cfg)
	if err != nil {
		return err
	}
	return server.Run(ctx)
}

// loadWebhookConfig reads --config, then the other arguments on top of it, as upstream does.
func loadWebhookConfig(args []string) (*config.WebhookConfiguration, error) {
	cfg, err := options.NewWebhookConfiguration()
	if err != nil {
		return nil, err
	}
	path, err := parseWebhookFlags(cfg, args)
	if err != nil {
		return nil, err
	}
	if path != "" {
		loader, err := utilconfigfile.NewConfigurationFSLoader(nil, path)
		if err != nil {
			return nil, err
		}
		file := configfile.New()
		if err := loader.Load(file); err != nil {
			return nil, err
		}
		cfg = file.Config
		if _, err := parseWebhookFlags(cfg, args); err != nil {
			return nil, err
		}
	}
	if invalid := validation.ValidateWebhookConfiguration(cfg, field.NewPath("webhook")); len(invalid) > 0 {
		return nil, invalid.ToAggregate()
	}
	return cfg, nil
}

func parseWebhookFlags(cfg *config.WebhookConfiguration, args []string) (string, error) {
	file := options.NewWebhookFlags()
	fs := pflag.NewFlagSet("webhook", pflag.ContinueOnError)
	file.AddFlags(fs)
	options.AddConfigFlags(fs, cfg)
	err := fs.Parse(args)
	return file.Config, err
}
