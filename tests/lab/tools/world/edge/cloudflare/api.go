// Package cloudflare emulates the part of Cloudflare's v4 API that manages DNS records and API tokens, after its public description.
package cloudflare

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/config"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
)

const (
	base        = "/client/v4"
	maxBodySize = 1 << 20
)

var identifier = regexp.MustCompile(`^[0-9a-f]{32}$`)

// API answers the requests; its records live in the store.
type API struct {
	store      *records.Store
	tokens     *tokens
	zones      []string
	nameserver string
	mux        *http.ServeMux
}

// call is one authenticated request.
type call struct {
	request *http.Request
	token   token
	zone    string
}

// answer is what a successful request returns.
type answer struct {
	result   any
	info     *resultInfo
	messages []message
}

// New makes the API for the zones that the store has now; those that come later are others' zones.
func New(cfg config.Cloudflare, store *records.Store, nameserver string) *API {
	a := &API{
		store: store, tokens: newTokens(cfg.Tokens), zones: store.Names(), nameserver: nameserver, mux: http.NewServeMux(),
	}
	a.tokenRoutes()
	a.route("/zones", map[string]operation{"GET": a.listZones})
	a.route("/zones/{zone}", map[string]operation{"GET": a.withZone("zone:read", a.getZone)})
	const list = "/zones/{zone}/dns_records"
	a.route(list, map[string]operation{
		"GET":  a.withZone("dns:read", a.listRecords),
		"POST": a.withZone("dns:edit", a.createRecord),
	})
	a.route(list+"/batch", map[string]operation{"POST": a.withZone("dns:edit", a.batch)})
	a.route(list+"/{record}", map[string]operation{
		"GET":    a.withZone("dns:read", a.getRecord),
		"PUT":    a.withZone("dns:edit", a.overwriteRecord),
		"PATCH":  a.withZone("dns:edit", a.editRecord),
		"DELETE": a.withZone("dns:edit", a.deleteRecord),
	})
	a.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if _, f := a.authenticate(r); f != nil {
			writeFaults(w, f)
			return
		}
		writeFaults(w, noRoute(r), &fault{status: http.StatusNotFound, Code: 7000, Message: "No route for that URI"})
	})
	return a
}

type operation func(*call) (answer, []*fault)

func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBodySize)
	a.mux.ServeHTTP(w, r)
}

func (a *API) route(path string, operations map[string]operation) {
	a.mux.HandleFunc(base+path, func(w http.ResponseWriter, r *http.Request) {
		token, f := a.authenticate(r)
		if f != nil {
			writeFaults(w, f)
			return
		}
		do := operations[r.Method]
		if do == nil {
			text := "Method " + r.Method + " not available for that URI."
			writeFaults(w, &fault{status: http.StatusMethodNotAllowed, Code: 7001, Message: text})
			return
		}
		result, faults := do(&call{request: r, token: token})
		if len(faults) > 0 {
			writeFaults(w, faults...)
			return
		}
		writeAnswer(w, result)
	})
}

// withZone resolves the zone of the path. Whether it is missing, out of the token's scope or not open to the token's
// permissions cannot be told apart from outside.
func (a *API) withZone(permission string, do operation) operation {
	return func(c *call) (answer, []*fault) {
		id := c.request.PathValue("zone")
		record := c.request.PathValue("record")
		if !identifier.MatchString(id) || (record != "" && !identifier.MatchString(record)) {
			return answer{}, []*fault{noRoute(c.request)}
		}
		for _, name := range a.zones {
			if zoneID(name) == id && allows(c.token, name, permission) {
				c.zone = name
				return do(c)
			}
		}
		if permission == "zone:read" {
			return answer{}, []*fault{{status: http.StatusForbidden, Code: 9109, Message: "Unauthorized to access requested resource"}}
		}
		return answer{}, []*fault{authenticationError()}
	}
}

// zoneID derives a zone's id from its name, so that it is the same in every run.
func zoneID(name string) string {
	sum := sha256.Sum256([]byte("zone " + name))
	return hex.EncodeToString(sum[:16])
}

func noRoute(r *http.Request) *fault {
	return &fault{
		status: http.StatusNotFound, Code: 7003,
		Message: "Could not route to " + r.URL.Path + ", perhaps your object identifier is invalid?",
	}
}

// readBody decodes the request's JSON.
func readBody(r *http.Request, into any) *fault {
	raw, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return &fault{status: http.StatusBadRequest, Code: 9207, Message: "Request body is invalid."}
	}
	return nil
}

func writeAnswer(w http.ResponseWriter, a answer) {
	body := envelope{Result: a.result, Success: true, Errors: []*fault{}, Messages: a.messages, ResultInfo: a.info}
	writeEnvelope(w, http.StatusOK, body)
}

func writeFaults(w http.ResponseWriter, faults ...*fault) {
	writeEnvelope(w, faults[0].status, envelope{Errors: faults})
}

func writeEnvelope(w http.ResponseWriter, status int, body envelope) {
	if body.Messages == nil {
		body.Messages = []message{}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		slog.Debug("cloudflare reply lost", "error", err)
	}
}

type envelope struct {
	Result     any         `json:"result"`
	Success    bool        `json:"success"`
	Errors     []*fault    `json:"errors"`
	Messages   []message   `json:"messages"`
	ResultInfo *resultInfo `json:"result_info,omitempty"`
}

type message struct {
	Code    int     `json:"code"`
	Message string  `json:"message"`
	Type    *string `json:"type"`
}

// fault is one entry of the envelope's errors.
type fault struct {
	status  int
	Code    int      `json:"code"`
	Message string   `json:"message"`
	Chain   []*fault `json:"error_chain,omitempty"`
}

type resultInfo struct {
	Page       int `json:"page"`
	PerPage    int `json:"per_page"`
	Count      int `json:"count"`
	TotalCount int `json:"total_count"`
	TotalPages int `json:"total_pages"`
}

func lower(s string) string { return strings.ToLower(strings.TrimSuffix(s, ".")) }
