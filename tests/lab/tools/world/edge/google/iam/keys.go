package iam

import (
	"encoding/base64"
	"fmt"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/identity"
	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/rest"
)

const (
	credentialsFile = "TYPE_GOOGLE_CREDENTIALS_FILE"
	rsa2048         = "KEY_ALG_RSA_2048"
)

// shownKey is a key with what only some answers hold.
type shownKey struct {
	identity.Key
	PrivateKeyType string `json:"privateKeyType,omitempty"`
	PrivateKeyData string `json:"privateKeyData,omitempty"`
	PublicKeyData  string `json:"publicKeyData,omitempty"`
}

func (s *server) keyRoutes(handle handler) {
	const keys = "/v1/projects/{project}/serviceAccounts/{account}/keys"
	handle("POST "+keys, s.withAccount("iam.serviceAccountKeys.create", s.createKey))
	handle("GET "+keys, s.withAccount("iam.serviceAccountKeys.list", s.listKeys))
	handle("GET "+keys+"/{key}", s.withAccount("iam.serviceAccountKeys.get", s.getKey))
	handle("DELETE "+keys+"/{key}", s.withAccount("iam.serviceAccountKeys.delete", s.deleteKey))
}

func (s *server) createKey(c *rest.Call) (any, *identity.Problem) {
	var in struct {
		PrivateKeyType string `json:"privateKeyType"`
		KeyAlgorithm   string `json:"keyAlgorithm"`
	}
	if p := c.Body(&in); p != nil {
		return nil, p
	}
	otherType := in.PrivateKeyType != "" && in.PrivateKeyType != "TYPE_UNSPECIFIED" && in.PrivateKeyType != credentialsFile
	otherAlgorithm := in.KeyAlgorithm != "" && in.KeyAlgorithm != "KEY_ALG_UNSPECIFIED" && in.KeyAlgorithm != rsa2048
	if otherType || otherAlgorithm {
		return nil, identity.Invalid(fmt.Sprintf("The lab makes keys of %s and %s alone.", credentialsFile, rsa2048))
	}
	made, file, p := s.directory.CreateKey(c.PathValue("account"))
	if p != nil {
		return nil, p
	}
	return shownKey{Key: made, PrivateKeyType: credentialsFile, PrivateKeyData: base64.StdEncoding.EncodeToString(file)}, nil
}

func (s *server) listKeys(c *rest.Call) (any, *identity.Problem) {
	keys, p := s.directory.Keys(c.PathValue("account"))
	if p != nil {
		return nil, p
	}
	// The keys that Google keeps for itself do not exist here.
	types := c.URL.Query()["keyTypes"]
	if len(types) == 1 && types[0] == "SYSTEM_MANAGED" {
		keys = []identity.Key{}
	}
	return map[string]any{"keys": keys}, nil
}

func (s *server) getKey(c *rest.Call) (any, *identity.Problem) {
	found, public, p := s.directory.Key(c.PathValue("account"), c.PathValue("key"), c.URL.Query().Get("publicKeyType"))
	if p != nil {
		return nil, p
	}
	return shownKey{Key: found, PublicKeyData: public}, nil
}

func (s *server) deleteKey(c *rest.Call) (any, *identity.Problem) {
	return struct{}{}, s.directory.DeleteKey(c.PathValue("account"), c.PathValue("key"))
}
