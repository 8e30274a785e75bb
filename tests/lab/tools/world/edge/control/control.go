// Package control tells the lab's driver and tests what the edge program knows.
package control

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"sync/atomic"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/activity"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
)

// Control serves the control socket.
type Control struct {
	Store *records.Store
	Log   *activity.Log
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
	mux.HandleFunc("GET /refused", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, c.Log.Refused())
	})
	return mux
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
