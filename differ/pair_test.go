package differ

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"op25b/acl"
)

// pairSlowly is pair as it is said: each takes the first of the others that is built alike.
func pairSlowly(changes []acl.Change) []acl.Change {
	var out []acl.Change
	used := map[int]bool{}
	for i, c := range changes {
		if used[i] {
			continue
		}
		partner := -1
		for j := i + 1; j < len(changes) && partner < 0; j++ {
			d := changes[j]
			if (c.Sign == acl.Removed && d.Sign == acl.Added || c.Sign == acl.Added && d.Sign == acl.Removed) && !used[j] && ungenerated(c.Line) == ungenerated(d.Line) {
				partner = j
			}
		}
		switch {
		case partner < 0:
			out = append(out, c)
			continue
		case c.Sign == acl.Removed:
			c = changes[partner]
		}
		used[partner] = true
		out = append(out, acl.Change{Sign: acl.Changed, Line: c.Line, Why: c.Why})
	}
	return out
}

// TestPair holds pair against the slow one, with few lines that are often built alike.
func TestPair(t *testing.T) {
	r := rand.New(rand.NewPCG(25, 7))
	signs := []acl.Sign{acl.Added, acl.Removed, acl.Added, acl.Removed, acl.Moved, acl.Changed}
	for range 20_000 {
		changes := make([]acl.Change, r.IntN(16))
		for i := range changes {
			changes[i] = acl.Change{Sign: signs[r.IntN(len(signs))], Line: fmt.Sprintf("deny @OP25B-POOL%d-V4-G%d any", r.IntN(3), r.IntN(3)), Why: acl.Why{Text: fmt.Sprint(i)}}
		}
		if got, want := pair(changes), pairSlowly(changes); !slices.Equal(got, want) {
			t.Fatalf("%v\nbecomes\n%v\nwant\n%v", changes, got, want)
		}
	}
}

// BenchmarkPair: a list of 5,000 lines is replaced by one of 20,000 others.
func BenchmarkPair(b *testing.B) {
	var changes []acl.Change
	for i := range 25_000 {
		sign := acl.Added
		if i < 5_000 {
			sign = acl.Removed
		}
		changes = append(changes, acl.Change{Sign: sign, Line: fmt.Sprintf("DROP tcp 10.%d.%d.0/24 -> 198.51.100.0/28 port 25", i>>8, i&255)})
	}
	for b.Loop() {
		pair(changes)
	}
}
