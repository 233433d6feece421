package policy

import (
	"fmt"
	"net/netip"
	"strings"

	"op25b/acl/packet"
	"op25b/sheet"
)

// The shortest prefixes that are believed. No provider holds a bigger block: registries
// themselves get /8 of IPv4 and /12 of IPv6 from IANA, providers a part of one. A shorter
// prefix is a slip (/2 for /24) that would block half of the internet.
const (
	shortest4 = 8
	shortest6 = 16
)

// prefixError is what is wrong with the text of a prefix.
type prefixError struct{ what, hint string }

// parsePrefix reads an address or a prefix.
func parsePrefix(s string) (netip.Prefix, *prefixError) {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		addr, wrong := netip.ParseAddr(s)
		if wrong != nil || addr.Zone() != "" {
			return p, &prefixError{sheet.Quote(s) + " is neither an address nor a prefix", "write 203.0.113.0/24 or 2001:db8:100::/40"}
		}
		p = netip.PrefixFrom(addr, addr.BitLen())
	}
	shortest := shortest4
	if p.Addr().Is6() {
		shortest = shortest6
	}
	switch {
	case p.Addr().Is4In6():
		return p, &prefixError{sheet.Quote(s) + " is IPv4 written as IPv6", "write the IPv4 address"}
	case p.Bits() < shortest:
		return p, &prefixError{fmt.Sprintf("%s is too wide: the shortest prefix is /%d", sheet.Quote(s), shortest), "write the blocks that you hold"}
	case p.Masked() != p:
		return p, &prefixError{sheet.Quote(s) + " has host bits", fmt.Sprintf("write %s for the prefix, or %s for the one address", p.Masked(), p.Addr())}
	}
	return p, nil
}

// prefix is a value as a prefix.
func prefix(v sheet.Value) (Prefix, bool) {
	s, ok := v.Text()
	if !ok {
		return Prefix{}, false
	}
	p, wrong := parsePrefix(s)
	if wrong != nil {
		v.Refuse(wrong.what, wrong.hint)
		return Prefix{}, false
	}
	return Prefix{p, v.Place()}, true
}

// prefixes are the prefixes of a list; one that is there twice is worth a warning.
func prefixes(v sheet.Value) []Prefix {
	var out []Prefix
	seen := map[netip.Prefix]bool{}
	for _, item := range v.Items() {
		p, ok := prefix(item)
		if !ok {
			continue
		}
		if seen[p.Prefix] {
			item.Warn(p.String()+" is in the list twice", "")
		}
		seen[p.Prefix] = true
		out = append(out, p)
	}
	return out
}

// String is the prefix, a single address without its length.
func (p Prefix) String() string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.Prefix.String()
}

// set is the one prefix as a set.
func (p Prefix) set() packet.Ranges { return packet.Prefixes(p.Prefix) }

func (p Prefix) family() packet.Family { return packet.FamilyOf(p.Addr()) }

// domain is a value as a domain name.
func domain(v sheet.Value) (string, bool) {
	s, ok := v.Text()
	if ok && (!sheet.IsHostName(s) || strings.HasPrefix(s, "-")) {
		v.Refuse(sheet.Quote(s)+" is not a domain name", "write it as docomo.ne.jp")
		return "", false
	}
	return strings.ToLower(s), ok
}
