// Package plugin serves Pulumi's provider protocol for resources that are described by data (their fields) and by
// what is asked of an API to make, read, change and delete them.
package plugin

import (
	"context"
)

// Values are a resource's properties as plain values: secrets opened, unknown values as resource.Computed.
type Values = map[string]any

// Package is a plugin; C is the client of its API, made once the provider's configuration is known.
type Package[C any] struct {
	Name    string // "gcp"
	Version string
	// Config are the settings that are served; all are strings.
	Config []string
	// Connect makes no request.
	Connect   func(config map[string]string) (C, error)
	Resources map[string]Resource[C]
	Functions map[string]Function[C]
}

// Resource is one type. Read and Import give a state without a value in Made.ID for what is not there.
type Resource[C any] struct {
	Fields Fields
	// AutoName is the field that gets a name of its own where the program gives none.
	AutoName    string
	AutoNameMax int
	// DeleteFirst deletes the old one before its replacement is made, whatever changed.
	DeleteFirst bool
	// UnknownOnUpdate says that what the API computes is unknown in the preview of an update, unless it is stable.
	UnknownOnUpdate bool
	// Check says what is wrong with known inputs beyond their fields.
	Check func(inputs Values) []Problem
	// Plan adds to the state of a preview what is known before the API is asked.
	Plan func(api C, state Values)

	Create func(ctx context.Context, api C, inputs Values) (Made, error)
	Read   func(ctx context.Context, api C, id string, state Values) (Made, error)
	// Import gives the state that an id stands for, to be read.
	Import func(api C, id string) (Made, error)
	Update func(ctx context.Context, api C, id string, state, inputs Values) (Values, error)
	Delete func(ctx context.Context, api C, id string, state Values) error
}

// Made is a resource that exists.
type Made struct {
	ID    string
	State Values
}

// Gone is the answer of a read for what does not exist.
var Gone = Made{}

// Function is what a program can ask without making anything.
type Function[C any] struct {
	Fields Fields
	Call   func(ctx context.Context, api C, args Values) (Values, error)
}

// Problem is a failed check of one property.
type Problem struct{ Property, Reason string }

// Kind is the type of a property's value.
type Kind int

const (
	String Kind = iota
	Bool
	Number
	List
	Set // a list whose order means nothing
	Map // of strings
	Object
)

// Use says where a property's value comes from.
type Use int

const (
	Optional Use = iota
	Required
	// Computed comes from the API alone.
	Computed
	// OptionalComputed comes from the API where the program leaves it out.
	OptionalComputed
)

// Fields are properties by name.
type Fields map[string]Field

// Field describes one property.
type Field struct {
	Kind    Kind
	Use     Use
	Default any
	// Replaces means that no API call changes it.
	Replaces bool
	Secret   bool
	// Stable is what an update never changes.
	Stable bool
	// Element describes the members of a list or set; strings where it is absent.
	Element *Field
	// Fields describe an object.
	Fields Fields
	// Same says whether two values mean the same to the API.
	Same func(old, new any) bool
	// Check says what is wrong with a known value.
	Check func(value any) string
	// FromProvider is the setting of the provider that is taken where the program leaves the property out.
	FromProvider string
}

func (f Field) isInput() bool { return f.Use != Computed }

func (f Field) isComputed() bool { return f.Use == Computed || f.Use == OptionalComputed }

func (f Field) element() Field {
	if f.Element != nil {
		return *f.Element
	}
	return Field{}
}
