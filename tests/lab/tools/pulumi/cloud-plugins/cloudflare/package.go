// Package cloudflare is what the stand-in serves of Pulumi's cloudflare plugin, after terraform-provider-cloudflare.
package cloudflare

import (
	"certfleet/tests/lab/tools/pulumi/cloud-plugins/plugin"
)

// version is above every 6.x that an SDK may ask for, or the engine would warn, and says what this is.
const version = "6.999.0-certfleet.standin"

// Package describes the plugin.
func Package() plugin.Package[*api] {
	return plugin.Package[*api]{
		Name:    "cloudflare",
		Version: version,
		Config:  []string{"apiToken"},
		Connect: connect,
		Resources: map[string]plugin.Resource[*api]{
			"cloudflare:index/apiToken:ApiToken":         apiToken(),
			"cloudflare:index/accountToken:AccountToken": accountToken(),
			"cloudflare:index/dnsRecord:DnsRecord":       dnsRecord(),
		},
		Functions: map[string]plugin.Function[*api]{
			"cloudflare:index/getZone:getZone":                                                               getZone(),
			"cloudflare:index/getZones:getZones":                                                             getZones(),
			"cloudflare:index/getApiTokenPermissionGroupsList:getApiTokenPermissionGroupsList":               userGroups(),
			"cloudflare:index/getAccountApiTokenPermissionGroupsList:getAccountApiTokenPermissionGroupsList": accountGroups(),
		},
	}
}
