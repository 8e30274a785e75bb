package faults

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
)

const host = "dns.googleapis.com"

// behaving is a host whose answer is "fine".
func behaving(set *Set) http.Handler {
	return set.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		io.WriteString(w, "fine "+string(body))
	}))
}

func ask(h http.Handler, method, path string) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, httptest.NewRequest(method, "https://"+host+path, strings.NewReader("body")))
	return recorder
}

func TestFaultsHitWhatTheyNameAndAsOftenAsTheySay(t *testing.T) {
	set := New(map[string]Refusal{host: Google, "acme.lab.test": ACME})
	err := set.Add([]Fault{
		{Host: "acme.lab.test", Kind: Status, Status: 500},
		{Host: host, PathPrefix: "/dns", Method: "POST", Times: 2, Kind: Status, Status: 429, RetryAfter: 7},
	})
	if err != nil {
		t.Fatal(err)
	}
	h := behaving(set)
	if ask(h, "GET", "/dns/v1").Code != 200 || ask(h, "POST", "/v1").Code != 200 {
		t.Error("hits another method or path")
	}
	for range 2 {
		got := ask(h, "POST", "/dns/v1")
		if got.Code != 429 || got.Header().Get("Retry-After") != "7" || !strings.Contains(got.Body.String(), "rateLimitExceeded") {
			t.Errorf("%d %v %s", got.Code, got.Header(), got.Body)
		}
	}
	if got := ask(h, "POST", "/dns/v1"); got.Code != 200 || got.Body.String() != "fine body" {
		t.Errorf("the third time: %d %s", got.Code, got.Body)
	}
	if left := set.List(); len(left) != 1 || left[0].Status != 500 {
		t.Errorf("left: %v", left)
	}
	set.Clear()
	if len(set.List()) != 0 {
		t.Error("not cleared")
	}
}

func TestRefusalsHaveTheHostsForm(t *testing.T) {
	for name, c := range map[string]struct {
		refusal Refusal
		status  int
		want    string
	}{
		"acme limit":       {ACME, 429, `"urn:ietf:params:acme:error:rateLimited"`},
		"acme down":        {ACME, 503, `"urn:ietf:params:acme:error:serverInternal"`},
		"google down":      {Google, 503, `"UNAVAILABLE"`},
		"token limit":      {GoogleToken, 429, `"rate_limit_exceeded"`},
		"cloudflare limit": {Cloudflare, 429, `"code":971`},
		"plain":            {Plain, 502, "502 Bad Gateway"},
	} {
		recorder := httptest.NewRecorder()
		c.refusal(recorder, c.status)
		if recorder.Code != c.status || !strings.Contains(recorder.Body.String(), c.want) {
			t.Errorf("%s: %d %s", name, recorder.Code, recorder.Body)
		}
	}
}

func TestMalformedFaultsAreRefusedTogether(t *testing.T) {
	err := New(map[string]Refusal{host: Google}).Add([]Fault{
		{Host: "example.com", Kind: Close}, {Host: host, Kind: "slow"}, {Host: host, Kind: Latency}, {Host: host, Kind: Status, Status: 200},
	})
	for _, want := range []string{"faults[0]: host", "faults[1]: kind", "faults[2]: kind latency needs", "faults[3]: status 200"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %q", err, want)
		}
	}
}

func TestConnectionsEndWithoutAnAnswer(t *testing.T) {
	set := New(map[string]Refusal{"127.0.0.1": Plain})
	server := httptest.NewServer(behaving(set))
	defer server.Close()
	if err := set.Add([]Fault{{Host: "127.0.0.1", Kind: Close, Times: 1}}); err != nil {
		t.Fatal(err)
	}
	if response, err := http.Post(server.URL, "text/plain", strings.NewReader("x")); err == nil {
		t.Errorf("answered with %s", response.Status)
	}
	// A client that gives up must not leave its request waiting: the server could not close.
	if err := set.Add([]Fault{{Host: "127.0.0.1", Kind: Latency, Milliseconds: int(time.Hour.Milliseconds())}}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	request, _ := http.NewRequestWithContext(ctx, "POST", server.URL, strings.NewReader("x"))
	if response, err := http.DefaultClient.Do(request); err == nil {
		t.Errorf("answered with %s", response.Status)
	}
}

func TestWritesAreMarkedAsDelayed(t *testing.T) {
	set := New(map[string]Refusal{host: Google})
	if err := set.Add([]Fault{{Host: host, Kind: VisibleAfter, Milliseconds: 60_000}}); err != nil {
		t.Fatal(err)
	}
	store := records.NewStore([]string{"z"})
	h := set.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_ = store.Update(r.Context(), "z", func(c *records.Change) error {
			_, err := c.Add(records.Record{Name: "a.z", Type: "A", Content: "1.1.1.1"})
			return err
		})
	}))
	ask(h, "POST", "/")
	if len(store.Zone("z").Records) != 1 || len(store.Served("z").Records) != 0 {
		t.Error("the write was served at once")
	}
}
