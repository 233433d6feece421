package openconfig

import (
	"fmt"
	"slices"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
)

// conditions are what an entry matches, while it is read. A word that is known to narrow only leaves
// the box as what is matched at most; one that could do anything leaves nothing of it.
type conditions struct {
	*config
	box     packet.Box
	entry   *acl.Entry
	narrow  string // the first word that narrows in a way that the box does not say
	strange string // the first word that may mean anything
}

func (m *conditions) narrows(word string) {
	if m.narrow == "" {
		m.narrow = word
	}
}

func (m *conditions) puzzles(word string) {
	if m.strange == "" {
		m.strange = word
	}
}

// entry reads one entry of a list of a family.
func (c *config) entry(n *node, f packet.Family) acl.Entry {
	e := acl.Entry{Place: acl.Place{Line: n.line, Text: written(n.tidy())}, Why: words.ReadWhy(n.reach("config", "description").word())}
	m := &conditions{config: c, box: packet.Any(f), entry: &e}
	if v, ok := (&node{kind: text, text: n.key("sequence-id")}).integer(32); ok {
		e.Sequence = int(v)
	}
	if !n.agrees("sequence-id") {
		m.puzzles("a config with another sequence-id")
	}
	m.parts(n, f)
	m.actions(n.kid("actions"))
	if m.finish(); e.Unmodelled == "" && len(e.Match.SrcPorts.Spans())+len(e.Match.DstPorts.Spans()) < 20 {
		e.Place.Text = short(e, n.reach("actions", "config", "forwarding-action").identity())
	}
	return e
}

// short is an entry for people, in the place of its document, which fills several lines of a screen:
// 20 DROP tcp 203.0.113.0/24 -> any port 25.
func short(e acl.Entry, action string) string {
	e.Also = nil
	_, rest, _ := strings.Cut(e.Spelled(func(string) bool { return true }), " ")
	return fmt.Sprintf("%d %s %s", e.Sequence, action, rest)
}

// parts goes through what stands in an entry.
func (m *conditions) parts(n *node, f packet.Family) {
	wrong := map[packet.Family]string{packet.V4: "ipv6", packet.V6: "ipv4"}[f]
	for _, k := range n.strangers("sequence-id", "config", f.String(), "transport", "actions") {
		switch bare(k.name) {
		case "input-interface", "l2", "mpls":
			m.narrows(bare(k.name))
		case wrong:
			m.puzzles(wrong + " in a set of type " + typeOf(f))
		default:
			m.puzzles("the word " + bare(k.name))
		}
	}
	for _, k := range n.kid("config").strangers("sequence-id", "description") {
		m.puzzles("the word " + bare(k.name))
	}
	m.ip(n.kid(f.String()), f)
	m.transport(n.kid("transport"))
}

// actions: an entry without one, or with more than the model has, may do anything.
func (m *conditions) actions(n *node) {
	c := n.kid("config")
	switch c.kid("forwarding-action").identity() {
	case "ACCEPT":
		m.entry.Action = acl.Permit
	case "DROP", "REJECT":
		m.entry.Action = acl.Deny
	case "":
		m.narrows("no forwarding-action")
	default:
		m.narrows("forwarding-action " + c.kid("forwarding-action").identity())
	}
	log := c.kid("log-action").identity()
	m.entry.Log = log != "" && log != "LOG_NONE"
	for _, k := range append(n.strangers("config"), c.strangers("forwarding-action", "log-action")...) {
		m.narrows("the action " + bare(k.name))
	}
}

// finish puts together what is known. What a permit that looks at ports or flags does with later
// fragments, which have none, the model does not say: it is taken to match them, as on Cisco's
// routers, and a deny not to. That is not confirmed for others.
func (m *conditions) finish() {
	e := m.entry
	e.Match = m.box
	switch {
	case m.strange != "":
		e.Unmodelled, e.Match = m.strange, packet.Any(m.box.Family)
		return
	case m.narrow != "":
		e.Unmodelled = m.narrow
		e.Also = words.Fragmented(acl.Entry{Action: acl.Permit, Match: m.box}).Also
		return
	}
	*e = words.Fragmented(*e)
}

// ip reads the addresses and the protocol.
func (m *conditions) ip(n *node, f packet.Family) {
	for _, k := range n.strangers("config") {
		switch bare(k.name) {
		case "icmpv4", "icmpv6":
			m.narrows(bare(k.name))
		default:
			m.puzzles("the word " + bare(k.name))
		}
	}
	c := n.kid("config")
	m.box.Src, m.entry.SrcGroup = m.addresses(c, "source-address", f)
	m.box.Dst, m.entry.DstGroup = m.addresses(c, "destination-address", f)
	m.protocol(c.kid("protocol"), f)
	m.offsets(c.kid("fragment-offsets"), f)
	for _, k := range c.strangers("source-address", "source-address-prefix-set", "destination-address", "destination-address-prefix-set", "protocol", "fragment-offsets") {
		switch bare(k.name) {
		case "dscp", "dscp-set", "length", "hop-limit", "source-flow-label", "destination-flow-label":
			m.narrows(bare(k.name))
		default:
			m.puzzles("the word " + bare(k.name))
		}
	}
}

// addresses are those of one side: a prefix or a prefix-set.
func (m *conditions) addresses(c *node, name string, f packet.Family) (packet.Ranges, string) {
	all := packet.All(f.Bits())
	one, set := c.kid(name), c.kid(name+"-prefix-set")
	switch {
	case one.says() && set.says():
		m.narrows(name + " beside a prefix-set")
	case one.says():
		p, ok := prefix(one, f)
		if ok {
			return packet.Prefixes(p), ""
		}
		m.narrows(name + " " + one.word())
	case set.says():
		if i, there := m.groups[f.String()+set.word()]; there && m.Groups[i].Unmodelled == "" {
			return m.Groups[i].Addresses, m.Groups[i].Name
		}
		m.narrows("the prefix-set " + set.word())
		return all, set.word()
	}
	return all, ""
}

// protocol reads a number or an identity. Zero stands for every protocol on some devices, and the
// extension headers of IPv6 are no protocol that a packet ends in: what they match is not known.
// That a packet is seen as what its last header says is not confirmed.
func (m *conditions) protocol(n *node, f packet.Family) {
	if !n.says() {
		return
	}
	v, ok := n.integer(8)
	if !ok {
		v, ok = protocolOf(n.identity())
	}
	switch {
	case f == packet.V6 && ok && v == packet.ICMP:
		m.box.Protocols = packet.One(packet.ICMP).Union(packet.One(packet.ICMPv6))
		m.narrows("the protocol ICMP of IPv4")
	case !ok || v == 0 || v == 255 || f == packet.V6 && slices.Contains(extensions(), v):
		m.narrows("the protocol " + n.word())
	default:
		m.box.Protocols = packet.One(v)
	}
}

// extensions are the extension headers of IPv6. [IANA]
func extensions() []uint64 { return []uint64{0, 43, 44, 51, 60, 135, 139, 140} }

// protocolOf is the number of an identity. [openconfig-packet-match-types.yang]
func protocolOf(identity string) (uint64, bool) {
	n, known := map[string]uint64{"IP_TCP": packet.TCP, "IP_UDP": packet.UDP, "IP_ICMP": packet.ICMP, "IP_IGMP": 2,
		"IP_IN_IP": 4, "IP_RSVP": 46, "IP_GRE": 47, "IP_AUTH": 51, "IP_PIM": 103, "IP_L2TP": 115}[identity]
	return n, known
}
