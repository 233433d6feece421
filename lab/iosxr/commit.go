package iosxr

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"op25b/lab/cisco"
)

// commit is one change of the running configuration in the commit database.
type commit struct {
	id      int
	user    string
	client  string // CLI, or Rollback when a timer or a rollback made it
	label   string
	comment string
	at      time.Time
	before  config
	after   config
}

// trial is a committed change that waits for a second commit.
type trial struct {
	before config
	owner  *session
	id     int // of the configuration session
	stop   func() bool
}

// The words of a commit [SAMPLE, DOC].
const (
	nothingToCommit = "No configuration changes to commit.\n"
	confirming      = "% Confirming commit for trial session.\n"
	commitFailed    = "\n% Failed to commit one or more configuration items during a pseudo-atomic operation. " +
		"All changes made have been reverted. Please issue 'show configuration failed [inheritance]' from this session to view the errors\n"
	otherCommits = "One or more commits have occurred from other\nconfiguration sessions since this session started\n" +
		"or since the last commit was made from this session.\nYou can use the 'show configuration commit changes'\ncommand to browse the changes.\n"
	uncommitted = "Uncommitted changes found, commit them before exiting(yes/no/cancel)? [cancel]:"
)

// order is what a commit line asks for.
type order struct {
	trial          time.Duration // 0 for good
	label, comment string
	replace        bool
}

// commit reads the line and carries it out. Timer: 30 to 65535 seconds, or 1 to 1024 minutes [SAMPLE].
// A comment takes the rest of the line, but for what follows its closing quote [DOC].
func (s *session) commit(c call) string {
	o, bad := readOrder(c.Rest, c.Line)
	if s.trouble = bad; !bad.None() {
		return ""
	}
	return s.stamp() + s.commitOrder(o)
}

func readOrder(tokens []cisco.Token, line string) (order, cisco.Complaint) {
	var o order
	incomplete := cisco.Complaint{Kind: cisco.Incomplete, Line: line}
	for len(tokens) > 0 {
		word := strings.ToLower(tokens[0].Text)
		invalid := cisco.Complaint{Kind: cisco.Invalid, At: tokens[0].At, Line: line}
		switch {
		case len(word) > 2 && strings.HasPrefix("confirmed", word):
			used, d := readTimer(tokens[1:])
			if used == 0 {
				return o, incomplete
			}
			if d == 0 {
				return o, cisco.Complaint{Kind: cisco.Invalid, At: tokens[used].At, Line: line}
			}
			o.trial, tokens = d, tokens[1+used:]
		case strings.HasPrefix("label", word):
			if len(tokens) < 2 {
				return o, incomplete
			}
			o.label, tokens = tokens[1].Text, tokens[2:]
		case len(word) > 2 && strings.HasPrefix("comment", word):
			if len(tokens) < 2 {
				return o, incomplete
			}
			o.comment, tokens = readComment(tokens[1:], line)
		case strings.HasPrefix("replace", word):
			o.replace, tokens = true, tokens[1:]
		default:
			return o, invalid
		}
	}
	return o, cisco.Complaint{}
}

// readTimer gives how many words it took, and 0 time for a number out of range.
func readTimer(tokens []cisco.Token) (used int, d time.Duration) {
	if len(tokens) == 0 {
		return 0, 0
	}
	unit, low, high := time.Second, 30, 65535
	if word := strings.ToLower(tokens[0].Text); strings.HasPrefix("minutes", word) {
		unit, low, high, tokens, used = time.Minute, 1, 1024, tokens[1:], 1
		if len(tokens) == 0 {
			return 0, 0
		}
	}
	n, err := strconv.Atoi(tokens[0].Text)
	if err != nil || n < low || n > high {
		return used + 1, 0
	}
	return used + 1, time.Duration(n) * unit
}

func readComment(tokens []cisco.Token, line string) (string, []cisco.Token) {
	text := strings.TrimSpace(line[tokens[0].At:])
	if !strings.HasPrefix(text, `"`) {
		return text, nil
	}
	end := strings.IndexByte(text[1:], '"')
	if end < 0 {
		return text[1:], nil
	}
	rest := slices.DeleteFunc(slices.Clone(tokens), func(t cisco.Token) bool { return t.At < tokens[0].At+end+2 })
	return text[1 : 1+end], rest
}

// commitOrder goes through what may stand against a commit, then makes it.
func (s *session) commitOrder(o order) string {
	r := s.router
	mine := r.trial != nil && r.trial.owner == s && r.trial.id == s.id
	switch {
	case !s.dirty() && mine:
		return s.confirm()
	case !s.dirty() && !o.replace:
		return nothingToCommit
	case r.trial != nil && !mine:
		return fmt.Sprintf("%% Cannot commit because there is an unexpired trial/rollback session '%s'.\n", sessionID(r.trial.id))
	case r.lock != nil && r.lock != s || r.fault.Lock != "":
		// Others may edit, but not commit, while one holds the lock [DOC]; the words are [K].
		return "% Failed to commit: the configuration is locked by another session.\n"
	case o.replace:
		return s.question("This commit will replace or remove the entire running configuration. This\n"+
			"operation can be service affecting.\n", "Do you wish to proceed? [no]: ", func() string { return s.apply(o, config{}) })
	case s.seen != len(r.commits):
		return s.question(otherCommits, "Do you wish to proceed with this commit anyway? [no]: ",
			func() string { return s.apply(o, r.running) })
	}
	return s.apply(o, r.running)
}

// question goes on after a yes.
func (s *session) question(said, prompt string, then func() string) string {
	s.ask = &question{prompt: prompt, answer: func(reply string) string {
		if reply != "" && strings.HasPrefix("yes", strings.ToLower(reply)) {
			return then()
		}
		return ""
	}}
	return said
}

// confirm ends the trial for good: a second commit in the session that began it [SAMPLE].
func (s *session) confirm() string {
	if !s.router.fault.SkipConfirm {
		s.router.trial.stop()
		s.router.trial = nil
	}
	return confirming
}

// apply makes the candidate the running configuration, or says why not; then the candidate is
// gone and show configuration failed has it [DOC].
func (s *session) apply(o order, base config) string {
	r := s.router
	next := base.with(s.changes)
	before := r.running
	if failed := r.objection(next); failed != "" {
		s.failed, s.changes = failed, nil
		return commitFailed
	}
	r.running = next
	r.record(before, s.user, "CLI", "")
	last := &r.commits[len(r.commits)-1]
	last.label, last.comment = o.label, o.comment
	s.changes, s.failed, s.seen = nil, "", len(r.commits)
	if r.trial != nil {
		before = r.trial.before
		r.trial.stop()
		r.trial = nil
	}
	if o.trial > 0 {
		s.startTrial(before, o.trial)
	}
	return ""
}

// startTrial begins the time in which the same session must commit again. The lock is given up
// meanwhile [SAMPLE].
func (s *session) startTrial(before config, d time.Duration) {
	r := s.router
	t := &trial{before: before, owner: s, id: s.id}
	t.stop = r.setup.Clock.After(d, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.trial == t {
			r.expire()
		}
	})
	r.trial = t
	if r.lock == s {
		r.lock = nil
	}
}

// expire takes a change on trial back; the commit database has it as a rollback [SAMPLE].
func (r *Router) expire() {
	now := r.running
	owner := r.trial.owner.user
	r.takeBack()
	r.record(now, owner, "Rollback", "")
}

func (r *Router) takeBack() {
	r.trial.stop()
	r.running = r.trial.before
	r.trial = nil
}

// record enters the change from before to the running configuration into the database.
func (r *Router) record(before config, user, client, label string) {
	id := 1000000001
	if n := len(r.commits); n > 0 {
		id = r.commits[n-1].id + 1
	}
	now := r.setup.Clock.Now()
	r.changed, r.by = now, user
	r.recount(before)
	r.logf("RP/0/RP0/CPU0", "config[65788]", "%%MGBL-CONFIG-6-DB_COMMIT : Configuration committed by user '%s'. Use 'show configuration commit changes %d' to view the changes.", user, id)
	if r.fault.TCAMLog {
		r.logf("LC/0/0/CPU0", "pfilter_ea[301]", "%%L2-PFILTER_EA-3-ERR_IM_CAPS : uidb set  acl failed on interface %s. (null)", r.boundAt())
	}
	r.commits = append(r.commits, commit{id: id, user: user, client: client, label: label, at: now, before: before, after: r.running.clone()})
}

// objection is why a configuration cannot run, as show configuration failed prints it [SAMPLE for
// the frame]; "" for none.
func (r *Router) objection(c config) string {
	const head = "!! SEMANTIC ERRORS: This configuration was rejected by \n!! the system due to semantic errors. The individual \n" +
		"!! errors with each failed configuration command can be \n!! found below.\n\n\n"
	entries := 0
	for _, b := range c.blocks {
		if !strings.HasPrefix(b.head, iface) {
			continue
		}
		for _, l := range b.lines {
			words := strings.Fields(l)
			if len(words) < 4 || words[1] != "access-group" {
				continue
			}
			list := c.block(words[0] + " access-list " + words[2])
			if list == nil && r.dangling == refused {
				// [K]: that a commit is refused, and the words.
				return head + b.head + "\n " + l + "\n!!% 'ACL' detected the 'warning' condition 'Access-list " + words[2] + " is not configured'\n!\nend\n\n"
			}
			if list != nil {
				entries += len(list.entries())
			}
			if r.fault.TCAMEntries > 0 && entries > r.fault.TCAMEntries {
				return head + b.head + "\n " + l + "\n!!% 'dnx_feat_mgr' detected the 'resource not available' condition 'No space left'\n!\nend\n\n"
			}
		}
	}
	return missingGroup(c, head)
}

// missingGroup objects to an entry with an object-group that is not defined [K].
func missingGroup(c config, head string) string {
	for _, b := range c.blocks {
		if !strings.HasPrefix(b.head, list4) && !strings.HasPrefix(b.head, list6) {
			continue
		}
		family := b.head[:4]
		for _, a := range b.entries() {
			for _, name := range []string{a.Src.Group, a.Dst.Group} {
				if name != "" && c.block("object-group network "+family+" "+name) == nil {
					return fmt.Sprintf("%s%s\n %d\n!!%% 'ACL' detected the 'warning' condition 'Object-group %s is not configured'\n!\nend\n\n",
						head, b.head, a.Number, name)
				}
			}
		}
	}
	return ""
}

// end leaves configuration mode, or asks about what is not committed [DOC]: yes commits it, no
// drops it, cancel (the default) stays.
func (s *session) end() string {
	if !s.dirty() {
		s.leave()
		return ""
	}
	s.ask = &question{prompt: uncommitted, answer: func(reply string) string {
		switch reply = strings.ToLower(reply); {
		case reply != "" && strings.HasPrefix("yes", reply):
			said := s.commitOrder(order{})
			if !s.dirty() && s.ask == nil && s.failed == "" {
				s.leave()
			}
			return said
		case reply != "" && strings.HasPrefix("no", reply):
			s.leave()
		}
		return ""
	}}
	return ""
}
