package rtx

import (
	"fmt"
	"net/netip"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
)

// remarkLength is how much of a reason a comment carries.
const remarkLength = 100

func command(f packet.Family) string {
	if f == packet.V6 {
		return "ipv6"
	}
	return "ip"
}

// rule is a filter behind its number: `reject-nolog 203.0.113.0/24 * tcp * 25`, the next four
// words one after the other.
func rule(e acl.Entry) (string, error) {
	var out [4]string
	for i, word := range []func(acl.Entry) (string, error){action, sourceText, destinationText, service} {
		text, err := word(e)
		if err != nil {
			return "", err
		}
		out[i] = text
	}
	return out[0] + " " + out[1] + " " + out[2] + out[3], nil
}

// action always says whether the packet is logged, for a bare `reject` logs and a bare `pass`
// does not.
func action(e acl.Entry) (string, error) {
	word := "pass"
	if e.Action == acl.Deny {
		word = "reject"
	}
	if e.Action != acl.Permit && e.Action != acl.Deny || e.Unmodelled != "" {
		return "", fmt.Errorf("a filter passes or rejects: %q cannot be written", e)
	}
	if e.Log {
		return word + "-log", nil
	}
	return word + "-nolog", nil
}

func sourceText(e acl.Entry) (string, error)      { return addressText(e.Match.Src, e.Match.Family) }
func destinationText(e acl.Entry) (string, error) { return addressText(e.Match.Dst, e.Match.Family) }

// addressText is a set of addresses in one word.
//
// IPv4: a prefix, or addresses and ranges a-b with commas. The command reference (8.1.10)
// has src_addr[/mask] where src_addr is a list with commas of addresses and ranges, and the
// mask stands once behind it, "only where src_addr is a network". Whether a/24,b/24 is taken,
// and whether a,b/24 means both, is not said there; so a list of networks is written as ranges.
//
// IPv6: a prefix, or addresses with commas (30.7.1). Ranges are not mentioned for `ipv6
// filter`, so several networks need several filters.
func addressText(r packet.Ranges, f packet.Family) (string, error) {
	if r.IsEmpty() {
		return "", fmt.Errorf("a filter without addresses cannot be written")
	}
	if r.IsAll(f.Bits()) {
		return "*", nil
	}
	if spans := r.Spans(); len(spans) == 1 {
		if prefixes := r.Prefixes(f); len(prefixes) == 1 {
			return prefixText(prefixes[0]), nil
		}
	}
	if f == packet.V6 {
		return hostsText(r)
	}
	var items []string
	for _, s := range r.Spans() {
		item := f.Addr(s.Lo).String()
		if s.Lo != s.Hi {
			item += "-" + f.Addr(s.Hi).String()
		}
		items = append(items, item)
	}
	return strings.Join(items, ","), nil
}

func prefixText(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}

// hostsText is IPv6 addresses with commas.
func hostsText(r packet.Ranges) (string, error) {
	var items []string
	for _, p := range r.Prefixes(packet.V6) {
		if !p.IsSingleIP() {
			return "", fmt.Errorf("an IPv6 filter takes one prefix, or several addresses, not %s among others", p)
		}
		items = append(items, p.Addr().String())
	}
	return strings.Join(items, ","), nil
}

// service is the protocol and ports behind the addresses: nothing for any packet, else
// ` tcp * 25`. Nothing else is ever written.
func service(e acl.Entry) (string, error) {
	m := e.Match
	plain := len(e.Also) == 0 && m.SrcPorts.IsAll(16) && m.Flags.IsAllOf(3)
	switch {
	case !plain:
	case m.Protocols.IsAll(8) && m.DstPorts.IsAll(16) && m.Fragments.IsAllOf(3):
		return "", nil
	case m.Protocols.Equal(packet.One(packet.TCP)) && m.DstPorts.Equal(packet.One(25)) && m.Fragments.Equal(portFragments()):
		return " tcp * 25", nil
	}
	return "", fmt.Errorf("only tcp port 25 and everything can be written: %q", e)
}

// reason is why an entry is there, as a comment. The router forgets it, a file keeps it.
func reason(w acl.Why) string {
	if w == (acl.Why{}) {
		return ""
	}
	return words.Remark(w.String(), remarkLength)
}

// place is the interface as a command names it: lan2, and pp or tunnel for the one selected.
func place(b acl.Binding) (string, error) {
	if kind, n, numbered := strings.Cut(b.Interface, " "); numbered {
		if (kind == "pp" || kind == "tunnel") && isPeer(n) {
			return kind, nil
		}
	} else if isPort(b.Interface) {
		return b.Interface, nil
	}
	return "", fmt.Errorf("%q is not an interface of a Yamaha router: lan2, vlan1, bridge1, pp 1, tunnel 1", b.Interface)
}

// enter selects the pp or tunnel whose binding follows; "" for other interfaces.
func enter(b acl.Binding) string {
	if kind, n, numbered := strings.Cut(b.Interface, " "); numbered {
		return kind + " select " + n
	}
	return ""
}

func leave(b acl.Binding) string {
	if kind, _, numbered := strings.Cut(b.Interface, " "); numbered {
		return kind + " select none"
	}
	return ""
}

func numberList(b acl.Binding) (string, error) {
	for _, name := range b.Lists {
		if _, err := number(name); err != nil {
			return "", fmt.Errorf("%s: %q is not a filter number", b.Point(), name)
		}
	}
	return strings.Join(b.Lists, " "), nil
}

// tail is the dynamic filters behind the static ones.
func tail(b acl.Binding) (string, error) {
	if b.Tail == "" {
		return "", nil
	}
	if set, named := strings.CutPrefix(b.Tail, setBinding); named {
		return "", fmt.Errorf("%s has the filter set %q: bind its numbers instead, for what a router does with both is not known", b.Point(), set)
	}
	list, dynamic := strings.CutPrefix(b.Tail, dynamicWords)
	if _, why := numbers(strings.Fields(list)); !dynamic || why != "" {
		return "", fmt.Errorf("%s: %q cannot follow the numbers of a binding", b.Point(), b.Tail)
	}
	return " " + b.Tail, nil
}
