// Package yang knows the paths of a configuration tree as gNMI writes them, which nodes they stand for,
// and which changes at them go out as one Set.
package yang

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxDepth is how deep a path or a value may be nested. The models that are spoken here have a
// dozen levels.
const MaxDepth = 64

// Path is the way from the root of the configuration to a node.
type Path []Step

// Step is a name, and the keys of one row where the name is that of a list.
type Step struct {
	Name string
	Keys []Key // sorted by name
}

// Key is one leaf of those by which the rows of a list are told apart.
type Key struct{ Name, Value string }

// ErrPath says that a text is no path.
var ErrPath = errors.New("no path")

// ReadPath reads a path at the begin of a text, in the form of the gNMI path strings, and gives what
// follows it after a blank.
func ReadPath(text string) (p Path, rest string, err error) {
	for text != "" && text[0] == '/' {
		var s Step
		if s, text, err = readStep(text[1:]); err != nil {
			return nil, "", err
		}
		if p = append(p, s); len(p) > MaxDepth {
			return nil, "", fmt.Errorf("%w: it has more than %d elements", ErrPath, MaxDepth)
		}
	}
	if len(p) == 0 {
		return nil, "", fmt.Errorf("%w: it must begin with / and a name", ErrPath)
	}
	if text == "" {
		return p, "", nil
	}
	rest, blank := strings.CutPrefix(text, " ")
	if !blank {
		return nil, "", fmt.Errorf("%w: it goes on after %s", ErrPath, p)
	}
	return p, rest, nil
}

func readStep(text string) (s Step, rest string, err error) {
	n := nameLength(text)
	if n == 0 {
		return Step{}, "", fmt.Errorf("%w: an element has no name", ErrPath)
	}
	s.Name, rest = text[:n], text[n:]
	for rest != "" && rest[0] == '[' {
		var k Key
		if k, rest, err = readKey(rest[1:]); err != nil {
			return Step{}, "", fmt.Errorf("%w: in %s: %w", ErrPath, s.Name, err)
		}
		if slices.ContainsFunc(s.Keys, func(o Key) bool { return o.Name == k.Name }) {
			return Step{}, "", fmt.Errorf("%w: %s has the key %s twice", ErrPath, s.Name, k.Name)
		}
		s.Keys = append(s.Keys, k)
	}
	SortKeys(s.Keys)
	return s, rest, nil
}

// IsName reports whether a text is a name as an element of a path or a key may have it.
func IsName(text string) bool { return text != "" && nameLength(text) == len(text) }

// nameLength is how many characters at the begin of a text are a name: acl-set, openconfig-acl:acl.
func nameLength(text string) int {
	for i := range len(text) {
		c := text[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789-.:", rune(c))) {
			return i
		}
	}
	return len(text)
}

func readKey(text string) (k Key, rest string, err error) {
	n := nameLength(text)
	if n == 0 || !strings.HasPrefix(text[n:], "=") {
		return Key{}, "", errors.New("a key has no name")
	}
	k.Name, text = text[:n], text[n+1:]
	var value strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == ']' && value.Len() == 0:
			return Key{}, "", fmt.Errorf("the key %s is empty", k.Name)
		case c == ']':
			k.Value = value.String()
			return k, text[i+1:], nil
		case c < ' ' || c == 0x7f:
			return Key{}, "", fmt.Errorf("the key %s has a control character", k.Name)
		case c == '\\':
			r, n, err := escape(text[i+1:])
			if err != nil {
				return Key{}, "", fmt.Errorf("the key %s: %w", k.Name, err)
			}
			value.WriteRune(r)
			i += n
		default:
			value.WriteByte(c)
		}
	}
	return Key{}, "", fmt.Errorf("the key %s does not end", k.Name)
}

// escape reads what follows a backslash, and tells how long that is.
func escape(text string) (r rune, n int, err error) {
	if text == "" {
		return 0, 0, errors.New("it ends in a backslash")
	}
	digits := 0
	switch text[0] {
	case ']', '[', '\\':
		return rune(text[0]), 1, nil
	case 'n':
		return '\n', 1, nil
	case 'r':
		return '\r', 1, nil
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	default:
		return 0, 0, fmt.Errorf("nobody knows what \\%c stands for", text[0])
	}
	if len(text) < 1+digits {
		return 0, 0, errors.New("an escape is too short")
	}
	code, err := strconv.ParseUint(text[1:1+digits], 16, 32)
	if err != nil || !utf8.ValidRune(rune(code)) || code > utf8.MaxRune {
		return 0, 0, errors.New("an escape is no character")
	}
	return rune(code), 1 + digits, nil
}

// SortKeys puts keys into the one order that a step has.
func SortKeys(keys []Key) {
	slices.SortFunc(keys, func(a, b Key) int { return strings.Compare(a.Name, b.Name) })
}

// String is the path as ReadPath reads it.
func (p Path) String() string {
	if len(p) == 0 {
		return "/"
	}
	var b strings.Builder
	for _, s := range p {
		b.WriteByte('/')
		b.WriteString(s.Name)
		for _, k := range s.Keys {
			k.write(&b)
		}
	}
	return b.String()
}

// String is the key as it stands in a path, in brackets.
func (k Key) String() string {
	var b strings.Builder
	k.write(&b)
	return b.String()
}

func (k Key) write(b *strings.Builder) {
	b.WriteString("[" + k.Name + "=")
	for _, r := range k.Value {
		switch {
		case r == ']' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r >= ' ' && r < 0x7f:
			b.WriteRune(r)
		case r <= 0xffff:
			fmt.Fprintf(b, `\u%04x`, r)
		default:
			fmt.Fprintf(b, `\U%08x`, r)
		}
	}
	b.WriteByte(']')
}

// Wild reports whether a path may stand for several nodes: by * or ..., which a list or a set may
// not be called here.
func (p Path) Wild() bool {
	for _, s := range p {
		for _, k := range s.Keys {
			if k.Value == "*" {
				return true
			}
		}
	}
	return false
}
