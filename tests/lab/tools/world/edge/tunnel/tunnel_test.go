package tunnel

import (
	"io"
	"net"
	"path/filepath"
	"testing"
)

func TestForwardFromAUnixSocket(t *testing.T) {
	target := echo(t)
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	group := &Group{}
	ended := make(chan error, 1)
	go func() { ended <- group.Forward(l, target) }()
	c, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(c, "hello")
	c.(*net.UnixConn).CloseWrite()
	if got, _ := io.ReadAll(c); string(got) != "hello" {
		t.Errorf("got %q", got)
	}
	l.Close()
	if err := <-ended; err == nil {
		t.Error("Forward must say that its listener was closed")
	}
}

func TestCloseEndsOpenConnections(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	group := &Group{}
	go group.Forward(l, echo(t))
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 1)
	io.WriteString(c, "x")
	if _, err := c.Read(buffer); err != nil {
		t.Fatal(err)
	}
	group.Close()
	if _, err := c.Read(buffer); err == nil {
		t.Error("still open")
	}
}

func TestUnreachableTargetClosesTheClient(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	go new(Group).Forward(l, gone.Addr().String())
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("got an answer")
	}
}

// echo sends back what it gets.
func echo(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.Copy(c, c)
			}()
		}
	}()
	return l.Addr().String()
}
