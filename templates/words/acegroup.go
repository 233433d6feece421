package words

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
)

// GroupKind says what a group holds.
type GroupKind uint8

// The kinds of groups.
const (
	AddressGroup GroupKind = iota
	PortGroup
	ServiceGroup
)

// RawGroup is a group as its lines stand in a text.
type RawGroup struct {
	Kind   GroupKind
	Name   string
	Syntax *Syntax
	Masks  bool // an address is followed by its subnet mask
	Lines  []RawLine
	Place  acl.Place

	removed bool
}

// nesting is how deep groups may stand in groups.
const nesting = 32

// groups are the groups of one text by kind, family and name.
type groups struct {
	order []*RawGroup
	by    map[groupKey]*RawGroup
	read  map[groupKey]*holding
}

type groupKey struct {
	kind   GroupKind
	family packet.Family
	name   string
}

func (g *RawGroup) key() groupKey {
	k := groupKey{g.Kind, g.Syntax.Family, g.Name}
	if g.Kind != AddressGroup {
		k.family = 0
	}
	return k
}

// holding is what a group holds, whatever its kind.
type holding struct {
	spans    []packet.Range
	services []Service
	why      string
	inner    []string // the groups in it
}

func (m *holding) fail(why string) {
	if m.why == "" {
		m.why = why
	}
}

// members reads a group and the groups in it. A group in itself, one that is not there and one
// without members have no known meaning.
func (g *groups) members(raw *RawGroup, depth int) *holding {
	key := raw.key()
	if m, done := g.read[key]; done {
		return m
	}
	m := &holding{why: "it contains itself"}
	g.read[key] = m // what meets the group while it is being read
	var own holding
	own.spans = make([]packet.Range, 0, len(raw.Lines))
	for _, line := range standing(raw.Lines) {
		g.member(raw, &own, line.Rest, depth)
	}
	if own.why == "" && len(own.spans)+len(own.services) == 0 {
		own.fail("it has no members")
	}
	*m = own
	return m
}

// standing are the lines that no later line takes away: no host 192.0.2.1. What takes nothing
// away stays, and is no member that is understood.
func standing(lines []RawLine) []RawLine {
	if !slices.ContainsFunc(lines, func(l RawLine) bool { return Word(l.Rest, 0) == "no" }) {
		return lines
	}
	at := map[string]int{}
	var out []RawLine
	for _, l := range lines {
		said := strings.Join(strings.Fields(l.Rest), " ")
		gone, is := CutNo(said)
		j, there := at[gone]
		switch {
		case is == Taken && there:
			out[j].Rest = "description"
			delete(at, gone)
		case is == Taken && Word(gone, 0) == "description":
		default:
			at[said] = len(out)
			out = append(out, l)
		}
	}
	return out
}

func (g *groups) member(raw *RawGroup, m *holding, text string, depth int) {
	words := cursor{text}
	switch w := words.next(); w {
	case "description":
		return
	case "group-object", "object-group":
		g.nested(raw, m, words.next(), depth)
		return
	}
	switch raw.Kind {
	case PortGroup:
		ports, why := raw.Syntax.PortMember(text)
		m.spans = append(m.spans, ports.Spans()...)
		m.failIn(text, why)
	case ServiceGroup:
		services, why := raw.Syntax.ServiceMember(text)
		m.services = append(m.services, services...)
		m.failIn(text, why)
	default:
		span, why := raw.addressMember(text)
		m.spans = append(m.spans, span)
		m.failIn(text, why)
	}
}

func (m *holding) failIn(text, why string) {
	if why != "" {
		m.fail(strconv.Quote(text) + " in it: " + why)
	}
}

func (g *groups) nested(raw *RawGroup, m *holding, name string, depth int) {
	m.inner = append(m.inner, name)
	key := raw.key()
	key.name = name
	inner, there := g.by[key]
	switch {
	case !there:
		m.fail("the group " + name + " in it is not there")
		return
	case depth == nesting:
		m.fail("groups stand in it too deep")
		return
	}
	in := g.members(inner, depth+1)
	if in.why != "" {
		m.fail("the group " + name + " in it: " + in.why)
	}
	m.spans = append(m.spans, in.spans...)
	m.services = append(m.services, in.services...)
}

// addressMember reads any, host A, range A B, A/n, or A with its subnet mask.
func (g *RawGroup) addressMember(text string) (packet.Range, string) {
	words := cursor{text}
	span, why := g.addressSpan(&words)
	if why == "" {
		why = rest(words)
	}
	return span, why
}

func (g *RawGroup) addressSpan(words *cursor) (packet.Range, string) {
	w := words.next()
	switch w {
	case "any":
		return g.Syntax.any.Src.Spans()[0], ""
	case "host":
		w = words.next()
		if a, ok := g.Syntax.addr(w); ok {
			return packet.Range{Lo: packet.Address(a), Hi: packet.Address(a)}, ""
		}
		return packet.Range{}, "the address " + strconv.Quote(w)
	case "range":
		lo, first := g.Syntax.addr(words.next())
		hi, second := g.Syntax.addr(words.next())
		if !first || !second || hi.Less(lo) {
			return packet.Range{}, "no range of addresses"
		}
		return packet.Range{Lo: packet.Address(lo), Hi: packet.Address(hi)}, ""
	}
	if strings.IndexByte(w, '/') > 0 {
		return g.prefixSpan(w)
	}
	a, ok := g.Syntax.addr(w)
	if !ok || !g.Masks {
		return packet.Range{}, "the address " + strconv.Quote(w)
	}
	return maskSpan(a, words.next())
}

func (g *RawGroup) prefixSpan(w string) (packet.Range, string) {
	p, err := netip.ParsePrefix(w)
	if err != nil || g.Masks || packet.FamilyOf(p.Addr()) != g.Syntax.Family {
		return packet.Range{}, "the address " + strconv.Quote(w)
	}
	return prefixRange(p).Spans()[0], ""
}

// maskSpan is an address under a subnet mask, whose ones all stand before its zeros.
func maskSpan(a netip.Addr, w string) (packet.Range, string) {
	mask, err := netip.ParseAddr(w)
	if err != nil || !mask.Is4() || !a.Is4() {
		return packet.Range{}, "the subnet mask " + strconv.Quote(w)
	}
	ones := packet.Address(mask)
	open := packet.Mask(32).Minus(ones)
	if open.And(open.Next()) != (packet.Number{}) {
		return packet.Range{}, "the subnet mask " + w + " has holes"
	}
	lo := packet.Address(a).And(ones)
	return packet.Range{Lo: lo, Hi: lo.Or(open)}, ""
}
