package main

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// How long a pod may take to end when the kubelet itself is told to.
const shutdownGrace = 3 * time.Second

// podWorker runs one pod from its first sight to its end.
type podWorker struct {
	k       *kubelet
	pod     atomic.Pointer[v1.Pod]
	dir     string
	started metav1.Time

	ctx      context.Context // ends with the pod's deletion and with the kubelet
	stop     context.CancelFunc
	killed   chan struct{} // closed when the API no longer has the pod
	killOnce sync.Once

	refused []refusal
	sandbox *sandbox
	tokens  map[string]token
	inits   []*container
	mains   []*container

	mu      sync.Mutex // guards the containers' status and address
	address string
	dirty   chan struct{}
	writing sync.Mutex // one status update at a time
}

func newPodWorker(k *kubelet, pod *v1.Pod) *podWorker {
	ctx, stop := context.WithCancel(k.ctx)
	w := &podWorker{
		k: k, ctx: ctx, stop: stop, started: metav1.Now(), killed: make(chan struct{}), dirty: make(chan struct{}, 1),
		dir: filepath.Join(k.root, "pods", string(pod.UID)), tokens: map[string]token{}, refused: k.images.refusals(pod),
	}
	if pod.Status.StartTime != nil {
		w.started = *pod.Status.StartTime
	}
	w.update(pod)
	policy := pod.Spec.RestartPolicy
	initPolicy := policy
	if policy == v1.RestartPolicyAlways {
		initPolicy = v1.RestartPolicyOnFailure
	}
	for i := range pod.Spec.InitContainers {
		w.inits = append(w.inits, newContainer(w, &pod.Spec.InitContainers[i], initPolicy, nil))
	}
	for i := range pod.Spec.Containers {
		w.mains = append(w.mains, newContainer(w, &pod.Spec.Containers[i], policy, pod.Status.ContainerStatuses))
	}
	return w
}

func (w *podWorker) update(pod *v1.Pod) {
	w.pod.Store(pod)
	if pod.DeletionTimestamp != nil {
		w.stop()
	}
}

func (w *podWorker) kill() {
	w.killOnce.Do(func() { close(w.killed) })
	w.stop()
}

// current is the pod as the API has it, with the addresses that it has here.
func (w *podWorker) current() *v1.Pod {
	pod := *w.pod.Load()
	w.mu.Lock()
	defer w.mu.Unlock()
	pod.Status.PodIP, pod.Status.HostIP = w.address, w.k.nodeIP
	return &pod
}

func (w *podWorker) changed() {
	select {
	case w.dirty <- struct{}{}:
	default:
	}
}

func (w *podWorker) grace() time.Duration {
	pod := w.pod.Load()
	seconds := int64(v1.DefaultTerminationGracePeriodSeconds)
	for _, wish := range []*int64{pod.Spec.TerminationGracePeriodSeconds, pod.DeletionGracePeriodSeconds} {
		if wish != nil {
			seconds = *wish
		}
	}
	if grace := time.Duration(seconds) * time.Second; w.k.ctx.Err() == nil {
		return grace
	}
	return shutdownGrace
}

func (w *podWorker) run() {
	defer w.k.forget(w.pod.Load().UID)
	if finished(w.pod.Load()) {
		w.finalize()
		return
	}
	publishing, stopPublishing := context.WithCancel(w.k.ctx)
	defer stopPublishing()
	go w.keepPublished(publishing)
	w.changed()
	switch {
	case len(w.refused) > 0:
		w.refuse()
	case w.prepare():
		refreshing, stop := context.WithCancel(w.ctx)
		var refresher sync.WaitGroup
		refresher.Go(func() { w.refreshVolumes(refreshing) })
		w.runContainers()
		stop()
		refresher.Wait()
	}
	w.teardown()
	if w.k.ctx.Err() != nil {
		return // the pods start anew with the next kubelet, so this is not their end
	}
	w.publish(w.k.ctx)
	<-w.ctx.Done()
	w.finalize()
}

func (w *podWorker) refuse() {
	for _, r := range w.refused {
		w.k.event(w.current(), v1.EventTypeWarning, r.reason, "%s", r.message)
	}
	<-w.ctx.Done()
}

// prepare makes the pod's network and volumes; it tries until it can.
func (w *podWorker) prepare() bool {
	for w.ctx.Err() == nil {
		reason, err := "FailedCreatePodSandBox", w.makeSandbox()
		if err == nil {
			reason, err = "FailedMount", w.syncVolumes(w.ctx)
		}
		if err == nil {
			return true
		}
		if w.ctx.Err() == nil {
			w.k.event(w.current(), v1.EventTypeWarning, reason, "%v", err)
		}
		sleep(w.ctx, 2*time.Second)
	}
	return false
}

func (w *podWorker) makeSandbox() error {
	if err := os.MkdirAll(w.dir, 0o755); err != nil || w.address != "" {
		return err
	}
	address := w.k.nodeIP
	if !w.pod.Load().Spec.HostNetwork {
		sandbox, err := w.k.network.newSandbox()
		if err != nil {
			return err
		}
		w.sandbox, address = sandbox, sandbox.address.String()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.address = address
	return nil
}

func (w *podWorker) runContainers() {
	for _, c := range w.inits {
		c.run(w.ctx)
		if end := c.snapshot().State.Terminated; end == nil || end.ExitCode != 0 {
			return
		}
	}
	var running sync.WaitGroup
	for _, c := range w.mains {
		running.Go(func() { c.run(w.ctx) })
	}
	running.Wait()
}

func (w *podWorker) teardown() {
	if w.sandbox != nil {
		w.sandbox.close()
	}
	if err := os.RemoveAll(w.dir); err != nil {
		w.k.event(w.current(), v1.EventTypeWarning, "FailedKillPod", "%v", err)
	}
}

// finalize lets the API forget a deleted pod whose processes are gone.
func (w *podWorker) finalize() {
	pod, now := w.pod.Load(), int64(0)
	if w.k.ctx.Err() != nil || pod.DeletionTimestamp == nil {
		return
	}
	err := w.k.client.CoreV1().Pods(pod.Namespace).Delete(w.k.ctx, pod.Name, metav1.DeleteOptions{
		GracePeriodSeconds: &now, Preconditions: &metav1.Preconditions{UID: &pod.UID},
	})
	if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsConflict(err) {
		w.k.event(pod, v1.EventTypeWarning, "FailedKillPod", "%v", err)
	}
}
