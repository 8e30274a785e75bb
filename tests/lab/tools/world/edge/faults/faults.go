// Package faults makes the lab's API hosts misbehave on request: slowly, with refusals, by hanging up, or by being
// consistent only after a while.
package faults

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
)

// What a fault does.
const (
	// Latency answers later, or never for a client with less patience.
	Latency = "latency"
	// Status answers with an error of the host's own form.
	Status = "status"
	// Close ends the connection without an answer.
	Close = "close"
	// VisibleAfter makes records that a request writes visible only after a while.
	VisibleAfter = "visibleAfter"
)

// maxBody bounds what is read of a request before it waits.
const maxBody = 1 << 20

// Fault is one rule. All rules that match a request apply to it, in the order in which they were set.
type Fault struct {
	Host       string `json:"host"`
	PathPrefix string `json:"pathPrefix,omitempty"`
	Method     string `json:"method,omitempty"`
	// Times is for how many requests it holds; 0 means until it is cleared.
	Times        int    `json:"times,omitempty"`
	Kind         string `json:"kind"`
	Milliseconds int    `json:"milliseconds,omitempty"`
	Status       int    `json:"status,omitempty"`
	// RetryAfter is a header in seconds, sent beside a status.
	RetryAfter int `json:"retryAfter,omitempty"`
}

// Refusal writes an error in the form that clients of a host expect.
type Refusal func(w http.ResponseWriter, status int)

// Set holds the rules of all hosts.
type Set struct {
	mu       sync.Mutex
	rules    []*rule
	refusals map[string]Refusal
}

type rule struct {
	Fault
	used int
}

// New makes a set without faults for these hosts.
func New(refusals map[string]Refusal) *Set { return &Set{refusals: refusals} }

// Add sets more faults, all or, when one is malformed, none.
func (s *Set) Add(list []Fault) error {
	var problems []error
	for i, f := range list {
		if err := s.check(f); err != nil {
			problems = append(problems, fmt.Errorf("faults[%d]: %w", i, err))
		}
	}
	if len(problems) > 0 {
		return errors.Join(problems...)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range list {
		s.rules = append(s.rules, &rule{Fault: f})
	}
	return nil
}

// Clear removes all faults.
func (s *Set) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = nil
}

// List returns the faults that still hold; Times is what is left of each.
func (s *Set) List() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []Fault{}
	for _, r := range s.rules {
		left := r.Fault
		if r.Times > 0 {
			left.Times -= r.used
		}
		list = append(list, left)
	}
	return list
}

func (s *Set) check(f Fault) error {
	if s.refusals[f.Host] == nil {
		return fmt.Errorf("host %q is none of the edge's", f.Host)
	}
	switch {
	case f.Times < 0:
		return fmt.Errorf("times %d must not be negative", f.Times)
	case (f.Kind == Latency || f.Kind == VisibleAfter) && f.Milliseconds <= 0:
		return fmt.Errorf("kind %s needs milliseconds", f.Kind)
	case f.Kind == Status && (f.Status < 400 || f.Status > 599):
		return fmt.Errorf("status %d must be an error, 400 to 599", f.Status)
	case !slices.Contains([]string{Latency, Status, Close, VisibleAfter}, f.Kind):
		return fmt.Errorf("kind %q is none of latency, status, close, visibleAfter", f.Kind)
	}
	return nil
}

// take returns the faults of a request and counts it against them. What a refusal hides from is not counted.
func (s *Set) take(host string, r *http.Request) []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Fault
	for _, one := range s.rules {
		if one.Host != host || !strings.HasPrefix(r.URL.Path, one.PathPrefix) || (one.Method != "" && one.Method != r.Method) {
			continue
		}
		one.used++
		found = append(found, one.Fault)
		if one.Kind == Status || one.Kind == Close {
			break
		}
	}
	s.rules = slices.DeleteFunc(s.rules, func(one *rule) bool { return one.Times > 0 && one.used >= one.Times })
	return found
}

// Wrap lets the faults act before a handler does.
func (s *Set) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := hostOf(r)
		for _, f := range s.take(host, r) {
			switch f.Kind {
			case Latency:
				wait(r, time.Duration(f.Milliseconds)*time.Millisecond)
			case Close:
				panic(http.ErrAbortHandler)
			case Status:
				if f.RetryAfter > 0 {
					w.Header().Set("Retry-After", strconv.Itoa(f.RetryAfter))
				}
				s.refusals[host](w, f.Status)
				return
			case VisibleAfter:
				delay := time.Duration(f.Milliseconds) * time.Millisecond
				r = r.WithContext(records.WithDelay(r.Context(), delay))
			}
		}
		next.ServeHTTP(w, r)
	})
}

// wait ends early when the client gives up, which is noticed only once the body was read.
func wait(r *http.Request, delay time.Duration) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	ctx, cancel := context.WithTimeout(r.Context(), delay)
	defer cancel()
	<-ctx.Done()
	if r.Context().Err() != nil {
		panic(http.ErrAbortHandler)
	}
}

func hostOf(r *http.Request) string {
	host := strings.ToLower(r.Host)
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}
