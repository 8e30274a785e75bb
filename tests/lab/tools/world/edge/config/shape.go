package config

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// problems collects everything wrong with a configuration, so that one run shows it all.
type problems struct {
	list     []string
	mistyped bool
}

func (p *problems) add(path, format string, args ...any) {
	p.list = append(p.list, path+": "+fmt.Sprintf(format, args...))
}

func (p *problems) err(file string) error {
	if len(p.list) == 0 {
		return nil
	}
	return errors.New(file + " has problems:\n  " + strings.Join(p.list, "\n  "))
}

// checkShape compares decoded JSON with a Go type. encoding/json stops at the first unknown key and matches keys
// in any case; this names every one.
func (p *problems) checkShape(path string, value any, want reflect.Type) {
	switch want.Kind() {
	case reflect.Struct:
		p.checkStruct(path, value, want)
	case reflect.Slice:
		items, ok := value.([]any)
		if !ok {
			p.mismatch(path, value, "a list")
			return
		}
		for i, item := range items {
			p.checkShape(fmt.Sprintf("%s[%d]", path, i), item, want.Elem())
		}
	case reflect.Map:
		object, ok := value.(map[string]any)
		if !ok {
			p.mismatch(path, value, "an object")
			return
		}
		for _, key := range slices.Sorted(maps.Keys(object)) {
			p.checkShape(join(path, key), object[key], want.Elem())
		}
	default:
		if _, ok := value.(string); !ok {
			p.mismatch(path, value, "a string")
		}
	}
}

func (p *problems) checkStruct(path string, value any, want reflect.Type) {
	object, ok := value.(map[string]any)
	if !ok {
		p.mismatch(path, value, "an object")
		return
	}
	fields := map[string]reflect.Type{}
	for i := range want.NumField() {
		fields[want.Field(i).Tag.Get("json")] = want.Field(i).Type
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		field, known := fields[key]
		if !known {
			p.add(join(path, key), "unknown key; known here: %s", strings.Join(slices.Sorted(maps.Keys(fields)), ", "))
			continue
		}
		p.checkShape(join(path, key), object[key], field)
	}
}

// mismatch names the kind that was found, not the value: it could be a token.
func (p *problems) mismatch(path string, value any, want string) {
	kinds := map[reflect.Kind]string{
		reflect.String: "a string", reflect.Float64: "a number", reflect.Bool: "a boolean",
		reflect.Slice: "a list", reflect.Map: "an object", reflect.Invalid: "null",
	}
	if path == "" {
		path = "the whole file"
	}
	p.mistyped = true
	p.add(path, "is %s, must be %s", kinds[reflect.ValueOf(value).Kind()], want)
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
