package junos

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// pending is a confirmed commit that waits.
type pending struct {
	number  int
	minutes int
	at      time.Time
	before  *node
	armed   *session
	stop    func() bool
}

// order is a commit command.
type order struct {
	check, confirmed, leave bool
	minutes                 int
	comment                 string
}

const minutesDefault = 10 // [DOC]

func readOrder(tokens []token) (order, *mistake) {
	o := order{minutes: minutesDefault}
	for i := 0; i < len(tokens); i++ {
		switch t := tokens[i]; t.text {
		case "check":
			o.check = true
		case "and-quit":
			o.leave = true
		case "synchronize":
		case "confirmed":
			o.confirmed = true
			if i+1 < len(tokens) && tokens[i+1].text[0] >= '0' && tokens[i+1].text[0] <= '9' {
				i++
				n, err := strconv.Atoi(tokens[i].text)
				if err != nil || n < 1 || n > 65535 { // [DOC] the range
					return o, &mistake{tokens[i].column, "Value " + tokens[i].text + " is not within range (1..65535)"}
				}
				o.minutes = n
			}
		case "comment":
			i++
			if i == len(tokens) {
				return o, &mistake{-1, "missing argument"}
			}
			o.comment = unquote(tokens[i].text)
		default:
			return o, &mistake{t.column, syntaxError}
		}
	}
	return o, nil
}

// commit is the answer to a commit command, and whether it was carried out.
func (s *session) commit(o order) (string, bool) {
	r := s.r
	if text := r.lockText(s); text != "" {
		return text, false
	}
	if s.edit == private && o.confirmed {
		return "error: You cannot perform this commit operation on a private copy\n", false // [DOC]
	}
	want, err := s.merged()
	if err != nil {
		return "error: " + err.Error() + "\n", false
	}
	if text := r.refusal(want); text != "" {
		return text, false
	}
	switch {
	case o.check:
		r.confirm() // a check confirms as well [DOC]
		return "configuration check succeeds\n", true
	case o.confirmed:
		r.arm(s, o.minutes)
		r.adopt(want, s.user, o)
		s.committed()
		return fmt.Sprintf("commit confirmed will be automatically rolled back in %d minutes unless confirmed\ncommit complete\n", o.minutes), true
	}
	r.confirm()
	r.adopt(want, s.user, o)
	s.committed()
	return "commit complete\n", true
}

// merged is what a commit would make active. A private copy brings its own changes only, on
// top of what others have committed since [DOC].
func (s *session) merged() (*node, error) {
	if s.edit != private {
		return s.r.candidate.clone(), nil
	}
	want := s.r.running().clone()
	for _, change := range s.changes {
		if err := change(want); err != nil {
			return nil, fmt.Errorf("the private copy does not fit what was committed meanwhile: %w", err) // [K] the wording
		}
	}
	return want, nil
}

func (s *session) committed() {
	if s.edit == private {
		s.copy, s.changes = s.r.running().clone(), nil
	}
}

// refusal is what the check of a candidate prints when it fails; nothing changes then.
func (r *Router) refusal(want *node) string {
	var b strings.Builder
	if err := applicable(want); err != nil {
		b.WriteString("error: " + err.Error() + "\n")
	}
	for _, p := range problems(inherited(want)) {
		b.WriteString(p.String())
	}
	if n := r.fault.TCAMEntries; n > 0 && entryCount(inherited(want)) > n {
		b.WriteString(orElse(r.fault.Message, "error: firewall filters do not fit into the packet forwarding engine") + "\n") // [K]
	}
	if b.Len() == 0 {
		return ""
	}
	return b.String() + "error: configuration check-out failed\n" // [SAMPLE EX2200]
}

// adopt makes a configuration active and remembers it. A shared candidate without changes of
// its own follows.
func (r *Router) adopt(want *node, user string, o order) {
	r.resetCounters(r.running(), want)
	unchanged := r.candidate.equal(r.running())
	r.history = slices.Insert(r.history, 0, revision{want, r.options.Clock.Now(), user, "cli", o.comment})
	if len(r.history) > revisions {
		r.history = r.history[:revisions]
	}
	r.effective = inherited(want)
	r.logf("mgd[4001]: UI_COMMIT: User '%s' requested 'commit' operation (comment: %s)", user, orElse(o.comment, "none"))
	if r.fault.TCAMLog {
		r.logf("fpc0 DFW: jtree cutover failed (memory allocation failure) for filter (1) change!")
	}
	if unchanged {
		r.candidate = want.clone()
	}
	for _, s := range r.sessions {
		s.refresh(want)
	}
}

// refresh gives a private copy that has no changes what was committed.
func (s *session) refresh(want *node) {
	if s.mode == configuring && s.edit == private && len(s.changes) == 0 {
		s.copy = want.clone()
	}
}

// arm starts the timer that takes the next commit back. An earlier one that waits is replaced,
// and what it would go back to stays.
func (r *Router) arm(s *session, minutes int) {
	before := r.running()
	if r.pending != nil {
		r.pending.stop()
		before = r.pending.before
	}
	r.alarms++
	number := r.alarms
	d := time.Duration(minutes) * time.Minute
	p := &pending{number: number, minutes: minutes, at: r.options.Clock.Now().Add(d), before: before, armed: s}
	p.stop = r.options.Clock.After(d, func() { r.expire(number) })
	r.pending = p
}

// confirm stops the timer, whichever session armed it [DOC].
func (r *Router) confirm() {
	if r.pending == nil || r.fault.SkipConfirm {
		return
	}
	r.pending.stop()
	r.pending = nil
}

// expire is the alarm of a confirmed commit.
func (r *Router) expire(number int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pending != nil && r.pending.number == number {
		r.takeBack()
	}
}

// takeBack is what the router does when nobody confirms: rollback 1 and commit [DOC]. It tells
// everybody who is logged in [K the wording].
func (r *Router) takeBack() {
	before := r.pending.before
	r.pending.stop()
	r.pending = nil
	r.adopt(before, "root", order{})
	r.candidate = before.clone()
	r.history[0].via = "other"
	for _, s := range r.sessions {
		s.mail += "\nBroadcast Message from root@" + r.hostname() + "\n        (no tty) at " +
			r.options.Clock.Now().UTC().Format("15:04 MST") + "...\n\nCommit was not confirmed; automatic rollback complete.\n\n"
	}
}

// lockText is what somebody is told who may not change the configuration; "" if he may.
func (r *Router) lockText(s *session) string {
	text := r.lockHolder(s)
	if text == "" {
		return ""
	}
	return "error: configuration database locked by:\n" + text // [DOC]
}

// lockHolder is the line about who configures exclusively, if it is somebody else.
func (r *Router) lockHolder(s *session) string {
	switch {
	case r.fault.Lock != "":
		since := r.history[len(r.history)-1].when
		return holderText(r.fault.Lock, "pts/9", 90210, since, r.options.Clock.Now().Sub(since), "exclusive [edit]")
	case r.locked != nil && r.locked != s:
		return r.locked.about()
	}
	return ""
}

func holderText(user, terminal string, pid int, since time.Time, idle time.Duration, place string) string {
	clock := fmt.Sprintf("%02d:%02d:%02d", int(idle.Hours()), int(idle.Minutes())%60, int(idle.Seconds())%60)
	return fmt.Sprintf("  %s terminal %s (pid %d) on since %s, idle %s\n      %s\n", user, terminal, pid, stamp(since), clock, place) // [SAMPLE]
}

// about is the session as others see it.
func (s *session) about() string {
	place := editText(s.way)
	switch s.edit {
	case exclusive:
		place = "exclusive " + place
	case private:
		place = "private " + place
	}
	return holderText(s.user, fmt.Sprintf("pts/%d", s.number-1), 4000+s.number, s.since, s.r.options.Clock.Now().Sub(s.last), place)
}
