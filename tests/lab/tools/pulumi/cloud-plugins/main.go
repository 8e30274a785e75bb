// Command cloud-plugins is the lab's stand-in for Pulumi's gcp and cloudflare resource plugins, which are in no package
// registry. By the name that it is called it serves one or the other: what certfleet uses of it and nothing more, by
// requests to the providers' real API hosts, and there behaves as the real one does, so that what passes here passes
// there.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/pkg/v3/resource/provider"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"certfleet/tests/lab/tools/pulumi/cloud-plugins/cloudflare"
	"certfleet/tests/lab/tools/pulumi/cloud-plugins/gcp"
	"certfleet/tests/lab/tools/pulumi/cloud-plugins/plugin"
)

type newServer = func(*provider.HostClient) (pulumirpc.ResourceProviderServer, error)

var servers = map[string]newServer{
	"pulumi-resource-gcp": func(host *provider.HostClient) (pulumirpc.ResourceProviderServer, error) {
		return plugin.NewServer(gcp.Package(), host), nil
	},
	"pulumi-resource-cloudflare": func(host *provider.HostClient) (pulumirpc.ResourceProviderServer, error) {
		return plugin.NewServer(cloudflare.Package(), host), nil
	},
}

func main() {
	name := filepath.Base(os.Args[0])
	serve, known := servers[name]
	if !known {
		fmt.Fprintf(os.Stderr, "%s: must be called pulumi-resource-gcp or pulumi-resource-cloudflare\n", name)
		os.Exit(1)
	}
	if err := provider.Main(name, serve); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
