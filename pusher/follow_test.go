package pusher

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/openconfig"
	"op25b/templates/words"
)

// TestPlaces: an entry has the first count that bears its name or its number, looked for one by one.
func TestPlaces(t *testing.T) {
	r := rand.New(rand.NewPCG(25, 8))
	label := func() string { return []string{"", "a", "b", "c"}[r.IntN(4)] }
	for range 20_000 {
		counts := make([]words.Count, r.IntN(6))
		for i := range counts {
			counts[i] = words.Count{Label: label(), Sequence: r.IntN(4)}
		}
		e := acl.Entry{Label: label(), Sequence: r.IntN(4), Count: r.IntN(2) == 0}
		want := slices.IndexFunc(counts, func(c words.Count) bool {
			return e.Label != "" && e.Count && c.Label == e.Label || e.Sequence > 0 && c.Sequence == e.Sequence
		})
		if got := placesOf(counts).of(e); got != want {
			t.Fatalf("%+v of %+v: %d, want %d", e, counts, got, want)
		}
	}
}

// counted is a list of so many entries, and what a device tells of it.
func counted(n int) (l acl.List, at acl.Point, text string) {
	l = acl.List{Name: "OP25B-IN-V4-G1", Family: packet.V4}
	var b strings.Builder
	for i := range n {
		l.Entries = append(l.Entries, acl.Entry{Sequence: 10 * (i + 1), Action: acl.Deny, Match: packet.Any(packet.V4)})
		fmt.Fprintf(&b, "/acl/acl-sets/acl-set[name=OP25B-IN-V4-G1][type=ACL_IPV4]/acl-entries/acl-entry[sequence-id=%d]/state/matched-packets %d\n", 10*(i+1), i)
	}
	return l, acl.Point{Interface: "Ethernet2", Direction: acl.In, Family: packet.V4}, b.String()
}

// TestTold: each counter of a list goes to its entry, and one that is less than before is told.
func TestTold(t *testing.T) {
	l, at, text := counted(20)
	first := told(openconfig.Dialect{}, l, at, "x", text)
	for i, e := range first.Entries {
		if !e.Known || e.Packets != uint64(i) || e.Entry != fmt.Sprint(10*(i+1)) {
			t.Errorf("entry %d: %+v", i, e)
		}
	}
	now := told(openconfig.Dialect{}, l, at, "x", strings.Replace(text, "packets 7\n", "packets 6\n", 1))
	if why := now.backwards(first); len(why) != 1 || !strings.Contains(why[0], "OP25B-IN-V4-G1 80 went from 7 back to 6") {
		t.Errorf("%q", why)
	}
	if why := first.backwards(now); len(why) > 0 {
		t.Errorf("%q", why)
	}
}

// BenchmarkTold is one telling of 20,000 counters, as it is heard during a soak.
func BenchmarkTold(b *testing.B) {
	l, at, text := counted(20_000)
	first := told(openconfig.Dialect{}, l, at, "x", text)
	for b.Loop() {
		if now := told(openconfig.Dialect{}, l, at, "x", text); len(now.backwards(first)) > 0 {
			b.Fatal("it went backwards")
		}
	}
}
