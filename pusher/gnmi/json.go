package gnmi

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"op25b/templates/yang"
)

var (
	errJSON  = errors.New("no JSON")
	errTwice = errors.New("JSON with a member twice in one object")
	errDeep  = fmt.Errorf("JSON nested deeper than %d", yang.MaxDepth)
)

// readJSON reads one JSON value. Numbers stay as they are written. Its errors tell nothing of the text.
func readJSON(b []byte) (*node, error) {
	return readJSONAs(b, func(name string) string { return name })
}

// readJSONAs is readJSON with other names for the members.
func readJSONAs(b []byte, as func(name string) string) (*node, error) {
	if !json.Valid(b) {
		return nil, errJSON
	}
	r := reader{rest: b, as: as, names: map[string]string{}}
	return r.value(0)
}

// reader reads JSON that is known to be valid.
type reader struct {
	rest  []byte
	as    func(name string) string
	names map[string]string // each name is kept once
}

func (r *reader) skip() {
	i := 0
	for i < len(r.rest) && (r.rest[i] == ' ' || r.rest[i] == '\n' || r.rest[i] == '\t' || r.rest[i] == '\r') {
		i++
	}
	r.rest = r.rest[i:]
}

// next skips a mark and what is blank around it.
func (r *reader) next() {
	r.rest = r.rest[1:]
	r.skip()
}

func (r *reader) value(depth int) (*node, error) {
	if depth > yang.MaxDepth {
		return nil, errDeep
	}
	r.skip()
	var n *node
	var err error
	switch r.rest[0] {
	case '{':
		n, err = r.object(depth)
	case '[':
		n, err = r.array(depth)
	case '"':
		n = &node{kind: text, text: r.text()}
	default:
		end := 0
		for end < len(r.rest) && !strings.ContainsRune(",]} \n\t\r", rune(r.rest[end])) {
			end++
		}
		n = &node{kind: word, text: string(r.rest[:end])}
		r.rest = r.rest[end:]
	}
	r.skip()
	return n, err
}

func (r *reader) object(depth int) (*node, error) {
	n := newObject()
	for r.next(); r.rest[0] != '}'; {
		name := r.name()
		r.skip()
		r.next()
		value, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if n.find(yang.Plain(name)) >= 0 {
			return nil, errTwice
		}
		n.add(name, value)
		if r.rest[0] == ',' {
			r.next()
		}
	}
	r.rest = r.rest[1:]
	return n, nil
}

func (r *reader) array(depth int) (*node, error) {
	n := &node{kind: array}
	for r.next(); r.rest[0] != ']'; {
		value, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.members = append(n.members, member{node: value})
		if r.rest[0] == ',' {
			r.next()
		}
	}
	r.rest = r.rest[1:]
	return n, nil
}

func (r *reader) name() string {
	raw := r.text()
	name, known := r.names[raw]
	if !known {
		name = r.as(raw)
		r.names[raw] = name
	}
	return name
}

// text reads a text with its quotes.
func (r *reader) text() string {
	end, escaped := 1, false
	for r.rest[end] != '"' {
		if r.rest[end] == '\\' {
			escaped = true
			end++
		}
		end++
	}
	raw := r.rest[:end+1]
	r.rest = r.rest[end+1:]
	if !escaped && utf8.Valid(raw) {
		return string(raw[1:end])
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return "" // not for JSON that is valid
	}
	return s
}

// quoted is a text as JSON. What does not print is escaped.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case unicode.IsPrint(r) && r != utf8.RuneError:
			b.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+(r>>10), 0xdc00+(r&0x3ff))
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// compact writes a node without a blank.
func (n *node) compact(b *strings.Builder) {
	switch n.kind {
	case text:
		b.WriteString(quoted(n.text))
	case word:
		b.WriteString(n.text)
	case object:
		b.WriteByte('{')
		for i, m := range n.members {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(quoted(m.name))
			b.WriteByte(':')
			m.node.compact(b)
		}
		b.WriteByte('}')
	case array:
		b.WriteByte('[')
		for i, m := range n.members {
			if i > 0 {
				b.WriteByte(',')
			}
			m.node.compact(b)
		}
		b.WriteByte(']')
	}
}
