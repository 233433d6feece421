package junos

import (
	"errors"
	"regexp"
	"strings"

	"op25b/acl"
	"op25b/templates/words"
)

// Parse reads what "show configuration | display set" or "show configuration" prints, with or
// without "display inheritance", or a rendered text.
func (Dialect) Parse(text string) (acl.Config, error) {
	t, err := parse(text)
	if err != nil {
		return acl.Config{}, err
	}
	return read(t), nil
}

// Complete reports whether a text is a whole configuration: in brace form every brace is
// closed, in set form every line is a statement, and there is at least one. That lines are
// missing between two statements of set form cannot be seen from the text.
func Complete(text string) error {
	t, err := parse(text)
	if err != nil {
		return err
	}
	if len(t.root.kids) == 0 {
		return errors.New("the text has no statement: this is not a configuration; fetch it again")
	}
	return nil
}

// parse reads the form that the first statement has.
func parse(text string) (*tree, error) {
	lines, err := words.Read(text)
	if err != nil {
		return nil, err
	}
	t := &tree{root: &statement{}, lines: screen(lines)}
	for _, l := range t.lines {
		line := strings.TrimSpace(l.Text)
		if line == "" || line[0] == '#' || banner(line) {
			continue
		}
		if verb, _, _ := strings.Cut(line, " "); isVerb(verb) {
			err = t.set()
		} else {
			err = t.braces()
		}
		if err == nil {
			err = t.whole()
		}
		return t, err
	}
	return t, nil
}

// screen blanks what a terminal shows around a configuration: the prompt with the command in
// front of it, the prompt behind it, and the head that RANCID writes.
func screen(lines []words.Line) []words.Line {
	idle := func(text string) bool {
		text = strings.TrimSpace(text)
		return text == "" || text[0] == '#' || text[0] == '!' || banner(text) || prompts(text)
	}
	blank := func(i int) {
		if text := strings.TrimSpace(lines[i].Text); text != "" && (text[0] == '!' || prompts(text)) {
			lines[i].Text = ""
		}
	}
	first, last := 0, len(lines)-1
	for ; first < len(lines) && idle(lines[first].Text); first++ {
		blank(first)
	}
	for ; last > first && idle(lines[last].Text); last-- {
		blank(last)
	}
	return lines
}

var promptLine = regexp.MustCompile(`^(\{[a-z0-9:-]+\})?(\[edit[^\]]*\])?[A-Za-z0-9._-]+@[A-Za-z0-9._-]+[>#%]( .*)?$`)

// prompts reports whether a line is a prompt, with what was typed behind it.
func prompts(line string) bool { return promptLine.MatchString(line) }

// whole refuses a part of a configuration whose place in it the text does not tell: what
// "show configuration firewall" prints begins with "family inet", and so does a unit of an interface.
func (t *tree) whole() error {
	for _, s := range t.root.kids {
		inside := false
		switch s.word {
		case "family", "filter", "term", "from", "then", "unit", "policer", "prefix-list":
			inside = true
		default:
			inside = s.kid("unit") != nil
		}
		if inside {
			return failed(t.place(s.line, "a configuration has no "+quoted(s.word)+" at its top: this is a part of one; fetch all of it"))
		}
	}
	return nil
}

// banner reports whether a line is what a router prints around an answer: {master:0}, [edit].
func banner(line string) bool {
	return strings.HasPrefix(line, "[edit") && strings.HasSuffix(line, "]") || strings.HasSuffix(line, "}[edit]") ||
		line[0] == '{' && strings.HasSuffix(line, "}") && !strings.ContainsAny(line, " \t;")
}

func failed(places ...acl.Place) error { return words.TextError{Places: places} }
