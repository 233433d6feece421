package packet

import (
	"encoding/binary"
	"slices"
)

// strips are the differences of strips, by the rules in them.
type strips struct {
	known map[string]node
	size  int    // bytes of their keys
	key   []byte // scratch of once
}

// stripsKept is how many bytes of keys are remembered before all are forgotten.
const stripsKept = 4 << 20

// unit is the side across which a strip is compared.
var unit = part{0, 1}

// strip reports whether a region is one: all rules have all of its addresses on one side. Many
// strips have the same rules but for where they lie on that side: what one fixed customer may
// reach, the others may. A changed rule has the whole region, for beside these the lists were
// sifted.
func (c *comparison) strip(r region, a, b list, changed []item) (side, bool) {
	whole := c.wave == anywhere || slices.ContainsFunc(changed, func(i item) bool { return i.fills(r) })
	for _, s := range [...]side{source, destination} {
		if whole && !c.stops && r.part(s) != unit && a.level(r, s) && b.level(r, s) {
			return s, true
		}
	}
	return source, false
}

// level reports whether all rules have all of the region's addresses on a side.
func (l list) level(r region, s side) bool {
	for _, i := range l.items {
		if !i.level(s, r) {
			return false
		}
	}
	return true
}

func (i item) level(s side, r region) bool {
	e := i.extent(s)
	return e.set == solid && r.part(s) == part{e.lo, e.hi}
}

// once compares the lists of a strip, unless such a strip was compared before.
func (c *comparison) once(s side, r region, a, b list) (node, error) {
	key := appendPart(append(c.strips.key[:0], byte(s)), r.part(1-s))
	key = b.stripKey(a.stripKey(key, 1-s), 1-s)
	c.strips.key = key
	if c.steps -= len(a.items) + len(b.items); c.steps < 0 {
		return nowhere, ErrBudget
	}
	n, is := c.strips.known[string(key)]
	if !is {
		name := string(key)
		var err error
		wave := c.wave
		if wave != anywhere {
			c.wave = every
		}
		a, b = c.narrow(s, a), c.narrow(s, b)
		if n, err = c.differ(r.across(s, unit), a, b, c.changed(a, b)); err != nil {
			return nowhere, err
		}
		c.wave = wave
		c.strips.keep(name, n)
	}
	return c.widen(n, s, r.part(s))
}

func (s *strips) keep(name string, n node) {
	if s.size += len(name); s.known == nil || s.size > stripsKept {
		s.known, s.size = map[string]node{}, len(name)
	}
	s.known[name] = n
}

// forget drops what is known.
func (s *strips) forget() { s.known, s.size = nil, 0 }

func (r region) across(s side, p part) region {
	if s == source {
		r.src = p
	} else {
		r.dst = p
	}
	return r
}

// stripKey appends the rules to a key as far as they count in a strip along a side.
func (l list) stripKey(key []byte, along side) []byte {
	rules := l.bare()
	key = binary.LittleEndian.AppendUint32(append(key, byte(l.end)), uint32(len(rules)))
	for _, i := range rules {
		e := i.extent(along)
		key = appendPart(key, part{e.lo, e.hi})
		key = binary.LittleEndian.AppendUint32(key, uint32(e.set))
		key = binary.LittleEndian.AppendUint32(key, uint32(i.service))
		key = append(key, byte(i.verdict))
	}
	return key
}

func appendPart(key []byte, p part) []byte {
	return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(key, uint32(p.lo)), uint32(p.hi))
}

// narrow is the list of a strip as it is in the strip across the unit.
func (c *comparison) narrow(s side, l list) list {
	mark := len(c.arena)
	for _, i := range l.items {
		if s == source {
			i.src = extent{unit.lo, unit.hi, solid}
		} else {
			i.dst = extent{unit.lo, unit.hi, solid}
		}
		c.arena = append(c.arena, i)
	}
	return list{c.arena[mark:len(c.arena):len(c.arena)], l.end}
}

// widen is packets of a strip across the unit in a strip across another part.
func (c *comparison) widen(n node, s side, across part) (node, error) {
	return c.each(n, func(sources node) (node, error) {
		if s == source {
			return c.diagram.node([]edge{{across.lo, across.hi, c.diagram.at(sources)[0].child}})
		}
		return c.each(sources, func(destinations node) (node, error) {
			return c.diagram.node([]edge{{across.lo, across.hi, c.diagram.at(destinations)[0].child}})
		})
	})
}

// each is a node with its edges' children replaced.
func (c *comparison) each(n node, by func(node) (node, error)) (node, error) {
	var out []edge
	for k := range c.diagram.at(n) {
		e := c.diagram.at(n)[k]
		child, err := by(e.child)
		if err != nil {
			return nowhere, err
		}
		out = add(out, edge{e.lo, e.hi, child})
	}
	return c.diagram.node(out)
}
