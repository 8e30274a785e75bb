// Package token emulates Google's OAuth 2.0 token endpoint for service accounts (RFC 7523).
package token

import (
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/identity"
)

const (
	grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	// skew is how far the clocks of clients may be off.
	skew        = 5 * time.Minute
	maxLifetime = time.Hour
	scopePrefix = "https://www.googleapis.com/auth/"
)

// Endpoint issues access tokens for signed assertions.
type Endpoint struct {
	Directory *identity.Directory
	// URL is the endpoint's own, which assertions must be meant for.
	URL string
}

// refusal is an error of RFC 6749, section 5.2.
type refusal struct {
	status      int
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

// claims are what a service account asserts.
type claims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Audience string `json:"aud"`
	Scope    string `json:"scope"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
}

type assertion struct {
	claims    claims
	keyID     string
	signed    string
	signature []byte
}

func (e *Endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/token" || r.Method != http.MethodPost {
		http.NotFound(w, r)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	// Answers about tokens are never to be kept (RFC 6749, 5.1).
	w.Header().Set("Cache-Control", "no-store")
	token, problem := e.exchange(r)
	if problem != nil {
		write(w, problem.status, problem)
		return
	}
	write(w, http.StatusOK, map[string]any{
		"access_token": token, "expires_in": int(identity.TokenLifetime.Seconds()), "token_type": "Bearer",
	})
}

func (e *Endpoint) exchange(r *http.Request) (string, *refusal) {
	if given := r.PostFormValue("grant_type"); given != grantType {
		return "", &refusal{http.StatusBadRequest, "unsupported_grant_type", "Invalid grant_type: " + given}
	}
	a, ok := parse(r.PostFormValue("assertion"))
	if !ok {
		return "", invalidGrant("Bad Request")
	}
	if problem := e.check(a); problem != nil {
		return "", problem
	}
	scopes := strings.Fields(a.claims.Scope)
	foreign := func(s string) bool { return !strings.HasPrefix(s, scopePrefix) }
	if len(scopes) == 0 || slices.ContainsFunc(scopes, foreign) {
		return "", &refusal{http.StatusBadRequest, "invalid_scope", "Invalid OAuth scope or ID token audience provided."}
	}
	return e.Directory.Issue(a.claims.Issuer, scopes), nil
}

func (e *Endpoint) check(a assertion) *refusal {
	now, issued, expires := e.Directory.Now(), time.Unix(a.claims.Issued, 0), time.Unix(a.claims.Expires, 0)
	exists, enabled := e.Directory.KnowsAccount(a.claims.Issuer)
	switch {
	case a.claims.Audience != e.URL:
		return invalidGrant("Invalid JWT: Failed audience check. The right audience is " + e.URL)
	case issued.After(now.Add(skew)) || expires.Before(now.Add(-skew)) || expires.Sub(issued) > maxLifetime || expires.Before(issued):
		return invalidGrant("Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. " +
			"Check your iat and exp values in the JWT claim.")
	case !exists:
		return invalidGrant("Invalid grant: account not found")
	case !e.Directory.Signed(a.claims.Issuer, a.keyID, a.signed, a.signature):
		return invalidGrant("Invalid JWT Signature.")
	case !enabled:
		return &refusal{http.StatusUnauthorized, "disabled_client", "The OAuth client was disabled."}
	case a.claims.Subject != "" && a.claims.Subject != a.claims.Issuer:
		return &refusal{http.StatusUnauthorized, "unauthorized_client", "Client is unauthorized to retrieve access tokens " +
			"using this method, or client not authorized for any of the scopes requested."}
	}
	return nil
}

func parse(text string) (assertion, bool) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return assertion{}, false
	}
	var header struct {
		Algorithm string `json:"alg"`
		KeyID     string `json:"kid"`
	}
	a := assertion{signed: parts[0] + "." + parts[1]}
	signature, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[2], "="))
	if err != nil || !decode(parts[0], &header) || !decode(parts[1], &a.claims) || header.Algorithm != "RS256" {
		return assertion{}, false
	}
	a.keyID, a.signature = header.KeyID, signature
	return a, true
}

func decode(part string, into any) bool {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(part, "="))
	return err == nil && json.Unmarshal(raw, into) == nil
}

func invalidGrant(description string) *refusal {
	return &refusal{http.StatusBadRequest, "invalid_grant", description}
}

func write(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(value); err != nil {
		slog.Debug("token reply lost", "error", err)
	}
}
