package main

import (
	"fmt"
	"os"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/validation/field"
	cliflag "k8s.io/component-base/cli/flag"

	config "github.com/cert-manager/cert-manager/internal/apis/config/cainjector"
	configscheme "github.com/cert-manager/cert-manager/internal/apis/config/cainjector/scheme"
	"github.com/cert-manager/cert-manager/internal/apis/config/cainjector/validation"
	"github.com/cert-manager/cert-manager/pkg/apis/config/cainjector/v1alpha1"
)

// loadCAInjectorConfig reads --config, then the other arguments on top of it, as upstream does.
func loadCAInjectorConfig(args []string) (*config.CAInjectorConfiguration, error) {
	scheme, codecs, err := configscheme.NewSchemeAndCodecs(serializer.EnableStrict)
	if err != nil {
		return nil, err
	}
	versioned, cfg := &v1alpha1.CAInjectorConfiguration{}, &config.CAInjectorConfiguration{}
	scheme.Default(versioned)
	if err := scheme.Convert(versioned, cfg, nil); err != nil {
		return nil, err
	}
	path, err := parseCAInjectorFlags(cfg, args)
	if err != nil {
		return nil, err
	}
	if path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		cfg = &config.CAInjectorConfiguration{}
		if _, _, err := codecs.UniversalDecoder().Decode(data, nil, cfg); err != nil {
			return nil, fmt.Errorf("--config %s: %w", path, err)
		}
		if _, err := parseCAInjectorFlags(cfg, args); err != nil {
			return nil, err
		}
	}
	if invalid := validation.ValidateCAInjectorConfiguration(cfg, field.NewPath("cainjector")); len(invalid) > 0 {
		return nil, invalid.ToAggregate()
	}
	return cfg, nil
}

func parseCAInjectorFlags(cfg *config.CAInjectorConfiguration, args []string) (string, error) {
	fs := pflag.NewFlagSet("cainjector", pflag.ContinueOnError)
	path := fs.String("config", "", "file with a CAInjectorConfiguration")
	addCAInjectorFlags(fs, cfg)
	err := fs.Parse(args)
	return *path, err
}

func addFeatureGates(fs *pflag.FlagSet, gates *map[string]bool) {
	fs.Var(cliflag.NewMapStringBool(gates), "feature-gates", "Gate=true,OtherGate=false")
}
