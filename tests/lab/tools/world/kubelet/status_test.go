package main

import (
	"testing"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func waiting() v1.ContainerStatus {
	return v1.ContainerStatus{State: v1.ContainerState{Waiting: &v1.ContainerStateWaiting{}}}
}

func runningOne(ready bool) v1.ContainerStatus {
	return v1.ContainerStatus{Ready: ready, State: v1.ContainerState{Running: &v1.ContainerStateRunning{}}}
}

func ended(code int32) v1.ContainerStatus {
	return v1.ContainerStatus{State: v1.ContainerState{Terminated: &v1.ContainerStateTerminated{ExitCode: code}}}
}

func crashLoop() v1.ContainerStatus {
	s := waiting()
	s.LastTerminationState = ended(1).State
	return s
}

func TestPhase(t *testing.T) {
	type list = []v1.ContainerStatus
	const always, onFailure, never = v1.RestartPolicyAlways, v1.RestartPolicyOnFailure, v1.RestartPolicyNever
	for name, test := range map[string]struct {
		policy       v1.RestartPolicy
		inits, mains list
		want         v1.PodPhase
	}{
		"not started":             {always, nil, list{waiting()}, v1.PodPending},
		"running":                 {always, nil, list{runningOne(false)}, v1.PodRunning},
		"one of two runs":         {always, nil, list{runningOne(true), waiting()}, v1.PodRunning},
		"crash loop":              {always, nil, list{crashLoop()}, v1.PodRunning},
		"ended, starts again":     {always, nil, list{ended(0)}, v1.PodRunning},
		"done":                    {onFailure, nil, list{ended(0), ended(0)}, v1.PodSucceeded},
		"failed, starts again":    {onFailure, nil, list{ended(1)}, v1.PodRunning},
		"failed":                  {never, nil, list{ended(0), ended(3)}, v1.PodFailed},
		"one done, one runs":      {never, nil, list{ended(3), runningOne(true)}, v1.PodRunning},
		"init runs":               {never, list{runningOne(false)}, list{waiting()}, v1.PodPending},
		"init failed":             {never, list{ended(1)}, list{waiting()}, v1.PodFailed},
		"init failed, again":      {always, list{ended(1)}, list{waiting()}, v1.PodPending},
		"init done, main waiting": {always, list{ended(0)}, list{waiting()}, v1.PodPending},
	} {
		if got := phase(test.policy, test.inits, test.mains); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

func TestConditions(t *testing.T) {
	past := metav1.NewTime(time.Now().Add(-time.Hour))
	pod := &v1.Pod{Spec: v1.PodSpec{ReadinessGates: []v1.PodReadinessGate{{ConditionType: "gate"}}}}
	status := v1.PodStatus{
		Phase: v1.PodRunning, PodIP: "10.244.1.2", ContainerStatuses: []v1.ContainerStatus{runningOne(true)},
		Conditions: []v1.PodCondition{
			{Type: v1.PodScheduled, Status: v1.ConditionTrue, LastTransitionTime: past},
			{Type: v1.ContainersReady, Status: v1.ConditionTrue, LastTransitionTime: past},
		},
	}
	is := func(list []v1.PodCondition) map[v1.PodConditionType]v1.PodCondition {
		found := map[v1.PodConditionType]v1.PodCondition{}
		for _, c := range list {
			found[c.Type] = c
		}
		return found
	}
	got := is(conditions(pod, status))
	if got[v1.PodScheduled].LastTransitionTime != past || got[v1.ContainersReady].LastTransitionTime != past {
		t.Error("a condition that did not change has a new time")
	}
	if ready := got[v1.PodReady]; ready.Status != v1.ConditionFalse || ready.Reason != "ReadinessGatesNotReady" {
		t.Errorf("ready without its gate: %v", ready)
	}
	status.Conditions = append(status.Conditions, v1.PodCondition{Type: "gate", Status: v1.ConditionTrue})
	if got := is(conditions(pod, status)); got[v1.PodReady].Status != v1.ConditionTrue {
		t.Errorf("not ready with its gate: %v", got)
	}
	status.Phase, status.ContainerStatuses = v1.PodSucceeded, []v1.ContainerStatus{ended(0)}
	if ready := is(conditions(pod, status))[v1.PodReady]; ready.Reason != "PodCompleted" {
		t.Errorf("a completed pod: %v", ready)
	}
}

func TestVerdict(t *testing.T) {
	v := newVerdict(&v1.Probe{SuccessThreshold: 1, FailureThreshold: 2})
	steps := []struct{ ok, value, changed bool }{
		{false, false, false}, // one failure is not enough
		{true, true, true},
		{true, true, false},
		{false, true, false},
		{true, true, false},
		{false, true, false}, // and failures count only in a row
		{false, false, true},
	}
	for i, step := range steps {
		if value, changed := v.add(step.ok); value != step.value || changed != step.changed {
			t.Errorf("step %d: %v, %v", i, value, changed)
		}
	}
}

func TestRestarts(t *testing.T) {
	for policy, want := range map[v1.RestartPolicy][2]bool{
		v1.RestartPolicyAlways: {true, true}, v1.RestartPolicyOnFailure: {false, true}, v1.RestartPolicyNever: {false, false},
	} {
		if got := [2]bool{restarts(policy, 0), restarts(policy, 1)}; got != want {
			t.Errorf("%s: %v", policy, got)
		}
	}
}
