// Package templates is the Dialect interface and the visible list of dialects.
package templates

import (
	"fmt"
	"strings"
	"text/template"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/iosxe"
	"op25b/templates/iosxr"
	"op25b/templates/junos"
	"op25b/templates/openconfig"
	"op25b/templates/rtx"
	"op25b/templates/words"
)

// Dialect speaks to one kind of router: it lays a config out as the router can hold it,
// has the template that writes it, and reads back what the router prints.
type Dialect interface {
	// Name is the word in inventory.yaml: iosxe.
	Name() string
	// Limits is what such a router can hold when its inventory entry does not say.
	Limits() acl.Limits
	// Template is the text/template that prints a laid config: groups and lists, then bindings.
	// A binding without lists prints nothing.
	Template() string
	// Funcs are the dialect's own words for the template.
	Funcs() template.FuncMap
	// Lay shapes what is wanted for a device that has have: names of the next generation or
	// free numbers, groups or entries. Nothing of have is named again while it is referenced.
	Lay(want, have acl.Config, owner acl.Owner) (acl.Config, error)
	// Parse reads a full running configuration as the router prints it, or a rendered text.
	// A line that it does not understand inside a list is Unmodelled there; an error means
	// that the text as a whole cannot be trusted (truncated, not a configuration).
	Parse(text string) (acl.Config, error)
	// Rehearse is what the router would print after configuration lines typed to it while it
	// held a text: the same reading as Parse, for states that only exist between two lines.
	Rehearse(text string, lines []string) (acl.Config, error)
	// Lines are the lines of a rendered text that are sent: no comments, no blank lines.
	Lines(text string) []string
	// Unbind takes whatever is bound at the binding's point away.
	Unbind(b acl.Binding) []string
	// Remove deletes the lists and groups of a config, in an order that the router takes.
	Remove(c acl.Config) []string
	// Session is how one talks to the router.
	Session() words.Session
}

// Embedder is a dialect whose lists have numbered entries, so that single ones can come into a
// list of others and leave it again.
type Embedder interface {
	// Strike takes the entries of a list away, by their numbers.
	Strike(l acl.List) []string
}

// Counter is a dialect whose routers count the packets that each entry of a list took.
type Counter interface {
	// Counts are the ways to see the counters of a list that is bound at a point of a router that
	// has have, the best way first. The commands of one way are typed in admin mode; what they
	// show is summed. No way where the name could be more than one word of a command.
	Counts(have acl.Config, list string, at acl.Point) [][]string
	// Counted reads what such a command printed of one list: an element for each of its lines. A
	// line that is not understood has no known count, and nothing at all is not zero.
	Counted(text, list string, f packet.Family) []words.Count
}

// Batcher is a dialect whose lines of one change go out together, in an order that is not theirs.
type Batcher interface {
	// Batch says why some lines would then mean something else than one after the other; nil where they
	// do not.
	Batch(lines []string) error
}

// All is every dialect that inventory.yaml may name.
func All() []Dialect {
	return []Dialect{iosxe.Dialect{}, iosxr.Dialect{}, junos.Dialect{}, rtx.Dialect{}, openconfig.Dialect{}}
}

// Find is the dialect of a name.
func Find(name string) (Dialect, error) {
	var names []string
	for _, d := range All() {
		if d.Name() == name {
			return d, nil
		}
		names = append(names, d.Name())
	}
	return nil, fmt.Errorf("dialect %q is not one of %s", name, strings.Join(names, ", "))
}

// Model is what the inventory knows of one device better than its dialect.
type Model struct {
	Entries int    // it holds so many; 0 where that is not said
	Variant string // of its OpenConfig model; "" for the published one
	Union   bool   // lists are replaced by union_replace
}

// Fitted is a dialect as one model speaks it. On RTX the entries are those of a list at one
// interface, 129 or 300 by model.
func Fitted(d Dialect, m Model) Dialect {
	switch d.(type) {
	case rtx.Dialect:
		if m.Entries > 0 {
			return rtx.Dialect{PerBinding: m.Entries}
		}
	case openconfig.Dialect:
		return openconfig.Dialect{Variant: m.Variant, Union: m.Union}
	}
	return d
}
