package gcp

import (
	"fmt"
	"strings"
)

// parseID reads an id in one of several forms; a project that it leaves out is the provider's.
func (a *api) parseID(id string, forms ...string) (map[string]string, error) {
	for _, form := range forms {
		if parts, ok := matchForm(id, form); ok {
			if parts["project"] == "" {
				parts["project"] = a.project
			}
			return parts, nil
		}
	}
	return nil, fmt.Errorf("import id %q doesn't match any of the accepted formats: %s", id, strings.Join(forms, ", "))
}

func matchForm(id, form string) (map[string]string, bool) {
	given, wanted := strings.Split(id, "/"), strings.Split(form, "/")
	if len(given) != len(wanted) {
		return nil, false
	}
	parts := map[string]string{}
	for i, part := range wanted {
		name, isVariable := strings.CutPrefix(part, "{")
		switch {
		case isVariable && given[i] != "":
			parts[strings.TrimSuffix(name, "}")] = given[i]
		case given[i] != part || isVariable:
			return nil, false
		}
	}
	return parts, true
}
