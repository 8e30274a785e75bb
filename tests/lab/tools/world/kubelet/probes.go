package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// prober asks on a new connection each time, straight to the pod whatever proxy the environment names, and takes any
// certificate, as kubelets do.
var prober = http.Transport{
	DisableKeepAlives: true,
	TLSClientConfig:   &tls.Config{InsecureSkipVerify: true}, //nolint:gosec
}

// probe starts a container's probes; the channel names the one for which the container must be restarted.
func (c *container) probe(ctx context.Context) <-chan string {
	unhealthy := make(chan string, 2)
	fail := func(what string) { unhealthy <- what }
	afterStartup := func() {
		if c.spec.LivenessProbe != nil {
			go c.repeat(ctx, c.spec.LivenessProbe, func(ok bool) bool {
				if !ok {
					fail("livenessProbe")
				}
				return ok
			})
		}
		if c.spec.ReadinessProbe == nil {
			c.set(func(s *v1.ContainerStatus) { s.Ready = s.State.Running != nil })
			return
		}
		go c.repeat(ctx, c.spec.ReadinessProbe, func(ok bool) bool {
			c.set(func(s *v1.ContainerStatus) { s.Ready = ok && ctx.Err() == nil })
			return true
		})
	}
	if c.spec.StartupProbe == nil {
		afterStartup()
		return unhealthy
	}
	go c.repeat(ctx, c.spec.StartupProbe, func(ok bool) bool {
		if !ok {
			fail("startupProbe")
			return false
		}
		c.set(func(s *v1.ContainerStatus) { s.Started = &ok })
		afterStartup()
		return false
	})
	return unhealthy
}

// repeat reports each change of a probe's verdict until report returns false. The first verdict counts as a change,
// a failing one too.
func (c *container) repeat(ctx context.Context, probe *v1.Probe, report func(ok bool) bool) {
	verdict := newVerdict(probe)
	if !sleep(ctx, time.Duration(probe.InitialDelaySeconds)*time.Second) {
		return
	}
	for {
		err := c.ask(ctx, probe)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			c.w.k.event(c.w.current(), v1.EventTypeWarning, "Unhealthy", "container %s: probe: %v", c.spec.Name, err)
		}
		if ok, changed := verdict.add(err == nil); changed && !report(ok) {
			return
		}
		if !sleep(ctx, time.Duration(probe.PeriodSeconds)*time.Second) {
			return
		}
	}
}

// verdict counts results in a row against the thresholds.
type verdict struct {
	success, failure int32
	last             bool
	inRow            int32
	known, value     bool
}

func newVerdict(probe *v1.Probe) *verdict {
	return &verdict{success: probe.SuccessThreshold, failure: probe.FailureThreshold}
}

func (v *verdict) add(ok bool) (value, changed bool) {
	if ok != v.last {
		v.inRow = 0
	}
	v.last = ok
	v.inRow++
	if ok && v.inRow < v.success || !ok && v.inRow < v.failure {
		return v.value, false
	}
	changed = !v.known || v.value != ok
	v.known, v.value = true, ok
	return ok, changed
}

func (c *container) ask(ctx context.Context, probe *v1.Probe) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(probe.TimeoutSeconds)*time.Second)
	defer cancel()
	host := c.w.current().Status.PodIP
	if probe.TCPSocket != nil {
		if probe.TCPSocket.Host != "" {
			host = probe.TCPSocket.Host
		}
		port, err := c.port(probe.TCPSocket.Port)
		if err != nil {
			return err
		}
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(host, port))
		if err != nil {
			return err
		}
		return conn.Close()
	}
	return c.askHTTP(ctx, probe.HTTPGet, host)
}

func (c *container) askHTTP(ctx context.Context, get *v1.HTTPGetAction, host string) error {
	if get.Host != "" {
		host = get.Host
	}
	port, err := c.port(get.Port)
	if err != nil {
		return err
	}
	scheme := strings.ToLower(string(get.Scheme))
	url := scheme + "://" + net.JoinHostPort(host, port) + "/" + strings.TrimPrefix(get.Path, "/")
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	request.Header.Set("User-Agent", "kube-probe/lab")
	for _, header := range get.HTTPHeaders {
		request.Header.Set(header.Name, header.Value)
		if strings.EqualFold(header.Name, "Host") {
			request.Host = header.Value
		}
	}
	response, err := prober.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode < 200 || response.StatusCode >= 400 {
		body, _ := io.ReadAll(io.LimitReader(response.Body, 200))
		return fmt.Errorf("%s answers %d: %s", url, response.StatusCode, body)
	}
	return nil
}

func (c *container) port(port intstr.IntOrString) (string, error) {
	if port.Type == intstr.Int {
		return strconv.Itoa(int(port.IntVal)), nil
	}
	for _, p := range c.spec.Ports {
		if p.Name == port.StrVal {
			return strconv.Itoa(int(p.ContainerPort)), nil
		}
	}
	return "", fmt.Errorf("container %s has no port named %q", c.spec.Name, port.StrVal)
}
