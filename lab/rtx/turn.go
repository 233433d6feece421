package rtx

import (
	"fmt"
	"strconv"
	"strings"
)

// command carries out a line at > or #.
func (s *session) command(typed string) (string, bool) {
	words := fields(typed)
	if strings.HasPrefix(words[0], "#") {
		return "", true // a comment: taken, and not stored [K]
	}
	switch words[0] {
	case "exit", "quit":
		return s.exit(words)
	case "show":
		return s.show(words), true
	case "console":
		return s.set(words), true
	case "administrator":
		if len(words) == 1 && s.mode == user {
			s.password = true
			return "", true
		}
	}
	if s.mode == user {
		if _, _, ok := (reader{options: s.r.options}).read(words); ok || s.isAdministrators(words[0]) {
			return s.fault(administratorOnly), true
		}
		return s.fault(invalidCommand), true
	}
	return s.administer(typed, words)
}

// fields are words; a text in quotes is one.
func fields(typed string) []string {
	var out []string
	for i, part := range strings.Split(typed, `"`) {
		if i%2 == 1 {
			out = append(out, `"`+part+`"`)
			continue
		}
		out = append(out, strings.Fields(part)...)
	}
	return out
}

func (s *session) isAdministrators(word string) bool {
	switch word {
	case "no", "save", "restart", "confirm", "rollback", "pp", "tunnel", "ip", "ipv6", "schedule", "login", "description":
		return true
	}
	return known(word)
}

// administer is a line at #.
func (s *session) administer(typed string, words []string) (string, bool) {
	switch words[0] {
	case "save":
		return s.save(words[1:]), true
	case "confirm":
		return s.confirm(), true
	case "rollback":
		return s.rollbackTimer(words), true
	case "restart":
		return s.restart(words)
	case "pp", "tunnel":
		if len(words) > 1 && words[1] == "select" {
			return s.choose(words), true
		}
	}
	return s.change(typed, words)
}

// change is a configuration line. It is counted, and refused or followed by a restart where a
// fault says so.
func (s *session) change(typed string, words []string) (string, bool) {
	r := s.r
	r.lines++
	s.said = append(s.said, typed)
	if r.fault.RefuseLine == r.lines {
		if r.fault.Message != "" {
			return strings.TrimSuffix(r.fault.Message, "\n") + "\n", true
		}
		return s.fault(illegalKeyword), true
	}
	var out string
	if words[0] == "no" {
		out = s.unset(words[1:])
	} else {
		out = s.set(words)
	}
	if r.fault.RebootAt == r.lines {
		r.restart()
	}
	return out, true
}

// set adds a command to the running configuration: it holds at once.
func (s *session) set(words []string) string {
	l, m, ok := (reader{options: s.r.options, place: s.place}).read(words)
	if !ok {
		return s.fault(m)
	}
	next := s.r.running.put(l)
	if limit := s.r.fault.TCAMEntries; limit > 0 && filters(next) > limit && filters(next) > filters(s.r.running) {
		if s.r.fault.Message != "" {
			return strings.TrimSuffix(s.r.fault.Message, "\n") + "\n"
		}
		return s.fault(noMemory)
	}
	s.r.adopt(next)
	return ""
}

// filters counts the static filters of both families.
func filters(c config) int {
	n := 0
	for _, l := range c {
		words := strings.Fields(l.key)
		if len(words) == 3 && words[1] == "filter" && words[2] != "source-route" && words[2] != "directed-broadcast" {
			n++
		}
	}
	return n
}

// unset is "no COMMAND". The parameters behind the key need not be given [DOC]; a command that
// is not there is passed over [K].
func (s *session) unset(words []string) string {
	if len(words) == 0 {
		return s.fault(parameterCount)
	}
	if !s.isAdministrators(words[0]) && words[0] != "console" {
		return s.fault(invalidCommand)
	}
	place := ""
	if len(words) > 1 && (words[1] == "pp" || words[1] == "tunnel") && strings.HasPrefix(words[0], "ip") || words[0] == "pp" || words[0] == "tunnel" {
		if place = s.place; place == "" {
			return s.fault(selectFirst)
		}
	}
	for n := len(words); n > 1; n-- { // the key is the beginning of what was typed
		if key := strings.Join(words[:n], " "); hasKey(s.r.running, place, key) {
			s.r.adopt(s.r.running.drop(place, key))
			return ""
		}
	}
	filters := strings.HasPrefix(words[0], "ip") && (len(words) < 3 || words[1] == "filter" || words[2] == "secure")
	switch {
	case filters && len(words) > 2:
		return ""
	case filters || len(words) < 2:
		return s.fault(parameterCount)
	}
	s.r.adopt(s.r.running.dropAll(place, strings.Join(words, " ")))
	return ""
}

// choose is "pp select N" and "tunnel select N".
func (s *session) choose(words []string) string {
	if len(words) != 3 {
		return s.fault(parameterCount)
	}
	switch n, err := strconv.Atoi(words[2]); {
	case words[2] == "none":
		s.place = ""
	case words[2] == "anonymous" && words[0] == "pp":
		s.place = "pp anonymous"
	case err != nil:
		return s.fault(notInteger)
	case n < 1 || n > 100: // by model [DOC]
		return s.fault(outOfRange)
	default:
		s.place = words[0] + " " + words[2]
	}
	return ""
}

// save writes config0, or another of the five files, and stops the rollback timer of this
// console [DOC].
func (s *session) save(words []string) string {
	n := 0
	if len(words) > 0 {
		var err error
		if n, err = strconv.Atoi(words[0]); err != nil || n < 0 || n > 4 {
			return s.fault(outOfRange)
		}
	}
	s.disarm()
	s.r.saved[n] = s.r.running
	return fmt.Sprintf(s.r.screen().say(saving), n) + "\n"
}

// confirm stops the rollback timer of this console [DOC].
func (s *session) confirm() string {
	switch {
	case s.rollback == nil:
		return s.fault(noTimer)
	case s.r.fault.SkipConfirm:
		return ""
	}
	s.disarm()
	return ""
}

// rollbackTimer is "rollback timer SECONDS", 1 to 21474836 [DOC].
func (s *session) rollbackTimer(words []string) string {
	if s.r.options.NoRollbackTimer {
		return s.fault(invalidCommand)
	}
	if len(words) != 3 {
		return s.fault(parameterCount)
	}
	n, err := strconv.Atoi(words[2])
	switch {
	case words[1] != "timer":
		return s.fault(illegalKeyword)
	case err != nil:
		return s.fault(notInteger)
	case n < 1 || n > lastFilter:
		return s.fault(outOfRange)
	}
	s.arm(n)
	return ""
}

// exit leaves administrator mode, or the router. It stops the rollback timer: what was changed
// stays [DOC]. With something unsaved it asks; "exit save" saves without asking [DOC].
func (s *session) exit(words []string) (string, bool) {
	if len(words) > 1 && (words[1] != "save" || s.mode == user) {
		return s.fault(illegalKeyword), true
	}
	s.disarm()
	if s.mode == user {
		return "", false
	}
	down := func(save bool) (string, bool) {
		out := ""
		if save {
			out = s.save(nil)
		}
		s.mode, s.place = user, ""
		return out, true
	}
	switch {
	case len(words) > 1:
		return down(true)
	case s.r.unsaved():
		s.question = down
		return "", true
	}
	return down(false)
}

// restart asks for what is unsaved and restarts [K for the question].
func (s *session) restart(words []string) (string, bool) {
	if len(words) > 1 {
		return s.fault(parameterCount), true
	}
	now := func(save bool) (string, bool) {
		out := ""
		if save {
			out = s.save(nil)
		}
		out += s.r.screen().say(restarting) + "\n"
		s.r.restart()
		return out, false
	}
	if s.r.unsaved() {
		s.question = now
		return "", true
	}
	return now(false)
}
