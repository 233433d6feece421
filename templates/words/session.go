package words

import (
	"regexp"
	"strings"
	"time"

	"op25b/acl"
)

// Session is what a pusher must know to talk to a device of one dialect over its CLI. It is
// data: what to type, what the device may answer, and what its prompt looks like.
type Session struct {
	Name string

	// Prompt matches a prompt at the begin of a line. Its group host is the device's own name,
	// and exactly one of its groups user, admin and config has text: the mode. A prompt
	// without a name leaves host empty; group select is what stands between name and mark.
	Prompt *regexp.Regexp
	// Pager matches the last line where the device waits for a key; a blank goes on.
	Pager *regexp.Regexp
	// Question matches the last line where the device waits for an answer. One that the
	// command is not known to ask stops everything.
	Question *regexp.Regexp
	// Noise matches lines that a device puts around its answers and that say nothing: time
	// stamps, [edit], {master:0}.
	Noise *regexp.Regexp
	// Syslog matches log messages that come between the lines; Alarm those among them, and among
	// the lines of the log, that say that the hardware did not take a filter.
	Syslog, Alarm *regexp.Regexp
	// Log shows, from admin mode, the lines of the log that Alarm and Dropped look at.
	Log string
	// Dropped reads a line of the log by which the device says that it dropped a packet because no
	// entry of the list at a point took it; nil where the log never says so.
	Dropped func(line string) (at acl.Point, is bool)
	// Refusal matches a line by which the device says that it did not understand; Locked what it
	// says when somebody else holds the configuration.
	Refusal, Locked *regexp.Regexp

	// Setup is typed after login: no pager, no wrapping. It lasts as long as the session, and
	// a device that does not know a line of it is no worse off.
	Setup []string
	// Elevate goes from user to admin mode; nil where there is nothing to elevate to.
	Elevate *Elevate

	// Running shows the whole running configuration, from admin mode; Startup what a
	// restart loads, "" where a commit saves by itself.
	Running, Startup string
	// Volatile matches lines in which running and startup may differ by themselves.
	Volatile *regexp.Regexp
	// Unwrap puts lines together again that the console has wrapped; nil where none does.
	Unwrap func(text string) string
	// Complete says whether a configuration arrived whole, from its first line to its last.
	Complete func(text string) error
	// Serial shows the device's serial number, in the first group of SerialIs.
	Serial   string
	SerialIs *regexp.Regexp

	// Enter goes from admin to config mode and takes the lock where there is one; without a
	// Line, admin mode is config mode. Leave goes back, with nothing left uncommitted.
	Enter, Leave Command
	// Candidate is the line that shows, in config mode, what is staged and not committed yet;
	// "" where lines take effect as they are typed. Whole says that it shows the whole
	// configuration as it will be, and not only the change.
	// Without a Candidate, a device that has a Commit shows nothing of what is staged: the lines are
	// held by the session and go out together.
	Candidate string
	Whole     bool
	// Check and Commit make a candidate the running configuration. Discard forgets it.
	Check, Commit, Discard Command
	// Save writes startup.
	Save Command
	// Guards are the ways in which the device takes an unconfirmed change back by itself, by
	// the inventory's word: native, reload.
	Guards map[string]Guard

	// Allowed matches what a device may say to a configuration line without refusing it.
	Allowed *regexp.Regexp
	// Forbidden matches what is no configuration line, though it could be typed in config mode.
	// Shape, where it is set, matches every line that is one.
	Forbidden, Shape *regexp.Regexp
	// LineLength is how many characters a line may have; Block how many lines may be sent
	// before their echoes are waited for.
	LineLength, Block int
}

// Elevate is how admin mode is reached.
type Elevate struct {
	Line     string
	Password *regexp.Regexp // the last line where the password is asked for
}

// Command is one line that is typed, and what belongs to it.
type Command struct {
	Line    string // %d stands for the length of the timer
	Answers []Answer
	Allowed *regexp.Regexp // lines that the device may say; anything else is a refusal
	Says    *regexp.Regexp // what it must say, else it did not do it; nil for nothing
	Fails   *regexp.Regexp // what it says, noise included, when it did not do it
	Busy    *regexp.Regexp // what it says when it wants the line again a moment later
}

// Answer is what is typed when a command asks something.
type Answer struct {
	Question *regexp.Regexp // matches the last line
	Say      string         // "" is an empty line
}

// Guard is one way in which a device takes an unconfirmed change back by itself.
type Guard struct {
	// Probe makes the device show that it really does so, where it may not and say nothing of it:
	// what it refuses here it would not take back.
	Probe Command
	// Denied matches what it says to the probe of an account that may not write, and Hindered what it
	// says when it refuses the probe for a reason that has nothing to do with taking back; nil for neither.
	Denied, Hindered *regexp.Regexp
	// One of the three has a line and starts the timer: Before in admin mode, Enter in place of
	// Session.Enter, Commit in place of Session.Commit.
	Before, Enter, Commit Command
	// The length of the timer: its unit, and the least and most of them.
	Unit        time.Duration
	Least, Most int
	// Confirm keeps the change. With Config it is typed in config mode, else in admin mode. With
	// Armer only the session that started the timer can do it, and must live until then.
	Confirm Confirm
	// Revert takes the change back at once, in the mode of Confirm; without lines one waits.
	Revert []Command
	// Pending shows in admin mode whether a timer runs: it does where PendingIs matches. "" where
	// the device cannot tell. Its group left, if there, is what is left, in units of Left.
	Pending   string
	PendingIs *regexp.Regexp
	Left      time.Duration
	// Other matches what a device says to a confirmation when the timer that runs is not of the change
	// that is confirmed; nil where a confirmation does not say which change it means.
	Other *regexp.Regexp
}

// Confirm is how a change is kept.
type Confirm struct {
	Command
	Config bool
	Armer  bool
}

// Length is a timer's length in the guard's units, rounded up, within what the device takes.
func (g Guard) Length(d time.Duration) int {
	n := int((d + g.Unit - 1) / g.Unit)
	return max(g.Least, min(n, g.Most))
}

// Timer is how long a timer runs that is to run so long: in whole units, within what the device takes.
func (g Guard) Timer(d time.Duration) time.Duration { return time.Duration(g.Length(d)) * g.Unit }

// Line is the session's hold on one line of device text: without what the device puts around
// its answers. A false keep says that the line says nothing.
func (s Session) Line(text string) (line string, keep bool) {
	line = strings.TrimRight(text, " ")
	if line == "" || matches(s.Noise, line) {
		return "", false
	}
	return line, true
}

// Commits reports whether lines take effect together, when they are committed, and not as each is typed.
func (s Session) Commits() bool { return s.Commit.Line != "" }

// Comparable is a configuration without the lines in which running and startup may differ.
func (s Session) Comparable(text string) string {
	if s.Unwrap != nil {
		text = s.Unwrap(text)
	}
	var out []string
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, " \r")
		if line == "" || matches(s.Noise, line) || matches(s.Volatile, line) {
			continue
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

func matches(r *regexp.Regexp, s string) bool { return r != nil && r.MatchString(s) }
