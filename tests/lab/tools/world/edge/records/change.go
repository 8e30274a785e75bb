package records

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"slices"
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

// At returns the records of a name and type as the change sees them.
func (c *Change) At(name, recordType string) []Record {
	var found []Record
	for _, r := range c.records {
		if r.Name == name && r.Type == recordType {
			found = append(found, r)
		}
	}
	return found
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
