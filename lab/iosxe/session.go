package iosxe

import (
	"strings"

	"op25b/lab"
	"op25b/lab/cisco"
)

// mode is where a session stands.
type mode int

const (
	userMode mode = iota
	privileged
	globalMode
	interfaceMode
	listMode
	groupMode
	lineMode
	archiveMode
)

// session is one terminal.
type session struct {
	router  *Router
	user    string
	mode    mode
	at      string   // the interface, list, group or line that is edited
	kind    listKind // in listMode
	length  int
	ask     *question
	trouble cisco.Complaint // what a command found wrong with its line
	over    bool
	done    chan struct{}
}

// question is something that the router waits to be told.
type question struct {
	prompt string
	secret bool
	answer func(reply string) string
}

// Prompt is the host name with the mode [SAMPLE], or a question.
func (s *session) Prompt() string {
	s.router.mu.Lock()
	defer s.router.mu.Unlock()
	return s.prompt()
}

func (s *session) prompt() string {
	if s.ask != nil {
		return s.ask.prompt
	}
	return s.router.running.hostname + s.suffix()
}

func (s *session) suffix() string {
	switch s.mode {
	case userMode:
		return ">"
	case privileged:
		return "#"
	case interfaceMode:
		if strings.Contains(s.at, ".") {
			return "(config-subif)#"
		}
		return "(config-if)#"
	case listMode:
		return map[listKind]string{standard: "(config-std-nacl)#", extended: "(config-ext-nacl)#",
			ipv6: "(config-ipv6-acl)#"}[s.kind]
	case groupMode:
		return "(config-network-group)#"
	case lineMode:
		return "(config-line)#"
	case archiveMode:
		return "(config-archive)#"
	}
	return "(config)#"
}

// Secret reports whether a password is asked for.
func (s *session) Secret() bool {
	s.router.mu.Lock()
	defer s.router.mu.Unlock()
	return s.ask != nil && s.ask.secret
}

// Page is the terminal length, 0 for none.
func (s *session) Page() int {
	s.router.mu.Lock()
	defer s.router.mu.Unlock()
	return s.length
}

// Pager is the text of captured sessions, with a blank on both sides [SAMPLE].
func (s *session) Pager() string { return " --More-- " }

// Configuring reports whether the next line is a configuration line.
func (s *session) Configuring() bool {
	s.router.mu.Lock()
	defer s.router.mu.Unlock()
	return s.configuring()
}

func (s *session) configuring() bool { return s.mode >= globalMode && s.ask == nil }

// Done is closed when the router restarts.
func (s *session) Done() <-chan struct{} { return s.done }

// Cut forgets the session. A pending revert goes on, as the timer is the router's own [DOC],
// unless the fault says otherwise.
func (s *session) Cut() {
	r := s.router
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.sessions, s)
	if r.pending == nil {
		return
	}
	switch r.fault.CutTimer {
	case "fire":
		r.revert("connection lost")
	case "cancel":
		r.disarm()
	}
}

// Enter takes a line.
func (s *session) Enter(line string) (output string, more bool) {
	r := s.router
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.sessions[s] {
		return "", false
	}
	r.stirred()
	switch {
	case s.ask != nil:
		q := s.ask
		s.ask = nil
		output = q.answer(strings.TrimSpace(line))
	case line == "\x1a":
		if s.mode >= globalMode {
			s.leave()
		}
	case strings.HasSuffix(line, "\x04"): // Ctrl-D ends nothing here [K]
	case strings.TrimSpace(line) == "" || strings.HasPrefix(strings.TrimSpace(line), "!"):
	case s.mode >= globalMode:
		output = s.configLine(line)
	default:
		output = s.execLine(line)
	}
	if s.over {
		delete(r.sessions, s)
	}
	return output, !s.over && r.sessions[s]
}

// leave goes back to privileged mode.
func (s *session) leave() {
	s.mode, s.at = privileged, ""
	s.router.logf("%%SYS-5-CONFIG_I: Configured from console by %s on vty0", s.user)
}

// try runs a line in a table. A command may itself find its line wrong: see session.trouble.
func (s *session) try(t cisco.Table[*session], line string) (string, cisco.Complaint) {
	s.trouble = cisco.Complaint{}
	answer, trouble := t.Run(s, line)
	if trouble.None() {
		trouble = s.trouble
	}
	return answer, trouble
}

// execLine is a command, whose output may go through a pipe.
func (s *session) execLine(line string) string {
	command, filter, piped := strings.Cut(line, " | ")
	table := userTable()
	if s.mode >= privileged {
		table = execTable()
	}
	before := s.prompt()
	answer, trouble := s.try(table, command)
	if !trouble.None() {
		return trouble.Text(before)
	}
	if !piped {
		return answer
	}
	filtered, ok := through(answer, filter)
	if !ok {
		return cisco.Complaint{Kind: cisco.Invalid, At: len(command) + 3, Line: line}.Text(before)
	}
	return filtered
}

// configLine is a line in configuration mode. What the mode does not know is tried as a global
// line, which leaves the mode [DOC].
func (s *session) configLine(line string) string {
	r := s.router
	r.lines++
	if r.fault.RefuseLine == r.lines {
		if r.fault.Message != "" {
			return r.fault.Message + "\n"
		}
		return cisco.Complaint{Kind: cisco.Invalid, Line: line}.Text(s.prompt())
	}
	before := s.prompt()
	answer, trouble := s.try(tableOf(s.mode), line)
	if trouble.Kind == cisco.Invalid && s.mode != globalMode {
		was, at := s.mode, s.at
		s.mode, s.at = globalMode, ""
		again, worse := s.try(tableOf(globalMode), line)
		if worse.None() {
			answer, trouble = again, worse
		} else {
			s.mode, s.at = was, at
		}
	}
	r.touched(s.user)
	r.misfortune()
	if !trouble.None() {
		return trouble.Text(before)
	}
	return answer
}

// misfortune is what the fault holds for the line that was just carried out.
func (r *Router) misfortune() {
	if r.fault.RenumberAt == r.lines && r.lines > 0 {
		for i := range r.running.lists {
			if r.isBound(r.running.lists[i]) {
				r.running.lists[i].resequence(1000, 10)
			}
		}
	}
	if r.fault.RebootAt == r.lines && r.lines > 0 {
		r.restart()
	}
}

// isBound reports whether a list filters at some interface.
func (r *Router) isBound(l list) bool { return r.boundAt(l) != "" }

// boundAt is an interface at which a list filters, "" for none.
func (r *Router) boundAt(l list) string {
	for _, b := range r.running.blocks {
		for _, direction := range []string{"in", "out"} {
			if b.bound(direction, l.kind.family()) == l.name {
				return strings.TrimPrefix(b.head, "interface ")
			}
		}
	}
	return ""
}

var _ lab.Session = (*session)(nil)
