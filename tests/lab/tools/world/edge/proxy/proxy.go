// Package proxy is the only way out for programs that follow HTTPS_PROXY: it leads to the lab's own hosts.
package proxy

import (
	"bufio"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/activity"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/tunnel"
)

// Handler leads CONNECT requests for the known hosts to one address and refuses all else.
type Handler struct {
	Hosts []string
	To    string
	Log   *activity.Log
	Group *tunnel.Group
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		h.refuse(w, r, "only https goes through this proxy")
		return
	}
	host, port, err := net.SplitHostPort(r.Host)
	if err != nil || port != "443" || !slices.Contains(h.Hosts, strings.ToLower(host)) {
		h.refuse(w, r, "no such host and port in this lab")
		return
	}
	upstream, err := tunnel.Dial(h.To)
	if err != nil {
		slog.Error("proxy", "target", r.Host, "error", err)
		http.Error(w, fmt.Sprintf("%s: %v", r.Host, err), http.StatusBadGateway)
		return
	}
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		upstream.Close()
		slog.Error("proxy", "target", r.Host, "error", err)
		return
	}
	h.join(client, buffered, upstream)
}

func (h *Handler) join(client net.Conn, buffered *bufio.ReadWriter, upstream net.Conn) {
	if _, err := fmt.Fprint(client, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		client.Close()
		upstream.Close()
		return
	}
	h.Group.Join(client, buffered.Reader, upstream)
}

// refuse names the host and what is there instead: the body is often all that a user sees.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, why string) {
	h.Log.Refuse(r.Method, r.Host)
	text := fmt.Sprintf("%s %s refused: %s; the lab reaches nothing outside, only %s (port 443)",
		r.Method, r.Host, why, strings.Join(h.Hosts, ", "))
	http.Error(w, text, http.StatusForbidden)
}
