package main

import (
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/structpb"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// initFailed is the error of an object that exists but is not what it should be: the engine keeps its state, says
// the reasons, and updates it in the next `up` even where nothing changed.
func initFailed(id string, cause error, state *structpb.Struct) error {
	reasons := []string{cause.Error()}
	var waiting *waitError
	if errors.As(cause, &waiting) {
		reasons = append(reasons, waiting.conditions...)
	}
	return rpcerror.WithDetails(rpcerror.New(codes.Unknown, cause.Error()), &pulumirpc.ErrorResourceInitFailed{
		Id: id, Properties: state, Reasons: reasons,
	})
}

func (s *server) unreachableError() error {
	return fmt.Errorf("configured Kubernetes cluster is unreachable: %s", s.unreachable)
}

// noKind explains the most frequent cause of a kind that the server does not know.
func noKind(what string, err error) error {
	if !meta.IsNoMatchError(err) {
		return err
	}
	return fmt.Errorf("%s failed because the Kubernetes API server reported that the apiVersion for this resource "+
		"does not exist. Verify that any required CRDs have been created: %w", what, err)
}

// namespaceMissing tells the missing namespace of a namespaced object from a missing object.
func namespaceMissing(err error) bool {
	var status apierrors.APIStatus
	return apierrors.IsNotFound(err) && errors.As(err, &status) && status.Status().Details != nil &&
		status.Status().Details.Kind == "namespaces"
}

const conflictHelp = "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/" +
	"managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources"

// conflictOf explains the conflict of a server-side apply; other errors pass as they are.
func conflictOf(err error, manager string) error {
	if err == nil || !apierrors.IsConflict(err) {
		return err
	}
	return fmt.Errorf("server-side apply field conflict detected, see %s for troubleshooting help\n"+
		"The resource managed by field manager %q had an apply conflict: %w", conflictHelp, manager, err)
}

// existsOf explains an object that is there already.
func existsOf(err error) error {
	if err == nil || !apierrors.IsAlreadyExists(err) {
		return err
	}
	return fmt.Errorf("%w\n\nThe resource already exists in the cluster. Renamed in the program? Give it an alias. "+
		"Made by something else? Import it. To take such objects over on purpose, set `upsertExistingObjects` on "+
		"the provider", err)
}
