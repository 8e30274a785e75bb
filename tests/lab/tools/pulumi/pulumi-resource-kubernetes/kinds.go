package main

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// builtInGroups are the API groups of Kubernetes itself; a group outside of them comes from a CRD.
var builtInGroups = map[string]bool{
	"": true, "apps": true, "autoscaling": true, "batch": true, "policy": true,
	"admissionregistration.k8s.io": true, "apiextensions.k8s.io": true, "apiregistration.k8s.io": true,
	"certificates.k8s.io": true, "coordination.k8s.io": true, "discovery.k8s.io": true, "events.k8s.io": true,
	"flowcontrol.apiserver.k8s.io": true, "networking.k8s.io": true, "node.k8s.io": true,
	"rbac.authorization.k8s.io": true, "resource.k8s.io": true, "scheduling.k8s.io": true, "storage.k8s.io": true,
}

func isBuiltIn(group string) bool { return builtInGroups[group] }

// clusterScoped are the built-in kinds without a namespace: known without a cluster, which a preview may not have.
var clusterScoped = func() map[schema.GroupKind]bool {
	byGroup := map[string]string{
		"": "ComponentStatus Namespace Node PersistentVolume",
		"admissionregistration.k8s.io": "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding " +
			"MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding " +
			"ValidatingWebhookConfiguration",
		"apiextensions.k8s.io":         "CustomResourceDefinition",
		"apiregistration.k8s.io":       "APIService",
		"certificates.k8s.io":          "CertificateSigningRequest ClusterTrustBundle",
		"flowcontrol.apiserver.k8s.io": "FlowSchema PriorityLevelConfiguration",
		"networking.k8s.io":            "IngressClass IPAddress ServiceCIDR",
		"node.k8s.io":                  "RuntimeClass",
		"rbac.authorization.k8s.io":    "ClusterRole ClusterRoleBinding",
		"resource.k8s.io":              "DeviceClass DeviceTaintRule ResourceSlice",
		"scheduling.k8s.io":            "PriorityClass",
		"storage.k8s.io":               "CSIDriver CSINode StorageClass VolumeAttachment VolumeAttributesClass",
	}
	kinds := map[schema.GroupKind]bool{}
	for group, names := range byGroup {
		for _, name := range strings.Fields(names) {
			kinds[schema.GroupKind{Group: group, Kind: name}] = true
		}
	}
	return kinds
}()

// kindOf reads the kind from a type token such as kubernetes:core/v1:Secret or kubernetes:cert-manager.io/v1:Issuer.
func kindOf(urn resource.URN) (schema.GroupVersionKind, error) {
	parts := strings.Split(string(urn.Type()), ":")
	if len(parts) != 3 || parts[0] != "kubernetes" {
		return schema.GroupVersionKind{}, fmt.Errorf("type %q must be kubernetes:GROUP/VERSION:Kind", urn.Type())
	}
	gv, err := schema.ParseGroupVersion(strings.TrimPrefix(parts[1], "core/"))
	if err != nil {
		return schema.GroupVersionKind{}, fmt.Errorf("type %q: %w", urn.Type(), err)
	}
	return gv.WithKind(parts[2]), nil
}

func isSecret(obj *unstructured.Unstructured) bool {
	return obj.GetKind() == "Secret" && obj.GetAPIVersion() == "v1"
}

func isConfigMap(obj *unstructured.Unstructured) bool {
	return obj.GetKind() == "ConfigMap" && obj.GetAPIVersion() == "v1"
}

func isCRD(obj *unstructured.Unstructured) bool {
	return obj.GetKind() == "CustomResourceDefinition" && obj.GroupVersionKind().Group == "apiextensions.k8s.io"
}

// isPatch tells the SDK's patch resources (SecretPatch, apps/v1:DeploymentPatch), whose kind lacks the suffix.
func isPatch(urn resource.URN, obj *unstructured.Unstructured) bool {
	name := string(urn.Type().Name())
	return strings.HasSuffix(name, "Patch") && obj.GetKind() != "" && name == obj.GetKind()+"Patch"
}

// objectID is what the engine knows an object by: namespace/name, or the name alone.
func objectID(obj *unstructured.Unstructured) string {
	return qualify(obj.GetNamespace(), obj.GetName())
}

func qualify(namespace, name string) string {
	if namespace == "" {
		return name
	}
	return namespace + "/" + name
}

func parseID(id string) (namespace, name string) {
	if before, after, found := strings.Cut(id, "/"); found {
		return before, after
	}
	return "", id
}
