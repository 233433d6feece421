package prover

import (
	"fmt"
	"slices"
	"strings"

	"op25b/acl/packet"
	"op25b/policy"
)

// Words says a set of packets as the policy would: flets-east -> vodafone, tcp/25, except 2
// relays. What the policy has no name for is said in addresses.
func Words(p policy.Policy, b packet.Box) string {
	s := sources(p, b) + " -> "
	target, but := targets(p, b)
	s += target + ", " + service(b)
	if but != "" {
		s += ", except " + but
	}
	return s
}

// sources are the pools that the set's sources make up.
func sources(p policy.Policy, b packet.Box) string {
	if b.Src.IsAll(b.Family.Bits()) {
		return "anybody"
	}
	rest := b.Src
	var names []string
	for _, pool := range p.Pools {
		dynamic := pool.Dynamic(b.Family)
		mine := rest.Intersect(dynamic)
		switch missing := dynamic.Minus(mine); {
		case mine.IsEmpty():
			continue
		case missing.IsEmpty():
			names = append(names, pool.Name)
		default:
			names = append(names, part(pool.Name, mine, missing, b.Family))
		}
		rest = rest.Minus(mine)
	}
	if !rest.IsEmpty() {
		names = append(names, addresses(rest, b.Family))
	}
	return strings.Join(names, ", ")
}

// part is a piece of something with a name, said by what is missing where that is shorter.
func part(name string, has, missing packet.Ranges, f packet.Family) string {
	if len(missing.Spans()) <= len(has.Spans()) {
		return name + " without " + addresses(missing, f)
	}
	return addresses(has, f) + " of " + name
}

// targets are the destinations that the set's targets make up, and what of them is left out.
func targets(p policy.Policy, b packet.Box) (target, but string) {
	f := b.Family
	relays := p.RelaySpace(f)
	spared := relays.Minus(b.Dst)
	if full := b.Dst.Union(spared); full.IsAll(f.Bits()) {
		return "anywhere", counted(spared, f)
	}
	if hole := packet.All(f.Bits()).Minus(b.Dst.Union(spared)); len(hole.Spans()) < len(b.Dst.Spans()) {
		if names, rest := destinations(p, hole, f); rest.IsEmpty() {
			return "anywhere but " + strings.Join(names, ", "), counted(spared, f)
		}
		if text := addresses(hole, f); !strings.HasPrefix(text, "any") {
			return "anywhere but " + text, counted(spared, f)
		}
	}
	names, rest := destinations(p, b.Dst, f)
	if !rest.IsEmpty() {
		names = append(names, addresses(rest, f))
	}
	return strings.Join(names, ", "), counted(inside(p, names, f).Intersect(spared), f)
}

// inside is the addresses of some destinations.
func inside(p policy.Policy, names []string, f packet.Family) packet.Ranges {
	var out packet.Ranges
	for _, d := range p.Destinations {
		if slices.Contains(names, d.Name) {
			out = out.Union(d.Space(f))
		}
	}
	return out
}

// destinations are those that lie whole in a set, but for the relays; rest is what they leave.
func destinations(p policy.Policy, set packet.Ranges, f packet.Family) (names []string, rest packet.Ranges) {
	rest = set
	for _, d := range p.Destinations {
		space := d.Space(f).Minus(p.RelaySpace(f))
		if !space.IsEmpty() && set.Covers(space) {
			names = append(names, d.Name)
			rest = rest.Minus(space)
		}
	}
	return names, rest
}

// counted is how many relays are left out; "" where none is.
func counted(spared packet.Ranges, f packet.Family) string {
	n := 0
	for _, p := range spared.Prefixes(f) {
		n += 1 << min(f.Bits()-p.Bits(), 20)
	}
	switch n {
	case 0:
		return ""
	case 1:
		return "1 relay"
	}
	return fmt.Sprintf("%d relays", n)
}

// few is how many ranges are named one by one.
const few = 4

func addresses(r packet.Ranges, f packet.Family) string {
	if n := len(r.Spans()); n > few {
		return fmt.Sprintf("%d ranges from %s to %s", n, f.Addr(r.Spans()[0].Lo), f.Addr(r.Spans()[n-1].Hi))
	}
	b := packet.Any(f)
	b.Src = r
	text := strings.TrimSuffix(b.String(), " -> any")
	return strings.TrimPrefix(strings.TrimPrefix(text, f.String()+" "), f.String()+" ")
}

// service is protocol and ports as people say them: tcp/25.
func service(b packet.Box) string {
	if b.Protocols.Equal(packet.One(packet.TCP)) && b.DstPorts.Equal(packet.One(25)) && b.SrcPorts.IsAll(16) {
		return "tcp/25"
	}
	whole := b
	whole.Src, whole.Dst = packet.All(b.Family.Bits()), packet.All(b.Family.Bits())
	return strings.Replace(whole.String(), " any -> any", "", 1)
}
