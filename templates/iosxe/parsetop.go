package iosxe

import (
	"strconv"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
)

// top reads a line at the margin, which may open a block.
func (r *reader) top(s words.Statement) {
	text, off := words.CutNo(s.Text)
	if r.template = ""; words.Word(text, 0) == "template" {
		r.template = words.Word(text, 1)
	}
	switch head := words.Word(text, 0); {
	case head == "interface":
		if off == words.Set {
			r.openInterface(words.Fields(text, 1))
		}
	case head == "hostname":
		r.Config.Hostname = words.Word(text, 1)
	case head == "object-group":
		r.objectGroup(text, s, off)
	case head == "access-list":
		r.numbered(text, s, off)
	case head == "ip" && words.Word(text, 1) == "access-list":
		r.named(text, s, off)
	case head == "ipv6" && words.Word(text, 1) == "access-list":
		r.namedV6(text, s, off)
	case (head == "mac" || head == "arp") && words.Word(text, 1) == "access-list":
		r.OpenOther()
	case words.EntryLike(text) && head != "sequence" && (strings.Contains(text, "permit ") || strings.Contains(text, "deny ")):
		r.Unread(s, "an entry outside of any list")
	default:
		r.Refer(s)
	}
}

// openInterface takes the name: what follows it (point-to-point, type tunnel) is no part of
// it, but a number that stands apart is: GigabitEthernet 0/0.
func (r *reader) openInterface(rest string) {
	name, next := words.Word(rest, 0), words.Word(rest, 1)
	if next != "" && next[0] >= '0' && next[0] <= '9' && !strings.ContainsAny(name, "0123456789") {
		name += next
	}
	if name == "" {
		return
	}
	r.OpenInterface(name)
}

// raw is a list that begins at a line: empty it permits everything, and in IPv6 neighbour
// discovery passes before the implicit deny. [DOC IOS IPv6 access lists; some platforms differ]
func (r *reader) raw(name string, f packet.Family, s words.Statement) words.RawList {
	l := words.RawList{Name: name, Syntax: r.v4, Empty: acl.Permit, Again: words.Refuses, Place: s.Line.Place("")}
	if f == packet.V6 {
		l.Syntax, l.ND = r.v6, []string{"nd-na", "nd-ns"}
	}
	return l
}

// named reads ip access-list extended NAME and its sisters.
func (r *reader) named(text string, s words.Statement, off words.Off) {
	kind, name := words.Word(text, 2), words.Word(text, 3)
	switch kind {
	case "extended", "standard", "fqdn":
		if name == "" {
			r.Unread(s, "a list without a name")
			return
		}
		if off == words.Taken {
			r.RemoveList(packet.V4, name)
			return
		}
		l := r.raw(name, packet.V4, s)
		l.Standard = kind == "standard"
		r.OpenList(l)
	case "role-based":
		r.OpenOther()
	case "logging", "log-update", "resequence", "persistent", "match-local-traffic", "helper", "hardware":
	default:
		r.Unread(s, "the kind of list "+strconv.Quote(kind))
	}
}

// namedV6 reads ipv6 access-list NAME; an entry may stand in the same line.
func (r *reader) namedV6(text string, s words.Statement, off words.Off) {
	at := 2
	switch words.Word(text, at) {
	case "role-based":
		r.OpenOther()
		return
	case "log-update", "match-local-traffic", "logging":
		return
	case "fqdn":
		if words.Word(text, 3) != "" {
			at = 3
		}
	}
	name := words.Word(text, at)
	switch {
	case name == "":
		r.Unread(s, "a list without a name")
	case off == words.Taken:
		r.RemoveList(packet.V6, name)
	default:
		l := r.raw(name, packet.V6, s)
		r.OpenList(l)
		if rest := words.Fields(text, at+1); rest != "" {
			r.OneLine(l, s, rest)
		}
	}
}

// numbered reads access-list N permit …, one line at a time. The number says the kind.
func (r *reader) numbered(text string, s words.Statement, off words.Off) {
	word := words.Word(text, 1)
	n, err := strconv.Atoi(word)
	standard := 1 <= n && n <= 99 || 1300 <= n && n <= 1999
	extended := 100 <= n && n <= 199 || 2000 <= n && n <= 2699
	if err != nil || !standard && !extended {
		return
	}
	if off == words.Taken {
		r.RemoveList(packet.V4, word)
		return
	}
	l := r.raw(word, packet.V4, s)
	l.Standard = standard
	r.OneLine(l, s, words.Fields(text, 2))
}

// objectGroup reads object-group network NAME and its sisters.
func (r *reader) objectGroup(text string, s words.Statement, off words.Off) {
	g := words.RawGroup{Name: words.Word(text, 2), Syntax: r.v4, Masks: true, Place: s.Line.Place("")}
	switch words.Word(text, 1) {
	case "network":
	case "v6-network":
		g.Syntax, g.Masks = r.v6, false
	case "service", "v6-service":
		g.Kind = words.ServiceGroup
	default:
		r.OpenOther()
		return
	}
	if off == words.Taken {
		r.RemoveGroup(g)
		return
	}
	r.OpenGroup(g)
}

// shown reads the heads that `show access-lists` prints, at any indent.
func (r *reader) shown(s words.Statement) bool {
	before, after, is := strings.Cut(s.Text, " access list ")
	if !is {
		return false
	}
	name := words.Word(after, 0)
	l := r.raw(name, packet.V4, s)
	switch before {
	case "Extended IP", "FQDN IP":
	case "Standard IP":
		l.Standard = true
	case "IPv6", "IPv6 FQDN":
		l = r.raw(name, packet.V6, s)
	case "Role-based IP", "Role-based IPv6", "Reflexive IP", "Reflexive IPv6", "Extended MAC", "Standard MAC", "Extended ARP", "Extended IPX":
		r.OpenOther()
		return true
	default:
		return false
	}
	if name == "" {
		return false
	}
	r.OpenList(l)
	return true
}
