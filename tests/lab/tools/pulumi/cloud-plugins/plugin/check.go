package plugin

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Check adds what the program left out, and says all that is wrong with what it gave. What it returns is what the
// engine keeps as the inputs, so everything secret or unknown comes out as it went in.
func (s *server[C]) Check(_ context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	urn := resource.URN(req.GetUrn())
	served, err := s.resourceOf(urn)
	if err != nil {
		return nil, err
	}
	olds, err := unmarshal(req.GetOlds(), "Check.olds")
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(req.GetNews(), "Check.news")
	if err != nil {
		return nil, err
	}
	given := plain(news)
	maps.DeleteFunc(news, func(key resource.PropertyKey, _ resource.PropertyValue) bool {
		_, kept := given[string(key)]
		return !kept
	})
	added, err := additions(served, given, olds, urn, req)
	if err != nil {
		return nil, err
	}
	maps.Copy(given, added)
	problems := checkFields(served.Fields, given)
	if len(problems) == 0 && served.Check != nil {
		problems = served.Check(given)
	}
	maps.Copy(news, resource.NewPropertyMapFromMap(added))
	news[defaultsKey] = resource.NewPropertyValue(ListOf(slices.Sorted(maps.Keys(added))))
	inputs, err := marshal(news, "Check.inputs")
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CheckResponse{Inputs: inputs, Failures: failures(problems)}, nil
}

// additions are the defaults and the name that a nameless resource gets once and keeps.
func additions[C any](
	served Resource[C], given Values, olds resource.PropertyMap, urn resource.URN, req *pulumirpc.CheckRequest,
) (Values, error) {
	added := Values{}
	for key, field := range served.Fields {
		if _, has := given[key]; !has && field.Default != nil {
			added[key] = field.Default
		}
	}
	if name := served.AutoName; name != "" && given[name] == nil {
		if before := plain(olds)[name]; before != nil && wasAdded(olds, name) {
			added[name] = before
			return added, nil
		}
		if proposed := req.GetAutonaming().GetProposedName(); proposed != "" {
			added[name] = proposed
			return added, nil
		}
		unique, err := resource.NewUniqueName(req.GetRandomSeed(), urn.Name()+"-", 7, served.AutoNameMax, nil)
		if err != nil {
			return nil, err
		}
		added[name] = unique
	}
	return added, nil
}

// wasAdded says whether an input came from the plugin and not from the program.
func wasAdded(inputs resource.PropertyMap, key string) bool {
	names, is := inputs[defaultsKey]
	return is && names.IsArray() && slices.ContainsFunc(names.ArrayValue(), func(v resource.PropertyValue) bool {
		return v.IsString() && v.StringValue() == key
	})
}

func checkFields(fields Fields, values Values) []Problem {
	problems := objectProblems("", fields, values)
	slices.SortFunc(problems, func(a, b Problem) int { return strings.Compare(a.Property, b.Property) })
	return problems
}

func objectProblems(path string, fields Fields, values Values) []Problem {
	var problems []Problem
	at := func(key string) string {
		if path == "" {
			return key
		}
		return path + "." + key
	}
	for key, value := range values {
		field, known := fields[key]
		if !known || !field.isInput() {
			problems = append(problems, Problem{at(key), "is no input that the lab's stand-in serves; these are: " +
				strings.Join(inputNames(fields), ", ")})
			continue
		}
		problems = append(problems, valueProblems(at(key), field, value)...)
	}
	for key, field := range fields {
		if _, has := values[key]; field.Use == Required && !has {
			problems = append(problems, Problem{at(key), "is required"})
		}
	}
	return problems
}

func inputNames(fields Fields) []string {
	var names []string
	for key, field := range fields {
		if field.isInput() {
			names = append(names, key)
		}
	}
	slices.Sort(names)
	return names
}

func valueProblems(path string, field Field, value any) []Problem {
	if IsUnknown(value) {
		return nil
	}
	if !hasKind(field.Kind, value) {
		return []Problem{{path, "must be " + kindNames[field.Kind]}}
	}
	switch v := value.(type) {
	case []any:
		var problems []Problem
		for i, element := range v {
			problems = append(problems, valueProblems(fmt.Sprintf("%s[%d]", path, i), field.element(), element)...)
		}
		if len(problems) > 0 {
			return problems
		}
	case map[string]any:
		if field.Kind == Object {
			return objectProblems(path, field.Fields, v)
		}
	}
	if field.Check != nil && !hasUnknown(value) {
		if reason := field.Check(value); reason != "" {
			return []Problem{{path, reason}}
		}
	}
	return nil
}

var kindNames = map[Kind]string{
	String: "a string", Bool: "true or false", Number: "a number", List: "a list", Set: "a list",
	Map: "a map of strings", Object: "an object",
}

func hasKind(kind Kind, value any) bool {
	switch v := value.(type) {
	case string:
		return kind == String
	case bool:
		return kind == Bool
	case float64:
		return kind == Number
	case []any:
		return kind == List || kind == Set
	case map[string]any:
		if kind == Map {
			for _, element := range v {
				if _, text := element.(string); !text && !IsUnknown(element) {
					return false
				}
			}
		}
		return kind == Map || kind == Object
	}
	return false
}

func failures(problems []Problem) []*pulumirpc.CheckFailure {
	var all []*pulumirpc.CheckFailure
	for _, problem := range problems {
		all = append(all, &pulumirpc.CheckFailure{Property: problem.Property, Reason: problem.Reason})
	}
	return all
}
