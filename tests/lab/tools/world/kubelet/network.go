package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"log"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// nsThread is one thread that lives as long as the program. All processes are started on it: the kernel kills a child
// with Pdeathsig when the thread that forked it ends, which for an ordinary goroutine's thread can be any moment. It is
// also the only thread that ever enters another network namespace.
type nsThread chan func()

func newNSThread() nsThread {
	thread := make(nsThread)
	go func() {
		runtime.LockOSThread()
		for task := range thread {
			task()
		}
	}()
	return thread
}

// in runs a task in a network namespace; nil is the kubelet's own.
func (t nsThread) in(netns *os.File, task func() error) error {
	done := make(chan error, 1)
	t <- func() { done <- withNetns(netns, task) }
	return <-done
}

func withNetns(netns *os.File, task func() error) error {
	if netns == nil {
		return task()
	}
	home, err := openNetns()
	if err != nil {
		return err
	}
	defer home.Close()
	if err := unix.Setns(int(netns.Fd()), unix.CLONE_NEWNET); err != nil {
		return err
	}
	defer returnTo(home)
	return task()
}

func openNetns() (*os.File, error) { return os.Open("/proc/thread-self/ns/net") }

func returnTo(home *os.File) {
	if err := unix.Setns(int(home.Fd()), unix.CLONE_NEWNET); err != nil {
		log.Fatalf("cannot return to the lab's network namespace: %v", err)
	}
}

func (t nsThread) newNetns() (netns *os.File, err error) {
	err = t.in(nil, func() error {
		home, err := openNetns()
		if err != nil {
			return err
		}
		defer home.Close()
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("new network namespace: %w", err)
		}
		defer returnTo(home)
		netns, err = openNetns()
		return err
	})
	return netns, err
}

// network is the bridge of the pods and their addresses.
type network struct {
	thread  nsThread
	bridge  string
	gateway netip.Prefix
	pods    netip.Prefix

	mu   sync.Mutex
	used map[netip.Addr]bool
	last netip.Addr
}

func newNetwork(bridge, address, podCIDR string) (*network, error) {
	gateway, err := netip.ParsePrefix(address)
	if err != nil {
		return nil, err
	}
	pods, err := netip.ParsePrefix(podCIDR)
	if err != nil {
		return nil, err
	}
	n := &network{
		thread: newNSThread(), bridge: bridge, gateway: gateway, pods: pods.Masked(), used: map[netip.Addr]bool{},
	}
	n.last = n.pods.Addr().Next() // .0 and .1 stay free
	// So that a pod hears at once that an address does not exist; nothing is forwarded to anywhere. Where it cannot be
	// set, a connection to such an address times out instead.
	_ = os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0)
	if n.ip(nil, "link show "+bridge) == nil {
		return n, nil
	}
	return n, n.ip(nil, "link add "+bridge+" type bridge", "addr add "+address+" dev "+bridge, "link set "+bridge+" up")
}

// ip runs lines of `ip -batch` in a network namespace.
func (n *network) ip(netns *os.File, lines ...string) error {
	cmd := exec.Command("ip", "-batch", "-")
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	output := &bytes.Buffer{}
	cmd.Stdout, cmd.Stderr = output, output
	if err := n.thread.in(netns, cmd.Start); err != nil {
		return fmt.Errorf("ip: %w; install iproute2", err)
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("ip %s: %w: %s", strings.Join(lines, "; "), err, strings.TrimSpace(output.String()))
	}
	return nil
}

// sandbox is the network of one pod. The namespace lives as long as the file is open or a process is in it, so nothing
// of it can outlive the kubelet and the pod's processes.
type sandbox struct {
	network *network
	netns   *os.File
	address netip.Addr
	veth    string
}

func (n *network) newSandbox() (*sandbox, error) {
	netns, err := n.thread.newNetns()
	if err != nil {
		return nil, err
	}
	s := &sandbox{network: n, netns: netns}
	if s.address, err = n.take(); err != nil {
		netns.Close()
		return nil, err
	}
	random := make([]byte, 5)
	_, _ = rand.Read(random)
	s.veth = fmt.Sprintf("veth%x", random)
	err = n.ip(netns,
		"link set lo up",
		fmt.Sprintf("link add eth0 type veth peer name %s netns %d", s.veth, os.Getpid()),
		fmt.Sprintf("addr add %s/%d dev eth0", s.address, n.gateway.Bits()),
		"link set eth0 up",
		"route add default via "+n.gateway.Addr().String(),
	)
	if err == nil {
		err = n.ip(nil, "link set "+s.veth+" master "+n.bridge+" up")
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *sandbox) close() {
	// Closing the namespace removes the pair too, but some time later.
	if err := s.network.ip(nil, "link del "+s.veth); err != nil {
		log.Print(err)
	}
	s.netns.Close()
	s.network.mu.Lock()
	defer s.network.mu.Unlock()
	delete(s.network.used, s.address)
}

// take goes round the range, so that an address is not given to the next pod at once.
func (n *network) take() (netip.Addr, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for range 1 << (32 - n.pods.Bits()) {
		n.last = n.last.Next()
		if !n.pods.Contains(n.last.Next()) { // also leaves out the broadcast address
			n.last = n.pods.Addr().Next().Next()
		}
		if !n.used[n.last] {
			n.used[n.last] = true
			return n.last, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("all addresses of --pod-cidr %s are in use", n.pods)
}
