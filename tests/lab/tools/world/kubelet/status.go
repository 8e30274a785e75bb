package main

import (
	"context"
	"log"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/retry"
)

// Changes that come together are written together.
const publishDelay = 20 * time.Millisecond

func finished(pod *v1.Pod) bool {
	return pod.Status.Phase == v1.PodSucceeded || pod.Status.Phase == v1.PodFailed
}

func (w *podWorker) keepPublished(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.dirty:
			if !sleep(ctx, publishDelay) {
				return
			}
			w.publish(ctx)
		}
	}
}

// publish writes the pod's status; an error leaves it to be written again.
func (w *podWorker) publish(ctx context.Context) {
	w.writing.Lock()
	defer w.writing.Unlock()
	known := w.pod.Load()
	pods := w.k.client.CoreV1().Pods(known.Namespace)
	err := retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		pod, err := pods.Get(ctx, known.Name, metav1.GetOptions{})
		if err != nil || pod.UID != known.UID {
			return err
		}
		status := w.status(pod)
		if equality.Semantic.DeepEqual(pod.Status, status) {
			return nil
		}
		pod.Status = status
		_, err = pods.UpdateStatus(ctx, pod, metav1.UpdateOptions{})
		return err
	})
	if err != nil && !apierrors.IsNotFound(err) && ctx.Err() == nil {
		log.Printf("%s/%s: status: %v", known.Namespace, known.Name, err)
		time.AfterFunc(time.Second, w.changed)
	}
}

func (w *podWorker) status(pod *v1.Pod) v1.PodStatus {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := *pod.Status.DeepCopy()
	s.StartTime, s.HostIP, s.HostIPs = &w.started, w.k.nodeIP, []v1.HostIP{{IP: w.k.nodeIP}}
	s.PodIP, s.PodIPs = w.address, nil
	if w.address != "" {
		s.PodIPs = []v1.PodIP{{IP: w.address}}
	}
	s.InitContainerStatuses, s.ContainerStatuses = nil, nil
	for _, c := range w.inits {
		s.InitContainerStatuses = append(s.InitContainerStatuses, *c.status.DeepCopy())
	}
	for _, c := range w.mains {
		s.ContainerStatuses = append(s.ContainerStatuses, *c.status.DeepCopy())
	}
	for _, r := range w.refused {
		for _, list := range [][]v1.ContainerStatus{s.InitContainerStatuses, s.ContainerStatuses} {
			setWaiting(list, r)
		}
	}
	policy := pod.Spec.RestartPolicy
	if pod.DeletionTimestamp != nil {
		policy = v1.RestartPolicyNever // what has ended stays so, and Jobs count such pods by their phase
	}
	s.Phase = phase(policy, s.InitContainerStatuses, s.ContainerStatuses)
	s.Conditions = conditions(pod, s)
	return s
}

func setWaiting(list []v1.ContainerStatus, r refusal) {
	for i := range list {
		if list[i].Name == r.container {
			list[i].State = v1.ContainerState{Waiting: &v1.ContainerStateWaiting{Reason: r.reason, Message: r.message}}
		}
	}
}

// phase is what the containers amount to.
func phase(policy v1.RestartPolicy, inits, mains []v1.ContainerStatus) v1.PodPhase {
	for _, s := range inits {
		if end := s.State.Terminated; end == nil {
			return v1.PodPending
		} else if end.ExitCode != 0 {
			if policy == v1.RestartPolicyNever {
				return v1.PodFailed
			}
			return v1.PodPending
		}
	}
	ended, failed, begun := 0, 0, 0
	for _, s := range mains {
		if s.State.Running != nil || s.LastTerminationState.Terminated != nil {
			begun++
		}
		if end := s.State.Terminated; end != nil {
			begun++
			ended++
			if end.ExitCode != 0 {
				failed++
			}
		}
	}
	switch {
	case begun == 0:
		return v1.PodPending
	case ended < len(mains) || policy == v1.RestartPolicyAlways:
		return v1.PodRunning
	case failed == 0:
		return v1.PodSucceeded
	case policy == v1.RestartPolicyNever:
		return v1.PodFailed
	default:
		return v1.PodRunning // will run again
	}
}

// conditions keeps those that others set (the scheduler's, readiness gates').
func conditions(pod *v1.Pod, s v1.PodStatus) []v1.PodCondition {
	initialized, ready := true, s.Phase == v1.PodRunning
	for _, c := range s.InitContainerStatuses {
		initialized = initialized && c.State.Terminated != nil && c.State.Terminated.ExitCode == 0
	}
	for _, c := range s.ContainerStatuses {
		ready = ready && c.Ready
	}
	reason := "ContainersNotReady"
	if finished(&v1.Pod{Status: s}) {
		reason = "PodCompleted"
	}
	gates := true
	for _, gate := range pod.Spec.ReadinessGates {
		open := false
		for _, c := range s.Conditions {
			open = open || c.Type == gate.ConditionType && c.Status == v1.ConditionTrue
		}
		gates = gates && open
	}
	list := s.Conditions
	list = setCondition(list, v1.PodReadyToStartContainers, s.PodIP != "", "")
	list = setCondition(list, v1.PodInitialized, initialized, "ContainersNotInitialized")
	list = setCondition(list, v1.ContainersReady, ready, reason)
	if ready && !gates {
		reason = "ReadinessGatesNotReady"
	}
	return setCondition(list, v1.PodReady, ready && gates, reason)
}

// setCondition gives the reason to a condition that is false.
func setCondition(list []v1.PodCondition, kind v1.PodConditionType, is bool, reason string) []v1.PodCondition {
	next := v1.PodCondition{Type: kind, Status: v1.ConditionTrue, LastTransitionTime: metav1.Now()}
	if !is {
		next.Status, next.Reason = v1.ConditionFalse, reason
	}
	for i, old := range list {
		if old.Type == kind {
			if old.Status == next.Status {
				next.LastTransitionTime = old.LastTransitionTime
			}
			list[i] = next
			return list
		}
	}
	return append(list, next)
}
