package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/pulumi/pulumi/pkg/v3/resource/provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

type server[C any] struct {
	pulumirpc.UnimplementedResourceProviderServer

	pkg    Package[C]
	host   *provider.HostClient
	ctx    context.Context // ends when the engine cancels; every request hangs on it
	cancel context.CancelFunc
	config map[string]string
	api    C
}

// NewServer serves a package; host, the engine's log, may be nil.
func NewServer[C any](pkg Package[C], host *provider.HostClient) pulumirpc.ResourceProviderServer {
	ctx, cancel := context.WithCancel(context.Background())
	return &server[C]{pkg: pkg, host: host, ctx: ctx, cancel: cancel, config: map[string]string{}}
}

func (s *server[C]) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: s.pkg.Version}, nil
}

// GetSchema says little: programs bring their own SDK, and only code generation would read more.
func (s *server[C]) GetSchema(
	_ context.Context, req *pulumirpc.GetSchemaRequest,
) (*pulumirpc.GetSchemaResponse, error) {
	if req.GetVersion() != 0 {
		return nil, fmt.Errorf("schema version %d is not known, only 0", req.GetVersion())
	}
	text, err := json.Marshal(map[string]any{
		"name":        s.pkg.Name,
		"version":     s.pkg.Version,
		"description": s.title(),
	})
	if err != nil {
		return nil, err
	}
	return &pulumirpc.GetSchemaResponse{Schema: string(text)}, nil
}

func (s *server[C]) Attach(_ context.Context, req *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	host, err := provider.NewHostClient(req.GetAddress())
	if err != nil {
		return nil, fmt.Errorf("cannot reach the engine at %s: %w", req.GetAddress(), err)
	}
	s.host = host
	return &emptypb.Empty{}, nil
}

func (s *server[C]) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	s.cancel()
	return &emptypb.Empty{}, nil
}

func (s *server[C]) Construct(
	_ context.Context, req *pulumirpc.ConstructRequest,
) (*pulumirpc.ConstructResponse, error) {
	return nil, s.notServed("component "+req.GetType(), nil)
}

func (s *server[C]) Parameterize(
	context.Context, *pulumirpc.ParameterizeRequest,
) (*pulumirpc.ParameterizeResponse, error) {
	return nil, s.notServed("parameterization", nil)
}

func (s *server[C]) title() string {
	return fmt.Sprintf("certfleet's lab stand-in for the %s plugin", s.pkg.Name)
}

// notServed names what a real plugin would have to serve, and what there is.
func (s *server[C]) notServed(what string, served []string) error {
	limited := ""
	if len(served) > 0 {
		limited = "; it is limited to " + strings.Join(served, ", ")
	}
	return status.Errorf(codes.Unimplemented, "%s does not serve the %s%s; "+
		"put the real pulumi-resource-%s on PATH to use it", s.title(), what, limited, s.pkg.Name)
}

func (s *server[C]) resourceOf(urn resource.URN) (Resource[C], error) {
	served, known := s.pkg.Resources[string(urn.Type())]
	if !known {
		return served, s.notServed("resource "+string(urn.Type()), slices.Sorted(maps.Keys(s.pkg.Resources)))
	}
	return served, nil
}

// Invoke answers a function; one that asks with unknown arguments is never sent here by the engine.
func (s *server[C]) Invoke(_ context.Context, req *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	function, known := s.pkg.Functions[req.GetTok()]
	if !known {
		return nil, s.notServed("function "+req.GetTok(), slices.Sorted(maps.Keys(s.pkg.Functions)))
	}
	given, err := unmarshal(req.GetArgs(), "Invoke.args")
	if err != nil {
		return nil, err
	}
	args := plain(given)
	for key, field := range function.Fields {
		if _, has := args[key]; !has && field.Default != nil {
			args[key] = field.Default
		}
	}
	if problems := checkFields(function.Fields, args); len(problems) > 0 {
		return &pulumirpc.InvokeResponse{Failures: failures(problems)}, nil
	}
	result, err := function.Call(s.ctx, s.api, args)
	if err != nil {
		return nil, fmt.Errorf("invocation of %s returned an error: %w", req.GetTok(), err)
	}
	wire, err := marshal(sealed(result, nil, given), "Invoke.result")
	if err != nil {
		return nil, err
	}
	return &pulumirpc.InvokeResponse{Return: wire}, nil
}

func (s *server[C]) log(severity diag.Severity, urn resource.URN, text string) {
	if s.host != nil {
		_ = s.host.Log(context.Background(), severity, urn, text)
	}
}
