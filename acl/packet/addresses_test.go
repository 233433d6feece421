package packet

import (
	"math/rand/v2"
	"net/netip"
	"testing"
)

func TestWildcard(t *testing.T) {
	for _, c := range []struct {
		addr, mask string
		want       string // the set's text, "" where the mask is refused
	}{
		{"10.1.2.3", "0.0.0.0", "10.1.2.3"},
		{"10.1.2.3", "0.0.0.255", "10.1.2.0/24"},
		{"10.1.2.3", "255.255.255.255", "any"},
		{"10.1.2.0", "0.0.1.255", "10.1.2.0/23"},
		{"10.0.0.1", "0.0.3.0", "10.0.0.1,10.0.1.1,10.0.2.1,10.0.3.1"},
		{"10.0.0.0", "0.0.2.255", "10.0.0.0/24,10.0.2.0/24"},
		{"2001:db8::1", "::ffff", "2001:db8::/112"},
		{"2001:db8::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "any"},
		{"2001:db8::", "0:0:0:1::ff", "2001:db8::/120,2001:db8:0:1::/120"},
		{"10.0.0.1", "::ff", ""},
	} {
		addr := netip.MustParseAddr(c.addr)
		got, ok := Wildcard(addr, netip.MustParseAddr(c.mask))
		if text := addresses(got, FamilyOf(addr)); text != c.want || ok != (c.want != "") {
			t.Errorf("%s %s: %q %v, want %q", c.addr, c.mask, text, ok, c.want)
		}
	}
	if got, ok := Wildcard(netip.MustParseAddr("10.0.0.0"), netip.MustParseAddr("0.15.255.0")); !ok || len(got.Spans()) != 4096 {
		t.Errorf("12 scattered bits are allowed: %v, %d", ok, len(got.Spans()))
	}
	if _, ok := Wildcard(netip.MustParseAddr("10.0.0.0"), netip.MustParseAddr("0.31.255.0")); ok {
		t.Error("13 scattered bits are refused")
	}
}

func TestWildcardAgainstBits(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		addr, open := r.Uint32(), r.Uint32()&r.Uint32()&r.Uint32()
		set, ok := Wildcard(V4.Addr(Of(uint64(addr))), V4.Addr(Of(uint64(open))))
		if !ok {
			continue
		}
		for range 20 {
			p := addr ^ r.Uint32()&open
			if !set.Contains(Of(uint64(p))) {
				t.Fatalf("%08x under %08x must hold %08x", addr, open, p)
			}
			if bit := uint32(1) << r.IntN(32); bit&open == 0 && set.Contains(Of(uint64(p^bit))) {
				t.Fatalf("%08x under %08x must not hold %08x", addr, open, p^bit)
			}
		}
	}
}

func TestLongestMatch(t *testing.T) {
	match := func(s string) Marked { return Marked{netip.MustParsePrefix(s), Match} }
	except := func(s string) Marked { return Marked{netip.MustParsePrefix(s), Except} }
	for _, c := range []struct {
		list []Marked
		want string
	}{
		{nil, ""},
		{[]Marked{match("10.0.0.0/8")}, "10.0.0.0/8"},
		{[]Marked{except("10.0.0.0/8")}, ""},
		{[]Marked{match("10.0.0.0/16"), except("10.0.0.0/17")}, "10.0.128.0/17"},
		{[]Marked{match("10.0.0.0/24"), except("10.0.0.0/17"), match("10.0.0.0/16")}, "10.0.0.0/24,10.0.128.0/17"},
		{[]Marked{except("10.0.0.0/24"), match("10.0.0.0/24")}, ""},
		{[]Marked{match("0.0.0.0/0"), except("0.0.0.0/1")}, "128.0.0.0/1"},
		{[]Marked{match("2001:db8::/32"), except("2001:db8::/33")}, "2001:db8:8000::/33"},
	} {
		f := V4
		if len(c.list) > 0 {
			f = FamilyOf(c.list[0].Prefix.Addr())
		}
		if got := addresses(LongestMatch(c.list), f); got != c.want {
			t.Errorf("%v: %q, want %q", c.list, got, c.want)
		}
	}
}

func TestLongestMatchAgainstLookup(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 500 {
		var list []Marked
		for range r.IntN(8) {
			list = append(list, Marked{netip.PrefixFrom(V4.Addr(Of(r.Uint64N(64))), 26+r.IntN(7)).Masked(), Sense(r.IntN(2))})
		}
		set := LongestMatch(list)
		for n := range uint64(70) {
			a, longest, want := V4.Addr(Of(n)), -1, false
			for _, m := range list {
				if !m.Prefix.Contains(a) || m.Prefix.Bits() < longest {
					continue
				}
				if m.Prefix.Bits() > longest {
					longest, want = m.Prefix.Bits(), true
				}
				want = want && m.Sense == Match
			}
			if set.Contains(Of(n)) != want {
				t.Fatalf("%v: %v is %v", list, a, !want)
			}
		}
	}
}
