package openconfig

import (
	"fmt"
	"strings"

	"op25b/acl"
)

// step is one element of a path: a name, and the keys of an item where it is a list.
type step struct {
	name string
	keys [][2]string
}

// setPath is where a list stands.
func setPath(name, typ string) string {
	return "/acl/acl-sets/acl-set[name=" + escaped(name) + "][type=" + escaped(typ) + "]"
}

// entrancePath is where the entry for an interface stands.
func entrancePath(id string) string { return "/acl/interfaces/interface[id=" + escaped(id) + "]" }

// boundPath is where a list is bound.
func boundPath(b acl.Binding, name string) string {
	way := ways()[0].name
	if b.Direction == acl.Out {
		way = ways()[1].name
	}
	return fmt.Sprintf("%s/%s-acl-sets/%s-acl-set[set-name=%s][type=%s]", entrancePath(idOf(b)), way, way, escaped(name), typeOf(b.Family))
}

// idOf is the key of the entry for a binding's interface.
func idOf(b acl.Binding) string {
	if id, own := strings.CutPrefix(b.Tail, tail); own {
		return id
	}
	return b.Interface
}

// keyText are the keys of an item as a path has them.
func keyText(list string, item *node) string {
	var out strings.Builder
	for _, name := range keyNames(list, item) {
		out.WriteString("[" + name + "=" + escaped(item.key(name)) + "]")
	}
	return out.String()
}

// escaped is a key's value as a path has it. [gnmi-path-strings.md]
func escaped(value string) string {
	return strings.NewReplacer(`\`, `\\`, `]`, `\]`).Replace(value)
}

// steps reads a path from the begin of a line, and gives what stands behind it.
func steps(line string) (path []step, rest, why string) {
	for line != "" && line[0] == '/' {
		end := strings.IndexAny(line[1:], "/[ ") + 1
		if end == 0 {
			end = len(line)
		}
		s := step{name: line[1:end]}
		if s.name == "" {
			return nil, "", "an element of the path has no name"
		}
		line = line[end:]
		for line != "" && line[0] == '[' {
			var pair [2]string
			if pair, line, why = key(line[1:]); why != "" {
				return nil, "", why
			}
			s.keys = append(s.keys, pair)
		}
		path = append(path, s)
	}
	switch {
	case len(path) == 0:
		return nil, "", "a path begins with a slash"
	case line == "":
		return path, "", ""
	case line[0] != ' ':
		return nil, "", "something stands behind a key of the path"
	}
	return path, strings.TrimSpace(line), ""
}

// key reads name=value] and gives what stands behind it.
func key(s string) (pair [2]string, rest, why string) {
	name, s, is := strings.Cut(s, "=")
	if !is || name == "" || strings.ContainsAny(name, `]\ /[`) {
		return pair, "", "a key of the path has no name"
	}
	var value strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ']':
			return [2]string{name, value.String()}, s[i+1:], ""
		case c == '\\' && i+1 < len(s):
			i++
			value.WriteByte(s[i])
		default:
			value.WriteByte(c)
		}
	}
	return pair, "", "a key of the path is not closed"
}
