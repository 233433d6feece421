package junos

import (
	"strconv"
	"strings"

	"op25b/acl"
	"op25b/templates/words"
)

// mostDeep is how many words may stand under each other. Junos needs about forty.
const mostDeep = 128

// statement is one word of a configuration with what stands under it: the line "set a b c"
// and the text "a { b { c; } }" are both a > b > c. A nil statement is one that is not there.
type statement struct {
	word     string
	line     int  // where it was said first
	last     int  // the running number of what said it last: of two values the later one holds
	inactive bool // "inactive:" or "deactivate": the router acts as if it were not there
	note     string
	kids     []*statement
	index    map[string]*statement // of many kids
}

// tree is a configuration as statements.
type tree struct {
	root  *statement
	lines []words.Line
	said  int
	pool  []statement
	lost  []acl.Place // deactivates what the text does not have
}

func (t *tree) place(line int, why string) acl.Place {
	if line < 1 || line > len(t.lines) {
		return acl.Place{Why: why}
	}
	return t.lines[line-1].Place(why)
}

// say adds the words under a statement and returns the last of them. The note goes to what is new.
func (t *tree) say(under *statement, path []string, line int, note string) *statement {
	t.said++
	for _, word := range path {
		k := under.kid(word)
		if k == nil {
			k = t.grow(word, line)
			k.note = note
			under.add(k)
		}
		k.last = t.said
		under = k
	}
	return under
}

func (t *tree) grow(word string, line int) *statement {
	if len(t.pool) == 0 {
		t.pool = make([]statement, 256)
	}
	s := &t.pool[0]
	t.pool = t.pool[1:]
	s.word, s.line = word, line
	return s
}

const fewKids = 12

func (s *statement) add(k *statement) {
	s.kids = append(s.kids, k)
	if s.index != nil {
		s.index[k.word] = k
		return
	}
	if len(s.kids) > fewKids {
		s.index = make(map[string]*statement, 4*fewKids)
		for _, k := range s.kids {
			s.index[k.word] = k
		}
	}
}

// clear forgets what stands under a statement: "replace:".
func (s *statement) clear() {
	s.kids, s.index, s.inactive = nil, nil, false
}

// kid is the statement of this word right under s, active or not.
func (s *statement) kid(word string) *statement {
	switch {
	case s == nil:
		return nil
	case s.index != nil:
		return s.index[word]
	}
	for _, k := range s.kids {
		if k.word == word {
			return k
		}
	}
	return nil
}

// find is the statement at a path, where all of the path is active.
func (s *statement) find(path ...string) *statement {
	for _, word := range path {
		if s = s.kid(word); s == nil || s.inactive {
			return nil
		}
	}
	return s
}

// reach is the statement at a path, active or not.
func (s *statement) reach(path []string) *statement {
	for _, word := range path {
		s = s.kid(word)
	}
	return s
}

// active are the kids that are in force.
func (s *statement) active() []*statement {
	if s == nil {
		return nil
	}
	for i, k := range s.kids {
		if k.inactive {
			out := append([]*statement{}, s.kids[:i]...)
			for _, k := range s.kids[i:] {
				if !k.inactive {
					out = append(out, k)
				}
			}
			return out
		}
	}
	return s.kids
}

// value is the one that was said last of the active kids, nil where there is none.
func (s *statement) value() *statement {
	var latest *statement
	for _, k := range s.active() {
		if latest == nil || k.last > latest.last {
			latest = k
		}
	}
	return latest
}

// silenced reports whether something stands under s, but nothing of it is active.
func (s *statement) silenced() bool { return len(s.kids) > 0 && len(s.active()) == 0 }

// text is what is active under s, as set form has it: "from protocol tcp; then discard". It is
// the same for both forms of one configuration.
func (s *statement) text() string {
	var out strings.Builder
	s.write(&out, "")
	return out.String()
}

func (s *statement) write(out *strings.Builder, path string) {
	for _, k := range s.active() {
		here := path + quoted(k.word)
		if len(k.kids) > 0 {
			k.write(out, here+" ")
			continue
		}
		if out.Len() > 0 {
			out.WriteString("; ")
		}
		out.WriteString(here)
	}
}

func quoted(word string) string {
	if word == "" || strings.ContainsAny(word, " \t;\"") {
		return strconv.Quote(word)
	}
	return word
}
