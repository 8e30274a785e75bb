package main

import "k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

var selector = []string{".spec.selector"}

// immutable are the fields of built-in kinds that the API server does not let anyone change.
var immutable = map[string][]string{
	"apps/v1/Deployment": selector,
	"apps/v1/DaemonSet":  selector,
	"apps/v1/StatefulSet": {
		".spec.podManagementPolicy", ".spec.revisionHistoryLimit", ".spec.selector", ".spec.serviceName",
		".spec.volumeClaimTemplates",
	},
	"batch/v1/Job": {".spec.completions", ".spec.parallelism", ".spec.selector", ".spec.template"},
	"rbac.authorization.k8s.io/v1/RoleBinding":        {".roleRef"},
	"rbac.authorization.k8s.io/v1/ClusterRoleBinding": {".roleRef"},
	"storage.k8s.io/v1/StorageClass":                  {".parameters", ".provisioner"},
	"v1/PersistentVolumeClaim": {
		".spec.accessModes", ".spec.selector", ".spec.storageClassName", ".spec.volumeName",
	},
	"v1/Pod": append([]string{
		".spec.affinity", ".spec.automountServiceAccountToken", ".spec.dnsConfig", ".spec.dnsPolicy",
		".spec.enableServiceLinks", ".spec.hostAliases", ".spec.hostNetwork", ".spec.hostname",
		".spec.imagePullSecrets", ".spec.nodeName", ".spec.nodeSelector", ".spec.priorityClassName",
		".spec.restartPolicy", ".spec.schedulerName", ".spec.securityContext", ".spec.serviceAccountName",
		".spec.subdomain", ".spec.terminationGracePeriodSeconds", ".spec.volumes",
	}, containers...),
	"v1/ResourceQuota": {".spec.scopes"},
	"v1/Service":       {".spec.clusterIP"},
}

var containers = func() []string {
	var fields []string
	for _, list := range []string{".spec.containers[*]", ".spec.initContainers[*]"} {
		for _, field := range []string{
			"args", "command", "env", "image", "imagePullPolicy", "livenessProbe", "ports", "readinessProbe",
			"resources", "securityContext", "volumeMounts", "workingDir",
		} {
			fields = append(fields, list+"."+field)
		}
	}
	return fields
}()

// forceNew lists the fields of an object whose change replaces it. A Secret's and a ConfigMap's data are among them
// unless the provider says otherwise: that is the real plugin's default, and what its users meet.
func (s *server) forceNew(obj *unstructured.Unstructured) []string {
	fields := []string{".metadata.name", ".metadata.namespace"}
	frozen := obj.Object["immutable"] == true
	switch {
	case isSecret(obj) && (!s.settings.secretMutable || frozen):
		return append(fields, ".type", ".stringData", ".data")
	case isSecret(obj):
		return append(fields, ".type")
	case isConfigMap(obj) && (!s.settings.configMapMutable || frozen):
		return append(fields, ".binaryData", ".data")
	}
	return append(fields, immutable[obj.GetAPIVersion()+"/"+obj.GetKind()]...)
}
