package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/util/jsonpath"
)

// expectation is one expression of `pulumi.com/waitFor`.
type expectation interface {
	// met says whether an object fulfils it, and if not, what it looks like instead.
	met(obj *unstructured.Unstructured) (bool, string, error)
}

// parseWaitFor reads the annotation: one expression, or a JSON array of them that must all hold.
func parseWaitFor(text string) ([]expectation, error) {
	var expressions []string
	if json.Unmarshal([]byte(text), &expressions) != nil {
		expressions = []string{text}
	}
	if len(expressions) == 0 {
		return nil, errors.New("at least one condition must be specified")
	}
	var result []expectation
	for _, expression := range expressions {
		parsed, err := parseExpression(expression)
		if err != nil {
			return nil, err
		}
		result = append(result, parsed)
	}
	return result, nil
}

func parseExpression(text string) (expectation, error) {
	if rest, ok := strings.CutPrefix(text, "condition="); ok {
		kind, status, given := strings.Cut(rest, "=")
		if !given {
			status = "True"
		}
		return condition{kind: kind, status: status}, nil
	}
	if rest, ok := strings.CutPrefix(text, "jsonpath="); ok {
		return parseJSONPath(rest)
	}
	return nil, fmt.Errorf(`expected a "jsonpath=" or "condition=" prefix, got %q`, text)
}

// condition waits for a condition of the status, as `kubectl wait --for=condition=` does.
type condition struct{ kind, status string }

func (c condition) met(obj *unstructured.Unstructured) (bool, string, error) {
	conditions, found, err := unstructured.NestedSlice(obj.Object, "status", "conditions")
	if err != nil {
		return false, "", err
	}
	if !found {
		return false, "Has no .status.conditions", nil
	}
	for _, element := range conditions {
		entry, _ := element.(map[string]any)
		kind, _ := entry["type"].(string)
		status, _ := entry["status"].(string)
		if !strings.EqualFold(kind, c.kind) || status == "" {
			continue
		}
		if observed, ok := observedGeneration(obj, entry); ok && observed < obj.GetGeneration() {
			return false, fmt.Sprintf("Generation %d is less than expected %d", observed, obj.GetGeneration()), nil
		}
		if strings.EqualFold(status, c.status) {
			return true, "", nil
		}
		text := fmt.Sprintf("Resource has condition %s=%s (want %s)", c.kind, status, c.status)
		if message, _ := entry["message"].(string); message != "" {
			text += ": " + message
		}
		return false, text, nil
	}
	return false, fmt.Sprintf("Has no condition %s yet", c.kind), nil
}

// observedGeneration tells an answer to the present spec from one to an earlier spec.
func observedGeneration(obj *unstructured.Unstructured, entry map[string]any) (int64, bool) {
	if generation, found, _ := unstructured.NestedInt64(entry, "observedGeneration"); found {
		return generation, true
	}
	generation, found, _ := unstructured.NestedInt64(obj.Object, "status", "observedGeneration")
	return generation, found
}

// path waits for a field to exist, or to have a value.
type path struct {
	text, value string
	expression  *jsonpath.JSONPath
}

var braces = regexp.MustCompile(`^\{\s*(.*?)\s*\}$`)

func parseJSONPath(text string) (expectation, error) {
	// "==" belongs to a filter; only a single "=" separates the value.
	const equals = "\x00"
	parts := strings.Split(strings.ReplaceAll(text, "==", equals), "=")
	if len(parts) > 2 {
		return nil, fmt.Errorf("format should be {.path}=value or {.path}, got %q", text)
	}
	result := path{text: strings.ReplaceAll(parts[0], equals, "==")}
	if len(parts) == 2 {
		if result.value = strings.ReplaceAll(parts[1], equals, "=="); result.value == "" {
			return nil, fmt.Errorf("%s= requires a value", result.text)
		}
	}
	if strings.HasPrefix(result.text, "'") && strings.HasSuffix(result.text, "'") {
		return nil, fmt.Errorf("%s should omit shell quotes", result.text)
	}
	if !braces.MatchString(result.text) {
		return nil, fmt.Errorf("%s should be wrapped in brackets { ... }", result.text)
	}
	result.expression = jsonpath.New(result.text).AllowMissingKeys(true)
	if err := result.expression.Parse(result.text); err != nil {
		return nil, fmt.Errorf("parsing %q: %w", result.text, err)
	}
	return result, nil
}

func (p path) met(obj *unstructured.Unstructured) (bool, string, error) {
	found, err := p.expression.FindResults(obj.Object)
	if err != nil {
		return false, "", err
	}
	if len(found) == 0 || len(found[0]) == 0 {
		return false, p.text + " selected nothing", nil
	}
	value := found[0][0].Interface()
	if p.value == "" {
		return true, "", nil
	}
	switch value.(type) {
	case map[string]any, []any:
		return false, "", fmt.Errorf("%q has a non-primitive value (%v)", p.text, value)
	}
	if fmt.Sprint(value) == p.value {
		return true, "", nil
	}
	return false, fmt.Sprintf("%s is %v (want %s)", p.text, value, p.value), nil
}
