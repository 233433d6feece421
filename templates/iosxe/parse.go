package iosxe

import (
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
)

// Parse reads a running configuration, a part of one, a rendered text, or what `show
// access-lists` prints. An undefined list that is bound permits everything, and so does an
// empty one. [DOC IOS "IP Access List Entry Sequence Numbering"]
func (Dialect) Parse(text string) (acl.Config, error) {
	lines, err := words.ReadCisco(text)
	if err != nil {
		return acl.Config{}, err
	}
	statements, err := words.Statements(lines)
	if err != nil {
		return acl.Config{}, err
	}
	if err := words.Whole(statements, func(text string) bool { return strings.HasPrefix(text, "version ") }); err != nil {
		return acl.Config{}, err
	}
	r := reader{BlockReader: words.NewBlockReader()}
	r.v4, r.v6 = syntaxes()
	r.filtering = map[string]bool{}
	for _, s := range statements {
		if r.shown(s) {
			continue
		}
		r.Statement(s, r.top, r.bind)
		if r.template != "" && s.Indent > 0 && (strings.Contains(s.Text, "access-group ") || strings.Contains(s.Text, "traffic-filter ")) {
			r.filtering[r.template] = true
		}
	}
	for _, s := range r.sourced {
		if r.filtering[words.Word(s.Text, 2)] {
			r.Unread(s, "the template binds lists to this interface")
		}
	}
	c := r.Finish()
	c.Undefined = acl.Permit
	return c, nil
}

type reader struct {
	words.BlockReader
	v4, v6    *words.Syntax
	template  string            // the interface template that the lines belong to, "" for none
	filtering map[string]bool   // templates that bind a list
	sourced   []words.Statement // where interfaces take a template: source template NAME
}

// bind reads ip access-group and ipv6 traffic-filter in an interface.
func (r *reader) bind(iface string, s words.Statement) bool {
	text, off := words.CutNo(s.Text)
	if off == words.Set && strings.HasPrefix(text, "source template ") {
		r.sourced = append(r.sourced, s)
	}
	for _, f := range packet.Families() {
		rest, is := strings.CutPrefix(text, filterWords(f))
		if !is {
			continue
		}
		b := words.ReadBound(rest, direction, func(string) bool { return false })
		b.Interface, b.Family, b.Place = iface, f, s.Line.Place("")
		r.BindAt(b, off)
		return true
	}
	return false
}

func direction(w string) acl.Direction {
	switch w {
	case "in":
		return acl.In
	case "out":
		return acl.Out
	}
	return ""
}
