package junos

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"op25b/acl"
)

// concern says whether what stands at a path, or under it, can change the meaning of filters.
type concern uint8

const (
	never  concern = iota
	may            // something under it can
	always         // it does
)

// concerns judges a path from the top of a configuration.
func concerns(path []string) concern {
	switch path[0] {
	case "firewall":
		switch {
		case len(path) == 1, path[1] == "family" && len(path) == 2:
			return may
		case path[1] == "filter":
			return always
		case path[1] != "family" || path[2] != "inet" && path[2] != "inet6" && path[2] != "any":
			return never
		case len(path) == 3:
			return may
		case path[3] == "filter":
			return always
		}
		return never
	case "policy-options":
		if len(path) == 1 {
			return may
		}
		if path[1] == "prefix-list" {
			return always
		}
		return never
	case "interfaces":
		return concernsInterface(path)
	}
	return never
}

// concernsInterface judges interfaces X unit N family inet filter.
func concernsInterface(path []string) concern {
	for i, word := range path {
		switch {
		case i == 2 && word != "unit",
			i == 4 && word != "family" && word != "filter",
			i == 5 && path[4] == "family" && word != "inet" && word != "inet6":
			return never
		case i == 4 && word == "filter", i == 6 && (word == "filter" || word == "simple-filter"):
			return always
		case i == 6:
			return never
		}
	}
	return may
}

// unexpanded are the apply-groups and interface-ranges whose statements about filters are not
// in the text itself. Where the text was fetched with "display inheritance" there are none:
// then everything that is inherited stands in its place.
func unexpanded(t *tree) []acl.Place {
	e := expander{tree: t, groups: t.root.find("groups")}
	for _, r := range t.root.find("interfaces", "interface-range").active() {
		e.ranges = append(e.ranges, interfaceRange{r, r.line})
	}
	e.walk(t.root, nil)
	e.everyRange(t.root.find("interfaces"))
	return e.missing
}

type expander struct {
	tree    *tree
	groups  *statement
	ranges  []interfaceRange
	missing []acl.Place
}

// interfaceRange is one of the text, or of a group that the text applies.
type interfaceRange struct {
	*statement
	said int // the line by which it counts
}

const inherit = "fetch the text with: show configuration | display inheritance | display set"

// walk looks for apply-groups wherever filters can be concerned.
func (e *expander) walk(at *statement, path []string) {
	for _, g := range at.find("apply-groups").active() {
		for _, name := range e.applied(g.word, nil) {
			e.group(name, g.line, at, path)
		}
	}
	for _, k := range at.active() {
		if here := append(path, k.word); concerns(here) != never {
			e.walk(k, here)
		}
	}
}

// applied is a group and the groups that it applies itself.
func (e *expander) applied(name string, have []string) []string {
	if slices.Contains(have, name) {
		return have
	}
	have = append(have, name)
	for _, g := range e.sources(name, nil) {
		for _, inner := range g.find("apply-groups").active() {
			have = e.applied(inner.word, have)
		}
	}
	return have
}

// group looks at what one group sets where it is applied by a line.
func (e *expander) group(name string, line int, at *statement, path []string) {
	sources := e.sources(name, path)
	for _, source := range sources {
		if lacks := e.lacks(source, at, path, name); lacks != "" {
			e.missing = append(e.missing, e.tree.place(line, "the group "+name+" sets "+lacks+", and the text does not have it there; "+inherit))
			break
		}
	}
	if e.unknown(name) {
		e.missing = append(e.missing, e.tree.place(line, "the group "+name+" is not in the text; "+inherit))
	}
	to := []string{"interfaces", "interface-range"}
	if len(path) > 1 || len(path) == 1 && path[0] != to[0] {
		return
	}
	for _, source := range sources {
		for _, r := range source.find(to[len(path):]...).active() {
			e.ranges = append(e.ranges, interfaceRange{r, line})
		}
	}
}

// unknown reports whether the text does not have the group. A name such as ${node} stands for
// a group by the member that reads it; junos-defaults is never shown and has no filters.
func (e *expander) unknown(name string) bool {
	return e.groups.kid(name) == nil && name != "junos-defaults" && !strings.Contains(name, "$")
}

// sources are the statements of a group that stand where a path leads to.
func (e *expander) sources(name string, path []string) []*statement {
	var out []*statement
	stem, _, variable := strings.Cut(name, "${")
	if g := e.groups.find(name); g != nil {
		out = append(out, g)
	}
	if variable {
		for _, g := range e.groups.active() {
			if g.word != name && strings.HasPrefix(g.word, stem) {
				out = append(out, g)
			}
		}
	}
	for _, word := range path {
		var next []*statement
		for _, s := range out {
			for _, k := range s.active() {
				if matches(k.word, word) {
					next = append(next, k)
				}
			}
		}
		out = next
	}
	return out
}

// lacks is a statement under source that concerns filters and is not under the target, else "".
func (e *expander) lacks(source, target *statement, path []string, group string) string {
	if target.find("apply-groups-except").kid(group) != nil {
		return ""
	}
	for _, k := range source.active() {
		if isPattern(k.word) {
			for _, t := range target.active() {
				if here := append(path, t.word); matches(k.word, t.word) && concerns(here) != never {
					if why := e.lacks(k, t, here, group); why != "" {
						return why
					}
				}
			}
			continue
		}
		if why := e.lacksOne(k, target, path, group); why != "" {
			return why
		}
	}
	return ""
}

func (e *expander) lacksOne(k, target *statement, path []string, group string) string {
	here := append(slices.Clip(path), k.word)
	if k.word == "apply-groups" && len(path) > 0 && concerns(path) != never {
		return strings.Join(path, " ") + " apply-groups"
	}
	if isMeta(k.word) || concerns(here) == never {
		return ""
	}
	t := target.kid(k.word)
	switch {
	case t == nil:
		return first(k, here)
	case t.inactive:
		return strings.Join(here, " ") + " (deactivated here)"
	case path != nil && path[len(path)-1] == "filter" && (k.word == "input" || k.word == "output") && t.value() != nil:
		return "" // one value: what stands here holds against the group's
	}
	return e.lacks(k, t, here, group)
}

// first is the first statement at or under k that concerns filters. A pattern matches nothing
// where nothing stands.
func first(k *statement, path []string) string {
	switch concerns(path) {
	case always:
		return strings.Join(path, " ")
	case may:
		for _, under := range k.active() {
			if !isPattern(under.word) && !isMeta(under.word) {
				if s := first(under, append(slices.Clip(path), under.word)); s != "" {
					return s
				}
			}
		}
	}
	return ""
}

// isPattern reports whether a word of a group stands for many: <*>, <ge-*>.
func isPattern(word string) bool { return strings.HasPrefix(word, "<") && strings.HasSuffix(word, ">") }

// matches reports whether a word of a group stands for a word of the configuration.
func matches(pattern, word string) bool {
	if !isPattern(pattern) {
		return pattern == word
	}
	return glob(pattern[1:len(pattern)-1], word)
}

// glob takes * ? and [a-b]; what it cannot read matches, for then the text is asked for anew.
// A slash is a letter like any other.
func glob(pattern, word string) bool {
	found, err := path.Match(strings.ReplaceAll(pattern, "/", "\x00"), strings.ReplaceAll(word, "/", "\x00"))
	return found || err != nil
}

// everyRange looks for interface-ranges that bind filters to members that do not show them. One
// name may stand in the text and in groups: what is said of it anywhere holds for all its members.
func (e *expander) everyRange(interfaces *statement) {
	for _, r := range e.ranges {
		for _, name := range e.members(r, interfaces) {
			if lacks := e.lacks(r.statement, interfaces.find(name), []string{"interfaces", name}, ""); lacks != "" {
				e.missing = append(e.missing, e.tree.place(r.said, "the interface-range "+r.word+" sets "+lacks+", and the text does not have it there; "+inherit))
				break
			}
		}
	}
}

// members are the interfaces that a range holds: those that it names, and of the others those
// that the text has.
func (e *expander) members(r interfaceRange, interfaces *statement) []string {
	var out []string
	for _, one := range e.ranges {
		if !matches(r.word, one.word) && !matches(one.word, r.word) {
			continue
		}
		named, others := names(one.statement)
		if others {
			for _, i := range interfaces.active() {
				if !isMeta(i.word) && i.word != "interface-range" && member(one.statement, i.word) {
					out = append(out, i.word)
				}
			}
		}
		out = append(out, named...)
	}
	return out
}

// names are the interfaces that an interface-range names, and whether its patterns and spans may
// hold others.
func names(r *statement) (named []string, others bool) {
	for _, m := range r.find("member").active() {
		if strings.ContainsAny(m.word, "*?[\\") {
			others = true
		} else {
			named = append(named, m.word)
		}
	}
	for _, from := range r.find("member-range").active() {
		others = true
		named = append(named, from.word)
	}
	return named, others
}

// member reports whether an interface belongs to an interface-range.
func member(r *statement, name string) bool {
	for _, m := range r.find("member").active() {
		if glob(m.word, name) {
			return true
		}
	}
	for _, from := range r.find("member-range").active() {
		for _, to := range from.find("to").active() {
			if between(from.word, to.word, name) {
				return true
			}
		}
	}
	return false
}

// between reports whether ge-0/0/7 is from ge-0/0/0 to ge-0/0/9. A range over several cards
// holds every port of them.
func between(from, to, name string) bool {
	kind, _, _ := strings.Cut(from, "-")
	if !strings.HasPrefix(name, kind+"-") || !strings.HasPrefix(to, kind+"-") {
		return false
	}
	lo, n, hi := numbersOf(from), numbersOf(name), numbersOf(to)
	return slices.Compare(lo, n) <= 0 && slices.Compare(n, hi) <= 0
}

func numbersOf(name string) []int {
	_, rest, _ := strings.Cut(name, "-")
	var out []int
	for _, part := range strings.FieldsFunc(rest, func(r rune) bool { return r == '/' || r == ':' }) {
		n, _ := strconv.Atoi(part)
		out = append(out, n)
	}
	return out
}
