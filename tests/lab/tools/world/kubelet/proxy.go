package main

import (
	"context"
	"io"
	"log"
	"maps"
	"net"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	v1 "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	listers "k8s.io/client-go/listers/core/v1"
	discoverylisters "k8s.io/client-go/listers/discovery/v1"
	"k8s.io/client-go/tools/cache"
)

const (
	settleDelay = 20 * time.Millisecond
	dialTimeout = 5 * time.Second
)

// serviceProxy listens on every TCP port of every ClusterIP that has a ready endpoint; without one, the connection is
// refused, as in a cluster. The ClusterIPs must be local addresses of the network namespace.
type serviceProxy struct {
	services listers.ServiceLister
	slices   discoverylisters.EndpointSliceLister
	dirty    chan struct{}
	ports    map[string]*proxyPort
}

type proxyPort struct {
	listener  net.Listener
	endpoints atomic.Pointer[[]string]
	next      atomic.Uint32
}

func newServiceProxy(factory informers.SharedInformerFactory) *serviceProxy {
	services, endpoints := factory.Core().V1().Services(), factory.Discovery().V1().EndpointSlices()
	p := &serviceProxy{
		services: services.Lister(), slices: endpoints.Lister(),
		dirty: make(chan struct{}, 1), ports: map[string]*proxyPort{},
	}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc: func(any) { p.mark() }, UpdateFunc: func(any, any) { p.mark() }, DeleteFunc: func(any) { p.mark() },
	}
	for _, informer := range []cache.SharedInformer{services.Informer(), endpoints.Informer()} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			log.Printf("service proxy: %v", err)
		}
	}
	p.mark()
	return p
}

func (p *serviceProxy) mark() {
	select {
	case p.dirty <- struct{}{}:
	default:
	}
}

func (p *serviceProxy) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.dirty:
			sleep(ctx, settleDelay)
			p.sync(ctx)
		}
	}
}

// sync makes the listeners those that there should be.
func (p *serviceProxy) sync(ctx context.Context) {
	services, err := p.services.List(labels.Everything())
	if err != nil {
		log.Printf("service proxy: %v", err)
		return
	}
	wanted := map[string][]string{}
	for _, service := range services {
		selector := labels.SelectorFromSet(labels.Set{discovery.LabelServiceName: service.Name})
		found, err := p.slices.EndpointSlices(service.Namespace).List(selector)
		if err != nil {
			log.Printf("service proxy: %v", err)
			return
		}
		maps.Copy(wanted, targets(service, found))
	}
	for address, port := range p.ports {
		if wanted[address] == nil {
			port.listener.Close()
			delete(p.ports, address)
		}
	}
	for address, endpoints := range wanted {
		port := p.ports[address]
		if port == nil {
			listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
			if err != nil {
				log.Printf("service proxy: %v; is the range of the Services local? (ip route add local RANGE dev lo)", err)
				time.AfterFunc(time.Second, p.mark)
				continue
			}
			port = &proxyPort{listener: listener}
			p.ports[address] = port
			go port.serve()
		}
		port.endpoints.Store(&endpoints)
	}
}

// targets maps the addresses to listen on to those of the ready endpoints.
func targets(service *v1.Service, found []*discovery.EndpointSlice) map[string][]string {
	wanted := map[string][]string{}
	if service.Spec.ClusterIP == "" || service.Spec.ClusterIP == v1.ClusterIPNone {
		return wanted
	}
	for _, port := range service.Spec.Ports {
		if port.Protocol != v1.ProtocolTCP {
			continue
		}
		var endpoints []string
		for _, slice := range found {
			endpoints = append(endpoints, readyEndpoints(slice, port.Name)...)
		}
		slices.Sort(endpoints)
		if endpoints = slices.Compact(endpoints); len(endpoints) > 0 {
			wanted[net.JoinHostPort(service.Spec.ClusterIP, strconv.Itoa(int(port.Port)))] = endpoints
		}
	}
	return wanted
}

func readyEndpoints(slice *discovery.EndpointSlice, portName string) []string {
	var endpoints []string
	for _, port := range slice.Ports {
		if port.Port == nil || port.Name != nil && *port.Name != portName {
			continue
		}
		for _, endpoint := range slice.Endpoints {
			if endpoint.Conditions.Ready != nil && !*endpoint.Conditions.Ready {
				continue
			}
			for _, address := range endpoint.Addresses {
				endpoints = append(endpoints, net.JoinHostPort(address, strconv.Itoa(int(*port.Port))))
			}
		}
	}
	return endpoints
}

func (p *proxyPort) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		go p.forward(client)
	}
}

// forward tries the endpoints in turn, so that one that has just gone costs nothing.
func (p *proxyPort) forward(client net.Conn) {
	defer client.Close()
	endpoints := *p.endpoints.Load()
	first := int(p.next.Add(1))
	for i := range endpoints {
		server, err := net.DialTimeout("tcp", endpoints[(first+i)%len(endpoints)], dialTimeout)
		if err == nil {
			defer server.Close()
			done := make(chan struct{})
			go func() {
				pipe(server, client)
				close(done)
			}()
			pipe(client, server)
			<-done
			return
		}
		log.Printf("service proxy: %s: %v", p.listener.Addr(), err)
	}
}

// pipe passes on the end of one direction and leaves the other open.
func pipe(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	if half, ok := to.(*net.TCPConn); ok {
		_ = half.CloseWrite()
	}
}
