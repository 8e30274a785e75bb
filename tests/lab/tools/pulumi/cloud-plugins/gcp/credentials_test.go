package gcp

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"
)

func serviceAccountJSON(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]string{
		"type": "service_account", "client_email": "a@b.test", "private_key_id": "1",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"token_uri":   "https://oauth2.googleapis.com/token",
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestBrokenCredentialsAreRefusedWithoutTellingThem(t *testing.T) {
	for _, credentials := range []string{
		"planted-secret", `{"planted-secret`, `{"type":"user","private_key":"planted-secret"}`,
		`{"type":"service_account","private_key":"planted-secret"}`,
	} {
		_, err := credentialsOf(map[string]string{"credentials": credentials})
		if err == nil || strings.Contains(err.Error(), "planted-secret") {
			t.Errorf("%s: %v", credentials, err)
		}
	}
}
