package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// A lab lives for minutes: it starts waiting sooner than a cluster's ten seconds to five minutes.
const (
	firstBackoff = time.Second
	lastBackoff  = 30 * time.Second
	// A container that ran this long starts again with the first backoff.
	backoffReset = time.Minute
)

type container struct {
	w      *podWorker
	spec   *v1.Container
	policy v1.RestartPolicy
	// over is true for one that ended for good before this kubelet started.
	over   bool
	status v1.ContainerStatus // guarded by the worker's lock
}

var containerIDs atomic.Int64

func newContainer(w *podWorker, spec *v1.Container, policy v1.RestartPolicy, former []v1.ContainerStatus) *container {
	c := &container{w: w, spec: spec, policy: policy, status: v1.ContainerStatus{
		Name: spec.Name, Image: spec.Image, ImageID: "lab://" + repository(spec.Image), Started: new(bool),
		State: v1.ContainerState{Waiting: &v1.ContainerStateWaiting{Reason: "ContainerCreating"}},
	}}
	for _, old := range former {
		if old.Name == spec.Name {
			c.resume(old)
		}
	}
	return c
}

// resume goes on from what an earlier run of the kubelet reported.
func (c *container) resume(old v1.ContainerStatus) {
	terminated, running := old.State.Terminated, old.State.Running
	if terminated != nil && !restarts(c.policy, terminated.ExitCode) {
		c.over, c.status = true, old
		return
	}
	c.status.RestartCount = old.RestartCount
	c.status.LastTerminationState = old.LastTerminationState
	if running != nil {
		terminated = &v1.ContainerStateTerminated{
			ExitCode: 137, Reason: "ContainerStatusUnknown", Message: "the kubelet ended, and the container with it",
			StartedAt: running.StartedAt, FinishedAt: metav1.Now(), ContainerID: old.ContainerID,
		}
	}
	if terminated != nil {
		c.status.RestartCount++
		c.status.LastTerminationState.Terminated = terminated
	}
}

// restarts is the pod's restartPolicy applied to an exit code.
func restarts(policy v1.RestartPolicy, code int32) bool {
	return policy == v1.RestartPolicyAlways || policy == v1.RestartPolicyOnFailure && code != 0
}

func (c *container) set(change func(*v1.ContainerStatus)) {
	c.w.mu.Lock()
	change(&c.status)
	c.w.mu.Unlock()
	c.w.changed()
}

// run keeps the container running as its restartPolicy says; it returns when it ended for good or ctx did.
func (c *container) run(ctx context.Context) {
	backoff := firstBackoff
	for first := true; !c.over && ctx.Err() == nil; first = false {
		if !first {
			c.set(func(s *v1.ContainerStatus) {
				s.RestartCount++
				s.LastTerminationState = s.State
			})
		}
		p, err := c.start(ctx)
		if err != nil {
			return
		}
		c.supervise(ctx, p)
		code, signal := p.exitCode()
		c.set(func(s *v1.ContainerStatus) { terminated(s, p, code, signal) })
		if !restarts(c.policy, code) || ctx.Err() != nil {
			return
		}
		if time.Since(p.started) > backoffReset {
			backoff = firstBackoff
		}
		message := fmt.Sprintf("exit code %d; back-off %s", code, backoff)
		c.w.k.event(c.w.current(), v1.EventTypeWarning, "BackOff", "container %s: %s", c.spec.Name, message)
		ended := c.snapshot().State
		c.set(func(s *v1.ContainerStatus) {
			s.LastTerminationState = ended
			s.State = v1.ContainerState{Waiting: &v1.ContainerStateWaiting{Reason: "CrashLoopBackOff", Message: message}}
		})
		sleep(ctx, backoff)
		c.set(func(s *v1.ContainerStatus) { s.State = ended })
		backoff = min(2*backoff, lastBackoff)
	}
}

func terminated(s *v1.ContainerStatus, p *process, code, signal int32) {
	reason := "Completed"
	if code != 0 {
		reason = "Error"
	}
	s.Ready, s.Started = false, new(bool)
	s.State = v1.ContainerState{Terminated: &v1.ContainerStateTerminated{
		ExitCode: code, Signal: signal, Reason: reason, ContainerID: s.ContainerID,
		StartedAt: metav1.NewTime(p.started), FinishedAt: metav1.Now(),
	}}
}

func (c *container) snapshot() v1.ContainerStatus {
	c.w.mu.Lock()
	defer c.w.mu.Unlock()
	return *c.status.DeepCopy()
}

// start tries until the container's program runs. What is missing (a ConfigMap, say) may come; what is wrong with the
// program stays, but says so each time.
func (c *container) start(ctx context.Context) (*process, error) {
	for backoff := firstBackoff; ; backoff = min(2*backoff, lastBackoff) {
		reason := "CreateContainerConfigError"
		spec, err := c.containerSpec(ctx)
		if err == nil {
			reason = "RunContainerError"
			var p *process
			if p, err = c.launch(spec); err == nil {
				c.w.k.event(c.w.current(), v1.EventTypeNormal, "Started", "container %s runs %s", c.spec.Name, spec.Argv[0])
				return p, nil
			}
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		c.w.k.event(c.w.current(), v1.EventTypeWarning, "Failed", "container %s: %v", c.spec.Name, err)
		c.set(func(s *v1.ContainerStatus) {
			s.State = v1.ContainerState{Waiting: &v1.ContainerStateWaiting{Reason: reason, Message: err.Error()}}
		})
		if !sleep(ctx, backoff) {
			return nil, ctx.Err()
		}
	}
}

func (c *container) launch(spec containerSpec) (*process, error) {
	flags := os.O_CREATE | os.O_APPEND | os.O_WRONLY
	if c.snapshot().RestartCount == 0 {
		flags |= os.O_TRUNC // an earlier pod of this name had the same file
	}
	output, err := os.OpenFile(c.w.k.logPath(c.w.current(), c.spec.Name), flags, 0o644)
	if err != nil {
		return nil, err
	}
	defer output.Close()
	var netns *os.File
	if c.w.sandbox != nil {
		netns = c.w.sandbox.netns
	}
	p, err := c.w.k.network.thread.start(spec, netns, output)
	if err != nil {
		return nil, err
	}
	c.set(func(s *v1.ContainerStatus) {
		started := c.spec.StartupProbe == nil
		s.Started, s.Ready = &started, started && c.spec.ReadinessProbe == nil
		s.ContainerID = "lab://" + string(c.w.pod.Load().UID) + "-" + strconv.FormatInt(containerIDs.Add(1), 10)
		s.State = v1.ContainerState{Running: &v1.ContainerStateRunning{StartedAt: metav1.NewTime(p.started)}}
	})
	return p, nil
}

// supervise returns when the process has ended: by itself, by its liveness probe, or with ctx.
func (c *container) supervise(ctx context.Context, p *process) {
	probing, stop := context.WithCancel(ctx)
	unhealthy := c.probe(probing)
	select {
	case <-p.done:
		stop()
		return
	case what := <-unhealthy:
		stop()
		c.w.k.event(c.w.current(), v1.EventTypeWarning, "Killing", "container %s failed its %s", c.spec.Name, what)
	case <-ctx.Done():
		stop()
	}
	p.stop(c.w.grace(), c.w.killed)
}

func (c *container) containerSpec(ctx context.Context) (containerSpec, error) {
	pod := c.w.current()
	env, err := c.w.environment(ctx, c.spec)
	if err != nil {
		return containerSpec{}, err
	}
	files, err := c.w.etcFiles()
	if err != nil {
		return containerSpec{}, err
	}
	image := c.w.k.images[repository(c.spec.Image)]
	program := filepath.Join(programDir, filepath.Base(image[0]))
	argv := append([]string{program}, image[1:]...)
	if len(c.spec.Command) > 0 {
		argv = expandAll(c.spec.Command, env)
	}
	spec := containerSpec{
		Hostname: hostname(pod), Root: filepath.Join(c.w.dir, "root-"+c.spec.Name), Files: files, Dir: c.spec.WorkingDir,
		Argv: append(argv, expandAll(c.spec.Args, env)...), Env: environ(env),
		Binds: []bind{{Source: image[0], Target: program, ReadOnly: true}},
	}
	if spec.Dir == "" {
		spec.Dir = "/"
	}
	if context := c.spec.SecurityContext; context != nil && context.ReadOnlyRootFilesystem != nil {
		spec.ReadOnlyRoot = *context.ReadOnlyRootFilesystem
	}
	for _, mount := range c.spec.VolumeMounts {
		b, err := c.w.volumeBind(mount, env)
		if err != nil {
			return containerSpec{}, err
		}
		spec.Binds = append(spec.Binds, b)
	}
	return spec, os.MkdirAll(spec.Root, 0o755)
}
