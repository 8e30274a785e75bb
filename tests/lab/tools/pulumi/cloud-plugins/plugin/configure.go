package plugin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// CheckConfig refuses what would silently do something else than with the real plugin.
func (s *server[C]) CheckConfig(
	_ context.Context, req *pulumirpc.CheckRequest,
) (*pulumirpc.CheckResponse, error) {
	news, err := unmarshal(req.GetNews(), "CheckConfig.news")
	if err != nil {
		return nil, err
	}
	var problems []Problem
	for key, value := range news {
		name := string(key)
		if name == "version" || strings.HasPrefix(name, "__") || value.IsNull() || slices.Contains(s.pkg.Config, name) {
			continue
		}
		problems = append(problems, Problem{name, fmt.Sprintf("is set, but %s does not serve it, only %s",
			s.title(), strings.Join(s.pkg.Config, ", "))})
	}
	return &pulumirpc.CheckResponse{Inputs: req.GetNews(), Failures: failures(problems)}, nil
}

// DiffConfig never replaces the provider: another account or project shows in the resources themselves.
func (s *server[C]) DiffConfig(
	_ context.Context, req *pulumirpc.DiffRequest,
) (*pulumirpc.DiffResponse, error) {
	olds, err := unmarshal(req.GetOlds(), "DiffConfig.olds")
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(req.GetNews(), "DiffConfig.news")
	if err != nil {
		return nil, err
	}
	diff := olds.Diff(news)
	if diff == nil {
		return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
	}
	var changed []string
	for _, key := range diff.ChangedKeys() {
		changed = append(changed, string(key))
	}
	return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_SOME, Diffs: changed}, nil
}

// Configure makes no request: wrong credentials are told by the first one that needs them, as by the real plugins.
func (s *server[C]) Configure(
	_ context.Context, req *pulumirpc.ConfigureRequest,
) (*pulumirpc.ConfigureResponse, error) {
	prefix := s.pkg.Name + ":config:"
	for key, value := range req.GetVariables() {
		s.config[strings.TrimPrefix(key, prefix)] = value
	}
	s.log(diag.Info, "", "this is "+s.title()+", not the real one")
	api, err := s.pkg.Connect(s.config)
	if err != nil {
		return nil, err
	}
	s.api = api
	return &pulumirpc.ConfigureResponse{
		AcceptSecrets: true, SupportsPreview: true, SupportsAutonamingConfiguration: true,
	}, nil
}
