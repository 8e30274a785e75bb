package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// verdict is what a look at an object says: ready, or not yet and why; an error ends the waiting at once.
type verdict struct {
	ready   bool
	message string
	err     error
}

type readiness struct {
	judge func(context.Context, *unstructured.Unstructured) verdict
	// others is true where the verdict also hangs on other objects, which this object's watch does not show.
	others bool
}

// readinessOf finds what to wait for: nothing, the annotation's expressions, or what is known of a built-in kind.
func (s *server) readinessOf(inputs, live *unstructured.Unstructured) (*readiness, error) {
	if isTrue(inputs, annotationSkipAwait) {
		return nil, nil
	}
	if text := annotation(live, annotationWaitFor); text != "" {
		expectations, err := parseWaitFor(text)
		if err != nil {
			return nil, fmt.Errorf("annotation %s: %w", annotationWaitFor, err)
		}
		return &readiness{judge: allOf(expectations)}, nil
	}
	return s.builtIn(live.GetAPIVersion() + "/" + live.GetKind()), nil
}

func allOf(expectations []expectation) func(context.Context, *unstructured.Unstructured) verdict {
	return func(_ context.Context, obj *unstructured.Unstructured) verdict {
		for _, expected := range expectations {
			if met, message, err := expected.met(obj); err != nil || !met {
				return verdict{message: message, err: err}
			}
		}
		return verdict{ready: true}
	}
}

// awaitReady watches a new or updated object until it is ready. It returns the last object seen, also on failure.
func (s *server) awaitReady(
	urn resource.URN, inputs, live *unstructured.Unstructured, limit time.Duration,
) (*unstructured.Unstructured, error) {
	ready, err := s.readinessOf(inputs, live)
	if err != nil || ready == nil {
		return live, err
	}
	ctx, cancel := context.WithTimeout(s.ctx, limit)
	defer cancel()
	client, err := s.cluster.client(ctx, live)
	if err != nil {
		return live, err
	}
	var seen []option
	if ready.others {
		seen = append(seen, repeatEvery(time.Second))
	}
	last := live
	for sight := range sightings(ctx, client, live.GetName(), seen...) {
		if sight.err != nil {
			return last, fmt.Errorf("cannot watch %s %s: %w", last.GetKind(), objectID(last), sight.err)
		}
		if sight.object == nil {
			s.log.status(urn, waiting(last, "was deleted meanwhile"))
			continue
		}
		last = sight.object
		found := ready.judge(ctx, last)
		switch {
		case found.err != nil:
			return last, &waitError{cause: found.err, conditions: conditionsOf(last)}
		case found.ready:
			s.log.status(urn, "")
			return last, nil
		}
		s.log.status(urn, waiting(last, found.message))
	}
	return last, timedOut(ctx, last)
}

func waiting(obj *unstructured.Unstructured, message string) string {
	return fmt.Sprintf("[waiting] %s %s: %s", obj.GetKind(), obj.GetName(), message)
}

// waitError is a wait that did not end well. The real plugin says only the cause; the object's conditions are what
// a person looks up next.
type waitError struct {
	cause      error
	conditions []string
}

func (e *waitError) Error() string { return e.cause.Error() }
func (e *waitError) Unwrap() error { return e.cause }

func timedOut(ctx context.Context, last *unstructured.Unstructured) error {
	cause := ctx.Err()
	if errors.Is(cause, context.DeadlineExceeded) {
		cause = errors.New("timed out waiting for the condition")
	}
	return &waitError{cause: cause, conditions: conditionsOf(last)}
}

// conditionsOf writes down an object's conditions, one a line.
func conditionsOf(obj *unstructured.Unstructured) []string {
	conditions, _, _ := unstructured.NestedSlice(obj.Object, "status", "conditions")
	var lines []string
	for _, element := range conditions {
		entry, _ := element.(map[string]any)
		line := fmt.Sprintf("(stand-in) %s %s: %v=%v", obj.GetKind(), objectID(obj), entry["type"], entry["status"])
		if reason, _ := entry["reason"].(string); reason != "" {
			line += " (" + reason + ")"
		}
		if message, _ := entry["message"].(string); message != "" {
			line += ": " + message
		}
		lines = append(lines, line)
	}
	return lines
}
