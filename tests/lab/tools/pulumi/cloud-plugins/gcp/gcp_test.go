package gcp

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"certfleet/tests/lab/tools/pulumi/cloud-plugins/enginetest"
	"certfleet/tests/lab/tools/pulumi/cloud-plugins/plugin"
)

const (
	accountType = "gcp:serviceaccount/account:Account"
	keyType     = "gcp:serviceaccount/key:Key"
	roleType    = "gcp:projects/iAMCustomRole:IAMCustomRole"
	memberType  = "gcp:projects/iAMMember:IAMMember"
	zoneType    = "gcp:dns/managedZone:ManagedZone"
	recordType  = "gcp:dns/recordSet:RecordSet"

	recordKey = "dns.googleapis.com/dns/v1/projects/lab-project/managedZones/example a.example.org. A"

	solver      = "dns-solver@lab-project.iam.gserviceaccount.com"
	accountPath = "iam.googleapis.com/v1/projects/lab-project/serviceAccounts/" + solver
)

func TestAccountIsPlannedMadeChangedAndDeleted(t *testing.T) {
	e, g := newEngine(t)
	inputs := values{"accountId": "dns-solver"}
	plan := e.Preview(accountType, inputs)
	if member := plan["member"]; !member.IsString() ||
		member.StringValue() != "serviceAccount:"+solver {
		t.Errorf("the member is not known in a preview: %v", member)
	}
	if !plan["uniqueId"].IsComputed() {
		t.Errorf("a preview knows the unique id: %v", plan["uniqueId"])
	}
	made := e.Create(accountType, inputs)
	changed, _ := e.Update(made, values{"accountId": "dns-solver", "displayName": "DNS solver"})
	if got := g.things[accountPath]["displayName"]; got != "DNS solver" {
		t.Errorf("display name %v", got)
	}
	if diff := e.Diff(changed, values{"accountId": "other-solver"}); !slices.Contains(diff.GetReplaces(), "accountId") {
		t.Errorf("another account id does not replace: %v", diff)
	}
	imported := e.Import(accountType, solver)
	if imported.ID != changed.ID {
		t.Errorf("imported as %q", imported.ID)
	}
	e.MustBeSame(imported, values{"accountId": "dns-solver", "displayName": "DNS solver"})
	for range 2 { // the second time it is gone already
		if err := e.Delete(changed); err != nil {
			t.Error(err)
		}
	}
	if gone := e.Refresh(changed); gone.ID != "" {
		t.Errorf("is still there after its deletion: %v", gone)
	}
}

func TestAccountWithoutNameGetsOneAndKeepsIt(t *testing.T) {
	e, _ := newEngine(t)
	first := e.Create(accountType, values{})
	if id := first.State["accountId"].StringValue(); !strings.HasPrefix(id, "thing-") || len(id) != len("thing-")+7 {
		t.Errorf("account id %q", id)
	}
	e.MustBeSame(first, values{})
}

func TestKeyIsReplacedByItsKeepersAndTellsItsSecretOnce(t *testing.T) {
	e, _ := newEngine(t)
	account := e.Create(accountType, values{"accountId": "dns-solver"})
	inputs := func(rotation any) values {
		return values{"serviceAccountId": account.ID, "keepers": values{"rotation": rotation}}
	}
	made := e.Create(keyType, inputs("1"))
	if !made.State["privateKey"].IsSecret() {
		t.Error("the private key is no secret")
	}
	diff := e.Diff(made, inputs("2"))
	if !reflect.DeepEqual(diff.GetReplaces(), []string{"keepers.rotation"}) || diff.GetDeleteBeforeReplace() {
		t.Errorf("another keeper: %v", diff)
	}
	if diff := e.Diff(made, inputs(enginetest.Unknown)); len(diff.GetReplaces()) == 0 {
		t.Error("an unknown keeper does not replace")
	}
	after := e.Refresh(made)
	if !after.State["privateKey"].DeepEquals(made.State["privateKey"]) {
		t.Error("a refresh loses the private key")
	}
	for range 2 {
		if err := e.Delete(made); err != nil {
			t.Error(err)
		}
	}
}

func TestRoleThatWasDeletedIsTakenUpAgain(t *testing.T) {
	e, g := newEngine(t)
	inputs := values{"roleId": "solver", "title": "Solver", "permissions": []any{"dns.b", "dns.a"}}
	made := e.Create(roleType, inputs)
	e.MustBeSame(made, values{"roleId": "solver", "title": "Solver", "permissions": []any{"dns.a", "dns.b"}})
	if err := e.Delete(made); err != nil {
		t.Fatal(err)
	}
	e.Create(roleType, inputs)
	if !slices.Contains(g.asked, "POST iam.googleapis.com/v1/projects/lab-project/roles/solver:undelete") {
		t.Errorf("the role was not undeleted: %v", g.asked)
	}
	_, err := e.TryCreate(roleType, inputs)
	if err == nil || !strings.Contains(err.Error(), "already exists and must be imported") {
		t.Errorf("a second role of the same id: %v", err)
	}
}

func TestMemberIsOneOfManyInItsPolicy(t *testing.T) {
	e, g := newEngine(t)
	path := "cloudresourcemanager.googleapis.com/v1/projects/lab-project"
	before := values{"role": "roles/owner", "members": []any{"user:a@example.com"}}
	g.policies[path] = values{"etag": "e0", "bindings": []any{before}}
	inputs := values{"project": "lab-project", "role": "roles/dns.reader", "member": "serviceAccount:x@y.test"}
	made := e.Create(memberType, inputs)
	if made.ID != "lab-project/roles/dns.reader/serviceAccount:x@y.test" {
		t.Errorf("id %q", made.ID)
	}
	diff := e.Diff(made, values{"project": "lab-project", "role": "roles/dns.admin", "member": inputs["member"]})
	if !diff.GetDeleteBeforeReplace() {
		t.Errorf("another role: %v", diff)
	}
	imported := e.Import(memberType, "lab-project roles/dns.reader serviceAccount:x@y.test")
	if imported.ID != made.ID {
		t.Errorf("imported as %q", imported.ID)
	}
	e.MustBeSame(imported, inputs)
	if err := e.Delete(made); err != nil {
		t.Fatal(err)
	}
	if rest := g.policies[path]["bindings"]; !reflect.DeepEqual(rest, []any{before}) {
		t.Errorf("what is left of the policy: %v", rest)
	}
	if gone := e.Refresh(made); gone.ID != "" {
		t.Errorf("is still there after its deletion: %v", gone)
	}
}

func TestPolicyIsWrittenAgainWhereSomebodyElseWroteIt(t *testing.T) {
	e, g := newEngine(t)
	g.busy = []int{http.StatusTooManyRequests}
	path := "cloudresourcemanager.googleapis.com/v1/projects/lab-project"
	racing := &race{google: g, path: path}
	enginetest.PlayHosts(t, racing)
	e.Create(memberType, values{"project": "lab-project", "role": "roles/dns.reader", "member": "serviceAccount:x@y.test"})
	if racing.won != 1 {
		t.Errorf("%d writes came between", racing.won)
	}
}

// race writes a policy between its first read and the write that follows.
type race struct {
	*google
	path string
	won  int
}

func (r *race) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if strings.HasSuffix(req.URL.Path, ":setIamPolicy") && r.won == 0 {
		r.won++
		r.google.policy(r.path)["etag"] = "another"
	}
	r.google.ServeHTTP(w, req)
}

func TestRecordSet(t *testing.T) {
	e, g := newEngine(t)
	zone := e.Create(zoneType, values{"name": "example", "dnsName": "example.org."})
	if !zone.State["effectiveLabels"].IsSecret() || zone.State["managedZoneId"].StringValue() != "42" {
		t.Errorf("the zone's state: %v", zone.State)
	}
	inputs := func(addresses ...any) values {
		return values{"managedZone": "example", "name": "a.example.org.", "type": "A", "ttl": 60.0, "rrdatas": addresses}
	}
	e.Create(recordType, inputs("10.0.0.9"))
	made := e.Create(recordType, inputs("10.0.0.1", "10.0.0.2")) // takes the other one's place
	e.MustBeSame(made, inputs("10.0.0.2", "10.0.0.1"))
	g.records[recordKey]["rrdatas"] = []any{"10.0.0.2", "10.0.0.1"}
	if after := e.Refresh(made); !after.Inputs["rrdatas"].DeepEquals(made.Inputs["rrdatas"]) {
		t.Errorf("a refresh takes another order for another input: %v", after.Inputs["rrdatas"])
	}
	changed, _ := e.Update(made, inputs("10.0.0.3"))
	imported := e.Import(recordType, "example/a.example.org./A")
	e.MustBeSame(imported, inputs("10.0.0.3"))
	// What was changed by hand is a difference after a refresh.
	g.records[recordKey]["ttl"] = 5.0
	if drift := e.Diff(e.Refresh(changed), inputs("10.0.0.3")); drift.GetDetailedDiff()["ttl"] == nil {
		t.Errorf("the drift is not seen: %v", drift)
	}
	if err := e.Delete(changed); err != nil || len(g.records) > 0 {
		t.Errorf("after the deletion: %v, %v", err, g.records)
	}
	found, err := e.Invoke("gcp:dns/getManagedZone:getManagedZone", values{"name": "example"})
	if err != nil || found["dnsName"].StringValue() != "example.org." {
		t.Errorf("getManagedZone: %v, %v", found, err)
	}
}

func TestZoneThatTheProgramNamesIsDeletedBeforeItsReplacement(t *testing.T) {
	e, _ := newEngine(t)
	inputs := func(dnsName string, more values) values {
		more["dnsName"] = dnsName
		return more
	}
	named := e.Create(zoneType, inputs("a.test.", values{"name": "example"}))
	if diff := e.Diff(named, inputs("b.test.", values{"name": "example"})); !diff.GetDeleteBeforeReplace() {
		t.Errorf("the replacement of the same name: %v", diff)
	}
	if diff := e.Diff(named, inputs("b.test.", values{"name": "other"})); diff.GetDeleteBeforeReplace() {
		t.Errorf("the replacement of another name: %v", diff)
	}
	nameless := e.Create(zoneType, inputs("c.test.", values{}))
	if diff := e.Diff(nameless, inputs("d.test.", values{})); diff.GetDeleteBeforeReplace() {
		t.Errorf("the replacement that gets another name: %v", diff)
	}
}

func TestZoneThatMayBeIsEmptiedBeforeItsDeletion(t *testing.T) {
	e, g := newEngine(t)
	zone := e.Create(zoneType, values{"name": "example", "dnsName": "example.org.", "forceDestroy": true})
	e.Create(recordType, values{
		"managedZone": "example", "name": "a.example.org.", "type": "A", "rrdatas": []any{"10.0.0.1"},
	})
	if err := e.Delete(zone); err != nil || len(g.records) > 0 {
		t.Errorf("%v, %v", err, g.records)
	}
}

func TestErrorsSayWhatTheAPISaid(t *testing.T) {
	e, _ := newEngine(t)
	_, err := e.Invoke("gcp:dns/getManagedZone:getManagedZone", values{"name": "nowhere"})
	if err == nil || !strings.Contains(err.Error(), "googleapi: Error 404: not found, testReason") {
		t.Errorf("%v", err)
	}
}

func TestChecksSayAllThatIsWrong(t *testing.T) {
	e, _ := newEngine(t)
	_, failures := e.Check(recordType, nil, values{
		"managedZone": enginetest.Unknown, "name": "no.dot", "rdatas": []any{"10.0.0.1"}, "ttl": "60",
	})
	for _, wanted := range []string{
		"name: ", "rdatas: is no input", "rrdatas: is required", "ttl: must be a number", "type: is required",
	} {
		if !slices.ContainsFunc(failures, func(failure string) bool { return strings.HasPrefix(failure, wanted) }) {
			t.Errorf("nothing says %q: %q", wanted, failures)
		}
	}
	if len(failures) != 5 {
		t.Errorf("%q", failures)
	}
}

func TestCredentialsOfAServiceAccountAreExchanged(t *testing.T) {
	_, g := newEngine(t)
	var form string
	enginetest.PlayHosts(t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Host == "oauth2.googleapis.com" {
			_ = req.ParseForm()
			form = req.PostForm.Get("assertion")
			enginetest.Answer(w, http.StatusOK, values{"access_token": token, "expires_in": 3600})
			return
		}
		g.ServeHTTP(w, req)
	}))
	t.Setenv("GOOGLE_CREDENTIALS", serviceAccountJSON(t))
	e := enginetest.New(t, plugin.NewServer(Package(), nil), nil)
	e.Create(accountType, values{"accountId": "dns-solver"})
	if strings.Count(form, ".") != 2 {
		t.Errorf("the assertion is no JWT: %q", form)
	}
}
