package main

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// builtIn is what readiness means for the kinds of Kubernetes itself; nil is nothing to wait for.
func (s *server) builtIn(kind string) *readiness {
	switch kind {
	case "apps/v1/Deployment":
		return &readiness{judge: deploymentReady}
	case "apps/v1/StatefulSet", "apps/v1/DaemonSet":
		return &readiness{judge: setReady}
	case "v1/Pod":
		return &readiness{judge: podReady}
	case "batch/v1/Job":
		return &readiness{judge: jobReady}
	case "v1/Service":
		return &readiness{judge: s.serviceReady, others: true}
	case "networking.k8s.io/v1/Ingress":
		return &readiness{judge: s.ingressReady, others: true}
	case "v1/Namespace":
		return &readiness{judge: allOf([]expectation{namespaceActive})}
	case "apiextensions.k8s.io/v1/CustomResourceDefinition":
		return &readiness{judge: allOf([]expectation{condition{kind: "Established", status: "True"}})}
	}
	return nil
}

var namespaceActive = func() expectation {
	active, err := parseExpression("jsonpath={.status.phase}=Active")
	if err != nil {
		panic(err)
	}
	return active
}()

func count(obj *unstructured.Unstructured, absent int64, fields ...string) int64 {
	value, found, _ := unstructured.NestedFieldNoCopy(obj.Object, fields...)
	if amount, ok := number(value); found && ok {
		return int64(amount)
	}
	return absent
}

func observed(obj *unstructured.Unstructured) bool {
	return count(obj, 0, "status", "observedGeneration") >= obj.GetGeneration()
}

func deploymentReady(_ context.Context, obj *unstructured.Unstructured) verdict {
	wanted := count(obj, 1, "spec", "replicas")
	updated, available := count(obj, 0, "status", "updatedReplicas"), count(obj, 0, "status", "availableReplicas")
	all := count(obj, 0, "status", "replicas")
	if observed(obj) && updated >= wanted && available >= wanted && all == updated {
		return verdict{ready: true}
	}
	message := fmt.Sprintf("Waiting for app ReplicaSet be available (%d/%d Pods available)", available, wanted)
	if why := conditionMessage(obj, "Progressing", "False"); why != "" {
		message += ": " + why
	}
	return verdict{message: message}
}

func setReady(_ context.Context, obj *unstructured.Unstructured) verdict {
	wanted := count(obj, 1, "spec", "replicas")
	ready, updated := count(obj, 0, "status", "readyReplicas"), count(obj, 0, "status", "updatedReplicas")
	if obj.GetKind() == "DaemonSet" {
		wanted = count(obj, 0, "status", "desiredNumberScheduled")
		ready, updated = count(obj, 0, "status", "numberReady"), count(obj, 0, "status", "updatedNumberScheduled")
	}
	if observed(obj) && ready >= wanted && updated >= wanted {
		return verdict{ready: true}
	}
	return verdict{message: fmt.Sprintf("%d of %d Pods ready", ready, wanted)}
}

func podReady(_ context.Context, obj *unstructured.Unstructured) verdict {
	phase, _, _ := unstructured.NestedString(obj.Object, "status", "phase")
	met, message, err := condition{kind: "Ready", status: "True"}.met(obj)
	switch {
	case met || phase == "Succeeded":
		return verdict{ready: true}
	case phase == "Failed":
		why, _, _ := unstructured.NestedString(obj.Object, "status", "message")
		return verdict{err: fmt.Errorf("Pod %s failed: %s", objectID(obj), why)}
	}
	return verdict{message: message, err: err}
}

func jobReady(_ context.Context, obj *unstructured.Unstructured) verdict {
	if done, _, _ := (condition{kind: "Complete", status: "True"}).met(obj); done {
		return verdict{ready: true}
	}
	if failed, _, _ := (condition{kind: "Failed", status: "True"}).met(obj); failed {
		return verdict{err: fmt.Errorf("Job %s failed: %s", objectID(obj),
			conditionMessage(obj, "Failed", "True"))}
	}
	return verdict{message: fmt.Sprintf("Waiting for Job to succeed (Active: %d | Succeeded: %d | Failed: %d)",
		count(obj, 0, "status", "active"), count(obj, 0, "status", "succeeded"), count(obj, 0, "status", "failed"))}
}

func conditionMessage(obj *unstructured.Unstructured, kind, status string) string {
	conditions, _, _ := unstructured.NestedSlice(obj.Object, "status", "conditions")
	for _, element := range conditions {
		entry, _ := element.(map[string]any)
		if entry["type"] == kind && entry["status"] == status {
			return fmt.Sprintf("[%v] %v", entry["reason"], entry["message"])
		}
	}
	return ""
}

// serviceReady waits for an endpoint behind a Service that selects Pods, and for the address of a load balancer.
func (s *server) serviceReady(ctx context.Context, obj *unstructured.Unstructured) verdict {
	kind, _, _ := unstructured.NestedString(obj.Object, "spec", "type")
	address, _, _ := unstructured.NestedString(obj.Object, "spec", "clusterIP")
	labels, _, _ := unstructured.NestedMap(obj.Object, "spec", "selector")
	if kind == "LoadBalancer" && !hasAddress(obj) {
		return verdict{message: "Waiting for a load balancer's address"}
	}
	if kind == "ExternalName" || address == "None" || len(labels) == 0 {
		return verdict{ready: true}
	}
	return s.endpointsOf(ctx, obj.GetNamespace(), obj.GetName())
}

// ingressReady waits for the endpoints of each Service of an Ingress, and for its address.
func (s *server) ingressReady(ctx context.Context, obj *unstructured.Unstructured) verdict {
	rules, _, _ := unstructured.NestedSlice(obj.Object, "spec", "rules")
	for _, rule := range rules {
		paths, _, _ := unstructured.NestedSlice(rule.(map[string]any), "http", "paths")
		for _, entry := range paths {
			name, _, _ := unstructured.NestedString(entry.(map[string]any), "backend", "service", "name")
			if name == "" {
				continue
			}
			if found := s.endpointsOf(ctx, obj.GetNamespace(), name); !found.ready {
				return found
			}
		}
	}
	if !hasAddress(obj) {
		return verdict{message: "Waiting for update of .status.loadBalancer with hostname/IP"}
	}
	return verdict{ready: true}
}

func hasAddress(obj *unstructured.Unstructured) bool {
	addresses, _, _ := unstructured.NestedSlice(obj.Object, "status", "loadBalancer", "ingress")
	return len(addresses) > 0
}

func (s *server) endpointsOf(ctx context.Context, namespace, service string) verdict {
	slices := schema.GroupVersionResource{Group: "discovery.k8s.io", Version: "v1", Resource: "endpointslices"}
	list, err := s.cluster.dynamic.Resource(slices).Namespace(namespaceOrDefault(namespace)).List(ctx,
		metav1.ListOptions{LabelSelector: "kubernetes.io/service-name=" + service})
	if err != nil {
		return verdict{message: fmt.Sprintf("endpoints of Service %s: %v", service, err)}
	}
	for _, slice := range list.Items {
		endpoints, _, _ := unstructured.NestedSlice(slice.Object, "endpoints")
		for _, element := range endpoints {
			endpoint, _ := element.(map[string]any)
			if ready, found, _ := unstructured.NestedBool(endpoint, "conditions", "ready"); ready || !found {
				return verdict{ready: true}
			}
		}
	}
	return verdict{message: fmt.Sprintf("No endpoint of Service %s is ready", service)}
}
