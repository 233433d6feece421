package main

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/iosxe"
)

// ace is one line of an IOS-XE list in the making. A zero prefix is any, no port is every port.
type ace struct {
	permit   bool
	protocol string // "" is ip or ipv6
	src, dst netip.Prefix
	low, end int
}

// author makes large lists like those of access providers, always the same ones.
type author struct {
	*rand.Rand
	family packet.Family
}

func newAuthor(f packet.Family) author { return author{rand.New(rand.NewPCG(25, uint64(f))), f} }

// prefix is a random prefix; on IPv6 its length counts from /16 on, in steps of three bits.
func (a author) prefix(length int) netip.Prefix {
	if a.family == packet.V4 {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(1 + a.IntN(220)), byte(a.IntN(256)), byte(a.IntN(256)), byte(a.IntN(256))}), length).Masked()
	}
	b := [16]byte{0: 0x20, 1: 0x01}
	for i := 2; i < 16; i++ {
		b[i] = byte(a.IntN(256))
	}
	return netip.PrefixFrom(netip.AddrFrom16(b), 16+length*3).Masked()
}

// provider is what op25b is about: lines for the own network, relays for everybody, fixed
// customers, pools denied towards 20 destinations, the rest permitted.
func (a author) provider(n int) (out []ace) {
	for range n / 100 {
		out = append(out, ace{a.IntN(2) == 0, []string{"tcp", "udp", "icmp"}[a.IntN(3)], a.prefix(24), a.prefix(24), 0, 0})
	}
	for range n / 50 {
		out = append(out, ace{true, "tcp", netip.Prefix{}, a.prefix(32), 25, 25})
	}
	for range n / 5 {
		out = append(out, ace{true, "tcp", a.prefix(29 + a.IntN(4)), netip.Prefix{}, 25, 25})
	}
	var carriers []netip.Prefix
	for range 20 {
		carriers = append(carriers, a.prefix(16+a.IntN(9)))
	}
	for len(out)+20 < n {
		pool := a.prefix(20 + a.IntN(5))
		for _, c := range carriers {
			out = append(out, ace{false, "tcp", pool, c, 25, 25})
		}
	}
	return append(out, ace{permit: true})
}

// random is random lines; so many in a hundred are from any, so many more to any, none both.
func (a author) random(n, anys int) (out []ace) {
	for range n {
		l := ace{permit: a.IntN(2) == 0, protocol: []string{"tcp", "udp", ""}[a.IntN(3)]}
		side := a.IntN(100)
		if side >= anys {
			l.src = a.prefix(8 + a.IntN(25))
		}
		if side < anys || side >= 2*anys {
			l.dst = a.prefix(8 + a.IntN(25))
		}
		if l.protocol != "" && a.IntN(10) == 0 {
			l.low = 1 + a.IntN(60000)
			l.end = l.low + a.IntN(1000)
		}
		out = append(out, l)
	}
	return out
}

// flipped is the lines with the action of so many turned round.
func (a author) flipped(lines []ace, n int) []ace {
	lines = slices.Clone(lines)
	for range n {
		i := a.IntN(len(lines) - 1)
		lines[i].permit = !lines[i].permit
	}
	return lines
}

// shuffled is the lines with each run of one action in another order.
func (a author) shuffled(lines []ace) []ace {
	lines = slices.Clone(lines)
	for from := 0; from < len(lines); {
		to := from
		for to < len(lines) && lines[to].permit == lines[from].permit {
			to++
		}
		run := lines[from:to]
		a.Shuffle(len(run), func(i, j int) { run[i], run[j] = run[j], run[i] })
		from = to
	}
	return lines
}

// text is a running configuration with the list, bound to an interface.
func (a author) text(lines []ace) string {
	var b strings.Builder
	list, bound := "ip access-list extended EDGE", "ip access-group EDGE in"
	if a.family == packet.V6 {
		list, bound = "ipv6 access-list EDGE", "ipv6 traffic-filter EDGE in"
	}
	fmt.Fprintf(&b, "version 17.9\nhostname edge\n!\ninterface GigabitEthernet0/0/1\n %s\n!\n%s\n", bound, list)
	for _, l := range lines {
		action, protocol := "deny", l.protocol
		if l.permit {
			action = "permit"
		}
		if protocol == "" {
			protocol = map[packet.Family]string{packet.V4: "ip", packet.V6: "ipv6"}[a.family]
		}
		fmt.Fprintf(&b, " %s %s %s %s%s\n", action, protocol, spelled(l.src), spelled(l.dst), port(l))
	}
	b.WriteString("!\nend\n")
	return b.String()
}

func spelled(p netip.Prefix) string {
	switch {
	case !p.IsValid():
		return "any"
	case p.IsSingleIP():
		return "host " + p.Addr().String()
	case p.Addr().Is6():
		return p.String()
	}
	var mask [4]byte
	for i := p.Bits(); i < 32; i++ {
		mask[i/8] |= 0x80 >> (i % 8)
	}
	return p.Addr().String() + " " + netip.AddrFrom4(mask).String()
}

func port(l ace) string {
	switch {
	case l.end == 0:
		return ""
	case l.low == l.end:
		return fmt.Sprintf(" eq %d", l.low)
	}
	return fmt.Sprintf(" range %d %d", l.low, l.end)
}

// pairs of lists, by name.
func pairs() map[string]func(a author, n int) (before, after []ace) {
	return map[string]func(author, int) ([]ace, []ace){
		"provider, the same in another order": func(a author, n int) ([]ace, []ace) { l := a.provider(n); return l, a.shuffled(l) },
		"provider, one line differs":          func(a author, n int) ([]ace, []ace) { l := a.provider(n); return l, a.flipped(l, 1) },
		"provider, 1 % of lines differ":       func(a author, n int) ([]ace, []ace) { l := a.provider(n); return l, a.flipped(l, n/100) },
		"random, one line differs":            func(a author, n int) ([]ace, []ace) { l := a.random(n, 2); return l, a.flipped(l, 1) },
		"random, 1 % of lines differ":         func(a author, n int) ([]ace, []ace) { l := a.random(n, 2); return l, a.flipped(l, n/100) },
		"adversarial, half the lines with an any": func(a author, n int) ([]ace, []ace) {
			l := a.random(n, 25)
			return l, a.flipped(l, n/100)
		},
	}
}

// filterOf reads a text and gives the filter that is bound in it.
func filterOf(path string, f packet.Family) (acl.Filter, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return acl.Filter{}, err
	}
	c, err := iosxe.Dialect{}.Parse(string(text))
	if err != nil {
		return acl.Filter{}, err
	}
	filter := c.Filter(c.Binding(acl.Point{Interface: "GigabitEthernet0/0/1", Direction: acl.In, Family: f}))
	if line, unknown := filter.Unknown(); unknown {
		return filter, fmt.Errorf("not understood: %s", line)
	}
	if lines := strings.Count(string(text), "\n"); len(filter.Packets.Rules) < lines*9/10 {
		return filter, fmt.Errorf("%d lines became %d rules", lines, len(filter.Packets.Rules))
	}
	return filter, nil
}

// textsJob reads two texts and finds every packet that they treat differently.
func textsJob(j job) (c cost, err error) {
	var filters [2]acl.Filter
	err = c.run("read", func() error {
		for i, path := range j.Files {
			if filters[i], err = filterOf(path, packet.Family(j.N)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return c, err
	}
	err = c.run("compare", func() error {
		rows, err := filters[0].Packets.Compare(filters[1].Packets, packet.Budget{})
		c.Says = fmt.Sprintf("proved: %s of packets", counted(len(rows), "row"))
		if len(rows) == 0 {
			c.Says = "proved: equal"
		}
		return err
	})
	if errors.Is(err, packet.ErrBudget) {
		c.Says, err = "unproven, and says so", nil
	}
	return c, err
}

// asked is a comparison that is measured.
type asked struct {
	lines  int
	family packet.Family
	pair   string
}

// BenchmarkLists is two running configurations of one long list each, from the files to the answer.
func BenchmarkLists(b *testing.B) {
	t := newTable(b, "Two IOS-XE texts with one list each, from the files to every packet that differs: one process",
		"lines each", "lists", "reading both, CPU", "comparing, CPU", "comparing / reading", "answer after, wall", "peak memory", "answer")
	for range b.N {
		for _, a := range []asked{
			{10_000, packet.V4, "provider, the same in another order"},
			{10_000, packet.V4, "provider, one line differs"},
			{10_000, packet.V4, "provider, 1 % of lines differ"},
			{10_000, packet.V4, "random, one line differs"},
			{10_000, packet.V4, "random, 1 % of lines differ"},
			{10_000, packet.V6, "provider, 1 % of lines differ"},
			{10_000, packet.V4, "adversarial, half the lines with an any"},
			{100_000, packet.V4, "provider, one line differs"},
			{100_000, packet.V4, "provider, 1 % of lines differ"},
			{100_000, packet.V4, "random, 1 % of lines differ"},
			{100_000, packet.V6, "provider, 1 % of lines differ"},
			{100_000, packet.V4, "adversarial, half the lines with an any"},
		} {
			name := fmt.Sprintf("%s, %s", a.family, a.pair)
			files, err := textsOf(b.TempDir(), a)
			if err != nil {
				t.broken(name, err)
				continue
			}
			c, err := measured(job{What: "texts", Files: files, N: int(a.family)})
			if err != nil {
				t.broken(name, err)
				continue
			}
			read, compare := c.part("read"), c.part("compare")
			t.row(fmt.Sprint(a.lines), name, seconds(read.CPU), seconds(compare.CPU), times(compare.CPU, read.CPU),
				seconds(read.Wall+compare.Wall), fmt.Sprintf("%.0f MB", c.Peak), c.Says)
		}
	}
}

func textsOf(dir string, a asked) (files []string, err error) {
	w := newAuthor(a.family)
	before, after := pairs()[a.pair](w, a.lines)
	for name, lines := range map[string][]ace{"before.cfg": before, "after.cfg": after} {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), []byte(w.text(lines)), 0o644))
	}
	return []string{filepath.Join(dir, "before.cfg"), filepath.Join(dir, "after.cfg")}, err
}

// growJob compares lists that are there, and sorts as many random numbers: n log n itself.
// Each is done several times.
func growJob(j job) (c cost, err error) {
	var filters [2]acl.Filter
	for i, path := range j.Files {
		if filters[i], err = filterOf(path, packet.V4); err != nil {
			return c, err
		}
	}
	rounds := max(3, 60_000/j.N)
	for range rounds {
		err = c.run("compare", func() error {
			_, err := filters[0].Packets.Compare(filters[1].Packets, packet.Budget{})
			return err
		})
		if err != nil {
			return c, err
		}
		numbers := make([]uint64, j.N)
		for i := range numbers {
			numbers[i] = rand.Uint64()
		}
		c.run("sort", func() error { slices.Sort(numbers); return nil })
	}
	return c, nil
}

// BenchmarkGrowth is how the cost of a comparison grows with the lists.
func BenchmarkGrowth(b *testing.B) {
	for _, pair := range []string{"provider, one line differs", "provider, 1 % of lines differ"} {
		t := newTable(b, "Growth: "+pair+", IPv4, the lists being there",
			"lines each", "comparing, CPU", "ns per n log2 n", "against 1,000 lines", "against sorting n numbers")
		for range b.N {
			first := 0.0
			for _, n := range []int{1_000, 2_000, 5_000, 10_000, 20_000, 50_000} {
				files, err := textsOf(b.TempDir(), asked{n, packet.V4, pair})
				if err != nil {
					t.broken(fmt.Sprint(n), err)
					continue
				}
				c, err := measured(job{What: "grow", Files: files, N: n})
				if err != nil {
					t.broken(fmt.Sprint(n), err)
					continue
				}
				took := c.part("compare").CPU
				unit := took * 1e9 / (float64(n) * math.Log2(float64(n)))
				if first == 0 {
					first = unit
				}
				t.row(fmt.Sprint(n), seconds(took), fmt.Sprintf("%.0f", unit), times(unit, first), times(took, c.part("sort").CPU))
			}
		}
	}
}
