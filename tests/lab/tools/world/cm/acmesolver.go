package main

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/spf13/pflag"
	logsapi "k8s.io/component-base/logs/api/v1"

	"github.com/cert-manager/cert-manager/pkg/issuer/acme/http/solver"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
)

// runACMESolver takes the arguments of an HTTP-01 solver pod's container.
func runACMESolver(ctx context.Context, args []string) error {
	s := &solver.HTTP01Solver{}
	logging := logsapi.NewLoggingConfiguration()
	fs := pflag.NewFlagSet("acmesolver", pflag.ContinueOnError)
	fs.IntVar(&s.ListenPort, "listen-port", 8089, "port that answers the ACME server")
	fs.StringVar(&s.Domain, "domain", "", "domain of the challenge")
	fs.StringVar(&s.Token, "token", "", "token of the challenge")
	fs.StringVar(&s.Key, "key", "", "key authorization, the answer")
	logf.AddFlags(logging, fs)
	if err := fs.Parse(args); err != nil {
		return err
	}
	logf.InitLogs()
	if err := logf.ValidateAndApply(logging); err != nil {
		return err
	}
	go func() {
		<-ctx.Done()
		bounded, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = s.Shutdown(bounded)
	}()
	if err := s.Listen(logf.Log); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
