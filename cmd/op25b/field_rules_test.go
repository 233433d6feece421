package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"

	"op25b/lab"
)

// rules is a policy as a value that can be edited, written as YAML, and read in the most
// naive way: an own idea of what is blocked, which shares nothing with the product's.
type rules struct {
	pools      []poolRule
	relays     []netip.Addr
	exemptions []exemptRule
	dests      []destRule
	phases     []phaseRule
}

type poolRule struct {
	name     string
	prefixes []netip.Prefix
	except   []netip.Prefix
}

type exemptRule struct {
	name    string
	source  netip.Addr
	expires string
}

type destRule struct {
	name     string
	prefixes []netip.Prefix
}

type phaseRule struct {
	name, start, end string
	pools            []string // empty: all
	to               []string // empty: any
	action           string
}

func prefixOf(s string) netip.Prefix { return netip.MustParsePrefix(s) }
func addrOf(s string) netip.Addr     { return netip.MustParseAddr(s) }

// firstRules is the policy that every story begins with; nothing is on the routers yet. The
// routers' clock shows 2026-01-05.
func firstRules() rules {
	return rules{
		pools: []poolRule{
			{"east", []netip.Prefix{prefixOf("100.64.0.0/20"), prefixOf("100.64.32.0/21"), prefixOf("2001:db8:1000::/40")}, []netip.Prefix{prefixOf("100.64.1.128/29")}},
			{"west", []netip.Prefix{prefixOf("100.65.16.0/20"), prefixOf("2001:db8:2100::/40")}, nil},
		},
		relays:     []netip.Addr{addrOf("192.0.2.25"), addrOf("2001:db8:25::25")},
		exemptions: []exemptRule{{"acme", addrOf("100.64.2.77"), "2026-03-01"}},
		dests: []destRule{
			{"mobile", []netip.Prefix{prefixOf("198.51.100.0/28"), prefixOf("2001:db8:f001::/48")}},
			{"other", []netip.Prefix{prefixOf("198.51.100.64/28")}},
		},
		phases: []phaseRule{{name: "mobile", start: "2025-12-01", to: []string{"mobile"}, action: "block"}},
	}
}

func (r rules) clone() rules {
	out := rules{relays: slices.Clone(r.relays), exemptions: slices.Clone(r.exemptions)}
	for _, p := range r.pools {
		out.pools = append(out.pools, poolRule{p.name, slices.Clone(p.prefixes), slices.Clone(p.except)})
	}
	for _, d := range r.dests {
		out.dests = append(out.dests, destRule{d.name, slices.Clone(d.prefixes)})
	}
	for _, p := range r.phases {
		p.pools, p.to = slices.Clone(p.pools), slices.Clone(p.to)
		out.phases = append(out.phases, p)
	}
	return out
}

func quoted[T fmt.Stringer](list []T) string {
	var out []string
	for _, x := range list {
		out = append(out, fmt.Sprintf("%q", x.String()))
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// yaml is the policy file.
func (r rules) yaml() string {
	var b strings.Builder
	b.WriteString("version: 1\nisp: Example\ntimezone: Asia/Tokyo\npools:\n")
	for _, p := range r.pools {
		fmt.Fprintf(&b, "  %s:\n    prefixes: %s\n", p.name, quoted(p.prefixes))
		if len(p.except) > 0 {
			fmt.Fprintf(&b, "    except: %s\n", quoted(p.except))
		}
	}
	fmt.Fprintf(&b, "relays: %s\n", quoted(r.relays))
	if len(r.exemptions) > 0 {
		b.WriteString("exemptions:\n")
	}
	for _, e := range r.exemptions {
		fmt.Fprintf(&b, "  - { name: %s, sources: [%q], reason: own server, expires: %s }\n", e.name, e.source, e.expires)
	}
	b.WriteString("destinations:\n")
	for _, d := range r.dests {
		fmt.Fprintf(&b, "  %s: { prefixes: %s }\n", d.name, quoted(d.prefixes))
	}
	b.WriteString("phases:\n")
	for _, p := range r.phases {
		to := "any"
		if len(p.to) > 0 {
			to = "[" + strings.Join(p.to, ", ") + "]"
		}
		fmt.Fprintf(&b, "  - { name: %s, start: %s, to: %s, action: %s", p.name, p.start, to, p.action)
		if p.end != "" {
			fmt.Fprintf(&b, ", end: %s", p.end)
		}
		if len(p.pools) > 0 {
			fmt.Fprintf(&b, ", pools: [%s]", strings.Join(p.pools, ", "))
		}
		b.WriteString(" }\n")
	}
	return b.String()
}

func within(list []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(a) })
}

// passes is what the policy says of a packet on a day; dates as text compare as dates do.
func (r rules) passes(p lab.Packet, day string) bool {
	if p.Protocol != 6 || p.DstPort != 25 || p.LaterFragment || slices.Contains(r.relays, p.Dst) {
		return true
	}
	for _, e := range r.exemptions {
		if e.source == p.Src && day < e.expires {
			return true
		}
	}
	for _, pool := range r.pools {
		if !within(pool.prefixes, p.Src) || within(pool.except, p.Src) {
			continue
		}
		for _, ph := range r.phases {
			inForce := ph.start <= day && (ph.end == "" || day < ph.end)
			ofPool := len(ph.pools) == 0 || slices.Contains(ph.pools, pool.name)
			toDst := len(ph.to) == 0
			for _, d := range r.dests {
				toDst = toDst || slices.Contains(ph.to, d.name) && within(d.prefixes, p.Dst)
			}
			if inForce && ofPool && toDst && ph.action == "block" {
				return false
			}
		}
	}
	return true
}

func (r rules) verdicts(probes []lab.Packet, day string) []bool {
	out := make([]bool, len(probes))
	for i, p := range probes {
		out[i] = r.passes(p, day)
	}
	return out
}

// edges are the addresses on both sides of the ends of everything that the rules name.
func (r rules) edges() (src, dst map[netip.Addr]bool) {
	src, dst = map[netip.Addr]bool{}, map[netip.Addr]bool{}
	around := func(to map[netip.Addr]bool, p netip.Prefix) {
		first, last := p.Masked().Addr(), lastOf(p)
		for _, a := range []netip.Addr{first, first.Prev(), last, last.Next()} {
			to[a] = true
		}
	}
	for _, p := range r.pools {
		for _, x := range slices.Concat(p.prefixes, p.except) {
			around(src, x)
		}
	}
	for _, e := range r.exemptions {
		around(src, netip.PrefixFrom(e.source, e.source.BitLen()))
	}
	for _, a := range r.relays {
		around(dst, netip.PrefixFrom(a, a.BitLen()))
	}
	for _, d := range r.dests {
		for _, x := range d.prefixes {
			around(dst, x)
		}
	}
	dst[addrOf("9.9.9.9")], dst[addrOf("2620:fe::9")] = true, true
	return src, dst
}

func lastOf(p netip.Prefix) netip.Addr {
	b := p.Masked().Addr().AsSlice()
	for bit := p.Bits(); bit < len(b)*8; bit++ {
		b[bit/8] |= 0x80 >> (bit % 8)
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// probesOf are packets on the edges of two policies: TCP port 25 for pairs of addresses, and for
// some pairs the other ports, UDP, later fragments and answers.
func probesOf(one, two rules, most int, rnd *rand.Rand) []lab.Packet {
	src, dst := one.edges()
	src2, dst2 := two.edges()
	maps.Copy(src, src2)
	maps.Copy(dst, dst2)
	var pairs []lab.Packet
	for _, s := range slices.SortedFunc(maps.Keys(src), netip.Addr.Compare) {
		for _, d := range slices.SortedFunc(maps.Keys(dst), netip.Addr.Compare) {
			if s.Is4() == d.Is4() {
				pairs = append(pairs, lab.Packet{Src: s, Dst: d, Protocol: 6, SrcPort: 1025, DstPort: 25})
			}
		}
	}
	rnd.Shuffle(len(pairs), func(i, j int) { pairs[i], pairs[j] = pairs[j], pairs[i] })
	if len(pairs) > most {
		pairs = pairs[:most]
	}
	out := slices.Clone(pairs)
	for i, p := range pairs[:min(len(pairs), most/4)] {
		p.DstPort = []int{24, 25, 26, 465, 587}[i%5]
		p.Protocol = []int{6, 17}[i/5%2]
		out = append(out, p)
		switch i % 4 {
		case 3:
			p.Protocol, p.SrcPort, p.DstPort, p.LaterFragment = 6, 0, 0, true
		case 0:
			p.Protocol, p.DstPort, p.Established = 6, 25, true
		case 1:
			p.Protocol, p.DstPort, p.SrcPort = 6, 2525, 25
		case 2:
			p.Protocol, p.DstPort, p.SrcPort = 17, 25, 25
		}
		out = append(out, p)
	}
	return out
}
