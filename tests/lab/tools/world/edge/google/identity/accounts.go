package identity

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// accountForm is what may stand before the @ of a service account.
var accountForm = regexp.MustCompile(`^[a-z]([-a-z0-9]{4,28}[a-z0-9])$`)

// maxKeys is the limit of user-managed keys per account.
const maxKeys = 10

// ServiceAccount is one as the API shows it.
type ServiceAccount struct {
	Name           string `json:"name"`
	ProjectID      string `json:"projectId"`
	UniqueID       string `json:"uniqueId"`
	Email          string `json:"email"`
	DisplayName    string `json:"displayName,omitempty"`
	Etag           string `json:"etag"`
	Description    string `json:"description,omitempty"`
	Oauth2ClientID string `json:"oauth2ClientId"`
	Disabled       bool   `json:"disabled,omitempty"`
}

type account struct {
	ServiceAccount
	keys []*key
}

// CreateAccount makes a service account.
func (d *Directory) CreateAccount(id, displayName, description string) (ServiceAccount, *Problem) {
	if !accountForm.MatchString(id) {
		return ServiceAccount{}, Invalid(fmt.Sprintf("Invalid service account id %q: 6 to 30 lower-case letters, digits and dashes.", id))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	email := fmt.Sprintf("%s@%s.iam.gserviceaccount.com", id, d.project.ID)
	if d.find(email) != nil {
		return ServiceAccount{}, AlreadyExists(fmt.Sprintf("Service account %s already exists within project %s.", id, d.project.Resource()))
	}
	unique := randomDigits(21)
	made := &account{ServiceAccount: ServiceAccount{
		Name:      d.project.Resource() + "/serviceAccounts/" + email,
		ProjectID: d.project.ID, UniqueID: unique, Email: email, DisplayName: displayName, Description: description,
		Etag: newEtag(), Oauth2ClientID: unique,
	}}
	d.accounts = append(d.accounts, made)
	return made.ServiceAccount, nil
}

// Accounts lists the service accounts.
func (d *Directory) Accounts() []ServiceAccount {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := []ServiceAccount{}
	for _, a := range d.accounts {
		list = append(list, a.ServiceAccount)
	}
	return list
}

// Account returns a service account by e-mail address or unique id.
func (d *Directory) Account(given string) (ServiceAccount, *Problem) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, p := d.existing(given)
	if p != nil {
		return ServiceAccount{}, p
	}
	return a.ServiceAccount, nil
}

// ChangeAccount lets a function edit an account.
func (d *Directory) ChangeAccount(given string, change func(*ServiceAccount)) (ServiceAccount, *Problem) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, p := d.existing(given)
	if p != nil {
		return ServiceAccount{}, p
	}
	change(&a.ServiceAccount)
	a.Etag = newEtag()
	return a.ServiceAccount, nil
}

// DeleteAccount removes an account with its keys. Its bindings stay, under a name that no new account has.
func (d *Directory) DeleteAccount(given string) *Problem {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, p := d.existing(given)
	if p != nil {
		return p
	}
	d.accounts = slices.DeleteFunc(d.accounts, func(other *account) bool { return other == a })
	delete(d.policies, a.Name)
	member := "serviceAccount:" + a.Email
	for _, policy := range d.policies {
		policy.rename(member, fmt.Sprintf("deleted:%s?uid=%s", member, a.UniqueID))
	}
	return nil
}

// CreateKey makes a key pair and returns it with the credential file, which is kept nowhere.
func (d *Directory) CreateKey(given string) (Key, []byte, *Problem) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return Key{}, nil, &Problem{Code: 500, Status: "INTERNAL", Reason: "backendError", Message: err.Error()}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	a, p := d.existing(given)
	if p != nil {
		return Key{}, nil, p
	}
	if len(a.keys) >= maxKeys {
		return Key{}, nil, Precondition("Precondition check failed.")
	}
	made := newKey(a.ServiceAccount, &private.PublicKey, d.now())
	a.keys = append(a.keys, made)
	return made.Key, d.credentialFile(a.ServiceAccount, made, private), nil
}

// Keys lists the keys of an account.
func (d *Directory) Keys(given string) ([]Key, *Problem) {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, p := d.existing(given)
	if p != nil {
		return nil, p
	}
	list := []Key{}
	for _, k := range a.keys {
		list = append(list, k.Key)
	}
	return list, nil
}

// Key returns a key with its public part in the form asked for: none, X.509 or raw.
func (d *Directory) Key(given, id, form string) (Key, string, *Problem) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, k, p := d.existingKey(given, id)
	if p != nil {
		return Key{}, "", p
	}
	return k.Key, k.publicData(form), nil
}

// DeleteKey removes a key: nothing that it signs is accepted any more. Access tokens that it got stay valid until
// they expire, as Google documents it.
func (d *Directory) DeleteKey(given, id string) *Problem {
	d.mu.Lock()
	defer d.mu.Unlock()
	a, k, p := d.existingKey(given, id)
	if p != nil {
		return p
	}
	a.keys = slices.DeleteFunc(a.keys, func(other *key) bool { return other == k })
	return nil
}

func (d *Directory) find(given string) *account {
	for _, a := range d.accounts {
		if a.Email == given || a.UniqueID == given {
			return a
		}
	}
	return nil
}

func (d *Directory) existing(given string) (*account, *Problem) {
	if a := d.find(given); a != nil {
		return a, nil
	}
	return nil, NotFound(fmt.Sprintf("Service account %s/serviceAccounts/%s does not exist.", d.project.Resource(), given))
}

func (d *Directory) existingKey(given, id string) (*account, *key, *Problem) {
	a, p := d.existing(given)
	if p != nil {
		return nil, nil, p
	}
	for _, k := range a.keys {
		if strings.HasSuffix(k.Name, "/"+id) {
			return a, k, nil
		}
	}
	return nil, nil, NotFound("Service account key does not exist.")
}
