package junos

import (
	"strings"
)

// token is a word of a line and the column at which it begins.
type token struct {
	text   string
	column int
}

// split cuts a line into words; a quoted text is one word and keeps its quotes.
func split(line string) []token {
	var tokens []token
	for i := 0; i < len(line); {
		switch c := line[i]; {
		case c == ' ' || c == '\t':
			i++
		case c == '[' || c == ']':
			tokens = append(tokens, token{string(c), i})
			i++
		default:
			end := wordEnd(line, i)
			tokens = append(tokens, token{line[i:end], i})
			i = end
		}
	}
	return tokens
}

func wordEnd(line string, start int) int {
	if line[start] == '"' {
		if n := strings.IndexByte(line[start+1:], '"'); n >= 0 {
			return start + n + 2
		}
		return len(line)
	}
	if n := strings.IndexAny(line[start:], " \t]"); n >= 0 {
		return start + n
	}
	return len(line)
}

func texts(tokens []token) []string {
	var out []string
	for _, t := range tokens {
		out = append(out, t.text)
	}
	return out
}

// step is one statement on the way down: "filter X".
type step struct {
	words []string
	rule  *statement // nil for what the router only keeps
}

// mistake is a line that the router does not take.
type mistake struct {
	column int // -1: at the end of the line
	text   string
}

func (m *mistake) Error() string { return m.text }

// purpose is what a path is spelled for: to set a statement it must be whole.
type purpose int

const (
	toSet  purpose = iota // typed: unknown words are mistakes
	toName                // typed after delete, show, edit: may end anywhere
	toLoad                // read from a text: unknown words are kept
	toOpen                // read from a text before a brace: may end anywhere
)

func (p purpose) typed() bool { return p == toSet || p == toName }

func (p purpose) whole() bool { return p == toSet || p == toLoad }

// speller turns the words of a line into the statements they name.
type speller struct {
	purpose purpose
	found   [][]step
}

// spell reads the words below a place of the tree.
func spell(rules []statement, tokens []token, p purpose) ([][]step, *mistake) {
	s := speller{purpose: p}
	m := s.walk(nil, rules, tokens)
	return s.found, m
}

func (s *speller) walk(above []step, rules []statement, tokens []token) *mistake {
	if len(tokens) == 0 {
		s.found = append(s.found, above)
		return nil
	}
	rule, ambiguous := match(rules, tokens, s.purpose)
	switch {
	case rule != nil:
		return s.below(above, rules, rule, tokens)
	case s.purpose == toLoad:
		s.found = append(s.found, down(above, step{words: texts(tokens)}))
		return nil
	case ambiguous:
		return &mistake{tokens[0].column, "'" + tokens[0].text + "' is ambiguous"}
	}
	return &mistake{tokens[0].column, syntaxError}
}

func (s *speller) below(above []step, rules []statement, rule *statement, tokens []token) *mistake {
	switch rule.shape {
	case holder:
		return s.holder(above, rule, tokens)
	case named:
		return s.named(above, rules, rule, tokens)
	case rest:
		s.found = append(s.found, down(above, step{append([]string{rule.word}, texts(tokens[1:])...), rule}))
		return nil
	}
	return s.leaf(above, rules, rule, tokens)
}

// down is the way extended by one step; the way above is shared by nobody.
func down(above []step, s step) []step { return append(append([]step{}, above...), s) }

// head is the fixed words of a rule and how many tokens they take.
func head(rule *statement, tokens []token) ([]string, int, bool) {
	switch {
	case rule.word == "":
		return nil, 0, true
	case rule.name == "":
		return []string{rule.word}, 1, true
	case len(tokens) > 1:
		return []string{rule.word, rule.name}, 2, true
	}
	return []string{rule.word}, 1, false
}

func (s *speller) holder(above []step, rule *statement, tokens []token) *mistake {
	words, n, whole := head(rule, tokens)
	if !whole && s.purpose.whole() {
		return &mistake{-1, "missing argument"}
	}
	return s.walk(down(above, step{words, rule}), rule.kids, tokens[n:])
}

func (s *speller) named(above []step, rules []statement, rule *statement, tokens []token) *mistake {
	words, n, whole := head(rule, tokens)
	if rule.name != "" {
		if !whole && s.purpose.whole() {
			return &mistake{-1, "missing argument"}
		}
		return s.walk(down(above, step{words, rule}), rule.kids, tokens[n:])
	}
	if len(tokens) == n {
		return s.unfinished(above, words, rule)
	}
	values, after, m := list(rule, tokens[n:])
	if m != nil {
		return s.refuse(above, rule, tokens, m)
	}
	for _, v := range values {
		if m := s.walk(down(above, step{append(append([]string{}, words...), v), rule}), rule.kids, after); m != nil {
			return m
		}
	}
	return nil
}

func (s *speller) unfinished(above []step, words []string, rule *statement) *mistake {
	if s.purpose.whole() {
		return &mistake{-1, "missing argument"}
	}
	s.found = append(s.found, down(above, step{words, rule}))
	return nil
}

// refuse keeps what was loaded although a value is not understood.
func (s *speller) refuse(above []step, rule *statement, tokens []token, m *mistake) *mistake {
	if s.purpose != toLoad {
		return m
	}
	s.found = append(s.found, down(above, step{words: texts(tokens)}))
	return nil
}

// leaf is a statement with nothing below. Others of the same level may follow on the line.
func (s *speller) leaf(above []step, rules []statement, rule *statement, tokens []token) *mistake {
	words, n, whole := head(rule, tokens)
	if !whole {
		return s.unfinished(above, words, rule)
	}
	after := tokens[n:]
	values := []string{""}
	switch {
	case rule.shape == flag, rule.shape == maybe && len(after) == 0:
	case len(after) == 0:
		return s.unfinished(above, words, rule)
	default:
		var m *mistake
		if values, after, m = list(rule, after); m != nil {
			return s.refuse(above, rule, tokens, m)
		}
	}
	for _, v := range values {
		full := append([]string{}, words...)
		if v != "" {
			full = append(full, v)
		}
		s.found = append(s.found, down(above, step{full, rule}))
	}
	if len(after) == 0 {
		return nil
	}
	if !s.purpose.whole() {
		return &mistake{after[0].column, syntaxError}
	}
	return s.walk(above, rules, after)
}

// list is one value, or several between brackets.
func list(rule *statement, tokens []token) (values []string, after []token, m *mistake) {
	many := rule.shape == several || rule.word == ""
	if tokens[0].text != "[" || !many {
		v, fault := rule.check(tokens[0].text)
		if fault != "" {
			return nil, nil, &mistake{tokens[0].column, fault}
		}
		return []string{v}, tokens[1:], nil
	}
	for i, t := range tokens[1:] {
		if t.text == "]" {
			if len(values) == 0 {
				return nil, nil, &mistake{t.column, syntaxError}
			}
			return values, tokens[i+2:], nil
		}
		v, fault := rule.check(t.text)
		if fault != "" {
			return nil, nil, &mistake{t.column, fault}
		}
		values = append(values, v)
	}
	return nil, nil, &mistake{-1, "missing argument"}
}
