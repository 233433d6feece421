package iosxr

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"op25b/lab/cisco"
)

type table = cisco.Table[*session]
type call = cisco.Call

// table is the commands of the mode that the session is in.
func (s *session) table() table {
	var t table
	addAnywhere(&t)
	switch {
	case s.at == "":
		addGlobal(&t)
	case strings.HasPrefix(s.at, list4), strings.HasPrefix(s.at, list6):
		addList(&t)
	case strings.HasPrefix(s.at, "object-group "):
		addGroup(&t)
	case strings.HasPrefix(s.at, iface):
		addInterface(&t)
	}
	return t
}

// addAnywhere is the commands of every configuration mode.
func addAnywhere(t *table) {
	t.Add("commit [<LINE>]", (*session).commit)
	t.Add("abort", func(s *session, _ call) string { s.leave(); return "" })
	t.Add("clear", func(s *session, _ call) string { s.changes = nil; return "" })
	t.Add("root", func(s *session, _ call) string { s.at = ""; return "" })
	t.Add("exit", func(s *session, _ call) string {
		if s.at != "" {
			s.at = ""
			return ""
		}
		return s.end()
	})
	t.Add("end", func(s *session, _ call) string { return s.end() })
	t.Add("do <LINE>", func(s *session, c call) string {
		answer, trouble := s.try(execTable(), c.Tail())
		s.trouble = trouble
		return s.stamp() + answer
	})
	stamped := func(show func(s *session) string) func(*session, call) string {
		return func(s *session, _ call) string { return s.stamp() + show(s) }
	}
	t.Add("show [configuration]", stamped((*session).showCandidate))
	t.Add("show configuration failed", stamped((*session).showFailed))
	t.Add("show commit changes diff", stamped((*session).showCandidate))
	t.Add("show configuration merge", stamped(func(s *session) string { return header + s.candidate().text() + "end\n\n" }))
	t.Add("show running-config [<LINE>]", func(s *session, c call) string { return s.stamp() + s.showRunningPart(c) })
}

func addGlobal(t *table) {
	open := func(prefix string) func(*session, call) string {
		return func(s *session, c call) string { return s.open(prefix + c.Args[0]) }
	}
	remove := func(prefix string) func(*session, call) string {
		return func(s *session, c call) string {
			s.change(func(to *config) { to.remove(prefix + c.Args[0]) })
			return ""
		}
	}
	for _, prefix := range []string{list4, list6, group4, group6} {
		t.Add(prefix+"<WORD>", open(prefix))
		t.Add("no "+prefix+"<WORD>", remove(prefix))
	}
	t.Add("interface <INTERFACE> [l2transport]", func(s *session, c call) string { return s.open(iface + interfaceName(c.Args[0])) })
	t.Add("no interface <INTERFACE>", func(s *session, c call) string {
		s.change(func(to *config) { to.remove(iface + interfaceName(c.Args[0])) })
		return ""
	})
	t.Add("hostname <WORD>", func(s *session, c call) string {
		s.change(func(to *config) {
			to.blocks = slices.DeleteFunc(to.blocks, func(b block) bool { return strings.HasPrefix(b.head, "hostname ") })
			to.open("hostname " + c.Args[0])
		})
		return ""
	})
}

// open goes into a block of the candidate, and makes it where there is none. An access list's
// name may have 64 characters [DOC].
func (s *session) open(head string) string {
	if name := head[strings.LastIndexByte(head, ' ')+1:]; len(name) > 64 {
		return "% The name is too long, it may have 64 characters\n" // [K] the exact words
	}
	s.at = head
	s.change(func(to *config) { to.open(head) })
	return ""
}

// interfaceName writes a name out: be1.100 is Bundle-Ether1.100.
func interfaceName(typed string) string {
	i := strings.IndexAny(typed, "0123456789")
	if i <= 0 {
		return typed
	}
	kind := strings.ToLower(strings.TrimSpace(typed[:i]))
	for _, full := range []string{"GigabitEthernet", "TenGigE", "TwentyFiveGigE", "FortyGigE", "HundredGigE", "FourHundredGigE",
		"Bundle-Ether", "BVI", "Loopback", "MgmtEth", "tunnel-ip"} {
		if strings.HasPrefix(strings.ToLower(full), kind) {
			return full + typed[i:]
		}
	}
	if kind == "be" {
		return "Bundle-Ether" + typed[i:]
	}
	return typed
}

func addList(t *table) {
	t.Add("no <1-2147483643> [<LINE>]", func(s *session, c call) string {
		number, _ := strconv.Atoi(c.Args[0])
		head := s.at
		s.change(func(to *config) { to.open(head).drop(number) })
		return ""
	})
	for _, word := range []string{"permit", "deny", "remark", "<1-2147483643>"} {
		t.Add(word+" <LINE>", (*session).entryLine)
	}
}

// entryLine is an entry or a remark: one with the number of another takes its place [MODEL].
func (s *session) entryLine(c call) string {
	style := styleOf(familyOf(s.at))
	head := s.at
	candidate := s.candidate()
	number, text, trouble := candidate.open(head).entry(c.Line, style)
	if s.trouble = trouble; trouble.None() {
		s.change(func(to *config) { to.open(head).put(number, text) })
	}
	return ""
}

func addGroup(t *table) {
	member := func(s *session, c call) string {
		head := s.at
		tokens := cisco.Tokens(c.Line)
		if _, s.trouble = styleOf(familyOf(head)).Member(tokens, c.Line); !s.trouble.None() {
			return ""
		}
		line := strings.Join(strings.Fields(strings.ToLower(c.Line)), " ")
		s.change(func(to *config) { to.open(head).set(line, line) })
		return ""
	}
	t.Add("host <WORD>", member)
	t.Add("range <WORD> <WORD>", member)
	t.Add("<WORD>", member)
	// A nested group is one word; `object-group network ipv6 B` typed here opens another
	// group, as every line of the level above does [K].
	for _, form := range []string{"description <LINE>", "object-group <WORD>"} {
		word, _, _ := strings.Cut(form, " ")
		t.Add(form, func(s *session, c call) string {
			head, line := s.at, word+" "+c.Tail()
			s.change(func(to *config) { to.open(head).set(line, line) })
			return ""
		})
	}
	t.Add("no <LINE>", func(s *session, c call) string {
		head, line := s.at, c.Tail()
		s.change(func(to *config) { to.open(head).unset(line) })
		return ""
	})
}

func addInterface(t *table) {
	set := func(key string) func(*session, call) string {
		return func(s *session, c call) string { return s.set(key, strings.TrimSpace(key+" "+c.Tail())) }
	}
	unset := func(key string) func(*session, call) string {
		return func(s *session, c call) string { return s.unset(key) }
	}
	for _, key := range []string{"description", "mtu", "encapsulation dot1q", "bundle id", "vrf"} {
		t.Add(key+" <LINE>", set(key))
		t.Add("no "+key+" [<LINE>]", unset(key))
	}
	t.Add("shutdown", set("shutdown"))
	t.Add("no shutdown", unset("shutdown"))
	t.Add("ipv4 address <A.B.C.D> <A.B.C.D>", func(s *session, c call) string {
		return s.set("ipv4 address", "ipv4 address "+c.Args[0]+" "+c.Args[1])
	})
	t.Add("ipv4 address <WORD>", (*session).prefixAddress)
	t.Add("ipv6 address <WORD>", func(s *session, c call) string {
		return s.set("ipv6 address "+c.Args[0], "ipv6 address "+strings.ToLower(c.Args[0]))
	})
	t.Add("no (ipv4|ipv6) address [<LINE>]", func(s *session, c call) string {
		return s.unset(cisco.Tokens(c.Line)[1].Text + " address")
	})
	for _, family := range []string{"ipv4", "ipv6"} {
		for _, d := range []string{"ingress", "egress"} {
			key := family + " access-group"
			t.Add(key+" <WORD> "+d+" [hardware-count] [interface-statistics]", func(s *session, c call) string {
				return s.bind(key, c, d)
			})
			t.Add("no "+key+" [<WORD>] "+d, func(s *session, c call) string { return s.bind(key, call{}, d) })
		}
	}
}

func (s *session) set(key, line string) string {
	head := s.at
	s.change(func(to *config) { to.open(head).set(key, line) })
	return ""
}

func (s *session) unset(key string) string {
	head := s.at
	s.change(func(to *config) { to.open(head).unset(key) })
	return ""
}

// prefixAddress takes an address with a length, which is printed as a mask [K].
func (s *session) prefixAddress(c call) string {
	p, err := netip.ParsePrefix(c.Args[0])
	if err != nil || !p.Addr().Is4() {
		s.trouble = cisco.Complaint{Kind: cisco.Invalid, At: cisco.Tokens(c.Line)[2].At, Line: c.Line}
		return ""
	}
	mask := ^uint32(0) << (32 - p.Bits())
	return s.set("ipv4 address", fmt.Sprintf("ipv4 address %s %d.%d.%d.%d", p.Addr(), mask>>24, mask>>16&255, mask>>8&255, mask&255))
}

// bind puts a list at the interface in place of the one bound there; without a name it only
// takes that away. One list for each direction and family [DOC].
func (s *session) bind(key string, c call, direction string) string {
	head := s.at
	line := ""
	if len(c.Args) > 0 {
		line = key + " " + c.Args[0] + " " + direction
		for _, option := range []string{"hardware-count", "interface-statistics"} {
			if strings.Contains(c.Line, " "+option[:4]) {
				line += " " + option
			}
		}
	}
	s.change(func(to *config) {
		b := to.open(head)
		b.lines = slices.DeleteFunc(b.lines, func(l string) bool {
			words := strings.Fields(l)
			return strings.HasPrefix(l, key+" ") && len(words) > 3 && words[3] == direction
		})
		if line != "" {
			b.set(line, line)
		}
	})
	return ""
}
