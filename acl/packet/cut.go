package packet

import "slices"

// looked is how many rules are looked at to find a good cut.
const looked = 96

// cut finds where to cut a region in two: at the median of the edges of some changed rules, else
// of some rules, else of all, across the side on which fewer rules end up in both halves. False
// where no rule has an edge inside the region.
func (c *comparison) cut(r region, a, b list, changed []item) (low, high region, found bool) {
	few := max(1, (len(a.items)+len(b.items))/looked)
	for _, try := range [...]struct {
		x, y   []item
		stride int
	}{{changed, nil, max(1, len(changed)/looked)}, {changed, nil, 1}, {a.items, b.items, few}, {a.items, b.items, 1}} {
		x, xs := c.median(r, try.x, try.y, try.stride, source)
		y, ys := c.median(r, try.x, try.y, try.stride, destination)
		if !xs && !ys {
			continue
		}
		low, high = r, r
		if !ys || xs && c.both(x, a, b, few, source) <= c.both(y, a, b, few, destination) {
			low.src.hi, high.src.lo = x, x
		} else {
			low.dst.hi, high.dst.lo = y, y
		}
		return low, high, true
	}
	return r, r, false
}

// side is one of the two address fields.
type side uint8

const (
	source side = iota
	destination
)

func (c *comparison) axis(s side) *axis {
	if s == source {
		return c.src
	}
	return c.dst
}

func (i item) extent(s side) extent {
	if s == source {
		return i.src
	}
	return i.dst
}

func (r region) part(s side) part {
	if s == source {
		return r.src
	}
	return r.dst
}

// median is the middle one of the edges of every stride-th rule.
func (c *comparison) median(r region, x, y []item, stride int, s side) (int32, bool) {
	c.places = c.places[:0]
	axis, span := c.axis(s), r.part(s)
	for _, items := range [...][]item{x, y} {
		for n := 0; n < len(items); n += stride {
			c.places = axis.edges(c.places, items[n].extent(s), span.lo, span.hi)
		}
	}
	if len(c.places) == 0 {
		return 0, false
	}
	slices.Sort(c.places)
	return c.places[len(c.places)/2], true
}

// both counts those of every stride-th rule that have parts before at and from at on.
func (c *comparison) both(at int32, a, b list, stride int, s side) int {
	count := 0
	for _, l := range [...]list{a, b} {
		for n := 0; n < len(l.items); n += stride {
			if e := l.items[n].extent(s); e.lo < at && at < e.hi {
				count++
			}
		}
	}
	return count
}
