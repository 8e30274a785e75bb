package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/pulumi/pulumi/pkg/v3/resource/provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

const releaseType = "kubernetes:helm.sh/v3:Release"

type server struct {
	pulumirpc.UnimplementedResourceProviderServer

	log    *reporter
	ctx    context.Context // ends when the engine cancels; every request to the cluster hangs on it
	cancel context.CancelFunc

	settings settings
	cluster  *cluster // nil while the cluster cannot be reached
	// unreachable says why cluster is nil: previews go on without a cluster, everything else fails with it.
	unreachable string
	helm        *helm
}

func newServer(host *provider.HostClient) *server {
	ctx, cancel := context.WithCancel(context.Background())
	return &server{log: newReporter(host), ctx: ctx, cancel: cancel, unreachable: "the provider is not configured"}
}

func (s *server) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version}, nil
}

// GetSchema says little: programs bring their own SDK, and only code generation would read more.
func (s *server) GetSchema(
	_ context.Context, req *pulumirpc.GetSchemaRequest,
) (*pulumirpc.GetSchemaResponse, error) {
	if req.GetVersion() != 0 {
		return nil, fmt.Errorf("schema version %d is not known, only 0", req.GetVersion())
	}
	text, err := json.Marshal(map[string]any{
		"name":        "kubernetes",
		"version":     version,
		"description": "certfleet's lab stand-in for the Kubernetes plugin",
	})
	if err != nil {
		return nil, err
	}
	return &pulumirpc.GetSchemaResponse{Schema: string(text)}, nil
}

func (s *server) Attach(_ context.Context, req *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	host, err := provider.NewHostClient(req.GetAddress())
	if err != nil {
		return nil, fmt.Errorf("cannot reach the engine at %s: %w", req.GetAddress(), err)
	}
	s.log = newReporter(host)
	return &emptypb.Empty{}, nil
}

func (s *server) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	s.cancel()
	return &emptypb.Empty{}, nil
}

func (s *server) Invoke(_ context.Context, req *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	return nil, notServed("function " + req.GetTok())
}

func (s *server) Construct(
	_ context.Context, req *pulumirpc.ConstructRequest,
) (*pulumirpc.ConstructResponse, error) {
	return nil, notServed("component " + req.GetType())
}

func (s *server) Parameterize(
	context.Context, *pulumirpc.ParameterizeRequest,
) (*pulumirpc.ParameterizeResponse, error) {
	return nil, notServed("parameterization")
}

func notServed(what string) error {
	return status.Errorf(codes.Unimplemented,
		"certfleet's lab stand-in for the Kubernetes plugin does not serve the %s; "+
			"put the real pulumi-resource-kubernetes on PATH to use it", what)
}

func isRelease(urn resource.URN) bool { return urn.Type() == releaseType }

// reporter writes to the engine's log; a status line is written once while it does not change, because the watch
// that feeds it reports far more often than a person can read.
type reporter struct {
	host *provider.HostClient
	mu   sync.Mutex
	last map[resource.URN]string
}

func newReporter(host *provider.HostClient) *reporter {
	return &reporter{host: host, last: map[resource.URN]string{}}
}

func (r *reporter) info(urn resource.URN, format string, args ...any) {
	r.write(diag.Info, urn, fmt.Sprintf(format, args...))
}

func (r *reporter) warn(urn resource.URN, format string, args ...any) {
	r.write(diag.Warning, urn, fmt.Sprintf(format, args...))
}

func (r *reporter) write(severity diag.Severity, urn resource.URN, text string) {
	if r.host != nil {
		_ = r.host.Log(context.Background(), severity, urn, text)
	}
}

// status sets the Info column of a resource; an empty text clears it.
func (r *reporter) status(urn resource.URN, text string) {
	r.mu.Lock()
	same := r.last[urn] == text
	r.last[urn] = text
	r.mu.Unlock()
	if r.host != nil && !same {
		_ = r.host.LogStatus(context.Background(), diag.Info, urn, text)
	}
}
