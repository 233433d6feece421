package rtx

import (
	"regexp"
	"time"

	"op25b/templates/words"
)

var (
	// The factory prompt has no name: "> " and "# "; `console prompt` gives it one, and some
	// people write it in brackets.
	// After `pp select 1` the prompt says so: "pp1# ".
	prompt = regexp.MustCompile(`^\[?(?P<host>[\w.@()/:-]{0,64}?)\]?(?P<select>(?:pp|tunnel|PP|TUNNEL)\[?\d+\]?)?(?:(?P<config>#)|(?P<user>>)) ?`)
	// "---more---", in Japanese "---つづく---" in whichever character set the console has.
	pager    = regexp.MustCompile(`^---(?:more|[^ -~]+)--- ?$`)
	question = regexp.MustCompile(`(?i)(\(y/n\) ?\??|password:) ?$`)
	refusal  = regexp.MustCompile(`^\s*(?:Error: |エラー: )`)
	nothing  = regexp.MustCompile(`^$`)
	// Volatile lines are comments: model, addresses, date.
	volatile = regexp.MustCompile(`^\s*#`)
	// A plan comes without save; the others would end or spoil the rollback timer.
	forbidden = regexp.MustCompile(`(?i)^\s*(?:save|exit|quit|restart|cold|load|confirm|rollback|administrator|schedule|console|login|clear|copy|delete|external-memory)\b`)
)

// scheduleAt is the number of the schedule that restarts a router without a rollback timer.
const scheduleAt = "2525"

// Session is how one talks to the router. Reading leaves the console settings alone: they
// would show in the configuration even unsaved. The pager is answered instead, and lines
// that the console wrapped are put together by Parse.
func (Dialect) Session() words.Session {
	return words.Session{
		Name:     "rtx",
		Prompt:   prompt,
		Pager:    pager,
		Question: question,
		Refusal:  refusal,
		Log:      "show log | grep default",
		Dropped:  dropped,
		Elevate:  &words.Elevate{Line: "administrator", Password: regexp.MustCompile(`(?i)^(?:administrator )?password: ?$`)},
		Running:  "show config",
		Startup:  "show config 0", // the file that a restart loads, unless set-default-config names another
		Volatile: volatile,
		Complete: Complete,
		Serial:   "show environment",
		SerialIs: regexp.MustCompile(`serial=(\w+)`),
		// "Saving ... CONFIG0 Done .", in Japanese in any character set. [SAMPLE]
		Save:       words.Command{Line: "save", Allowed: regexp.MustCompile(`CONFIG\d`)},
		Unwrap:     unwrap,
		Guards:     map[string]words.Guard{"native": rollbackTimer(), "reload": restartSchedule()},
		Allowed:    nothing,
		Forbidden:  forbidden,
		LineLength: 4095, // [DOC RTX command reference]
		Block:      10,
	}
}

// rollbackTimer is confirmed by the session that set it. It is stopped by save, by a logout
// and by a restart: after a failure the connection is cut, and nothing is typed any more.
// Whether a cut connection keeps the timer running or fires it at once is not confirmed.
// [DOC RTX command reference Rev.23.02.02, 56.7.30 to 32]
func rollbackTimer() words.Guard {
	return words.Guard{
		Before: words.Command{Line: "rollback timer %d", Allowed: nothing},
		Unit:   time.Second, Least: 1, Most: 21474836,
		Confirm: words.Confirm{Command: words.Command{Line: "confirm", Allowed: nothing}, Config: true, Armer: true},
	}
}

// restartSchedule restarts an older router, which then boots what is saved. The line is a
// line of the configuration until it is taken away. [MODEL]
func restartSchedule() words.Guard {
	return words.Guard{
		Before: words.Command{Line: "schedule at " + scheduleAt + " +%d * restart", Allowed: nothing},
		Unit:   time.Second, Least: 60, Most: 3600,
		Confirm:   words.Confirm{Command: words.Command{Line: "no schedule at " + scheduleAt, Allowed: nothing}, Config: true},
		Pending:   "show config",
		PendingIs: regexp.MustCompile(`(?m)^\s*schedule at ` + scheduleAt + ` `),
	}
}
