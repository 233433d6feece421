package packet

import "slices"

// looked is how many rules of a list are looked at to find a good cut.
const looked = 96

// cut finds where to cut a region in two: at the median of the edges of rules, across
// the side on which fewer rules end up in both halves. False where no rule has an edge
// inside the region.
func (c *comparison) cut(r region, a, b list) (low, high region, found bool) {
	stride := max(1, (len(a.items)+len(b.items))/looked)
	x, xs := c.median(r, a, b, stride, source)
	y, ys := c.median(r, a, b, stride, destination)
	if !xs && !ys && stride > 1 {
		x, xs = c.median(r, a, b, 1, source)
		y, ys = c.median(r, a, b, 1, destination)
	}
	switch {
	case !xs && !ys:
		return r, r, false
	case !ys || xs && c.both(x, a, b, stride, source) <= c.both(y, a, b, stride, destination):
		low, high = r, r
		low.src.hi, high.src.lo = x, x
	default:
		low, high = r, r
		low.dst.hi, high.dst.lo = y, y
	}
	return low, high, true
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
func (c *comparison) median(r region, a, b list, stride int, s side) (int32, bool) {
	c.places = c.places[:0]
	axis, span := c.axis(s), r.part(s)
	for _, l := range [...]list{a, b} {
		for n := 0; n < len(l.items); n += stride {
			c.places = axis.edges(c.places, l.items[n].extent(s), span.lo, span.hi)
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
