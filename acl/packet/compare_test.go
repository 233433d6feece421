package packet

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
)

// The slow twin: every field is cut wherever a set begins or ends, and one packet of each
// cell is put to both lists and to the rows. What holds for these packets holds for all.
func checkByCells(before, after List) error {
	rows, err := before.Compare(after, Budget{})
	if err != nil {
		return err
	}
	differ := false
	for _, p := range cells(before, after) {
		x, _ := before.First(p)
		y, _ := after.First(p)
		differ = differ || x != y
		in := 0
		for _, r := range rows {
			if !r.Box.Contains(p) {
				continue
			}
			in++
			if r.Before != x || r.After != y {
				return fmt.Errorf("%v: the row says %d -> %d, the lists say %d -> %d", p, r.Before, r.After, x, y)
			}
		}
		if x != y && in != 1 || x == y && in != 0 {
			return fmt.Errorf("%v: %d -> %d and in %d rows", p, x, y, in)
		}
	}
	for _, r := range rows {
		x, _ := before.First(r.Witness)
		y, _ := after.First(r.Witness)
		if x != r.Before || y != r.After || x == y || !r.Box.Contains(r.Witness) {
			return fmt.Errorf("witness %v of %v: row %d -> %d, lists %d -> %d", r.Witness, r.Box, r.Before, r.After, x, y)
		}
	}
	return checkApart(before, after, differ)
}

func checkApart(before, after List, differ bool) error {
	p, apart, err := before.Apart(after, Budget{})
	if err != nil || apart != differ {
		return fmt.Errorf("Apart says %v, the cells say %v (%v)", apart, differ, err)
	}
	if x, _ := before.First(p); apart {
		if y, _ := after.First(p); x == y {
			return fmt.Errorf("Apart shows %v, on which both say %d", p, x)
		}
	}
	equal, err := before.Equal(after, Budget{})
	if err != nil || equal == differ {
		return fmt.Errorf("Equal says %v, the cells say %v (%v)", equal, !differ, err)
	}
	return nil
}

func cells(lists ...List) []Packet {
	f := lists[0].Family
	tops := []Number{Of(255), Mask(f.Bits()), Mask(f.Bits()), Of(65535), Of(65535), Of(2), Of(2)}
	cuts := make([][]Number, len(tops))
	for i := range cuts {
		cuts[i] = []Number{{}}
	}
	for _, l := range lists {
		for _, r := range l.Rules {
			b := r.Box
			for i, set := range []Ranges{b.Protocols, b.Src, b.Dst, b.SrcPorts, b.DstPorts, b.Fragments, b.Flags} {
				for _, s := range set.Spans() {
					cuts[i] = append(cuts[i], s.Lo)
					if s.Hi != tops[i] {
						cuts[i] = append(cuts[i], s.Hi.Next())
					}
				}
			}
		}
	}
	out := []Packet{{Family: f}}
	for i := range cuts {
		slices.SortFunc(cuts[i], Number.Compare)
		cuts[i] = slices.Compact(cuts[i])
		var next []Packet
		for _, p := range out {
			for _, n := range cuts[i] {
				next = append(next, p.with(i, n))
			}
		}
		out = next
	}
	return out
}

func (p Packet) with(field int, n Number) Packet {
	switch field {
	case 0:
		p.Protocol = uint8(n.Lo)
	case 1:
		p.Src = p.Family.Addr(n)
	case 2:
		p.Dst = p.Family.Addr(n)
	case 3:
		p.SrcPort = uint16(n.Lo)
	case 4:
		p.DstPort = uint16(n.Lo)
	case 5:
		p.Fragment = Fragment(n.Lo)
	case 6:
		p.Flags = Flags(n.Lo)
	}
	return p
}

// random makes small lists that overlap much, with sets that have holes and edges at both
// ends of each field.
type random struct {
	*rand.Rand
	family Family
	varied uint64 // bit n: may field n be other than any? protocols, ports, fragments, flags
}

// newRandom varies two or three of the five small fields, so that there are few cells.
func newRandom(seed uint64) random {
	r := rand.New(rand.NewPCG(seed, 25))
	first, second, third := r.IntN(5), r.IntN(5), r.IntN(5)
	return random{r, Families()[seed%2], 1<<first | 1<<second | 1<<third&(seed/2%2*31)}
}

func (r random) varies(field int) bool { return r.varied>>field&1 == 1 && r.IntN(3) > 0 }

func (r random) list(rules int) List {
	l := List{Family: r.family, End: Verdict(r.IntN(2))}
	for range rules {
		l.Rules = append(l.Rules, Rule{r.box(), Verdict(r.IntN(2 + r.IntN(2)))})
	}
	return l
}

func (r random) box() Box {
	b := Any(r.family)
	b.Src, b.Dst = r.addresses(), r.addresses()
	if r.varies(0) {
		b.Protocols = One([]uint64{TCP, UDP, 0, 255}[r.IntN(4)])
	}
	if r.varies(1) {
		b.DstPorts = []Ranges{One(25), Numbers(0, 25), Numbers(25, 65535), Collect([]Range{{Of(25), Of(25)}, {Of(587), Of(600)}})}[r.IntN(4)]
	}
	if r.varies(2) {
		b.SrcPorts = Numbers(1024, 65535)
	}
	if r.varies(3) {
		b.Fragments = []Ranges{WithPorts(), One(uint64(Later)), Collect([]Range{{Of(0), Of(0)}, {Of(2), Of(2)}})}[r.IntN(3)]
	}
	if r.varies(4) {
		b.Flags = []Ranges{One(uint64(Established)), Numbers(0, 1)}[r.IntN(2)]
	}
	return b
}

func (r random) addresses() Ranges {
	if r.IntN(5) == 0 {
		return All(r.family.Bits())
	}
	var spans []Range
	for range 1 + r.IntN(3)/2 {
		size := r.IntN(4)
		lo := r.base().Plus(Of(uint64(r.IntN(16)) >> size << size))
		spans = append(spans, Range{lo, lo.Or(Mask(size))})
	}
	return Collect(spans)
}

// base is the bottom, the top, or where the two halves of a number meet.
func (r random) base() Number {
	top := Mask(r.family.Bits()).Minus(Of(15))
	return []Number{{}, top, top.And(Number{5, ^uint64(15)})}[r.IntN(3)]
}

// pairs is how many pairs of lists are compared; OP25B_SWEEP says another number.
func pairs(t *testing.T) uint64 {
	t.Helper()
	said := os.Getenv("OP25B_SWEEP")
	if said == "" {
		return 5400
	}
	n, err := strconv.ParseUint(said, 10, 32)
	if err != nil || n < 3 {
		t.Fatalf("OP25B_SWEEP=%s is not a number of pairs, 3 or more", said)
	}
	return n
}

func TestCompareAgainstCells(t *testing.T) {
	n, equal := pairs(t), uint64(0)
	for seed := range n {
		r := newRandom(seed)
		before := r.list(r.IntN(5))
		after := before
		switch seed % 3 {
		case 0:
			after = r.list(r.IntN(5))
		case 1:
			after = r.mutated(before)
		case 2:
			after = r.respelled(before)
			if same, _ := before.Equal(after, Budget{}); !same {
				t.Fatalf("seed %d: a list differs from itself in other words", seed)
			}
			equal++
		}
		if err := checkByCells(before, after); err != nil {
			t.Fatalf("seed %d: %v\nbefore %v\nafter  %v", seed, err, before, after)
		}
	}
	if equal != n/3 {
		t.Fatalf("only %d pairs of %d were equal by making", equal, n)
	}
	t.Logf("%d pairs, %d of them equal", n, equal)
}

// mutated is the list with one thing changed.
func (r random) mutated(l List) List {
	l.Rules = slices.Clone(l.Rules)
	if len(l.Rules) == 0 {
		l.End++
		return l
	}
	n := r.IntN(len(l.Rules))
	switch r.IntN(4) {
	case 0:
		l.Rules[n].Verdict++
	case 1:
		l.Rules[n].Box = r.box()
	case 2:
		l.Rules = slices.Delete(l.Rules, n, n+1)
	case 3:
		m := r.IntN(len(l.Rules))
		l.Rules[n], l.Rules[m] = l.Rules[m], l.Rules[n]
	}
	return l
}

// respelled is the list with boxes cut in pieces and rules added that nothing reaches.
func (r random) respelled(l List) List {
	out := List{Family: l.Family, End: l.End}
	for _, rule := range l.Rules {
		low, high := rule, rule
		cut := r.addresses()
		low.Box.Src, high.Box.Src = rule.Box.Src.Intersect(cut), rule.Box.Src.Minus(cut)
		if r.IntN(2) == 0 {
			low, high = high, low
		}
		out.Rules = append(out.Rules, high, low)
		if r.IntN(3) == 0 {
			dead := rule
			dead.Verdict++
			out.Rules = append(out.Rules, dead)
		}
	}
	return out
}

func TestSetAgainstCells(t *testing.T) {
	for seed := range uint64(1500) {
		r := newRandom(seed)
		a, b := r.set(r.IntN(4)), r.set(r.IntN(4))
		minus, err := a.Minus(b, Budget{})
		if err != nil {
			t.Fatal(err)
		}
		both, err := a.Intersect(b, Budget{})
		if err != nil {
			t.Fatal(err)
		}
		either := a.Union(b)
		for _, p := range cells(a.without(b)) {
			inA, inB := a.Contains(p), b.Contains(p)
			if minus.Contains(p) != (inA && !inB) || both.Contains(p) != (inA && inB) || either.Contains(p) != (inA || inB) {
				t.Fatalf("seed %d: %v in a %v, in b %v", seed, p, inA, inB)
			}
		}
		again, err := minus.Union(both).Equal(a, Budget{})
		if err != nil || !again {
			t.Fatalf("seed %d: (a less b) with (a and b) is not a: %v", seed, err)
		}
		if p, is := minus.Witness(); is == minus.IsEmpty() || is && (!a.Contains(p) || b.Contains(p)) {
			t.Fatalf("seed %d: witness %v", seed, p)
		}
	}
}

func (r random) set(boxes int) Set {
	s := SetOf(r.family)
	for range boxes {
		s = s.Union(SetOf(r.family, r.box()))
	}
	return s
}

func TestRowsDependOnMeaningOnly(t *testing.T) {
	for seed := range uint64(300) {
		r := newRandom(seed)
		before, after := r.list(4), r.list(4)
		one, err := before.Compare(after, Budget{})
		if err != nil {
			t.Fatal(err)
		}
		two, err := r.respelled(before).Compare(r.respelled(after), Budget{})
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(one) != fmt.Sprint(two) {
			t.Fatalf("seed %d: %v\n%v", seed, one, two)
		}
	}
}

func TestBudgetIsNotEquality(t *testing.T) {
	r := newRandom(0)
	l := r.list(40)
	for _, b := range []Budget{{Steps: 1}, {Edges: 1}} {
		rows, err := l.Compare(List{Family: V4, End: 9}, b)
		if !errors.Is(err, ErrBudget) || rows != nil {
			t.Errorf("%+v: %v, %v", b, rows, err)
		}
		if equal, err := l.Equal(List{Family: V4, End: 9}, Budget{Steps: 1}); equal || !errors.Is(err, ErrBudget) {
			t.Errorf("%+v: equal %v, %v", b, equal, err)
		}
	}
	if _, err := l.Compare(List{Family: V6}, Budget{}); !errors.Is(err, ErrFamilies) {
		t.Errorf("two families: %v", err)
	}
}

// Lists of some hundred rules go many cuts deep; they are put to packets at the corners
// of their boxes.
func TestCompareAgainstSamples(t *testing.T) {
	for seed := range uint64(16) {
		m := maker{rand.New(rand.NewPCG(seed, 12)), Families()[seed%2]}
		before := m.random(300, int(seed))
		if seed%4 == 3 {
			before, _ = m.provider(400)
		}
		after := m.flipped(before, 1+int(seed))
		if seed%4 == 2 {
			after = m.halved(after)
		}
		rows, err := before.Compare(after, Budget{})
		if err != nil {
			t.Fatal(err)
		}
		differ := 0
		for range 3000 {
			p := m.corner(before.Rules[m.IntN(len(before.Rules))].Box, before.Rules[m.IntN(len(before.Rules))].Box)
			x, _ := before.First(p)
			y, _ := after.First(p)
			in := slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return !r.Box.Contains(p) })
			if x == y && len(in) != 0 || x != y && (len(in) != 1 || in[0].Before != x || in[0].After != y) {
				t.Fatalf("seed %d: %v: %d -> %d, rows %v", seed, p, x, y, in)
			}
			if x != y {
				differ++
			}
		}
		for _, r := range rows {
			x, _ := before.First(r.Witness)
			if y, _ := after.First(r.Witness); x != r.Before || y != r.After || x == y {
				t.Fatalf("seed %d: witness %v: %d -> %d, row %v", seed, r.Witness, x, y, r)
			}
		}
		if equal, err := before.Equal(m.shuffled(before), Budget{}); err != nil || !equal {
			t.Fatalf("seed %d: the order inside a run of one verdict counts: %v", seed, err)
		}
		if differ > 0 && len(rows) == 0 || len(rows) == 0 && seed > 4 {
			t.Fatalf("seed %d: %d packets differ in %d rows", seed, differ, len(rows))
		}
	}
}

// corner is a packet at an end of the sources of one box and of the destinations of another.
func (m maker) corner(a, b Box) Packet {
	end := func(r Ranges) Number {
		s := r.Spans()[m.IntN(len(r.Spans()))]
		return []Number{s.Lo, s.Hi, s.Lo.Previous(), s.Hi.Next()}[m.IntN(4)].And(Mask(m.family.Bits()))
	}
	return Packet{m.family, uint8(end(a.Protocols).Lo), m.family.Addr(end(a.Src)), m.family.Addr(end(b.Dst)),
		uint16(end(b.SrcPorts).Lo), uint16(end(a.DstPorts).Lo), Fragment(m.IntN(3)), Flags(m.IntN(3))}
}

// Whatever is dropped on the way to keep the diagram small, the rows stay the same.
func TestCompactingChangesNothing(t *testing.T) {
	proved := 0
	for seed := range uint64(20) {
		m := maker{rand.New(rand.NewPCG(seed, 13)), Families()[seed%2]}
		before := m.random(150, 10)
		after := m.flipped(before, 15)
		want, err := before.Compare(after, Budget{})
		if err != nil {
			t.Fatal(err)
		}
		for edges := 256; edges < 1<<16; edges = edges * 5 / 4 {
			got, err := before.Compare(after, Budget{Edges: edges})
			if errors.Is(err, ErrBudget) {
				continue
			}
			if proved++; err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("seed %d, %d edges: %v\n%v\n%v", seed, edges, err, got, want)
			}
			break
		}
	}
	if proved != 20 {
		t.Errorf("%d of 20 comparisons were finished", proved)
	}
}
