package main

import (
	"context"
	"log"
	"runtime"
	"strings"
	"time"

	coordination "k8s.io/api/coordination/v1"
	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	heartbeatInterval = 10 * time.Second
	apiPort           = 10250
)

// nodeCapacity is more than the machine has: nothing is measured, and the scheduler shall find room.
var nodeCapacity = v1.ResourceList{
	v1.ResourceCPU:              resource.MustParse("32"),
	v1.ResourceMemory:           resource.MustParse("64Gi"),
	v1.ResourcePods:             resource.MustParse("200"),
	v1.ResourceEphemeralStorage: resource.MustParse("100Gi"),
}

func (k *kubelet) registerNode() error {
	node := &v1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: k.node, Labels: map[string]string{
			v1.LabelHostname:   k.node,
			v1.LabelOSStable:   runtime.GOOS,
			v1.LabelArchStable: runtime.GOARCH,
		}},
	}
	_, err := k.client.CoreV1().Nodes().Create(k.ctx, node, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return err
	}
	return k.refreshNode(true)
}

// refreshNode makes the node Ready (again): the node controller says otherwise after a pause of the lab.
func (k *kubelet) refreshNode(always bool) error {
	node, err := k.client.CoreV1().Nodes().Get(k.ctx, k.node, metav1.GetOptions{})
	if err != nil {
		return err
	}
	if nodeReady(node) && !always {
		return nil
	}
	version, err := k.client.Discovery().ServerVersion()
	if err != nil {
		return err
	}
	node.Status.Capacity, node.Status.Allocatable = nodeCapacity, nodeCapacity
	// No Hostname: the API server would prefer it, and nothing resolves it.
	node.Status.Addresses = []v1.NodeAddress{{Type: v1.NodeInternalIP, Address: k.nodeIP}}
	node.Status.DaemonEndpoints.KubeletEndpoint.Port = apiPort
	node.Status.NodeInfo = v1.NodeSystemInfo{
		OperatingSystem: runtime.GOOS, Architecture: runtime.GOARCH, KubeletVersion: version.GitVersion,
		ContainerRuntimeVersion: "lab://1", OSImage: "lab",
	}
	node.Status.Conditions = nodeConditions(node.Status.Conditions)
	_, err = k.client.CoreV1().Nodes().UpdateStatus(k.ctx, node, metav1.UpdateOptions{})
	return err
}

func nodeReady(node *v1.Node) bool {
	for _, condition := range node.Status.Conditions {
		if condition.Type == v1.NodeReady {
			return condition.Status == v1.ConditionTrue
		}
	}
	return false
}

func nodeConditions(former []v1.NodeCondition) []v1.NodeCondition {
	now := metav1.Now()
	conditions := []v1.NodeCondition{
		{Type: v1.NodeMemoryPressure, Status: v1.ConditionFalse, Reason: "KubeletHasSufficientMemory"},
		{Type: v1.NodeDiskPressure, Status: v1.ConditionFalse, Reason: "KubeletHasNoDiskPressure"},
		{Type: v1.NodePIDPressure, Status: v1.ConditionFalse, Reason: "KubeletHasSufficientPID"},
		{Type: v1.NodeReady, Status: v1.ConditionTrue, Reason: "KubeletReady"},
	}
	for i := range conditions {
		c := &conditions[i]
		c.LastHeartbeatTime, c.LastTransitionTime = now, now
		c.Message = "the lab's kubelet is running"
		for _, old := range former {
			if old.Type == c.Type && old.Status == c.Status {
				c.LastTransitionTime = old.LastTransitionTime
			}
		}
	}
	return conditions
}

func (k *kubelet) heartbeat() {
	for {
		ctx, cancel := context.WithTimeout(k.ctx, heartbeatInterval)
		if err := k.renewLease(ctx); err != nil && k.ctx.Err() == nil {
			log.Printf("node lease: %v", err)
		}
		if err := k.refreshNode(false); err != nil && k.ctx.Err() == nil {
			log.Printf("node status: %v", err)
		}
		cancel()
		if !sleep(k.ctx, heartbeatInterval) {
			return
		}
	}
}

func (k *kubelet) renewLease(ctx context.Context) error {
	leases, now, seconds := k.client.CoordinationV1().Leases(v1.NamespaceNodeLease), metav1.NowMicro(), int32(40)
	lease, err := leases.Get(ctx, k.node, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		_, err = leases.Create(ctx, &coordination.Lease{
			ObjectMeta: metav1.ObjectMeta{Name: k.node},
			Spec: coordination.LeaseSpec{
				HolderIdentity: &k.node, LeaseDurationSeconds: &seconds, RenewTime: &now,
			},
		}, metav1.CreateOptions{})
		if apierrors.IsNotFound(err) && strings.Contains(err.Error(), v1.NamespaceNodeLease) {
			return nil // the namespace comes a moment after the API server
		}
		return err
	}
	if err != nil {
		return err
	}
	lease.Spec.RenewTime = &now
	_, err = leases.Update(ctx, lease, metav1.UpdateOptions{})
	return err
}

// sleep is false when the context ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
