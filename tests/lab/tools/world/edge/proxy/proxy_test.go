package proxy

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/activity"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/tunnel"
)

func start(t *testing.T, to string) (*Handler, *httptest.Server) {
	t.Helper()
	handler := &Handler{Hosts: []string{"example.com"}, To: to, Log: &activity.Log{}, Group: &tunnel.Group{}}
	server := httptest.NewServer(handler)
	t.Cleanup(func() {
		handler.Group.Close()
		server.Close()
	})
	return handler, server
}

func clientOf(t *testing.T, proxy *httptest.Server, trusting *httptest.Server) *http.Client {
	t.Helper()
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	transport := trusting.Client().Transport.(*http.Transport).Clone()
	transport.Proxy = http.ProxyURL(address)
	return &http.Client{Transport: transport}
}

func TestKnownHostsAreLedToOneAddress(t *testing.T) {
	// The certificate of httptest is for example.com.
	target := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Host) }))
	defer target.Close()
	handler, server := start(t, target.Listener.Addr().String())
	response, err := clientOf(t, server, target).Get("https://example.com/path")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, _ := io.ReadAll(response.Body); string(body) != "example.com" || len(handler.Log.Refused()) != 0 {
		t.Errorf("body %q, refused %v", body, handler.Log.Refused())
	}
}

func TestAllElseIsRefusedAndRecorded(t *testing.T) {
	target := httptest.NewTLSServer(http.NotFoundHandler())
	defer target.Close()
	handler, server := start(t, target.Listener.Addr().String())
	client := clientOf(t, server, target)
	for _, address := range []string{"https://example.org/", "https://example.com:8443/", "https://192.0.2.1/"} {
		if response, err := client.Get(address); err == nil {
			response.Body.Close()
			t.Errorf("%s was let through", address)
		}
	}
	response, err := client.Get("http://example.com/?secret=planted")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	if response.StatusCode != http.StatusForbidden || !strings.HasPrefix(string(body), "GET example.com refused: only https") {
		t.Errorf("plain http: %d %s", response.StatusCode, body)
	}
	var targets []string
	for _, refusal := range handler.Log.Refused() {
		targets = append(targets, refusal.Method+" "+refusal.Target)
	}
	want := "CONNECT example.org:443, CONNECT example.com:8443, CONNECT 192.0.2.1:443, GET example.com"
	if got := strings.Join(targets, ", "); got != want {
		t.Errorf("recorded %s", got)
	}
}

// A client may send its first bytes without waiting for the answer to CONNECT, and may end its sending side early.
func TestEarlyBytesAndHalfCloseAreKept(t *testing.T) {
	target, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer target.Close()
	go func() {
		c, err := target.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		all, _ := io.ReadAll(c)
		c.Write(append([]byte("got "), all...))
	}()
	_, server := start(t, target.Addr().String())
	client, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	io.WriteString(client, "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\nearly")
	client.(*net.TCPConn).CloseWrite()
	reader := bufio.NewReader(client)
	response, err := http.ReadResponse(reader, &http.Request{Method: http.MethodConnect})
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", response, err)
	}
	if rest, _ := io.ReadAll(reader); string(rest) != "got early" {
		t.Errorf("got %q", rest)
	}
}
