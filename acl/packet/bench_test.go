package packet

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
)

const (
	permit Verdict = 1
	deny   Verdict = 2
)

// maker makes large lists like those of access providers.
type maker struct {
	*rand.Rand
	family Family
}

func newMaker(f Family) maker { return maker{rand.New(rand.NewPCG(25, uint64(f))), f} }

// prefix is a random prefix; on IPv6 its length counts from /32 on, in steps of two bits.
func (m maker) prefix(length int) Ranges {
	if m.family == V4 {
		a := netip.AddrFrom4([4]byte{byte(1 + m.IntN(220)), byte(m.IntN(256)), byte(m.IntN(256)), byte(m.IntN(256))})
		return Prefixes(netip.PrefixFrom(a, length))
	}
	b := [16]byte{0: 0x20, 1: 0x01}
	for i := 2; i < 16; i++ {
		b[i] = byte(m.IntN(256))
	}
	return Prefixes(netip.PrefixFrom(netip.AddrFrom16(b), 16+length*3))
}

// port25 is TCP to port 25 in any packet that carries the ports.
func (m maker) port25(src, dst Ranges) Box {
	b := Any(m.family)
	b.Protocols, b.DstPorts, b.Fragments = One(TCP), One(25), WithPorts()
	b.Src, b.Dst = src, dst
	return b
}

// provider is what op25b is about: lines for the own network, relays for everybody, fixed
// customers, pools denied towards 20 destinations, the rest permitted. Flat has one line
// for each pair, grouped the same in sets.
func (m maker) provider(n int) (flat, grouped List) {
	all := All(m.family.Bits())
	flat = List{Family: m.family, End: deny}
	for range n / 100 {
		b := Any(m.family)
		b.Src, b.Dst = m.prefix(24), m.prefix(24)
		b.Protocols = One([]uint64{TCP, UDP, ICMP}[m.IntN(3)])
		flat.Rules = append(flat.Rules, Rule{b, []Verdict{permit, deny}[m.IntN(2)]})
	}
	grouped = List{Family: m.family, Rules: slices.Clone(flat.Rules), End: deny}
	var relays, fixed, pools []Range
	var phase Ranges
	for range n / 50 {
		r := m.prefix(32)
		flat.Rules = append(flat.Rules, Rule{m.port25(all, r), permit})
		relays = append(relays, r.Spans()...)
	}
	for range n / 5 {
		f := m.prefix(29 + m.IntN(4))
		flat.Rules = append(flat.Rules, Rule{m.port25(f, all), permit})
		fixed = append(fixed, f.Spans()...)
	}
	var dsts []Ranges
	for range 20 {
		d := m.prefix(16 + m.IntN(9))
		dsts = append(dsts, d)
		phase = phase.Union(d)
	}
	for len(flat.Rules)+20 < n {
		p := m.prefix(20 + m.IntN(5))
		pools = append(pools, p.Spans()...)
		for _, d := range dsts {
			flat.Rules = append(flat.Rules, Rule{m.port25(p, d), deny})
		}
	}
	grouped.Rules = append(grouped.Rules, Rule{m.port25(all, Collect(relays)), permit}, Rule{m.port25(Collect(fixed), all), permit},
		Rule{m.port25(Collect(pools), phase), deny}, Rule{Any(m.family), permit})
	flat.Rules = append(flat.Rules, Rule{Any(m.family), permit})
	return flat, grouped
}

// random is n rules of random prefixes; so many in a hundred are from any, so many more to
// any, none both, since such a rule would hide all after it.
func (m maker) random(n, anys int) List {
	l := List{Family: m.family, End: deny}
	for range n {
		b := Any(m.family)
		side := m.IntN(100)
		if side >= anys {
			b.Src = m.prefix(8 + m.IntN(25))
		}
		if side < anys || side >= 2*anys {
			b.Dst = m.prefix(8 + m.IntN(25))
		}
		b.Protocols = []Ranges{One(TCP), One(UDP), All(8)}[m.IntN(3)]
		if m.IntN(10) == 0 {
			lo := m.Uint64N(60000)
			b.DstPorts = Numbers(lo, lo+m.Uint64N(1000))
		}
		l.Rules = append(l.Rules, Rule{b, []Verdict{permit, deny}[m.IntN(2)]})
	}
	return l
}

// shuffled is the list with the rules of each run of one verdict in another order.
func (m maker) shuffled(l List) List {
	l.Rules = slices.Clone(l.Rules)
	for from := 0; from < len(l.Rules); {
		to := from
		for to < len(l.Rules) && l.Rules[to].Verdict == l.Rules[from].Verdict {
			to++
		}
		run := l.Rules[from:to]
		m.Shuffle(len(run), func(i, j int) { run[i], run[j] = run[j], run[i] })
		from = to
	}
	return l
}

// flipped is the list with so many rules' verdicts turned round.
func (m maker) flipped(l List, rules int) List {
	l.Rules = slices.Clone(l.Rules)
	for range rules {
		n := m.IntN(len(l.Rules) - 1)
		l.Rules[n].Verdict = permit + deny - l.Rules[n].Verdict
	}
	return l
}

// halved is the list with every rule cut in two halves of its sources.
func (m maker) halved(l List) List {
	out := List{Family: l.Family, End: l.End}
	for _, r := range l.Rules {
		low, high := r, r
		middle := r.Box.Src.Spans()[0].Hi.Minus(r.Box.Src.Spans()[0].Lo)
		cut := Between(Number{}, r.Box.Src.Spans()[0].Lo.Plus(Number{middle.Hi >> 1, middle.Lo>>1 | middle.Hi<<63}))
		low.Box.Src, high.Box.Src = r.Box.Src.Intersect(cut), r.Box.Src.Minus(cut)
		out.Rules = append(out.Rules, low, high)
	}
	return out
}

// workloads are pairs of lists, by name.
var workloads = []struct {
	name string
	make func(m maker, n int) (before, after List)
}{
	{"provider/shuffled", func(m maker, n int) (List, List) { l, _ := m.provider(n); return l, m.shuffled(l) }},
	{"provider/one", func(m maker, n int) (List, List) { l, _ := m.provider(n); return l, m.flipped(l, 1) }},
	{"provider/hundredth", func(m maker, n int) (List, List) { l, _ := m.provider(n); return l, m.flipped(l, n/100) }},
	{"provider/grouped", func(m maker, n int) (List, List) { return m.provider(n) }},
	{"provider/grouped-one", func(m maker, n int) (List, List) { l, g := m.provider(n); return m.flipped(l, 1), g }},
	{"provider/halved", func(m maker, n int) (List, List) { l, _ := m.provider(n); return l, m.halved(l) }},
	{"random/shuffled", func(m maker, n int) (List, List) { l := m.random(n, 2); return l, m.shuffled(l) }},
	{"random/one", func(m maker, n int) (List, List) { l := m.random(n, 2); return l, m.flipped(l, 1) }},
	{"random/hundredth", func(m maker, n int) (List, List) { l := m.random(n, 2); return l, m.flipped(l, n/100) }},
	{"random/halved", func(m maker, n int) (List, List) { l := m.random(n, 2); return l, m.halved(l) }},
	{"anys/one", func(m maker, n int) (List, List) { l := m.random(n, 25); return l, m.flipped(l, 1) }},
	{"anys/hundredth", func(m maker, n int) (List, List) { l := m.random(n, 25); return l, m.flipped(l, n/100) }},
	{"anys/halved", func(m maker, n int) (List, List) { l := m.random(n, 25); return l, m.halved(l) }},
}

// BenchmarkCompare times one comparison, the lists being there. For its memory run one
// workload alone, in a process of its own.
func BenchmarkCompare(b *testing.B) {
	for _, f := range Families() {
		for _, n := range []int{1_000, 10_000, 100_000} {
			for _, w := range workloads {
				b.Run(fmt.Sprintf("%s/%d/%s", f, n, w.name), func(b *testing.B) { benchmark(b, w.make, newMaker(f), n) })
			}
		}
	}
}

func benchmark(b *testing.B, make func(maker, int) (List, List), m maker, n int) {
	before, after := make(m, n)
	b.ReportAllocs()
	for b.Loop() {
		rows, err := before.Compare(after, Budget{})
		if err != nil && !errors.Is(err, ErrBudget) {
			b.Fatal(err)
		}
		unproven := 0.0
		if err != nil {
			unproven = 1
		}
		b.ReportMetric(float64(len(rows)), "rows")
		b.ReportMetric(unproven, "unproven")
	}
}
