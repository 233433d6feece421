package junos

import (
	"regexp"
	"time"

	"op25b/templates/words"
)

var (
	// user@name> and user@name#; a shell's % is no prompt of ours.
	prompt = regexp.MustCompile(`^[\w.-]{1,64}@(?P<host>[\w.:-]{1,64})(?:(?P<config>#)|(?P<admin>>)) ?`)
	pager  = regexp.MustCompile(`^---\(more(?: \d+%)?\)--- ?$`)
	// [yes,no] is what the CLI asks with.
	question = regexp.MustCompile(`(?i)(\[yes,no\](?: \(\w+\))?|\(y/n\)\??|password:) ?$`)
	noise    = regexp.MustCompile(`^(?:# commit confirmed will be rolled back in .*|\[edit[^\]]*\]|\{[\w:.-]+\}(?:\[edit[^\]]*\])?|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)? ?[A-Z][a-z]{2} \d{1,2} \d{2}:\d{2}:\d{2})$`)
	syslog   = regexp.MustCompile(`^(?:Message from syslogd@|Broadcast Message from |\s+\(no tty\) at \d+:\d+ \S+\.\.\.$|Commit was not confirmed; automatic rollback complete\.$)`)
	// "DFW: jtree cutover failed", "DFW_PFE: add/change for filter … failed due to lack of memory space",
	// "ACX Error (dfw): … Could not program dfw(…)" are from the vendor's knowledge base (KB35363 for the
	// ACX) and from published logs; DFWD_…_FAILED, _EMERGENCY and _EXCEEDED from the System Log Messages
	// Reference. The last two alternatives are not confirmed.
	alarm   = regexp.MustCompile(`(?i)dfw\w*\b.*(?:failed|could not|no resources|lack of memory)|DFWD_\w*(?:FAILED|EMERGENCY|EXCEEDED)|dfw.*(?:cannot program|no (?:space|memory))|filter.*(?:out of|no) (?:tcam|space|memory)`)
	refusal = regexp.MustCompile(`^\s*(?:\^|error:|syntax error|unknown command|invalid |.*: not found)`)
	// Lines from the top are all that a plan has.
	shape     = regexp.MustCompile(`^(?:set|delete|insert|activate|deactivate) \S`)
	nothing   = regexp.MustCompile(`^$`)
	entering  = regexp.MustCompile(`^(?:Entering configuration mode|Users currently editing the configuration:|  \S+ terminal .*pid|\s+\[edit|warning: uncommitted changes will be discarded on exit)`)
	committed = regexp.MustCompile(`^(?:commit complete|configuration check succeeds|commit confirmed will be automatically rolled back in|re\d:|node\d:)`)
	complete  = regexp.MustCompile(`(?m)^commit complete`)
)

// Session is how one talks to the router.
func (Dialect) Session() words.Session {
	return words.Session{
		Name:     "junos",
		Prompt:   prompt,
		Pager:    pager,
		Question: question,
		Noise:    noise,
		Syslog:   syslog,
		Alarm:    alarm,
		// match takes a regular expression and small letters for great ones. [DOC]
		Log:     `show log messages | match "dfw|filter|tcam" | last 200`,
		Refusal: refusal,
		Locked:  regexp.MustCompile(`configuration database (?:locked|modified)`),
		Setup:   []string{"set cli screen-length 0", "set cli screen-width 1024", "set cli timestamp disable", "set cli complete-on-space off"},
		// What groups contribute is in force too; comments would come between the lines.
		Running:  "show configuration | display inheritance no-comments | display set",
		Complete: Complete,
		Serial:   "show chassis hardware",
		SerialIs: regexp.MustCompile(`(?m)^Chassis\s+(\S+)\s`),
		Enter:    words.Command{Line: "configure exclusive", Allowed: entering},
		Leave: words.Command{
			Line:    "exit configuration-mode",
			Answers: []words.Answer{{Question: regexp.MustCompile(`(?i)(?:discard|exit with) uncommitted changes.*\[yes,no\](?: \(\w+\))? ?$`), Say: "yes"}},
			Allowed: regexp.MustCompile(`^(?:Exiting configuration mode|The configuration has been (?:changed|modified) but not committed|Discarding uncommitted changes)`),
		},
		Candidate: "show | display inheritance no-comments | display set",
		Whole:     true,
		Check:     words.Command{Line: "commit check", Allowed: committed, Says: regexp.MustCompile(`(?m)^configuration check succeeds`)},
		Commit:    words.Command{Line: "commit", Allowed: committed, Says: complete},
		Discard:   words.Command{Line: "rollback 0", Allowed: regexp.MustCompile(`^load complete`)},
		Guards: map[string]words.Guard{"native": {
			Commit: words.Command{Line: "commit confirmed %d", Allowed: committed, Says: complete},
			Unit:   time.Minute, Least: 1, Most: 65535,
			Confirm: words.Confirm{Config: true, Command: words.Command{Line: "commit", Allowed: committed, Says: complete,
				Fails: regexp.MustCompile(`(?m)^# commit confirmed will be rolled back`)}},
			Revert: []words.Command{
				{Line: "rollback 1", Allowed: regexp.MustCompile(`^load complete`)},
				{Line: "commit", Allowed: committed, Says: complete},
			},
			Pending: "show system commit",
			// The minutes are those that were given, not those that are left.
			PendingIs: regexp.MustCompile(`(?m)^0 .*commit confirmed, rollback in \d+\s*min`),
		}},
		Allowed:    nothing,
		Shape:      shape,
		LineLength: 1024, // not confirmed; our lines stay under 300
		Block:      50,
	}
}
