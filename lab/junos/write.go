package junos

import (
	"slices"
	"strings"
)

// sets are the lines of "| display set". Each value of a list is a line of its own; inactive
// statements are set first and then deactivated [K for the place of the deactivate line].
func (n *node) sets(above []string) []string {
	var out []string
	for _, k := range n.kids {
		way := append(append([]string{}, above...), k.words...)
		if len(k.kids) == 0 {
			out = append(out, "set "+strings.Join(way, " "))
		}
		out = append(out, k.sets(way)...)
		if k.inactive {
			out = append(out, "deactivate "+strings.Join(way, " "))
		}
	}
	return out
}

// braces is the text with braces, four blanks a level.
func (n *node) braces() string {
	var b strings.Builder
	for _, e := range n.entries() {
		for _, line := range e.text() {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// entry is what stands between two semicolons: a statement, or all values of a list.
type entry struct {
	nodes []*node
}

// entries are the statements below, values of one list gathered.
func (n *node) entries() []entry {
	var out []entry
	for _, k := range n.kids {
		gathers := k.rule != nil && k.rule.shape == several
		i := slices.IndexFunc(out, func(e entry) bool {
			first := e.nodes[0]
			return gathers && first.rule != nil && first.rule.word == k.rule.word && first.inactive == k.inactive
		})
		if i >= 0 {
			out[i].nodes = append(out[i].nodes, k)
		} else {
			out = append(out, entry{[]*node{k}})
		}
	}
	return out
}

// key is by what an entry is known: a name, or the word of a value.
func (e entry) key() string {
	k := e.nodes[0]
	switch {
	case k.rule != nil && k.rule.shape == several && k.inactive:
		return k.rule.word + " inactive"
	case k.rule != nil && (k.rule.shape == value || k.rule.shape == several || k.rule.shape == maybe):
		return k.rule.word
	}
	return strings.Join(k.words, " ")
}

// head is the entry without what is below it.
func (e entry) head() string {
	k := e.nodes[0]
	text := strings.Join(k.words, " ")
	if len(e.nodes) > 1 {
		var values []string
		for _, v := range e.nodes {
			values = append(values, v.last())
		}
		text = k.words[0] + " [ " + strings.Join(values, " ") + " ]"
	}
	if k.inactive {
		return "inactive: " + text
	}
	return text
}

func (e entry) text() []string {
	k := e.nodes[0]
	var out []string
	if k.comment != "" {
		out = append(out, "/* "+k.comment+" */")
	}
	switch {
	case len(k.kids) == 0:
		return append(out, e.head()+";")
	case k.is("then") && len(k.kids) == 1 && k.kids[0].is("accept") && !k.kids[0].inactive:
		return append(out, e.head()+" accept;") // [K]; discard and reject, which can hold more, get braces
	case k.rule != nil && k.rule.inline:
		return append(out, e.head()+" "+strings.Join(k.kids[0].words, " ")+";")
	}
	out = append(out, e.head()+" {")
	for _, below := range k.entries() {
		for _, line := range below.text() {
			out = append(out, "    "+line)
		}
	}
	return append(out, "}")
}
