package rtx

import (
	"strconv"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
)

// filterList is one filter: ACTION SRC [DST [PROTO [SPORT [DPORT]]]]; what is left out is
// anything. A packet that no filter of a binding matches is dropped.
//
// Where a word is not understood the entry is Unmodelled, and its match is a bound: the
// packets that it can match at most.
func filterList(l words.Line, f packet.Family, name string, w []string, why acl.Why) acl.List {
	e := acl.Entry{Match: packet.Any(f), Why: why, Place: l.Place("")}
	fill(&e, w)
	return acl.List{Name: name, Family: f, Entries: []acl.Entry{e}, End: acl.Deny, Place: l.Place("")}
}

func fill(e *acl.Entry, w []string) {
	m := &e.Match
	note := func(why string) {
		if e.Unmodelled == "" {
			e.Unmodelled = why
		}
	}
	if len(w) < 2 || len(w) > 6 {
		note("a filter has an action, addresses, protocol and ports: " + strconv.Itoa(len(w)) + " words")
		return
	}
	var why string
	e.Action, e.Log, why = actionOf(w[0])
	note(why)
	word := func(i int) string {
		if i < len(w) {
			return w[i]
		}
		return "*"
	}
	m.Src, why = addresses(w[1], m.Family)
	note(why)
	m.Dst, why = addresses(word(2), m.Family)
	note(why)
	note(services(e, word(3), word(4), word(5)))
}

// actionOf reads the action and whether the packet is logged. restrict passes only while the
// line is up, which the text does not say.
func actionOf(word string) (action acl.Action, log bool, why string) {
	kind, suffix, _ := strings.Cut(word, "-")
	switch {
	case kind == "pass":
		action = acl.Permit
	case kind == "reject":
		action, log = acl.Deny, true
	case kind == "restrict":
		why = "restrict passes only while the line is up"
	default:
		return acl.Unknown, false, strconv.Quote(word) + " is no action that is known"
	}
	switch {
	case suffix == "log":
		log = true
	case suffix == "nolog":
		log = false
	case word != kind:
		return acl.Unknown, false, strconv.Quote(word) + " is no action that is known"
	}
	return action, log, why
}

// services narrows an entry by its protocol and ports. Ports are compared with TCP and UDP
// packets only; a packet of another protocol of the same filter matches as if there were
// none. Behind icmp alone they are type and code, kept where a packet has its ports.
func services(e *acl.Entry, proto, sport, dport string) (why string) {
	m := &e.Match
	k := protocolOf(proto, m.Family)
	m.Protocols, m.Flags = k.protocols, k.flags
	transport := packet.One(packet.TCP).Union(packet.One(packet.UDP))
	read, ranged := ports, m.Protocols.Intersect(transport)
	switch {
	case k.ignores:
		m.SrcPorts, m.Fragments = k.types, portFragments()
		return k.why
	case sport == "*" && dport == "*":
		return k.why
	case k.why != "" && ranged.IsEmpty():
		return k.why
	case k.icmp:
		read, ranged = types, m.Protocols
	case ranged.IsEmpty():
		return "ports behind the protocol " + strconv.Quote(proto)
	}
	src, whySrc := read(sport)
	dst, whyDst := read(dport)
	whole := *m
	whole.Protocols = m.Protocols.Minus(ranged)
	switch {
	case !whole.Protocols.IsEmpty() && k.why+whySrc+whyDst != "":
		return k.why + whySrc + whyDst // the bound is the filter without its ports
	case !whole.Protocols.IsEmpty():
		e.Also = []packet.Box{whole}
	}
	m.Protocols, m.SrcPorts, m.DstPorts = ranged, src, dst
	if !src.IsAll(16) || !dst.IsAll(16) {
		m.Fragments = portFragments()
	}
	return k.why + whySrc + whyDst
}
