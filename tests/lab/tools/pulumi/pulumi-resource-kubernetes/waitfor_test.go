package main

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestWaitFor(t *testing.T) {
	ready := func(status string, observed int64) object {
		return object{
			"metadata": object{"generation": int64(2)},
			"status": object{"phase": "Up", "count": int64(3), "conditions": []any{
				object{"type": "Ready", "status": status, "observedGeneration": observed, "message": "because"},
			}},
		}
	}
	for _, c := range []struct {
		text    string
		object  object
		met     bool
		message string
	}{
		{"condition=Ready", ready("True", 2), true, ""},
		{"condition=ready", ready("True", 2), true, ""},
		{"condition=Ready", ready("False", 2), false, "Resource has condition Ready=False (want True): because"},
		{"condition=Ready=False", ready("False", 2), true, ""},
		{"condition=Ready", ready("True", 1), false, "Generation 1 is less than expected 2"},
		{"condition=Other", ready("True", 2), false, "Has no condition Other yet"},
		{"condition=Ready", object{}, false, "Has no .status.conditions"},
		{"jsonpath={.status.phase}", ready("True", 2), true, ""},
		{"jsonpath={.status.phase}=Up", ready("True", 2), true, ""},
		{"jsonpath={.status.phase}=Down", ready("True", 2), false, "{.status.phase} is Up (want Down)"},
		{"jsonpath={.status.count}=3", ready("True", 2), true, ""},
		{"jsonpath={.status.none}", ready("True", 2), false, "{.status.none} selected nothing"},
		{"jsonpath={ .status.conditions }", ready("True", 2), true, ""},
		{`jsonpath={.status.conditions[?(@.type=="Ready")].status}=True`, ready("True", 2), true, ""},
		{`["condition=Ready", "jsonpath={.status.phase}=Up"]`, ready("True", 2), true, ""},
		{
			`["condition=Ready", "jsonpath={.status.phase}=Down"]`, ready("True", 2), false,
			"{.status.phase} is Up (want Down)",
		},
	} {
		expectations, err := parseWaitFor(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		got := allOf(expectations)(t.Context(), &unstructured.Unstructured{Object: c.object})
		if got.err != nil || got.ready != c.met || got.message != c.message {
			t.Errorf("%s: got %+v, want ready %v and %q", c.text, got, c.met, c.message)
		}
	}
}

func TestWaitForRefusals(t *testing.T) {
	for text, want := range map[string]string{
		"Ready":                           `expected a "jsonpath=" or "condition=" prefix`,
		"[]":                              "at least one condition",
		"jsonpath=.status.phase":          "wrapped in brackets",
		"jsonpath='{.status.phase}'":      "shell quotes",
		"jsonpath={.status.phase}=":       "requires a value",
		"jsonpath={.a}=b=c":               "format should be",
		"jsonpath={.status[}":             "parsing",
		`["condition=Ready","jsonpath="]`: "wrapped in brackets",
	} {
		if _, err := parseWaitFor(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", text, err, want)
		}
	}
}

func TestNonPrimitiveValue(t *testing.T) {
	expected, err := parseExpression("jsonpath={.status}=x")
	if err != nil {
		t.Fatal(err)
	}
	obj := &unstructured.Unstructured{Object: object{"status": object{"a": "b"}}}
	if _, _, err := expected.met(obj); err == nil {
		t.Error("an object compared with a text must be an error")
	}
}
