package iosxr

import (
	"text/template"

	"op25b/acl"
)

type Dialect struct{}

func (Dialect) Name() string                                                   { return "iosxr" }
func (Dialect) Limits() acl.Limits                                             { return acl.Limits{} }
func (Dialect) Template() string                                               { return "" }
func (Dialect) Funcs() template.FuncMap                                        { return nil }
func (Dialect) Lay(want, have acl.Config, owner acl.Owner) (acl.Config, error) { return want, nil }
func (Dialect) Parse(text string) (acl.Config, error)                          { return acl.Config{}, nil }
func (Dialect) Lines(text string) []string                                     { return nil }
func (Dialect) Unbind(b acl.Binding) []string                                  { return nil }
func (Dialect) Remove(c acl.Config) []string                                   { return nil }
