package cisco

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"op25b/lab"
)

// Ace is one entry of an access list as a router holds it.
type Ace struct {
	Number   int
	Permit   bool
	Protocol int // -1 is any
	Src, Dst Where
	SrcPort  Ports
	DstPort  Ports
	Flags    []string // established, fragments, log, log-input, an ICMP type, in the order printed
	Unknown  []string // further words of a configuration that was loaded: the entry then matches nothing
}

// Where is the addresses on one side of an entry.
type Where struct {
	Any   bool
	Group string     // a network object-group
	Addr  netip.Addr // else an address, with the bits that may differ
	Wild  uint32     // IPv4: set bits are not compared; they need not be contiguous
	Bits  int        // IPv6: the prefix length
	Typed string     // as it was typed, without the word before it
}

// Ports is a condition on a port. The zero value is none.
type Ports struct {
	Op      string // eq, neq, gt, lt, range
	Numbers []int
}

// Style is what differs between the routers and families that an entry may be written for.
type Style struct {
	Names  Names
	Any    string // the word for any protocol: ip, ipv4, ipv6
	Group  string // the word before a group: object-group, net-group; "" for none
	V6     bool
	Prefix bool // IPv4 addresses may be written with a prefix length, and are echoed as typed
	Source bool // a standard list: an address only
	Upper  bool // IPv6 addresses are printed in upper case
	Loaded bool // words that are not understood are kept instead of refused
}

// Same reports whether two entries are one to the router: all but number and logging is equal
// [DOC for the number; MODEL for the logging].
func (a Ace) Same(b Ace, s Style) bool { return s.bare(a) == s.bare(b) }

func (s Style) bare(a Ace) string {
	a.Flags = slices.DeleteFunc(slices.Clone(a.Flags), func(f string) bool { return strings.HasPrefix(f, "log") })
	return s.Text(a)
}

// Text is the entry as the router prints it, without number, with one blank after the action.
func (s Style) Text(a Ace) string {
	words := []string{"deny"}
	if a.Permit {
		words[0] = "permit"
	}
	if !s.Source {
		words = append(words, s.protocol(a.Protocol))
	}
	words = append(words, s.where(a.Src), s.portText(a.Protocol, a.SrcPort))
	if !s.Source {
		words = append(words, s.where(a.Dst), s.portText(a.Protocol, a.DstPort))
	}
	words = append(append(words, a.Flags...), a.Unknown...)
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}

func (s Style) protocol(n int) string {
	switch {
	case n < 0:
		return s.Any
	case n == 58 && s.V6 && s.Any == "ipv6" && s.Names.Protocols[58] == "":
		return "icmp"
	case s.Names.Protocols[n] != "":
		return s.Names.Protocols[n]
	}
	return fmt.Sprint(n)
}

func (s Style) where(w Where) string {
	host := w.Addr.Is4() && w.Wild == 0 || w.Addr.Is6() && w.Bits == 128
	switch {
	case w.Any:
		return "any"
	case w.Group != "":
		return s.Group + " " + w.Group
	case s.Prefix:
		return w.Typed
	case host && s.Source:
		return w.Addr.String()
	case host:
		return "host " + s.address(w.Addr)
	case s.V6:
		return fmt.Sprintf("%s/%d", s.address(w.Addr), w.Bits)
	}
	return w.Addr.String() + " " + v4(w.Wild).String()
}

// address is how an address is spelled: IOS prints IPv6 in upper case, XR in lower [SAMPLE].
func (s Style) address(a netip.Addr) string {
	if s.Upper {
		return strings.ToUpper(a.String())
	}
	return a.String()
}

func (s Style) portText(protocol int, p Ports) string {
	words := []string{p.Op}
	for _, n := range p.Numbers {
		words = append(words, s.Names.port(protocol, n))
	}
	return strings.TrimSpace(strings.Join(words, " "))
}

// Match reports whether an entry takes a packet. Groups gives the members of an object-group.
//
// A later fragment has no ports: a permit that asks for ports takes it on its addresses alone, a
// deny that does lets it by; "fragments" takes nothing else [DOC]. An entry with words that
// are not modelled takes nothing.
func (a Ace) Match(p lab.Packet, groups func(string) []Where) bool {
	if len(a.Unknown) > 0 || a.Protocol >= 0 && a.Protocol != p.Protocol {
		return false
	}
	if !a.Src.has(p.Src, groups) || !a.Dst.has(p.Dst, groups) {
		return false
	}
	if slices.Contains(a.Flags, "fragments") {
		return p.LaterFragment
	}
	if p.LaterFragment {
		return a.Permit || !a.asksTransport()
	}
	return a.SrcPort.has(p.SrcPort) && a.DstPort.has(p.DstPort) && a.flagsHold(p)
}

func (a Ace) asksTransport() bool {
	return a.SrcPort.Op != "" || a.DstPort.Op != "" ||
		slices.ContainsFunc(a.Flags, func(f string) bool { return !strings.HasPrefix(f, "log") })
}

func (a Ace) flagsHold(p lab.Packet) bool {
	for _, f := range a.Flags {
		kind, isType := icmpTypes()[f]
		switch {
		case f == "established" && !p.Established:
			return false
		case isType && kind != p.DstPort:
			return false
		}
	}
	return true
}

func (w Where) has(a netip.Addr, groups func(string) []Where) bool {
	switch {
	case w.Any:
		return true
	case w.Group != "":
		return slices.ContainsFunc(groups(w.Group), func(m Where) bool { return m.has(a, groups) })
	case w.Addr.Is4() && a.Is4():
		return (word(w.Addr)^word(a))&^w.Wild == 0
	case w.Addr.Is6() && a.Is6():
		return netip.PrefixFrom(w.Addr, w.Bits).Contains(a)
	}
	return false
}

func (p Ports) has(n int) bool {
	switch p.Op {
	case "":
		return true
	case "eq":
		return slices.Contains(p.Numbers, n)
	case "neq":
		return !slices.Contains(p.Numbers, n)
	case "gt":
		return n > p.Numbers[0]
	case "lt":
		return n < p.Numbers[0]
	}
	return n >= p.Numbers[0] && n <= p.Numbers[1]
}

func word(a netip.Addr) uint32 {
	b := a.As4()
	return binary.BigEndian.Uint32(b[:])
}

func v4(n uint32) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], n)
	return netip.AddrFrom4(b)
}

// icmpTypes is the message names that an entry may end with.
func icmpTypes() map[string]int {
	return map[string]int{"echo": 8, "echo-reply": 0, "echo-request": 128, "unreachable": 3,
		"time-exceeded": 11, "packet-too-big": 2, "nd-ns": 135, "nd-na": 136,
		"router-advertisement": 134, "router-solicitation": 133}
}
