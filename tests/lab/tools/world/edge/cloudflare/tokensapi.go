package cloudflare

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

const (
	tokensPerPage    = 20
	maxTokensPerPage = 50
)

// tokenInput is a token as a client describes it.
type tokenInput struct {
	Name      string          `json:"name"`
	Status    string          `json:"status"`
	NotBefore *time.Time      `json:"not_before"`
	ExpiresOn *time.Time      `json:"expires_on"`
	Policies  []policy        `json:"policies"`
	Condition json.RawMessage `json:"condition"`
}

// Tokens lists all tokens without their values.
func (a *API) Tokens() any {
	return map[string][]token{"user": a.tokens.all(false), "account": a.tokens.all(true)}
}

func (a *API) tokenRoutes() {
	for base, account := range map[string]bool{"/user": false, "/accounts/{account}": true} {
		at := base + "/tokens"
		with := func(permission string, do func(*call, bool) (answer, []*fault)) operation {
			return func(c *call) (answer, []*fault) {
				if account && c.request.PathValue("account") != accountID {
					return answer{}, []*fault{noRoute(c.request)}
				}
				if !allows(c.token, "", permission) {
					return answer{}, []*fault{{status: http.StatusForbidden, Code: 9109, Message: "Unauthorized to access requested resource"}}
				}
				return do(c, account)
			}
		}
		a.route(at, map[string]operation{"GET": with("tokens:read", a.listTokens), "POST": with("tokens:edit", a.createToken)})
		a.route(at+"/verify", map[string]operation{"GET": verifyToken})
		a.route(at+"/permission_groups", map[string]operation{"GET": with("tokens:read", a.listGroups)})
		a.route(at+"/{token}", map[string]operation{
			"GET": with("tokens:read", a.getToken), "PUT": with("tokens:edit", a.updateToken),
			"DELETE": with("tokens:edit", a.deleteToken),
		})
		a.route(at+"/{token}/value", map[string]operation{"PUT": with("tokens:edit", a.rollToken)})
	}
}

func (a *API) listTokens(c *call, account bool) (answer, []*fault) {
	page, info := paginate(c.request.URL.Query(), a.tokens.all(account), tokensPerPage, maxTokensPerPage)
	return answer{result: page, info: info}, nil
}

func (a *API) listGroups(c *call, _ bool) (answer, []*fault) {
	query, found := c.request.URL.Query(), []group{}
	for _, g := range groups {
		named := !query.Has("name") || strings.EqualFold(query.Get("name"), g.Name)
		if named && (!query.Has("scope") || query.Get("scope") == g.Scopes[0]) {
			found = append(found, g)
		}
	}
	return answer{result: found}, nil
}

// readToken decodes and checks a token, and reports all that is wrong.
func (a *API) readToken(c *call) (tokenInput, []*fault) {
	var in tokenInput
	if f := readBody(c.request, &in); f != nil {
		return in, []*fault{f}
	}
	var faults []*fault
	bad := func(text string) {
		faults = append(faults, &fault{status: http.StatusBadRequest, Code: 1001, Message: text})
	}
	if in.Name == "" || len(in.Name) > 120 {
		bad("name must have 1 to 120 characters")
	}
	if len(in.Policies) == 0 {
		bad("policies must not be empty")
	}
	if in.Status != "" && in.Status != active && in.Status != disabled {
		bad("status must be active or disabled")
	}
	if in.ExpiresOn != nil && !in.ExpiresOn.After(a.tokens.now()) {
		bad("expires_on must be in the future")
	}
	for i := range in.Policies {
		if f := in.Policies[i].check(a.zones); f != nil {
			faults = append(faults, f)
		}
	}
	return in, faults
}

func (a *API) createToken(c *call, account bool) (answer, []*fault) {
	in, faults := a.readToken(c)
	if len(faults) > 0 {
		return answer{}, faults
	}
	return answer{result: a.tokens.add(token{
		Name: in.Name, NotBefore: in.NotBefore, ExpiresOn: in.ExpiresOn, Policies: in.Policies, Condition: in.Condition, account: account,
	})}, nil
}

func (a *API) getToken(c *call, account bool) (answer, []*fault) {
	return a.changed(c, account, func(*token) {})
}

func (a *API) updateToken(c *call, account bool) (answer, []*fault) {
	in, faults := a.readToken(c)
	if len(faults) > 0 {
		return answer{}, faults
	}
	return a.changed(c, account, func(t *token) {
		t.Name, t.NotBefore, t.ExpiresOn, t.Policies, t.Condition = in.Name, in.NotBefore, in.ExpiresOn, in.Policies, in.Condition
		if in.Status != "" {
			t.Status = in.Status
		}
		t.ModifiedOn = a.tokens.now().UTC().Truncate(time.Second)
	})
}

// rollToken gives a token another value; the one before is worth nothing from then on.
func (a *API) rollToken(c *call, account bool) (answer, []*fault) {
	value := newValue()
	_, faults := a.changed(c, account, func(t *token) {
		t.secret, t.ModifiedOn = value, a.tokens.now().UTC().Truncate(time.Second)
	})
	return answer{result: value}, faults
}

func (a *API) changed(c *call, account bool, do func(*token)) (answer, []*fault) {
	t, found := a.tokens.change(c.request.PathValue("token"), account, do)
	if !found {
		return answer{}, []*fault{noToken()}
	}
	return answer{result: t}, nil
}

func (a *API) deleteToken(c *call, account bool) (answer, []*fault) {
	id := c.request.PathValue("token")
	if !a.tokens.remove(id, account) {
		return answer{}, []*fault{noToken()}
	}
	return answer{result: map[string]string{"id": id}}, nil
}

func noToken() *fault {
	return &fault{status: http.StatusNotFound, Code: 1003, Message: "Token not found"}
}
