package cloudflare

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/config"
)

// The states of a token.
const (
	active   = "active"
	disabled = "disabled"
	expired  = "expired"
)

// token is an API token as the API shows it. Its value is told once, when it is made or rolled.
type token struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	Status     string          `json:"status"`
	IssuedOn   time.Time       `json:"issued_on"`
	ModifiedOn time.Time       `json:"modified_on"`
	NotBefore  *time.Time      `json:"not_before,omitempty"`
	ExpiresOn  *time.Time      `json:"expires_on,omitempty"`
	Policies   []policy        `json:"policies"`
	Condition  json.RawMessage `json:"condition,omitempty"`
	Value      string          `json:"value,omitempty"`

	secret string
	// account tokens belong to the account, the others to the one user that there is.
	account bool
}

// tokens holds all that exist.
type tokens struct {
	mu   sync.Mutex
	list []*token
	now  func() time.Time
}

// newTokens starts with the configured tokens.
func newTokens(configured []config.Token) *tokens {
	s := &tokens{now: time.Now}
	for i, c := range configured {
		sum := sha256.Sum256([]byte("token " + c.Value))
		start, _ := time.Parse(time.RFC3339, since)
		s.list = append(s.list, &token{
			ID: hex.EncodeToString(sum[:16]), Name: "lab token " + string(rune('1'+i)), Status: active, IssuedOn: start,
			ModifiedOn: start, Policies: policiesOf(c), secret: c.Value,
		})
	}
	return s
}

// policiesOf says in policies what a configured token may do.
func policiesOf(c config.Token) []policy {
	ids := map[string]string{
		"zone:read": "c8fed203ed3043cba015a93ad1616f1f", "dns:read": "82e64a83756745bbbb1c9c2701bf816b",
		"dns:edit": "4755a26eedb94da69e1066d98aa820be", "tokens:edit": "686d18d5ac6c441c867cbf6771e58a0a",
	}
	star := json.RawMessage(`"*"`)
	zones := policy{ID: newTokenID(), Effect: "allow", Resources: map[string]json.RawMessage{}}
	user := policy{ID: newTokenID(), Effect: "allow", Resources: map[string]json.RawMessage{userScope + "." + accountID: star}}
	for _, zone := range c.Zones {
		zones.Resources[zoneScope+"."+zoneID(zone)] = star
	}
	for _, permission := range c.Permissions {
		g, _ := groupOf(ids[permission])
		to := &zones
		if permission == "tokens:edit" {
			to = &user
		}
		to.PermissionGroups = append(to.PermissionGroups, groupRef{ID: g.ID, Name: g.Name})
	}
	return slices.DeleteFunc([]policy{zones, user}, func(p policy) bool { return len(p.PermissionGroups) == 0 })
}

// state is what a token is now, whatever it was set to.
func (t *token) state(now time.Time) string {
	if t.ExpiresOn != nil && !now.Before(*t.ExpiresOn) {
		return expired
	}
	return t.Status
}

// usable says whether a token opens anything now.
func (t *token) usable(now time.Time) bool {
	return t.state(now) == active && (t.NotBefore == nil || !now.Before(*t.NotBefore))
}

// byValue returns the token with a value, and whether it may be used.
func (s *tokens) byValue(value string) (token, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.list {
		if subtle.ConstantTimeCompare([]byte(t.secret), []byte(value)) == 1 {
			return s.shown(t), t.usable(s.now())
		}
	}
	return token{}, false
}

// all lists the tokens of the user or of the account.
func (s *tokens) all(account bool) []token {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []token{}
	for _, t := range s.list {
		if t.account == account {
			list = append(list, s.shown(t))
		}
	}
	slices.SortStableFunc(list, func(x, y token) int { return cmp.Compare(x.Name, y.Name) })
	return list
}

func (s *tokens) shown(t *token) token {
	c := *t
	c.Status, c.Policies = t.state(s.now()), slices.Clone(t.Policies)
	return c
}

// add stores a new token and returns it with its value.
func (s *tokens) add(t token) token {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now().UTC().Truncate(time.Second)
	t.ID, t.Status, t.IssuedOn, t.ModifiedOn, t.secret = newTokenID(), active, now, now, newValue()
	kept := t
	s.list = append(s.list, &kept)
	t.Value = t.secret
	return t
}

// change lets a function edit a token; none with this id belongs to this owner when it returns false.
func (s *tokens) change(id string, account bool, do func(*token)) (token, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.list {
		if t.ID == id && t.account == account {
			do(t)
			return s.shown(t), true
		}
	}
	return token{}, false
}

// remove revokes a token.
func (s *tokens) remove(id string, account bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.list)
	s.list = slices.DeleteFunc(s.list, func(t *token) bool { return t.ID == id && t.account == account })
	return len(s.list) < before
}

func newTokenID() string {
	id := make([]byte, 16)
	rand.Read(id) // crypto/rand never fails since Go 1.24
	return hex.EncodeToString(id)
}

// newValue makes a token's value of 40 characters, as Cloudflare does.
func newValue() string { return rand.Text() + rand.Text()[:14] }
