package plugin

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Diff compares the new inputs with the state, not with the old inputs: so a drift that a refresh found is a
// difference, while what only the API writes never is.
func (s *server[C]) Diff(_ context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	served, err := s.resourceOf(resource.URN(req.GetUrn()))
	if err != nil {
		return nil, err
	}
	olds, err := unmarshal(req.GetOlds(), "Diff.olds")
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(req.GetNews(), "Diff.news")
	if err != nil {
		return nil, err
	}
	state, wanted := plain(olds), s.effective(served.Fields, plain(news))
	detailed := compare(served.Fields, state, wanted)
	if err := ignore(detailed, req.GetIgnoreChanges()); err != nil {
		return nil, err
	}
	changes := pulumirpc.DiffResponse_DIFF_NONE
	if len(detailed) > 0 {
		changes = pulumirpc.DiffResponse_DIFF_SOME
	}
	replaces := replacements(detailed)
	return &pulumirpc.DiffResponse{
		Changes:             changes,
		Diffs:               topLevel(detailed),
		Replaces:            replaces,
		DeleteBeforeReplace: len(replaces) > 0 && (served.DeleteFirst || collides(served, news, state, wanted)),
		DetailedDiff:        detailed,
		HasDetailedDiff:     true,
	}, nil
}

// effective are the inputs with what the provider's settings say.
func (s *server[C]) effective(fields Fields, inputs Values) Values {
	filled := maps.Clone(inputs)
	for key, field := range fields {
		if _, has := filled[key]; !has && field.FromProvider != "" && s.config[field.FromProvider] != "" {
			filled[key] = s.config[field.FromProvider]
		}
	}
	return filled
}

// collides says whether the replacement would have the name of the one that it replaces, because the program itself
// names it: then the old one must go first.
func collides[C any](served Resource[C], news resource.PropertyMap, state, wanted Values) bool {
	name := served.AutoName
	return name != "" && !wasAdded(news, name) && reflect.DeepEqual(state[name], wanted[name])
}

func compare(fields Fields, state, wanted Values) map[string]*pulumirpc.PropertyDiff {
	detailed := map[string]*pulumirpc.PropertyDiff{}
	for key, field := range fields {
		if field.isInput() {
			compareValues(detailed, key, field, state[key], wanted[key])
		}
	}
	return detailed
}

func compareValues(detailed map[string]*pulumirpc.PropertyDiff, path string, field Field, old, new any) {
	add := func(kind pulumirpc.PropertyDiff_Kind) {
		if field.Replaces {
			kind++ // each kind is followed by the same one with a replacement
		}
		detailed[path] = &pulumirpc.PropertyDiff{Kind: kind}
	}
	switch {
	case new == nil && (field.isComputed() || isEmpty(old)):
	case isEmpty(old) && isEmpty(new):
	case new == nil:
		add(pulumirpc.PropertyDiff_DELETE)
	case old == nil:
		add(pulumirpc.PropertyDiff_ADD)
	case IsUnknown(new):
		add(pulumirpc.PropertyDiff_UPDATE)
	case !hasUnknown(new) && same(field, old, new):
	default:
		if !compareMembers(detailed, path, field, old, new) {
			add(pulumirpc.PropertyDiff_UPDATE)
		}
	}
}

func same(field Field, old, new any) bool {
	if reflect.DeepEqual(old, new) || (field.Same != nil && field.Same(old, new)) {
		return true
	}
	before, _ := old.([]any)
	after, isList := new.([]any)
	return field.Kind == Set && isList && sameMembers(before, after)
}

func sameMembers(before, after []any) bool {
	rest := slices.Clone(before)
	for _, element := range after {
		i := slices.IndexFunc(rest, func(other any) bool { return reflect.DeepEqual(other, element) })
		if i < 0 {
			return false
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return len(rest) == 0
}

// compareMembers says which members differ, and whether any is found to.
func compareMembers(detailed map[string]*pulumirpc.PropertyDiff, path string, field Field, old, new any) bool {
	found := map[string]*pulumirpc.PropertyDiff{}
	switch after := new.(type) {
	case map[string]any:
		before, _ := old.(map[string]any)
		for key := range overlay(before, after) {
			member := field.Fields[key] // none of a map of strings
			member.Replaces = member.Replaces || field.Replaces
			compareValues(found, path+"."+key, member, before[key], after[key])
		}
	case []any:
		before, _ := old.([]any)
		member := field.element()
		member.Replaces = member.Replaces || field.Replaces
		for i := range max(len(before), len(after)) {
			compareValues(found, fmt.Sprintf("%s[%d]", path, i), member, at(before, i), at(after, i))
		}
	}
	maps.Copy(detailed, found)
	return len(found) > 0
}

func at(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return nil
}

func replacements(detailed map[string]*pulumirpc.PropertyDiff) []string {
	var paths []string
	for path, diff := range detailed {
		switch diff.Kind {
		case pulumirpc.PropertyDiff_ADD_REPLACE, pulumirpc.PropertyDiff_DELETE_REPLACE,
			pulumirpc.PropertyDiff_UPDATE_REPLACE:
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

func topLevel(detailed map[string]*pulumirpc.PropertyDiff) []string {
	names := map[string]bool{}
	for path := range detailed {
		names[path[:indexOr(path, ".[")]] = true
	}
	return slices.Sorted(maps.Keys(names))
}

func indexOr(text, any string) int {
	if i := strings.IndexAny(text, any); i >= 0 {
		return i
	}
	return len(text)
}

// ignore drops what lies under the paths of `ignoreChanges`.
func ignore(detailed map[string]*pulumirpc.PropertyDiff, ignored []string) error {
	for _, text := range ignored {
		path, err := resource.ParsePropertyPath(text)
		if err != nil {
			return fmt.Errorf("ignoreChanges %q: %w", text, err)
		}
		for key := range detailed {
			at, err := resource.ParsePropertyPath(key)
			if err != nil {
				return err
			}
			if path.Contains(at) {
				delete(detailed, key)
			}
		}
	}
	return nil
}
