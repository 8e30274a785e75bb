// Command pulumi-resource-kubernetes is the lab's stand-in for Pulumi's Kubernetes resource plugin, for machines
// that can have the real one neither from PATH nor by a download. It serves what certfleet uses and nothing more,
// and there behaves as the real one (4.3x) does, so that what passes here passes there.
package main

import (
	"fmt"
	"os"

	"github.com/pulumi/pulumi/pkg/v3/resource/provider"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// version is above every 4.x that an SDK may ask for, or the engine would warn, and says what this is.
const version = "4.999.0-certfleet.standin"

func main() {
	err := provider.Main("kubernetes", func(host *provider.HostClient) (pulumirpc.ResourceProviderServer, error) {
		return newServer(host), nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
