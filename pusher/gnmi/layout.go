package gnmi

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// lineWidth is how many characters a line of the document may have, where it can be broken.
const lineWidth = 160

// keyNames are the keys of the lists that are read, in the order in which people look for them.
// [openconfig-acl, openconfig-defined-sets, openconfig-interfaces]
func keyNames() []string {
	return []string{"name", "id", "set-name", "type", "sequence-id", "index", "port-set-name", "prefix", "ip-prefix", "masklength-range"}
}

// settle puts members and rows into one order: keys first, then by name; rows by their keys, numbers
// as numbers. A device may tell them in any order, and another one each time.
func (n *node) settle(keys []string) {
	n.index, n.width = nil, 0
	for _, m := range n.members {
		m.node.settle(keys)
	}
	switch n.kind {
	case object:
		rank := func(m member) int {
			if i := slices.Index(keys, m.name); i >= 0 && m.node.leaf() {
				return i
			}
			return len(keys)
		}
		slices.SortStableFunc(n.members, func(a, b member) int {
			if d := rank(a) - rank(b); d != 0 {
				return d
			}
			return strings.Compare(a.name, b.name)
		})
	case array:
		for _, m := range n.members {
			if len(keysOf(m.node).Keys) == 0 {
				return
			}
		}
		slices.SortStableFunc(n.members, func(a, b member) int { return compareRows(a.node, b.node, keys) })
	}
}

// compareRows is the order of two rows by their keys. One without a key is before those with it.
func compareRows(a, b *node, keys []string) int {
	for _, name := range keys {
		x, y := a.member(name), b.member(name)
		hasX, hasY := x != nil && x.leaf(), y != nil && y.leaf()
		switch {
		case !hasX && !hasY:
		case !hasX:
			return -1
		case !hasY:
			return 1
		default:
			if d := compareKeys(x.text, y.text); d != 0 {
				return d
			}
		}
	}
	return 0
}

// compareKeys is the order of two keys: numbers by their value, then by how they are spelled, and
// before words.
func compareKeys(a, b string) int {
	x, errX := strconv.ParseUint(a, 10, 64)
	y, errY := strconv.ParseUint(b, 10, 64)
	switch {
	case errX != nil && errY != nil:
		return strings.Compare(a, b)
	case errX != nil:
		return 1
	case errY != nil:
		return -1
	}
	return cmp.Or(cmp.Compare(x, y), strings.Compare(a, b))
}

// lay writes a node: what fits on a line stands on one, else each member has its own, one blank deeper.
func (n *node) lay() string {
	n.measure()
	var b strings.Builder
	n.layAt(&b, 0, 1)
	b.WriteByte('\n')
	return b.String()
}

// measure is how many characters a node has on one line.
func (n *node) measure() int {
	switch n.kind {
	case text:
		n.width = utf8.RuneCountInString(quoted(n.text))
	case word:
		n.width = len(n.text)
	default:
		n.width = 2 + 2*max(0, len(n.members)-1)
		for _, m := range n.members {
			if n.kind == object {
				n.width += utf8.RuneCountInString(quoted(m.name)) + 2
			}
			n.width += m.node.measure()
		}
	}
	return n.width
}

// layAt writes a node at a depth; used is how many characters of its line are taken besides it.
func (n *node) layAt(b *strings.Builder, depth, used int) {
	open, shut := "{", "}"
	if n.kind == array {
		open, shut = "[", "]"
	}
	fits := used+n.width <= lineWidth
	switch {
	case n.kind == text:
		b.WriteString(quoted(n.text))
		return
	case n.kind == word:
		b.WriteString(n.text)
		return
	}
	b.WriteString(open)
	for i, m := range n.members {
		switch {
		case fits && i > 0:
			b.WriteString(", ")
		case !fits && i > 0:
			b.WriteByte(',')
		}
		taken := 0
		if !fits {
			b.WriteString("\n" + strings.Repeat(" ", depth+1))
			taken = depth + 2 // and a comma after it
		}
		if n.kind == object {
			name := quoted(m.name) + ": "
			b.WriteString(name)
			taken += utf8.RuneCountInString(name)
		}
		m.node.layAt(b, depth+1, taken)
	}
	if !fits && len(n.members) > 0 {
		b.WriteString("\n" + strings.Repeat(" ", depth))
	}
	b.WriteString(shut)
}
