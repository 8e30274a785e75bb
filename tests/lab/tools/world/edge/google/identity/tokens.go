package identity

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"strings"
	"time"
)

// TokenLifetime is how long access tokens are valid.
const TokenLifetime = 3599 * time.Second

type accessToken struct {
	uniqueID string
	scopes   []string
	expires  time.Time
}

// Principal is whoever makes a request.
type Principal struct {
	// Member is the principal as policies name it; empty for the administrator.
	Member string
	Scopes []string
	admin  bool
}

// Name says who it is, in the records of denials.
func (p Principal) Name() string {
	if p.admin {
		return "the administrator"
	}
	return p.Member
}

// HasScope says whether the access token covers one of these scopes.
func (p Principal) HasScope(scopes ...string) bool {
	return p.admin || slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(p.Scopes, s) })
}

// Authenticate returns the principal of an access token that is valid now: those of disabled and deleted accounts
// are not.
func (d *Directory) Authenticate(token string) (Principal, bool) {
	if subtle.ConstantTimeCompare([]byte(token), []byte(d.adminToken)) == 1 {
		return Principal{admin: true}, true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	t, ok := d.tokens[token]
	if !ok || !d.now().Before(t.expires) {
		return Principal{}, false
	}
	a := d.find(t.uniqueID)
	if a == nil || a.Disabled {
		return Principal{}, false
	}
	return Principal{Member: "serviceAccount:" + a.Email, Scopes: t.scopes}, true
}

// KnowsAccount says whether an e-mail address is that of a service account, and whether it is enabled.
func (d *Directory) KnowsAccount(email string) (exists, enabled bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.find(email)
	return a != nil, a != nil && !a.Disabled
}

// Signed says whether one of the account's present keys made an RS256 signature. An empty key id means any.
func (d *Directory) Signed(email, keyID, text string, signature []byte) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.find(email)
	if a == nil {
		return false
	}
	digest := sha256.Sum256([]byte(text))
	return slices.ContainsFunc(a.keys, func(k *key) bool {
		return (keyID == "" || keyID == k.id) && rsa.VerifyPKCS1v15(k.public, crypto.SHA256, digest[:], signature) == nil
	})
}

// Issue makes an access token for an account.
func (d *Directory) Issue(email string, scopes []string) string {
	raw := make([]byte, 48)
	rand.Read(raw)
	token := "ya29.c." + strings.TrimRight(base64.URLEncoding.EncodeToString(raw), "=")
	d.mu.Lock()
	defer d.mu.Unlock()
	if a := d.find(email); a != nil {
		d.tokens[token] = accessToken{uniqueID: a.UniqueID, scopes: scopes, expires: d.now().Add(TokenLifetime)}
	}
	return token
}

// Now is the directory's clock.
func (d *Directory) Now() time.Time { return d.now() }

// Allowed says whether the policies of any of these resources, the nearest first, give a permission to a principal.
// What is denied is remembered.
func (d *Directory) Allowed(p Principal, permission string, resources ...string) bool {
	if p.admin {
		return true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, resource := range resources {
		policy := d.policies[resource]
		if policy == nil {
			continue
		}
		for _, b := range policy.Bindings {
			if b.Condition == nil && slices.Contains(b.Members, p.Member) && d.grants(b.Role, permission) {
				return true
			}
		}
	}
	denial := Denial{Time: d.now().UTC(), Principal: p.Name(), Permission: permission, Resource: resources[0]}
	d.denials = append(d.denials, denial)
	if len(d.denials) > kept {
		d.denials = slices.Delete(d.denials, 0, len(d.denials)-kept)
	}
	return false
}
