// kubelet is the small kubelet of the lab: it registers one Node, runs the pods bound to it as processes of this
// machine, each in namespaces of its own, and proxies the cluster's Services. It runs in the lab's network namespace,
// as root or in a user namespace that maps only uid 0: runAsUser, runAsGroup, fsGroup, capabilities and seccomp
// profiles of a pod are therefore ignored. So are resource limits and changes to the image of a running pod.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/pflag"
)

type options struct {
	kubeconfig    string
	node          string
	images        string
	root          string
	bridge        string
	bridgeAddress string
	podCIDR       string
	clusterDNS    string
	caBundle      string
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == initCommand {
		containerInit()
		return
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "kubelet:", err)
		os.Exit(1)
	}
}

func run() error {
	o := options{}
	flags := pflag.NewFlagSet("kubelet", pflag.ExitOnError)
	flags.StringVar(&o.kubeconfig, "kubeconfig", "", "how to reach the API server")
	flags.StringVar(&o.node, "node", "lab", "name of the Node")
	flags.StringVar(&o.images, "images", "", "file that says which program stands for which image")
	flags.StringVar(&o.root, "root", "", "directory for volumes and logs")
	flags.StringVar(&o.bridge, "bridge", "pods0", "bridge that the pods are attached to")
	flags.StringVar(&o.bridgeAddress, "bridge-address", "10.244.0.1/16", "the node's address on the bridge")
	flags.StringVar(&o.podCIDR, "pod-cidr", "10.244.1.0/24", "addresses of the pods")
	flags.StringVar(&o.clusterDNS, "cluster-dns", "10.96.0.10", "nameserver of the pods")
	flags.StringVar(&o.caBundle, "ca-bundle", "", "certificates that the pods trust")
	if err := flags.Parse(os.Args[1:]); err != nil {
		return err
	}
	for _, required := range []string{"kubeconfig", "images", "root", "ca-bundle"} {
		if !flags.Changed(required) {
			return fmt.Errorf("--%s is missing", required)
		}
	}
	log.SetFlags(log.LstdFlags | log.Lmicroseconds)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k, err := newKubelet(ctx, o)
	if err != nil {
		return err
	}
	return k.run()
}
