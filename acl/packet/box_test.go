package packet

import (
	"net/netip"
	"testing"
)

func TestBoxString(t *testing.T) {
	line := Any(V4)
	line.Protocols, line.DstPorts, line.Fragments = One(TCP), One(25), WithPorts()
	line.Src = Prefixes(netip.MustParsePrefix("203.0.113.0/24"))
	line.Dst = Prefixes(netip.MustParsePrefix("198.51.100.0/28"), netip.MustParsePrefix("192.0.2.1/32"))
	later, both, established, six := line, line, line, Any(V6)
	later.Fragments, both.Fragments, established.Flags = One(uint64(Later)), Numbers(0, 2), One(uint64(Established))
	six.Protocols = Collect([]Range{{Of(TCP), Of(TCP)}, {Of(47), Of(51)}})
	for _, c := range []struct {
		box  Box
		want string
	}{
		{Any(V4), "ipv4 any -> any"},
		{Any(V6), "ipv6 any -> any"},
		{line, "tcp 203.0.113.0/24 -> 192.0.2.1,198.51.100.0/28 port 25"},
		{later, "tcp 203.0.113.0/24 -> 192.0.2.1,198.51.100.0/28 port 25 later fragments"},
		{both, "tcp 203.0.113.0/24 -> 192.0.2.1,198.51.100.0/28 port 25 any fragment"},
		{established, "tcp 203.0.113.0/24 -> 192.0.2.1,198.51.100.0/28 port 25 established"},
		{six, "ipv6 tcp,47-51 any -> any"},
	} {
		if got := c.box.String(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// Equal boxes have equal strings and different boxes different ones, also among boxes
// that are nearly the same.
func TestBoxStringTellsBoxesApart(t *testing.T) {
	boxes := map[string]Box{}
	for seed := range uint64(4000) {
		r := newRandom(seed)
		b := r.box()
		if r.IntN(20) == 0 {
			b.Dst = Ranges{}
		}
		if r.IntN(20) == 0 {
			b.Flags = Ranges{}
		}
		if r.IntN(3) == 0 {
			b.Src, b.Dst = All(b.Family.Bits()), All(b.Family.Bits())
		}
		if same, is := boxes[b.String()]; is && !same.Equal(b) {
			t.Fatalf("two boxes are called %q", b.String())
		}
		boxes[b.String()] = b
		if again := b.Intersect(Any(b.Family)); !again.Equal(b) || again.String() != b.String() {
			t.Fatalf("%q and %q", again.String(), b.String())
		}
	}
}

// A box has a packet exactly where each of its fields does.
func TestBoxesAgainstCells(t *testing.T) {
	for seed := range uint64(1500) {
		r := newRandom(seed)
		a, b := r.box(), r.box()
		list := List{Family: r.family, Rules: []Rule{{a, permit}, {b, deny}}}
		common, covers := false, true
		for _, p := range cells(list) {
			inA, inB := a.Contains(p), b.Contains(p)
			common, covers = common || inA && inB, covers && (inA || !inB)
			if a.Intersect(b).Contains(p) != (inA && inB) {
				t.Fatalf("seed %d: %v in %v and %v", seed, p, a, b)
			}
		}
		if a.Covers(b) != covers || a.Intersect(b).IsEmpty() == common {
			t.Fatalf("seed %d: covers %v, intersect %v: %v and %v", seed, a.Covers(b), a.Intersect(b), a, b)
		}
	}
	if four, six := Any(V4), Any(V6); four.Covers(six) || !four.Intersect(six).IsEmpty() || four.Equal(six) {
		t.Error("the families have packets in common")
	}
}

func TestWitnessIsPlain(t *testing.T) {
	narrow := Any(V4)
	narrow.Protocols, narrow.DstPorts, narrow.SrcPorts = One(UDP), Numbers(26, 30), Numbers(2000, 2001)
	narrow.Src, narrow.Fragments = Prefixes(netip.MustParsePrefix("203.0.113.0/24")), One(uint64(First))
	for _, c := range []struct {
		box  Box
		want string
	}{
		{Any(V4), "tcp 192.0.2.1:1025 -> 192.0.2.2:25"},
		{Any(V6), "tcp [2001:db8::1]:1025 -> [2001:db8::2]:25"},
		{narrow, "udp 203.0.113.0:2000 -> 192.0.2.2:26 first fragment"},
	} {
		p, is := c.box.Witness()
		if !is || p.String() != c.want || !c.box.Contains(p) {
			t.Errorf("%v, want %s", p, c.want)
		}
	}
	narrow.Flags = Ranges{}
	if p, is := narrow.Witness(); is {
		t.Errorf("an empty box has no packet, but %v", p)
	}
}
