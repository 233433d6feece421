package iosxr

import (
	"fmt"
	"strings"
	"time"

	"op25b/lab"
	"op25b/lab/cisco"
)

// session is one terminal. In configuration mode it holds a candidate: what was typed since the
// last commit, on top of what is running.
type session struct {
	router  *Router
	user    string
	length  int
	stamps  bool // a time stamp stands before the output of a command
	ask     *question
	trouble cisco.Complaint
	over    bool
	done    chan struct{}

	config  bool
	at      string // the block that is edited, "" at the top
	id      int    // of the configuration session
	since   time.Time
	changes []change
	failed  string // what show configuration failed shows
	seen    int    // how many commits there were when this session began, or last committed
}

// question is something that the router waits to be told.
type question struct {
	prompt string
	answer func(reply string) string
}

// Prompt names the node and the mode [SAMPLE].
func (s *session) Prompt() string {
	s.router.mu.Lock()
	defer s.router.mu.Unlock()
	return s.prompt()
}

func (s *session) prompt() string {
	if s.ask != nil {
		return s.ask.prompt
	}
	return "RP/0/RP0/CPU0:" + s.router.hostname() + s.suffix()
}

func (s *session) suffix() string {
	switch {
	case !s.config:
		return "#"
	case strings.HasPrefix(s.at, list4):
		return "(config-ipv4-acl)#"
	case strings.HasPrefix(s.at, list6):
		return "(config-ipv6-acl)#"
	case strings.HasPrefix(s.at, "object-group "):
		return "(config-object-group-" + s.at[len("object-group network "):][:4] + ")#"
	case strings.HasPrefix(s.at, iface) && strings.Contains(s.at, "."):
		return "(config-subif)#"
	case strings.HasPrefix(s.at, iface):
		return "(config-if)#"
	}
	return "(config)#"
}

// Secret is false: no command of this player asks for a password.
func (s *session) Secret() bool { return false }

// Page is the terminal length, 0 for none.
func (s *session) Page() int {
	s.router.mu.Lock()
	defer s.router.mu.Unlock()
	return s.length
}

// Pager is the text of captured sessions [SAMPLE].
func (s *session) Pager() string { return " --More-- " }

// Configuring reports whether the next line is a configuration line.
func (s *session) Configuring() bool {
	s.router.mu.Lock()
	defer s.router.mu.Unlock()
	return s.config && s.ask == nil
}

// Done is closed when the router restarts.
func (s *session) Done() <-chan struct{} { return s.done }

// Cut forgets the session with its candidate. A change on trial stays until the timer takes it
// back: a lost connection neither confirms it nor ends it early [SAMPLE]; the fault may say otherwise.
func (s *session) Cut() {
	r := s.router
	r.mu.Lock()
	defer r.mu.Unlock()
	s.leave()
	delete(r.sessions, s)
	if r.trial == nil {
		return
	}
	switch r.fault.CutTimer {
	case "fire":
		r.expire()
	case "cancel":
		r.trial.stop()
		r.trial = nil
	}
}

// leave drops the candidate and the lock and goes out of configuration mode.
func (s *session) leave() {
	s.config, s.at, s.changes, s.failed = false, "", nil, ""
	if s.router.lock == s {
		s.router.lock = nil
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
	switch trimmed := strings.TrimSpace(line); {
	case s.ask != nil:
		q := s.ask
		s.ask = nil
		output = q.answer(trimmed)
	case line == "\x1a":
		if s.config {
			output = s.end()
		}
	case strings.HasSuffix(line, "\x04"): // Ctrl-D ends nothing here [K]
	case trimmed == "" || strings.HasPrefix(trimmed, "!"): // "!" is a comment, it does not leave a mode [SAMPLE]
	case s.config:
		output = s.configLine(line)
	default:
		output = s.execLine(line)
	}
	if s.over {
		delete(r.sessions, s)
	}
	return output, !s.over && r.sessions[s]
}

func (s *session) try(t table, line string) (string, cisco.Complaint) {
	s.trouble = cisco.Complaint{}
	answer, trouble := t.Run(s, line)
	if trouble.None() {
		trouble = s.trouble
	}
	return answer, trouble
}

func (s *session) execLine(line string) string {
	stamp := s.stamp()
	command, filter, piped := strings.Cut(line, " | ")
	before := s.prompt()
	answer, trouble := s.try(execTable(), command)
	if !trouble.None() {
		return trouble.Text(before)
	}
	if piped {
		answer = include(answer, filter)
	}
	return stamp + answer
}

// stamp is the line before the output of a command [SAMPLE].
func (s *session) stamp() string {
	if !s.stamps {
		return ""
	}
	return s.router.setup.Clock.Now().UTC().Format("Mon Jan _2 15:04:05.000 MST") + "\n"
}

// configLine is a line in configuration mode. What the mode does not know is tried from the top [SAMPLE].
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
	answer, trouble := s.try(s.table(), line)
	if trouble.Kind == cisco.Invalid && s.at != "" {
		was := s.at
		s.at = ""
		again, worse := s.try(s.table(), line)
		if worse.None() {
			answer, trouble = again, worse
		} else {
			s.at = was
		}
	}
	r.misfortune()
	if !trouble.None() {
		return trouble.Text(before)
	}
	return answer
}

// misfortune is what the fault holds for the line that was just carried out.
func (r *Router) misfortune() {
	if r.lines == 0 {
		return
	}
	if r.fault.RenumberAt == r.lines {
		before := r.running.clone()
		for i := range r.running.blocks {
			b := &r.running.blocks[i]
			if strings.HasPrefix(b.head, list4) || strings.HasPrefix(b.head, list6) {
				b.renumber(1000, 10)
			}
		}
		r.record(before, "oper2", "CLI", "")
	}
	if r.fault.RebootAt == r.lines {
		r.restart()
	}
}

func (b *block) renumber(start, step int) {
	for i, l := range b.lines {
		_, text, _ := strings.Cut(l, " ")
		b.lines[i] = fmt.Sprintf("%d %s", start+i*step, text)
	}
}

// candidate is what would run if the session committed now.
func (s *session) candidate() config { return s.router.running.with(s.changes) }

// change adds to the candidate.
func (s *session) change(do change) { s.changes = append(s.changes, do) }

// dirty reports whether the candidate differs from what runs.
func (s *session) dirty() bool { return difference(s.router.running, s.candidate()) != "" }

var _ lab.Session = (*session)(nil)
