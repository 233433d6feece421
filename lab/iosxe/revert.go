package iosxe

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// pending is a configuration change that waits to be confirmed.
type pending struct {
	before  config
	minutes int
	idle    bool // the time runs from the last line typed
	since   time.Time
	user    string
	file    string
	stop    func() bool
}

// The words below are from Cisco's documentation of Configuration Rollback Confirmed Change and
// from sessions that users published [DOC, SAMPLE].
const (
	nonePending   = "%No Rollback Confirmed Change pending\n"
	noArchive     = "%Turn config archive on before using Rollback Confirmed Change\n"
	alreadyArmed  = "%Rollback Confirmed Change is already pending\n" // [K] the exact words
	enterCommands = "Enter configuration commands, one per line.  End with CNTL/Z.\n"
)

// configure goes into configuration mode, with what was said before.
func (s *session) configure(said string) string {
	if who := s.router.fault.Lock; who != "" {
		// configuration mode exclusive, held by somebody else [K: the exact words].
		return "Configuration mode is locked by process '341' user '" + who + "' from terminal '3'. Please try later.\n"
	}
	s.mode = globalMode
	return said + enterCommands
}

func (s *session) configureRevert(c call) string {
	minutes, _ := strconv.Atoi(c.Args[0])
	return s.arm(minutes, "absolute")
}

func (s *session) configureRevertIdle(c call) string {
	minutes, _ := strconv.Atoi(c.Args[0])
	return s.arm(minutes, "idle")
}

// arm keeps the running configuration and starts the timer. It needs an archive path [DOC].
func (s *session) arm(minutes int, kind string) string {
	r := s.router
	path := r.archivePath()
	switch {
	case path == "":
		return noArchive
	case r.pending != nil:
		return alreadyArmed
	case r.fault.Lock != "":
		return s.configure("")
	}
	now := r.setup.Clock.Now()
	r.pending = &pending{before: r.running.clone(), minutes: minutes, idle: kind == "idle", since: now, user: s.user,
		file: path + "-" + strings.ReplaceAll(now.UTC().Format("Jan-_2-15-04-05.000"), " ", "-") + "-0"}
	r.startTimer()
	r.logf("%%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_BACKUP: Backing up current running config to %s", r.pending.file)
	r.logf("%%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_START_%sTIMER: User: %s: Scheduled to rollback to config %s in %d minutes",
		map[bool]string{true: "IDLE", false: "ABS"}[r.pending.idle], s.user, r.pending.file, minutes)
	return s.configure("Rollback Confirmed Change: Backing up current running config to " + r.pending.file + "\n\n")
}

func (r *Router) startTimer() {
	p := r.pending
	p.stop = r.setup.Clock.After(time.Duration(p.minutes)*time.Minute, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.pending == p {
			r.revert("timer expired")
		}
	})
}

// stirred starts an idle timer anew: somebody typed a line.
func (r *Router) stirred() {
	if r.pending != nil && r.pending.idle && r.pending.stop() {
		r.pending.since = r.setup.Clock.Now()
		r.startTimer()
	}
}

// revert goes back to what was running when the timer was armed.
func (r *Router) revert(why string) {
	p := r.pending
	r.disarm()
	p.before.recount(r.running)
	r.running = p.before
	r.touched("")
	r.logf("%%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_ROLLBACK_START: Start rolling to: %s (%s)", p.file, why)
}

func (r *Router) disarm() {
	if r.pending != nil {
		r.pending.stop()
		r.pending = nil
	}
}

func (s *session) confirm(call) string {
	r := s.router
	switch {
	case r.pending == nil:
		return nonePending
	case r.fault.SkipConfirm:
		return ""
	}
	r.disarm()
	r.logf("%%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_CONFIRM: User: %s: Confirm the configuration change", s.user)
	return ""
}

func (s *session) revertNow(call) string {
	r := s.router
	if r.pending == nil {
		return nonePending
	}
	file := r.pending.file
	r.revert("configure revert now")
	return "Rollback Confirmed Change: Rolling to:" + file + "\n\nTotal number of passes: 1\nRollback Done\n\n"
}

// revertLater sets the timer anew.
func (s *session) revertLater(c call) string {
	r := s.router
	if r.pending == nil {
		return nonePending
	}
	r.pending.stop()
	r.pending.minutes, _ = strconv.Atoi(c.Args[0])
	r.pending.since = r.setup.Clock.Now()
	r.startTimer()
	return ""
}

func (r *Router) archivePath() string {
	b := r.running.block("archive")
	if b == nil {
		return ""
	}
	for _, l := range b.lines {
		if path, ok := strings.CutPrefix(l, "path "); ok {
			return path
		}
	}
	return ""
}

func (r *Router) showArchive() string {
	path := r.archivePath()
	if path == "" {
		return " Archive feature not enabled\n"
	}
	return "The maximum archive configurations allowed is 10.\nThere are currently 0 archive configurations saved.\n" +
		"The next archive file will be named " + path + "-<timestamp>-0\n Archive #  Name\n"
}

func (r *Router) showTimer() string {
	p := r.pending
	if p == nil {
		return nonePending
	}
	return fmt.Sprintf("Time configured(or reconfigured): %s\nTimer type: %s timer\nTimer value: %d min\nUser: %s\n",
		p.since.UTC().Format("15:04:05 MST Mon Jan 2 2006"), map[bool]string{true: "idle", false: "absolute"}[p.idle], p.minutes, p.user)
}
