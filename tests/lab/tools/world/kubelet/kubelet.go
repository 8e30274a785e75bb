package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"os"
	"path/filepath"
	"sync"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedv1 "k8s.io/client-go/kubernetes/typed/core/v1"
	listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/record"
)

type kubelet struct {
	options
	ctx      context.Context
	client   kubernetes.Interface
	events   record.EventRecorder
	images   images
	network  *network
	services listers.ServiceLister
	nodeIP   string

	mu      sync.Mutex
	workers map[types.UID]*podWorker
	running sync.WaitGroup
}

func newKubelet(ctx context.Context, o options) (*kubelet, error) {
	config, err := clientcmd.BuildConfigFromFlags("", o.kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS, config.Burst = 100, 200
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	known, err := readImages(o.images)
	if err != nil {
		return nil, err
	}
	if o.root, err = filepath.Abs(o.root); err != nil {
		return nil, err
	}
	// Pods of an earlier run died with it; what they left is started anew.
	if err := os.RemoveAll(filepath.Join(o.root, "pods")); err != nil {
		return nil, err
	}
	for _, dir := range []string{"pods", "logs"} {
		if err := os.MkdirAll(filepath.Join(o.root, dir), 0o755); err != nil {
			return nil, err
		}
	}
	node, _, err := net.ParseCIDR(o.bridgeAddress)
	if err != nil {
		return nil, err
	}
	network, err := newNetwork(o.bridge, o.bridgeAddress, o.podCIDR)
	if err != nil {
		return nil, err
	}
	broadcaster := record.NewBroadcaster()
	broadcaster.StartRecordingToSink(&typedv1.EventSinkImpl{Interface: client.CoreV1().Events("")})
	return &kubelet{
		options: o, ctx: ctx, client: client, images: known, network: network, nodeIP: node.String(),
		events:  broadcaster.NewRecorder(scheme.Scheme, v1.EventSource{Component: "kubelet", Host: o.node}),
		workers: map[types.UID]*podWorker{},
	}, nil
}

func (k *kubelet) run() error {
	if err := k.serveAPI(); err != nil {
		return err
	}
	if err := k.registerNode(); err != nil {
		return err
	}
	go k.heartbeat()
	everything := informers.NewSharedInformerFactory(k.client, 0)
	k.services = everything.Core().V1().Services().Lister()
	proxy := newServiceProxy(everything)
	mine := cache.NewListWatchFromClient(k.client.CoreV1().RESTClient(), "pods", v1.NamespaceAll,
		fields.OneTermEqualSelector("spec.nodeName", k.node))
	pods := cache.NewSharedInformer(mine, &v1.Pod{}, 0)
	everything.Start(k.ctx.Done())
	everything.WaitForCacheSync(k.ctx.Done())
	go proxy.run(k.ctx)
	if _, err := pods.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(obj any) { k.sync(obj.(*v1.Pod)) },
		UpdateFunc: func(_, obj any) { k.sync(obj.(*v1.Pod)) },
		DeleteFunc: k.removed,
	}); err != nil {
		return err
	}
	log.Printf("node %s at %s runs %s", k.node, k.nodeIP, k.images)
	pods.Run(k.ctx.Done())
	log.Print("stopping all pods")
	k.running.Wait()
	return nil
}

func (k *kubelet) sync(pod *v1.Pod) {
	k.mu.Lock()
	defer k.mu.Unlock()
	worker := k.workers[pod.UID]
	switch {
	case k.ctx.Err() != nil:
		return
	case worker != nil:
	case finished(pod) && pod.DeletionTimestamp == nil:
		return
	default:
		worker = newPodWorker(k, pod)
		k.workers[pod.UID] = worker
		k.running.Go(worker.run)
	}
	worker.update(pod)
}

func (k *kubelet) removed(obj any) {
	if missed, ok := obj.(cache.DeletedFinalStateUnknown); ok {
		obj = missed.Obj
	}
	pod, ok := obj.(*v1.Pod)
	if !ok {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if worker := k.workers[pod.UID]; worker != nil {
		worker.kill()
	}
}

func (k *kubelet) forget(uid types.UID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.workers, uid)
}

func (k *kubelet) worker(namespace, name string) *podWorker {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, worker := range k.workers {
		if pod := worker.pod.Load(); pod.Namespace == namespace && pod.Name == name {
			return worker
		}
	}
	return nil
}

// event is for the pod's readers (kubectl describe) and for the kubelet's own log.
func (k *kubelet) event(pod *v1.Pod, kind, reason, format string, args ...any) {
	message := fmt.Sprintf(format, args...)
	log.Printf("%s/%s: %s: %s", pod.Namespace, pod.Name, reason, message)
	k.events.Event(pod, kind, reason, message)
}
