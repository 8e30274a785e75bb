package identity

import (
	"testing"
	"time"
)

func TestAccessTokensExpire(t *testing.T) {
	d := New(Project{ID: "p", Number: "1"}, "admin", "https://oauth2.googleapis.com/token")
	a, p := d.CreateAccount("robot-one", "", "")
	if p != nil {
		t.Fatal(p)
	}
	now := time.Now()
	d.now = func() time.Time { return now }
	token := d.Issue(a.Email, []string{"scope"})
	for _, c := range []struct {
		after time.Duration
		valid bool
	}{{0, true}, {TokenLifetime - time.Second, true}, {TokenLifetime, false}} {
		start := now
		now = now.Add(c.after)
		if _, valid := d.Authenticate(token); valid != c.valid {
			t.Errorf("after %s: %v", c.after, valid)
		}
		now = start
	}
	if _, valid := d.Authenticate(""); valid {
		t.Error("no token is a token")
	}
}

func TestBindingsWithConditionsGrantNothing(t *testing.T) {
	d := New(Project{ID: "p", Number: "1"}, "admin", "")
	a, _ := d.CreateAccount("robot-one", "", "")
	who, _ := d.Authenticate(d.Issue(a.Email, nil))
	bind := func(condition string) bool {
		binding := Binding{Role: "roles/owner", Members: []string{who.Member}, Condition: []byte(condition)}
		if condition == "" {
			binding.Condition = nil
		}
		if _, p := d.SetPolicy("projects/p", Policy{Bindings: []Binding{binding}}); p != nil {
			t.Fatal(p)
		}
		return d.Allowed(who, "dns.changes.get", "projects/p")
	}
	if bind(`{"expression":"true"}`) || !bind("") {
		t.Error("a condition must take the grant away")
	}
}
