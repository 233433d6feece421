package differ

import (
	"math/rand/v2"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
)

// longest is the length of a longest common subsequence, found the slow way.
func longest(a, b []string) int {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	if a[0] == b[0] {
		return 1 + longest(a[1:], b[1:])
	}
	return max(longest(a[1:], b), longest(a, b[1:]))
}

func letters(r *rand.Rand) []string {
	return strings.Split(strings.Repeat("abcd", 3)[r.IntN(4):r.IntN(8)+4], "")
}

// held is how many pairs there are; it fails where they are not equal or not in order.
func (p pairs) held(t *testing.T, old, now []string) int {
	n, last := 0, 0
	for j := range now {
		i := p.now[j]
		if i == 0 {
			continue
		}
		n++
		if i <= last || old[i-1] != now[j] || !p.old[i-1] {
			t.Fatalf("%v, %v: %d of the new side is %d of the old one: %v", old, now, j, i-1, p)
		}
		last = i
	}
	if n != len(p.old) {
		t.Fatalf("%v, %v: %d are kept on one side, %d on the other", old, now, len(p.old), n)
	}
	return n
}

// common is a longest common subsequence; the greedy way, for the longest lists, at least a
// common subsequence.
func TestCommon(t *testing.T) {
	r := rand.New(rand.NewPCG(25, 1))
	for range 3000 {
		old, now := letters(r), letters(r)
		r.Shuffle(len(now), func(i, j int) { now[i], now[j] = now[j], now[i] })
		if got, want := common(old, now).held(t, old, now), longest(old, now); got != want {
			t.Fatalf("%v, %v: %d in common, want %d", old, now, got, want)
		}
		p := pairs{map[int]bool{}, map[int]int{}}
		p.greedy(old, now, 0)
		p.held(t, old, now)
	}
}

// rows are entries of a list as a router prints them.
func rows(lines ...string) []acl.Entry {
	var out []acl.Entry
	for i, line := range lines {
		e := acl.Entry{Sequence: 10 * (i + 1), Action: acl.Deny, Match: packet.Any(packet.V4), Place: acl.Place{Line: i + 1, Text: " 10 " + line}}
		sum := uint64(0)
		for _, c := range []byte(line) {
			sum += uint64(c)
		}
		e.Match.Src = packet.One(sum) // what is written otherwise is something else
		if group, is := strings.CutPrefix(line, "deny @"); is {
			e.SrcGroup, _, _ = strings.Cut(group, " ")
		}
		out = append(out, e)
	}
	return out
}

func signs(changes []acl.Change) string {
	var out []string
	for _, c := range changes {
		out = append(out, string(c.Sign)+" "+c.Line)
	}
	return strings.Join(out, "; ")
}

// Each line that comes, goes or moves has its sign, in the order of the new list; what goes stands
// where it stood. A line that differs in the generation of a name only has changed.
func TestCompare(t *testing.T) {
	for _, c := range []struct{ name, old, now, want string }{
		{"nothing", "deny a,deny b", "deny a,deny b", ""},
		{"all new", "", "deny a,deny b", "+ deny a; + deny b"},
		{"all gone", "deny a,deny b", "", "- deny a; - deny b"},
		{"in the middle", "deny a,deny c", "deny a,deny b,deny c", "+ deny b"},
		{"on top", "deny b", "deny a,deny b", "+ deny a"},
		{"one goes", "deny a,deny b,deny c", "deny a,deny c", "- deny b"},
		{"one moves", "deny a,deny b,deny c,deny d", "deny d,deny a,deny b,deny c", "> deny d"},
		{"one for another", "deny a,deny b,deny c", "deny a,deny x,deny c", "+ deny x; - deny b"},
		{"one of two equal ones goes", "deny a,deny b,deny a", "deny a,deny b", "- deny a"},
		{"another generation of a group", "deny @OP25B-OUT-POOL-V4-G1 p", "deny @OP25B-OUT-POOL-V4-G2 p", "~ deny @OP25B-OUT-POOL-V4-G2 p"},
		{"another group", "deny @OP25B-OUT-POOL1-V4-G1 p", "deny @OP25B-OUT-POOL2-V4-G1 p", "+ deny @OP25B-OUT-POOL2-V4-G1 p; - deny @OP25B-OUT-POOL1-V4-G1 p"},
	} {
		split := func(s string) []acl.Entry {
			if s == "" {
				return nil
			}
			return rows(strings.Split(s, ",")...)
		}
		if got := signs(compare(split(c.old), split(c.now))); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// Whatever changes: without what goes and what moves, and with what comes in its place, the old
// list is the new one.
func TestCompareIsWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(25, 2))
	for range 3000 {
		old, now := letters(r), letters(r)
		r.Shuffle(len(now), func(i, j int) { now[i], now[j] = now[j], now[i] })
		for i := range old {
			old[i] = "deny " + old[i]
		}
		for i := range now {
			now[i] = "deny " + now[i]
		}
		count := map[string]int{}
		for _, s := range old {
			count[s]++
		}
		for _, c := range compare(rows(old...), rows(now...)) {
			switch c.Sign {
			case acl.Added:
				count[c.Line]++
			case acl.Removed:
				count[c.Line]--
			case acl.Changed:
				t.Fatalf("%v, %v: %v", old, now, c)
			}
		}
		for _, s := range now {
			count[s]--
		}
		for s, n := range count {
			if n != 0 {
				t.Fatalf("%v, %v: %q comes out %d times wrong: %s", old, now, s, n, signs(compare(rows(old...), rows(now...))))
			}
		}
	}
}
