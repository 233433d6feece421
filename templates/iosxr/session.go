package iosxr

import (
	"regexp"
	"time"

	"op25b/templates/words"
)

var (
	// RP/0/RP0/CPU0:name# and RP/0/RP0/CPU0:name(config-ipv4-acl)#.
	prompt   = regexp.MustCompile(`^RP/[\w/]{1,24}:(?P<host>[\w.+-]{1,64})(?:(?P<config>\(config[\w.\-/+@:]{0,64}\)#)|(?P<admin>#)) ?`)
	pager    = regexp.MustCompile(`^ ?--+ ?[Mm]ore ?--+ ?$`)
	question = regexp.MustCompile(`(?i)(\[confirm\]|\[(?:cancel|no|yes|y/n)\]: ?|\((?:yes/no[^)]*|y/n)\)\??:?|password:) ?$`)
	// A time stamp stands before every answer unless `no-timestamp` is set.
	noise  = regexp.MustCompile(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} +\d{1,2} [\d:.]+ \w+(?: \d{4})?$`)
	syslog = regexp.MustCompile(`^(?:RP|LC)/[\w/]+:[A-Z][a-z]{2} +\d{1,2} [^%]{0,80}%[A-Z0-9_]+-[A-Z0-9_]+-[0-7]-`)
	// %L2-PFILTER_EA-3-ERR_IM_CAPS and %PKT_INFRA-DPA_FM-3-… are from captured logs of an ASR 9000 and an
	// NCS 5500. That other processes with such names mean trouble at severities 0 to 4, and the words
	// "out of resource", are not confirmed.
	alarm    = regexp.MustCompile(`(?i)%[A-Z0-9_]+-[A-Z0-9_]*(?:ACL|FEAT_MGR|PFILTER|TCAM|DPA_FM)[A-Z0-9_]*-[0-4]-|out of (?:tcam|resource)`)
	refusal  = regexp.MustCompile(`^\s*(?:%|!!%|\^$)`)
	volatile = regexp.MustCompile(`^!! `)
	nothing  = regexp.MustCompile(`^$`)
	// Lines of the plan come without commit: only the pusher commits.
	forbidden = regexp.MustCompile(`(?i)^\s*(?:do|end|commit|abort|clear|configure|run|admin|reload|rollback|load|root|copy|delete)\b`)
)

// Session is how one talks to the router.
func (Dialect) Session() words.Session {
	return words.Session{
		Name:     "iosxr",
		Prompt:   prompt,
		Pager:    pager,
		Question: question,
		Noise:    noise,
		Syslog:   syslog,
		Alarm:    alarm,
		Log:      "show logging | include ACL|TCAM|PFILTER|FEAT_MGR|DPA_FM|ut of",
		Refusal:  refusal,
		Locked:   regexp.MustCompile(`(?i)\block(?:ed)?\b`),
		Setup:    []string{"terminal length 0", "terminal width 512"},
		Running:  "show running-config",
		Volatile: volatile,
		Complete: Complete,
		Serial:   "show inventory",
		SerialIs: regexp.MustCompile(`(?m)^PID: \S+.*SN: (\S+)`),
		Enter:    words.Command{Line: "configure exclusive", Allowed: nothing},
		// abort drops what is not committed, without a question. [MODEL]
		Leave:      words.Command{Line: "abort", Allowed: nothing},
		Candidate:  "show configuration",
		Commit:     words.Command{Line: "commit", Allowed: nothing},
		Discard:    words.Command{Line: "clear", Allowed: nothing},
		Guards:     map[string]words.Guard{"native": commitConfirmed()},
		Allowed:    nothing,
		Forbidden:  forbidden,
		LineLength: 1024, // not confirmed; our lines stay under 300
		Block:      50,
	}
}

// commitConfirmed takes seconds on every release. The range is not confirmed. Whoever armed
// it confirms it, with a second commit; nothing takes it back at once that is as well tried
// as the timer itself.
func commitConfirmed() words.Guard {
	return words.Guard{
		Commit: words.Command{Line: "commit confirmed %d", Allowed: nothing},
		Unit:   time.Second, Least: 30, Most: 65535,
		Confirm: words.Confirm{Config: true, Armer: true, Command: words.Command{Line: "commit",
			Allowed: regexp.MustCompile(`^% Confirming commit for trial session`)}},
	}
}
