package iosxe

import (
	"regexp"
	"time"

	"op25b/templates/words"
)

var (
	prompt   = regexp.MustCompile(`^(?P<host>[\w.+/-]{1,64})(?:(?P<config>\(conf[\w.\-/+@: ]{0,64}\)#)|(?P<admin>#)|(?P<user>>)) ?`)
	pager    = regexp.MustCompile(`^ ?-+ ?[Mm]ore ?-+ ?$`)
	question = regexp.MustCompile(`(?i)(\[confirm\]|\[(yes/no|no|yes|y/n)\]:?|\(y/n\)\??|[\w ]\?|password:) ?$`)
	// %FACILITY-SEVERITY-MNEMONIC: with a time stamp or number before it, as configured.
	syslog = regexp.MustCompile(`^[*.]?(?:\d+: )?(?:[*.]?[A-Z][a-z]{2} +\d{1,2} [^%]{0,40}: |\d\w+: )?%[A-Z0-9_]+(?:-[A-Z0-9_]+)?-[0-7]-[A-Z0-9_]+:`)
	// The messages of hardware that is full or did not take a list: ACLMGR, FM (Catalyst 3750 message
	// guide), C4K_HWACLMAN (Catalyst 4500 message guide), FM_EARL7, FMCORE, EARL_CM, on a supervisor
	// that names itself FMCORE-SW1-4 (Catalyst 6500; CSCuq24924). That every other facility with ACL or
	// TCAM in its name means trouble at severities 0 to 4 is not confirmed. What `log` writes of
	// packets is of severity 6.
	alarm    = regexp.MustCompile(`%(?:\w*ACL\w*|\w*TCAM\w*|FM|FM_EARL\w*|FMCORE|EARL_CM)(?:-[A-Z0-9_]+)?-[0-4]-|%EARL_CM(?:-[A-Z0-9_]+)?-5-NOCAPMAP`)
	refusal  = regexp.MustCompile(`^\s*(?:%\s?\w|\^$|Command (?:rejected|authorization failed)|Bad mask|Translating ")`)
	noise    = regexp.MustCompile(`^(?:Load for five secs|Time source is )`)
	volatile = regexp.MustCompile(`^(?:Building configuration|Current configuration ?:|Using \d+ out of \d+ bytes|! ?(?:Last configuration change|NVRAM config last updated|No configuration change since)|ntp clock-period|!\s*$)`)
	// Yes, "Enter configuration commands": the greeting of config mode.
	entering  = regexp.MustCompile(`^(?:Enter configuration commands|Rollback Confirmed Change: |%?(?:Warning: )?Rollback )`)
	nothing   = regexp.MustCompile(`^$`)
	forbidden = regexp.MustCompile(`(?i)^\s*(?:do|end|write|wr|reload|configure|copy|erase|delete|format|tclsh|guestshell|archive|boot)\b`)
	confirmed = regexp.MustCompile(`\[confirm\] ?$`)
	saveFirst = regexp.MustCompile(`(?i)save\? ?\[yes/no\]: ?$`)
)

// Session is how one talks to the router.
func (Dialect) Session() words.Session {
	return words.Session{
		Name:     "iosxe",
		Prompt:   prompt,
		Pager:    pager,
		Question: question,
		Noise:    noise,
		Syslog:   syslog,
		Alarm:    alarm,
		Log:      "show logging | include ACL|TCAM|FM|EARL",
		Refusal:  refusal,
		Locked:   regexp.MustCompile(`(?i)\blocked\b`),
		Setup:    []string{"terminal length 0", "terminal width 512"},
		Elevate:  &words.Elevate{Line: "enable", Password: regexp.MustCompile(`(?i)^password: ?$`)},
		Running:  "show running-config",
		Startup:  "show startup-config",
		Volatile: volatile,
		Complete: Complete,
		Serial:   "show version",
		SerialIs: regexp.MustCompile(`(?m)^Processor board ID (\S+)`),
		Enter:    words.Command{Line: "configure terminal", Allowed: entering},
		Leave:    words.Command{Line: "end", Allowed: nothing},
		Save: words.Command{
			Line:    "write memory",
			Answers: []words.Answer{{Question: confirmed}},
			Allowed: regexp.MustCompile(`^(?:Building configuration|Compressed configuration from|\[OK\]|Overwrite the previous NVRAM configuration|Warning: Attempting to overwrite an NVRAM)`),
			Says:    regexp.MustCompile(`(?m)^\[OK\]`),
			Busy:    regexp.MustCompile(`Device or resource busy`),
		},
		Guards:     map[string]words.Guard{"native": revertTimer(), "reload": reload()},
		Allowed:    nothing,
		Forbidden:  forbidden,
		LineLength: 254, // IOS takes 254 characters a line
		Block:      50,
	}
}

// revertTimer is the confirmed change of the configuration archive. It needs `archive` and
// `path` on the router: the router says so, and nothing is changed.
func revertTimer() words.Guard {
	return words.Guard{
		Enter: words.Command{Line: "configure terminal revert timer %d", Allowed: entering},
		Unit:  time.Minute, Least: 1, Most: 120,
		Confirm: words.Confirm{Command: words.Command{Line: "configure confirm", Allowed: regexp.MustCompile(`^(?:Rollback Confirmed|Confirmed)`)}},
		Revert: []words.Command{{Line: "configure revert now", Allowed: regexp.MustCompile(
			`^(?:Rollback |Total number of passes|Timed Rollback|Rollback Done|The rollback|Loading|!)`)}},
		Pending: "show archive config rollback timer",
		// [DOC Cisco, configuration rollback confirmed change] prints type and value of the timer;
		// what is left of it is not printed.
		PendingIs: regexp.MustCompile(`(?mi)^\s*Timer (?:type|value)`),
	}
}

// reload restarts the router, which then boots what is saved.
func reload() words.Guard {
	return words.Guard{
		Before: words.Command{
			Line:    "reload in %d",
			Answers: []words.Answer{{Question: saveFirst, Say: "no"}, {Question: confirmed}},
			Allowed: regexp.MustCompile(`^(?:Reload scheduled|System configuration has been modified|Reload reason|Proceed with reload|Building configuration)`),
		},
		Unit: time.Minute, Least: 1, Most: 34560,
		Confirm: words.Confirm{Command: words.Command{Line: "reload cancel", Allowed: regexp.MustCompile(`^(?:\*\*\*|---|$)`),
			Says: regexp.MustCompile(`SHUTDOWN ABORTED`)}},
		Pending:   "show reload",
		PendingIs: regexp.MustCompile(`(?m)^Reload scheduled (?:in|for)(?:.*\(in (?P<left>\d+) minutes?)?`),
		Left:      time.Minute,
	}
}
