// Package activity remembers what the lab's programs asked of the outside world.
package activity

import (
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"
)

// kept bounds each list: a world may run for days.
const kept = 5000

// Request is one request to an API host. It has no headers, body or query, which could hold secrets.
type Request struct {
	Time   time.Time `json:"time"`
	Host   string    `json:"host"`
	Method string    `json:"method"`
	Path   string    `json:"path"`
	// Status is 0 where the connection ended without an answer.
	Status int `json:"status"`
}

// Refusal is one attempt to leave the lab.
type Refusal struct {
	Time   time.Time `json:"time"`
	Method string    `json:"method"`
	Target string    `json:"target"`
}

// Log holds the most recent requests and refusals.
type Log struct {
	mu       sync.Mutex
	requests []Request
	refused  []Refusal
}

// Requests returns the requests, oldest first.
func (l *Log) Requests() []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Request{}, l.requests...)
}

// Refused returns the refusals, oldest first.
func (l *Log) Refused() []Refusal {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Refusal{}, l.refused...)
}

// Refuse records that the proxy did not lead anywhere.
func (l *Log) Refuse(method, target string) {
	slog.Warn("refused", "method", method, "target", target)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refused = bounded(append(l.refused, Refusal{Time: time.Now().UTC(), Method: method, Target: target}))
}

// Record wraps a handler so that its requests are remembered and logged.
func (l *Log) Record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		entry := Request{Time: time.Now().UTC(), Host: r.Host, Method: r.Method, Path: r.URL.Path}
		status := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		// A handler that hangs up does it by a panic.
		defer l.keep(&entry)
		next.ServeHTTP(status, r)
		entry.Status = status.status
	})
}

func (l *Log) keep(entry *Request) {
	slog.Info("request", "host", entry.Host, "method", entry.Method, "path", entry.Path, "status", entry.Status,
		"duration", time.Since(entry.Time).Round(time.Millisecond))
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests = bounded(append(l.requests, *entry))
}

func bounded[T any](list []T) []T {
	if len(list) > kept {
		return slices.Delete(list, 0, len(list)-kept)
	}
	return list
}

type statusWriter struct {
	http.ResponseWriter
	status  int
	written bool
}

func (w *statusWriter) WriteHeader(status int) {
	if !w.written && status >= http.StatusOK {
		w.status, w.written = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	w.written = true
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the writer's other abilities.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
