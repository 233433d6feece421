package packet

import (
	"net/netip"
	"strconv"
	"strings"
)

// Box is the packets of one family whose every field is in that field's set.
// A box with an empty field has no packet.
type Box struct {
	Family             Family
	Protocols          Ranges // 8 bits
	Src, Dst           Ranges // the family's bits
	SrcPorts, DstPorts Ranges // 16 bits
	Fragments          Ranges // Whole, First, Later
	Flags              Ranges // SYN, Established, Other
}

// Any is every packet of a family.
func Any(f Family) Box {
	return Box{f, All(8), All(f.Bits()), All(f.Bits()), All(16), All(16), Numbers(0, 2), Numbers(0, 2)}
}

// IsEmpty reports whether the box has no packet.
func (b Box) IsEmpty() bool {
	return b.Protocols.IsEmpty() || b.Src.IsEmpty() || b.Dst.IsEmpty() || b.SrcPorts.IsEmpty() ||
		b.DstPorts.IsEmpty() || b.Fragments.IsEmpty() || b.Flags.IsEmpty()
}

// Equal reports whether both have the same fields.
func (b Box) Equal(o Box) bool {
	return b.Family == o.Family && b.Protocols.Equal(o.Protocols) && b.Src.Equal(o.Src) && b.Dst.Equal(o.Dst) &&
		b.SrcPorts.Equal(o.SrcPorts) && b.DstPorts.Equal(o.DstPorts) && b.Fragments.Equal(o.Fragments) && b.Flags.Equal(o.Flags)
}

// Intersect is the packets of both boxes; empty where the families differ.
func (b Box) Intersect(o Box) Box {
	if b.Family != o.Family {
		return Box{Family: b.Family}
	}
	return Box{b.Family, b.Protocols.Intersect(o.Protocols), b.Src.Intersect(o.Src), b.Dst.Intersect(o.Dst),
		b.SrcPorts.Intersect(o.SrcPorts), b.DstPorts.Intersect(o.DstPorts), b.Fragments.Intersect(o.Fragments), b.Flags.Intersect(o.Flags)}
}

// Covers reports whether every packet of o is in b.
func (b Box) Covers(o Box) bool {
	return o.IsEmpty() || b.Family == o.Family && b.Protocols.Covers(o.Protocols) && b.Src.Covers(o.Src) && b.Dst.Covers(o.Dst) &&
		b.SrcPorts.Covers(o.SrcPorts) && b.DstPorts.Covers(o.DstPorts) && b.Fragments.Covers(o.Fragments) && b.Flags.Covers(o.Flags)
}

// Contains reports whether the packet is in the box.
func (b Box) Contains(p Packet) bool {
	return b.Family == p.Family && b.Protocols.Contains(Of(uint64(p.Protocol))) &&
		b.Src.Contains(Address(p.Src)) && b.Dst.Contains(Address(p.Dst)) &&
		b.SrcPorts.Contains(Of(uint64(p.SrcPort))) && b.DstPorts.Contains(Of(uint64(p.DstPort))) &&
		b.Fragments.Contains(Of(uint64(p.Fragment))) && b.Flags.Contains(Of(uint64(p.Flags)))
}

// String is the box in the canonical words that plans and diffs use:
// "tcp 203.0.113.0/24 -> 198.51.100.0/28 port 25". Equal boxes have equal strings, other
// boxes other ones: where nothing else tells that it is IPv6, "ipv6" stands in front.
func (b Box) String() string {
	var s strings.Builder
	if b.Family == V6 && !b.Protocols.IsAll(8) && !b.Src.tells(b.Family) && !b.Dst.tells(b.Family) {
		s.WriteString("ipv6 ")
	}
	s.WriteString(protocols(b))
	s.WriteString(" " + addresses(b.Src, b.Family))
	if !b.SrcPorts.IsAll(16) {
		s.WriteString(" port " + numbers(b.SrcPorts))
	}
	s.WriteString(" -> " + addresses(b.Dst, b.Family))
	if !b.DstPorts.IsAll(16) {
		s.WriteString(" port " + numbers(b.DstPorts))
	}
	s.WriteString(b.fragments())
	switch {
	case b.Flags.Equal(One(uint64(Established))):
		s.WriteString(" established")
	case b.Flags.Equal(One(uint64(SYN))):
		s.WriteString(" syn")
	case b.Flags.IsAllOf(3):
	default:
		s.WriteString(" flag-class " + numbers(b.Flags))
	}
	return s.String()
}

// tells reports whether the addresses, written out, show their family.
func (r Ranges) tells(f Family) bool { return !r.IsEmpty() && !r.IsAll(f.Bits()) }

// fragments says nothing where the classes are what one expects: all of them
// for a line without ports, those that carry ports for a line with ports.
func (b Box) fragments() string {
	ports := !b.SrcPorts.IsAll(16) || !b.DstPorts.IsAll(16)
	switch {
	case b.Fragments.IsAllOf(3) && !ports, b.Fragments.Equal(WithPorts()) && ports:
		return ""
	case b.Fragments.IsAllOf(3):
		return " any fragment"
	case b.Fragments.Equal(One(uint64(Later))):
		return " later fragments"
	}
	return " fragment-class " + numbers(b.Fragments)
}

// WithPorts are the fragment classes that carry the ports: Whole and First.
func WithPorts() Ranges { return Numbers(uint64(Whole), uint64(First)) }

// IsAllOf reports whether the set is exactly the numbers 0 to n-1.
func (r Ranges) IsAllOf(n uint64) bool { return r.Equal(Numbers(0, n-1)) }

func protocols(b Box) string {
	if b.Protocols.IsAll(8) {
		return b.Family.String()
	}
	var out []string
	for _, s := range b.Protocols.Spans() {
		if s.Lo == s.Hi {
			out = append(out, ProtocolName(uint8(s.Lo.Lo)))
		} else {
			out = append(out, span(s))
		}
	}
	return strings.Join(out, ",")
}

func numbers(r Ranges) string {
	var out []string
	for _, s := range r.Spans() {
		out = append(out, span(s))
	}
	return strings.Join(out, ",")
}

func span(s Range) string {
	lo := strconv.FormatUint(s.Lo.Lo, 10)
	if s.Lo == s.Hi {
		return lo
	}
	return lo + "-" + strconv.FormatUint(s.Hi.Lo, 10)
}

// addresses are prefixes where the set is made of few of them, else ranges; what is nearly
// everything is said by what it is not.
func addresses(r Ranges, f Family) string {
	if r.IsAll(f.Bits()) {
		return "any"
	}
	if rest := All(f.Bits()).Minus(r); len(rest.Spans()) < len(r.Spans()) {
		return "any except " + addresses(rest, f)
	}
	var out []string
	for _, s := range r.Spans() {
		one := Between(s.Lo, s.Hi)
		if prefixes := one.Prefixes(f); len(prefixes) <= 2 {
			for _, p := range prefixes {
				out = append(out, prefixText(p))
			}
			continue
		}
		out = append(out, f.Addr(s.Lo).String()+"-"+f.Addr(s.Hi).String())
	}
	return strings.Join(out, ",")
}

func prefixText(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}
