package rtx

import (
	"strings"

	"golang.org/x/text/encoding/japanese"
)

// screen is how the router writes: language and encoding, width, height.
type screen struct {
	character string // ja.sjis, en.ascii, …
	columns   int
	lines     int // 0 is infinity
}

// What a router has without console commands. [K] for the Japanese of the factory settings.
const (
	factoryCharacter = "ja.sjis"
	factoryColumns   = 80
	factoryLines     = 24
)

// characters are the words of "console character": without a language they are Japanese,
// except ascii [DOC].
func knownCharacter(s string) bool {
	switch s {
	case "ascii", "sjis", "euc", "en.ascii", "ja.ascii", "ja.sjis", "ja.euc", "ja.utf8":
		return true
	}
	return false
}

func (s screen) english() bool { return strings.HasSuffix(s.character, "ascii") }

// say is a message in the router's language.
func (s screen) say(m message) string {
	english, japanese := texts(m)
	if s.english() {
		return english
	}
	return japanese
}

// fault is a message as an error. The prefix has a narrow colon in both languages [SAMPLE].
func (s screen) fault(m message) string {
	if s.english() {
		return "Error: " + s.say(m) + "\n"
	}
	return "エラー: " + s.say(m) + "\n"
}

// wrap breaks lines at columns − 1, without a look at what is there: within a number, before
// a blank [SAMPLE: five lines on three models are 79 long]. A wide character is two columns.
func (s screen) wrap(text string) string {
	var out strings.Builder
	used := 0
	for _, c := range text {
		w := width(c)
		switch {
		case c == '\n':
			used = -w
		case used+w > s.columns-1:
			out.WriteByte('\n')
			used = 0
		}
		out.WriteRune(c)
		used += w
	}
	return out.String()
}

func width(c rune) int {
	if c < 0x80 || c >= 0xff61 && c <= 0xff9f {
		return 1
	}
	return 2
}

// encode is the text in the bytes of "console character".
func (s screen) encode(text string) string {
	var out string
	var err error
	switch {
	case strings.HasSuffix(s.character, "sjis"):
		out, err = japanese.ShiftJIS.NewEncoder().String(text)
	case strings.HasSuffix(s.character, "euc"):
		out, err = japanese.EUCJP.NewEncoder().String(text)
	default:
		return text
	}
	if err != nil {
		return text // a character that the encoding does not have
	}
	return out
}

// decode is what was typed, from the bytes of "console character".
func (s screen) decode(typed string) string {
	var out string
	var err error
	switch {
	case strings.HasSuffix(s.character, "sjis"):
		out, err = japanese.ShiftJIS.NewDecoder().String(typed)
	case strings.HasSuffix(s.character, "euc"):
		out, err = japanese.EUCJP.NewDecoder().String(typed)
	default:
		return typed
	}
	if err != nil {
		return typed
	}
	return out
}
