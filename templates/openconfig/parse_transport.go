package openconfig

import (
	"slices"

	"op25b/acl/packet"
)

// lastOffset is the highest offset of a fragment. [openconfig-packet-match-types.yang]
const lastOffset = 8191

// offsets reads a list of fragment offsets: zero is a whole packet or its first fragment.
func (m *conditions) offsets(n *node, f packet.Family) {
	if !n.says() {
		return
	}
	var spans []packet.Range
	for _, k := range n.items() {
		r, ok := span(k, lastOffset)
		if !ok || n.kind != array || f != packet.V4 {
			m.narrows("fragment-offsets")
			return
		}
		spans = append(spans, r.Spans()...)
	}
	all := packet.Collect(spans)
	var classes packet.Ranges
	if all.Contains(packet.Of(0)) {
		classes = packet.WithPorts()
	}
	if rest := all.Minus(packet.One(0)); !rest.IsEmpty() {
		classes = classes.Union(packet.One(uint64(packet.Later)))
		if !rest.Equal(packet.Numbers(1, lastOffset)) {
			m.narrows("some fragment-offsets")
		}
	}
	m.fragments(classes)
}

// fragments narrows the box to classes of fragments; where none is left, nothing is known.
func (m *conditions) fragments(classes packet.Ranges) {
	left := m.box.Fragments.Intersect(classes)
	if left.IsEmpty() {
		m.narrows("ports of later fragments")
		return
	}
	m.box.Fragments = left
}

// transport reads ports and flags, which belong to a protocol that has them.
func (m *conditions) transport(n *node) {
	for _, k := range n.strangers("config") {
		m.puzzles("the word " + bare(k.name))
	}
	c := n.kid("config")
	m.details(c)
	m.box.SrcPorts = m.ports(c, "source-port")
	m.box.DstPorts = m.ports(c, "destination-port")
	for _, k := range c.strangers("source-port", "source-port-set", "destination-port", "destination-port-set",
		"detail-mode", "explicit-detail-match-mode", "explicit-tcp-flags", "builtin-detail", "tcp-flags") {
		m.puzzles("the word " + bare(k.name))
	}
	said := c.kid("source-port").says() || c.kid("destination-port").says() || c.kid("source-port-set").says() || c.kid("destination-port-set").says()
	if said && !m.carries(packet.TCP, packet.UDP, sctp) {
		m.narrows("ports without a protocol that has them")
	}
	if !m.box.SrcPorts.IsAll(16) || !m.box.DstPorts.IsAll(16) {
		m.fragments(packet.WithPorts())
	}
}

// sctp has ports, too. [IANA]
const sctp = 132

// carries reports whether the packets are of one of the protocols.
func (m *conditions) carries(protocols ...uint64) bool {
	return slices.ContainsFunc(protocols, func(n uint64) bool { return m.box.Protocols.Equal(packet.One(n)) })
}

// ports are those of one side: a number, a range, or a port-set. ANY is every valid port number
// [openconfig-packet-match-types.yang, port-num-range]. Whether that, or a range of all ports, takes a packet
// that has none nobody says.
func (m *conditions) ports(c *node, name string) packet.Ranges {
	all := packet.All(16)
	one, set := c.kid(name), c.kid(name+"-set")
	switch {
	case one.says() && set.says():
		m.narrows(name + " beside a port-set")
	case one.says():
		if r, ok := portRange(one); ok && (!r.IsAll(16) || one.word() == "ANY") {
			return r
		}
		m.narrows(name + " " + one.word())
	case set.says():
		s, there := m.config.ports[set.word()]
		if there && s.unmodelled == "" && !s.ports.IsAll(16) {
			return s.ports
		}
		m.narrows("the port-set " + set.word())
	}
	return all
}

// details reads the flags of TCP, in the old model (tcp-flags) and the new one. Exactly known are the
// built-in details and "ACK or RST"; all else only narrows.
func (m *conditions) details(c *node) {
	if c.kid("tcp-flags").says() {
		m.narrows("tcp-flags")
	}
	mode, built, flags := c.kid("detail-mode").word(), c.kid("builtin-detail"), c.kid("explicit-tcp-flags")
	switch {
	case !built.says() && !flags.says():
		return
	case built.says() && !flags.says() && mode == "BUILTIN":
		m.builtin(built.word())
	case flags.says() && !built.says() && mode == "EXPLICIT" && c.kid("explicit-detail-match-mode").word() == "ANY" && ackOrReset(flags):
		m.flags(packet.Established)
	default:
		m.narrows("TCP flags")
	}
}

func (m *conditions) builtin(word string) {
	switch word {
	case "TCP_ESTABLISHED":
		m.flags(packet.Established)
	case "TCP_INITIAL":
		m.flags(packet.SYN)
	case "FRAGMENT":
		m.fragments(packet.One(uint64(packet.Later)))
	default:
		m.narrows("builtin-detail " + word)
	}
}

// flags narrows to a class of flags, which only TCP has and no later fragment.
func (m *conditions) flags(class packet.Flags) {
	if !m.carries(packet.TCP) {
		m.narrows("TCP flags without protocol TCP")
		return
	}
	m.box.Flags = packet.One(uint64(class))
	m.fragments(packet.WithPorts())
}

func ackOrReset(flags *node) bool {
	var names []string
	for _, k := range flags.items() {
		names = append(names, k.identity())
	}
	slices.Sort(names)
	return slices.Equal(names, []string{"TCP_ACK", "TCP_RST"})
}
