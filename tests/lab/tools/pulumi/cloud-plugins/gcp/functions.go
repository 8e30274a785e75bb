package gcp

import (
	"context"
	"fmt"
	"net/url"

	"certfleet/tests/lab/tools/pulumi/cloud-plugins/plugin"
)

func getManagedZone() plugin.Function[*api] {
	return plugin.Function[*api]{
		Fields: plugin.Fields{"name": {Use: plugin.Required}, "project": {}},
		Call: func(ctx context.Context, a *api, args plugin.Values) (plugin.Values, error) {
			project, err := a.projectOf(args)
			if err != nil {
				return nil, err
			}
			found, err := a.get(ctx, dnsURL+zoneID(project, url.PathEscape(plugin.Text(args, "name"))))
			if err != nil {
				return nil, err
			}
			return zoneResult(project, found), nil
		},
	}
}

func getManagedZones() plugin.Function[*api] {
	return plugin.Function[*api]{
		Fields: plugin.Fields{"project": {}},
		Call: func(ctx context.Context, a *api, args plugin.Values) (plugin.Values, error) {
			project, err := a.projectOf(args)
			if err != nil {
				return nil, err
			}
			base := fmt.Sprintf("%sprojects/%s/managedZones", dnsURL, project)
			found, err := a.list(ctx, base, "managedZones", url.Values{})
			if err != nil {
				return nil, fmt.Errorf("Error retrieving managed zones: %w", err)
			}
			zones := []any{}
			for _, zone := range found {
				zones = append(zones, zoneResult(project, zone))
			}
			id := fmt.Sprintf("projects/%s/managedZones", project)
			return plugin.Values{"id": id, "project": project, "managedZones": zones}, nil
		},
	}
}

func zoneResult(project string, zone plugin.Values) plugin.Values {
	result := pick(zone, "name", "dnsName", "description", "visibility")
	result["id"] = zoneID(project, plugin.Text(zone, "name"))
	result["project"] = project
	result["managedZoneId"] = textOf(zone["id"])
	result["nameServers"] = plugin.ListOf(plugin.Texts(zone, "nameServers"))
	return result
}
