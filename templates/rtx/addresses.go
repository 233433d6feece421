package rtx

import (
	"net/netip"
	"strconv"
	"strings"

	"op25b/acl/packet"
)

// addresses reads the SRC or DST word of a filter: `*`, addresses, prefixes, ranges a-b, -b,
// a-, octets that are `*`, with commas. why says which part is not understood; the set is
// then a bound: the addresses that the word can mean at most.
func addresses(word string, f packet.Family) (set packet.Ranges, why string) {
	all := packet.All(f.Bits())
	if word == "*" {
		return all, ""
	}
	bare := false
	var spans []packet.Range
	for item := range strings.SplitSeq(word, ",") {
		r, masked, wrong := address(item, f)
		if wrong != "" {
			return all, strconv.Quote(item) + " " + wrong
		}
		if masked && bare {
			return all, strconv.Quote(word) + " may mean its mask for the last address or for all of them"
		}
		bare = bare || !masked
		spans = append(spans, r.Spans()...)
	}
	return packet.Collect(spans), ""
}

// address is one item of such a list.
func address(item string, f packet.Family) (r packet.Ranges, masked bool, why string) {
	if network, mask, found := strings.Cut(item, "/"); found {
		r, why = network4or6(network, mask, f)
		return r, true, why
	}
	if a, ok := ipOf(item, f); ok {
		return packet.Addresses(a, a), false, ""
	}
	if lo, hi, found := strings.Cut(item, "-"); found {
		r, why = between(lo, hi, f)
		return r, false, why
	}
	if f == packet.V4 && strings.Contains(item, "*") {
		r, why = octets(item)
		return r, false, why
	}
	return r, false, "is not an address: what it stands for changes or is not known"
}

func ipOf(word string, f packet.Family) (netip.Addr, bool) {
	a, err := netip.ParseAddr(word)
	return a, err == nil && packet.FamilyOf(a) == f && a.Zone() == ""
}

// between is a range; an end that is left out is the first or last address there is.
func between(lo, hi string, f packet.Family) (packet.Ranges, string) {
	a, b := f.Addr(packet.Number{}), f.Addr(packet.Mask(f.Bits()))
	ok, ok2 := true, true
	if lo != "" {
		a, ok = ipOf(lo, f)
	}
	if hi != "" {
		b, ok2 = ipOf(hi, f)
	}
	r := packet.Addresses(a, b)
	if !ok || !ok2 || lo == "" && hi == "" || r.IsEmpty() {
		return r, "is not a range of addresses"
	}
	return r, ""
}

// network4or6 is address/mask; the mask is bits, and in IPv4 also dotted or 0x hexadecimal.
// It may stand only behind the address of a network, says the command reference: host bits
// are not understood.
func network4or6(network, mask string, f packet.Family) (packet.Ranges, string) {
	a, ok := ipOf(network, f)
	bits, ok2 := maskBits(mask, f)
	if !ok || !ok2 {
		return packet.Ranges{}, "is not a network that is known"
	}
	p := netip.PrefixFrom(a, bits)
	if p != p.Masked() {
		return packet.Ranges{}, "has host bits under its mask"
	}
	return packet.Prefixes(p), ""
}

func maskBits(mask string, f packet.Family) (int, bool) {
	if n, err := strconv.ParseUint(mask, 10, 8); err == nil {
		return int(n), int(n) <= f.Bits()
	}
	if f == packet.V6 {
		return 0, false
	}
	var m uint64
	if hex, found := strings.CutPrefix(mask, "0x"); found {
		n, err := strconv.ParseUint(hex, 16, 32)
		if err != nil {
			return 0, false
		}
		m = n
	} else {
		a, ok := ipOf(mask, f)
		if !ok {
			return 0, false
		}
		m = packet.Address(a).Lo
	}
	zeros := min(packet.Of(m).TrailingZeros(), 32)
	return 32 - zeros, m|(1<<zeros-1) == 1<<32-1
}

// octets is an address of which some octets are `*`: any value. As packet.Wildcard, which
// knows what is too scattered to be said in ranges.
func octets(item string) (packet.Ranges, string) {
	parts := strings.Split(item, ".")
	if len(parts) != 4 {
		return packet.Ranges{}, "is not an address with octets that are *"
	}
	var addr, mask [4]byte
	for i, p := range parts {
		if p == "*" {
			mask[i] = 255
			continue
		}
		n, err := strconv.ParseUint(p, 10, 8)
		if err != nil {
			return packet.Ranges{}, "is not an address with octets that are *"
		}
		addr[i] = byte(n)
	}
	r, ok := packet.Wildcard(netip.AddrFrom4(addr), netip.AddrFrom4(mask))
	if !ok {
		return packet.Ranges{}, "is too many ranges of addresses"
	}
	return r, ""
}
