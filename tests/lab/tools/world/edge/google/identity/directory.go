// Package identity knows who exists in the lab's Google project and what each may do: service accounts with their
// keys, roles, policies, and access tokens.
package identity

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"time"
)

// kept bounds the list of denials.
const kept = 1000

// Directory is the state that the Google emulators share.
type Directory struct {
	mu         sync.Mutex
	project    Project
	adminToken string
	tokenURL   string
	accounts   []*account
	roles      map[string]*Role
	policies   map[string]*Policy
	tokens     map[string]accessToken
	denials    []Denial
	now        func() time.Time
}

// Project is the one project that exists.
type Project struct {
	ID     string
	Number string
}

// Denial is a permission that a request lacked. Cloud DNS names it to nobody; the lab's tests may know.
type Denial struct {
	Time       time.Time `json:"time"`
	Principal  string    `json:"principal"`
	Permission string    `json:"permission"`
	Resource   string    `json:"resource"`
}

// New makes a directory without accounts. The token URL goes into the credential files of keys.
func New(project Project, adminToken, tokenURL string) *Directory {
	return &Directory{
		project: project, adminToken: adminToken, tokenURL: tokenURL, now: time.Now,
		roles: map[string]*Role{}, policies: map[string]*Policy{}, tokens: map[string]accessToken{},
	}
}

// Project returns the project.
func (d *Directory) Project() Project { return d.project }

// IsProject says whether a path's project is the one that exists, by id or number.
func (d *Directory) IsProject(given string) bool {
	return given == d.project.ID || given == d.project.Number
}

// Resource is the project's name in policies and messages.
func (p Project) Resource() string { return "projects/" + p.ID }

// State is what the lab's tests may know: names, never private keys or access tokens.
type State struct {
	ServiceAccounts []ServiceAccount  `json:"serviceAccounts"`
	Keys            []Key             `json:"keys"`
	Roles           []Role            `json:"roles"`
	Policies        map[string]Policy `json:"policies"`
	Denials         []Denial          `json:"denials"`
}

// State lists everything.
func (d *Directory) State() State {
	d.mu.Lock()
	defer d.mu.Unlock()
	state := State{
		ServiceAccounts: []ServiceAccount{}, Keys: []Key{}, Roles: []Role{}, Policies: map[string]Policy{},
		Denials: append([]Denial{}, d.denials...),
	}
	for _, a := range d.accounts {
		state.ServiceAccounts = append(state.ServiceAccounts, a.ServiceAccount)
		for _, k := range a.keys {
			state.Keys = append(state.Keys, k.Key)
		}
	}
	for _, r := range d.roles {
		state.Roles = append(state.Roles, *r)
	}
	slices.SortFunc(state.Roles, func(x, y Role) int { return cmp.Compare(x.Name, y.Name) })
	for resource, p := range d.policies {
		state.Policies[resource] = p.copied()
	}
	return state
}

func randomDigits(n int) string {
	var digits strings.Builder
	for i := range n {
		most := big.NewInt(10)
		if i == 0 {
			most = big.NewInt(9)
		}
		digit, _ := rand.Int(rand.Reader, most) // crypto/rand never fails since Go 1.24
		if i == 0 {
			digit.Add(digit, big.NewInt(1))
		}
		digits.WriteString(digit.String())
	}
	return digits.String()
}

func randomHex(bytes int) string {
	raw := make([]byte, bytes)
	rand.Read(raw)
	return fmt.Sprintf("%x", raw)
}

func newEtag() string {
	raw := make([]byte, 8)
	rand.Read(raw)
	return base64.StdEncoding.EncodeToString(raw)
}
