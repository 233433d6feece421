package iosxr

import (
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"op25b/lab/cisco"
)

// execTable is the commands of EXEC mode.
func execTable() table {
	var t table
	t.Add("(exit|logout|quit)", func(s *session, _ call) string { s.over = true; return "" })
	t.Add("terminal length <0-512>", func(s *session, c call) string { s.length, _ = strconv.Atoi(c.Args[0]); return "" })
	t.Add("terminal width <0-512>", func(*session, call) string { return "" })
	t.Add("terminal exec prompt no-timestamp", func(s *session, _ call) string { s.stamps = false; return "" })
	t.Add("terminal exec prompt timestamp", func(s *session, _ call) string { s.stamps = true; return "" })
	t.Add("terminal no-timestamp", func(s *session, _ call) string { s.stamps = false; return "" })
	t.Add("terminal monitor [disable]", func(*session, call) string { return "" })
	t.Add("configure [terminal]", func(s *session, _ call) string { return s.configure() })
	t.Add("configure exclusive", (*session).exclusive)
	t.Add("show running-config [<LINE>]", (*session).showRunningPart)
	t.Add("show access-lists [afi-all]", func(s *session, _ call) string { return s.router.showLists("", list4, list6) })
	t.Add("show access-lists ipv4 [<WORD>]", func(s *session, c call) string { return s.router.showLists(first(c.Args), list4) })
	t.Add("show access-lists ipv6 [<WORD>]", func(s *session, c call) string { return s.router.showLists(first(c.Args), list6) })
	t.Add("show (ipv4|ipv6) interface <INTERFACE>", (*session).showInterface)
	t.Add("show version", func(s *session, _ call) string { return s.router.showVersion() })
	t.Add("show inventory", func(s *session, _ call) string {
		return "NAME: \"Rack 0\", DESCR: \"NCS-5501 Chassis\"\nPID: NCS-5501 , VID: V01, SN: " + s.router.serial() + "\n\n"
	})
	t.Add("show clock", func(s *session, _ call) string {
		return s.router.setup.Clock.Now().UTC().Format("15:04:05.000 MST Mon Jan 2 2006") + "\n"
	})
	t.Add("show configuration commit list [<1-100>]", (*session).showCommits)
	t.Add("show configuration commit changes <1000000000-1000999999>", (*session).showCommit)
	t.Add("show configuration commit changes last <1-100>", (*session).showLast)
	t.Add("show configuration sessions [detail]", (*session).showSessions)
	t.Add("show configuration failed", func(s *session, _ call) string { return s.showFailed() })
	t.Add("rollback configuration last <1-100>", (*session).rollbackLast)
	t.Add("rollback configuration to <1000000000-1000999999>", (*session).rollbackTo)
	addCounters(&t)
	return t
}

func first(args []string) string { return strings.Join(args, "") }

// include is `| include X`, begin and exclude; another filter gives nothing.
func include(text, filter string) string {
	word, pattern, _ := strings.Cut(strings.TrimSpace(filter), " ")
	match, err := regexp.Compile(strings.TrimSpace(pattern))
	if err != nil {
		match = regexp.MustCompile(regexp.QuoteMeta(pattern))
	}
	var out strings.Builder
	begun := false
	for _, l := range strings.SplitAfter(text, "\n") {
		hit := match.MatchString(strings.TrimRight(l, "\n"))
		begun = begun || hit
		switch {
		case l == "" || word == "":
		case strings.HasPrefix("include", word) && hit, strings.HasPrefix("exclude", word) && !hit, strings.HasPrefix("begin", word) && begun:
			out.WriteString(l)
		}
	}
	return out.String()
}

// configure begins a configuration session with a candidate of its own.
func (s *session) configure() string {
	r := s.router
	r.number++
	s.config, s.id, s.since, s.seen = true, r.number, r.setup.Clock.Now(), len(r.commits)
	return ""
}

// exclusive takes the lock, unless another holds it or a trial is under way [SAMPLE].
func (s *session) exclusive(call) string {
	r := s.router
	switch {
	case r.lock != nil || r.fault.Lock != "":
		return r.sessionTable() + "Cannot enter exclusive mode. The Configuration Namespace is locked by another agent.\n"
	case r.trial != nil:
		return "Cannot enter exclusive mode. A trial commit is underway in another configuration session.\n"
	}
	r.lock = s
	return s.configure()
}

func sessionID(id int) string { return fmt.Sprintf("00001000-%08x-00000000", 0x4000+id*7) }

// sessionTable is show configuration sessions: a star where the lock is; nothing at all without a
// session [SAMPLE].
func (r *Router) sessionTable() string {
	var rows []string
	row := func(id int, user, stamp, lock string) {
		rows = append(rows, strings.TrimRight(fmt.Sprintf("%s vty%-7d %-8s %s %s", sessionID(id), id%4, user, stamp, lock), " ")+"\n")
	}
	if who := r.fault.Lock; who != "" {
		row(900, who, r.setup.Clock.Now().UTC().Format("Mon Jan _2 15:04:05 2006"), "*")
	}
	for s := range r.sessions {
		if s.config {
			lock := ""
			if r.lock == s {
				lock = "*"
			}
			row(s.id, s.user, s.since.UTC().Format("Mon Jan _2 15:04:05 2006"), lock)
		}
	}
	if len(rows) == 0 {
		return ""
	}
	sort.Strings(rows)
	return "Current Configuration Session  Line       User     Date                     Lock\n" + strings.Join(rows, "")
}

// showSessions with detail also shows a trial: client commit-confirm [SAMPLE].
func (s *session) showSessions(c call) string {
	r := s.router
	if !strings.Contains(c.Line, " d") {
		return r.sessionTable()
	}
	var out strings.Builder
	n := 0
	add := func(id int, user, client, lock string) {
		n++
		fmt.Fprintf(&out, "  %d) Session: %s\n     Lock: %s\n     User: %s    Client: %s\n\n", n, sessionID(id), lock, user, client)
	}
	for other := range r.sessions {
		if other.config {
			add(other.id, other.user, "CLI", map[bool]string{true: "Reserved", false: "None"}[r.lock == other])
		}
	}
	if r.trial != nil {
		add(r.trial.id+500, r.trial.owner.user, "commit-confirm", "None")
	}
	return out.String()
}

const header = "Building configuration...\n!! IOS XR Configuration 7.5.2\n"

// showCandidate is what the session would change.
func (s *session) showCandidate() string {
	return header + difference(s.router.running, s.candidate()) + "end\n\n"
}

func (s *session) showFailed() string {
	if s.failed == "" {
		return "% No such configuration item(s)\n\n"
	}
	return s.failed
}

// showRunningPart is show running-config, or the blocks whose first line begins with what stands
// after it.
func (s *session) showRunningPart(c call) string {
	r := s.router
	if len(c.Rest) == 0 {
		return r.showRunning()
	}
	want := strings.ToLower(c.Tail())
	if rest, ok := strings.CutPrefix(want, "interface "); ok {
		want = strings.ToLower(iface + interfaceName(strings.ReplaceAll(rest, " ", "")))
	}
	var out strings.Builder
	for _, b := range r.running.blocks {
		if head := strings.ToLower(b.head); head == want || strings.HasPrefix(head, want+" ") {
			out.WriteString(b.text())
		}
	}
	if out.Len() == 0 {
		return "% No such configuration item(s)\n\n"
	}
	return out.String() + "\n"
}

// showLists prints lists with wildcards and hosts, whatever was typed [SAMPLE], and the counter of
// each entry.
func (r *Router) showLists(name string, families ...string) string {
	var out strings.Builder
	for _, family := range families {
		for _, b := range r.running.blocks {
			if !strings.HasPrefix(b.head, family) || name != "" && b.head != family+name {
				continue
			}
			out.WriteString(b.head + "\n")
			style := styleOf(familyOf(family))
			style.Prefix = false
			entries := b.entries()
			for _, l := range b.lines {
				for _, e := range entries {
					if n := numberOf(l); e.Number == n {
						l = fmt.Sprintf("%d %s%s", n, style.Text(e), cisco.Matches(r.hits[fmt.Sprintf("%s %d", b.head, n)]))
					}
				}
				out.WriteString(" " + l + "\n")
			}
		}
	}
	return out.String()
}

// showInterface has the lines of captured output that say what is bound [SAMPLE for IPv4].
func (s *session) showInterface(c call) string {
	name := interfaceName(c.Args[0])
	tokens := cisco.Tokens(c.Line)
	b := s.router.running.block(iface + name)
	if b == nil {
		s.trouble = cisco.Complaint{Kind: cisco.Invalid, At: tokens[len(tokens)-1].At, Line: c.Line}
		return ""
	}
	family := cisco.Family(strings.ToLower(tokens[1].Text))
	set := func(name string) string {
		if name == "" {
			return "not set"
		}
		return name
	}
	return fmt.Sprintf("%s is Up, %s protocol is Up\n  Vrf is default (vrfid 0x60000000)\n  Outgoing access list is %s\n  Inbound  access list is %s\n",
		name, family, set(b.bound("egress", family)), set(b.bound("ingress", family)))
}

func (r *Router) showVersion() string {
	return fmt.Sprintf("Cisco IOS XR Software, Version 7.5.2\nCopyright (c) 2013-2022 by Cisco Systems, Inc.\n\n"+
		"cisco NCS-5500 () processor\nSystem uptime is 1 hour 2 minutes\nChassis serial %s\n\n", r.serial())
}

// showCommits is the commit database, the newest first [SAMPLE].
func (s *session) showCommits(c call) string {
	most := 100
	if len(c.Args) > 0 {
		most, _ = strconv.Atoi(c.Args[0])
	}
	out := "SNo. Label/ID              User      Line                Client      Time Stamp\n" +
		"~~~~ ~~~~~~~~              ~~~~      ~~~~                ~~~~~~      ~~~~~~~~~~\n"
	commits := s.router.commits
	for i := len(commits) - 1; i >= 0 && len(commits)-i <= most; i-- {
		m := commits[i]
		id := m.label
		if id == "" {
			id = strconv.Itoa(m.id)
		}
		out += fmt.Sprintf("%-4d %-21s %-9s %-19s %-11s %s\n", len(commits)-i, id, m.user, "vty0:node0_RP0_CPU0", m.client,
			m.at.UTC().Format("Mon Jan _2 15:04:05 2006"))
	}
	return out
}

func (s *session) showCommit(c call) string {
	id, _ := strconv.Atoi(c.Args[0])
	for _, m := range s.router.commits {
		if m.id == id {
			return header + difference(m.before, m.after) + "end\n\n"
		}
	}
	return "% No commit of that number\n" // [K] the exact words
}

func (s *session) showLast(c call) string {
	n, _ := strconv.Atoi(c.Args[0])
	commits := s.router.commits
	if len(commits) == 0 {
		return header + "end\n\n"
	}
	from := commits[max(0, len(commits)-n)].before
	return header + difference(from, s.router.running) + "end\n\n"
}

func (s *session) rollbackLast(c call) string {
	n, _ := strconv.Atoi(c.Args[0])
	return s.rollback(len(s.router.commits) - n)
}

// rollbackTo goes back to the state just before a commit [DOC].
func (s *session) rollbackTo(c call) string {
	id, _ := strconv.Atoi(c.Args[0])
	for i, m := range s.router.commits {
		if m.id == id {
			return s.rollback(i)
		}
	}
	return s.rollback(-1)
}

// rollback takes all commits back from the i-th on.
func (s *session) rollback(i int) string {
	r := s.router
	switch {
	case i < 0 || i >= len(r.commits):
		return "% Failed to load rollback configuration: no such commit\n" // [K] the exact words
	case r.trial != nil:
		return fmt.Sprintf("%% Cannot commit because there is an unexpired trial/rollback session '%s'.\n", sessionID(r.trial.id))
	case r.lock != nil && r.lock != s || r.fault.Lock != "":
		return "% Failed to commit: the configuration is locked by another session.\n"
	}
	n, now := len(r.commits)-i, r.running
	r.running = r.commits[i].before.clone()
	r.record(now, s.user, "Rollback", "")
	return fmt.Sprintf("\nLoading Rollback Changes.\nLoaded Rollback Changes in 1 sec \nCommitting.\n1 items committed in 1 sec (0)items/sec\n"+
		"Updating.\nUpdated Commit database in 1 sec \nConfiguration successfully rolled back %d commits.\n", n)
}
