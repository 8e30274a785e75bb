package records

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Zone is an immutable view of one zone: readers need no lock.
type Zone struct {
	Name    string
	Records []Record
	byName  map[string][]Record
	exists  map[string]bool
}

// At returns the records of a name.
func (z *Zone) At(name string) []Record { return z.byName[name] }

// Exists says whether a name has records or lies above one that has (an empty non-terminal).
func (z *Zone) Exists(name string) bool { return z.exists[name] }

// Find returns the record with the given id.
func (z *Zone) Find(id string) (Record, bool) {
	i := slices.IndexFunc(z.Records, func(r Record) bool { return r.ID == id })
	if i < 0 {
		return Record{}, false
	}
	return z.Records[i], true
}

// views are the two states of a zone: what was written, and what is seen of it until the writes have spread.
type views struct {
	written, served *Zone
	writes, shown   int
}

// Store holds the zones.
type Store struct {
	mu    sync.RWMutex
	names []string
	zones map[string]*views
}

// NewStore makes empty zones of the given names.
func NewStore(names []string) *Store {
	s := &Store{zones: map[string]*views{}}
	for _, name := range names {
		s.Create(name)
	}
	return s
}

// Create adds an empty zone and says whether there was none of this name.
func (s *Store) Create(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.zones[name] != nil {
		return false
	}
	empty := index(name, nil)
	s.names = append(s.names, name)
	s.zones[name] = &views{written: empty, served: empty}
	return true
}

// Drop removes a zone with all of its records.
func (s *Store) Drop(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.names = slices.DeleteFunc(s.names, func(other string) bool { return other == name })
	delete(s.zones, name)
}

// Names lists the zones, oldest first.
func (s *Store) Names() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.names)
}

// Zone returns a zone with all that was written to it, or nil.
func (s *Store) Zone(name string) *Zone {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if v := s.zones[name]; v != nil {
		return v.written
	}
	return nil
}

// Served returns a zone as the name server knows it, or nil.
func (s *Store) Served(name string) *Zone {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if v := s.zones[name]; v != nil {
		return v.served
	}
	return nil
}

// ZoneOf returns the served zone that a lower-case name without final dot belongs to, or nil.
func (s *Store) ZoneOf(name string) *Zone {
	for rest := name; rest != ""; {
		if z := s.Served(rest); z != nil {
			return z
		}
		_, rest, _ = strings.Cut(rest, ".")
	}
	return nil
}

type delayKey struct{}

// WithDelay makes the writes of a request visible only after a while, as they are where many servers hold a zone.
func WithDelay(ctx context.Context, delay time.Duration) context.Context {
	return context.WithValue(ctx, delayKey{}, delay)
}

// Update applies a change to one zone: all of it or, when change fails, nothing.
func (s *Store) Update(ctx context.Context, zone string, change func(*Change) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.zones[zone]
	if v == nil {
		return fmt.Errorf("zone %q is not served", zone)
	}
	c := &Change{zone: zone, records: slices.Clone(v.written.Records), now: time.Now().UTC().Truncate(time.Microsecond)}
	if err := change(c); err != nil {
		return err
	}
	v.written = index(zone, c.records)
	v.writes++
	written, number := v.written, v.writes
	if delay, _ := ctx.Value(delayKey{}).(time.Duration); delay > 0 {
		time.AfterFunc(delay, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			v.show(written, number)
		})
		return nil
	}
	v.show(written, number)
	return nil
}

// show ignores what a later write has overtaken.
func (v *views) show(z *Zone, number int) {
	if number > v.shown {
		v.served, v.shown = z, number
	}
}

func index(name string, all []Record) *Zone {
	z := &Zone{Name: name, Records: all, byName: map[string][]Record{}, exists: map[string]bool{name: true}}
	for _, r := range all {
		z.byName[r.Name] = append(z.byName[r.Name], r)
		for n := r.Name; n != name && n != ""; {
			z.exists[n] = true
			_, n, _ = strings.Cut(n, ".")
		}
	}
	return z
}
