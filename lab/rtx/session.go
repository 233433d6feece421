package rtx

import (
	"slices"
	"strings"

	"op25b/lab"
)

// mode is what a session is doing.
type mode int

const (
	user mode = iota
	administrator
)

// session is one console. The router's lock guards it.
type session struct {
	r        *Router
	user     string
	mode     mode
	place    string // "pp 1" after pp select 1
	password bool   // is asked for
	question func(save bool) (string, bool)

	rollback *rollback
	asleep   func() bool // stops the login timer
	inputs   int

	said []string
	over bool
	done chan struct{}
}

// Login starts a console at >.
func (r *Router) Login(name string) lab.Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &session{r: r, user: name, done: make(chan struct{})}
	r.sessions = append(r.sessions, s)
	s.rest()
	return s
}

// Prompt is "name> ", "name# ", and with a pp selected "namepp1# " [MODEL rtprov: letters and
// digits stand between the prompt that is set and the sign].
func (s *session) Prompt() string {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	screen := s.r.screen()
	switch {
	case s.password:
		return "Password: "
	case s.question != nil:
		return screen.encode(screen.say(saveQuestion))
	case s.mode == administrator:
		return screen.encode(s.r.prompt() + strings.ReplaceAll(s.place, " ", "") + "# ")
	}
	return screen.encode(s.r.prompt() + "> ")
}

// Secret: the administrator's password is not shown.
func (s *session) Secret() bool {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	return s.password
}

// Page is "console lines", 24 from the factory.
func (s *session) Page() int {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	return s.r.screen().lines
}

// Pager is ---more---, in Japanese ---つづく---.
func (s *session) Pager() string {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	return s.r.screen().encode(s.r.screen().say(more))
}

// Configuring reports administrator mode, while no question is asked.
func (s *session) Configuring() bool {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	return s.mode == administrator && s.question == nil
}

// Done is closed by a restart and by the login timer.
func (s *session) Done() <-chan struct{} { return s.done }

// Enter carries a line out.
func (s *session) Enter(typed string) (string, bool) {
	s.r.mu.Lock()
	out, more := s.turn(s.r.screen().decode(typed))
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

func (s *session) turn(typed string) (string, bool) {
	if s.over {
		return "", false
	}
	var out string
	more := true
	switch {
	case s.password:
		out = s.authenticate(typed)
	case s.question != nil:
		out, more = s.answer(typed)
	case strings.TrimSpace(typed) != "":
		out, more = s.command(typed)
	}
	if s.over {
		return out, false
	}
	if !more {
		s.leave()
		return s.r.screen().encode(out), false
	}
	s.rest()
	return s.r.screen().encode(out), true
}

// authenticate takes the administrator's password.
func (s *session) authenticate(typed string) string {
	s.password = false
	switch {
	case typed != s.r.options.Password:
		return s.fault(incorrectPassword)
	case s.r.fault.Lock != "":
		return s.fault(inUse)
	}
	s.mode, s.place = administrator, ""
	return ""
}

// answer takes Y or N; on anything else the router asks again.
func (s *session) answer(typed string) (string, bool) {
	reply := s.question
	switch strings.ToLower(strings.TrimSpace(typed)) {
	case "y":
		s.question = nil
		return reply(true)
	case "n":
		s.question = nil
		return reply(false)
	}
	return "", true
}

func (s *session) fault(m message) string { return s.r.screen().fault(m) }

// Cut: the connection went away without a logout. What that does to a rollback timer is not
// known [K]; unless a fault says so it goes on and fires.
func (s *session) Cut() {
	s.r.mu.Lock()
	defer s.r.mu.Unlock()
	if s.over {
		return
	}
	s.leave()
	if s.rollback != nil {
		switch s.r.fault.CutTimer {
		case "fire":
			s.goBack()
		case "cancel":
			s.disarm()
		}
	}
}

// leave takes the session out of the router's books.
func (s *session) leave() {
	s.over = true
	if s.asleep != nil {
		s.asleep()
	}
	s.r.sessions = slices.DeleteFunc(s.r.sessions, func(o *session) bool { return o == s })
}

// end is the router's own doing.
func (s *session) end() {
	if !s.over {
		s.leave()
		close(s.done)
	}
}
