package token_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/googletest"
)

const grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"

type credentials struct {
	ID    string `json:"private_key_id"`
	Key   string `json:"private_key"`
	Email string `json:"client_email"`
	URI   string `json:"token_uri"`
	key   *rsa.PrivateKey
}

func credentialsOf(t *testing.T, file []byte) credentials {
	t.Helper()
	var c credentials
	if err := json.Unmarshal(file, &c); err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode([]byte(c.Key))
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	c.key = parsed.(*rsa.PrivateKey)
	return c
}

func (c credentials) sign(header, claims map[string]any) string {
	part := func(value map[string]any) string {
		raw, _ := json.Marshal(value)
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	text := part(header) + "." + part(claims)
	digest := sha256.Sum256([]byte(text))
	signature, _ := rsa.SignPKCS1v15(rand.Reader, c.key, crypto.SHA256, digest[:])
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func exchange(t *testing.T, p *googletest.Project, form url.Values) (status int, body map[string]any) {
	t.Helper()
	request := httptest.NewRequest("POST", googletest.TokenURL, strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	recorder := httptest.NewRecorder()
	p.ServeHTTP(recorder, request)
	if err := json.Unmarshal(recorder.Body.Bytes(), &body); err != nil {
		t.Fatalf("%v: %s", err, recorder.Body)
	}
	return recorder.Code, body
}

func TestAssertions(t *testing.T) {
	p := googletest.New()
	email, file := p.Account(t, "robot-one")
	own := credentialsOf(t, file)
	_, otherFile := p.Account(t, "robot-two")
	stranger := credentialsOf(t, otherFile)
	if own.URI != googletest.TokenURL || own.Email != email || own.key.N.BitLen() != 2048 {
		t.Errorf("the file says %s, %s, %d bits", own.URI, own.Email, own.key.N.BitLen())
	}
	now := time.Now()
	for name, c := range map[string]struct {
		signer         credentials
		header, claims map[string]any
		status         int
		want           string
	}{
		"good":              {own, nil, nil, 200, ""},
		"without key id":    {own, map[string]any{"kid": ""}, nil, 200, ""},
		"forged":            {stranger, map[string]any{"kid": own.ID}, nil, 400, "invalid_grant: Invalid JWT Signature."},
		"forged without id": {stranger, map[string]any{"kid": ""}, nil, 400, "invalid_grant: Invalid JWT Signature."},
		"other's key":       {stranger, nil, nil, 400, "invalid_grant: Invalid JWT Signature."},
		"other's key id":    {own, map[string]any{"kid": stranger.ID}, nil, 400, "invalid_grant: Invalid JWT Signature."},
		"other algorithm":   {own, map[string]any{"alg": "none"}, nil, 400, "invalid_grant: Bad Request"},
		"unknown account":   {own, nil, map[string]any{"iss": "nobody@p.iam.gserviceaccount.com"}, 400, "invalid_grant: Invalid grant: account not found"},
		"other audience":    {own, nil, map[string]any{"aud": "https://example.com"}, 400, "invalid_grant: Invalid JWT: Failed audience check."},
		"expired":           {own, nil, map[string]any{"iat": now.Add(-2 * time.Hour).Unix(), "exp": now.Add(-time.Hour).Unix()}, 400, "invalid_grant: Invalid JWT: Token must be a short-lived"},
		"too long":          {own, nil, map[string]any{"exp": now.Add(2 * time.Hour).Unix()}, 400, "invalid_grant: Invalid JWT: Token must be a short-lived"},
		"of the future":     {own, nil, map[string]any{"iat": now.Add(time.Hour).Unix(), "exp": now.Add(90 * time.Minute).Unix()}, 400, "invalid_grant: Invalid JWT: Token must be a short-lived"},
		"without scope":     {own, nil, map[string]any{"scope": ""}, 400, "invalid_scope: Invalid OAuth scope"},
		"foreign scope":     {own, nil, map[string]any{"scope": "everything"}, 400, "invalid_scope: Invalid OAuth scope"},
		"for a user":        {own, nil, map[string]any{"sub": "boss@example.com"}, 401, "unauthorized_client: Client is unauthorized"},
	} {
		t.Run(name, func(t *testing.T) {
			header := map[string]any{"alg": "RS256", "typ": "JWT", "kid": c.signer.ID}
			claims := map[string]any{
				"iss": email, "aud": googletest.TokenURL, "scope": "https://www.googleapis.com/auth/cloud-platform",
				"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
			}
			for k, v := range c.header {
				header[k] = v
			}
			for k, v := range c.claims {
				claims[k] = v
			}
			status, body := exchange(t, p, url.Values{"grant_type": {grant}, "assertion": {c.signer.sign(header, claims)}})
			if status != c.status {
				t.Fatalf("%d %v", status, body)
			}
			if status != 200 {
				if got := fmt.Sprint(body["error"], ": ", body["error_description"]); !strings.HasPrefix(got, c.want) {
					t.Errorf("got %s", got)
				}
				return
			}
			who, known := p.Directory.Authenticate(body["access_token"].(string))
			if !known || who.Member != "serviceAccount:"+email || body["expires_in"] != 3599.0 || body["token_type"] != "Bearer" {
				t.Errorf("got %v for %v", who, body)
			}
		})
	}
}

func TestMalformedRequests(t *testing.T) {
	p := googletest.New()
	for want, form := range map[string]url.Values{
		"unsupported_grant_type": {"grant_type": {"password"}},
		"invalid_grant":          {"grant_type": {grant}, "assertion": {"a.b"}},
	} {
		if status, body := exchange(t, p, form); status != 400 || body["error"] != want {
			t.Errorf("%d %v", status, body)
		}
	}
}
