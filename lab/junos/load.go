package junos

import (
	"fmt"
	"strings"
)

// loading is a configuration that is being typed after "load … terminal".
type loading struct {
	how    string // set, merge, replace, override
	lines  []string
	errors []string
}

// endOfInput is Ctrl-D as the terminal hands it on: alone, or behind the last line.
const endOfInput = "\x04"

func (s *session) load(line string, tokens []token) string {
	if len(tokens) != 2 || tokens[1].text != "terminal" {
		return s.complain(line, &mistake{-1, syntaxError})
	}
	how := pick(tokens[0].text, "set", "merge", "replace", "override")
	if how == "" {
		return s.complain(line, &mistake{tokens[0].column, syntaxError})
	}
	if text := s.r.lockText(s); s.edit != private && text != "" {
		return text
	}
	s.loading = &loading{how: how}
	return "[Type ^D at a new line to end input]\n" // [DOC]
}

// loadLine takes one line of the text. Set lines are carried out as they come.
func (s *session) loadLine(line string) string {
	l := s.loading
	text, ended := strings.CutSuffix(line, endOfInput)
	out := ""
	if strings.TrimSpace(text) != "" {
		l.lines = append(l.lines, text)
		if l.how == "set" {
			out, _ = s.change(text, func() string { return s.loadSet(text) })
		} else {
			s.said = append(s.said, text)
		}
	}
	if !ended || s.over {
		return out
	}
	s.loading = nil
	if l.how != "set" {
		if err := s.loadBraces(l); err != nil {
			return "error: " + err.Error() + "\nload complete (1 errors)\n"
		}
	}
	if n := len(l.errors); n > 0 {
		return fmt.Sprintf("%sload complete (%d errors)\n", out, n) // [K]
	}
	return out + "load complete\n"
}

func (s *session) loadSet(line string) string {
	tokens := split(line)
	verb := tokens[0].text
	fault := ""
	switch verb {
	case "set", "delete", "insert", "rename", "deactivate", "activate", "annotate":
		change, m := s.changeOf(verb, tokens[1:])
		if m != nil {
			fault = m.text
		} else if err := change(s.candidate()); err != nil {
			fault = err.Error()
		} else if s.edit == private {
			s.changes = append(s.changes, change)
		}
	default:
		fault = "unknown command"
	}
	if fault == "" {
		return ""
	}
	s.loading.errors = append(s.loading.errors, fault)
	return fmt.Sprintf("terminal:%d: %s: %s\n", len(s.loading.lines), fault, line) // [K]
}

// loadBraces takes a text with braces: merge adds to what is there, override puts it in its
// place, replace does so for the statements with a "replace:" tag [DOC]. A loaded text must be
// as right as a typed line.
func (s *session) loadBraces(l *loading) error {
	text := strings.Join(l.lines, "\n")
	fresh, err := read(&s.r.grammar, strings.ReplaceAll(text, "replace:", ""))
	if err != nil {
		return err
	}
	if k := unknown(fresh); k != "" {
		return fmt.Errorf("syntax error: %s", k)
	}
	tags, err := replaced(&s.r.grammar, text)
	if err != nil {
		return err
	}
	change := func(t *node) error {
		switch l.how {
		case "override":
			*t = *fresh.clone()
			return nil
		case "replace":
			for _, way := range tags {
				t.remove(way)
			}
		}
		merge(t, fresh)
		t.prune()
		return nil
	}
	if s.edit == private {
		s.changes = append(s.changes, change)
	}
	return change(s.candidate())
}

// unknown is a statement that the schema does not have.
func unknown(n *node) string {
	for _, k := range n.kids {
		if k.rule == nil {
			return strings.Join(k.words, " ")
		}
		if found := unknown(k); found != "" {
			return found
		}
	}
	return ""
}

func merge(into, from *node) {
	for _, k := range from.kids {
		own := into.put([]step{{k.words, k.rule}})
		own.inactive = k.inactive
		if k.comment != "" {
			own.comment = k.comment
		}
		merge(own, k)
	}
}

// replaced are the statements that carry a "replace:" tag.
func replaced(grammar *statement, text string) ([][]step, error) {
	const mark = "inactive:" // the reader knows this one
	plain := strings.ReplaceAll(text, mark, "")
	tree, err := read(grammar, strings.ReplaceAll(plain, "replace:", mark))
	if err != nil {
		return nil, err
	}
	var out [][]step
	var visit func(n *node, above []step)
	visit = func(n *node, above []step) {
		for _, k := range n.kids {
			way := down(above, step{k.words, k.rule})
			if k.inactive {
				out = append(out, way)
			}
			visit(k, way)
		}
	}
	visit(tree, nil)
	return out, nil
}
