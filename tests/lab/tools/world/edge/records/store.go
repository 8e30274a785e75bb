package records

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// What can be wrong with a change; the APIs translate these into their own codes.
var (
	ErrNotFound      = errors.New("the record does not exist")
	ErrIdentical     = errors.New("an identical record exists")
	ErrExists        = errors.New("a record with this name, type and content exists")
	ErrAddressExists = errors.New("an A, AAAA or CNAME record with this name exists")
	ErrAliasExists   = errors.New("a CNAME record with this name exists")
	ErrDelegated     = errors.New("NS records and others cannot share a name below the zone's own")
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

// Store holds the zones.
type Store struct {
	names   []string
	zones   map[string]*atomic.Pointer[Zone]
	writing sync.Mutex
}

// NewStore makes empty zones of the given names.
func NewStore(names []string) *Store {
	s := &Store{names: slices.Clone(names), zones: map[string]*atomic.Pointer[Zone]{}}
	for _, name := range names {
		s.zones[name] = &atomic.Pointer[Zone]{}
		s.zones[name].Store(index(name, nil))
	}
	return s
}

// Names lists the zones in the configured order.
func (s *Store) Names() []string { return s.names }

// Zone returns the present view of a zone, or nil.
func (s *Store) Zone(name string) *Zone {
	if p := s.zones[name]; p != nil {
		return p.Load()
	}
	return nil
}

// ZoneOf returns the zone that a lower-case name without final dot belongs to, or nil.
func (s *Store) ZoneOf(name string) *Zone {
	for rest := name; rest != ""; {
		if z := s.Zone(rest); z != nil {
			return z
		}
		_, rest, _ = strings.Cut(rest, ".")
	}
	return nil
}

// Update applies a change to one zone: all of it or, when change fails, nothing.
func (s *Store) Update(zone string, change func(*Change) error) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	p := s.zones[zone]
	if p == nil {
		return fmt.Errorf("zone %q is not served", zone)
	}
	c := &Change{zone: zone, records: slices.Clone(p.Load().Records), now: time.Now().UTC().Truncate(time.Microsecond)}
	if err := change(c); err != nil {
		return err
	}
	p.Store(index(zone, c.records))
	return nil
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

// Change is the unfinished state of a zone inside Update.
type Change struct {
	zone    string
	records []Record
	now     time.Time
}

// Find returns the record with the given id as the change sees it.
func (c *Change) Find(id string) (Record, error) {
	i, err := c.position(id)
	if err != nil {
		return Record{}, err
	}
	return c.records[i], nil
}

// Add stores a new record under a new id.
func (c *Change) Add(r Record) (Record, error) {
	if err := c.conflict(r); err != nil {
		return Record{}, err
	}
	r.ID, r.Created, r.Modified = newID(), c.now, c.now
	c.records = append(c.records, r)
	return r, nil
}

// Replace overwrites the record of the same id.
func (c *Change) Replace(r Record) (Record, error) {
	i, err := c.position(r.ID)
	if err != nil {
		return Record{}, err
	}
	if err := c.conflict(r); err != nil {
		return Record{}, err
	}
	r.Created, r.Modified = c.records[i].Created, c.now
	c.records[i] = r
	return r, nil
}

// Remove deletes a record and returns what it was.
func (c *Change) Remove(id string) (Record, error) {
	i, err := c.position(id)
	if err != nil {
		return Record{}, err
	}
	gone := c.records[i]
	c.records = slices.Delete(c.records, i, i+1)
	return gone, nil
}

func (c *Change) position(id string) (int, error) {
	i := slices.IndexFunc(c.records, func(r Record) bool { return r.ID == id })
	if i < 0 {
		return 0, ErrNotFound
	}
	return i, nil
}

func (c *Change) conflict(r Record) error {
	for _, other := range c.records {
		if other.ID == r.ID || other.Name != r.Name {
			continue
		}
		if err := c.clash(r, other); err != nil {
			return err
		}
	}
	return nil
}

func (c *Change) clash(r, other Record) error {
	address := func(t string) bool { return t == "A" || t == "AAAA" }
	switch {
	case r.Type == other.Type && r.Value() == other.Value() && r.TTL == other.TTL && r.Proxied == other.Proxied:
		return ErrIdentical
	case r.Type == other.Type && r.Value() == other.Value():
		return ErrExists
	case r.Type == "CNAME" && (address(other.Type) || other.Type == "CNAME"):
		return ErrAddressExists
	case address(r.Type) && other.Type == "CNAME":
		return ErrAliasExists
	case r.Name != c.zone && (r.Type == "NS") != (other.Type == "NS"):
		return ErrDelegated
	}
	return nil
}

func newID() string {
	id := make([]byte, 16)
	rand.Read(id) // crypto/rand never fails since Go 1.24
	return hex.EncodeToString(id)
}
