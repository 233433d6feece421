package cli

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"

	"op25b/templates/words"
)

// scrubber turns the bytes of a terminal into text, a chunk at a time: escape sequences, bells
// and NULs go, CR LF is a line end, and a lone CR, which means "back to the first column",
// becomes carriage. Backspaces stay. The zero value is ready.
type scrubber struct {
	state   scrubState
	pending bool // a CR was the last byte
}

type scrubState uint8

const (
	plain    scrubState = iota
	escape              // after ESC
	control             // in ESC [ …
	command             // in ESC ] …, up to BEL or ESC
	intermed            // after ESC and an intermediate byte: one more
)

// carriage stands for a lone CR: the layer above throws every CR away, and no device sends it.
const carriage = '\v'

func (s *scrubber) text(raw []byte) []byte {
	out := make([]byte, 0, len(raw)+1)
	for _, c := range raw {
		if s.state != plain {
			s.skip(c)
			continue
		}
		if s.pending && c != '\r' {
			s.pending = false
			if c != '\n' {
				out = append(out, carriage)
			}
		}
		switch {
		case c == '\r':
			s.pending = true
		case c == 0x1b:
			s.state = escape
		case c == '\n', c == '\t', c == '\b', c >= ' ' && c != 0x7f:
			out = append(out, c)
		}
	}
	return out
}

// skip takes one byte of an escape sequence. [ECMA-48]
func (s *scrubber) skip(c byte) {
	switch s.state {
	case escape:
		switch {
		case c == '[':
			s.state = control
		case c == ']':
			s.state = command
		case c >= ' ' && c <= '/':
			s.state = intermed
		default:
			s.state = plain
		}
	case control:
		if c >= '@' && c <= '~' || c < ' ' {
			s.state = plain
		}
	case command:
		if c == 0x07 || c == 0x1b || c == '\n' {
			s.state = plain
		}
	case intermed:
		s.state = plain
	}
}

// settled is a line as it stands on the screen after its backspaces and carriages: what a
// device wrote over a pager hides it.
func settled(line string) string {
	if !strings.ContainsAny(line, "\b\v") {
		return line
	}
	var screen []byte
	column := 0
	for i := 0; i < len(line); i++ {
		switch c := line[i]; c {
		case '\b':
			column = max(0, column-1)
		case carriage:
			column = 0
		default:
			if column < len(screen) {
				screen[column] = c
			} else {
				screen = append(screen, c)
			}
			column++
		}
	}
	return strings.TrimRight(string(screen), " ")
}

// Sendable says what is wrong with a line that is to be typed, if anything: only printable
// ASCII goes out, no question mark (a CLI takes it for a call for help wherever it stands), no
// tab (it completes words), nothing longer than the device takes.
func Sendable(s words.Session, line string) error {
	if s.LineLength > 0 && len(line) > s.LineLength {
		return fmt.Errorf("%q… has %d characters; %s takes %d", line[:40], len(line), s.Name, s.LineLength)
	}
	for i := 0; i < len(line); i++ {
		if c := line[i]; c < ' ' || c > '~' || c == '?' {
			return fmt.Errorf("%q: the character at column %d must not be typed at a router", line, i+1)
		}
	}
	return nil
}

// Configures says what is wrong with a line of a plan, if anything: it must be sendable, and it
// must be configuration, not a command that ends config mode, commits, saves or restarts.
func Configures(s words.Session, line string) error {
	if err := Sendable(s, line); err != nil {
		return err
	}
	if strings.TrimSpace(line) == "" {
		return fmt.Errorf("an empty line is no configuration")
	}
	if s.Forbidden != nil && s.Forbidden.MatchString(line) || s.Shape != nil && !s.Shape.MatchString(line) {
		return fmt.Errorf("%q is no configuration line of %s", line, s.Name)
	}
	return nil
}

// squeezed is a text without its blanks: an echo may be wrapped, and a device may print one
// blank where two were typed.
func squeezed(s string) string {
	if !strings.ContainsAny(s, " \t\n\b\v") {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == '\n' || r == '\b' || r == '\v' {
			return -1
		}
		return r
	}, s)
}

// readable is what a device said, in UTF-8. An RTX speaks Shift JIS as it comes from the factory, or
// EUC; EUC is tried first, for much of it would pass as Shift JIS. What is neither stays as it is.
func readable(says string) string {
	if utf8.ValidString(says) {
		return says
	}
	for _, e := range []encoding.Encoding{japanese.EUCJP, japanese.ShiftJIS} {
		if out, err := e.NewDecoder().String(says); err == nil && !strings.ContainsRune(out, utf8.RuneError) {
			return out
		}
	}
	return says
}
