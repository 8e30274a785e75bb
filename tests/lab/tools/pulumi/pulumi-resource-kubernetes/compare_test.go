package main

import (
	"maps"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

type object = map[string]any

func TestCompare(t *testing.T) {
	unknown := resource.Computed{Element: resource.NewStringProperty("")}
	forceNew := []string{".metadata.name", ".spec.template", ".spec.containers[*].image", ".data"}
	for _, c := range []struct {
		name              string
		old, asked, wants object
		changes, replaces []string
	}{
		{
			name: "nothing", old: object{"a": 1.0, "l": []any{"x"}}, wants: object{"a": int64(1), "l": []any{"x"}},
		},
		{
			name: "an added, an updated and a removed field",
			old:  object{"spec": object{"a": "1", "c": "3"}}, wants: object{"spec": object{"a": "2", "b": "2"}},
			changes: []string{"spec.a", "spec.b", "spec.c"},
		},
		{
			name: "a field that nobody asked for stays", old: object{"a": "1", "server": "made"}, asked: object{"a": "1"},
			wants: object{"a": "1"},
		},
		{
			name: "lists by index", old: object{"l": []any{"a", "b", "c"}}, wants: object{"l": []any{"a", "x"}},
			changes: []string{"l[1]", "l[2]"},
		},
		{
			name: "an unknown value is a change", old: object{"a": "1"}, wants: object{"a": unknown}, changes: []string{"a"},
		},
		{
			name: "null is an absent field", old: object{"a": nil}, wants: object{"a": nil, "b": nil},
		},
		{
			name: "keys with dots", old: object{"metadata": object{"annotations": object{"a.b/c": "1"}}},
			wants:   object{"metadata": object{"annotations": object{"a.b/c": "2"}}},
			changes: []string{`metadata.annotations["a.b/c"]`},
		},
		{
			name: "below an immutable field", old: object{"spec": object{"template": object{"x": "1"}}},
			wants:   object{"spec": object{"template": object{"x": "2"}}},
			changes: []string{"spec.template.x"}, replaces: []string{"spec.template.x"},
		},
		{
			name: "above an immutable field", old: object{"metadata": object{"name": "n"}},
			wants:   object{"metadata": object{"name": "n"}, "spec": object{"template": object{}}},
			changes: []string{"spec"}, replaces: []string{"spec"},
		},
		{
			name: "beside an immutable field", old: object{}, wants: object{"spec": object{"other": "1"}},
			changes: []string{"spec"},
		},
		{
			name:     "an immutable field of a list's elements",
			old:      object{"spec": object{"containers": []any{object{"image": "a", "tty": false}}}},
			wants:    object{"spec": object{"containers": []any{object{"image": "b", "tty": true}}}},
			changes:  []string{"spec.containers[0].image", "spec.containers[0].tty"},
			replaces: []string{"spec.containers[0].image"},
		},
		{
			name: "the data of a Secret", old: object{"data": object{"k": "1"}}, wants: object{"data": object{"k": "2"}},
			changes: []string{"data.k"}, replaces: []string{"data.k"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.asked == nil {
				c.asked = c.old
			}
			diff := compare(c.old, c.asked, c.wants, forceNew)
			if got := slices.Sorted(maps.Keys(diff)); !slices.Equal(got, c.changes) {
				t.Errorf("changes %q, want %q", got, c.changes)
			}
			got := replacements(diff)
			slices.Sort(got)
			if !slices.Equal(got, c.replaces) {
				t.Errorf("replaces %q, want %q", got, c.replaces)
			}
		})
	}
}

func TestIgnore(t *testing.T) {
	diff := compare(object{"spec": object{"a": "1", "b": "1"}}, object{}, object{"spec": object{"a": "2", "b": "2"}}, nil)
	if err := ignore(diff, []string{"spec.a"}); err != nil {
		t.Fatal(err)
	}
	if got := slices.Collect(maps.Keys(diff)); !slices.Equal(got, []string{"spec.b"}) {
		t.Errorf("left %q, want spec.b alone", got)
	}
	if err := ignore(diff, []string{`spec["`}); err == nil {
		t.Error("a malformed path must be an error")
	}
}
