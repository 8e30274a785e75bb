package cloudflare

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
)

// record is a DNS record as the API shows it. It names no zone: Cloudflare removed those fields at the end of 2024.
type record struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	Type       string         `json:"type"`
	Content    string         `json:"content"`
	Proxiable  bool           `json:"proxiable"`
	Proxied    bool           `json:"proxied"`
	TTL        int            `json:"ttl"`
	Priority   *uint16        `json:"priority,omitempty"`
	Data       *records.CAA   `json:"data,omitempty"`
	Settings   map[string]any `json:"settings"`
	Meta       map[string]any `json:"meta"`
	Comment    *string        `json:"comment"`
	Tags       []string       `json:"tags"`
	CreatedOn  time.Time      `json:"created_on"`
	ModifiedOn time.Time      `json:"modified_on"`
}

func describe(r records.Record) record {
	shown := record{
		ID: r.ID, Name: r.Name, Type: r.Type, Content: r.Content, Proxiable: proxiable(r.Type), Proxied: r.Proxied,
		TTL: r.TTL, Priority: r.Priority, Data: r.CAA, Settings: map[string]any{}, Meta: map[string]any{},
		Tags: append([]string{}, r.Tags...), CreatedOn: r.Created, ModifiedOn: r.Modified,
	}
	if r.Comment != "" {
		shown.Comment = &r.Comment
	}
	return shown
}

func (a *API) getRecord(c *call) (answer, []*fault) {
	r, ok := a.store.Zone(c.zone).Find(c.request.PathValue("record"))
	if !ok {
		return answer{}, []*fault{storeFault(records.ErrNotFound)}
	}
	return answer{result: describe(r)}, nil
}

func (a *API) createRecord(c *call) (answer, []*fault) {
	return a.single(c, func(change *records.Change, in input) (any, []*fault) { return create(change, c.zone, in) })
}

func (a *API) overwriteRecord(c *call) (answer, []*fault) {
	return a.single(c, func(change *records.Change, in input) (any, []*fault) {
		in.ID = c.request.PathValue("record")
		return overwrite(change, c.zone, in)
	})
}

func (a *API) editRecord(c *call) (answer, []*fault) {
	return a.single(c, func(change *records.Change, in input) (any, []*fault) {
		in.ID = c.request.PathValue("record")
		return edit(change, c.zone, in)
	})
}

func (a *API) deleteRecord(c *call) (answer, []*fault) {
	var result any
	faults := a.update(c.request.Context(), c.zone, func(change *records.Change) []*fault {
		gone, err := change.Remove(c.request.PathValue("record"))
		if err != nil {
			return []*fault{storeFault(err)}
		}
		result = map[string]string{"id": gone.ID}
		return nil
	})
	return answer{result: result}, faults
}

// single reads one record from the body and applies one operation.
func (a *API) single(c *call, do func(*records.Change, input) (any, []*fault)) (answer, []*fault) {
	var in input
	if f := readBody(c.request, &in); f != nil {
		return answer{}, []*fault{f}
	}
	var result any
	faults := a.update(c.request.Context(), c.zone, func(change *records.Change) (faults []*fault) {
		result, faults = do(change, in)
		return faults
	})
	return answer{result: result}, faults
}

// update makes a change that faults undo.
func (a *API) update(ctx context.Context, zone string, do func(*records.Change) []*fault) []*fault {
	var faults []*fault
	err := a.store.Update(ctx, zone, func(change *records.Change) error {
		if faults = do(change); len(faults) > 0 {
			return errors.New("refused")
		}
		return nil
	})
	if err != nil && len(faults) == 0 {
		return []*fault{storeFault(err)}
	}
	return faults
}

func create(change *records.Change, zone string, in input) (any, []*fault) {
	r, faults := in.apply(records.Record{TTL: 1}, zone)
	if len(faults) > 0 {
		return nil, faults
	}
	return stored(change.Add(r))
}

func overwrite(change *records.Change, zone string, in input) (any, []*fault) {
	r, faults := in.apply(records.Record{ID: in.ID, TTL: 1}, zone)
	if len(faults) > 0 {
		return nil, faults
	}
	return stored(change.Replace(r))
}

func edit(change *records.Change, zone string, in input) (any, []*fault) {
	old, err := change.Find(in.ID)
	if err != nil {
		return nil, []*fault{storeFault(err)}
	}
	r, faults := in.apply(old, zone)
	if len(faults) > 0 {
		return nil, faults
	}
	return stored(change.Replace(r))
}

func stored(r records.Record, err error) (any, []*fault) {
	if err != nil {
		return nil, []*fault{storeFault(err)}
	}
	return describe(r), nil
}

// storeFault gives the store's errors Cloudflare's codes.
func storeFault(err error) *fault {
	known := map[error]fault{
		records.ErrNotFound:      {status: http.StatusNotFound, Code: 81044, Message: "Record does not exist."},
		records.ErrIdentical:     {Code: 81058, Message: "An identical record already exists."},
		records.ErrExists:        {Code: 81057, Message: "The record already exists."},
		records.ErrAddressExists: {Code: 81053, Message: "An A, AAAA, or CNAME record with that host already exists."},
		records.ErrAliasExists:   {Code: 81054, Message: "A CNAME record with that host already exists."},
		records.ErrDelegated:     {Code: 81056, Message: "NS records with that host already exist."},
	}
	f, ok := known[err]
	if !ok {
		return &fault{status: http.StatusInternalServerError, Code: 1000, Message: err.Error()}
	}
	if f.status == 0 {
		f.status = http.StatusBadRequest
	}
	return &f
}
