// Package tunnel joins connections.
package tunnel

import (
	"io"
	"log/slog"
	"net"
	"sync"
	"time"
)

const dialTimeout = 10 * time.Second

// Group knows the open connections so that all can be closed when the program ends.
type Group struct {
	mu     sync.Mutex
	open   map[net.Conn]struct{}
	closed bool
}

// Dial connects to a TCP address.
func Dial(to string) (net.Conn, error) { return net.DialTimeout("tcp", to, dialTimeout) }

// Join copies both ways between two connections until both directions have ended. What the client already sent may
// sit in a buffer, so its reader is given apart.
func (g *Group) Join(client net.Conn, fromClient io.Reader, upstream net.Conn) {
	defer client.Close()
	defer upstream.Close()
	if !g.add(client, upstream) {
		return
	}
	defer g.remove(client, upstream)
	var both sync.WaitGroup
	both.Go(func() { copyHalf(upstream, fromClient) })
	both.Go(func() { copyHalf(client, upstream) })
	both.Wait()
}

// Forward accepts connections and joins each with a new one to the target, until the listener is closed.
func (g *Group) Forward(l net.Listener, to string) error {
	for {
		client, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			upstream, err := Dial(to)
			if err != nil {
				slog.Warn("forward failed", "listen", l.Addr().String(), "error", err)
				client.Close()
				return
			}
			g.Join(client, client, upstream)
		}()
	}
}

// Close ends all joined connections and refuses later ones.
func (g *Group) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	for c := range g.open {
		c.Close()
	}
}

func (g *Group) add(conns ...net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	if g.open == nil {
		g.open = map[net.Conn]struct{}{}
	}
	for _, c := range conns {
		g.open[c] = struct{}{}
	}
	return true
}

func (g *Group) remove(conns ...net.Conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range conns {
		delete(g.open, c)
	}
}

// copyHalf passes on the end of the stream, so that a client that only shut down its sending side is still answered.
func copyHalf(to net.Conn, from io.Reader) {
	_, err := io.Copy(to, from)
	half, ok := to.(interface{ CloseWrite() error })
	if err != nil || !ok || half.CloseWrite() != nil {
		to.Close()
	}
}
