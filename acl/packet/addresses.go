package packet

import (
	"net/netip"
	"slices"
)

// Addresses is the addresses from lo to hi; empty where hi is before lo, or where they
// are of different families.
func Addresses(lo, hi netip.Addr) Ranges {
	if !lo.IsValid() || !hi.IsValid() || FamilyOf(lo) != FamilyOf(hi) {
		return Ranges{}
	}
	return Between(Address(lo), Address(hi))
}

// wildcardBits is how many bits a wildcard may leave open above its contiguous tail.
const wildcardBits = 12

// Wildcard is the addresses that equal addr in every bit that is 0 in the mask, as Cisco
// writes it: 0.0.0.255 is a /24. Address bits under the mask are ignored. The open bits
// may be scattered; with more than 12 of them above the contiguous tail (4,096 ranges) or
// two families it reports false and no addresses.
func Wildcard(addr, mask netip.Addr) (Ranges, bool) {
	if !addr.IsValid() || !mask.IsValid() || FamilyOf(addr) != FamilyOf(mask) {
		return Ranges{}, false
	}
	open := Address(mask)
	tail := Mask(Number{^open.Hi, ^open.Lo}.TrailingZeros())
	scattered := open.Xor(tail)
	var bits []Number
	for n := 0; n < addr.BitLen(); n++ {
		if bit := Mask(n).Next(); scattered.And(bit) == bit {
			bits = append(bits, bit)
		}
	}
	if len(bits) > wildcardBits {
		return Ranges{}, false
	}
	lows := []Number{Address(addr).And(Number{^open.Hi, ^open.Lo})}
	for _, bit := range bits {
		for _, lo := range lows {
			lows = append(lows, lo.Or(bit))
		}
	}
	spans := make([]Range, len(lows))
	for i, lo := range lows {
		spans[i] = Range{lo, lo.Or(tail)}
	}
	return Collect(spans), true
}

// Sense says whether a prefix of a list lets its addresses match or takes them out.
type Sense uint8

// The two senses.
const (
	Match  Sense = iota
	Except       // written `except` on Junos
)

// Marked is a prefix with its sense.
type Marked struct {
	Prefix netip.Prefix
	Sense  Sense
}

// LongestMatch is the addresses whose longest prefix in the list has the sense Match, as
// Junos reads an address list; an address in no prefix is not in the set. Of a prefix
// that stands there in both senses the exception wins, so that the set is never too
// wide. The prefixes of one call belong to one family.
func LongestMatch(list []Marked) Ranges {
	byLength := slices.DeleteFunc(slices.Clone(list), func(m Marked) bool { return !m.Prefix.IsValid() })
	slices.SortStableFunc(byLength, func(a, b Marked) int {
		if a.Prefix.Bits() != b.Prefix.Bits() {
			return a.Prefix.Bits() - b.Prefix.Bits()
		}
		return int(a.Sense) - int(b.Sense)
	})
	var out Ranges
	for len(byLength) > 0 {
		n := 1
		for n < len(byLength) && byLength[n].Prefix.Bits() == byLength[0].Prefix.Bits() && byLength[n].Sense == byLength[0].Sense {
			n++
		}
		level := make([]netip.Prefix, n)
		for i, m := range byLength[:n] {
			level[i] = m.Prefix
		}
		if byLength[0].Sense == Except {
			out = out.Minus(Prefixes(level...))
		} else {
			out = out.Union(Prefixes(level...))
		}
		byLength = byLength[n:]
	}
	return out
}
