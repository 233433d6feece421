package iosxr

import (
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
)

// Parse reads a running configuration, a part of one, a rendered text, or what `show
// access-lists` prints. What an undefined list does that is bound is not known: commits
// refuse it or it passes everything, by release. Nor is it known of an empty one.
func (Dialect) Parse(text string) (acl.Config, error) {
	lines, err := words.ReadCisco(text)
	if err != nil {
		return acl.Config{}, err
	}
	statements, err := words.Statements(lines)
	if err != nil {
		return acl.Config{}, err
	}
	if err := words.Whole(statements, func(text string) bool { return strings.HasPrefix(text, "!! IOS XR Configuration") }); err != nil {
		return acl.Config{}, err
	}
	r := reader{BlockReader: words.NewBlockReader(), templates: templates{known: map[string]bool{}}}
	r.v4, r.v6 = syntaxes()
	for _, s := range statements {
		r.Statement(s, r.top, r.bind)
		if why := r.templates.note(s); why != "" {
			r.Unread(s, why)
		}
	}
	r.templates.absent(r.Unread)
	c := r.Finish()
	c.Undefined = acl.Unknown
	return c, nil
}

type reader struct {
	words.BlockReader
	v4, v6    *words.Syntax
	templates templates
}

// top reads a line at the margin, which may open a block.
func (r *reader) top(s words.Statement) {
	text, off := words.CutNo(s.Text)
	r.templates.inside = ""
	switch head := words.Word(text, 0); {
	case head == "interface":
		if off == words.Set {
			r.openInterface(words.Fields(text, 1), s)
		}
	case head == "hostname":
		r.Config.Hostname = words.Word(text, 1)
	case head == "object-group":
		r.objectGroup(text, s, off)
	case head == "group":
		r.templates.open(words.Word(text, 1))
	case (head == "ipv4" || head == "ipv6") && words.Word(text, 1) == "access-list":
		r.accessList(head, text, s, off)
	case words.Word(text, 1) == "access-list" && (head == "ethernet-services" || head == "mpls"):
		r.OpenOther()
	case words.EntryLike(text) && head != "sequence" && (strings.Contains(text, "permit ") || strings.Contains(text, "deny ")):
		r.Unread(s, "an entry outside of any list")
	default:
		r.Refer(s)
	}
}

// openInterface takes the name, after preconfigure and before l2transport. What `show
// running-config formal` prints in one line stands behind it.
func (r *reader) openInterface(rest string, s words.Statement) {
	if words.Word(rest, 0) == "preconfigure" {
		rest = words.Fields(rest, 1)
	}
	name := words.Word(rest, 0)
	if name == "" {
		return
	}
	r.OpenInterface(name)
	rest = words.Fields(rest, 1)
	if words.Word(rest, 0) == "l2transport" {
		rest = words.Fields(rest, 1)
	}
	if rest != "" {
		s.Text = rest
		if !r.bind(name, s) {
			r.Refer(s)
		}
	}
}

// accessList reads ipv4 access-list NAME, ipv6 access-list NAME; with an entry behind it in
// the formal form.
func (r *reader) accessList(head, text string, s words.Statement, off words.Off) {
	name := words.Word(text, 2)
	switch name {
	case "":
		r.Unread(s, "a list without a name")
		return
	case "log-update", "maximum":
		return
	}
	// [DOC NCS 5500: one default entry in IPv4, three in IPv6: neighbour discovery and deny]
	l := words.RawList{Name: name, Syntax: r.v4, Empty: acl.Unknown, Remarks: words.OwnNumber, Place: s.Line.Place("")}
	if head == packet.V6.String() {
		l.Syntax, l.ND = r.v6, []string{"nd-na", "nd-ns"}
	}
	if off == words.Taken {
		r.RemoveList(l.Syntax.Family, name)
		return
	}
	r.OpenList(l)
	if rest := words.Fields(text, 3); rest != "" {
		r.OneLine(l, s, rest)
	}
}

// objectGroup reads object-group network ipv4 NAME, object-group port NAME.
func (r *reader) objectGroup(text string, s words.Statement, off words.Off) {
	g := words.RawGroup{Name: words.Word(text, 3), Syntax: r.v4, Place: s.Line.Place("")}
	switch kind, family := words.Word(text, 1), words.Word(text, 2); {
	case kind == "network" && family == "ipv4":
	case kind == "network" && family == "ipv6":
		g.Syntax = r.v6
	case kind == "port":
		g.Kind, g.Name = words.PortGroup, family
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

// bind reads ipv4 access-group and ipv6 access-group in an interface.
func (r *reader) bind(iface string, s words.Statement) bool {
	text, off := words.CutNo(s.Text)
	for _, f := range packet.Families() {
		rest, is := strings.CutPrefix(text, groupWords(f))
		if !is {
			continue
		}
		b := words.ReadBound(rest, direction, harmless)
		b.Interface, b.Family, b.Place = iface, f, s.Line.Place("")
		r.BindAt(b, off)
		return true
	}
	return false
}

func direction(w string) acl.Direction {
	switch w {
	case "ingress":
		return acl.In
	case "egress":
		return acl.Out
	}
	return ""
}

// harmless tells the words after a direction that do not change what the list does: they
// count, or say how the hardware holds it. [MODEL um-if-access-group-cfg]
func harmless(w string) bool {
	return w == "hardware-count" || w == "interface-statistics" || w == "compress"
}
