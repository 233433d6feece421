package junos

import (
	"errors"
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
	t := &tree{root: &statement{}, lines: lines}
	for _, l := range lines {
		line := strings.TrimSpace(l.Text)
		if line == "" || line[0] == '#' || banner(line) {
			continue
		}
		if verb, _, _ := strings.Cut(line, " "); isVerb(verb) {
			return t, t.set()
		}
		return t, t.braces()
	}
	return t, nil
}

// banner reports whether a line is what a router prints around an answer: {master:0}, [edit].
func banner(line string) bool {
	return line == "[edit]" || line[0] == '{' && strings.HasSuffix(line, "}") && !strings.ContainsAny(line, " \t;")
}

func failed(places ...acl.Place) error { return words.TextError{Places: places} }
