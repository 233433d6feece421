// Package iosxe speaks Cisco IOS and IOS-XE.
package iosxe

import (
	_ "embed"
	"net/netip"
	"text/template"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
)

//go:embed acl.tmpl
var source string

// longestRemark is how many characters IOS keeps of a remark. [DOC IOS command reference]
const longestRemark = 100

// Dialect is IOS and IOS-XE.
type Dialect struct{}

// Name is iosxe.
func (Dialect) Name() string { return "iosxe" }

// Limits is what every IOS-XE router can hold: no number of entries is documented, it depends
// on the platform and its template; the inventory may name one.
func (Dialect) Limits() acl.Limits {
	return acl.Limits{
		LineLength: 254,
		NameLength: 64,
		Groups:     []packet.Family{packet.V4},
		Expands:    true,
		Counters:   true,
		Source:     "IOS-XE security configuration guides; object groups are for IPv4 only",
	}
}

// Template prints a laid config.
func (Dialect) Template() string { return source }

// Funcs are name (a name that is one word), members (of a group), rows (of a list) and
// interfaces (the bindings, each interface once).
func (Dialect) Funcs() template.FuncMap {
	v4, v6 := syntaxes()
	return template.FuncMap{
		"name": func(s string) (string, error) { return s, words.Plain(s) },
		"members": func(g acl.Group) ([]string, error) {
			return words.Members(g, masked)
		},
		"rows": func(l acl.List) ([]words.Row, error) {
			if l.Family == packet.V6 {
				return v6.Rows(l, longestRemark)
			}
			return v4.Rows(l, longestRemark)
		},
		"interfaces": func(bindings []acl.Binding) ([]words.Block, error) {
			return words.Blocks(bindings, bound)
		},
	}
}

// masked is a member of a group: an address and its subnet mask, not a wildcard.
func masked(out []byte, p netip.Prefix) []byte {
	out = append(p.Addr().AppendTo(out), ' ')
	ones := packet.Mask(32).Minus(packet.Mask(32 - p.Bits()))
	return packet.V4.Addr(ones).AppendTo(out)
}

func bound(b acl.Binding) (string, error) {
	text, err := words.Bound(b, string(b.Direction))
	return filterWords(b.Family) + text, err
}

func filterWords(f packet.Family) string {
	if f == packet.V6 {
		return "ipv6 traffic-filter "
	}
	return "ip access-group "
}

// Lay names the next generation; IPv4 address sets become object groups, IPv6 ones entries.
func (d Dialect) Lay(want, have acl.Config, _ acl.Owner) (acl.Config, error) {
	v4, v6 := syntaxes()
	return words.LayCisco(want, have, d.Limits(), func(f packet.Family) *words.Syntax {
		if f == packet.V6 {
			return v6
		}
		return v4
	})
}

// Lines are the lines of a rendered text that are typed.
func (Dialect) Lines(text string) []string { return words.Sent(text) }

// Unbind takes a list off its interface. IOS wants its name in the line.
func (Dialect) Unbind(b acl.Binding) []string { return words.Unbind(b, bound) }

// Remove deletes lists, then groups: a group that a list uses stays. [DOC]
func (Dialect) Remove(c acl.Config) []string {
	var out []string
	for _, l := range c.Lists {
		if l.Family == packet.V6 {
			out = append(out, "no ipv6 access-list "+l.Name)
			continue
		}
		out = append(out, "no ip access-list extended "+l.Name)
	}
	for _, g := range c.Groups {
		if g.Family == packet.V6 {
			out = append(out, "no object-group v6-network "+g.Name)
			continue
		}
		out = append(out, "no object-group network "+g.Name)
	}
	return out
}

// Strike takes entries out of an IPv4 list by their numbers. IPv6 lists have no groups, so there
// is no entry of ours in one of others. [DOC "IP Access List Entry Sequence Numbering": no N]
func (Dialect) Strike(l acl.List) []string {
	return words.Strike("ip access-list extended "+l.Name, l)
}

// Complete reports nil where a text is a whole running configuration, down to its end.
func Complete(text string) error { return words.Complete(text) }

// syntaxes are how entries are written, IPv4 and IPv6. Names of ports as IOS prints them: 443,
// 465 and 587 stay numbers. [captured texts; Netspoc parse.go; Cisco-IOS-XE-acl]
func syntaxes() (v4, v6 *words.Syntax) {
	ports := words.CiscoPorts()
	printed := map[uint16]string{23: "telnet", 25: "smtp", 53: "domain", 80: "www", 110: "pop3", 119: "nntp", 179: "bgp"}
	v4 = words.NewSyntax(words.Syntax{
		Family: packet.V4, Any: "ip", Protocols: words.CiscoProtocols(), Ports: ports, Printed: printed,
		Group: "object-group", Services: "object-group", Wildcards: true,
	})
	v6 = words.NewSyntax(words.Syntax{
		Family: packet.V6, Any: "ipv6", Protocols: words.Names{"ahp": 51, "esp": 50, "icmp": 58, "pcp": 108, "sctp": 132, "tcp": 6, "udp": 17},
		Ports: ports, Printed: printed, Group: "object-group", Services: "object-group", Slash: true, Upper: true,
	})
	return v4, v6
}
