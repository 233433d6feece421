package packet

import "slices"

// comparison finds the packets on which two lists disagree.
//
// It cuts the plane of source and destination addresses in two, again and again, and
// takes both lists along, less the rules that no packet of the region reaches. A region
// in which both lists have the same rules is done. Where every rule that is left covers
// the whole region, only protocol, ports, fragments and flags remain to be compared. What
// differs is collected in a diagram on the way back. Hashes never stand for content.
type comparison struct {
	family        Family
	src, dst      *axis
	services      *services
	before, after list
	arena         []item // the items of all regions from the whole plane down to this one
	steps         int    // what is left of the budget
	stops         bool   // at the first region that differs
	found         node   // what differs there
	diagram       *diagram
	held          []node // the halves that wait for their other halves
	leaves        map[string]node
	places        []int32 // scratch of cut
}

// item is a rule as far as a region holds it.
type item struct {
	src, dst extent
	box      int32 // the number of the rule's whole box: equal boxes have equal numbers
	service  int32
	verdict  Verdict
}

// list is the rules that decide in a region.
type list struct {
	items []item
	end   Verdict
}

// region is a rectangle of parts.
type region struct{ src, dst part }

// run compares the lists over all addresses.
func (c *comparison) run() (node, error) {
	return c.half(region{part{0, c.src.size()}, part{0, c.dst.size()}}, c.before, c.after)
}

// half takes the lists into a region and compares them there.
func (c *comparison) half(r region, a, b list) (node, error) {
	if c.steps -= len(a.items) + len(b.items) + 1; c.steps < 0 {
		return nowhere, ErrBudget
	}
	mark := len(c.arena)
	a, b = c.clip(r, a), c.clip(r, b)
	n, err := c.differ(r, a, b)
	c.arena = c.arena[:mark]
	return n, err
}

// differ is the packets of a region that the lists, clipped to it, treat differently.
func (c *comparison) differ(r region, a, b list) (node, error) {
	if a.same(b) || c.alike(a, b) {
		return nowhere, nil
	}
	low, high, found := c.cut(r, a, b)
	if !found {
		return c.leaf(r, a, b)
	}
	x, err := c.half(low, a, b)
	if err != nil {
		return nowhere, err
	}
	c.held = append(c.held, x)
	if len(c.diagram.edges) > c.diagram.ripe {
		c.diagram.compact(c.held)
		clear(c.leaves)
	}
	y, err := c.half(high, a, b)
	if err != nil {
		return nowhere, err
	}
	x, c.held = c.held[len(c.held)-1], c.held[:len(c.held)-1]
	return c.diagram.union(x, y)
}

// clip is the list inside a region, less the rules behind others that take all their
// packets, and less the last ones that say what the end says.
func (c *comparison) clip(r region, l list) list {
	mark, end := len(c.arena), l.end
	var shade [8]int32
	shades := shade[:0]
next:
	for _, i := range l.items {
		i.src = c.src.within(i.src, r.src.lo, r.src.hi)
		if i.src.lo == i.src.hi {
			continue
		}
		i.dst = c.dst.within(i.dst, r.dst.lo, r.dst.hi)
		if i.dst.lo == i.dst.hi {
			continue
		}
		for _, s := range shades {
			if c.services.covers(s, i.service) {
				continue next
			}
		}
		if i.fills(r) {
			if i.service == everything {
				end = i.verdict
				break
			}
			if len(shades) < cap(shades) {
				shades = append(shades, i.service)
			}
		}
		c.arena = append(c.arena, i)
	}
	for len(c.arena) > mark && c.arena[len(c.arena)-1].verdict == end {
		c.arena = c.arena[:len(c.arena)-1]
	}
	return list{c.arena[mark:len(c.arena):len(c.arena)], end}
}

// fills reports whether the rule has every address of the region.
func (i item) fills(r region) bool {
	return i.src.set == solid && i.dst.set == solid && r.src == part{i.src.lo, i.src.hi} && r.dst == part{i.dst.lo, i.dst.hi}
}

// same reports whether both lists come from the same rules. Inside a run of one verdict
// rules are sorted by box, so their order there does not count.
func (l list) same(o list) bool {
	if l.end != o.end || len(l.items) != len(o.items) {
		return false
	}
	for n := range l.items {
		if l.items[n].box != o.items[n].box || l.items[n].verdict != o.items[n].verdict {
			return false
		}
	}
	return true
}

// shortList is how long lists may be for their clipped rules to be compared.
const shortList = 16

// alike reports whether both lists have the same rules inside the region.
func (c *comparison) alike(a, b list) bool {
	if a.end != b.end || len(a.items) > shortList || len(b.items) > shortList {
		return false
	}
	var x, y [shortList]item
	return slices.Equal(normal(x[:], a.items), normal(y[:], b.items))
}

// normal is items without their boxes' numbers, each run of a verdict sorted and without doubles.
func normal(out []item, items []item) []item {
	out = out[:copy(out, items)]
	for from := 0; from < len(out); {
		to := from
		for ; to < len(out) && out[to].verdict == out[from].verdict; to++ {
			out[to].box = 0
		}
		slices.SortFunc(out[from:to], item.compare)
		from = to
	}
	return slices.Compact(out)
}

func (i item) compare(o item) int {
	for _, d := range [...]int32{i.service - o.service, i.src.lo - o.src.lo, i.dst.lo - o.dst.lo,
		i.src.hi - o.src.hi, i.dst.hi - o.dst.hi, i.src.set - o.src.set, i.dst.set - o.dst.set} {
		if d != 0 {
			return int(d)
		}
	}
	return 0
}
