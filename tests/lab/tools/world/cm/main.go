// cm runs cert-manager's own parts from the published library module, one process per subcommand. Each takes the
// arguments that cert-manager's chart gives to the container of the same name.
package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

var commands = map[string]func(ctx context.Context, args []string) error{
	"acmesolver":      runACMESolver,
	"cainjector":      runCAInjector,
	"controller":      runController,
	"startupapicheck": runStartupAPICheck,
	"webhook":         runWebhook,
}

func main() {
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		names := slices.Sorted(maps.Keys(commands))
		fmt.Fprintf(os.Stderr, "usage: cm %s [flags]\n", strings.Join(names, "|"))
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := commands[os.Args[1]](ctx, os.Args[2:])
	stop()
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintf(os.Stderr, "cm %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}
