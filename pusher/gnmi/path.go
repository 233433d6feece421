package gnmi

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	pb "github.com/openconfig/gnmi/proto/gnmi"
)

// maxDepth is how deep a path or a value may be nested. The models that are spoken here have a
// dozen levels.
const maxDepth = 64

// path is the way from the root of the configuration to a node.
type path []step

// step is a name, and the keys of one row where the name is that of a list.
type step struct {
	name string
	keys []key // sorted by name
}

type key struct{ name, value string }

var errPath = errors.New("no path")

// readPath reads a path at the begin of a text, in the form of the gNMI path strings, and gives what
// follows it after a blank.
func readPath(text string) (p path, rest string, err error) {
	for text != "" && text[0] == '/' {
		var s step
		if s, text, err = readStep(text[1:]); err != nil {
			return nil, "", err
		}
		if p = append(p, s); len(p) > maxDepth {
			return nil, "", fmt.Errorf("%w: it has more than %d elements", errPath, maxDepth)
		}
	}
	if len(p) == 0 {
		return nil, "", fmt.Errorf("%w: it must begin with / and a name", errPath)
	}
	if text == "" {
		return p, "", nil
	}
	rest, blank := strings.CutPrefix(text, " ")
	if !blank {
		return nil, "", fmt.Errorf("%w: it goes on after %s", errPath, p)
	}
	return p, rest, nil
}

func readStep(text string) (s step, rest string, err error) {
	n := nameLength(text)
	if n == 0 {
		return step{}, "", fmt.Errorf("%w: an element has no name", errPath)
	}
	s.name, rest = text[:n], text[n:]
	for rest != "" && rest[0] == '[' {
		var k key
		if k, rest, err = readKey(rest[1:]); err != nil {
			return step{}, "", fmt.Errorf("%w: in %s: %w", errPath, s.name, err)
		}
		if slices.ContainsFunc(s.keys, func(o key) bool { return o.name == k.name }) {
			return step{}, "", fmt.Errorf("%w: %s has the key %s twice", errPath, s.name, k.name)
		}
		s.keys = append(s.keys, k)
	}
	sortKeys(s.keys)
	return s, rest, nil
}

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

func readKey(text string) (k key, rest string, err error) {
	n := nameLength(text)
	if n == 0 || !strings.HasPrefix(text[n:], "=") {
		return key{}, "", errors.New("a key has no name")
	}
	k.name, text = text[:n], text[n+1:]
	var value strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == ']' && value.Len() == 0:
			return key{}, "", fmt.Errorf("the key %s is empty", k.name)
		case c == ']':
			k.value = value.String()
			return k, text[i+1:], nil
		case c < ' ' || c == 0x7f:
			return key{}, "", fmt.Errorf("the key %s has a control character", k.name)
		case c == '\\':
			r, n, err := escape(text[i+1:])
			if err != nil {
				return key{}, "", fmt.Errorf("the key %s: %w", k.name, err)
			}
			value.WriteRune(r)
			i += n
		default:
			value.WriteByte(c)
		}
	}
	return key{}, "", fmt.Errorf("the key %s does not end", k.name)
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

func sortKeys(keys []key) {
	slices.SortFunc(keys, func(a, b key) int { return strings.Compare(a.name, b.name) })
}

// String is the path as readPath reads it.
func (p path) String() string {
	if len(p) == 0 {
		return "/"
	}
	var b strings.Builder
	for _, s := range p {
		b.WriteByte('/')
		b.WriteString(s.name)
		for _, k := range s.keys {
			b.WriteString("[" + k.name + "=")
			writeKey(&b, k.value)
			b.WriteByte(']')
		}
	}
	return b.String()
}

func writeKey(b *strings.Builder, value string) {
	for _, r := range value {
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
}

// wild reports whether a path may stand for several nodes: by * or ..., which a list or a set may
// not be called here.
func (p path) wild() bool {
	for _, s := range p {
		for _, k := range s.keys {
			if k.value == "*" {
				return true
			}
		}
	}
	return false
}

// proto is the path as it is sent.
func (p path) proto() *pb.Path {
	out := &pb.Path{}
	for _, s := range p {
		e := &pb.PathElem{Name: s.name}
		for _, k := range s.keys {
			if e.Key == nil {
				e.Key = map[string]string{}
			}
			e.Key[k.name] = k.value
		}
		out.Elem = append(out.Elem, e)
	}
	return out
}

// pathOf is the whole path of an answer, with names and identities without their modules.
func pathOf(prefix, rest *pb.Path) (path, error) {
	var p path
	for _, e := range slices.Concat(prefix.GetElem(), rest.GetElem()) {
		if e.GetName() == "" || nameLength(e.GetName()) != len(e.GetName()) {
			return nil, fmt.Errorf("%w: an element of the answer has no name", errPath)
		}
		s := step{name: plain(e.GetName())}
		for name, value := range e.GetKey() {
			if name == "" || nameLength(name) != len(name) {
				return nil, fmt.Errorf("%w: a key of the answer has no name", errPath)
			}
			s.keys = append(s.keys, key{plain(name), identity(plain(name), value)})
		}
		sortKeys(s.keys)
		if p = append(p, s); len(p) > maxDepth {
			return nil, fmt.Errorf("%w: the answer has one with more than %d elements", errPath, maxDepth)
		}
	}
	return p, nil
}

// plain is a name without its module where that is one of OpenConfig's. Other modules stay: what
// they add to the model is not the model's.
func plain(name string) string {
	if !strings.HasPrefix(name, "openconfig-") {
		return name
	}
	if _, local, found := strings.Cut(name, ":"); found && local != "" {
		return local
	}
	return name
}

// identity is the value of a key, without its module where it is an identity: the key type of an
// acl-set is ACL_IPV4 or openconfig-acl:ACL_IPV4. [openconfig-acl: type is an identityref]
func identity(name, value string) string {
	if name != "type" {
		return value
	}
	module, local, found := strings.Cut(value, ":")
	if !found || local == "" || nameLength(module) != len(module) || strings.Trim(local, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
		return value
	}
	return local
}

// canonical is a path with names and identities without their modules.
func (p path) canonical() path {
	out := slices.Clone(p)
	for i, s := range out {
		out[i].name = plain(s.name)
		out[i].keys = nil
		for _, k := range s.keys {
			out[i].keys = append(out[i].keys, key{plain(k.name), identity(plain(k.name), k.value)})
		}
		sortKeys(out[i].keys)
	}
	return out
}

// shape is the names of a step's keys.
func (s step) shape() string {
	switch len(s.keys) {
	case 0:
		return ""
	case 1:
		return s.keys[0].name
	}
	var b strings.Builder
	for _, k := range s.keys {
		b.WriteString(k.name + " ")
	}
	return b.String()
}

// row is the values of a step's keys.
func (s step) row() string {
	if len(s.keys) == 1 {
		return s.keys[0].value
	}
	var b strings.Builder
	for _, k := range s.keys {
		b.WriteString(strconv.Itoa(len(k.value)) + ":" + k.value)
	}
	return b.String()
}

// meets reports whether two canonical steps may be of the same node: a key that one of them lacks, or
// that is *, stands for all.
func (s step) meets(o step) bool {
	if s.name != o.name {
		return false
	}
	for _, a := range s.keys {
		for _, b := range o.keys {
			if a.name == b.name && a.value != b.value && a.value != "*" && b.value != "*" {
				return false
			}
		}
	}
	return true
}

// meets reports whether one canonical path is the other, or leads to it.
func (p path) meets(o path) bool {
	for i := range min(len(p), len(o)) {
		if !p[i].meets(o[i]) {
			return false
		}
	}
	return true
}
