package packet

import "slices"

// comparison finds the packets on which two lists disagree.
//
// Only packets that some changed rule matches can be among them. So it goes into the region
// that holds the changed rules, cuts this in two, again and again, and takes both lists along,
// less the rules that no packet of the region reaches. A region without a changed rule, or in
// which both lists have the same rules, is done. Where every rule that is left covers the whole
// region, only protocol, ports, fragments and flags remain to be compared. What differs is
// collected in a diagram on the way back. Hashes never stand for content.
type comparison struct {
	family        Family
	src, dst      *axis
	services      *services
	before, after list
	arena         []item // the items of all regions from the whole plane down to this one
	steps         int    // what is left of the budget
	stops         bool   // at the first region that differs
	found         node   // what differs there
	wave          wave   // the changed rules that are looked at now
	diagram       *diagram
	held          []node // the halves that wait for their other halves
	leaves        map[string]node
	strips        strips
	places        []int32 // scratch of cut
}

// item is a rule as far as a region holds it.
type item struct {
	src, dst extent
	box      int32 // the number of the rule's whole box: equal boxes have equal numbers
	service  int32
	verdict  Verdict
	wave     wave // of a changed rule
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
	all := nowhere
	for _, c.wave = range c.waves() {
		c.held, c.arena = append(c.held[:0], all), c.arena[:0]
		changed := c.changed(c.before, c.after)
		if len(changed) == 0 {
			continue
		}
		a, b := c.before, c.after
		if c.wave != anywhere {
			met := c.meeting(changed)
			a, b = c.sift(a, met), c.sift(b, met)
		}
		n, err := c.half(c.everywhere(), a, b, changed)
		if err != nil {
			return nowhere, err
		}
		if all, err = c.diagram.union(c.held[0], n); err != nil {
			return nowhere, err
		}
	}
	return all, nil
}

func (c *comparison) everywhere() region { return region{part{0, c.src.size()}, part{0, c.dst.size()}} }

// half takes the lists into a region, as far as rules that changed reach in it, and compares
// them there.
func (c *comparison) half(r region, a, b list, changed []item) (node, error) {
	r, reached := c.reached(r, changed)
	if c.steps -= len(changed) + 1; c.steps < 0 {
		return nowhere, ErrBudget
	}
	if !reached {
		return nowhere, nil
	}
	if c.steps -= len(a.items) + len(b.items); c.steps < 0 {
		return nowhere, ErrBudget
	}
	mark := len(c.arena)
	a, b = c.clip(r, a), c.clip(r, b)
	n, err := c.differ(r, a, b, c.changed(a, b))
	c.arena = c.arena[:mark]
	return n, err
}

// differ is the packets of a region that the lists, clipped to it, treat differently.
func (c *comparison) differ(r region, a, b list, changed []item) (node, error) {
	if len(changed) == 0 || a.same(b) || c.alike(a, b) {
		return nowhere, nil
	}
	if s, is := c.strip(r, a, b, changed); is {
		return c.once(s, r, a, b)
	}
	low, high, found := c.cut(r, a, b, changed)
	if !found {
		return c.leaf(r, a, b)
	}
	x, err := c.half(low, a, b, changed)
	if err != nil {
		return nowhere, err
	}
	c.held = append(c.held, x)
	if len(c.diagram.edges) > c.diagram.ripe {
		c.diagram.compact(c.held)
		clear(c.leaves)
		c.strips.forget()
	}
	y, err := c.half(high, a, b, changed)
	if err != nil {
		return nowhere, err
	}
	x, c.held = c.held[len(c.held)-1], c.held[:len(c.held)-1]
	return c.diagram.union(x, y)
}

// reached is the smallest part of a region that holds all of some items in it; false where
// there is none.
func (c *comparison) reached(r region, items []item) (region, bool) {
	out := region{part{r.src.hi, r.src.lo}, part{r.dst.hi, r.dst.lo}}
	for _, i := range items {
		src, dst := c.src.within(i.src, r.src.lo, r.src.hi), c.dst.within(i.dst, r.dst.lo, r.dst.hi)
		if src.lo < src.hi && dst.lo < dst.hi {
			out.src, out.dst = out.src.with(src), out.dst.with(dst)
		}
	}
	return out, out.src.lo < out.src.hi
}

func (p part) with(e extent) part { return part{min(p.lo, e.lo), max(p.hi, e.hi)} }

// clip is the list inside a region, less the rules behind others that take all their
// packets, and less the last ones that say what the end says. Of these the changed ones stay:
// others may be gone because of them.
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
		c.arena = append(c.arena, i)
		if i.fills(r) {
			if i.service == everything {
				end = i.verdict
				break
			}
			if len(shades) < cap(shades) {
				shades = append(shades, i.service)
			}
		}
	}
	last := mark + len(list{c.arena[mark:], end}.bare())
	tail := c.arena[last:]
	c.arena = c.arena[:last]
	for _, i := range tail {
		if i.wave != unchanged {
			c.arena = append(c.arena, i)
		}
	}
	return list{c.arena[mark:len(c.arena):len(c.arena)], end}
}

// bare is the rules less the last ones that say what the end says.
func (l list) bare() []item {
	n := len(l.items)
	for n > 0 && l.items[n-1].verdict == l.end {
		n--
	}
	return l.items[:n]
}

// fills reports whether the rule has every address of the region.
func (i item) fills(r region) bool {
	return i.src.set == solid && i.dst.set == solid && r.src == part{i.src.lo, i.src.hi} && r.dst == part{i.dst.lo, i.dst.hi}
}

// same reports whether both lists come from the same rules. Inside a run of one verdict
// rules are sorted by box, so their order there does not count.
func (l list) same(o list) bool {
	return l.end == o.end && slices.EqualFunc(l.bare(), o.bare(), func(a, b item) bool { return a.box == b.box && a.verdict == b.verdict })
}

// shortList is how long lists may be for their clipped rules to be compared.
const shortList = 16

// alike reports whether both lists have the same rules inside the region.
func (c *comparison) alike(a, b list) bool {
	mine, theirs := a.bare(), b.bare()
	if a.end != b.end || len(mine) > shortList || len(theirs) > shortList {
		return false
	}
	var x, y [shortList]item
	return slices.Equal(normal(x[:], mine), normal(y[:], theirs))
}

// normal is items as they are in the region, each run of a verdict sorted and without doubles.
func normal(out []item, items []item) []item {
	out = out[:copy(out, items)]
	for from := 0; from < len(out); {
		to := from
		for ; to < len(out) && out[to].verdict == out[from].verdict; to++ {
			out[to].box, out[to].wave = 0, unchanged
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
