package openconfig

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
)

// random is a wish as no policy would have it.
func random(r *rand.Rand) acl.Config {
	var c acl.Config
	for _, f := range packet.Families() {
		for i := range r.IntN(3) {
			role := []string{"OUT", "IN", "A-9"}[i]
			l := acl.List{Name: acl.Name(role, f, 1), Family: f, End: acl.Permit}
			for n := range 1 + r.IntN(6) {
				e := randomEntry(r, f)
				if r.IntN(3) == 0 {
					g := acl.Group{Name: acl.Name(fmt.Sprintf("%s-P%d", role, n), f, 1), Family: f, Addresses: randomAddresses(r, f, 1+r.IntN(4))}
					e.Match.Src, e.SrcGroup = g.Addresses, g.Name
					c.Groups = append(c.Groups, g)
				}
				l.Entries = append(l.Entries, e)
			}
			c.Lists = append(c.Lists, l)
			b := acl.Binding{Interface: fmt.Sprintf("Ethernet%d/%d", r.IntN(3), i), Direction: []acl.Direction{acl.In, acl.Out}[i&1], Family: f, Lists: []string{l.Name}}
			if r.IntN(2) == 0 {
				b.Interface += "." + fmt.Sprint(r.IntN(3))
			}
			c.Bindings = append(c.Bindings, b)
		}
	}
	return c
}

func randomEntry(r *rand.Rand, f packet.Family) acl.Entry {
	b := packet.Any(f)
	e := acl.Entry{Action: []acl.Action{acl.Permit, acl.Deny}[r.IntN(2)], Log: r.IntN(4) == 0}
	if r.IntN(2) == 0 {
		e.Why = acl.Why{Place: "policy.yaml:14", Text: []string{"block vodafone", "exempt 株式会社 \"x\"?", "]{[\\", ""}[r.IntN(4)]}
	}
	for _, side := range []*packet.Ranges{&b.Src, &b.Dst} {
		if r.IntN(2) == 0 {
			*side = randomAddresses(r, f, 1+r.IntN(2))
		}
	}
	switch r.IntN(5) {
	case 0:
		b.Protocols = packet.One([]uint64{packet.TCP, packet.UDP, 47, 2, 89, 103}[r.IntN(6)])
	case 1, 2, 3:
		b.Protocols = packet.One([]uint64{packet.TCP, packet.UDP}[r.IntN(2)])
		for _, side := range []*packet.Ranges{&b.SrcPorts, &b.DstPorts} {
			if lo := r.Uint64N(65536); r.IntN(2) == 0 {
				*side = packet.Numbers(lo, lo+r.Uint64N(2)*r.Uint64N(65536-lo))
				if !side.IsAll(16) {
					b.Fragments = packet.WithPorts()
				}
			}
		}
	}
	e.Match = b
	return e
}

func randomAddresses(r *rand.Rand, f packet.Family, n int) packet.Ranges {
	var out []netip.Prefix
	for range n {
		a := f.Addr(packet.Number{Lo: uint64(r.Uint32())})
		if f == packet.V6 {
			a = f.Addr(packet.Number{Hi: 0x20010db8<<32 + uint64(r.Uint32()), Lo: r.Uint64()})
		}
		p, _ := a.Prefix(1 + r.IntN(f.Bits()))
		out = append(out, p)
	}
	return packet.Prefixes(out...)
}

// TestRoundTrip: random configs are written and read back as what they are; and the lines, obeyed by
// an empty device, lead to the same.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 25))
		variant := variants()[seed%uint64(len(variants()))]
		d := Dialect{Variant: variant, Union: seed%7 == 0}
		want := random(r)
		have := acl.Config{}
		for _, b := range want.Bindings {
			if r.IntN(4) == 0 {
				have.Tails = map[string]string{b.Interface: "id=port" + strings.ReplaceAll(b.Interface, "/", "-")}
			}
		}
		c, err := d.Lay(want, have, acl.Owner{})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		text := rendered(t, d, c)
		back := parsed(t, text)
		if len(back.Unread)+len(back.References) > 0 {
			t.Fatalf("seed %d: %s", seed, printed(back))
		}
		if got, want := printed(shape1(back)), printed(shape1(c)); got != want {
			t.Fatalf("seed %d: written as\n%sread back as\n%swanted\n%s", seed, text, got, want)
		}
		lines := d.Lines(text)
		for _, line := range lines {
			if !shape.MatchString(line) {
				t.Fatalf("seed %d: no session takes %q", seed, line)
			}
		}
		played, err := d.Rehearse(`{"acl": {}}`, lines)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if got := printed(played); got != printed(back) {
			t.Fatalf("seed %d: the lines\n%s\nlead to\n%snot to\n%s", seed, strings.Join(lines, "\n"), got, printed(back))
		}
		gone, err := d.Rehearse(text, undo(d, c))
		if err != nil || len(gone.Lists)+len(gone.Groups)+len(gone.Bindings) > 0 {
			t.Fatalf("seed %d: %v: what is taken away leaves\n%s", seed, err, printed(gone))
		}
	}
}

// shape1 is a config without what only one side of writing knows.
func shape1(c acl.Config) acl.Config {
	c.Interfaces, c.Tails = nil, nil
	var bindings []acl.Binding
	for _, f := range packet.Families() {
		for _, d := range []acl.Direction{acl.In, acl.Out} {
			for _, b := range c.Bindings {
				if b.Family == f && b.Direction == d && len(b.Lists) > 0 {
					bindings = append(bindings, b)
				}
			}
		}
	}
	c.Bindings = nil
	seen := map[acl.Point]bool{}
	for range bindings {
		least := -1
		for i, b := range bindings {
			if !seen[b.Point()] && (least < 0 || b.Point().String() < bindings[least].Point().String()) {
				least = i
			}
		}
		if least >= 0 {
			seen[bindings[least].Point()] = true
			c.Bindings = append(c.Bindings, bindings[least])
		}
	}
	return c
}

func undo(d Dialect, c acl.Config) []string {
	var out []string
	for _, b := range c.Bindings {
		out = append(out, d.Unbind(b)...)
	}
	return append(out, d.Remove(c)...)
}

// TestEntryTwin holds what an entry means against a reader that looks at one packet and one word at
// a time.
func TestEntryTwin(t *testing.T) {
	checked := 0
	for seed := range uint64(800) {
		r := rand.New(rand.NewPCG(seed, 9))
		parts, matches := randomParts(r)
		e := parsed(t, entryOf("4", parts+drop)).Lists[0].Entries[0]
		for range 60 {
			p := randomPacket(r)
			want, got := matches(p), covers(e, p)
			if e.Unmodelled != "" && want && !got {
				t.Fatalf("seed %d: %s takes %v, which is not in %q", seed, parts, p, entryText(e))
			}
			if e.Unmodelled == "" {
				if checked++; want != got {
					t.Fatalf("seed %d: %s: %v: the twin says %v, %q says %v", seed, parts, p, want, e, got)
				}
			}
		}
	}
	if checked < 15000 {
		t.Errorf("only %d packets were compared", checked)
	}
}

func covers(e acl.Entry, p packet.Packet) bool {
	for _, b := range e.Boxes() {
		if b.Contains(p) {
			return true
		}
	}
	return false
}

func randomPacket(r *rand.Rand) packet.Packet {
	address := func() netip.Addr {
		return netip.AddrFrom4([4]byte{[]byte{192, 198}[r.IntN(2)], []byte{0, 51}[r.IntN(2)], []byte{2, 100}[r.IntN(2)], byte(r.IntN(256))})
	}
	p := packet.Packet{Family: packet.V4, Protocol: []uint8{6, 6, 17, 1}[r.IntN(4)], Src: address(), Dst: address(),
		SrcPort: uint16(24 + r.IntN(4)), DstPort: []uint16{24, 25, 26, 500, 587}[r.IntN(5)], Fragment: packet.Fragment(r.IntN(3))}
	if p.Protocol == packet.TCP {
		p.Flags = packet.Flags(r.IntN(3))
	}
	return p
}

// randomParts are the parts of an entry, and what they match, condition by condition.
func randomParts(r *rand.Rand) (string, func(packet.Packet) bool) {
	var ip, transport []string
	var all []func(packet.Packet) bool
	header := func(p packet.Packet) bool { return p.Fragment != packet.Later }
	in := func(prefix string, a netip.Addr) bool { return netip.MustParsePrefix(prefix).Contains(a) }
	add := func(chance int, to *[]string, text string, f func(packet.Packet) bool) bool {
		if r.IntN(chance) > 0 {
			return false
		}
		*to, all = append(*to, text), append(all, f)
		return true
	}
	_ = add(3, &ip, `"source-address": "192.0.2.5/25"`, func(p packet.Packet) bool { return in("192.0.2.0/25", p.Src) }) ||
		add(3, &ip, `"source-address-prefix-set": "TWO"`, func(p packet.Packet) bool {
			return (in("192.0.2.0/24", p.Src) || in("198.51.100.0/24", p.Src)) && !in("192.0.2.128/25", p.Src)
		})
	add(3, &ip, `"destination-address": "198.51.100.0/24"`, func(p packet.Packet) bool { return in("198.51.100.0/24", p.Dst) })
	tcp := add(2, &ip, `"protocol": "IP_TCP"`, func(p packet.Packet) bool { return p.Protocol == 6 })
	if !tcp {
		add(2, &ip, `"protocol": 17`, func(p packet.Packet) bool { return p.Protocol == 17 })
	}
	add(12, &ip, `"fragment-offsets": [0, "0..0"]`, header)
	add(12, &ip, `"dscp": 0`, func(p packet.Packet) bool { return p.SrcPort%2 == 0 }) // some packets have it
	_ = add(3, &transport, `"destination-port": 25`, func(p packet.Packet) bool { return header(p) && p.DstPort == 25 }) ||
		add(3, &transport, `"destination-port": "25..26"`, func(p packet.Packet) bool { return header(p) && (p.DstPort == 25 || p.DstPort == 26) }) ||
		add(3, &transport, `"destination-port-set": "MAIL"`, func(p packet.Packet) bool { return header(p) && (p.DstPort == 25 || p.DstPort == 587) })
	add(4, &transport, `"source-port": "0..25"`, func(p packet.Packet) bool { return header(p) && p.SrcPort <= 25 })
	_ = add(6, &transport, `"detail-mode": "BUILTIN", "builtin-detail": "TCP_ESTABLISHED"`, func(p packet.Packet) bool {
		return header(p) && p.Protocol == 6 && p.Flags == packet.Established
	}) || add(6, &transport, `"detail-mode": "BUILTIN", "builtin-detail": "FRAGMENT"`, func(p packet.Packet) bool { return p.Fragment == packet.Later })
	text := ""
	if len(ip) > 0 {
		text += `"ipv4": {"config": {` + strings.Join(ip, ", ") + `}}, `
	}
	if len(transport) > 0 {
		text += `"transport": {"config": {` + strings.Join(transport, ", ") + `}}, `
	}
	return text, func(p packet.Packet) bool {
		for _, f := range all {
			if !f(p) {
				return false
			}
		}
		return true
	}
}
