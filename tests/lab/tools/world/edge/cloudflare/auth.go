package cloudflare

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

var (
	// Real tokens have 40 characters or more; what has another form is refused before it is looked up.
	tokenForm = regexp.MustCompile(`^[A-Za-z0-9_-]{40,}$`)
	keyForm   = regexp.MustCompile(`^[0-9a-f]{37}$`)
)

// authenticate finds the request's token. Which code an unknown one gets depends on the service behind the path.
func (a *API) authenticate(r *http.Request) (token, *fault) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return token{}, withoutToken(r)
	}
	value, bearer := strings.CutPrefix(header, "Bearer ")
	if bearer {
		// Whoever asks what has become of a token is told, also when it opens nothing else.
		if t, usable := a.tokens.byValue(value); usable || (t.ID != "" && isVerify(r)) {
			return t, nil
		}
	}
	if !bearer || !tokenForm.MatchString(value) {
		return token{}, invalidHeader(6111, "Invalid format for Authorization header")
	}
	switch {
	case isVerify(r):
		return token{}, &fault{status: http.StatusUnauthorized, Code: 1000, Message: "Invalid API Token"}
	case strings.Contains(r.URL.Path, "/dns_records"):
		return token{}, authenticationError()
	}
	return token{}, &fault{status: http.StatusForbidden, Code: 9109, Message: "Invalid access token"}
}

// withoutToken refuses requests without an Authorization header; account-wide keys are known of, but none exists here.
func withoutToken(r *http.Request) *fault {
	key := r.Header.Get("X-Auth-Key")
	switch {
	case isVerify(r):
		return &fault{status: http.StatusBadRequest, Code: 1001, Message: `Missing "Authorization" header`}
	case key == "" && r.Header.Get("X-Auth-Email") == "":
		text := "Missing X-Auth-Key, X-Auth-Email or Authorization headers"
		return &fault{status: http.StatusBadRequest, Code: 9106, Message: text}
	case !keyForm.MatchString(key):
		return invalidHeader(6103, "Invalid format for X-Auth-Key header")
	}
	return &fault{status: http.StatusForbidden, Code: 9103, Message: "Unknown X-Auth-Key or X-Auth-Email"}
}

func isVerify(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/tokens/verify") }

func invalidHeader(code int, text string) *fault {
	return &fault{
		status: http.StatusBadRequest, Code: 6003, Message: "Invalid request headers",
		Chain: []*fault{{Code: code, Message: text}},
	}
}

func authenticationError() *fault {
	return &fault{status: http.StatusForbidden, Code: 10000, Message: "Authentication error"}
}

// allows says whether a token has a permission in a zone or, without one, on the user or account. What a policy
// denies no other gives.
func allows(t token, zone, permission string) bool {
	covered := func(effect string) bool {
		return slices.ContainsFunc(t.Policies, func(p policy) bool { return p.Effect == effect && p.covers(permission, zone) })
	}
	return covered("allow") && !covered("deny")
}

func verifyToken(c *call) (answer, []*fault) {
	result := map[string]any{"id": c.token.ID, "status": c.token.Status}
	if c.token.NotBefore != nil {
		result["not_before"] = c.token.NotBefore
	}
	if c.token.ExpiresOn != nil {
		result["expires_on"] = c.token.ExpiresOn
	}
	if c.token.Status != active {
		return answer{result: result}, nil
	}
	return answer{result: result, messages: []message{{Code: 10000, Message: "This API Token is valid and active"}}}, nil
}
