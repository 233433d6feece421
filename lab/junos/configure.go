package junos

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// enter goes into configuration mode. The texts are [SAMPLE] for the users, [DOC] for the rest.
func (s *session) enter(e edit) string {
	r := s.r
	modified := !r.candidate.equal(r.running())
	holder := r.lockHolder(s)
	switch {
	case e != shared && holder != "":
		return "error: configuration database locked by:\n" + holder
	case e == exclusive && modified:
		return "error: configuration database modified\n"
	case e == private && modified:
		return "error: shared configuration database modified\n"
	}
	var b strings.Builder
	if e != shared {
		b.WriteString("warning: uncommitted changes will be discarded on exit\n")
	}
	b.WriteString("Entering configuration mode\n")
	users := ""
	if r.fault.Lock != "" {
		users = holder
	}
	for _, o := range r.sessions {
		if o != s && o.mode == configuring {
			users += o.about()
		}
	}
	if users != "" {
		b.WriteString("Users currently editing the configuration:\n" + users)
	}
	if e == shared && modified {
		b.WriteString("The configuration has been changed but not committed\n")
	}
	s.mode, s.edit, s.way, s.past = configuring, e, nil, nil
	switch e {
	case exclusive:
		r.locked = s
	case private:
		s.copy, s.changes = r.running().clone(), nil
	}
	return b.String()
}

// verbs of configuration mode that the lab knows.
func verbs() []string {
	return []string{"set", "delete", "insert", "rename", "deactivate", "activate", "annotate", "edit", "top", "up", "exit",
		"quit", "show", "commit", "rollback", "load", "run", "status"}
}

// configure carries out a line of configuration mode.
func (s *session) configure(line string, tokens []token) (string, bool) {
	verb, after := pick(tokens[0].text, verbs()...), tokens[1:]
	switch verb {
	case "set", "delete", "insert", "rename", "deactivate", "activate", "annotate", "rollback":
		return s.change(line, func() string { return s.edited(verb, line, after) })
	case "commit":
		return s.commitLine(line, after)
	case "load":
		return s.load(line, after), true
	case "edit":
		return s.goDown(line, after), true
	case "top", "up":
		return s.goUp(verb, line, after)
	case "exit", "quit":
		return s.exit(line, after)
	case "show":
		return s.showCandidate(line, after), true
	case "run":
		if len(after) == 0 {
			return s.complain(line, &mistake{-1, "missing argument"}), true
		}
		out, _ := s.operate(line, after)
		return out, true
	case "status":
		return s.status(), true
	}
	return s.complain(line, &mistake{tokens[0].column, "unknown command"}), true
}

// change counts a configuration line, and refuses or restarts where a fault says so.
func (s *session) change(line string, carryOut func() string) (string, bool) {
	r := s.r
	r.lines++
	s.said = append(s.said, line)
	if r.fault.RefuseLine == r.lines {
		if r.fault.Message != "" {
			return strings.TrimSuffix(r.fault.Message, "\n") + "\n", true
		}
		return s.complain(line, &mistake{0, syntaxError}), true
	}
	out := carryOut()
	if r.fault.RebootAt == r.lines {
		r.restart()
		return out, false
	}
	return out, true
}

func (s *session) commitLine(line string, tokens []token) (string, bool) {
	o, m := readOrder(tokens)
	if m != nil {
		return s.complain(line, m), true
	}
	left := false
	out, more := s.change(line, func() string {
		text, done := s.commit(o)
		left = done && o.leave
		return text
	})
	if left && more {
		s.unlock()
		out += "Exiting configuration mode\n"
	}
	return out, more
}

// edited carries out a line that changes the candidate.
func (s *session) edited(verb, line string, tokens []token) string {
	if s.edit != private {
		if text := s.r.lockText(s); text != "" {
			return text
		}
	}
	if verb == "rollback" {
		return s.rollback(line, tokens)
	}
	change, m := s.changeOf(verb, tokens)
	if m != nil {
		return s.complain(line, m)
	}
	if err := change(s.candidate()); err != nil {
		return err.Error() + "\n"
	}
	if s.edit == private {
		s.changes = append(s.changes, change)
	}
	return ""
}

// here is the statement that a way below the edited place names.
func (s *session) here(way []step) []step { return append(slices.Clone(s.way), way...) }

func (s *session) below() []statement {
	if len(s.way) == 0 {
		return s.r.grammar.kids
	}
	return s.way[len(s.way)-1].rule.kids
}

func (s *session) spell(tokens []token, p purpose) ([][]step, *mistake) {
	if len(tokens) == 0 {
		return nil, &mistake{-1, "missing argument"}
	}
	ways, m := spell(s.below(), tokens, p)
	for i := range ways {
		ways[i] = s.here(ways[i])
	}
	return ways, m
}

func (s *session) rollback(line string, tokens []token) string {
	n := 0
	if len(tokens) > 0 {
		var err error
		if n, err = strconv.Atoi(tokens[0].text); err != nil || n < 0 || n >= revisions || len(tokens) > 1 {
			return s.complain(line, &mistake{tokens[0].column, syntaxError})
		}
	}
	if n >= len(s.r.history) {
		return fmt.Sprintf("error: rollback: configuration %d does not exist\n", n) // [K]
	}
	to := s.r.history[n].tree
	if s.edit == private {
		s.copy, s.changes = to.clone(), nil
		if n > 0 {
			s.changes = append(s.changes, func(t *node) error { *t = *to.clone(); return nil })
		}
		return "load complete\n"
	}
	s.r.candidate = to.clone()
	return "load complete\n" // [SAMPLE]
}

func (s *session) goDown(line string, tokens []token) string {
	ways, m := s.spell(tokens, toName)
	if m != nil {
		return s.complain(line, m)
	}
	way := ways[0]
	last := way[len(way)-1]
	if whole := last.rule.shape == holder || last.rule.shape == named && (last.rule.word == "" || len(last.words) > 1); !whole {
		return s.complain(line, &mistake{-1, "missing argument"})
	}
	s.past = append(s.past, s.way)
	s.way = way
	return ""
}

// goUp is top and up, alone or before another command.
func (s *session) goUp(verb, line string, tokens []token) (string, bool) {
	kept, past := s.way, s.past
	s.way, s.past = nil, nil
	if verb == "up" {
		n := 1
		if len(tokens) > 0 {
			if k, err := strconv.Atoi(tokens[0].text); err == nil && k > 0 {
				n, tokens = k, tokens[1:]
			}
		}
		s.way = kept[:max(len(kept)-n, 0)]
	}
	if len(tokens) == 0 {
		return "", true
	}
	out, more := s.configure(line, tokens)
	if s.mode == configuring && pick(tokens[0].text, verbs()...) != "edit" {
		s.way, s.past = kept, past
	}
	return out, more
}

// exit goes up, or out of configuration mode; with changes it asks.
func (s *session) exit(line string, tokens []token) (string, bool) {
	if len(tokens) > 0 && pick(tokens[0].text, "configuration-mode") == "" {
		return s.complain(line, &mistake{tokens[0].column, syntaxError}), true
	}
	if len(tokens) == 0 && len(s.way) > 0 { // back to where "edit" was typed
		s.way = nil
		if n := len(s.past); n > 0 {
			s.way, s.past = s.past[n-1], s.past[:n-1]
		}
		return "", true
	}
	if !s.modified() || s.edit == shared && s.r.lockHolder(s) != "" {
		s.unlock()
		return "Exiting configuration mode\n", true
	}
	question := "Exit with uncommitted changes? [yes,no] (yes) "
	if s.edit == private {
		question = "Discard uncommitted changes? [yes,no] (yes) " // [DOC]
	}
	s.ask(question, func(yes bool) (string, bool) {
		if !yes {
			return "", true
		}
		s.unlock()
		return "Exiting configuration mode\n", true
	})
	return "The configuration has been changed but not committed\n", true
}

func (s *session) status() string {
	out := "Users currently editing the configuration:\n"
	if s.r.fault.Lock != "" {
		out += s.r.lockHolder(s)
	}
	for _, o := range s.r.sessions {
		if o.mode == configuring {
			out += o.about()
		}
	}
	return out
}
