// Package iosxr speaks Cisco IOS-XR.
package iosxr

import (
	_ "embed"
	"fmt"
	"net/netip"
	"text/template"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
)

//go:embed acl.tmpl
var source string

// longestRemark is how many characters XR keeps of a remark. [MODEL um-ipv4-access-list-cfg]
const longestRemark = 255

// Dialect is IOS-XR.
type Dialect struct{}

// Name is iosxr.
func (Dialect) Name() string { return "iosxr" }

// Limits is what an IOS-XR router can hold. 350,000 entries are the highest maximum that can be
// configured; line cards hold fewer (NCS 5500: 4,000 IPv4 and 2,000 IPv6), which the
// inventory should say.
func (Dialect) Limits() acl.Limits {
	return acl.Limits{
		Entries:    350000,
		NameLength: 64,
		Groups:     packet.Families(),
		Expands:    true,
		Atomic:     true,
		Counters:   true,
		Chains:     true,
		Source:     "show access-lists ipv4 maximum detail; NCS 5500 and ASR 9000 configuration guides",
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
			return words.Members(g, func(out []byte, p netip.Prefix) []byte { return p.AppendTo(out) })
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

// bound writes a binding. A common list stands before ingress only. [MODEL um-if-access-group-cfg]
func bound(b acl.Binding) (string, error) {
	word := "ingress"
	if b.Direction == acl.Out {
		word = "egress"
		if len(b.Lists) > 1 {
			return "", fmt.Errorf("two lists at egress; XR takes a common list at ingress only")
		}
	}
	text, err := words.Bound(b, word)
	return groupWords(b.Family) + text, err
}

func groupWords(f packet.Family) string { return f.String() + " access-group " }

// Lay names the next generation; address sets become net-groups in both families.
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

// Unbind takes a list off its interface.
func (Dialect) Unbind(b acl.Binding) []string { return words.Unbind(b, bound) }

// Remove deletes lists, then groups.
func (Dialect) Remove(c acl.Config) []string {
	var out []string
	for _, l := range c.Lists {
		out = append(out, "no "+l.Family.String()+" access-list "+l.Name)
	}
	for _, g := range c.Groups {
		out = append(out, "no object-group network "+g.Family.String()+" "+g.Name)
	}
	return out
}

// Strike takes entries out of a list by their numbers.
func (Dialect) Strike(l acl.List) []string {
	return words.Strike(l.Family.String()+" access-list "+l.Name, l)
}

// Complete reports nil where a text is a whole running configuration, down to its end.
func Complete(text string) error { return words.Complete(text) }

// syntaxes are how entries are written, IPv4 and IPv6. XR prints more names of ports than IOS;
// 143, 465 and 587 stay numbers. [captured text of 7.1.1; Cisco-IOS-XR models]
func syntaxes() (v4, v6 *words.Syntax) {
	ports := words.CiscoPorts()
	ports["https"], ports["ssh"], ports["ldp"], ports["radius"], ports["radius-acct"] = 443, 22, 646, 1812, 1813
	printed := map[uint16]string{21: "ftp", 22: "ssh", 23: "telnet", 25: "smtp", 53: "domain", 80: "www", 110: "pop3", 179: "bgp"}
	protocols := words.CiscoProtocols()
	v4 = words.NewSyntax(words.Syntax{
		Family: packet.V4, Any: "ipv4", Protocols: protocols, Ports: ports, Printed: printed,
		Group: "net-group", PortGroup: "port-group", Slash: true, Wildcards: true,
	})
	protocols = words.CiscoProtocols()
	delete(protocols, "icmp")
	protocols["icmpv6"] = packet.ICMPv6
	v6 = words.NewSyntax(words.Syntax{
		Family: packet.V6, Any: "ipv6", Protocols: protocols, Ports: ports, Printed: printed,
		Group: "net-group", PortGroup: "port-group", Slash: true, Wildcards: true,
	})
	return v4, v6
}
