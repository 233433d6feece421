package words

import (
	"fmt"
	"strings"

	"op25b/acl"
)

// Statement is a line of a Cisco configuration that says something.
type Statement struct {
	Line   Line
	Indent int    // blanks before it
	Text   string // without them and without blanks at the end
}

// Statements are the lines of a configuration without blank lines, indented comments and the
// bodies of banners. A comment at the margin stays: it ends a block. What is no configuration
// is an error that names the line: a pager's mark, a router's error message, a banner without
// its end.
func Statements(lines []Line) ([]Statement, error) {
	out := make([]Statement, 0, len(lines))
	var wrong []acl.Place
	for i := 0; i < len(lines); i++ {
		l := lines[i]
		text := strings.Trim(l.Text, " \t")
		if text == "" {
			continue
		}
		s := Statement{l, indent(l.Text), text}
		if s.Indent > 0 && text[0] == '!' {
			continue
		}
		if why := foreign(s); why != "" {
			wrong = append(wrong, l.Place(why))
			continue
		}
		out = append(out, s)
		delimiter, opens := banner(s)
		if !opens {
			continue
		}
		end := closing(lines, i+1, delimiter)
		if end == len(lines) {
			wrong = append(wrong, l.Place("the text ends before "+delimiter+" ends this"))
		}
		i = end
	}
	if len(wrong) > 0 {
		return nil, TextError{wrong}
	}
	return out, nil
}

// etx is ^C as one character.
const etx = "\x03"

// ReadCisco is Read for a Cisco text. A file taken off the router may have a real ^C around a
// banner: there, and only there, it becomes the ^C that a terminal shows.
func ReadCisco(text string) ([]Line, error) {
	if !strings.Contains(text, etx) || len(text) > MaxText {
		return Read(text)
	}
	var out strings.Builder
	open := false
	for line := range strings.SplitAfterSeq(text, "\n") {
		if n := strings.Count(line, etx); n > 0 && (open || opensBanner(line)) {
			open = open != (n%2 == 1)
			line = strings.ReplaceAll(line, etx, "^C")
		}
		out.WriteString(line)
	}
	return Read(out.String())
}

// opensBanner reports whether a line is of those that a text behind a delimiter follows.
func opensBanner(line string) bool {
	words := cursor{line}
	switch words.next() {
	case "banner", "menu", "vacant-message", "refuse-message", "busy-message":
		return true
	case "aaa":
		kind := Word(words.rest, 1)
		return words.peek() == "authentication" && (kind == "banner" || kind == "fail-message")
	case "ip":
		return strings.Contains(line, " auth-proxy-banner ")
	}
	return false
}

func indent(text string) int {
	for i := 0; i < len(text); i++ {
		if text[i] != ' ' && text[i] != '\t' {
			return i
		}
	}
	return len(text)
}

// foreign says why a line cannot stand in a configuration.
func foreign(s Statement) string {
	if strings.Contains(s.Text, "--More--") {
		return "the mark of a pager: fetch the text again with terminal length 0"
	}
	if s.Indent == 0 && s.Text[0] == '%' && !logged(s.Text) {
		return "a message of the router, not a configuration: fetch the text again"
	}
	return ""
}

// logged tells a log message %SYS-5-CONFIG_I: … from an error message % Invalid input.
func logged(text string) bool {
	head, _, colon := strings.Cut(text, ":")
	i := strings.LastIndexByte(head, '-')
	return colon && i > 2 && head[i-2] == '-' && head[i-1] >= '0' && head[i-1] <= '7' && !strings.Contains(head, " ")
}

// banner reports whether a line opens a text that runs until a delimiter: banner motd ^C, menu M
// title ^C. A banner that ends on its line opens nothing, and neither does a ^C anywhere else.
func banner(s Statement) (delimiter string, opens bool) {
	if s.Indent == 0 && strings.HasPrefix(s.Text, "macro name ") {
		return "@", true
	}
	if !opensBanner(s.Text) {
		return "", false
	}
	rest := ""
	if _, behind, is := strings.Cut(s.Text, " ^C"); is {
		delimiter, rest = "^C", behind
	} else if s.Indent == 0 && Word(s.Text, 0) == "banner" {
		delimiter, rest = delimited(Fields(s.Text, 1))
	}
	return delimiter, delimiter != "" && !strings.Contains(rest, delimiter)
}

// delimited cuts the delimiter off what stands behind the word banner: motd #text#. The kind of
// banner may be missing; a letter or a number delimits nothing, for a file is named so.
func delimited(text string) (delimiter, rest string) {
	if text != "" && wordLetter(text[0]) {
		text = Fields(text, 1)
	}
	if text == "" || wordLetter(text[0]) {
		return "", ""
	}
	return text[:1], text[1:]
}

func wordLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func closing(lines []Line, from int, delimiter string) int {
	for from < len(lines) && !strings.Contains(lines[from].Text, delimiter) {
		from++
	}
	return from
}

// Complete reports nil where a text is a whole running configuration: its last line is end.
// Blank lines, comments and a prompt may follow. It is for a text that was asked for as a
// whole; a rendered text or a section has no end.
func Complete(text string) error {
	lines, err := ReadCisco(text)
	if err != nil {
		return err
	}
	statements, err := Statements(lines)
	if err != nil {
		return err
	}
	for i := len(statements) - 1; i >= 0; i-- {
		s := statements[i]
		if s.Text == "end" {
			return nil
		}
		if s.Text[0] != '!' && !prompts(s) {
			return TextError{[]acl.Place{s.Line.Place("the configuration stops here, without its end: fetch it again")}}
		}
	}
	return TextError{[]acl.Place{{Why: "the text is empty, not a configuration"}}}
}

func prompts(s Statement) bool {
	last := s.Text[len(s.Text)-1]
	return s.Indent == 0 && (last == '#' || last == '>') && !strings.Contains(s.Text, " ")
}

// Whole refuses a text that calls itself a whole configuration, by a line that only such a
// text has, and lacks its end.
func Whole(statements []Statement, head func(text string) bool) error {
	var seen *Statement
	for i, s := range statements {
		if s.Indent == 0 && s.Text == "end" {
			return nil
		}
		if seen == nil && s.Indent == 0 && head(s.Text) {
			seen = &statements[i]
		}
	}
	if seen == nil {
		return nil
	}
	last := statements[len(statements)-1]
	return TextError{[]acl.Place{last.Line.Place(fmt.Sprintf("the configuration begins with %q and stops here, without its end: fetch it again", seen.Text))}}
}

// Sent are the lines of a rendered text that are typed: no comments, no blank lines, one
// blank before a line of a block.
func Sent(text string) []string {
	var out []string
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		text = rest
		bare := strings.Trim(line, " \t\r")
		if bare == "" || bare[0] == '!' {
			continue
		}
		if line[0] == ' ' || line[0] == '\t' {
			bare = " " + bare
		}
		out = append(out, bare)
	}
	return out
}
