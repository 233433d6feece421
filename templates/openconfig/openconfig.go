// Package openconfig speaks the OpenConfig model of access lists as JSON_IETF documents: sets of
// numbered entries, and the interfaces on which they stand.
package openconfig

import (
	_ "embed"
	"text/template"

	"op25b/acl"
	"op25b/templates/words"
)

// Dialect is openconfig-acl 1.3.3, or one of the ways in which vendors deviate from it.
type Dialect struct {
	Variant string // iosxr, iosxe, eos, sonic, sets; "" for the model as it is published
	Union   bool   // lists are replaced by union_replace instead of replace
}

//go:embed acl.tmpl
var source string

// Name is openconfig.
func (Dialect) Name() string { return "openconfig" }

// Template prints sets and bindings as one document.
func (Dialect) Template() string { return source }

func (Dialect) Limits() acl.Limits { return acl.Limits{Atomic: true, Adds: true} }

func (Dialect) Funcs() template.FuncMap { return nil }

func (Dialect) Lay(want, have acl.Config, owner acl.Owner) (acl.Config, error) { return want, nil }

func (Dialect) Parse(text string) (acl.Config, error) { return acl.Config{}, nil }

func (Dialect) Rehearse(text string, lines []string) (acl.Config, error) { return acl.Config{}, nil }

func (Dialect) Lines(text string) []string { return nil }

func (Dialect) Unbind(b acl.Binding) []string { return nil }

func (Dialect) Remove(c acl.Config) []string { return nil }

func (Dialect) Session() words.Session { return words.Session{} }
