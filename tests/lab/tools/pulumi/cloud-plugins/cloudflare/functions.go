package cloudflare

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"

	"certfleet/tests/lab/tools/pulumi/cloud-plugins/plugin"
)

const mostItems = 1000

// zoneFilter are the arguments by which zones are found.
var zoneFilter = plugin.Fields{
	"name": {}, "status": {}, "match": {Default: "all"}, "order": {}, "direction": {},
	"account": {Kind: plugin.Object, Fields: plugin.Fields{"id": {}, "name": {}}},
}

func zoneQuery(filter plugin.Values) url.Values {
	query := url.Values{}
	for _, name := range []string{"name", "status", "match", "order", "direction"} {
		if text := plugin.Text(filter, name); text != "" {
			query.Set(name, text)
		}
	}
	account, _ := filter["account"].(plugin.Values)
	for _, name := range []string{"id", "name"} {
		if text := plugin.Text(account, name); text != "" {
			query.Set("account."+name, text)
		}
	}
	return query
}

func getZone() plugin.Function[*api] {
	return plugin.Function[*api]{
		Fields: plugin.Fields{"zoneId": {}, "filter": {Kind: plugin.Object, Fields: zoneFilter}},
		Call: func(ctx context.Context, a *api, args plugin.Values) (plugin.Values, error) {
			id := plugin.Text(args, "zoneId")
			filter, filtered := args["filter"].(plugin.Values)
			if filtered {
				found, err := a.list(ctx, "/zones", zoneQuery(filter), mostItems)
				if err != nil {
					return nil, err
				}
				if len(found) != 1 {
					return nil, fmt.Errorf("failed to find exactly one result: %d found", len(found))
				}
				id = plugin.Text(found[0], "id")
			}
			if id == "" {
				return nil, errors.New("Invalid zone configuration: empty or null zone ID")
			}
			zone := plugin.Values{}
			if err := a.do(ctx, http.MethodGet, "/zones/"+url.PathEscape(id), nil, &zone); err != nil {
				return nil, err
			}
			result, _ := camel(zone).(plugin.Values)
			result["zoneId"] = id
			if filtered {
				result["filter"] = filter
			}
			return result, nil
		},
	}
}

func getZones() plugin.Function[*api] {
	fields := maps.Clone(zoneFilter)
	fields["maxItems"] = plugin.Field{Kind: plugin.Number}
	return plugin.Function[*api]{
		Fields: fields,
		Call: func(ctx context.Context, a *api, args plugin.Values) (plugin.Values, error) {
			return a.results(ctx, "/zones", zoneQuery(args), args)
		},
	}
}

// results adds what a list holds to the arguments that asked for it.
func (a *api) results(ctx context.Context, path string, query url.Values, args plugin.Values) (plugin.Values, error) {
	enough := mostItems
	if most, given := args["maxItems"].(float64); given && most > 0 {
		enough = int(most)
	}
	found, err := a.list(ctx, path, query, enough)
	if err != nil {
		return nil, err
	}
	results := []any{}
	for _, item := range found {
		results = append(results, camel(item))
	}
	answer := maps.Clone(args)
	answer["results"] = results
	return answer, nil
}

func groups(own plugin.Fields, path func(args plugin.Values) string) plugin.Function[*api] {
	fields := plugin.Fields{"name": {}, "scope": {}, "maxItems": {Kind: plugin.Number}}
	maps.Copy(fields, own)
	return plugin.Function[*api]{
		Fields: fields,
		Call: func(ctx context.Context, a *api, args plugin.Values) (plugin.Values, error) {
			query := url.Values{}
			for _, name := range []string{"name", "scope"} {
				if text := plugin.Text(args, name); text != "" {
					query.Set(name, text)
				}
			}
			return a.results(ctx, path(args)+"/tokens/permission_groups", query, args)
		},
	}
}

func userGroups() plugin.Function[*api] {
	return groups(nil, func(plugin.Values) string { return "/user" })
}

func accountGroups() plugin.Function[*api] {
	return groups(plugin.Fields{"accountId": {Use: plugin.Required}}, func(args plugin.Values) string {
		return "/accounts/" + url.PathEscape(plugin.Text(args, "accountId"))
	})
}
