// Package words is what the dialects share: reading a device's text line by line, the
// names of ports, laying a list out in generations and groups, and the words of a session.
package words

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"op25b/acl"
)

// MaxText is the longest device text that is read, in bytes. A full table of static
// routes is under 10 MB; a longer text is not a configuration.
const MaxText = 64 << 20

// TextError is what is wrong with a device's text, and where.
type TextError struct{ Places []acl.Place }

// Error names every place: line 14: "permit foo": unknown word.
func (e TextError) Error() string {
	var out []string
	for _, p := range e.Places {
		if p.Line == 0 {
			out = append(out, p.Why)
			continue
		}
		out = append(out, fmt.Sprintf("line %d: %q: %s", p.Line, clip(p.Text), p.Why))
	}
	return strings.Join(out, "\n")
}

func clip(s string) string {
	if len(s) <= 100 {
		return s
	}
	return strings.ToValidUTF8(s[:100], "") + "…"
}

// Line is one line of a text and its number.
type Line struct {
	Number int
	Text   string // without the line end
}

// Place is where the line stands.
func (l Line) Place(why string) acl.Place { return acl.Place{Line: l.Number, Text: l.Text, Why: why} }

// Read splits a device's text into lines. A carriage return before the line end and a byte
// order mark before the text are dropped; any other control character but a tab is an error,
// for a configuration has none.
func Read(text string) ([]Line, error) {
	if len(text) > MaxText {
		return nil, TextError{[]acl.Place{{Why: fmt.Sprintf("the text has %d MB; a configuration of more than %d MB is not read", len(text)>>20, MaxText>>20)}}}
	}
	text = strings.TrimPrefix(text, "\ufeff")
	lines := make([]Line, 0, strings.Count(text, "\n")+1)
	for number := 1; text != ""; number++ {
		line, rest, _ := strings.Cut(text, "\n")
		line = strings.TrimRight(line, "\r")
		if why := control(line); why != "" {
			return nil, TextError{[]acl.Place{{Line: number, Text: line, Why: why}}}
		}
		lines = append(lines, Line{number, line})
		text = rest
	}
	return lines, nil
}

func control(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return fmt.Sprintf("control character %#02x at column %d: this is not a clean configuration text", c, i+1)
		}
	}
	return ""
}

// Remark is a text that may stand in a comment of any router: printable ASCII, at most
// so many characters, nothing that a CLI or a template could take for more than text.
func Remark(s string, most int) string {
	var out strings.Builder
	for _, r := range s {
		if out.Len() == most {
			break
		}
		if r < ' ' || r >= utf8.RuneSelf || r == 0x7f || strings.ContainsRune("\"'`?!|{}\\;$<>", r) {
			r = '_'
		}
		out.WriteRune(r)
	}
	return strings.TrimSpace(out.String())
}

// Typed is a running config with configuration lines typed to the router that holds it: they
// stand before the `end` that closes the text, where it has one.
func Typed(text string, lines []string) string {
	body, end := text, ""
	if trimmed := strings.TrimRight(text, " \t\r\n"); trimmed == "end" || strings.HasSuffix(trimmed, "\nend") {
		body, end = strings.TrimSuffix(trimmed, "end"), "end\n"
	}
	if body != "" && !strings.HasSuffix(body, "\n") {
		body += "\n"
	}
	if len(lines) == 0 {
		return body + end
	}
	return body + strings.Join(lines, "\n") + "\n" + end
}
