package rtx

import (
	"strconv"
	"strings"

	"op25b/acl/packet"
)

// kind is what the PROTO word of a filter means for the packet and for the words behind it.
type kind struct {
	protocols packet.Ranges
	flags     packet.Ranges // of TCP packets
	types     packet.Ranges // of ICMP packets, where the word itself says which
	icmp      bool          // the words behind it are ICMP type and code
	ignores   bool          // the words behind it mean nothing
	why       string        // what is not understood; the sets are then bounds
}

// protocolOf reads the PROTO word (8.1.10, 30.7.1): a number, a name, a list of them with
// commas, or one of the special words alone.
func protocolOf(word string, f packet.Family) kind {
	k := kind{protocols: packet.All(8), flags: packet.Numbers(0, 2), types: packet.All(16)}
	if word == "*" {
		return k
	}
	if flags, found := flagsOf(word); found {
		k.protocols = packet.One(packet.TCP)
		k.flags, k.why = flags.classes()
		return k
	}
	if types := icmpGroup(word, f); types != nil {
		k.protocols, k.types, k.ignores = packet.One(icmpOf(f)), *types, true
		return k
	}
	var spans []packet.Range
	for item := range strings.SplitSeq(word, ",") {
		n, known := protocolNumber(item, f)
		if !known {
			k.why = strconv.Quote(item) + " is no protocol that is known"
			return k
		}
		spans = append(spans, packet.Range{Lo: packet.Of(n), Hi: packet.Of(n)})
	}
	k.protocols = packet.Collect(spans)
	k.icmp = k.protocols.Equal(packet.One(icmpOf(f)))
	return k
}

func icmpOf(f packet.Family) uint64 {
	if f == packet.V6 {
		return packet.ICMPv6
	}
	return packet.ICMP
}

// protocolNumber is a protocol by name or number. In an IPv6 filter icmp is ICMPv6.
func protocolNumber(word string, f packet.Family) (uint64, bool) {
	switch word {
	case "icmp":
		return icmpOf(f), true
	case "tcp":
		return packet.TCP, true
	case "udp":
		return packet.UDP, true
	case "ipv6":
		return 41, true
	case "gre":
		return 47, true
	case "esp":
		return 50, true
	case "ah":
		return 51, true
	case "icmp6":
		return packet.ICMPv6, true
	}
	if word == "icmp4" && f == packet.V6 {
		return packet.ICMP, true
	}
	n, err := strconv.ParseUint(word, 10, 8)
	return n, err == nil
}

// icmpGroup is the ICMP types that a word names, nil for every other word.
func icmpGroup(word string, f packet.Family) *packet.Ranges {
	var spans [][2]uint64
	switch {
	case word == "icmp-error" && f == packet.V4:
		spans = [][2]uint64{{3, 5}, {11, 12}, {31, 32}}
	case word == "icmp-info" && f == packet.V4:
		spans = [][2]uint64{{0, 0}, {8, 10}, {13, 18}, {30, 30}, {33, 36}}
	case word == "icmp-nd" && f == packet.V6:
		spans = [][2]uint64{{133, 136}}
	default:
		return nil
	}
	var r packet.Ranges
	for _, s := range spans {
		r = r.Union(packet.Numbers(s[0], s[1]))
	}
	return &r
}

// The TCP flags that the classes of acl/packet are made of.
const (
	synBit = 0x02
	rstBit = 0x04
	ackBit = 0x10
)

// flagTest is a comparison of the TCP flags: flags & mask == value, or != where not is set.
type flagTest struct {
	value, mask uint64
	not         bool
}

// flagsOf reads tcpsyn, tcpfin, tcprst, established (ACK is set) and tcpflag=value/mask.
func flagsOf(word string) (flagTest, bool) {
	switch word {
	case "tcpsyn":
		return flagTest{value: synBit, mask: synBit}, true
	case "tcpfin":
		return flagTest{value: 0x01, mask: 0x01}, true
	case "tcprst":
		return flagTest{value: rstBit, mask: rstBit}, true
	case "established":
		return flagTest{value: ackBit, mask: ackBit}, true
	}
	test, found := strings.CutPrefix(word, "tcpflag")
	if !found {
		return flagTest{}, false
	}
	test, not := strings.CutPrefix(test, "!")
	value, mask, both := strings.Cut(strings.TrimPrefix(test, "="), "/")
	v, err := strconv.ParseUint(value, 0, 16)
	m, err2 := strconv.ParseUint(mask, 0, 16)
	return flagTest{v, m, not}, both && err == nil && err2 == nil && strings.HasPrefix(test, "=")
}

// holds reports whether a packet with these flags passes the test.
func (t flagTest) holds(flags uint64) bool { return (flags&t.mask == t.value) != t.not }

// classes are the classes of packets that pass the test, tried flag by flag. Where it cuts
// through a class (established does: a bare RST is in that class and has no ACK) the classes
// are a bound and why says so.
func (t flagTest) classes() (packet.Ranges, string) {
	var in, out [3]bool
	for flags := uint64(0); flags < 0x200; flags++ {
		class := packet.Other
		switch {
		case flags&(ackBit|rstBit) != 0:
			class = packet.Established
		case flags&synBit != 0:
			class = packet.SYN
		}
		if t.holds(flags) {
			in[class] = true
		} else {
			out[class] = true
		}
	}
	var r packet.Ranges
	why := ""
	for class := range in {
		if in[class] {
			r = r.Union(packet.One(uint64(class)))
			if out[class] {
				why = "it tests single TCP flags"
			}
		}
	}
	return r, why
}
