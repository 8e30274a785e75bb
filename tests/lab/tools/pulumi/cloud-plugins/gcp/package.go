// Package gcp is what the stand-in serves of Pulumi's gcp plugin, after terraform-provider-google.
package gcp

import (
	"os"

	"certfleet/tests/lab/tools/pulumi/cloud-plugins/plugin"
)

// version is above every 9.x that an SDK may ask for, or the engine would warn, and says what this is.
const version = "9.999.0-certfleet.standin"

// Package describes the plugin.
func Package() plugin.Package[*api] {
	return plugin.Package[*api]{
		Name:    "gcp",
		Version: version,
		Config:  []string{"accessToken", "credentials", "project", "region", "zone"},
		Connect: connect,
		Resources: map[string]plugin.Resource[*api]{
			"gcp:serviceaccount/account:Account":                      account(),
			"gcp:serviceaccount/key:Key":                              key(),
			"gcp:serviceaccount/iAMMember:IAMMember":                  accountMember(),
			"gcp:projects/iAMCustomRole:IAMCustomRole":                customRole(),
			"gcp:projects/iAMMember:IAMMember":                        projectMember(),
			"gcp:dns/managedZone:ManagedZone":                         managedZone(),
			"gcp:dns/dnsManagedZoneIamMember:DnsManagedZoneIamMember": zoneMember(),
			"gcp:dns/recordSet:RecordSet":                             recordSet(),
		},
		Functions: map[string]plugin.Function[*api]{
			"gcp:dns/getManagedZone:getManagedZone":   getManagedZone(),
			"gcp:dns/getManagedZones:getManagedZones": getManagedZones(),
		},
	}
}

// firstOf is the first of the environment's variables that is set.
func firstOf(names ...string) string {
	for _, name := range names {
		if value := os.Getenv(name); value != "" {
			return value
		}
	}
	return ""
}
