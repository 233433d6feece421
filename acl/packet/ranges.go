package packet

import (
	"net/netip"
	"slices"
	"sort"
)

// Range is the numbers from Lo to Hi, both included.
type Range struct{ Lo, Hi Number }

// Ranges is a set of numbers: an immutable value. The zero value is the empty
// set; what matches everything must be said with All. The ranges are sorted,
// disjoint and never adjacent, so equal sets have equal ranges. It is one word
// long, for a large list holds a million of them.
type Ranges struct{ held *held }

// held is the ranges of a set that is not empty. A set of one range has it in one.
type held struct {
	spans []Range
	one   [1]Range
}

// The sets that nearly every rule has are stored once; nobody writes to them.
var (
	whole = [...]Ranges{
		single(Range{Hi: Mask(8)}), single(Range{Hi: Mask(16)}), single(Range{Hi: Mask(32)}), single(Range{Hi: Mask(128)}),
		single(Range{Hi: Of(1)}), single(Range{Hi: Of(2)})}
	ones = oneByOne()
)

func oneByOne() (out [256]Ranges) {
	for n := range out {
		out[n] = single(Range{Of(uint64(n)), Of(uint64(n))})
	}
	return out
}

func single(s Range) Ranges {
	h := &held{one: [1]Range{s}}
	h.spans = h.one[:]
	return Ranges{h}
}

// rangesOf is the set of ranges that are sorted, disjoint and not adjacent; it keeps them.
func rangesOf(spans []Range) Ranges {
	switch len(spans) {
	case 0:
		return Ranges{}
	case 1:
		return Between(spans[0].Lo, spans[0].Hi)
	}
	return Ranges{&held{spans: spans}}
}

// All is every number of so many bits.
func All(bits int) Ranges { return Between(Number{}, Mask(bits)) }

// Between is the numbers from lo to hi; empty where hi is before lo.
func Between(lo, hi Number) Ranges {
	if hi.Less(lo) {
		return Ranges{}
	}
	if lo == hi && hi.Less(Of(uint64(len(ones)))) {
		return ones[hi.Lo]
	}
	if lo == (Number{}) {
		for _, all := range whole {
			if hi == all.held.one[0].Hi {
				return all
			}
		}
	}
	return single(Range{lo, hi})
}

// Numbers is the set of small numbers from lo to hi: ports, protocols.
func Numbers(lo, hi uint64) Ranges { return Between(Of(lo), Of(hi)) }

// One is the set of one small number.
func One(n uint64) Ranges { return Numbers(n, n) }

// Collect is the union of ranges in any order; one whose Hi is before its Lo has no numbers.
func Collect(spans []Range) Ranges {
	sorted := slices.DeleteFunc(slices.Clone(spans), func(s Range) bool { return s.Hi.Less(s.Lo) })
	if len(sorted) == 0 {
		return Ranges{}
	}
	slices.SortFunc(sorted, func(a, b Range) int { return a.Lo.Compare(b.Lo) })
	out := sorted[:1]
	for _, s := range sorted[1:] {
		last := &out[len(out)-1]
		if next := last.Hi.Next(); next != (Number{}) && next.Less(s.Lo) {
			out = append(out, s)
		} else if last.Hi.Less(s.Hi) {
			last.Hi = s.Hi
		}
	}
	return rangesOf(slices.Clip(out))
}

// Prefixes is the addresses in any of the prefixes; host bits are cleared, prefixes that
// are not valid left out. The prefixes of one call belong to one family.
func Prefixes(prefixes ...netip.Prefix) Ranges {
	spans := make([]Range, 0, len(prefixes))
	for _, p := range prefixes {
		if !p.IsValid() {
			continue
		}
		lo := Address(p.Masked().Addr())
		spans = append(spans, Range{lo, lo.Or(Mask(p.Addr().BitLen() - p.Bits()))})
	}
	return Collect(spans)
}

// Spans are the ranges, in order. The slice is not to be written to.
func (r Ranges) Spans() []Range {
	if r.held == nil {
		return nil
	}
	return r.held.spans
}

// IsEmpty reports whether the set has no number.
func (r Ranges) IsEmpty() bool { return r.held == nil }

// Equal reports whether both sets have the same numbers.
func (r Ranges) Equal(o Ranges) bool {
	return r.held == o.held || slices.Equal(r.Spans(), o.Spans())
}

// IsAll reports whether the set is every number of so many bits.
func (r Ranges) IsAll(bits int) bool {
	spans := r.Spans()
	return len(spans) == 1 && spans[0] == Range{Number{}, Mask(bits)}
}

// Contains reports whether n is in the set.
func (r Ranges) Contains(n Number) bool {
	spans := r.Spans()
	i, found := slices.BinarySearchFunc(spans, n, func(s Range, n Number) int { return s.Lo.Compare(n) })
	return found || i > 0 && !spans[i-1].Hi.Less(n)
}

// Covers reports whether every number of o is in r.
func (r Ranges) Covers(o Ranges) bool {
	if r.held == o.held {
		return true
	}
	mine, i := r.Spans(), 0
	for _, s := range o.Spans() {
		for i < len(mine) && mine[i].Hi.Less(s.Lo) {
			i++
		}
		if i == len(mine) || s.Lo.Less(mine[i].Lo) || mine[i].Hi.Less(s.Hi) {
			return false
		}
	}
	return true
}

// Overlaps reports whether some number is in both.
func (r Ranges) Overlaps(o Ranges) bool {
	mine, theirs := r.Spans(), o.Spans()
	for i, j := 0, 0; i < len(mine) && j < len(theirs); {
		switch {
		case mine[i].Hi.Less(theirs[j].Lo):
			i++
		case theirs[j].Hi.Less(mine[i].Lo):
			j++
		default:
			return true
		}
	}
	return false
}

// Union is the numbers of either set.
func (r Ranges) Union(o Ranges) Ranges {
	switch {
	case r.IsEmpty():
		return o
	case o.IsEmpty():
		return r
	}
	return Collect(slices.Concat(r.Spans(), o.Spans()))
}

// Intersect is the numbers of both sets.
func (r Ranges) Intersect(o Ranges) Ranges {
	if r.held == o.held {
		return r
	}
	var out []Range
	mine, theirs := r.Spans(), o.Spans()
	for i, j := 0, 0; i < len(mine) && j < len(theirs); {
		a, b := mine[i], theirs[j]
		if a.Hi.Less(b.Lo) {
			i += skip(mine[i:], b.Lo)
			continue
		}
		if b.Hi.Less(a.Lo) {
			j += skip(theirs[j:], a.Lo)
			continue
		}
		lo, hi := a.Lo, a.Hi
		if lo.Less(b.Lo) {
			lo = b.Lo
		}
		if b.Hi.Less(hi) {
			hi = b.Hi
		}
		if !hi.Less(lo) {
			out = append(out, Range{lo, hi})
		}
		if a.Hi.Less(b.Hi) {
			i++
		} else {
			j++
		}
	}
	return rangesOf(out)
}

// skip counts the spans that end before n, looking near first: sets of very different sizes
// meet in few places.
func skip(spans []Range, n Number) int {
	step := 1
	for step < len(spans) && spans[step].Hi.Less(n) {
		step *= 2
	}
	from := step / 2
	return from + sort.Search(min(step+1, len(spans))-from, func(i int) bool { return !spans[from+i].Hi.Less(n) })
}

// Minus is the numbers of r that are not in o.
func (r Ranges) Minus(o Ranges) Ranges {
	var out []Range
	theirs, j := o.Spans(), 0
	for _, a := range r.Spans() {
		lo, open := a.Lo, true
		for ; j < len(theirs) && theirs[j].Hi.Less(lo); j++ {
		}
		for k := j; k < len(theirs) && !a.Hi.Less(theirs[k].Lo); k++ {
			b := theirs[k]
			if lo.Less(b.Lo) {
				out = append(out, Range{lo, b.Lo.Previous()})
			}
			if !b.Hi.Less(a.Hi) {
				open = false
				break
			}
			lo = b.Hi.Next()
		}
		if open {
			out = append(out, Range{lo, a.Hi})
		}
	}
	return rangesOf(out)
}

// Prefixes is the shortest list of prefixes with exactly these addresses, in order.
func (r Ranges) Prefixes(f Family) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range r.Spans() {
		lo := s.Lo
		for {
			size := min(lo.TrailingZeros(), f.Bits())
			if room := s.Hi.Minus(lo).Next(); room != (Number{}) {
				size = min(size, room.length()-1)
			}
			out = append(out, netip.PrefixFrom(f.Addr(lo), f.Bits()-size))
			end := lo.Or(Mask(size))
			if !end.Less(s.Hi) {
				break
			}
			lo = end.Next()
		}
	}
	return out
}

// Count is how many prefixes Prefixes would return.
func (r Ranges) Count(f Family) int { return len(r.Prefixes(f)) }
