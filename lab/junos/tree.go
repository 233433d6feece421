package junos

import (
	"net/netip"
	"slices"
	"strings"
)

// node is one statement of a configuration. A committed tree is never changed: who edits, edits a copy.
type node struct {
	words    []string
	rule     *statement // nil for what is only kept
	inactive bool
	comment  string
	kids     []*node
}

func newTree(rule *statement) *node { return &node{rule: rule} }

func (n *node) clone() *node {
	c := *n
	c.kids = make([]*node, len(n.kids))
	for i, k := range n.kids {
		c.kids[i] = k.clone()
	}
	return &c
}

// rules are what may stand below.
func (n *node) rules() []statement {
	if n.rule == nil {
		return nil
	}
	return n.rule.kids
}

func (n *node) is(words ...string) bool { return slices.Equal(n.words, words) }

func (n *node) kid(words ...string) *node {
	for _, k := range n.kids {
		if k.is(words...) {
			return k
		}
	}
	return nil
}

// active is the statement at the end of the way if it and all above it are there and not inactive.
func (n *node) active(way ...string) *node {
	for _, words := range way {
		if n = n.kid(strings.Fields(words)...); n == nil || n.inactive {
			return nil
		}
	}
	return n
}

// all are the active statements below that begin with a word.
func (n *node) all(word string) []*node {
	var out []*node
	for _, k := range n.kids {
		if !k.inactive && len(k.words) > 0 && k.words[0] == word {
			out = append(out, k)
		}
	}
	return out
}

func (n *node) last() string { return n.words[len(n.words)-1] }

// put makes the statements of a way that are not there yet, and returns the deepest.
func (n *node) put(way []step) *node {
	for _, s := range way {
		k := n.kid(s.words...)
		if k == nil {
			k = &node{words: s.words, rule: s.rule}
			n.place(k)
		}
		n = k
	}
	return n
}

// place puts a new statement where the schema has it: behind its own kind, in order of
// address where the kind is sorted, and instead of what it drives out.
func (n *node) place(k *node) {
	if r := k.rule; r != nil {
		n.kids = slices.DeleteFunc(n.kids, func(o *node) bool { return drivesOut(k, o) })
	}
	rules, own := n.rules(), rank(n.rules(), k.rule)
	at := slices.IndexFunc(n.kids, func(o *node) bool {
		other := rank(rules, o.rule)
		return other > own || other == own && k.rule != nil && k.rule.sorted && before(k.last(), o.last())
	})
	if at < 0 {
		at = len(n.kids)
	}
	n.kids = slices.Insert(n.kids, at, k)
}

func drivesOut(k, o *node) bool {
	if o.rule == nil {
		return false
	}
	same := o.rule.word == k.rule.word && o.rule.name == k.rule.name
	if same {
		return k.rule.shape == value || k.rule.shape == maybe
	}
	return k.rule.choice != "" && k.rule.choice == o.rule.choice
}

// before is the order of addresses by number, shorter prefixes first [SAMPLE].
func before(a, b string) bool {
	p, err := netip.ParsePrefix(a)
	q, other := netip.ParsePrefix(b)
	if err != nil || other != nil {
		return a < b
	}
	if c := p.Addr().Compare(q.Addr()); c != 0 {
		return c < 0
	}
	return p.Bits() < q.Bits()
}

// find is the statements that a way names, and what they stand in. The last step may be the
// beginning of a statement: "filter input" names "filter input X".
func (n *node) find(way []step) (parent *node, found []*node) {
	for i, s := range way {
		if i == len(way)-1 {
			break
		}
		if n = n.kid(s.words...); n == nil {
			return nil, nil
		}
	}
	if len(way) == 0 {
		return nil, []*node{n}
	}
	last := way[len(way)-1].words
	for _, k := range n.kids {
		if len(k.words) >= len(last) && slices.Equal(k.words[:len(last)], last) {
			if len(k.words) == len(last) {
				return n, []*node{k}
			}
			found = append(found, k)
		}
	}
	return n, found
}

// item cuts the word behind an item away: "X except" is deactivated as X.
func item(way []step) []step {
	if n := len(way); n > 1 && way[n-2].rule != nil && way[n-2].rule.inline {
		return way[:n-1]
	}
	return way
}

// remove takes statements away. Holders that are empty then go too.
func (n *node) remove(way []step) bool {
	parent, found := n.find(way)
	if len(found) == 0 {
		return false
	}
	parent.kids = slices.DeleteFunc(parent.kids, func(k *node) bool { return slices.Contains(found, k) })
	n.prune()
	return true
}

func (n *node) prune() {
	for _, k := range n.kids {
		k.prune()
	}
	n.kids = slices.DeleteFunc(n.kids, func(k *node) bool {
		return k.rule != nil && k.rule.shape == holder && len(k.kids) == 0
	})
}

// equal reports whether both say the same.
func (n *node) equal(o *node) bool { return n.braces() == o.braces() }
