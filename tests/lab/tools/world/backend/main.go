// The backend program is the lab's cafe: it answers every request with what the image nginxdemos/hello:plain-text
// says, so that examples written for that image show the same.
package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

const (
	// grace is how long open requests may take to end after SIGTERM.
	grace             = 5 * time.Second
	readHeaderTimeout = 30 * time.Second
	// dateForm is nginx's local time in its logs, which the image uses as the date.
	dateForm = "02/Jan/2006:15:04:05 -0700"
)

func main() {
	port := flag.Int("port", 8080, "the port to listen on")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, *port); err != nil {
		fmt.Fprintln(os.Stderr, "backend:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, port int) error {
	name, err := os.Hostname()
	if err != nil {
		return fmt.Errorf("the host's name, which is part of every answer: %w", err)
	}
	l, err := net.Listen("tcp", net.JoinHostPort("", strconv.Itoa(port)))
	if err != nil {
		return err
	}
	slog.Info("listening", "address", l.Addr().String(), "name", name)
	server := &http.Server{Handler: hello(name), ReadHeaderTimeout: readHeaderTimeout}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	// The signal's context is over; open requests get their own time.
	draining, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	if err := server.Shutdown(draining); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return server.Close()
}

// hello answers every path and method.
func hello(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Cache-Control", "no-cache")
		_, err := fmt.Fprintf(w, "Server address: %s\nServer name: %s\nDate: %s\nURI: %s\nRequest ID: %s\n",
			localAddress(r), name, time.Now().Format(dateForm), r.RequestURI, requestID())
		if err != nil {
			slog.Debug("reply lost", "error", err)
		}
	})
}

func localAddress(r *http.Request) string {
	if address, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		return address.String()
	}
	return ""
}

func requestID() string {
	id := make([]byte, 16)
	rand.Read(id) // crypto/rand never fails since Go 1.24
	return hex.EncodeToString(id)
}
