package packet

import (
	"encoding/binary"
	"slices"
)

// choice is a rule where only services are left to be told apart.
type choice struct {
	service int32
	verdict Verdict
}

// choices is a list of them.
type choices struct {
	list []choice
	end  Verdict
}

// leavesKept is how many decided lists of services are remembered before all are forgotten.
const leavesKept = 1 << 14

// leaf compares lists of which every rule covers the region.
func (c *comparison) leaf(r region, a, b list) (node, error) {
	tree, err := c.decide(byProtocol, c.choices(a), c.choices(b))
	if err != nil || tree == nowhere {
		return nowhere, err
	}
	edges := slices.Clone(c.diagram.at(tree))
	for n, e := range edges {
		dst, err := c.diagram.node([]edge{{r.dst.lo, r.dst.hi, e.child}})
		if err != nil {
			return nowhere, err
		}
		if edges[n].child, err = c.diagram.node([]edge{{r.src.lo, r.src.hi, dst}}); err != nil {
			return nowhere, err
		}
	}
	n, err := c.diagram.node(edges)
	if err == nil && c.stops {
		c.found, err = n, errFound
	}
	return n, err
}

func (c *comparison) choices(l list) choices {
	out := choices{make([]choice, len(l.items)), l.end}
	for n, i := range l.items {
		out.list[n] = choice{i.service, i.verdict}
	}
	return out
}

// decide compares lists of services from a field on. In the result the addresses are left out.
func (c *comparison) decide(field int, a, b choices) (node, error) {
	a, b = c.trim(field, a), c.trim(field, b)
	if a.end == b.end && slices.Equal(a.list, b.list) {
		return nowhere, nil
	}
	if field == fields {
		return pair(a.end, b.end), nil
	}
	key := b.key(a.key([]byte{byte(field)}))
	if n, is := c.leaves[string(key)]; is {
		return n, nil
	}
	n, err := c.decideField(field, a, b)
	if err != nil {
		return nowhere, err
	}
	if len(c.leaves) >= leavesKept {
		clear(c.leaves)
	}
	c.leaves[string(key)] = n
	return n, nil
}

// decideField cuts one field wherever a service begins or ends there.
func (c *comparison) decideField(field int, a, b choices) (node, error) {
	cuts := c.cuts(field, a, b)
	next := field + 1
	if next == bySrc {
		next = byDstPort
	}
	var edges []edge
	for n := range len(cuts) - 1 {
		if c.steps -= len(a.list) + len(b.list) + 1; c.steps < 0 {
			return nowhere, ErrBudget
		}
		child, err := c.decide(next, c.with(field, cuts[n], a), c.with(field, cuts[n], b))
		if err != nil {
			return nowhere, err
		}
		edges = add(edges, edge{cuts[n], cuts[n+1], child})
	}
	return c.diagram.node(edges)
}

// cuts are the numbers at which a field is cut, its beginning and its end included.
func (c *comparison) cuts(field int, a, b choices) []int32 {
	whole := wide[field].Spans()[0]
	cuts := []int32{0, int32(whole.Hi.Lo) + 1}
	for _, l := range [...]choices{a, b} {
		for _, i := range l.list {
			for _, s := range c.services.list[i.service][field].Spans() {
				cuts = append(cuts, int32(s.Lo.Lo), int32(s.Hi.Lo)+1)
			}
		}
	}
	slices.Sort(cuts)
	return slices.Compact(cuts)
}

// with is the rules that have a number in a field.
func (c *comparison) with(field int, n int32, l choices) choices {
	out := choices{make([]choice, 0, len(l.list)), l.end}
	for _, i := range l.list {
		if c.services.list[i.service][field].Contains(Of(uint64(n))) {
			out.list = append(out.list, i)
		}
	}
	return out
}

// trim cuts the list at the first rule that takes all packets from a field on, and drops
// the last ones that say what the end says.
func (c *comparison) trim(field int, l choices) choices {
	for n, i := range l.list {
		if c.services.list[i.service].covers(wide, field) {
			l.list, l.end = l.list[:n], i.verdict
			break
		}
	}
	for n := len(l.list) - 1; n >= 0 && l.list[n].verdict == l.end; n-- {
		l.list = l.list[:n]
	}
	return l
}

// key appends the list to a key.
func (l choices) key(key []byte) []byte {
	key = binary.LittleEndian.AppendUint32(key, uint32(len(l.list)))
	for _, i := range l.list {
		key = binary.LittleEndian.AppendUint32(key, uint32(i.service))
		key = append(key, byte(i.verdict))
	}
	return append(key, byte(l.end))
}
