package rtx

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// rollback is "rollback timer": the configuration to go back to, and the alarm.
type rollback struct {
	number int
	before config
	stop   func() bool
}

// arm starts the rollback timer of a console. One that runs there is replaced: the last one
// set holds [DOC], and goes back to what is running now [K].
func (s *session) arm(seconds int) {
	s.disarm()
	r := s.r
	r.alarms++
	number, boots := r.alarms, r.boots
	s.rollback = &rollback{number: number, before: r.running}
	s.rollback.stop = r.options.Clock.After(time.Duration(seconds)*time.Second, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if s.rollback != nil && s.rollback.number == number && r.boots == boots {
			s.goBack()
		}
	})
}

// disarm is what confirm, save, quit, exit and restart do [DOC].
func (s *session) disarm() {
	if s.rollback != nil {
		s.rollback.stop()
		s.rollback = nil
	}
}

func (s *session) goBack() {
	before := s.rollback.before
	s.disarm()
	s.r.adopt(before)
}

// rest starts the login timer anew. When it runs out the router ends the session and a
// rollback timer fires at once [DOC].
func (s *session) rest() {
	if s.asleep != nil {
		s.asleep()
	}
	s.inputs++
	inputs := s.inputs
	seconds := s.r.loginTimer()
	if seconds == 0 || s.over {
		s.asleep = nil
		return
	}
	s.asleep = s.r.options.Clock.After(time.Duration(seconds)*time.Second, func() {
		s.r.mu.Lock()
		defer s.r.mu.Unlock()
		if s.over || s.inputs != inputs {
			return
		}
		if s.rollback != nil {
			s.goBack()
		}
		s.end()
	})
}

// loginTimer is seconds, 300 unless set [DOC]; 0 for none.
func (r *Router) loginTimer() int {
	v := r.running.value("", "login timer")
	if v == "clear" {
		return 0
	}
	if n, err := strconv.Atoi(v); err == nil {
		return n
	}
	return 300
}

// relativeLimit is the largest + of "schedule at" in seconds [DOC].
const relativeLimit = 3600

// schedule is one "schedule at".
type schedule struct {
	line    line
	after   int // seconds from its entry; 0 for a time of the day
	seconds int // of the day
	command []string
	stop    func() bool
}

// readSchedule knows "+SECONDS * COMMAND" and "[*/*] HH:MM[:SS] * COMMAND"; the form with a
// date is [K].
func readSchedule(l line) (schedule, bool) {
	words := strings.Fields(l.text)
	s := schedule{line: l}
	if len(words) < 6 {
		return s, false
	}
	words = words[3:]
	if words[0] == "*/*" {
		words = words[1:]
	}
	if len(words) < 3 || words[1] != "*" {
		return s, false
	}
	s.command = words[2:]
	if after, found := strings.CutPrefix(words[0], "+"); found {
		n, err := strconv.Atoi(after)
		s.after = n
		return s, err == nil && n > 0
	}
	for _, form := range []string{"15:04", "15:04:05"} {
		if t, err := time.Parse(form, words[0]); err == nil {
			s.seconds = t.Hour()*3600 + t.Minute()*60 + t.Second()
			return s, true
		}
	}
	return s, false
}

// reschedule starts the alarms of schedules that are new and stops those that are gone. An
// alarm of an unchanged line goes on.
func (r *Router) reschedule() {
	r.schedules = slices.DeleteFunc(r.schedules, func(s schedule) bool {
		if slices.Contains(r.running, s.line) {
			return false
		}
		s.stop()
		return true
	})
	for _, l := range r.running {
		running := slices.ContainsFunc(r.schedules, func(s schedule) bool { return s.line == l })
		if strings.HasPrefix(l.key, "schedule at ") && !running {
			if s, ok := readSchedule(l); ok {
				r.start(s)
			}
		}
	}
}

func (r *Router) start(s schedule) {
	wait := time.Duration(s.after) * time.Second
	if s.after == 0 {
		now := r.options.Clock.Now()
		midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
		if wait = midnight.Add(time.Duration(s.seconds) * time.Second).Sub(now); wait <= 0 {
			wait += 24 * time.Hour
		}
	}
	l, boots := s.line, r.boots
	s.stop = r.options.Clock.After(wait, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.boots == boots && slices.Contains(r.running, l) {
			r.due(s)
		}
	})
	r.schedules = append(r.schedules, s)
}

// due carries a scheduled command out. A relative one is done with; a daily one waits again.
func (r *Router) due(s schedule) {
	r.schedules = slices.DeleteFunc(r.schedules, func(o schedule) bool { return o.line == s.line })
	if s.command[0] == "restart" {
		r.restart()
		return
	}
	if l, _, ok := (reader{options: r.options}).read(s.command); ok {
		r.adopt(r.running.put(l))
	}
	if s.after == 0 {
		r.start(s)
	}
}
