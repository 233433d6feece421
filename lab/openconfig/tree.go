package openconfig

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// node is a piece of a data tree: a container or an entry of a list has kids, a list has entries,
// a leaf has a value, a leaf-list has values.
type node struct {
	is      *statement
	kids    map[string]*node
	entries map[string]*node // by keyOf
	value   value
	values  []value
}

func newNode(s *statement) *node {
	n := &node{is: s}
	switch s.sort {
	case container:
		n.kids = map[string]*node{}
	case list:
		n.entries = map[string]*node{}
	}
	return n
}

// newEntry is an empty entry of a list.
func newEntry(s *statement) *node { return &node{is: s, kids: map[string]*node{}} }

// isEntry tells an entry from its list: both have the same statement.
func (n *node) isEntry() bool { return n.is.sort == list && n.kids != nil }

func (n *node) clone() *node {
	out := &node{is: n.is, value: n.value, values: slices.Clone(n.values)}
	if n.kids != nil {
		out.kids = make(map[string]*node, len(n.kids))
	}
	for k, v := range n.kids {
		out.kids[k] = v.clone()
	}
	if n.entries != nil {
		out.entries = make(map[string]*node, len(n.entries))
	}
	for k, v := range n.entries {
		out.entries[k] = v.clone()
	}
	return out
}

// prune drops containers and lists that hold nothing: they do not exist [RFC 7950 7.5.1]. It
// reports whether anything is left.
func (n *node) prune() bool {
	if n.is.sort == leaf || n.is.sort == leafList {
		return n.is.sort == leaf || len(n.values) > 0
	}
	maps.DeleteFunc(n.entries, func(_ string, e *node) bool { e.prune(); return false })
	maps.DeleteFunc(n.kids, func(_ string, k *node) bool { return !k.prune() })
	return n.isEntry() || len(n.kids) > 0 || len(n.entries) > 0
}

// at goes down by names; nil where there is nothing. It does not go into entries of lists.
func (n *node) at(names ...string) *node {
	for _, name := range names {
		if n == nil {
			return nil
		}
		n = n.kids[name]
	}
	return n
}

// text is the value of the leaf at names, "" for none.
func (n *node) text(names ...string) string {
	if l := n.at(names...); l != nil {
		return l.value.text
	}
	return ""
}

// all are the values of the leaf-list at names.
func (n *node) all(names ...string) []string {
	l := n.at(names...)
	if l == nil {
		return nil
	}
	var out []string
	for _, v := range l.values {
		out = append(out, v.text)
	}
	return out
}

// rows are the entries of the list at names in the order of their keys, numbers by size.
func (n *node) rows(names ...string) []*node {
	l := n.at(names...)
	if l == nil {
		return nil
	}
	out := slices.Collect(maps.Values(l.entries))
	slices.SortFunc(out, func(a, b *node) int {
		for _, k := range l.is.keys {
			if c := compare(a.text(k), b.text(k)); c != 0 {
				return c
			}
		}
		return 0
	})
	return out
}

// row is the entry with these key values, nil for none.
func (n *node) row(keys []string, names ...string) *node {
	l := n.at(names...)
	if l == nil {
		return nil
	}
	return l.entries[strings.Join(keys, "\x00")]
}

func compare(a, b string) int {
	x, err1 := strconv.ParseUint(a, 10, 64)
	y, err2 := strconv.ParseUint(b, 10, 64)
	if err1 == nil && err2 == nil {
		return cmp.Compare(x, y)
	}
	return strings.Compare(a, b)
}

// keyOf is an entry's key in its list.
func (n *node) keyOf() string {
	var keys []string
	for _, k := range n.is.keys {
		keys = append(keys, n.text(k))
	}
	return strings.Join(keys, "\x00")
}

// place is where a node stands: /acl/acl-sets/acl-set[name=A][type=ACL_IPV4].
type place []elem

// elem is one element of a path.
type elem struct {
	name string
	keys []key
}

type key struct{ name, value string }

func (p place) String() string {
	var b strings.Builder
	for _, e := range p {
		b.WriteString("/" + e.name)
		for _, k := range e.keys {
			b.WriteString("[" + k.name + "=" + strings.NewReplacer(`\`, `\\`, `]`, `\]`).Replace(k.value) + "]")
		}
	}
	if len(p) == 0 {
		return "/"
	}
	return b.String()
}

func (p place) down(name string) place { return append(slices.Clip(p), elem{name: name}) }

// entry is the place of an entry of the list that p is.
func (p place) entry(e *node) place {
	var keys []key
	for _, k := range e.is.keys {
		keys = append(keys, key{k, e.text(k)})
	}
	last := p[len(p)-1]
	return append(slices.Clip(p[:len(p)-1]), elem{last.name, keys})
}

// walk visits every node, entries included, in a fixed order: what the schema names first comes
// first. It stops where see says so.
func (n *node) walk(p place, see func(p place, n *node) (deeper bool)) {
	if !see(p, n) {
		return
	}
	if n.entries != nil {
		for _, e := range n.sorted() {
			e.walk(p.entry(e), see)
		}
		return
	}
	for _, s := range n.is.kids {
		if k := n.kids[s.name]; k != nil {
			k.walk(p.down(s.name), see)
		}
	}
}

func (n *node) sorted() []*node { return (&node{kids: map[string]*node{"": n}}).rows("") }

// leaves are all leaves and leaf-lists below n, keys of lists left out: they are in the paths.
func (n *node) leaves(p place) []hit {
	var out []hit
	n.walk(p, func(p place, n *node) bool {
		if n.is.sort == leaf || n.is.sort == leafList {
			out = append(out, hit{p, n})
		}
		return true
	})
	return slices.DeleteFunc(out, func(h hit) bool { return len(h.at) > 1 && isKey(h.at) && len(h.at) > len(p) })
}

// isKey reports whether a place is that of a key leaf.
func isKey(p place) bool {
	return slices.ContainsFunc(p[len(p)-2].keys, func(k key) bool { return k.name == p[len(p)-1].name })
}

// hit is a node that a path has found.
type hit struct {
	at   place
	node *node
}
