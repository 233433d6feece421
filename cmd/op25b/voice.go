package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"op25b/sheet"
)

// The voice of the command, in one place. Results go to standard output and nothing else
// does; talk goes to standard error, each line with the prefix "op25b:". Lower case, no full
// stop. An error says where it is, a hint says what to type next. Colour helps the eye and
// never carries meaning alone: every coloured line also begins with a sign or a word.
type voice struct {
	out, talk io.Writer
	colour    bool
	secrets   *secrets // nil: there are none
}

// secrets are the passwords that were used. A device may say them in its own words, and then
// they are not passed on.
type secrets struct {
	mu   sync.Mutex
	list []string
}

// keep adds secrets. One of fewer than four characters is found in too many words to be hidden.
func (s *secrets) keep(list ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range list {
		if len(one) >= 4 && !slices.Contains(s.list, one) {
			s.list = append(s.list, one)
		}
	}
}

// foreign is text that may come from a device, safe to print.
func (v voice) foreign(text string) string {
	text = printable(text)
	if v.secrets == nil {
		return text
	}
	v.secrets.mu.Lock()
	defer v.secrets.mu.Unlock()
	for _, one := range v.secrets.list {
		text = strings.ReplaceAll(text, one, "********")
	}
	return text
}

// Colours of a terminal.
const (
	red    = "\x1b[31m"
	green  = "\x1b[32m"
	yellow = "\x1b[33m"
	cyan   = "\x1b[36m"
	bold   = "\x1b[1m"
	plain  = "\x1b[0m"
)

func (v voice) paint(colour, s string) string {
	if !v.colour || s == "" {
		return s
	}
	return colour + s + plain
}

// printf writes a result.
func (v voice) printf(format string, args ...any) { fmt.Fprintf(v.out, format, args...) }

// note says something that is neither result nor error.
func (v voice) note(format string, args ...any) {
	v.say("", fmt.Sprintf(format, args...))
}

func (v voice) warn(what, hint string) {
	v.say("warning: ", what)
	v.say("hint: ", hint)
}

func (v voice) say(kind, text string) {
	if text == "" {
		return
	}
	for _, line := range strings.Split(v.foreign(text), "\n") {
		fmt.Fprintf(v.talk, "op25b: %s%s\n", kind, line)
	}
}

// hinter is an error that knows what to do next.
type hinter interface{ Hint() string }

// fail tells an error, part by part, and its hints: each problem of a file with its own, all
// others once, at the end.
func (v voice) fail(err error) {
	var hints []string
	for _, part := range parts(err) {
		var problems sheet.Errors
		isFile := errors.As(part, &problems)
		for _, line := range strings.Split(part.Error(), "\n") {
			before, hint, is := strings.Cut(line, "hint: ")
			switch {
			case !is || before != "" && !strings.HasSuffix(before, ": "):
				v.say("error: ", line)
			case isFile:
				v.say("hint: ", hint)
			default:
				hints = append(hints, hint)
			}
		}
		for _, one := range leaves(part) {
			if h, is := one.(hinter); is {
				hints = append(hints, h.Hint())
			}
		}
	}
	for i, hint := range hints {
		if !slices.Contains(hints[:i], hint) {
			v.say("hint: ", hint)
		}
	}
}

// parts are the errors that were joined into one.
func parts(err error) []error {
	switch e := err.(type) {
	case sheet.Errors:
	case exit:
		if e.hint == "" && e.cause != nil {
			return parts(e.cause)
		}
	case interface{ Unwrap() []error }:
		var out []error
		for _, one := range e.Unwrap() {
			out = append(out, parts(one)...)
		}
		return out
	}
	return []error{err}
}

// leaves are an error and all that it wraps.
func leaves(err error) []error {
	out := []error{err}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			out = append(out, leaves(inner)...)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			out = append(out, leaves(inner)...)
		}
	}
	return out
}

// printable keeps the terminal safe from what a file or a router says.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r >= ' ' && r != 0x7f && !(r >= 0x80 && r < 0xa0) {
			return r
		}
		return '?'
	}, s)
}

// coloured decides whether a writer gets colour: auto asks whether it is a terminal.
func coloured(word string, w io.Writer, environ func(string) string) (bool, error) {
	switch word {
	case "always":
		return true, nil
	case "never":
		return false, nil
	case "auto", "":
		f, is := w.(*os.File)
		if !is || environ("NO_COLOR") != "" || environ("TERM") == "dumb" {
			return false, nil
		}
		info, err := f.Stat()
		return err == nil && info.Mode()&os.ModeCharDevice != 0, nil
	}
	return false, usagef("--color is auto, always or never, not %q", word)
}
