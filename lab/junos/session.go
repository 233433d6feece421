package junos

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"op25b/lab"
)

// mode is what a session is doing.
type mode int

const (
	operational mode = iota
	configuring
)

// edit is whose candidate a session changes.
type edit int

const (
	shared edit = iota
	exclusive
	private
)

// session is one terminal. The router's lock guards it.
type session struct {
	r           *Router
	user        string
	number      int
	since, last time.Time

	mode    mode
	edit    edit
	way     []step
	past    [][]step // the places from which "edit" went down
	copy    *node    // of a private session
	changes []func(*node) error

	question string
	answer   func(yes bool) (string, bool)
	loading  *loading

	lines, width int // of the screen; 0 lines is no pager
	unpaged      bool
	stamped      bool
	spoke        bool   // something was typed: a blank line stands before the next prompt
	mail         string // broadcast messages not yet printed
	said         []string
	over         bool
	done         chan struct{}
}

// Login starts a session in operational mode.
func (r *Router) Login(user string) lab.Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.logins++
	now := r.options.Clock.Now()
	s := &session{r: r, user: user, number: r.logins, since: now, last: now, lines: 24, width: 80, done: make(chan struct{})}
	r.sessions = append(r.sessions, s)
	return s
}

// Prompt has a blank line before it, and in configuration mode the place that is edited [SAMPLE].
func (s *session) Prompt() string {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	switch {
	case s.question != "":
		return s.question
	case s.loading != nil:
		return ""
	}
	var b strings.Builder
	if s.spoke {
		b.WriteString("\n")
	}
	if s.mode == operational {
		if s.r.options.Chassis != "" {
			b.WriteString(s.r.options.Chassis + "\n")
		}
		return b.String() + s.prompt()
	}
	if p := s.r.pending; p != nil { // [SAMPLE] the minutes count down
		left := max(int(p.at.Sub(s.r.options.Clock.Now())+time.Minute-1)/int(time.Minute), 0)
		fmt.Fprintf(&b, "# commit confirmed will be rolled back in %d minutes\n", left)
	}
	b.WriteString(s.r.options.Chassis + editText(s.way) + "\n" + s.prompt()) // {master:0}[edit] [SAMPLE EX2200]
	return b.String()
}

// prompt is its last line.
func (s *session) prompt() string {
	if s.mode == operational {
		return s.user + "@" + s.r.hostname() + "> "
	}
	return s.user + "@" + s.r.hostname() + "# "
}

func editText(way []step) string {
	return "[" + strings.Join(append([]string{"edit"}, words(way)...), " ") + "]"
}

func words(way []step) []string {
	var out []string
	for _, s := range way {
		out = append(out, s.words...)
	}
	return out
}

// Secret: Junos asks for no password after the login.
func (s *session) Secret() bool { return false }

// Page is the screen length, 24 until it is set.
func (s *session) Page() int {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	if s.unpaged {
		return 0
	}
	return s.lines
}

// Pager is the first pager; the real one adds a percentage on later pages [K].
func (s *session) Pager() string { return "---(more)---" }

// Configuring reports configuration mode, while no question is asked.
func (s *session) Configuring() bool {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	return s.mode == configuring && s.question == ""
}

// Done is closed by a restart.
func (s *session) Done() <-chan struct{} { return s.done }

// Enter carries a line out.
func (s *session) Enter(line string) (string, bool) {
	s.r.mu.Lock()
	out, more := s.turn(line)
	said := s.said
	s.said = nil
	s.r.mu.Unlock()
	if s.r.options.OnConfigLine != nil {
		for _, l := range said {
			s.r.options.OnConfigLine(l)
		}
	}
	return out, more
}

func (s *session) turn(line string) (string, bool) {
	if s.over {
		return "", false
	}
	s.spoke, s.unpaged, s.last = true, false, s.r.options.Clock.Now()
	mail := s.mail
	s.mail = ""
	var out string
	more := true
	switch {
	case s.question != "":
		out, more = s.reply(line)
	case s.loading != nil:
		out = s.loadLine(line)
	case strings.TrimSpace(line) == "":
	case s.mode == operational:
		out, more = s.operate(line, split(line))
	default:
		out, more = s.configure(line, split(line))
	}
	if s.stamped && out != "" {
		out = s.r.options.Clock.Now().UTC().Format("Jan 02 15:04:05") + "\n" + out
	}
	if s.over {
		return mail + out, false
	}
	if !more {
		s.leave()
	}
	return mail + out, more
}

// ask waits for yes or no; an empty answer is the one in parentheses.
func (s *session) ask(question string, answer func(yes bool) (string, bool)) {
	s.question, s.answer = question, answer
}

func (s *session) reply(line string) (string, bool) {
	a := strings.ToLower(strings.TrimSpace(line))
	if a == "" {
		a = "no"
		if strings.Contains(s.question, "(yes)") {
			a = "yes"
		}
	}
	switch {
	case strings.HasPrefix("yes", a):
		s.question = ""
		return s.answer(true)
	case strings.HasPrefix("no", a):
		s.question = ""
		return s.answer(false)
	}
	return "", true
}

// Cut: the connection went away. An exclusive or private candidate is discarded, a shared one
// stays as it is [DOC]. The timer of a confirmed commit is the router's, and goes on.
func (s *session) Cut() {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	if s.over {
		return
	}
	s.leave()
	if p := s.r.pending; p != nil && p.armed == s {
		switch s.r.fault.CutTimer {
		case "fire":
			s.r.takeBack()
		case "cancel":
			p.stop()
			s.r.pending = nil
		}
	}
}

// leave takes the session out of the router's books.
func (s *session) leave() {
	s.unlock()
	s.over = true
	s.r.sessions = slices.DeleteFunc(s.r.sessions, func(o *session) bool { return o == s })
}

// end is the router's own doing.
func (s *session) end() {
	if !s.over {
		s.over = true
		close(s.done)
	}
}

// unlock leaves configuration mode.
func (s *session) unlock() {
	if s.r.locked == s {
		s.r.locked = nil
		s.r.candidate = s.r.running().clone()
	}
	s.mode, s.way, s.copy, s.changes, s.loading = operational, nil, nil, nil, nil
}

// candidate is what the session changes.
func (s *session) candidate() *node {
	if s.edit == private {
		return s.copy
	}
	return s.r.candidate
}

// modified reports changes that are not committed.
func (s *session) modified() bool { return !s.candidate().equal(s.r.running()) }

// complain is a mistake as the terminal shows it: a caret below the word, then what is wrong.
func (s *session) complain(line string, m *mistake) string {
	column := m.column
	if column < 0 {
		column = len(strings.TrimRight(line, " "))
	}
	return strings.Repeat(" ", len(s.prompt())+column) + "^\n" + m.text + ".\n"
}

// pick is the word of a menu that a typed word means: in full, or enough of it.
func pick(typed string, menu ...string) string {
	var hits []string
	for _, m := range menu {
		if m == typed {
			return m
		}
		if strings.HasPrefix(m, typed) {
			hits = append(hits, m)
		}
	}
	if len(hits) == 1 {
		return hits[0]
	}
	return ""
}
