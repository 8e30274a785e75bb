package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/listen"
)

// grace is how long open requests may take to end after SIGTERM.
const grace = 3 * time.Second

// service is something that serves on open listeners until it is stopped.
type service struct {
	name  string
	serve func() error
	stop  func(context.Context)
}

// serve opens the control socket first, so that the driver can watch the others come up.
func (w *world) serve(ctx context.Context) error {
	socket, err := listen.Open(w.cfg.Control)
	if err != nil {
		return fmt.Errorf("control: %w", err)
	}
	own := httpService("control", socket, w.control.Handler(), nil)
	failed := make(chan error, 1)
	own.start(failed)
	services, addresses, err := w.open()
	if err == nil {
		for _, s := range services {
			s.start(failed)
		}
		w.control.Ready(append(addresses, w.cfg.Control))
		slog.Info("ready", "listeners", addresses)
		select {
		case <-ctx.Done():
		case err = <-failed:
		}
	}
	w.shutDown(append(services, own))
	return err
}

// open opens every listener and reports all that fail.
func (w *world) open() (services []service, addresses []string, problem error) {
	var problems []error
	opened := func(name, address string, err error) {
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", name, err))
			return
		}
		addresses = append(addresses, address)
	}
	listener := func(name, address string, use func(net.Listener) service) {
		l, err := listen.Open(address)
		opened(name, address, err)
		if err == nil {
			services = append(services, use(l))
		}
	}
	for _, address := range w.cfg.DNS.Listen {
		opened("dns", address, w.dns.Listen(address))
	}
	services = append(services, service{name: "dns", serve: w.dns.Serve, stop: w.dns.Shutdown})
	listener("hosts", w.cfg.Hosts.Listen, func(l net.Listener) service { return httpService("hosts", l, w.hosts, w.tls) })
	listener("proxy", w.cfg.Proxy.Listen, func(l net.Listener) service { return httpService("proxy", l, w.proxy(), nil) })
	for _, f := range w.cfg.Forwards {
		listener("forwards", f.Listen, func(l net.Listener) service { return w.forward(l, f.To) })
	}
	return services, addresses, errors.Join(problems...)
}

func (w *world) forward(l net.Listener, to string) service {
	return service{
		name:  "forward to " + to,
		serve: func() error { return w.tunnels.Forward(l, to) },
		stop:  func(context.Context) { l.Close() },
	}
}

// shutDown closes the tunnels first: what they carry has no end of its own.
func (w *world) shutDown(services []service) {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	w.tunnels.Close()
	var all sync.WaitGroup
	for _, s := range services {
		all.Go(func() { s.stop(ctx) })
	}
	all.Wait()
	slog.Info("stopped")
}

// start serves in the background; only the first failure matters, since it ends the program.
func (s service) start(failed chan<- error) {
	go func() {
		err := s.serve()
		if err == nil || errors.Is(err, net.ErrClosed) {
			return
		}
		select {
		case failed <- fmt.Errorf("%s: %w", s.name, err):
		default:
		}
	}()
}
