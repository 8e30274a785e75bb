package main

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

const readHeaderTimeout = 30 * time.Second

// httpService serves HTTP on a listener, or HTTPS when it is given a TLS configuration.
func httpService(name string, l net.Listener, handler http.Handler, config *tls.Config) service {
	server := &http.Server{
		Handler: handler, TLSConfig: config, ReadHeaderTimeout: readHeaderTimeout,
		ErrorLog: slog.NewLogLogger(slog.Default().With("listener", name).Handler(), slog.LevelWarn),
	}
	serve := func() error {
		var err error
		if config != nil {
			err = server.ServeTLS(l, "", "")
		} else {
			err = server.Serve(l)
		}
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return err
	}
	stop := func(ctx context.Context) {
		if server.Shutdown(ctx) != nil {
			server.Close()
		}
		l.Close()
	}
	return service{name: name, serve: serve, stop: stop}
}
