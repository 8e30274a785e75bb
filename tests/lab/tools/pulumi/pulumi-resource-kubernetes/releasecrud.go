package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// failedRelease is a release that Helm recorded but that did not become what it should be.
type failedRelease struct {
	id    string
	cause error
}

func (e *failedRelease) Error() string {
	return fmt.Sprintf("failed to become available within allocated timeout. Error: Helm Release %s: %v", e.id, e.cause)
}

func (s *server) createRelease(ctx context.Context, req *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	urn := resource.URN(req.GetUrn())
	news, err := unmarshal(req.GetProperties(), "Create.properties")
	if err != nil {
		return nil, err
	}
	wanted, err := decodeRelease(news)
	if err != nil {
		return nil, err
	}
	id, failed := "", error(nil)
	if !req.GetPreview() {
		if s.cluster == nil {
			return nil, fmt.Errorf("can't create Helm Release with unreachable cluster: %s", s.unreachable)
		}
		id = qualify(wanted.Namespace, wanted.Name)
		s.log.status(urn, fmt.Sprintf("[waiting] helm install %s (bound %d s)", id, wanted.timeout()))
		failed = s.run(wanted, s.helm.install)
		s.log.status(urn, "")
	}
	var kept *failedRelease
	if failed != nil && !errors.As(failed, &kept) {
		return nil, failed
	}
	state, err := marshal(checkpointRelease(news, wanted, req.GetPreview()), "Create.state")
	if err != nil {
		return nil, err
	}
	if failed != nil {
		s.log.warn(urn, "Helm release %q was created but has a failed status. Use the `helm` command to investigate "+
			"the error, correct it, then retry. Reason: %v", wanted.Name, kept.cause)
		return nil, initFailed(id, fmt.Errorf("Helm release %q was created, but failed to initialize completely. "+
			"Use Helm CLI to investigate: %w", id, failed), state)
	}
	return &pulumirpc.CreateResponse{Id: id, Properties: state}, nil
}

func (s *server) updateRelease(ctx context.Context, req *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	urn := resource.URN(req.GetUrn())
	news, err := unmarshal(req.GetNews(), "Update.news")
	if err != nil {
		return nil, err
	}
	wanted, err := decodeRelease(news)
	if err != nil {
		return nil, err
	}
	id, failed := qualify(wanted.Namespace, wanted.Name), error(nil)
	if !req.GetPreview() {
		if s.cluster == nil {
			return nil, fmt.Errorf("can't update Helm Release with unreachable cluster: %s", s.unreachable)
		}
		s.log.status(urn, fmt.Sprintf("[waiting] helm upgrade %s (bound %d s)", id, wanted.timeout()))
		failed = s.run(wanted, s.helm.upgrade)
		s.log.status(urn, "")
	}
	var kept *failedRelease
	if failed != nil && !errors.As(failed, &kept) {
		return nil, failed
	}
	state, err := marshal(checkpointRelease(news, wanted, req.GetPreview()), "Update.state")
	if err != nil {
		return nil, err
	}
	if failed != nil {
		return nil, initFailed(id, fmt.Errorf("Helm release %q failed to initialize completely. "+
			"Use Helm CLI to investigate: error running update: %w", id, failed), state)
	}
	return &pulumirpc.UpdateResponse{Properties: state}, nil
}

// run installs or upgrades, and adopts what came of it. A failure that left a release behind keeps it in the state.
func (s *server) run(wanted *release, do func(context.Context, *release, *chart) error) error {
	chart, err := s.helm.locate(s.ctx, wanted)
	if err != nil {
		return err
	}
	before, err := s.helm.read(s.ctx, wanted.Namespace, wanted.Name)
	if err != nil && !errors.Is(err, errNoRelease) {
		return err
	}
	failed := do(s.ctx, wanted, chart)
	// The context may have ended, but the state must still be written down.
	live, err := s.helm.read(context.WithoutCancel(s.ctx), wanted.Namespace, wanted.Name)
	switch {
	case failed != nil && (err != nil || (before != nil && before.Revision == live.Revision)):
		return failed
	case err != nil:
		return err
	}
	if err := wanted.adopt(live); err != nil {
		return err
	}
	if failed != nil {
		return &failedRelease{id: qualify(wanted.Namespace, wanted.Name), cause: failed}
	}
	return nil
}

// readRelease serves refresh and import.
func (s *server) readRelease(ctx context.Context, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	olds, err := unmarshal(req.GetProperties(), "Read.properties")
	if err != nil {
		return nil, err
	}
	known, err := decodeRelease(olds)
	if err != nil {
		return nil, err
	}
	namespace, name := known.Namespace, known.Name
	if len(olds) == 0 {
		namespace, name = parseID(req.GetId())
	}
	live, err := s.helm.read(ctx, namespaceOrDefault(namespace), name)
	if errors.Is(err, errNoRelease) {
		return &pulumirpc.ReadResponse{}, nil
	}
	if err != nil {
		return nil, err
	}
	if err := known.adopt(live); err != nil {
		return nil, err
	}
	inputs, has := releaseInputs(olds)
	if !has {
		inputs = resource.NewPropertyMap(known)
		delete(inputs, "resourceNames")
		delete(inputs, "status")
		inputs["timeout"] = resource.NewNumberProperty(releaseTimeout)
	}
	state, err := marshal(checkpointRelease(inputs, known, false), "Read.state")
	if err != nil {
		return nil, err
	}
	kept, err := marshal(inputs, "Read.inputs")
	if err != nil {
		return nil, err
	}
	return &pulumirpc.ReadResponse{Id: req.GetId(), Properties: state, Inputs: kept}, nil
}

// deleteRelease uninstalls. A release that is gone already is an error, as with the real plugin: refresh finds it.
func (s *server) deleteRelease(_ context.Context, req *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	urn := resource.URN(req.GetUrn())
	if s.cluster == nil {
		return nil, fmt.Errorf("can't delete Helm Release with unreachable cluster. Reason: %q", s.unreachable)
	}
	olds, err := unmarshal(req.GetProperties(), "Delete.properties")
	if err != nil {
		return nil, err
	}
	old, err := decodeRelease(olds)
	if err != nil {
		return nil, err
	}
	s.log.status(urn, fmt.Sprintf("[deleting] helm uninstall %s", qualify(old.Namespace, old.Name)))
	kept, err := s.helm.uninstall(s.ctx, old)
	s.log.status(urn, "")
	if err != nil {
		return nil, err
	}
	if kept = strings.TrimSpace(kept); kept != "" {
		s.log.warn(urn, "Helm uninstall returned information: %q", kept)
	}
	return &emptypb.Empty{}, nil
}
