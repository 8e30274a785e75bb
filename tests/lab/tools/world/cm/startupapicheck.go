package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/util/wait"
	logsapi "k8s.io/component-base/logs/api/v1"

	"github.com/cert-manager/cert-manager/internal/kube"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	"github.com/cert-manager/cert-manager/pkg/util/cmapichecker"
)

// In a pod, the namespace is the one of its ServiceAccount.
const inClusterNamespace = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"

// runStartupAPICheck takes `check api --wait=1m`, what the chart's Job says: dry-run CertificateRequests until the
// webhook has both changed a good one and refused a bad one.
func runStartupAPICheck(ctx context.Context, args []string) error {
	if len(args) < 2 || args[0] != "check" || args[1] != "api" {
		return fmt.Errorf("arguments %q: only `check api [--wait=1m]` exists", args)
	}
	var bound, interval time.Duration
	var kubeconfig, namespace string
	logging := logsapi.NewLoggingConfiguration()
	fs := pflag.NewFlagSet("startupapicheck check api", pflag.ContinueOnError)
	fs.DurationVar(&bound, "wait", 0, "how long to retry; 0 tries once")
	fs.DurationVar(&interval, "interval", 5*time.Second, "time between tries")
	fs.StringVar(&kubeconfig, "kubeconfig", "", "kubeconfig; in-cluster configuration without it")
	fs.StringVarP(&namespace, "namespace", "n", "", "namespace of the dry-run CertificateRequests")
	logf.AddFlags(logging, fs)
	fs.Lookup("v").NoOptDefVal = "2" // the chart gives a bare -v
	if err := fs.Parse(args[2:]); err != nil {
		return err
	}
	logf.InitLogs()
	if err := logf.ValidateAndApply(logging); err != nil {
		return err
	}
	config, err := kube.BuildClientConfig("", kubeconfig)
	if err != nil {
		return err
	}
	checker, err := cmapichecker.New(config, namespaceOrOwn(namespace))
	if err != nil {
		return err
	}
	return awaitAPI(ctx, checker, bound, interval)
}

func namespaceOrOwn(namespace string) string {
	if namespace != "" {
		return namespace
	}
	if own, err := os.ReadFile(inClusterNamespace); err == nil {
		return strings.TrimSpace(string(own))
	}
	return "default"
}

func awaitAPI(ctx context.Context, checker cmapichecker.Interface, bound, interval time.Duration) error {
	pollCtx, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	var last error
	err := wait.PollUntilContextCancel(pollCtx, interval, true, func(context.Context) (bool, error) {
		// Not the polling context: with --wait=0 the single try would be over before it began.
		last = checker.Check(ctx)
		if last == nil {
			return true, nil
		}
		if simple := cmapichecker.TranslateToSimpleError(last); simple != nil {
			last = fmt.Errorf("%w (%w)", simple, last)
		}
		fmt.Fprintf(os.Stderr, "Not ready: %v\n", last)
		return bound == 0, nil
	})
	switch {
	case last == nil && err == nil:
		fmt.Println("The cert-manager API is ready")
		return nil
	case last != nil:
		return fmt.Errorf("the cert-manager API is not ready after %s: %w", bound, last)
	default:
		return err
	}
}
