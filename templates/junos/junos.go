// Package junos speaks Junos: filters of terms, prefix-lists, and one commit for all of it.
package junos

import (
	_ "embed"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
)

// Dialect is Junos on routers (MX).
type Dialect struct{}

//go:embed acl.tmpl
var source string

// Name is junos.
func (Dialect) Name() string { return "junos" }

// Template prints prefix-lists, filters and bindings as set lines.
func (Dialect) Template() string { return source }

// The limits of Junos that acl.Limits has no field for.
const (
	mostPrefixes = 85325 // prefixes of one prefix-list (manual, "prefix-list")
	mostFilters  = 16    // filters of one input-list or output-list (manual, "Applying Multiple Firewall Filters as a List")
)

// Limits are those of an MX. The manuals name no bound on the terms of a filter that is not a
// fast-lookup-filter (there it is 8000), so no number of entries is known.
func (Dialect) Limits() acl.Limits {
	return acl.Limits{
		NameLength: 64,
		Groups:     packet.Families(),
		Atomic:     true,
		Counters:   true,
		Chains:     true,
		Source:     "Junos routing policy manual: names of filters and terms up to 64 characters, prefix-lists up to 85,325 prefixes",
	}
}

// Lines are the set lines of a rendered text.
func (Dialect) Lines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			out = append(out, line)
		}
	}
	return out
}

// Unbind takes the filter or the list of filters away that the binding says is there, and
// leaves the other direction alone. A binding read from a router knows which of the two
// statements it is; deleting the one that is not there deletes nothing. Where the interface
// carries the family for this binding only, the family goes with it: it would stay as
// "family inet;" otherwise, and go on.
func (Dialect) Unbind(b acl.Binding) []string {
	unit, err := unit(b)
	if err != nil {
		return nil
	}
	if b.Carries {
		return []string{"delete interfaces " + unit + " family " + inet(b.Family)}
	}
	way := direction(b.Direction)
	if len(b.Lists) > 1 || b.Tail == way+"-list" {
		way += "-list"
	}
	return []string{"delete interfaces " + unit + " family " + inet(b.Family) + " filter " + way}
}

// Remove deletes the filters, then the prefix-lists that they used.
func (Dialect) Remove(c acl.Config) []string {
	var out []string
	for _, l := range c.Lists {
		out = append(out, "delete firewall family "+inet(l.Family)+" filter "+l.Name)
	}
	seen := map[string]bool{}
	for _, g := range c.Groups { // a prefix-list of both families is two groups
		if !seen[g.Name] {
			seen[g.Name] = true
			out = append(out, "delete policy-options prefix-list "+g.Name)
		}
	}
	return out
}

// inet is the family as Junos calls it.
func inet(f packet.Family) string {
	if f == packet.V6 {
		return "inet6"
	}
	return "inet"
}

// direction is input or output.
func direction(d acl.Direction) string {
	if d == acl.In {
		return "input"
	}
	return "output"
}
