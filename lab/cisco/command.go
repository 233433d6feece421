// Package cisco reads command lines as Cisco's routers do: words may be cut short as long as
// they are unique, and a caret stands under the first word that is wrong.
package cisco

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Family is one of the two IP families, by the word that XR has for it.
type Family string

// The families.
const (
	V4 Family = "ipv4"
	V6 Family = "ipv6"
)

// FamilyOf is the family of an address.
func FamilyOf(a netip.Addr) Family {
	if a.Is6() {
		return V6
	}
	return V4
}

// Token is one word of a line and the column where it begins, from 0.
type Token struct {
	Text string
	At   int
}

// Tokens splits a line at blanks.
func Tokens(line string) []Token {
	var all []Token
	start := -1
	for i := 0; i <= len(line); i++ {
		blank := i == len(line) || line[i] == ' ' || line[i] == '\t'
		switch {
		case !blank && start < 0:
			start = i
		case blank && start >= 0:
			all = append(all, Token{line[start:i], start})
			start = -1
		}
	}
	return all
}

// Call is a command line that was understood.
type Call struct {
	Args []string // what stood in the places of the pattern, in order
	Rest []Token  // the words that a <LINE> took
	Line string   // all of it, as typed
	Size int      // the length of the line, for a complaint that it is too short
}

// Tail is what a <LINE> took, as typed, without blanks around it.
func (c Call) Tail() string {
	if len(c.Rest) == 0 {
		return ""
	}
	return strings.TrimSpace(c.Line[c.Rest[0].At:])
}

// Table is the commands of one mode. Fill it with Add, then use Run. The zero value knows nothing.
type Table[S any] struct {
	rules []rule[S]
}

type rule[S any] struct {
	parts []string
	do    func(S, Call) string
}

// Add takes a pattern: words; [an optional part]; (one|of); and places for what is typed:
// <WORD>, <1-99> for a number, <A.B.C.D>, <INTERFACE> (one or two words), and at the end <LINE>.
func (t *Table[S]) Add(pattern string, do func(S, Call) string) {
	for _, p := range expand(pattern) {
		t.rules = append(t.rules, rule[S]{strings.Fields(p), do})
	}
}

// expand writes out the optional parts and the choices of a pattern.
func expand(pattern string) []string {
	if i := strings.IndexByte(pattern, '['); i >= 0 {
		j := i + strings.IndexByte(pattern[i:], ']')
		without := pattern[:i] + pattern[j+1:]
		with := pattern[:i] + pattern[i+1:j] + pattern[j+1:]
		return append(expand(without), expand(with)...)
	}
	if i := strings.IndexByte(pattern, '('); i >= 0 {
		j := i + strings.IndexByte(pattern[i:], ')')
		var all []string
		for _, choice := range strings.Split(pattern[i+1:j], "|") {
			all = append(all, expand(pattern[:i]+choice+pattern[j+1:])...)
		}
		return all
	}
	return []string{pattern}
}

// Run finds the one command that a line means and carries it out. A complaint that is not the
// zero value says why there is none.
func (t *Table[S]) Run(s S, line string) (string, Complaint) {
	tokens := Tokens(line)
	alive := t.rules
	call := Call{Line: line, Size: len(line)}
	for i := 0; i < len(tokens); i++ {
		depth := i
		tokens = joinInterface(tokens, i, partsAt(alive, depth))
		next, taken, trouble := choose(alive, depth, tokens[i])
		if trouble != fine {
			return "", Complaint{Kind: trouble, At: tokens[i].At, Line: line}
		}
		alive = next
		if taken == "<LINE>" {
			call.Rest = tokens[i:]
			return alive[0].do(s, call), Complaint{}
		}
		if strings.HasPrefix(taken, "<") {
			call.Args = append(call.Args, tokens[i].Text)
		}
	}
	for _, r := range alive {
		if len(r.parts) == len(tokens) {
			return r.do(s, call), Complaint{}
		}
	}
	return "", Complaint{Kind: Incomplete, Line: line}
}

func partsAt[S any](rules []rule[S], depth int) []string {
	var parts []string
	for _, r := range rules {
		if depth < len(r.parts) {
			parts = append(parts, r.parts[depth])
		}
	}
	return parts
}

// joinInterface makes one word of "gi 0/0/1" where an interface may stand.
func joinInterface(tokens []Token, i int, parts []string) []Token {
	if !slices.Contains(parts, "<INTERFACE>") || i+1 >= len(tokens) {
		return tokens
	}
	letters := strings.Trim(strings.ToLower(tokens[i].Text), "abcdefghijklmnopqrstuvwxyz-") == ""
	if c := tokens[i+1].Text[0]; !letters || c < '0' || c > '9' {
		return tokens
	}
	joined := Token{tokens[i].Text + tokens[i+1].Text, tokens[i].At}
	return append(append(slices.Clone(tokens[:i]), joined), tokens[i+2:]...)
}

// choose keeps the rules whose part at depth takes the word: a keyword first, in full or cut
// short, else a place. All rules kept have the same kind of part there.
func choose[S any](rules []rule[S], depth int, token Token) ([]rule[S], string, Kind) {
	word := strings.ToLower(token.Text)
	var meant []string
	for _, part := range partsAt(rules, depth) {
		if part[0] == '<' || slices.Contains(meant, part) {
			continue
		}
		if part == word {
			meant = []string{part}
			break
		}
		if strings.HasPrefix(part, word) {
			meant = append(meant, part)
		}
	}
	switch {
	case len(meant) > 1:
		return nil, "", Ambiguous
	case len(meant) == 1:
		return keep(rules, depth, meant[0]), meant[0], fine
	}
	for _, part := range partsAt(rules, depth) {
		if part[0] == '<' && takes(part, token.Text) {
			return keep(rules, depth, part), part, fine
		}
	}
	return nil, "", Invalid
}

func keep[S any](rules []rule[S], depth int, part string) []rule[S] {
	var kept []rule[S]
	for _, r := range rules {
		if depth < len(r.parts) && r.parts[depth] == part {
			kept = append(kept, r)
		}
	}
	return kept
}

// takes reports whether a place of a pattern accepts a word.
func takes(part, word string) bool {
	switch part {
	case "<WORD>", "<LINE>", "<INTERFACE>":
		return true
	case "<A.B.C.D>":
		return isIPv4(word)
	}
	var low, high, n int64
	if _, err := fmt.Sscanf(part, "<%d-%d>", &low, &high); err != nil {
		return false
	}
	if strings.Trim(word, "0123456789") != "" || len(word) > 12 {
		return false
	}
	fmt.Sscanf(word, "%d", &n)
	return n >= low && n <= high
}

// Kind is what is wrong with a line.
type Kind int

// The three things that a command parser of Cisco's complains about.
const (
	fine Kind = iota
	Invalid
	Incomplete
	Ambiguous
)

// Complaint says what is wrong with a line, and where. The zero value is none.
type Complaint struct {
	Kind Kind
	At   int // the column in the line
	Line string
}

// None reports whether all is well.
func (c Complaint) None() bool { return c.Kind == fine }

// Text is what the router prints under the line, which was typed after a prompt.
// The texts and the two blanks after "command:" are from captured sessions [SAMPLE].
func (c Complaint) Text(prompt string) string {
	switch c.Kind {
	case Invalid:
		return strings.Repeat(" ", len(prompt)+c.At) + "^\n% Invalid input detected at '^' marker.\n\n"
	case Incomplete:
		return "% Incomplete command.\n\n"
	case Ambiguous:
		return fmt.Sprintf("%% Ambiguous command:  %q\n", strings.TrimSpace(c.Line))
	}
	return ""
}
