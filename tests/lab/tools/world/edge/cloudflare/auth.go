package cloudflare

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/config"
)

var (
	// Real tokens have 40 characters or more; what has another form is refused before it is looked up.
	tokenForm = regexp.MustCompile(`^[A-Za-z0-9_-]{40,}$`)
	keyForm   = regexp.MustCompile(`^[0-9a-f]{37}$`)
)

// authenticate finds the request's token. Which code an unknown one gets depends on the service behind the path.
func (a *API) authenticate(r *http.Request) (config.Token, *fault) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return config.Token{}, withoutToken(r)
	}
	value, bearer := strings.CutPrefix(header, "Bearer ")
	if bearer {
		for _, t := range a.tokens {
			if subtle.ConstantTimeCompare([]byte(t.Value), []byte(value)) == 1 {
				return t, nil
			}
		}
	}
	if !bearer || !tokenForm.MatchString(value) {
		return config.Token{}, invalidHeader(6111, "Invalid format for Authorization header")
	}
	switch {
	case isVerify(r):
		return config.Token{}, &fault{status: http.StatusUnauthorized, Code: 1000, Message: "Invalid API Token"}
	case strings.Contains(r.URL.Path, "/dns_records"):
		return config.Token{}, authenticationError()
	}
	return config.Token{}, &fault{status: http.StatusForbidden, Code: 9109, Message: "Invalid access token"}
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

func isVerify(r *http.Request) bool { return r.URL.Path == base+"/user/tokens/verify" }

func invalidHeader(code int, text string) *fault {
	return &fault{
		status: http.StatusBadRequest, Code: 6003, Message: "Invalid request headers",
		Chain: []*fault{{Code: code, Message: text}},
	}
}

func authenticationError() *fault {
	return &fault{status: http.StatusForbidden, Code: 10000, Message: "Authentication error"}
}

// allows says whether a token has a permission in a zone. Whoever may edit records may read them.
func allows(t config.Token, zone, permission string) bool {
	if !slices.Contains(t.Zones, zone) {
		return false
	}
	return slices.Contains(t.Permissions, permission) ||
		(permission == "dns:read" && slices.Contains(t.Permissions, "dns:edit"))
}

func verifyToken(c *call) (answer, []*fault) {
	sum := sha256.Sum256([]byte("token " + c.token.Value))
	return answer{
		result:   map[string]string{"id": hex.EncodeToString(sum[:16]), "status": "active"},
		messages: []message{{Code: 10000, Message: "This API Token is valid and active"}},
	}, nil
}
