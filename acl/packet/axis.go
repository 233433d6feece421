package packet

import (
	"encoding/binary"
	"slices"
)

// axis is one address field, cut into parts wherever the set of some rule begins or ends,
// so that every set is a union of whole parts. Parts are numbered in order from 0.
type axis struct {
	starts []Number // the first number of each part; starts[0] is zero
	last   Number   // the last number of the field
	sets   [][]part // the sets that have holes, by number; sets[solid] is unused
	known  map[*held]extent
	filed  map[string]int32
	recent [2]recent
}

// recent is a set that was met just now; neighbours in a list often have the same.
type recent struct {
	set Ranges
	extent
}

// part is the parts from lo to before hi.
type part struct{ lo, hi int32 }

// extent is a set as far as a region holds it: lo and hi are where it begins and ends
// there, set says which parts between them it has.
type extent struct{ lo, hi, set int32 }

// solid is the set of an extent without holes.
const solid = 0

func newAxis(bits int, fields []Ranges) *axis {
	a := &axis{last: Mask(bits), sets: make([][]part, 1), known: map[*held]extent{}, filed: map[string]int32{}}
	cuts := make([]Number, 1, 1+2*len(fields))
	seen := map[*held]bool{}
	for _, r := range fields {
		if len(r.Spans()) > 1 {
			if seen[r.held] {
				continue
			}
			seen[r.held] = true
		}
		for _, s := range r.Spans() {
			if !a.last.Less(s.Lo) {
				cuts = append(cuts, s.Lo)
			}
			if s.Hi.Less(a.last) {
				cuts = append(cuts, s.Hi.Next())
			}
		}
	}
	slices.SortFunc(cuts, Number.Compare)
	a.starts = slices.Clip(slices.Compact(cuts))
	return a
}

// size is the number of parts.
func (a *axis) size() int32 { return int32(len(a.starts)) }

// number is the part that begins at n.
func (a *axis) number(n Number) int32 {
	i, _ := slices.BinarySearchFunc(a.starts, n, Number.Compare)
	return int32(i)
}

// parts is a range in parts.
func (a *axis) parts(s Range) part {
	p := part{a.number(s.Lo), a.size()}
	if s.Hi.Less(a.last) {
		p.hi = a.number(s.Hi.Next())
	}
	return p
}

// extentOf is a set in parts, often one that was met just now.
func (a *axis) extentOf(r Ranges) extent {
	for _, have := range a.recent {
		if have.set == r && !r.IsEmpty() {
			return have.extent
		}
	}
	e := a.extent(r)
	a.recent[1] = a.recent[0]
	a.recent[0] = recent{r, e}
	return e
}

// extent is a set in parts; the same set always gives the same extent. Numbers too large
// for the field are left out; lo = hi where nothing is left.
func (a *axis) extent(r Ranges) extent {
	spans := r.Spans()
	if n := len(spans); n == 0 || a.last.Less(spans[n-1].Hi) {
		r = r.Intersect(Between(Number{}, a.last))
		spans = r.Spans()
	}
	switch len(spans) {
	case 0:
		return extent{}
	case 1:
		p := a.parts(spans[0])
		return extent{p.lo, p.hi, solid}
	}
	if e, is := a.known[r.held]; is {
		return e
	}
	set := make([]part, len(spans))
	name := make([]byte, 0, 8*len(set))
	for i, s := range spans {
		set[i] = a.parts(s)
		name = binary.LittleEndian.AppendUint32(name, uint32(set[i].lo))
		name = binary.LittleEndian.AppendUint32(name, uint32(set[i].hi))
	}
	n, is := a.filed[string(name)]
	if !is {
		n = int32(len(a.sets))
		a.filed[string(name)] = n
		a.sets = append(a.sets, set)
	}
	e := extent{set[0].lo, set[len(set)-1].hi, n}
	a.known[r.held] = e
	return e
}

// after is the index of the first range of a set that ends after the part at.
func after(set []part, at int32) int {
	lo, hi := 0, len(set)
	for lo < hi {
		if mid := (lo + hi) / 2; set[mid].hi > at {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// within is the extent inside the region's side from lo to hi; lo = hi where nothing is.
func (a *axis) within(e extent, lo, hi int32) extent {
	if e.set == solid {
		e.lo, e.hi = max(e.lo, lo), min(e.hi, hi)
		if e.lo >= e.hi {
			return extent{}
		}
		return e
	}
	if lo <= e.lo && e.hi <= hi {
		return e
	}
	set := a.sets[e.set]
	lo, hi = max(e.lo, lo), min(e.hi, hi)
	if lo >= hi {
		return extent{}
	}
	first, end := after(set, lo), after(set, hi-1)
	if end < len(set) && set[end].lo < hi {
		end++
	}
	if first >= end {
		return extent{}
	}
	e.lo, e.hi = max(lo, set[first].lo), min(hi, set[end-1].hi)
	if end-first == 1 {
		e.set = solid
	}
	return e
}

// edges adds places between lo and hi at which the extent can be cut: where it begins and
// ends, and a hole in its middle.
func (a *axis) edges(places []int32, e extent, lo, hi int32) []int32 {
	if e.lo > lo {
		places = append(places, e.lo)
	}
	if e.hi < hi {
		places = append(places, e.hi)
	}
	if e.set != solid {
		set := a.sets[e.set]
		first, last := after(set, e.lo), after(set, e.hi-1)
		places = append(places, set[(first+last+1)/2].lo)
	}
	return places
}

// ranges are parts as numbers again.
func (a *axis) ranges(parts []part) Ranges {
	spans := make([]Range, len(parts))
	for i, p := range parts {
		spans[i] = Range{a.starts[p.lo], a.last}
		if p.hi < a.size() {
			spans[i].Hi = a.starts[p.hi].Previous()
		}
	}
	return Collect(spans)
}
