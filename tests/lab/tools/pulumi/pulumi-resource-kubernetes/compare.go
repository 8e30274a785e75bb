package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// comparison turns two trees into a detailed diff. `old` is what is there, `oldInputs` what was asked for: a field
// that is gone from the new inputs is a deletion only where it had been asked for.
type comparison struct {
	forceNew []string
	diff     map[string]*pulumirpc.PropertyDiff
}

func compare(old, oldInputs, news map[string]any, forceNew []string) map[string]*pulumirpc.PropertyDiff {
	c := &comparison{forceNew: forceNew, diff: map[string]*pulumirpc.PropertyDiff{}}
	c.objects(nil, old, oldInputs, news)
	return c.diff
}

func (c *comparison) objects(path []any, old, oldInputs, news map[string]any) {
	for key, value := range news {
		c.values(child(path, key), old[key], oldInputs[key], value)
	}
	for key := range oldInputs {
		if _, kept := news[key]; !kept && old[key] != nil {
			c.add(child(path, key), pulumirpc.PropertyDiff_DELETE, nil)
		}
	}
}

func (c *comparison) values(path []any, old, oldInput, value any) {
	switch {
	case value == nil && old == nil:
		return
	case value == nil:
		c.add(path, pulumirpc.PropertyDiff_DELETE, nil)
		return
	case old == nil:
		c.add(path, pulumirpc.PropertyDiff_ADD, value)
		return
	}
	switch v := value.(type) {
	case map[string]any:
		if before, ok := old.(map[string]any); ok {
			asked, _ := oldInput.(map[string]any)
			c.objects(path, before, asked, v)
			return
		}
	case []any:
		if before, ok := old.([]any); ok {
			asked, _ := oldInput.([]any)
			c.lists(path, before, asked, v)
			return
		}
	default:
		if !isUnknown(value) && equal(old, value) {
			return
		}
	}
	c.add(path, pulumirpc.PropertyDiff_UPDATE, value)
}

func (c *comparison) lists(path []any, old, oldInputs, news []any) {
	for i := 0; i < len(old) || i < len(news); i++ {
		switch {
		case i >= len(news):
			c.add(child(path, i), pulumirpc.PropertyDiff_DELETE, nil)
		case i >= len(old):
			c.add(child(path, i), pulumirpc.PropertyDiff_ADD, news[i])
		case i < len(oldInputs):
			c.values(child(path, i), old[i], oldInputs[i], news[i])
		default:
			c.values(child(path, i), old[i], nil, news[i])
		}
	}
}

func (c *comparison) add(path []any, kind pulumirpc.PropertyDiff_Kind, value any) {
	if c.forcesNew(path, value) {
		switch kind {
		case pulumirpc.PropertyDiff_ADD:
			kind = pulumirpc.PropertyDiff_ADD_REPLACE
		case pulumirpc.PropertyDiff_DELETE:
			kind = pulumirpc.PropertyDiff_DELETE_REPLACE
		case pulumirpc.PropertyDiff_UPDATE:
			kind = pulumirpc.PropertyDiff_UPDATE_REPLACE
		}
	}
	deleted := kind == pulumirpc.PropertyDiff_DELETE || kind == pulumirpc.PropertyDiff_DELETE_REPLACE
	c.diff[pathString(path)] = &pulumirpc.PropertyDiff{Kind: kind, InputDiff: deleted}
}

func (c *comparison) forcesNew(path []any, value any) bool {
	for _, pattern := range c.forceNew {
		if reaches(path, value, strings.Split(strings.ReplaceAll(pattern[1:], "[*]", ".[*]"), ".")) {
			return true
		}
	}
	return false
}

// reaches says whether a change at path touches the field that pattern names: at it, below it, or above it with a
// value that holds it.
func reaches(path []any, value any, pattern []string) bool {
	for i, segment := range path {
		if i >= len(pattern) {
			return true
		}
		if _, index := segment.(int); index != (pattern[i] == "[*]") || (!index && segment != pattern[i]) {
			return false
		}
	}
	return holds(value, pattern[min(len(path), len(pattern)):])
}

func holds(value any, pattern []string) bool {
	if len(pattern) == 0 {
		return true
	}
	switch v := value.(type) {
	case map[string]any:
		element, has := v[pattern[0]]
		return has && holds(element, pattern[1:])
	case []any:
		for _, element := range v {
			if pattern[0] == "[*]" && holds(element, pattern[1:]) {
				return true
			}
		}
	}
	return false
}

func child(path []any, segment any) []any {
	return append(path[:len(path):len(path)], segment)
}

func pathString(path []any) string {
	var text strings.Builder
	for _, segment := range path {
		switch v := segment.(type) {
		case int:
			text.WriteString("[" + strconv.Itoa(v) + "]")
		case string:
			switch {
			case strings.ContainsAny(v, `."[]`):
				text.WriteString(`["` + strings.ReplaceAll(v, `"`, `\"`) + `"]`)
			case text.Len() > 0:
				text.WriteString("." + v)
			default:
				text.WriteString(v)
			}
		}
	}
	return text.String()
}

func equal(a, b any) bool {
	if reflect.DeepEqual(a, b) {
		return true
	}
	x, xOK := number(a)
	y, yOK := number(b)
	return xOK && yOK && x == y
}

func number(value any) (float64, bool) {
	switch v := value.(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	case int:
		return float64(v), true
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	}
	return 0, false
}

// replacements are the paths of a detailed diff that need a new object.
func replacements(diff map[string]*pulumirpc.PropertyDiff) []string {
	var paths []string
	for path, d := range diff {
		switch d.Kind {
		case pulumirpc.PropertyDiff_ADD_REPLACE, pulumirpc.PropertyDiff_DELETE_REPLACE,
			pulumirpc.PropertyDiff_UPDATE_REPLACE:
			paths = append(paths, path)
		case pulumirpc.PropertyDiff_DELETE:
			if path == "metadata" {
				paths = append(paths, path)
			}
		}
	}
	return paths
}

// ignore drops what lies under the paths of `ignoreChanges`.
func ignore(diff map[string]*pulumirpc.PropertyDiff, ignored []string) error {
	for _, text := range ignored {
		path, err := parsePath(text)
		if err != nil {
			return fmt.Errorf("ignoreChanges %q: %w", text, err)
		}
		for key := range diff {
			at, err := parsePath(key)
			if err != nil {
				return err
			}
			if path.Contains(at) {
				delete(diff, key)
			}
		}
	}
	return nil
}
