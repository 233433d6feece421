package openconfig

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// encoding is how values are written: with the names of modules, or without.
type encoding struct{ ietf bool }

// write is a node as JSON. The names of the outermost members have their module in front, as have
// those that change it [RFC 7951 4].
func (e encoding) write(n *node) []byte {
	var b bytes.Buffer
	e.node(&b, n, "")
	return b.Bytes()
}

func (e encoding) node(b *bytes.Buffer, n *node, module string) {
	switch {
	case n.is.sort == leaf:
		e.value(b, n.value, n.is.module)
	case n.is.sort == leafList:
		b.WriteByte('[')
		for i, v := range n.values {
			comma(b, i)
			e.value(b, v, n.is.module)
		}
		b.WriteByte(']')
	case n.entries != nil:
		b.WriteByte('[')
		for i, entry := range n.sorted() {
			comma(b, i)
			e.node(b, entry, module)
		}
		b.WriteByte(']')
	default:
		b.WriteByte('{')
		i := 0
		for _, s := range n.is.kids {
			k := n.kids[s.name]
			if k == nil {
				continue
			}
			comma(b, i)
			i++
			name := s.name
			if e.ietf && s.module != module {
				name = s.module + ":" + name
			}
			quote(b, name)
			b.WriteByte(':')
			e.node(b, k, s.module)
		}
		b.WriteByte('}')
	}
}

func comma(b *bytes.Buffer, i int) {
	if i > 0 {
		b.WriteByte(',')
	}
}

func (e encoding) value(b *bytes.Buffer, v value, module string) {
	switch {
	case v.module != "" && e.ietf:
		quote(b, v.module+":"+v.text)
	case v.form == plain || v.form == long && !e.ietf:
		b.WriteString(v.text)
	default:
		quote(b, v.text)
	}
}

func quote(b *bytes.Buffer, s string) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	enc.Encode(s)
	b.Truncate(b.Len() - 1) // its line end
}

// object is a JSON object whose members keep their order; a name that stands twice is an error.
type object []member

type member struct {
	name  string
	value any
}

const deepest = 64

// decode reads one JSON value: object, []any, string, json.Number, bool or nil.
func decode(text []byte) (any, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("the JSON is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	v, err := decodeValue(d, 0)
	if err != nil {
		return nil, fmt.Errorf("the JSON cannot be read: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the JSON cannot be read: something stands after the value")
	}
	return v, nil
}

func decodeValue(d *json.Decoder, depth int) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	if depth > deepest {
		return nil, errors.New("it is nested too deep")
	}
	switch t {
	case json.Delim('{'):
		out, seen := object{}, map[string]bool{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			if seen[name.(string)] {
				return nil, fmt.Errorf("%q stands twice in an object", name)
			}
			seen[name.(string)] = true
			v, err := decodeValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			out = append(out, member{name.(string), v})
		}
		_, err := d.Token()
		return out, err
	case json.Delim('['):
		out := []any{}
		for d.More() {
			v, err := decodeValue(d, depth+1)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
		_, err := d.Token()
		return out, err
	}
	return t, nil
}

// reader reads values under the schema. It is strict: what the schema does not say is an error
// that names the path.
type reader struct{ ietf bool }

// node reads what stands at a place: an object for a container or an entry, an array for a list
// or a leaf-list, a scalar for a leaf.
func (r reader) node(s *statement, entry bool, p place, v any) (*node, error) {
	switch {
	case s.state:
		return nil, invalid(p, "it is read-only")
	case s.sort == leaf:
		one, err := r.value(s, p, v)
		return &node{is: s, value: one}, err
	case s.sort == leafList:
		return r.values(s, p, v)
	case s.sort == list && !entry:
		return r.list(s, p, v)
	}
	o, is := v.(object)
	if !is {
		return nil, invalid(p, "want an object")
	}
	n := newEntry(s)
	for _, m := range o {
		name, err := r.name(s, p, m.name)
		if err != nil {
			return nil, err
		}
		k := s.kid(name)
		if n.kids[name] != nil {
			return nil, invalid(p.down(name), "it stands twice")
		}
		if n.kids[name], err = r.node(k, false, p.down(name), m.value); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// name takes the module off the name of a member.
func (r reader) name(s *statement, p place, name string) (string, error) {
	module, local, prefixed := strings.Cut(name, ":")
	if !prefixed {
		local = name
	}
	k := s.kid(local)
	if k == nil || prefixed && k.module != module {
		return "", invalid(p.down(name), "no such node in the schema")
	}
	if !prefixed && s.name == "" && r.ietf {
		return "", invalid(p.down(name), "want "+k.module+":"+local)
	}
	return local, nil
}

func (r reader) list(s *statement, p place, v any) (*node, error) {
	rows, is := v.([]any)
	if !is {
		return nil, invalid(p, "want an array: it is a list")
	}
	n := newNode(s)
	for _, row := range rows {
		e, err := r.node(s, true, p, row)
		if err != nil {
			return nil, err
		}
		for _, k := range s.keys {
			if e.kids[k] == nil {
				return nil, invalid(p, "an entry has no key "+k)
			}
		}
		if n.entries[e.keyOf()] != nil {
			return nil, invalid(p.entry(e), "it stands twice")
		}
		n.entries[e.keyOf()] = e
	}
	return n, nil
}

func (r reader) values(s *statement, p place, v any) (*node, error) {
	many, is := v.([]any)
	if !is {
		return nil, invalid(p, "want an array: it is a leaf-list")
	}
	n := &node{is: s}
	for _, one := range many {
		v, err := r.value(s, p, one)
		if err != nil {
			return nil, err
		}
		n.add(v)
	}
	return n, nil
}

// add puts a value into a leaf-list of configuration, whose values are all different.
func (n *node) add(v value) {
	for _, old := range n.values {
		if old == v {
			return
		}
	}
	n.values = append(n.values, v)
}

func (r reader) value(s *statement, p place, v any) (value, error) {
	written, t := "", word
	switch v := v.(type) {
	case string:
		written = v
	case json.Number:
		written, t = spell(v.String()), number
	case bool:
		written, t = fmt.Sprint(v), truth
	default:
		return value{}, invalid(p, "want a value of "+s.is.name)
	}
	if !r.ietf {
		t = loosely
	}
	out, ok := s.is.parse(written, t)
	if !ok {
		return value{}, invalid(p, fmt.Sprintf("%.100q is no %s", written, s.is.name))
	}
	return out, nil
}
