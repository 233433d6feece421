package openconfig

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"op25b/lab"
)

// judge decides about packets by a tree.
type judge struct {
	root      *node
	endPasses bool
}

func (r *Router) judge(root *node) judge { return judge{root, r.options.EndPermits} }

// entryRef is the entry that took a packet; number is "" where none did.
type entryRef struct{ id, side, set, kind, number string }

// verdict is whether a packet passes at an interface and direction, and by which line.
func (j judge) verdict(iface, direction string, p lab.Packet) (bool, string, entryRef) {
	side := map[string]string{"in": "ingress", "out": "egress"}[direction]
	filtered := ""
	for _, i := range j.root.rows("acl", "interfaces", "interface") {
		if !isAt(i.at("interface-ref", "config"), iface) {
			continue
		}
		for _, b := range i.rows(side+"-acl-sets", side+"-acl-set") {
			ref := entryRef{id: i.text("id"), side: side, set: b.text("set-name"), kind: b.text("type")}
			if !sees(ref.kind, p) {
				continue
			}
			set := j.root.row([]string{ref.set, ref.kind}, "acl", "acl-sets", "acl-set")
			filtered = ref.set + " " + ref.kind
			for _, e := range set.rows("acl-entries", "acl-entry") {
				if j.takes(e, iface, direction, p) {
					ref.number = e.text("sequence-id")
					action := e.text("actions", "config", "forwarding-action")
					return action == "ACCEPT", filtered + " " + ref.number + " " + action, ref
				}
			}
		}
	}
	if filtered == "" {
		return true, "no filter", entryRef{}
	}
	return j.endPasses, filtered + " end", entryRef{}
}

// isAt reports whether an interface-ref is about an interface of ours: "Ethernet1" and
// "Ethernet1.0" are one.
func isAt(ref *node, iface string) bool {
	name := ref.text("interface")
	if name == "" {
		return false
	}
	return spelled(name+"."+orElse(ref.text("subinterface"), "0")) == spelled(iface)
}

// spelled is an interface with its subinterface, 0 where it says none.
func spelled(iface string) string {
	if dot := strings.LastIndexByte(iface, '.'); dot > 0 {
		if _, err := strconv.ParseUint(iface[dot+1:], 10, 32); err == nil {
			return iface
		}
	}
	return iface + ".0"
}

// sees reports whether a set of a type looks at a packet.
func sees(kind string, p lab.Packet) bool {
	switch kind {
	case "ACL_IPV4":
		return p.Dst.Unmap().Is4()
	case "ACL_IPV6":
		return !p.Dst.Unmap().Is4()
	}
	return kind == "ACL_MIXED" || kind == "ACL_L2"
}

func (j judge) takes(e *node, iface, direction string, p lab.Packet) bool {
	if ref := e.at("input-interface", "interface-ref", "config"); ref != nil && (direction != "in" || !isAt(ref, iface)) {
		return false
	}
	family, other := "ipv4", "ipv6"
	if !p.Dst.Unmap().Is4() {
		family, other = other, family
	}
	if e.at(other) != nil && (e.at(other, "config") != nil || len(e.at(other).kids) > 0) {
		return false
	}
	return takesFrame(e.at("l2", "config"), p) && j.takesHeader(e.at(family, "config"), family, p) &&
		takesICMP(e.at(family), p) && j.takesTransport(e.at("transport", "config"), p)
}

func takesFrame(c *node, p lab.Packet) bool {
	if c == nil {
		return true
	}
	if c.at("source-mac") != nil || c.at("destination-mac") != nil {
		return false
	}
	own, number := "ETHERTYPE_IPV4", "2048"
	if !p.Dst.Unmap().Is4() {
		own, number = "ETHERTYPE_IPV6", "34525"
	}
	t := c.text("ethertype")
	return t == "" || t == own || t == number
}

func (j judge) takesHeader(c *node, family string, p lab.Packet) bool {
	if c == nil {
		return true
	}
	for _, a := range []struct {
		leaf    string
		address netip.Addr
	}{{"source-address", p.Src}, {"destination-address", p.Dst}} {
		if text := c.text(a.leaf); text != "" && !within([]string{text}, a.address) {
			return false
		}
		if name := c.text(a.leaf + "-prefix-set"); name != "" {
			set := j.root.row([]string{name}, "defined-sets", family+"-prefix-sets", family+"-prefix-set")
			if !within(set.all("config", "prefix"), a.address) || within(set.all("config", "exclude-prefix"), a.address) {
				return false
			}
		}
	}
	if t := c.text("protocol"); t != "" && !isProtocol(t, p.Protocol) {
		return false
	}
	for leaf, has := range map[string]int{"dscp": packetDSCP, "hop-limit": packetHops, "length": packetSize,
		"source-flow-label": 0, "destination-flow-label": 0} {
		if t := c.text(leaf); t != "" && t != strconv.Itoa(has) {
			return false
		}
	}
	if many := c.all("dscp-set"); len(many) > 0 && !slices.Contains(many, strconv.Itoa(packetDSCP)) {
		return false
	}
	offset := 0
	if p.LaterFragment {
		offset = packetFragment
	}
	many := c.all("fragment-offsets")
	return len(many) == 0 || inRanges(many, offset)
}

func within(prefixes []string, a netip.Addr) bool {
	return slices.ContainsFunc(prefixes, func(text string) bool {
		p, err := netip.ParsePrefix(text)
		return err == nil && p.Contains(a.Unmap())
	})
}

func isProtocol(text string, number int) bool {
	if n, named := protocolNumbers()[text]; named {
		return n == number
	}
	return text == strconv.Itoa(number)
}

// inRanges reports whether a number is one of 25, "20..30" or ANY.
func inRanges(ranges []string, n int) bool {
	return slices.ContainsFunc(ranges, func(text string) bool {
		if text == "ANY" {
			return true
		}
		low, high, is := strings.Cut(text, "..")
		if !is {
			high = low
		}
		from, _ := strconv.Atoi(low)
		to, _ := strconv.Atoi(high)
		return from <= n && n <= to
	})
}

func takesICMP(family *node, p lab.Packet) bool {
	for _, one := range []struct {
		box      string
		protocol int
		types    map[string]int
	}{{"icmpv4", 1, icmpTypes()}, {"icmpv6", 58, icmpv6Types()}} {
		t := ""
		if family != nil {
			t = family.text(one.box, "config", "type")
		}
		if t != "" && (p.Protocol != one.protocol || p.LaterFragment || p.DstPort != one.types[t]) {
			return false
		}
	}
	return true
}

func (j judge) takesTransport(c *node, p lab.Packet) bool {
	if c == nil {
		return true
	}
	hasPorts := (p.Protocol == 6 || p.Protocol == 17) && !p.LaterFragment
	for _, one := range []struct {
		leaf string
		port int
	}{{"source-port", p.SrcPort}, {"destination-port", p.DstPort}} {
		if t := c.text(one.leaf); t != "" && (!hasPorts || !inRanges([]string{t}, one.port)) {
			return false
		}
		if name := c.text(one.leaf + "-set"); name != "" {
			set := j.root.row([]string{name}, "defined-sets", "port-sets", "port-set")
			if !hasPorts || !inRanges(set.all("config", "port"), one.port) || inRanges(set.all("config", "exclude-port"), one.port) {
				return false
			}
		}
	}
	return takesFlags(c, p)
}

func takesFlags(c *node, p lab.Packet) bool {
	first := p.Protocol == 6 && !p.LaterFragment
	switch c.text("builtin-detail") {
	case "FRAGMENT":
		return p.LaterFragment
	case "TCP_ESTABLISHED":
		return first && p.Established
	case "TCP_INITIAL":
		return first && !p.Established
	}
	flags := append(c.all("explicit-tcp-flags"), c.all("tcp-flags")...)
	if len(flags) == 0 {
		return true
	}
	set := func(flag string) bool {
		return flag == "TCP_ACK" && p.Established || flag == "TCP_SYN" && !p.Established
	}
	if c.text("explicit-detail-match-mode") == "ANY" {
		return first && slices.ContainsFunc(flags, set)
	}
	return first && !slices.ContainsFunc(flags, func(f string) bool { return !set(f) })
}
