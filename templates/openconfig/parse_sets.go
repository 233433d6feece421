package openconfig

import (
	"net/netip"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
)

// portSet is a named set of ports.
type portSet struct {
	ports      packet.Ranges
	unmodelled string // why they are not known, else ""
}

func (c *config) definedSets() {
	top := c.root.kid("defined-sets")
	c.unread(top.strangers("ipv4-prefix-sets", "ipv6-prefix-sets", "port-sets"))
	for _, f := range packet.Families() {
		for _, n := range top.reach(f.String()+"-prefix-sets", f.String()+"-prefix-set").items() {
			c.prefixSet(n, f)
		}
	}
	for _, n := range top.reach("port-sets", "port-set").items() {
		name := n.key("name")
		set := readPorts(n)
		if _, twice := c.ports[name]; twice || name == "" || !n.agrees("name") {
			set.unmodelled = "its name is not its own"
		}
		c.ports[name] = set
	}
}

// prefixSet is a group. What a set without prefixes does nobody says.
func (c *config) prefixSet(n *node, f packet.Family) {
	g := acl.Group{Name: n.key("name"), Family: f, Place: acl.Place{Line: n.line, Text: n.shown()}}
	at, twice := c.groups[f.String()+g.Name]
	switch strange := append(n.strangers("name", "config"), n.kid("config").strangers("name", "description", "prefix", "exclude-prefix")...); {
	case twice || g.Name == "" || !n.agrees("name"):
		g.Unmodelled = "its name is not its own"
	case len(strange) > 0:
		g.Unmodelled = "the word " + bare(strange[0].name)
	default:
		in, okay := prefixes(n.reach("config", "prefix"), f)
		out, also := prefixes(n.reach("config", "exclude-prefix"), f)
		g.Addresses = in.Minus(out)
		if !okay || !also {
			g.Unmodelled = "something in it is no prefix of its family"
		} else if g.Addresses.IsEmpty() {
			g.Unmodelled = "it has no address"
		}
	}
	if g.Unmodelled != "" {
		g.Addresses = packet.Ranges{}
	}
	if twice {
		c.Groups[at] = g
		return
	}
	c.groups[f.String()+g.Name] = len(c.Groups)
	c.Groups = append(c.Groups, g)
}

func prefixes(n *node, f packet.Family) (packet.Ranges, bool) {
	if n != nil && n.kind != array {
		return packet.Ranges{}, false
	}
	var all []netip.Prefix
	for _, k := range n.items() {
		p, ok := prefix(k, f)
		if !ok {
			return packet.Ranges{}, false
		}
		all = append(all, p)
	}
	return packet.Prefixes(all...), true
}

// prefix reads 192.0.2.0/24. Bits behind the length say nothing.
func prefix(n *node, f packet.Family) (netip.Prefix, bool) {
	p, err := netip.ParsePrefix(n.word())
	if err != nil || n.kind != text || packet.FamilyOf(p.Addr()) != f {
		return p, false
	}
	return p.Masked(), true
}

func readPorts(n *node) portSet {
	strange := append(n.strangers("name", "config"), n.kid("config").strangers("name", "description", "port", "exclude-port")...)
	if len(strange) > 0 {
		return portSet{unmodelled: "the word " + bare(strange[0].name)}
	}
	in, okay := portList(n.reach("config", "port"))
	out, also := portList(n.reach("config", "exclude-port"))
	switch rest := in.Minus(out); {
	case !okay || !also:
		return portSet{unmodelled: "something in it is no port"}
	case rest.IsEmpty():
		return portSet{unmodelled: "it has no port"}
	default:
		return portSet{ports: rest}
	}
}

func portList(n *node) (packet.Ranges, bool) {
	if n != nil && n.kind != array {
		return packet.Ranges{}, false
	}
	var all []packet.Range
	for _, k := range n.items() {
		r, ok := portRange(k)
		if !ok {
			return r, false
		}
		all = append(all, r.Spans()...)
	}
	return packet.Collect(all), true
}

// portRange reads 25, "25", "20..30" and "ANY". No vendor's names of ports are confirmed, so none
// is read.
func portRange(n *node) (packet.Ranges, bool) {
	return span(n, 1<<16-1)
}

// span reads a number, a range with two dots, or ANY, up to the highest.
func span(n *node, highest uint64) (packet.Ranges, bool) {
	if v, ok := n.integer(64); ok {
		return packet.One(v), v <= highest
	}
	word := n.word()
	if n == nil || n.kind != text {
		return packet.Ranges{}, false
	}
	if word == "ANY" {
		return packet.Numbers(0, highest), true
	}
	from, to, is := strings.Cut(word, "..")
	lo, okay := (&node{kind: text, text: from}).integer(64)
	hi, also := (&node{kind: text, text: to}).integer(64)
	if !is || !okay || !also || lo > hi || hi > highest {
		return packet.Ranges{}, false
	}
	return packet.Numbers(lo, hi), true
}
