package policy

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/inventory"
	"op25b/sheet"
)

// author writes random policies over few addresses, so that everything meets everything.
type author struct{ *rand.Rand }

func (a author) v4(from, to int) string {
	bits := from + a.IntN(to-from+1)
	addr := netip.AddrFrom4([4]byte{203, 0, 113, byte(a.IntN(256))})
	return netip.PrefixFrom(addr, bits).Masked().String()
}

func (a author) v6(from, to int) string {
	bits := from + a.IntN(to-from+1)
	addr := netip.MustParseAddr(fmt.Sprintf("2001:db8::%x", a.IntN(256)))
	return `"` + netip.PrefixFrom(addr, bits).Masked().String() + `"`
}

// list is up to n prefixes of both families.
func (a author) list(n, from4, to4 int) string {
	var out []string
	for range 1 + a.IntN(n) {
		if a.IntN(3) > 0 {
			out = append(out, a.v4(from4, to4))
		} else {
			out = append(out, a.v6(from4+96, to4+96))
		}
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func (a author) some(words ...string) string {
	a.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	return "[" + strings.Join(words[:1+a.IntN(len(words))], ", ") + "]"
}

// policy is a policy that may well be refused.
func (a author) policy() string {
	var s strings.Builder
	s.WriteString("version: 1\nisp: x\ntimezone: UTC\nrelays-one-family: accepted\npools:\n")
	names := []string{"a", "b", "c"}[:1+a.IntN(3)]
	nest := a.IntN(2) == 0 && len(names) > 1 // b lies in what a excepts
	for _, n := range names {
		if hole := a.v4(26, 28); nest && n == "a" {
			fmt.Fprintf(&s, "  a: { prefixes: [203.0.113.0/24], except: [%s] }\n  b: { prefixes: [%s] }\n", hole, strings.Split(hole, "/")[0]+"/29")
			continue
		} else if nest && n == "b" {
			continue
		}
		fmt.Fprintf(&s, "  %s: { prefixes: %s", n, a.list(2, 25, 30))
		if a.IntN(2) == 0 {
			fmt.Fprintf(&s, ", except: %s", a.list(2, 26, 32))
		}
		s.WriteString(" }\n")
	}
	fmt.Fprintf(&s, "relays: %s\n", a.list(2, 29, 32))
	if a.IntN(2) == 0 {
		s.WriteString("exemptions:\n")
		for i := range 1 + a.IntN(2) {
			fmt.Fprintf(&s, "  - { name: e%d, sources: %s, expires: 2020-01-%02d }\n", i, a.list(2, 27, 32), 5+a.IntN(15))
		}
	}
	fmt.Fprintf(&s, "destinations:\n  d: { prefixes: %s }\n  e: { prefixes: %s }\nphases:\n", a.list(3, 25, 32), a.list(2, 26, 32))
	for i := range 1 + a.IntN(4) {
		a.phase(&s, i, names)
	}
	return s.String()
}

func (a author) phase(s *strings.Builder, i int, names []string) {
	start := 1 + a.IntN(12)
	fmt.Fprintf(s, "  - { name: p%d, start: 2020-01-%02d", i, start)
	if a.IntN(3) == 0 {
		fmt.Fprintf(s, ", end: 2020-01-%02d", start+1+a.IntN(10))
	}
	if a.IntN(2) == 0 {
		fmt.Fprintf(s, ", pools: %s", a.some(append([]string(nil), names...)...))
	}
	to := "any"
	if a.IntN(3) > 0 {
		to = a.some("d", "e")
	}
	action := []string{"block", "block", "block", "monitor", "monitor", "throttle, throttle: { concurrent: 3 }"}[a.IntN(6)]
	fmt.Fprintf(s, ", to: %s, action: %s }\n", to, action)
}

func (a author) attach(p Policy) inventory.Attach {
	at := inventory.Attach{Interface: "lan2", Direction: "out", Families: []string{"ipv4", "ipv6"}, Existing: []string{"refuse", "refuse", "chain", "embed"}[a.IntN(4)]}
	if a.IntN(2) == 0 {
		at.Pools = []string{p.Pools[a.IntN(len(p.Pools))].Name}
	}
	if a.IntN(5) == 0 {
		at.Families = []string{"ipv6"}
	}
	return at
}

// sources are the prefixes that a packet may come from, targets those it may go to.
func sources(p Policy) []Prefix {
	var all []Prefix
	for _, pool := range p.Pools {
		all = append(append(all, pool.Prefixes...), pool.Except...)
	}
	for _, e := range p.Exemptions {
		all = append(all, e.Sources...)
	}
	return all
}

func targets(p Policy) []Prefix {
	all := append([]Prefix(nil), p.Relays...)
	for _, d := range p.Destinations {
		all = append(all, d.Prefixes...)
	}
	return all
}

// edges are the addresses at which some prefix begins or ends, and one that is in none:
// every set of addresses that the policy can tell apart has one of them.
func edges(all []Prefix, f packet.Family) []netip.Addr {
	out := []netip.Addr{f.Addr(packet.Of(1))}
	seen := map[netip.Addr]bool{}
	for _, pre := range all {
		if packet.FamilyOf(pre.Addr()) != f {
			continue
		}
		span := packet.Prefixes(pre.Prefix).Spans()[0]
		for _, n := range []packet.Number{span.Lo.Previous(), span.Lo, span.Hi, span.Hi.Next()} {
			if addr := f.Addr(n); !seen[addr] {
				seen[addr] = true
				out = append(out, addr)
			}
		}
	}
	return out
}

// accepted is so many random policies that load.
func accepted(t *testing.T, n int, use func(author, Policy, string)) {
	t.Helper()
	a := author{rand.New(rand.NewPCG(25, 587))}
	for tries := 0; n > 0; tries++ {
		if tries > 400_000 {
			t.Fatalf("only few policies load: %d are missing", n)
		}
		text := a.policy()
		p, err := Read(fstest.MapFS{"policy.yaml": {Data: []byte(text)}}, "policy.yaml")
		if err != nil {
			continue
		}
		n--
		use(a, p, text)
		if t.Failed() {
			t.Fatalf("the policy:\n%s", text)
		}
	}
}

// For, evaluated line by line, is what Verdict says; and Rules are what Verdict says.
func TestForMeansThePolicy(t *testing.T) {
	seen := map[Verdict]int{}
	accepted(t, 2000, func(a author, p Policy, _ string) {
		day := sheet.Date{Year: 2020, Month: 1, Day: 1 + a.IntN(25)}
		at := a.attach(p)
		device := inventory.Device{Name: "r", Hostname: "r", Attach: []inventory.Attach{at}}
		c, err := p.For(day, device)
		m := p.Meaning(day, at)
		throttled := false
		for _, f := range packet.Families() {
			rules := m.Rules(f)
			for _, src := range edges(sources(p), f) {
				for _, dst := range edges(targets(p), f) {
					one := packet.Packet{Family: f, Protocol: packet.TCP, Src: src, Dst: dst, SrcPort: 1025, DstPort: 25}
					v, w := m.Verdict(one)
					throttled = throttled || v == Throttled
					seen[v]++
					if a.IntN(3) > 0 {
						continue
					}
					sameRule(t, rules, one, v, w)
					if err == nil {
						sameList(t, c, at, one, v)
					}
					odd := a.odd(one)
					v, w = m.Verdict(odd)
					sameRule(t, rules, odd, v, w)
					if err == nil {
						sameList(t, c, at, odd, v)
					}
				}
			}
		}
		if throttled != (err != nil) {
			t.Errorf("%s: some packet is throttled: %v, but the error is %v", day, throttled, err)
		}
		if again, _ := p.For(day, device); !reflect.DeepEqual(c, again) {
			t.Errorf("%s: the same input gives another config", day)
		}
		shapely(t, c, at)
	})
	for _, v := range []Verdict{Untouched, Monitored, Throttled, Blocked} {
		if seen[v] < 1000 {
			t.Errorf("only %d packets are %s: the policies are too dull", seen[v], v)
		}
	}
}

// odd is the packet with one thing changed, so that it may not be ours.
func (a author) odd(p packet.Packet) packet.Packet {
	switch a.IntN(5) {
	case 0:
		p.DstPort = []uint16{24, 26, 465, 587}[a.IntN(4)]
	case 1:
		p.Protocol = packet.UDP
	case 2:
		p.Fragment = packet.Later
	case 3:
		p.Fragment = packet.First
	case 4:
		p.Flags = packet.Established
	}
	return p
}

func sameRule(t *testing.T, rules []Rule, p packet.Packet, v Verdict, w acl.Why) {
	t.Helper()
	for _, r := range rules {
		if r.Box.Contains(p) {
			if r.Verdict != v || r.Why != w {
				t.Errorf("%s: verdict %s (%s), but the rules say %s (%s)", p, v, w, r.Verdict, r.Why)
			}
			return
		}
	}
	t.Errorf("%s: no rule has it", p)
}

func sameList(t *testing.T, c acl.Config, at inventory.Attach, p packet.Packet, v Verdict) {
	t.Helper()
	action, w := evaluated(c, at, p)
	if (action == acl.Deny) != (v == Blocked) {
		t.Errorf("%s: %s, but the list says %s (%s)\n%s", p, v, action, w, printed(c))
	}
	if watched := strings.HasPrefix(w.Text, "monitor "); at.Existing == inventory.Refuse && watched != (v == Monitored) {
		t.Errorf("%s: %s, but the list says %s (%s)\n%s", p, v, action, w, printed(c))
	}
	if action == acl.Deny && !strings.HasPrefix(w.Text, "block ") {
		t.Errorf("%s: denied for %q", p, w)
	}
}

// evaluated is what the list bound at the attachment does, entry by entry.
func evaluated(c acl.Config, at inventory.Attach, p packet.Packet) (acl.Action, acl.Why) {
	for _, b := range c.Bindings {
		if b.Interface != at.Interface || string(b.Direction) != at.Direction || b.Family != p.Family {
			continue
		}
		for _, name := range b.Lists {
			l, _ := c.List(p.Family, name)
			for _, e := range l.Entries {
				if e.Match.Contains(p) {
					return e.Action, e.Why
				}
			}
			return l.End, acl.Why{Text: "end"}
		}
	}
	return acl.Permit, acl.Why{Text: "nothing bound"}
}

// shapely holds the laws of the fullest form.
func shapely(t *testing.T, c acl.Config, at inventory.Attach) {
	t.Helper()
	for _, l := range c.Lists {
		if !(acl.Owner{}).Owns(l.Name) || len(l.Entries) == 0 {
			t.Errorf("list %q with %d entries", l.Name, len(l.Entries))
		}
		if want := map[bool]acl.Action{true: acl.Deny, false: acl.Next}[at.Existing == inventory.Refuse]; l.End != want {
			t.Errorf("list %s ends with %s, want %s", l.Name, l.End, want)
		}
		for i, e := range l.Entries {
			grouped(t, c, l, e.Match.Src, e.SrcGroup)
			grouped(t, c, l, e.Match.Dst, e.DstGroup)
			ours := e.Match.Protocols.Equal(packet.One(6)) && e.Match.DstPorts.Equal(packet.One(25)) && e.Match.Fragments.Equal(packet.WithPorts())
			last := i == len(l.Entries)-1 && l.End == acl.Deny
			if e.Match.IsEmpty() || ours != e.Count || ours == last || last && !e.Match.Equal(packet.Any(l.Family)) {
				t.Errorf("list %s: entry %d: %s", l.Name, e.Sequence, e)
			}
		}
	}
	seen := map[string]bool{}
	for _, g := range c.Groups {
		if seen[g.Name] || !(acl.Owner{}).Owns(g.Name) || g.Addresses.IsEmpty() {
			t.Errorf("group %q", g.Name)
		}
		seen[g.Name] = true
	}
}

func grouped(t *testing.T, c acl.Config, l acl.List, addresses packet.Ranges, name string) {
	t.Helper()
	if name == "" {
		if !addresses.IsAll(l.Family.Bits()) {
			t.Errorf("list %s: addresses without a group", l.Name)
		}
		return
	}
	if g, found := c.Group(l.Family, name); !found || !g.Addresses.Equal(addresses) {
		t.Errorf("list %s: group %s does not hold its addresses", l.Name, name)
	}
}

// Between the two dates of Valid nothing changes, and at them the policy's dates stand.
func TestValid(t *testing.T) {
	accepted(t, 200, func(a author, p Policy, _ string) {
		at := a.attach(p)
		for n := range 28 {
			day := sheet.Date{Year: 2020, Month: 1, Day: 1 + n}
			from, until := p.Valid(day)
			if !from.IsZero() && day.Before(from) || !until.IsZero() && !day.Before(until) {
				t.Errorf("%s is not from %s until %s", day, from, until)
			}
			next := day.AddDays(1)
			if until == next || reflect.DeepEqual(p.Meaning(day, at), p.Meaning(next, at)) {
				continue
			}
			t.Errorf("the meaning changes from %s to %s, but is valid from %s until %s", day, next, from, until)
		}
	})
}
