package junos

import (
	"op25b/acl"
	"op25b/acl/packet"
)

// references are the uses of filters and prefix-lists by anything else than the filter of an
// interface: routing policy, SNMP, a forwarding table, a logical system, a group, a filter that
// is not ours, or a statement that is deactivated. A name of ours counts wherever it stands.
func references(t *tree, c acl.Config) []acl.Reference {
	r := referrer{tree: t, filters: map[string]bool{}, lists: map[string]bool{}}
	for _, l := range c.Lists {
		r.filters[l.Name] = true
	}
	for _, g := range c.Groups {
		r.lists[g.Name] = true
	}
	r.walk(t.root)
	return r.found
}

// referrer walks over every statement.
type referrer struct {
	tree    *tree
	filters map[string]bool
	lists   map[string]bool
	path    []string // the words from the top
	asleep  int      // how many of them are deactivated
	found   []acl.Reference
}

func (r *referrer) walk(at *statement) {
	for _, k := range at.kids {
		r.path = append(r.path, k.word)
		if k.inactive {
			r.asleep++
		}
		if r.visit(k) {
			r.walk(k)
		}
		if k.inactive {
			r.asleep--
		}
		r.path = r.path[:len(r.path)-1]
	}
}

// visit adds the statement where it is a reference, and reports whether to go on under it.
func (r *referrer) visit(s *statement) bool {
	mine := ours(s.word)
	switch {
	case s.word == "description":
		return false
	case r.isDefinition():
		if mine && r.asleep > 0 {
			r.add(s, "deactivated: the name is in use")
		}
		return r.path[0] == "firewall" && !mine
	case r.isBinding():
		if r.asleep > 0 {
			r.add(s, asleep(r.point()))
		}
		return true
	case mine || len(r.path) > 1 && r.uses(r.path[len(r.path)-2], s.word):
		why := ""
		if r.asleep > 0 {
			why = "deactivated"
		}
		r.add(s, why)
	}
	return true
}

func (r *referrer) add(s *statement, why string) {
	r.found = append(r.found, acl.Reference{Name: s.word, Family: r.family(), Place: r.tree.place(s.line, why)})
}

// is reports whether the path has these words; "*" stands for any.
func (r *referrer) is(pattern ...string) bool {
	if len(r.path) != len(pattern) {
		return false
	}
	for i, p := range pattern {
		if p != "*" && p != r.path[i] {
			return false
		}
	}
	return true
}

// isDefinition reports whether the path ends in a filter or prefix-list of this router.
func (r *referrer) isDefinition() bool {
	return r.is("policy-options", "prefix-list", "*") || r.is("firewall", "filter", "*") ||
		r.is("firewall", "family", "*", "filter", "*") && r.family() != 0
}

// isBinding reports whether the path ends in a filter that is bound to a unit.
func (r *referrer) isBinding() bool {
	if !r.is("interfaces", "*", "unit", "*", "family", "*", "filter", "*", "*") || r.family() == 0 {
		return false
	}
	switch r.path[7] {
	case "input", "output", "input-list", "output-list":
		return true
	}
	return false
}

func (r *referrer) point() acl.Point {
	p := acl.Point{Interface: r.path[1] + "." + r.path[3], Direction: acl.Out, Family: r.family()}
	if r.path[7] == "input" || r.path[7] == "input-list" {
		p.Direction = acl.In
	}
	return p
}

// family is the one that the path speaks of, 0 where it does not say.
func (r *referrer) family() packet.Family {
	for i, word := range r.path[:len(r.path)-1] {
		if word == "family" {
			switch r.path[i+1] {
			case "inet":
				return packet.V4
			case "inet6":
				return packet.V6
			}
		}
	}
	return 0
}

// uses reports whether a keyword is followed by the name of a filter or prefix-list, and this
// is one.
func (r *referrer) uses(keyword, name string) bool {
	switch keyword {
	case "prefix-list", "prefix-list-filter", "source-prefix-list", "destination-prefix-list", "client-list-name":
		return r.lists[name]
	case "filter", "input", "output", "input-list", "output-list", "fail-filter":
		return r.filters[name]
	}
	return false
}
