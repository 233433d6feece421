package iosxr

import (
	"strconv"
	"strings"

	"op25b/templates/words"
)

// templates are the groups of lines, group … end-group, that apply-group puts elsewhere.
type templates struct {
	known   map[string]bool
	inside  string // the group that the lines belong to, "" for none
	applied []words.Statement
}

// open goes into a group.
func (t *templates) open(name string) { t.inside, t.known[name] = name, true }

// note looks at one line and says why its meaning is not known, "" where it is. In the formal
// form what a group says, and what applies one, is the rest of a longer line.
func (t *templates) note(s words.Statement) string {
	if before, names, is := strings.Cut(" "+s.Text, " apply-group "); is && !strings.Contains(before, " description ") {
		applied := s
		applied.Text = names
		t.applied = append(t.applied, applied)
	}
	for _, w := range [...]string{"access-group ", "access-list ", "object-group "} {
		if t.inside != "" && strings.Contains(s.Text, w) {
			return "a group of lines that apply-group may put into any interface or list"
		}
	}
	return ""
}

// absent are the lines that apply a group that is not in the text.
func (t *templates) absent(tell func(s words.Statement, why string)) {
	for _, s := range t.applied {
		for _, name := range strings.Fields(s.Text) {
			if !t.known[name] {
				tell(s, "the group "+strconv.Quote(name)+" is not in the text, and may put anything here")
				break
			}
		}
	}
}
