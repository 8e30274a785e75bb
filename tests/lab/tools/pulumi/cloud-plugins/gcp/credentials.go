package gcp

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

const scopes = "https://www.googleapis.com/auth/cloud-platform https://www.googleapis.com/auth/userinfo.email"

// credentialsOf takes the provider's settings, and the environment only where they name no credentials at all.
func credentialsOf(config map[string]string) (func(*http.Request) error, error) {
	token, credentials := config["accessToken"], config["credentials"]
	if token == "" && credentials == "" {
		token = firstOf("GOOGLE_OAUTH_ACCESS_TOKEN")
		credentials = firstOf("GOOGLE_CREDENTIALS", "GOOGLE_CLOUD_KEYFILE_JSON", "GCLOUD_KEYFILE_JSON",
			"GOOGLE_APPLICATION_CREDENTIALS")
	}
	if token != "" {
		return bearer(func(context.Context) (string, error) { return token, nil }), nil
	}
	if credentials == "" {
		missing := errors.New("Attempted to load application default credentials since neither `credentials` nor " +
			"`access_token` was set in the provider block.  No credentials loaded")
		return func(*http.Request) error { return missing }, nil
	}
	account, err := readAccount(credentials)
	if err != nil {
		return nil, err
	}
	return bearer(account.token), nil
}

func bearer(token func(context.Context) (string, error)) func(*http.Request) error {
	return func(req *http.Request) error {
		text, err := token(req.Context())
		if err == nil {
			req.Header.Set("Authorization", "Bearer "+text)
		}
		return err
	}
}

// serviceAccount exchanges a signed assertion for access tokens (RFC 7523), as Google's clients do.
type serviceAccount struct {
	Type         string `json:"type"`
	ClientEmail  string `json:"client_email"`
	PrivateKeyID string `json:"private_key_id"`
	PrivateKey   string `json:"private_key"`
	TokenURI     string `json:"token_uri"`

	key     *rsa.PrivateKey
	mu      sync.Mutex
	current string
	until   time.Time
}

// readAccount reads the JSON of a key, or the file that holds it.
func readAccount(credentials string) (*serviceAccount, error) {
	if !strings.HasPrefix(strings.TrimSpace(credentials), "{") {
		content, err := os.ReadFile(credentials)
		if err != nil {
			return nil, errors.New("error loading credentials: they are neither JSON nor the path of a readable file")
		}
		credentials = string(content)
	}
	account := &serviceAccount{}
	if err := json.Unmarshal([]byte(credentials), account); err != nil {
		return nil, errors.New("error unmarshaling credentials: they are not JSON")
	}
	if account.Type != "service_account" {
		return nil, fmt.Errorf("credentials of type %q: the lab's stand-in serves service_account alone", account.Type)
	}
	block, _ := pem.Decode([]byte(account.PrivateKey))
	if block == nil {
		return nil, errors.New("the credentials' private_key is not PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("the credentials' private_key is no PKCS #8 key")
	}
	key, isRSA := parsed.(*rsa.PrivateKey)
	if !isRSA {
		return nil, errors.New("the credentials' private_key is no RSA key")
	}
	account.key = key
	return account, nil
}

func (s *serviceAccount) token(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().Before(s.until) {
		return s.current, nil
	}
	assertion, err := s.assertion(time.Now())
	if err != nil {
		return "", err
	}
	form := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.TokenURI, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return "", err
	}
	var answer struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
	}
	if res.StatusCode != http.StatusOK || json.Unmarshal(body, &answer) != nil || answer.AccessToken == "" {
		return "", fmt.Errorf("oauth2: cannot fetch token: %s\nResponse: %s", res.Status, body)
	}
	s.current = answer.AccessToken
	s.until = time.Now().Add(time.Duration(answer.ExpiresIn)*time.Second - time.Minute)
	return s.current, nil
}

func (s *serviceAccount) assertion(now time.Time) (string, error) {
	encode := func(value any) (string, error) {
		text, err := json.Marshal(value)
		return base64.RawURLEncoding.EncodeToString(text), err
	}
	header, err := encode(map[string]string{"alg": "RS256", "typ": "JWT", "kid": s.PrivateKeyID})
	if err != nil {
		return "", err
	}
	claims, err := encode(map[string]any{
		"iss": s.ClientEmail, "scope": scopes, "aud": s.TokenURI,
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	})
	if err != nil {
		return "", err
	}
	digest := sha256.Sum256([]byte(header + "." + claims))
	signature, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, digest[:])
	return header + "." + claims + "." + base64.RawURLEncoding.EncodeToString(signature), err
}
