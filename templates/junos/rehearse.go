package junos

import (
	"op25b/acl"
)

// Rehearse is what the candidate says after set and delete lines typed at the top of
// configuration mode, to a router that holds the text.
func (Dialect) Rehearse(text string, lines []string) (acl.Config, error) {
	t, err := parse(text)
	if err != nil {
		return acl.Config{}, err
	}
	for i, line := range lines {
		if why := t.typed(line); why != "" {
			return acl.Config{}, failed(acl.Place{Line: i + 1, Text: line, Why: why})
		}
	}
	return read(t), nil
}

// typed carries out one line.
func (t *tree) typed(line string) string {
	c, why := split(line, nil)
	switch {
	case why != "":
		return why
	case c.verb == "set":
		return t.obey(c, "", nil)
	case c.verb != "delete" || c.values != nil || len(c.path) == 0:
		return "neither a set nor a delete line"
	}
	last := len(c.path) - 1
	under := t.root.reach(c.path[:last])
	if under.kid(c.path[last]) == nil {
		return "deletes what is not there"
	}
	under.remove(c.path[last])
	return ""
}

// remove takes a kid away with all that stands under it.
func (s *statement) remove(word string) {
	for i, k := range s.kids {
		if k.word == word {
			s.kids = append(append([]*statement{}, s.kids[:i]...), s.kids[i+1:]...)
			delete(s.index, word)
			return
		}
	}
}
