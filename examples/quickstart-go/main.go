package main

import (
	"maps"
	"slices"

	"github.com/certfleet/pulumi-certfleet/sdk/go/certfleet"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(run)
}

func run(ctx *pulumi.Context) error {
	cfg := config.New(ctx, "")
	namespace := cfg.Get("namespace")
	if namespace == "" {
		namespace = "default"
	}
	var hosts map[string]string
	cfg.RequireObject("hosts", &hosts)

	// The cluster is the one of the current kubeconfig context.
	edge, err := certfleet.NewClusterTls(ctx, "edge", &certfleet.ClusterTlsArgs{
		// Let's Encrypt's staging directory, unless Environment says production.
		Acme: &certfleet.AcmeArgs{Email: pulumi.String(cfg.Require("email"))},
		Challenges: []certfleet.ChallengeArgs{
			{Cloudflare: &certfleet.CloudflareChallengeArgs{Secret: pulumi.StringRef("main")}},
		},
		DnsSecrets: pulumi.StringMap{"main": cfg.RequireSecret("cloudflareApiToken")},
		Defaults: &certfleet.DomainDefaultsArgs{
			Namespace: pulumi.String(namespace),
			Route: &certfleet.RouteArgs{
				GatewayApi: &certfleet.GatewayApiRouteArgs{
					GatewayClassName: pulumi.String(cfg.Require("gatewayClassName")),
				},
			},
		},
		Domains: domains(hosts),
	})
	if err != nil {
		return err
	}

	ctx.Export("domains", edge.Domains)
	ctx.Export("requiredDnsRecords", edge.RequiredDnsRecords)
	ctx.Export("platform", edge.Platform)
	return nil
}

// domains come sorted by host, so that the order of what is exported does not change from run to run.
func domains(hosts map[string]string) []certfleet.DomainArgs {
	all := make([]certfleet.DomainArgs, 0, len(hosts))
	for _, host := range slices.Sorted(maps.Keys(hosts)) {
		backend := &certfleet.BackendArgs{Service: pulumi.String(hosts[host]), Port: pulumi.Int(80)}
		all = append(all, certfleet.DomainArgs{Host: host, Backend: backend})
	}
	return all
}
