package packet

import "net/netip"

// Witness is one packet of the box, the plainest there is: TCP from port 1025 to port 25,
// a whole packet with SYN, where the box has such a packet. False for an empty box.
func (b Box) Witness() (Packet, bool) {
	if b.IsEmpty() {
		return Packet{}, false
	}
	p := Packet{
		Family:   b.Family,
		Protocol: uint8(pick(b.Protocols, TCP, UDP)),
		Src:      b.Family.Addr(address(b.Src, example(b.Family, Number{}))),
		Dst:      b.Family.Addr(address(b.Dst, example(b.Family, Of(1)))),
		Fragment: Fragment(pick(b.Fragments)),
		Flags:    Flags(pick(b.Flags)),
	}
	if p.Fragment == Later || p.Protocol != TCP && p.Protocol != UDP {
		p.SrcPort, p.DstPort = uint16(pick(b.SrcPorts)), uint16(pick(b.DstPorts))
	} else {
		p.SrcPort, p.DstPort = uint16(pick(b.SrcPorts, 1025, 40000)), uint16(pick(b.DstPorts, 25, 587, 443, 80, 53))
	}
	return p, true
}

// pick is the first of the wanted numbers that the set has, else its lowest.
func pick(r Ranges, wanted ...uint64) uint64 {
	for _, n := range wanted {
		if r.Contains(Of(n)) {
			return n
		}
	}
	return r.Spans()[0].Lo.Lo
}

// address is the first address of the set, or the example where the first is the
// unspecified address and the set has the example.
func address(r Ranges, example Number) Number {
	if first := r.Spans()[0].Lo; first != (Number{}) || !r.Contains(example) {
		return first
	}
	return example
}

// example is an address for documentation (RFC 5737, RFC 3849), plus n.
func example(f Family, n Number) Number {
	a := netip.AddrFrom4([4]byte{192, 0, 2, 1})
	if f == V6 {
		a = netip.AddrFrom16([16]byte{0: 0x20, 1: 0x01, 2: 0x0d, 3: 0xb8, 15: 1})
	}
	return Address(a).Plus(n)
}
