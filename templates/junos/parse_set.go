package junos

import (
	"strings"

	"op25b/acl"
)

// mostErrors is how many lines of a text are complained about.
const mostErrors = 20

// isVerb reports whether a line that begins with this word is a command of set form.
func isVerb(word string) bool {
	switch word {
	case "set", "deactivate", "activate", "protect", "unprotect", "annotate",
		"delete", "insert", "rename", "copy", "replace", "edit", "top", "up":
		return true
	}
	return false
}

// set reads set form. Statements are made active and inactive when all of them are there.
func (t *tree) set() error {
	var wrong []acl.Place
	var later []command
	var buffer []string
	note := ""
	for _, l := range t.lines {
		line := strings.TrimSpace(l.Text)
		switch {
		case line == "" || banner(line):
			note = ""
			continue
		case line[0] == '#':
			note = strings.TrimSpace(strings.TrimLeft(line, "#"))
			continue
		}
		c, why := split(line, buffer[:0])
		buffer = c.path
		if c.line = l.Number; why == "" {
			why = t.obey(c, note, &later)
		}
		note = ""
		if why != "" && len(wrong) < mostErrors {
			wrong = append(wrong, l.Place(why))
		}
	}
	if wrong != nil {
		return failed(wrong...)
	}
	for _, c := range later {
		t.activate(c)
	}
	return nil
}

// command is one line of set form. With a list in brackets it speaks of each of the values
// under the path, else of the path.
type command struct {
	verb   string
	path   []string
	values []string
	line   int
}

// obey does what a line says, or returns why it cannot. The path is not kept.
func (t *tree) obey(c command, note string, later *[]command) string {
	switch c.verb {
	case "annotate", "protect", "unprotect":
		return ""
	case "set", "deactivate", "activate":
	default:
		if isVerb(c.verb) {
			return "this changes a configuration; a configuration has set and deactivate lines only"
		}
		return "this is not a set or deactivate line; fetch the text again"
	}
	if len(c.path) == 0 {
		return "the line ends after its first word: the text is cut"
	}
	if len(c.path) >= mostDeep {
		return "the line has too many words"
	}
	if c.verb != "set" {
		c.path = append([]string{}, c.path...)
		*later = append(*later, c)
		return ""
	}
	last := t.say(t.root, c.path, c.line, note)
	for _, v := range c.values {
		t.say(last, []string{v}, c.line, "")
	}
	return ""
}

// activate carries out a deactivate or activate line.
func (t *tree) activate(c command) {
	values := c.values
	if values == nil {
		values = c.path[len(c.path)-1:]
		c.path = c.path[:len(c.path)-1]
	}
	at := t.root.reach(c.path)
	for _, v := range values {
		if s := at.kid(v); s != nil {
			s.inactive = c.verb == "deactivate"
			continue
		}
		if may := concerns(append(c.path, v)); may != never && c.verb == "deactivate" {
			t.lost = append(t.lost, t.place(c.line, "the text does not have what this line deactivates: it is not the whole configuration"))
		}
	}
}

// split cuts a line at its blanks, quoted strings and brackets.
func split(line string, into []string) (command, string) {
	c := command{path: into}
	verb, rest, _ := strings.Cut(line, " ")
	c.verb = verb
	list, closed := false, false
	for rest = unblank(rest); rest != ""; rest = unblank(rest) {
		word, isQuoted := "", rest[0] == '"'
		if isQuoted {
			var ok bool
			if word, rest, ok = unquote(rest); !ok {
				return c, "a quoted string is not closed"
			}
		} else {
			end := 0
			for end < len(rest) && rest[end] != ' ' && rest[end] != '\t' {
				end++
			}
			word, rest = rest[:end], rest[end:]
		}
		switch {
		case !isQuoted && !list && strings.HasPrefix(word, "##"):
			return c, ""
		case closed:
			return c, "words after a list in brackets"
		case !isQuoted && word == "[" && !list:
			list = true
		case !isQuoted && word == "]" && list:
			list, closed = false, true
		case list:
			c.values = append(c.values, word)
		default:
			c.path = append(c.path, word)
		}
	}
	switch {
	case list:
		return c, "a list in brackets is not closed"
	case closed && len(c.values) == 0:
		return c, "an empty list in brackets"
	}
	return c, ""
}

// unblank drops the blanks at the front.
func unblank(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	return s
}

// unquote takes a quoted string off the front of a text.
func unquote(text string) (word, rest string, ok bool) {
	body := text[1:]
	end := strings.IndexAny(body, `"\`)
	if end >= 0 && body[end] == '"' {
		return body[:end], body[end+1:], true
	}
	var out strings.Builder
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case c == '"':
			return out.String(), body[i+1:], true
		case c == '\\' && i+1 < len(body) && (body[i+1] == '"' || body[i+1] == '\\'):
			i++
			out.WriteByte(body[i])
		default:
			out.WriteByte(c)
		}
	}
	return "", "", false
}
