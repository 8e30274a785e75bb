package identity

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/url"
	"time"
)

// Key is a user-managed key as the API shows it.
type Key struct {
	Name            string `json:"name"`
	KeyAlgorithm    string `json:"keyAlgorithm"`
	ValidAfterTime  string `json:"validAfterTime"`
	ValidBeforeTime string `json:"validBeforeTime"`
	KeyOrigin       string `json:"keyOrigin"`
	KeyType         string `json:"keyType"`
}

type key struct {
	Key
	id     string
	public *rsa.PublicKey
	// certificate is the public part in the X.509 form.
	certificate []byte
}

// neverExpires is what Google shows for keys without an expiry.
const neverExpires = "9999-12-31T23:59:59Z"

func newKey(owner ServiceAccount, public *rsa.PublicKey, now time.Time) *key {
	id := randomHex(20)
	return &key{id: id, public: public, Key: Key{
		Name: owner.Name + "/keys/" + id, KeyAlgorithm: "KEY_ALG_RSA_2048",
		ValidAfterTime: now.UTC().Format(time.RFC3339), ValidBeforeTime: neverExpires,
		KeyOrigin: "GOOGLE_PROVIDED", KeyType: "USER_MANAGED",
	}}
}

// credentialFile is the JSON that users keep, and records the certificate form of the public key on the way.
func (d *Directory) credentialFile(owner ServiceAccount, k *key, private *rsa.PrivateKey) []byte {
	// Neither can fail for a key that was just made.
	der, _ := x509.MarshalPKCS8PrivateKey(private)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: owner.UniqueID},
		NotBefore: d.now(), NotAfter: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
	}
	k.certificate, _ = x509.CreateCertificate(rand.Reader, template, template, k.public, private)
	const certificates = "https://www.googleapis.com/robot/v1/metadata/x509/"
	file, _ := json.MarshalIndent(map[string]string{
		"type": "service_account", "project_id": owner.ProjectID, "private_key_id": k.id,
		"private_key":  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"client_email": owner.Email, "client_id": owner.UniqueID,
		"auth_uri": "https://accounts.google.com/o/oauth2/auth", "token_uri": d.tokenURL,
		"auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
		"client_x509_cert_url":        certificates + url.QueryEscape(owner.Email), "universe_domain": "googleapis.com",
	}, "", "  ")
	return file
}

// publicData returns the public part, base64 around PEM as the API has it.
func (k *key) publicData(form string) string {
	switch form {
	case "TYPE_X509_PEM_FILE":
		return encodePEM("CERTIFICATE", k.certificate)
	case "TYPE_RAW_PUBLIC_KEY":
		der, _ := x509.MarshalPKIXPublicKey(k.public)
		return encodePEM("PUBLIC KEY", der)
	}
	return ""
}

func encodePEM(kind string, der []byte) string {
	return base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
