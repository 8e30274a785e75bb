package records

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestTextOf(t *testing.T) {
	for content, want := range map[string]string{
		`plain`:              `plain`,
		`"quoted"`:           `quoted`,
		`"one" "two"`:        `onetwo`,
		`"a \"b\" \\ \065"`:  `a "b" \ A`,
		`"`:                  `"`,
		`he said "no"`:       `he said "no"`,
		`v=spf1 include:x.y`: `v=spf1 include:x.y`,
	} {
		if got := TextOf(content); got != want {
			t.Errorf("TextOf(%s) = %s, want %s", content, got, want)
		}
	}
}

func TestConflicts(t *testing.T) {
	cases := map[string]struct {
		old, new Record
		want     error
	}{
		"identical":             {Record{Name: "a.z", Type: "A", Content: "1.1.1.1"}, Record{Name: "a.z", Type: "A", Content: "1.1.1.1"}, ErrIdentical},
		"identical but quotes":  {Record{Name: "a.z", Type: "TXT", Content: "x"}, Record{Name: "a.z", Type: "TXT", Content: `"x"`}, ErrIdentical},
		"other ttl":             {Record{Name: "a.z", Type: "A", Content: "1.1.1.1", TTL: 60}, Record{Name: "a.z", Type: "A", Content: "1.1.1.1"}, ErrExists},
		"second address":        {Record{Name: "a.z", Type: "A", Content: "1.1.1.1"}, Record{Name: "a.z", Type: "A", Content: "1.1.1.2"}, nil},
		"two texts":             {Record{Name: "a.z", Type: "TXT", Content: "x"}, Record{Name: "a.z", Type: "TXT", Content: "y"}, nil},
		"alias over address":    {Record{Name: "a.z", Type: "AAAA", Content: "::1"}, Record{Name: "a.z", Type: "CNAME", Content: "b.z"}, ErrAddressExists},
		"second alias":          {Record{Name: "a.z", Type: "CNAME", Content: "c.z"}, Record{Name: "a.z", Type: "CNAME", Content: "b.z"}, ErrAddressExists},
		"address over alias":    {Record{Name: "a.z", Type: "CNAME", Content: "c.z"}, Record{Name: "a.z", Type: "A", Content: "1.1.1.1"}, ErrAliasExists},
		"delegation over other": {Record{Name: "a.z", Type: "TXT", Content: "x"}, Record{Name: "a.z", Type: "NS", Content: "b.z"}, ErrDelegated},
		"NS at the zone's name": {Record{Name: "z", Type: "TXT", Content: "x"}, Record{Name: "z", Type: "NS", Content: "b.z"}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := NewStore([]string{"z"})
			add := func(r Record) error {
				return s.Update(t.Context(), "z", func(change *Change) error { _, err := change.Add(r); return err })
			}
			if err := add(c.old); err != nil {
				t.Fatal(err)
			}
			if err := add(c.new); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestFailedUpdateChangesNothing(t *testing.T) {
	s := NewStore([]string{"example.com", "deep.example.com"})
	err := s.Update(t.Context(), "example.com", func(change *Change) error {
		if _, err := change.Add(Record{Name: "a.example.com", Type: "A", Content: "1.1.1.1"}); err != nil {
			return err
		}
		_, err := change.Remove("nothing")
		return err
	})
	if !errors.Is(err, ErrNotFound) || len(s.Zone("example.com").Records) != 0 {
		t.Errorf("err %v, records %v", err, s.Zone("example.com").Records)
	}
	if z := s.ZoneOf("x.deep.example.com"); z == nil || z.Name != "deep.example.com" {
		t.Errorf("the longest zone must win, got %v", z)
	}
	if z := s.ZoneOf("example.org"); z != nil {
		t.Errorf("got %v for a foreign name", z)
	}
}

func TestDelayedWritesAreServedLater(t *testing.T) {
	s := NewStore([]string{"z"})
	add := func(ctx context.Context, name string) {
		err := s.Update(ctx, "z", func(c *Change) error {
			_, err := c.Add(Record{Name: name, Type: "A", Content: "1.1.1.1"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		add(WithDelay(t.Context(), time.Minute), "slow.z")
		if len(s.Zone("z").Records) != 1 || len(s.Served("z").Records) != 0 || len(s.ZoneOf("slow.z").Records) != 0 {
			t.Error("a delayed write must be written and not served")
		}
		add(WithDelay(t.Context(), time.Hour), "slower.z")
		time.Sleep(2 * time.Minute)
		if z := s.Served("z"); len(z.At("slow.z")) != 1 || len(z.At("slower.z")) != 0 {
			t.Errorf("after the first delay: %v", z.Records)
		}
		// What is served at once brings the earlier writes with it: they lie below it.
		add(t.Context(), "fast.z")
		time.Sleep(2 * time.Hour)
		if z := s.Served("z"); len(z.Records) != 3 {
			t.Errorf("in the end: %v", z.Records)
		}
	})
}

func TestZonesComeAndGo(t *testing.T) {
	s := NewStore([]string{"example.com"})
	if s.Create("example.com") || !s.Create("new.example.com") {
		t.Error("a zone is made once")
	}
	if z := s.ZoneOf("a.new.example.com"); z == nil || z.Name != "new.example.com" {
		t.Errorf("got %v", z)
	}
	s.Drop("new.example.com")
	if z := s.ZoneOf("a.new.example.com"); z.Name != "example.com" || len(s.Names()) != 1 {
		t.Errorf("got %v of %v", z, s.Names())
	}
}
