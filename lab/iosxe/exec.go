package iosxe

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"op25b/lab/cisco"
)

type table = cisco.Table[*session]
type call = cisco.Call

// userTable is the commands of user EXEC mode.
func userTable() table {
	var t table
	addCommon(&t)
	t.Add("enable [15]", func(s *session, _ call) string { return s.enable(3) })
	return t
}

// execTable is the commands of privileged EXEC mode.
func execTable() table {
	var t table
	addCommon(&t)
	addShow(&t)
	t.Add("enable [15]", func(*session, call) string { return "" })
	t.Add("disable", func(s *session, _ call) string { s.mode = userMode; return "" })
	t.Add("configure terminal", func(s *session, _ call) string { return s.configure("") })
	t.Add("configure terminal revert timer <1-120>", (*session).configureRevert)
	t.Add("configure terminal revert timer idle <1-120>", (*session).configureRevertIdle)
	t.Add("configure terminal revert timer <1-120> idle <1-120>", (*session).configureRevert)
	t.Add("configure confirm", (*session).confirm)
	t.Add("configure revert now", (*session).revertNow)
	t.Add("configure revert timer <1-120>", (*session).revertLater)
	t.Add("write [memory]", func(s *session, _ call) string { return s.save() })
	t.Add("copy running-config startup-config", (*session).copyRunning)
	t.Add("reload", (*session).reloadNow)
	t.Add("reload in <1-34560>", (*session).reloadIn)
	t.Add("reload cancel", (*session).reloadCancel)
	t.Add("clear access-list counters [<WORD>]", (*session).clearCounters)
	t.Add("clear ip access-list counters [<WORD>]", (*session).clearCounters)
	t.Add("clear ipv6 access-list [<WORD>]", (*session).clearCounters)
	return t
}

func addCommon(t *table) {
	t.Add("(exit|logout|quit)", func(s *session, _ call) string { s.over = true; return "" })
	t.Add("terminal length <0-512>", func(s *session, c call) string {
		s.length, _ = strconv.Atoi(c.Args[0])
		return ""
	})
	quiet := func(*session, call) string { return "" }
	t.Add("terminal width <0-512>", quiet)
	t.Add("terminal [no] monitor", quiet)
	t.Add("terminal no monitor", quiet)
	t.Add("show version", func(s *session, _ call) string { return s.router.showVersion() })
	t.Add("show clock", func(s *session, _ call) string {
		return s.router.setup.Clock.Now().UTC().Format("*15:04:05.000 MST Mon Jan 2 2006") + "\n"
	})
	t.Add("show privilege", func(s *session, _ call) string {
		return map[bool]string{true: "Current privilege level is 15\n", false: "Current privilege level is 1\n"}[s.mode >= privileged]
	})
}

func addShow(t *table) {
	t.Add("show running-config", func(s *session, _ call) string { return s.router.showRunning() })
	t.Add("show running-config interface <INTERFACE>", (*session).showRunInterface)
	t.Add("show startup-config", func(s *session, _ call) string { return s.router.showStartup() })
	t.Add("show configuration", func(s *session, _ call) string { return s.router.showStartup() })
	t.Add("show access-lists [<WORD>]", func(s *session, c call) string { return s.router.showLists(c.Args, standard, extended, ipv6) })
	t.Add("show ip access-lists [<WORD>]", func(s *session, c call) string { return s.router.showLists(c.Args, standard, extended) })
	t.Add("show ipv6 access-list [<WORD>]", func(s *session, c call) string { return s.router.showLists(c.Args, ipv6) })
	t.Add("show ip interface <INTERFACE>", (*session).showIPInterface)
	t.Add("show ipv6 interface <INTERFACE>", (*session).showIPv6Interface)
	t.Add("show archive", func(s *session, _ call) string { return s.router.showArchive() })
	t.Add("show archive config rollback timer", func(s *session, _ call) string { return s.router.showTimer() })
	t.Add("show logging", func(s *session, _ call) string {
		return "Log Buffer (4096 bytes):\n\n" + strings.Join(append(s.router.logged, ""), "\n")
	})
	t.Add("show reload", func(s *session, _ call) string { return s.router.showReload() })
	t.Add("show users", func(s *session, _ call) string {
		return fmt.Sprintf("    Line       User       Host(s)              Idle       Location\n*  1 vty 0     %-10s idle                 00:00:00 127.0.0.1\n", s.user)
	})
}

// enable asks for the password, three times at most.
func (s *session) enable(tries int) string {
	if s.router.setup.Enable == "" {
		s.mode = privileged
		return ""
	}
	s.ask = &question{prompt: "Password: ", secret: true, answer: func(reply string) string {
		switch {
		case reply == s.router.setup.Enable:
			s.mode = privileged
			return ""
		case tries > 1:
			return s.enable(tries - 1)
		}
		return "% Bad secrets\n\n"
	}}
	return ""
}

// save writes the running configuration to startup.
func (s *session) save() string {
	s.router.startup = s.router.running.clone()
	return "Building configuration...\n[OK]\n"
}

func (s *session) copyRunning(call) string {
	s.ask = &question{prompt: "Destination filename [startup-config]? ", answer: func(reply string) string {
		if reply != "" && reply != "startup-config" {
			return "%Error opening nvram:" + reply + " (No such file or directory)\n"
		}
		return s.save()
	}}
	return ""
}

func (s *session) clearCounters(c call) string {
	for i := range s.router.running.lists {
		l := &s.router.running.lists[i]
		for j := range l.entries {
			if len(c.Args) == 0 || c.Args[0] == l.name {
				l.entries[j].hits = 0
			}
		}
	}
	return ""
}

// showLists is show access-lists: four blanks, the number, the entry, the counter. Only standard
// lists pad deny. On IPv6 the counter comes before the number, which is last [SAMPLE].
// A remark is not shown [SAMPLE].
func (r *Router) showLists(names []string, kinds ...listKind) string {
	var out strings.Builder
	heads := map[listKind]string{standard: "Standard IP access list ", extended: "Extended IP access list ", ipv6: "IPv6 access list "}
	for _, kind := range kinds {
		for _, l := range r.running.lists {
			if l.kind != kind || len(names) > 0 && names[0] != l.name {
				continue
			}
			out.WriteString(heads[kind] + l.name + "\n")
			for _, e := range l.entries {
				out.WriteString("    " + shown(e, kind) + "\n")
			}
		}
	}
	return out.String()
}

func shown(e entry, kind listKind) string {
	text, count := styleOf(kind).Text(e.Ace), cisco.Matches(e.hits)
	switch {
	case kind == ipv6:
		return fmt.Sprintf("%s%s sequence %d", text, count, e.Number)
	case kind == standard:
		text = pad(text)
		if host := len(strings.Fields(text)) >= 3; host && e.Src.Wild != 0 {
			text = strings.Replace(text, e.Src.Addr.String()+" ", e.Src.Addr.String()+", wildcard bits ", 1)
		}
	}
	return fmt.Sprintf("%d %s%s", e.Number, text, count)
}

func (s *session) showRunInterface(c call) string {
	b := s.router.running.block("interface " + interfaceName(c.Args[0]))
	if b == nil {
		return s.noInterface(c)
	}
	body := "!\n" + strings.TrimSuffix(b.text(), "!\n") + "end\n\n"
	return fmt.Sprintf("Building configuration...\n\nCurrent configuration : %d bytes\n%s", len(body), body)
}

// noInterface complains about the interface, which is the last word of the line.
func (s *session) noInterface(c call) string {
	tokens := cisco.Tokens(c.Line)
	s.trouble = cisco.Complaint{Kind: cisco.Invalid, At: tokens[len(tokens)-1].At, Line: c.Line}
	return ""
}

// showIPInterface has the lines of captured output that say what is bound [SAMPLE].
func (s *session) showIPInterface(c call) string {
	name := interfaceName(c.Args[0])
	b := s.router.running.block("interface " + name)
	if b == nil {
		return s.noInterface(c)
	}
	return fmt.Sprintf("%s is up, line protocol is up\n  Outgoing Common access list is not set \n"+
		"  Outgoing access list is %s\n  Inbound Common access list is not set \n  Inbound  access list is %s\n",
		name, orNotSet(b.bound("out", cisco.V4)), orNotSet(b.bound("in", cisco.V4)))
}

// showIPv6Interface names the lists that are bound; without one there is no such line [K].
func (s *session) showIPv6Interface(c call) string {
	name := interfaceName(c.Args[0])
	b := s.router.running.block("interface " + name)
	if b == nil {
		return s.noInterface(c)
	}
	out := name + " is up, line protocol is up\n  IPv6 is enabled\n"
	if in := b.bound("in", cisco.V6); in != "" {
		out += "  Inbound access list " + in + "\n"
	}
	if o := b.bound("out", cisco.V6); o != "" {
		out += "  Outgoing access list " + o + "\n"
	}
	return out
}

func orNotSet(name string) string {
	if name == "" {
		return "not set"
	}
	return name
}

// serial is made of the host name at delivery, so that it stays over restarts and reloads.
func (r *Router) serial() string {
	h := fnv.New32a()
	h.Write([]byte(r.setup.Hostname))
	return fmt.Sprintf("FLB%08X", h.Sum32())
}

func (r *Router) showVersion() string {
	return fmt.Sprintf("Cisco IOS XE Software, Version %s\n"+
		"Cisco IOS Software, ISR Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), Version %s, RELEASE SOFTWARE (lab)\n\n"+
		"%s uptime is 1 hour, 2 minutes\nSystem image file is \"bootflash:packages.conf\"\n\n"+
		"cisco ISR4331/K9 (1RU) processor with 1795999K/6147K bytes of memory.\nProcessor board ID %s\n\n"+
		"Configuration register is 0x2102\n\n", r.release.version, r.release.version, r.running.hostname, r.serial())
}

// reloadNow, reloadIn and reloadCancel ask what a router asks [DOC].
func (s *session) reloadNow(call) string {
	return s.askSave(func() string {
		return s.proceed("", func() { s.router.restart() })
	})
}

func (s *session) reloadIn(c call) string {
	minutes, _ := strconv.Atoi(c.Args[0])
	at := s.router.setup.Clock.Now().Add(time.Duration(minutes) * time.Minute)
	return s.askSave(func() string {
		notice := fmt.Sprintf("Reload scheduled for %s (in %d minutes) by %s on vty0\nReload reason: Reload Command\n",
			at.UTC().Format("15:04:05 MST Mon Jan 2 2006"), minutes, s.user)
		return s.proceed(notice, func() { s.router.scheduleReload(at) })
	})
}

func (s *session) askSave(then func() string) string {
	if !s.router.unsaved() {
		return then()
	}
	s.ask = &question{prompt: "\nSystem configuration has been modified. Save? [yes/no]: ", answer: func(reply string) string {
		switch reply = strings.ToLower(reply); {
		case reply != "" && strings.HasPrefix("yes", reply):
			return s.save() + then()
		case reply != "" && strings.HasPrefix("no", reply):
			return then()
		}
		return "% Please answer 'yes' or 'no'.\n" + s.askSave(then)
	}}
	return ""
}

// proceed asks for a [confirm]: Enter or y goes on, all else does not.
func (s *session) proceed(notice string, do func()) string {
	s.ask = &question{prompt: "Proceed with reload? [confirm]", answer: func(reply string) string {
		if reply == "" || strings.EqualFold(reply, "y") {
			do()
		}
		return ""
	}}
	return notice
}

func (r *Router) scheduleReload(at time.Time) {
	if r.reload != nil {
		r.reload()
	}
	r.reloadAt = at
	r.reload = r.setup.Clock.After(at.Sub(r.setup.Clock.Now()), func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.reload != nil && r.reloadAt.Equal(at) {
			r.restart()
		}
	})
}

func (s *session) reloadCancel(call) string {
	if s.router.reload == nil {
		return "%No reload is scheduled.\n"
	}
	s.router.reload()
	s.router.reload = nil
	return "\n\n***\n*** --- SHUTDOWN ABORTED ---\n***\n\n"
}

func (r *Router) showReload() string {
	if r.reload == nil {
		return "No reload is scheduled.\n"
	}
	left := r.reloadAt.Sub(r.setup.Clock.Now()).Round(time.Minute)
	return fmt.Sprintf("Reload scheduled for %s (in %d minutes)\nReload reason: Reload Command\n",
		r.reloadAt.UTC().Format("15:04:05 MST Mon Jan 2 2006"), int(left.Minutes()))
}
