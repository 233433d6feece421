package packet

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// lettered is a list as a row of words: p is a permit of box a, d a deny, as in pa db pc.
func lettered(words string) (out []item) {
	for w := range strings.FieldsSeq(words) {
		out = append(out, item{box: int32(w[1] - 'a'), verdict: map[byte]Verdict{'p': permit, 'd': deny}[w[0]]})
	}
	return out
}

func TestMark(t *testing.T) {
	for _, c := range []struct{ name, before, after, marked, markedAfter string }{
		{"the same", "pa pb dc", "pa pb dc", "", ""},
		{"another order of permits", "pa pb pc dd", "pc pa pb dd", "", ""},
		{"a line is gone", "pa pb dc", "pa dc", "b", ""},
		{"a line is new", "pa dc", "pa pb dc", "", "b"},
		{"another action", "pa pb pc dd", "pa db pc dd", "b", "b"},
		{"a permit over two denies", "pa db dc pd", "db dc pa pd", "a", "a"},
		{"one of many moves", "pa db pc dd pe df", "db pc dd pe df pa", "a", "a"},
		{"the permits around a gone deny are one run", "pa pb dc pd pe", "pe pa pb pd", "c", ""},
		{"nothing in common", "pa db", "dc pd", "ab", "cd"},
		{"nothing there", "", "pa", "", "a"},
	} {
		before, after := lettered(c.before), lettered(c.after)
		mark(before, after, 8)
		if marks(before) != c.marked || marks(after) != c.markedAfter {
			t.Errorf("%s: marked %q and %q", c.name, marks(before), marks(after))
		}
	}
}

func marks(items []item) (out string) {
	for _, i := range items {
		if i.wave != unchanged {
			out += string(rune('a' + i.box))
		}
	}
	return out
}

// Whether only the regions of changed rules are looked at, or all of them: the rows are the same.
func TestChangedRulesAreEnough(t *testing.T) {
	differ := 0
	for seed := range uint64(60) {
		m := maker{rand.New(rand.NewPCG(seed, 14)), Families()[seed%2]}
		before, grouped := m.provider(300)
		if seed%3 == 1 {
			before = m.random(200, int(seed))
		}
		after := m.changed(before, 1+int(seed)/6)
		if seed%7 == 6 {
			after = grouped
		}
		rows, err := before.Compare(after, Budget{})
		if err != nil {
			t.Fatal(err)
		}
		c, err := newComparison(before, after, Budget{})
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range [...]list{c.before, c.after} {
			for n := range l.items {
				l.items[n].wave = last // more than a quarter: all packets are looked at
			}
		}
		difference, err := c.run()
		if err != nil {
			t.Fatal(err)
		}
		want, err := c.rows(difference)
		if err != nil || fmt.Sprint(rows) != fmt.Sprint(want) {
			t.Fatalf("seed %d: %v\n%v\nwant\n%v", seed, err, rows, want)
		}
		if len(rows) > 0 {
			differ++
		}
	}
	if differ < 40 {
		t.Errorf("only %d pairs differ", differ)
	}
}

// changed is the list with so many changes of all kinds, and its runs in another order.
func (m maker) changed(l List, changes int) List {
	l = m.shuffled(l)
	for range changes {
		n, other := m.IntN(len(l.Rules)), m.IntN(len(l.Rules))
		switch m.IntN(6) {
		case 0:
			l.Rules = slices.Delete(l.Rules, n, n+1)
		case 1:
			r := l.Rules[other]
			r.Box.Src = m.prefix(8 + m.IntN(25))
			l.Rules = slices.Insert(l.Rules, n, r)
		case 2:
			r := l.Rules[other]
			l.Rules = slices.Insert(slices.Delete(l.Rules, other, other+1), min(n, len(l.Rules)-1), r)
		case 3:
			l.Rules[n].Box.DstPorts = Numbers(20, 25)
		case 4:
			if m.IntN(8) == 0 {
				l.End = permit + deny - l.End
			}
		default:
			l.Rules[n].Verdict = permit + deny - l.Rules[n].Verdict
		}
	}
	return l
}
