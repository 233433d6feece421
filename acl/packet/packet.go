// Package packet is exact arithmetic on sets of packets, both families.
//
// A packet has a family and seven fields. A set of values of one field is
// Ranges, a product of such sets is a Box, and what a list of boxes decides by
// first match is a List; Compare says where two lists differ.
package packet

import (
	"fmt"
	"net/netip"
)

// Family is IPv4 or IPv6.
type Family uint8

// The two families.
const (
	V4 Family = 4
	V6 Family = 6
)

// Families are both, IPv4 first.
func Families() []Family { return []Family{V4, V6} }

// String is ipv4 or ipv6, as inventory.yaml writes it.
func (f Family) String() string {
	if f == V6 {
		return "ipv6"
	}
	return "ipv4"
}

// Bits is the width of an address: 32 or 128.
func (f Family) Bits() int {
	if f == V6 {
		return 128
	}
	return 32
}

// FamilyOf is the family of an address; an IPv4-mapped address is IPv6.
func FamilyOf(a netip.Addr) Family {
	if a.Is4() {
		return V4
	}
	return V6
}

// Addr is the address with number n in this family.
func (f Family) Addr(n Number) netip.Addr {
	if f == V6 {
		var b [16]byte
		for i := range 8 {
			b[i] = byte(n.Hi >> (56 - 8*i))
			b[8+i] = byte(n.Lo >> (56 - 8*i))
		}
		return netip.AddrFrom16(b)
	}
	return netip.AddrFrom4([4]byte{byte(n.Lo >> 24), byte(n.Lo >> 16), byte(n.Lo >> 8), byte(n.Lo)})
}

// Fragment says which part of a datagram a packet carries.
type Fragment uint8

// The three classes of fragments.
const (
	Whole Fragment = iota // not fragmented
	First                 // the first fragment: it has the ports
	Later                 // any other fragment: it has none
)

// Flags is the class of a TCP packet's flags; 0 for every other protocol.
type Flags uint8

// The three classes of TCP flags.
const (
	SYN         Flags = iota // opens a connection: SYN without ACK
	Established              // ACK or RST is set
	Other                    // neither
)

// The protocols that port-25 lists speak of.
const (
	ICMP   = 1
	TCP    = 6
	UDP    = 17
	ICMPv6 = 58
)

// Packet is one packet, as far as a filter sees it.
type Packet struct {
	Family           Family
	Protocol         uint8
	Src, Dst         netip.Addr
	SrcPort, DstPort uint16
	Fragment         Fragment
	Flags            Flags
}

// String is the packet as an engineer writes it: tcp 203.0.113.5:1025 -> 198.51.100.3:25.
func (p Packet) String() string {
	s := fmt.Sprintf("%s %s -> %s", ProtocolName(p.Protocol), p.Src, p.Dst)
	if p.Protocol == TCP || p.Protocol == UDP {
		s = fmt.Sprintf("%s %s -> %s", ProtocolName(p.Protocol),
			netip.AddrPortFrom(p.Src, p.SrcPort), netip.AddrPortFrom(p.Dst, p.DstPort))
	}
	switch p.Fragment {
	case First:
		s += " first fragment"
	case Later:
		s += " later fragment"
	}
	if p.Protocol == TCP && p.Flags == Established {
		s += " established"
	}
	return s
}

// ProtocolName is the name of a protocol number where it has a common one, else the number.
func ProtocolName(n uint8) string {
	switch n {
	case ICMP:
		return "icmp"
	case TCP:
		return "tcp"
	case UDP:
		return "udp"
	case ICMPv6:
		return "icmpv6"
	}
	return fmt.Sprint(n)
}
