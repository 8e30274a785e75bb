// Package control tells the lab's driver and tests what the edge program knows.
package control

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"sync/atomic"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/activity"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/faults"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/identity"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
)

// maxBody bounds a list of faults.
const maxBody = 1 << 20

// Control serves the control socket.
type Control struct {
	Store  *records.Store
	Log    *activity.Log
	Faults *faults.Set
	// Identities, Tokens and Zones are what the emulators know; none shows a secret.
	Identities func() identity.State
	Tokens     func() any
	Zones      func() map[string]string
	// Hosts is the API hosts without the proxy, the log and the faults, for whoever sets a test up.
	Hosts http.Handler
	// up is empty until every listener is open.
	up atomic.Pointer[[]string]
}

// Ready says that all of these listeners are open.
func (c *Control) Ready(listeners []string) { c.up.Store(&listeners) }

// Handler returns the control interface.
func (c *Control) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", c.health)
	mux.HandleFunc("GET /records", func(w http.ResponseWriter, _ *http.Request) {
		byZone := map[string][]records.Record{}
		for _, name := range c.Store.Names() {
			byZone[name] = append([]records.Record{}, c.Store.Zone(name).Records...)
		}
		write(w, http.StatusOK, byZone)
	})
	mux.HandleFunc("GET /requests", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, c.Log.Requests())
	})
	for path, state := range map[string]func() any{
		"/google":       func() any { return c.Identities() },
		"/managedzones": func() any { return c.Zones() },
		"/cloudflare":   c.Tokens,
		"/faults":       func() any { return c.Faults.List() },
	} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, state()) })
	}
	mux.HandleFunc("POST /faults", c.addFaults)
	mux.HandleFunc("DELETE /faults", func(w http.ResponseWriter, _ *http.Request) {
		c.Faults.Clear()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("/hosts/{host}/", func(w http.ResponseWriter, r *http.Request) {
		r.Host = r.PathValue("host")
		http.StripPrefix("/hosts/"+r.Host, c.Hosts).ServeHTTP(w, r)
	})
	mux.HandleFunc("GET /refused", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, c.Log.Refused())
	})
	return mux
}

func (c *Control) addFaults(w http.ResponseWriter, r *http.Request) {
	var list []faults.Fault
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&list)
	if err == nil {
		err = c.Faults.Add(list)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (c *Control) health(w http.ResponseWriter, _ *http.Request) {
	listeners := c.up.Load()
	if listeners == nil {
		write(w, http.StatusServiceUnavailable, map[string]any{"ready": false, "listeners": []string{}})
		return
	}
	write(w, http.StatusOK, map[string]any{"ready": true, "listeners": *listeners})
}

func write(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(value); err != nil {
		slog.Debug("control reply lost", "error", err)
	}
}
