package iam_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/google/googletest"
)

const (
	accounts = "iam.googleapis.com/v1/projects/p/serviceAccounts"
	roles    = "iam.googleapis.com/v1/projects/p/roles"
	project  = "cloudresourcemanager.googleapis.com/v1/projects/p"
)

func TestLifeOfAnAccount(t *testing.T) {
	p := googletest.New()
	made := p.Must(t, "POST", accounts, `{"accountId":"robot-one","serviceAccount":{"displayName":"Robot"}}`)
	const email = "robot-one@p.iam.gserviceaccount.com"
	if made["email"] != email || made["name"] != "projects/p/serviceAccounts/"+email || len(made["uniqueId"].(string)) != 21 {
		t.Errorf("made %v", made)
	}
	for body, want := range map[string]string{`{"accountId":"robot-one"}`: "alreadyExists", `{"accountId":"Bad"}`: "badRequest"} {
		if got := p.Do(t, googletest.Admin, "POST", accounts, body); got.Reason != want {
			t.Errorf("%s: %+v", body, got)
		}
	}
	for _, address := range []string{accounts + "/" + email, "iam.googleapis.com/v1/projects/-/serviceAccounts/" + made["uniqueId"].(string)} {
		if got := p.Must(t, "GET", address, ""); got["displayName"] != "Robot" {
			t.Errorf("%s: %v", address, got)
		}
	}
	patched := p.Must(t, "PATCH", accounts+"/"+email, `{"serviceAccount":{"displayName":"Other"},"updateMask":"displayName"}`)
	if patched["displayName"] != "Other" || patched["etag"] == made["etag"] {
		t.Errorf("patched %v", patched)
	}
	if got := p.Must(t, "GET", accounts, "")["accounts"].([]any); len(got) != 1 {
		t.Errorf("listed %v", got)
	}
	p.Must(t, "DELETE", accounts+"/"+email, "")
	if got := p.Do(t, googletest.Admin, "GET", accounts+"/"+email, ""); got.Status != 404 || got.Body["error"].(map[string]any)["status"] != "NOT_FOUND" {
		t.Errorf("deleted: %+v", got)
	}
}

func TestTokensEndWithTheirAccountAndNotWithTheirKey(t *testing.T) {
	p := googletest.New()
	email, _ := p.Account(t, "robot-one")
	token := p.Directory.Issue(email, nil)
	keys := p.Must(t, "GET", accounts+"/"+email+"/keys", "")["keys"].([]any)
	p.Must(t, "DELETE", "iam.googleapis.com/v1/"+keys[0].(map[string]any)["name"].(string), "")
	valid := func() bool { _, ok := p.Directory.Authenticate(token); return ok }
	if !valid() {
		t.Error("a token ends with its key")
	}
	p.Must(t, "POST", accounts+"/"+email+":disable", "")
	if valid() {
		t.Error("a token outlives its account's being enabled")
	}
	p.Must(t, "POST", accounts+"/"+email+":enable", "")
	if !valid() {
		t.Error("enabled again")
	}
	p.Bind(t, project, "roles/dns.admin", email)
	p.Must(t, "DELETE", accounts+"/"+email, "")
	p.Must(t, "POST", accounts, `{"accountId":"robot-one"}`)
	if valid() {
		t.Error("a token outlives its account")
	}
	policy := fmt.Sprint(p.Must(t, "POST", project+":getIamPolicy", ""))
	if !strings.Contains(policy, "deleted:serviceAccount:"+email+"?uid=") {
		t.Errorf("a new account of the same name inherits: %s", policy)
	}
}

func TestKeys(t *testing.T) {
	p := googletest.New()
	email, _ := p.Account(t, "robot-one")
	at := accounts + "/" + email + "/keys"
	made := p.Must(t, "POST", at, `{"privateKeyType":"TYPE_GOOGLE_CREDENTIALS_FILE","keyAlgorithm":"KEY_ALG_RSA_2048"}`)
	one := "iam.googleapis.com/v1/" + made["name"].(string)
	if got := p.Must(t, "GET", one, ""); got["privateKeyData"] != nil || got["publicKeyData"] != nil || got["keyType"] != "USER_MANAGED" {
		t.Errorf("read %v", got)
	}
	public := func(form string) []byte {
		data, _ := base64.StdEncoding.DecodeString(p.Must(t, "GET", one+"?publicKeyType="+form, "")["publicKeyData"].(string))
		block, _ := pem.Decode(data)
		return block.Bytes
	}
	certificate, err := x509.ParseCertificate(public("TYPE_X509_PEM_FILE"))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.ParsePKIXPublicKey(public("TYPE_RAW_PUBLIC_KEY"))
	if equal, ok := raw.(interface{ Equal(any) bool }); err != nil || (ok && !equal.Equal(certificate.PublicKey)) {
		t.Errorf("raw %v, %v", raw, err)
	}
	if got := p.Do(t, googletest.Admin, "POST", at, `{"keyAlgorithm":"KEY_ALG_RSA_1024"}`); got.Status != 400 {
		t.Errorf("short key: %+v", got)
	}
	p.Must(t, "DELETE", one, "")
	if got := p.Do(t, googletest.Admin, "DELETE", one, ""); got.Status != 404 {
		t.Errorf("deleted twice: %+v", got)
	}
	if keys := p.Directory.State().Keys; len(keys) != 1 {
		t.Errorf("left: %v", keys)
	}
}

func TestRolesAndTheirIds(t *testing.T) {
	p := googletest.New()
	create := func(id, permission string) googletest.Reply {
		body := fmt.Sprintf(`{"roleId":%q,"role":{"title":"t","includedPermissions":[%q]}}`, id, permission)
		return p.Do(t, googletest.Admin, "POST", roles, body)
	}
	if got := create("solver", "dns.changes.get"); got.Body["name"] != "projects/p/roles/solver" || got.Body["etag"] == "" {
		t.Errorf("made %+v", got)
	}
	for _, c := range []struct{ id, permission, reason string }{
		{"solver", "dns.changes.get", "alreadyExists"}, {"with-dash", "dns.changes.get", "badRequest"},
		{"other", "dns.changes.everything", "badRequest"}, {"other", "dns.changes.*", "badRequest"},
	} {
		if got := create(c.id, c.permission); got.Reason != c.reason {
			t.Errorf("%v: %+v", c, got)
		}
	}
	email, _ := p.Account(t, "robot-one")
	p.Bind(t, project, "projects/p/roles/solver", email)
	who, _ := p.Directory.Authenticate(p.Directory.Issue(email, nil))
	granted := func() bool { return p.Directory.Allowed(who, "dns.changes.get", "projects/p") }
	if !granted() {
		t.Error("a custom role grants nothing")
	}
	if got := p.Must(t, "DELETE", roles+"/solver", ""); got["deleted"] != true || granted() {
		t.Errorf("deleted: %v", got)
	}
	if got := create("solver", "dns.changes.get"); got.Status != 400 || got.Reason != "failedPrecondition" ||
		got.Message != "You can't create a role_id (solver) which has been marked for deletion." {
		t.Errorf("made again: %+v", got)
	}
	listed := func(query string) int {
		list, _ := p.Must(t, "GET", roles+query, "")["roles"].([]any)
		return len(list)
	}
	if listed("") != 0 || listed("?showDeleted=true") != 1 {
		t.Error("deleted roles are listed when asked for alone")
	}
	p.Must(t, "POST", roles+"/solver:undelete", "")
	if !granted() {
		t.Error("an undeleted role grants nothing")
	}
	if got := p.Do(t, googletest.Admin, "PATCH", roles+"/solver?updateMask=title", `{"title":"u","etag":"old"}`); got.Status != 409 {
		t.Errorf("stale: %+v", got)
	}
	if got := p.Must(t, "GET", "iam.googleapis.com/v1/roles/dns.reader", ""); got["name"] != "roles/dns.reader" {
		t.Errorf("predefined: %v", got)
	}
}

func TestPoliciesAreReplacedWithTheirEtag(t *testing.T) {
	p := googletest.New()
	email, _ := p.Account(t, "robot-one")
	first := p.Must(t, "POST", project+":getIamPolicy", "")
	body := func(etag any, role, member string) string {
		return fmt.Sprintf(`{"policy":{"etag":%q,"bindings":[{"role":%q,"members":[%q]}]}}`, etag, role, member)
	}
	second := p.Must(t, "POST", project+":setIamPolicy", body(first["etag"], "roles/dns.reader", "serviceAccount:"+email))
	stale := p.Do(t, googletest.Admin, "POST", project+":setIamPolicy", body(first["etag"], "roles/dns.admin", "serviceAccount:"+email))
	if stale.Status != 409 || stale.Reason != "aborted" || stale.Body["error"].(map[string]any)["status"] != "ABORTED" {
		t.Errorf("stale: %+v", stale)
	}
	for _, c := range []struct{ role, member, want string }{
		{"roles/nothing", "serviceAccount:" + email, "Role roles/nothing is not supported for this resource."},
		{"roles/dns.admin", "serviceAccount:nobody@p.iam.gserviceaccount.com", "Service account nobody@p.iam.gserviceaccount.com does not exist."},
		{"roles/dns.admin", "somebody", "The member somebody is of an unknown type. Please set a valid type prefix for the member."},
	} {
		got := p.Do(t, googletest.Admin, "POST", project+":setIamPolicy", body(second["etag"], c.role, c.member))
		if got.Status != 400 || got.Message != c.want {
			t.Errorf("%v: %+v", c, got)
		}
	}
	twice := `{"policy":{"bindings":[{"role":"roles/dns.admin","members":["user:b","user:a"]},{"role":"roles/dns.reader","members":[]},` +
		`{"role":"roles/dns.admin","members":["user:a"]}]}}`
	joined := p.Must(t, "POST", project+":setIamPolicy", twice)["bindings"]
	if got := fmt.Sprint(joined); got != "[map[members:[user:a user:b] role:roles/dns.admin]]" {
		t.Errorf("joined: %s", got)
	}
	workload := body("", "roles/iam.workloadIdentityUser", "serviceAccount:p.svc.id.goog[cert-manager/cert-manager]")
	p.Must(t, "POST", accounts+"/"+email+":setIamPolicy", workload)
	if got := fmt.Sprint(p.Must(t, "POST", accounts+"/"+email+":getIamPolicy", "")["bindings"]); !strings.Contains(got, "svc.id.goog") {
		t.Errorf("the account's policy: %s", got)
	}
	if got := p.Must(t, "GET", "cloudresourcemanager.googleapis.com/v3/projects/17", ""); got["projectId"] != "p" {
		t.Errorf("v3: %v", got)
	}
}

func TestMissingPermissionsAreNamed(t *testing.T) {
	p := googletest.New()
	email, _ := p.Account(t, "robot-one")
	token := p.Directory.Issue(email, []string{"https://www.googleapis.com/auth/cloud-platform"})
	for address, permission := range map[string]string{
		"POST " + accounts:                         "iam.serviceAccounts.create",
		"POST " + accounts + "/" + email + "/keys": "iam.serviceAccountKeys.create",
		"POST " + roles:                            "iam.roles.create",
		"GET " + project:                           "resourcemanager.projects.get",
		"POST " + project + ":setIamPolicy":        "resourcemanager.projects.setIamPolicy",
	} {
		method, at, _ := strings.Cut(address, " ")
		got := p.Do(t, token, method, at, `{"policy":{}}`)
		if got.Status != 403 || !strings.HasPrefix(got.Message, "Permission '"+permission+"' denied on resource '") {
			t.Errorf("%s: %d %s", address, got.Status, got.Message)
		}
	}
	p.Bind(t, accounts+"/"+email, "roles/iam.serviceAccountKeyAdmin", email)
	if got := p.Do(t, token, "POST", accounts+"/"+email+"/keys", ""); got.Status != 200 {
		t.Errorf("bound on the account: %+v", got)
	}
}
