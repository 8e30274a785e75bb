// The edge program is the lab's outside world: its name server, the Cloudflare DNS API, the ACME servers' public
// names, the registry that charts come from, and the proxy that leads to those and to nothing else.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/config"
)

func main() {
	path := flag.String("config", "edge.json", "the configuration file")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, *path); err != nil {
		fmt.Fprintln(os.Stderr, "edge:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, path string) error {
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, nil)))
	cfg, err := config.Read(path)
	if err != nil {
		return err
	}
	w, err := newWorld(cfg)
	if err != nil {
		return err
	}
	return w.serve(ctx)
}
