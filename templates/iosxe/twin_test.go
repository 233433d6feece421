package iosxe

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
)

// ace is an entry as somebody types it, and the naive reading of each of its words.
type ace struct {
	action   string
	protocol string // ip, tcp, udp, icmp
	src, dst [2]uint32
	sport    func(uint16) bool // nil for none
	dport    func(uint16) bool
	words    string // established, fragments or nothing
	text     string
}

// matches is the manual, word for word: bit by bit, port by port, fragment by fragment.
func (a ace) matches(p packet.Packet) bool {
	number := map[string]uint8{"tcp": 6, "udp": 17, "icmp": 1}[a.protocol]
	if a.protocol != "ip" && p.Protocol != number {
		return false
	}
	if !under(p.Src, a.src) || !under(p.Dst, a.dst) {
		return false
	}
	later := p.Fragment == packet.Later
	if a.words == "fragments" {
		return later
	}
	if a.sport == nil && a.dport == nil && a.words == "" {
		return true
	}
	if later {
		return a.action == "permit"
	}
	return (a.sport == nil || a.sport(p.SrcPort)) && (a.dport == nil || a.dport(p.DstPort)) &&
		(a.words != "established" || p.Flags == packet.Established)
}

func under(a netip.Addr, rule [2]uint32) bool {
	b := a.As4()
	for bit := range 32 {
		mask := uint32(1) << bit
		n := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
		if rule[1]&mask == 0 && n&mask != rule[0]&mask {
			return false
		}
	}
	return true
}

func address(n uint32) netip.Addr {
	return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
}

func someACE(r *rand.Rand) ace {
	a := ace{action: []string{"permit", "deny"}[r.IntN(2)], protocol: []string{"ip", "tcp", "tcp", "udp", "icmp"}[r.IntN(5)]}
	src, dst := "", ""
	a.src, src = someSide(r)
	a.dst, dst = someSide(r)
	if a.protocol == "tcp" || a.protocol == "udp" {
		var s, d string
		a.sport, s = somePorts(r)
		a.dport, d = somePorts(r)
		src, dst = src+s, dst+d
	}
	switch {
	case a.sport == nil && a.dport == nil && r.IntN(3) == 0:
		a.words = "fragments"
	case a.protocol == "tcp" && r.IntN(3) == 0:
		a.words = "established"
	}
	gap := strings.Repeat(" ", 1+2*r.IntN(2))
	a.text = strings.TrimSpace(fmt.Sprintf("%s%s%s %s %s %s", a.action, gap, a.protocol, src, dst, a.words))
	return a
}

func someSide(r *rand.Rand) ([2]uint32, string) {
	n := 0x0a000000 | uint32(r.IntN(16))
	switch r.IntN(4) {
	case 0:
		return [2]uint32{0, 0xffffffff}, "any"
	case 1:
		return [2]uint32{n, 0}, "host " + address(n).String()
	}
	wild := uint32(r.IntN(16)) | uint32(r.IntN(2))<<30
	return [2]uint32{n, wild}, address(n).String() + " " + address(wild).String()
}

func somePorts(r *rand.Rand) (func(uint16) bool, string) {
	names := []string{"23", "24", "smtp", "26"}
	n, m := r.IntN(4), r.IntN(4)
	lo, hi := uint16(23+n), uint16(23+m)
	switch r.IntN(7) {
	case 0:
		return func(p uint16) bool { return p == lo }, " eq " + names[n]
	case 1:
		return func(p uint16) bool { return p == lo || p == hi }, " eq " + names[n] + " " + names[m]
	case 2:
		return func(p uint16) bool { return p != lo }, " neq " + names[n]
	case 3:
		return func(p uint16) bool { return p > lo }, " gt " + names[n]
	case 4:
		return func(p uint16) bool { return p < lo }, " lt " + names[n]
	case 5:
		if lo <= hi {
			return func(p uint16) bool { return lo <= p && p <= hi }, " range " + names[n] + " " + names[m]
		}
	}
	return nil, ""
}

func somePacket(r *rand.Rand) packet.Packet {
	p := packet.Packet{Family: packet.V4, Protocol: []uint8{1, 6, 6, 17, 47}[r.IntN(5)],
		Src: address(0x0a000000 | uint32(r.IntN(16))), Dst: address(0x0a000000 | uint32(r.IntN(16)) | uint32(r.IntN(2))<<30),
		Fragment: packet.Fragment(r.IntN(3))}
	if p.Fragment != packet.Later && (p.Protocol == 6 || p.Protocol == 17) {
		p.SrcPort, p.DstPort = uint16(22+r.IntN(6)), uint16(22+r.IntN(6))
	}
	if p.Fragment != packet.Later && p.Protocol == 6 {
		p.Flags = packet.Flags(r.IntN(3))
	}
	return p
}

// TestEntriesAgainstTheManual reads random lists and asks both readings about random packets.
func TestEntriesAgainstTheManual(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 4))
		var aces []ace
		text := "ip access-list extended X\n"
		for range 1 + r.IntN(6) {
			a := someACE(r)
			aces = append(aces, a)
			text += " " + a.text + "\n"
		}
		l, _ := parse(t, text).List(packet.V4, "X")
		for range 200 {
			p := somePacket(r)
			if got, want := decided(l, p), byHand(aces, p); got != want {
				t.Fatalf("seed %d: %s\nread %s, the manual says %s for %s", seed, text, got, want, p)
			}
		}
	}
}

func byHand(aces []ace, p packet.Packet) acl.Action {
	for _, a := range aces {
		if a.matches(p) {
			return map[string]acl.Action{"permit": acl.Permit, "deny": acl.Deny}[a.action]
		}
	}
	return acl.Deny
}

func decided(l acl.List, p packet.Packet) acl.Action {
	for _, e := range l.Entries {
		for _, b := range e.Boxes() {
			if e.Unmodelled == "" && b.Contains(p) {
				return e.Action
			}
		}
	}
	return l.End
}
