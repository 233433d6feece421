package openconfig

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"op25b/acl"
	"op25b/templates/words"
)

// most is how many values a document may have: some ten times those of a list of 10,000 entries, and
// what a text of that many takes in memory is some hundred MB.
const most = 1 << 22

// deepest is how far objects may stand inside each other; the models need about fifteen.
const deepest = 64

// kind is what a JSON value is.
type kind uint8

const (
	object kind = iota
	array
	text
	number
	other // true, false, null
)

// node is one value of a document. A member of an object knows its name.
type node struct {
	kind kind
	name string
	text string // of a string its meaning, of anything else that is no object and no array its spelling
	line int    // where it begins, 0 for what is not in the text
	root bool   // it is the document itself
	kids []*node
	keys map[string]*node // the items of a long list by their keys, made when first asked for
}

// reader reads one document.
type reader struct {
	text   string
	at     int
	line   int
	before int // where the line begins
	left   int // how many more values are read
}

// document reads exactly one JSON value: no key twice, nothing behind it.
func document(source string) (*node, error) { return bounded(source, most) }

// bounded is a document of so many values at most.
func bounded(source string, values int) (*node, error) {
	if len(source) > words.MaxText {
		return nil, failed(acl.Place{Why: fmt.Sprintf("the text has %d MB; a configuration of more than %d MB is not read", len(source)>>20, words.MaxText>>20)})
	}
	r := &reader{text: strings.TrimPrefix(source, "\ufeff"), line: 1, left: values}
	if !utf8.ValidString(r.text) {
		return nil, failed(acl.Place{Why: "the text is not UTF-8: this is not a clean configuration text"})
	}
	root, why := r.value(0)
	if why == "" {
		if r.blank(); r.at < len(r.text) {
			why = "something stands behind the document"
		}
	}
	if why != "" {
		return nil, failed(r.place(why))
	}
	if root.kind != object {
		return nil, failed(acl.Place{Line: root.line, Why: "a configuration is one JSON object, and this is none; fetch it again"})
	}
	root.root = true
	return root, nil
}

func failed(places ...acl.Place) error { return words.TextError{Places: places} }

// place is the line that is being read.
func (r *reader) place(why string) acl.Place {
	line, _, _ := strings.Cut(r.text[r.before:], "\n")
	return acl.Place{Line: r.line, Text: strings.TrimSpace(line), Why: why}
}

func (r *reader) blank() {
	for ; r.at < len(r.text); r.at++ {
		switch r.text[r.at] {
		case '\n':
			r.line++
			r.before = r.at + 1
		case ' ', '\t', '\r':
		default:
			return
		}
	}
}

// next takes a sign, if it is the next.
func (r *reader) next(sign byte) bool {
	r.blank()
	if r.at < len(r.text) && r.text[r.at] == sign {
		r.at++
		return true
	}
	return false
}

func (r *reader) value(depth int) (*node, string) {
	r.blank()
	switch {
	case r.at == len(r.text):
		return nil, "the document ends in the middle; fetch it again"
	case depth > deepest:
		return nil, fmt.Sprintf("more than %d objects stand inside each other", deepest)
	case r.left == 0:
		return nil, "the document has more values than are read; this is no configuration"
	}
	r.left--
	n := &node{line: r.line}
	switch r.text[r.at] {
	case '{':
		return n, r.object(n, depth)
	case '[':
		return n, r.array(n, depth)
	case '"':
		s, why := r.string()
		n.kind, n.text = text, s
		return n, why
	}
	return n, r.scalar(n)
}

func (r *reader) object(n *node, depth int) string {
	r.at++
	if r.next('}') {
		return ""
	}
	seen := names{}
	for {
		if r.blank(); r.at == len(r.text) || r.text[r.at] != '"' {
			return "a name in quotes belongs here"
		}
		name, why := r.string()
		switch {
		case why != "":
			return why
		case seen.has(n.kids, name):
			return fmt.Sprintf("%q stands twice in one object", name)
		case !r.next(':'):
			return "a colon belongs behind a name"
		}
		kid, why := r.value(depth + 1)
		if why != "" {
			return why
		}
		kid.name = name
		n.kids = append(n.kids, kid)
		if r.next('}') {
			n.settle()
			return ""
		}
		if !r.next(',') {
			return "a comma or the end of the object belongs here"
		}
	}
}

// names are those of the members of a large object.
type names map[string]bool

// has reports whether a member bears a name. Few are looked through.
func (s names) has(kids []*node, name string) bool {
	if len(kids) < 8 {
		return slices.ContainsFunc(kids, func(k *node) bool { return k.name == name })
	}
	for _, k := range kids[len(s):] {
		s[k.name] = true
	}
	return s[name]
}

// settle gives an object the one form that everybody reads: a container or a list that is null is
// not there, and one object in the place of a list is a list of one.
func (n *node) settle() {
	n.kids = slices.DeleteFunc(n.kids, func(k *node) bool { return k.kind == other && k.text == "null" && container(bare(k.name)) })
	for i, k := range n.kids {
		if k.kind == object && isList(bare(k.name)) {
			n.kids[i] = &node{kind: array, name: k.name, line: k.line, kids: []*node{k}}
			k.name = ""
		}
	}
}

func (r *reader) array(n *node, depth int) string {
	n.kind = array
	r.at++
	if r.next(']') {
		return ""
	}
	for {
		kid, why := r.value(depth + 1)
		if why != "" {
			return why
		}
		n.kids = append(n.kids, kid)
		if r.next(']') {
			return ""
		}
		if !r.next(',') {
			return "a comma or the end of the list belongs here"
		}
	}
}

// string reads what stands in quotes. Half a surrogate pair means nothing, and is refused.
func (r *reader) string() (string, string) {
	from := r.at
	plain := true
	for r.at++; r.at < len(r.text) && r.text[r.at] != '"'; r.at++ {
		switch c := r.text[r.at]; {
		case c < ' ' || c == 0x7f:
			return "", fmt.Sprintf("control character %#02x in a string: this is not a clean configuration text", c)
		case c == '\\':
			plain = false
			r.at++
		}
	}
	if r.at >= len(r.text) {
		r.at = len(r.text)
		return "", "the document ends in a string; fetch it again"
	}
	r.at++
	raw := r.text[from:r.at]
	if plain {
		return raw[1 : len(raw)-1], ""
	}
	var s string
	if json.Unmarshal([]byte(raw), &s) != nil || strings.Count(s, "\ufffd") > strings.Count(raw, "\ufffd") {
		return "", "a string has an escape that means nothing"
	}
	return s, ""
}

// scalar reads a number, true, false or null.
func (r *reader) scalar(n *node) string {
	from := r.at
	for r.at < len(r.text) && strings.IndexByte(" \t\r\n,]}:[{\"", r.text[r.at]) < 0 {
		r.at++
	}
	n.kind, n.text = number, r.text[from:r.at]
	switch {
	case n.text == "true" || n.text == "false" || n.text == "null":
		n.kind = other
	case n.text == "" || !json.Valid([]byte(n.text)):
		return "this is no JSON"
	}
	return ""
}

// written is a value as it stands in a line of a plan: compact, and in printable ASCII without a
// question mark.
func written(n *node) string {
	var b strings.Builder
	n.write(&b)
	return b.String()
}

func (n *node) write(b *strings.Builder) {
	switch n.kind {
	case text:
		quote(b, n.text)
	case number, other:
		b.WriteString(n.text)
	case array:
		b.WriteByte('[')
		for i, k := range n.kids {
			if i > 0 {
				b.WriteByte(',')
			}
			k.write(b)
		}
		b.WriteByte(']')
	default:
		b.WriteByte('{')
		for i, k := range n.kids {
			if i > 0 {
				b.WriteByte(',')
			}
			quote(b, k.name)
			b.WriteByte(':')
			k.write(b)
		}
		b.WriteByte('}')
	}
}

func quote(b *strings.Builder, s string) {
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r >= ' ' && r < 0x7f && r != '?':
			b.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(b, `\u%04x\u%04x`, 0xd800+(r>>10), 0xdc00+(r&0x3ff))
		default:
			fmt.Fprintf(b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
}

// quoted is a string in JSON.
func quoted(s string) string {
	var b strings.Builder
	quote(&b, s)
	return b.String()
}
