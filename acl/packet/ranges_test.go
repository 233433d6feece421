package packet

import (
	"math/bits"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
)

// window is 64 numbers from a base; a set inside it is a bitmap, the slow twin of Ranges.
type window struct {
	name string
	base Number
}

var windows = []window{
	{"from zero", Number{}},
	{"to the top of IPv4", Mask(32).Minus(Of(63))},
	{"across 2^64", Number{1, 0}.Minus(Of(30))},
	{"to the top of IPv6", Mask(128).Minus(Of(63))},
}

func (w window) set(bitmap uint64) Ranges {
	var spans []Range
	for i := range 64 {
		if n := i * 37 % 64; bitmap>>n&1 == 1 {
			at := w.base.Plus(Of(uint64(n)))
			spans = append(spans, Range{at, at})
		}
	}
	return Collect(spans)
}

func (w window) bitmap(r Ranges) (out uint64) {
	for n := range 64 {
		if r.Contains(w.base.Plus(Of(uint64(n)))) {
			out |= 1 << n
		}
	}
	return out
}

func TestRangesAgainstBitmaps(t *testing.T) {
	for _, w := range windows {
		r := rand.New(rand.NewPCG(1, 2))
		for range 3000 {
			a, b := r.Uint64()&r.Uint64(), r.Uint64()|r.Uint64()
			if r.IntN(2) == 0 {
				b &= a | r.Uint64()&r.Uint64()
			}
			x, y := w.set(a), w.set(b)
			for _, law := range []struct {
				name string
				got  Ranges
				want uint64
			}{
				{"set", x, a}, {"union", x.Union(y), a | b}, {"intersect", x.Intersect(y), a & b},
				{"minus", x.Minus(y), a &^ b}, {"minus the other", y.Minus(x), b &^ a},
			} {
				checkNormal(t, law.name, law.got)
				if got := w.bitmap(law.got); got != law.want || !law.got.Equal(w.set(law.want)) {
					t.Fatalf("%s: %s of %064b and %064b: %064b", w.name, law.name, a, b, got)
				}
			}
			if x.Covers(y) != (b&^a == 0) || x.Overlaps(y) != (a&b != 0) || x.Equal(y) != (a == b) || x.IsEmpty() != (a == 0) {
				t.Fatalf("%s: covers, overlaps, equal or empty of %064b and %064b", w.name, a, b)
			}
		}
	}
}

func checkNormal(t *testing.T, name string, r Ranges) {
	t.Helper()
	for i, s := range r.Spans() {
		if s.Hi.Less(s.Lo) || i > 0 && !r.Spans()[i-1].Hi.Next().Less(s.Lo) {
			t.Fatalf("%s: not sorted, disjoint and apart: %v", name, r)
		}
	}
}

func TestRangesThatMustBeEmpty(t *testing.T) {
	for name, r := range map[string]Ranges{
		"zero value":       {},
		"between":          Between(Of(2), Of(1)),
		"collected turned": Collect([]Range{{Of(2), Of(1)}}),
		"no prefix":        Prefixes(),
		"invalid prefix":   Prefixes(netip.Prefix{}),
		"turned addresses": Addresses(netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("10.0.0.1")),
		"two families":     Addresses(netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("::1:0:0:0")),
		"no addresses":     Addresses(netip.Addr{}, netip.Addr{}),
		"all less all":     All(128).Minus(All(128)),
	} {
		if !r.IsEmpty() || r.Contains(Number{}) || !r.Equal(Ranges{}) {
			t.Errorf("%s: %v", name, r)
		}
	}
}

// Numbers on both sides of every boundary of a 128-bit number.
func TestNumber(t *testing.T) {
	top := Mask(128)
	if top.Next() != (Number{}) || (Number{}).Previous() != top || Mask(64).Next() != (Number{1, 0}) || (Number{1, 0}).Previous() != Mask(64) {
		t.Error("next or previous does not carry")
	}
	for k := range 129 {
		m := Mask(k)
		if bits.OnesCount64(m.Hi)+bits.OnesCount64(m.Lo) != k || m.length() != k || (Number{^m.Hi, ^m.Lo}).TrailingZeros() != k {
			t.Errorf("mask of %d bits: %x", k, m)
		}
		if m.Plus(Of(1)) != m.Next() || m.Minus(Of(1)) != m.Previous() || m.Xor(m) != (Number{}) || m.And(top) != m || m.Or(top) != top {
			t.Errorf("arithmetic at %d bits", k)
		}
	}
	order := []Number{{}, Of(1), Mask(64), {1, 0}, {1, 1}, top}
	for i, a := range order {
		for j, b := range order {
			if a.Less(b) != (i < j) || a.Compare(b) != compareInts(i, j) {
				t.Errorf("%v and %v are in the wrong order", a, b)
			}
		}
	}
}

func compareInts(i, j int) int {
	switch {
	case i < j:
		return -1
	case i > j:
		return 1
	}
	return 0
}

func TestPrefixes(t *testing.T) {
	for _, c := range []struct {
		lo, hi string
		want   []string
	}{
		{"0.0.0.0", "255.255.255.255", []string{"0.0.0.0/0"}},
		{"0.0.0.0", "0.0.0.0", []string{"0.0.0.0/32"}},
		{"255.255.255.255", "255.255.255.255", []string{"255.255.255.255/32"}},
		{"0.0.0.0", "127.255.255.255", []string{"0.0.0.0/1"}},
		{"0.0.0.1", "0.0.0.4", []string{"0.0.0.1/32", "0.0.0.2/31", "0.0.0.4/32"}},
		{"255.255.255.253", "255.255.255.255", []string{"255.255.255.253/32", "255.255.255.254/31"}},
		{"10.0.0.0", "10.0.0.255", []string{"10.0.0.0/24"}},
		{"::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", []string{"::/0"}},
		{"::", "::", []string{"::/128"}},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", []string{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"}},
		{"2001:db8::ffff:ffff:ffff:ffff", "2001:db8:0:1::", []string{"2001:db8::ffff:ffff:ffff:ffff/128", "2001:db8:0:1::/128"}},
		{"::ffff:10.0.0.0", "::ffff:10.0.0.1", []string{"::ffff:10.0.0.0/127"}},
	} {
		lo, hi := netip.MustParseAddr(c.lo), netip.MustParseAddr(c.hi)
		r := Addresses(lo, hi)
		var got []string
		for _, p := range r.Prefixes(FamilyOf(lo)) {
			got = append(got, p.String())
		}
		if !slices.Equal(got, c.want) || r.Count(FamilyOf(lo)) != len(c.want) {
			t.Errorf("%s to %s: %v, want %v", c.lo, c.hi, got, c.want)
		}
	}
}

// The shortest list of prefixes is the one no two of which can be joined: in a window of
// 64 numbers the twin takes the largest aligned block at each number not yet covered.
func TestPrefixesAgainstBitmaps(t *testing.T) {
	for _, w := range windows {
		family := V6
		if !Mask(32).Less(w.base) {
			family = V4
		}
		base := w.base.And(Number{^uint64(0), ^uint64(63)}) // so that blocks are aligned in the window
		r := rand.New(rand.NewPCG(3, 4))
		for range 1500 {
			bitmap := r.Uint64() | r.Uint64()<<r.IntN(9)
			set := window{w.name, base}.set(bitmap)
			got := set.Prefixes(family)
			if !Prefixes(got...).Equal(set) {
				t.Fatalf("%s: %064b became %v", w.name, bitmap, got)
			}
			if want := blocks(bitmap); len(got) != want {
				t.Fatalf("%s: %064b became %d prefixes, want %d", w.name, bitmap, len(got), want)
			}
		}
	}
}

// blocks counts the largest aligned blocks of ones.
func blocks(bitmap uint64) int {
	count := 0
	for size := 64; size > 0; size /= 2 {
		for at := 0; at < 64; at += size {
			block := (uint64(1)<<size - 1) << at
			if size == 64 {
				block = ^uint64(0)
			}
			if bitmap&block == block {
				count++
				bitmap &^= block
			}
		}
	}
	return count
}
