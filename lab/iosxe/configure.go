package iosxe

import (
	"fmt"
	"strconv"
	"strings"

	"op25b/lab/cisco"
)

// tableOf is the commands of a configuration mode.
func tableOf(m mode) table {
	var t table
	t.Add("end", func(s *session, _ call) string { s.leave(); return "" })
	t.Add("exit", (*session).up)
	t.Add("do <LINE>", (*session).do)
	switch m {
	case interfaceMode:
		addInterface(&t)
	case listMode:
		addList(&t)
	case groupMode:
		addGroup(&t)
	case lineMode:
		addLine(&t)
	case archiveMode:
		addArchive(&t)
	default:
		addGlobal(&t)
	}
	return t
}

func (s *session) up(call) string {
	if s.mode == globalMode {
		s.leave()
		return ""
	}
	s.mode, s.at = globalMode, ""
	return ""
}

// do runs a privileged command from configuration mode.
func (s *session) do(c call) string {
	command, filter, piped := strings.Cut(c.Tail(), " | ")
	answer, trouble := s.try(execTable(), command)
	s.trouble = trouble
	if s.trouble.Kind == cisco.Invalid {
		s.trouble.At += c.Rest[0].At
	}
	if piped {
		answer, _ = through(answer, filter)
	}
	return answer
}

func addGlobal(t *table) {
	t.Add("hostname <WORD>", func(s *session, c call) string { s.router.running.hostname = c.Args[0]; return "" })
	t.Add("interface <INTERFACE>", (*session).openInterface)
	t.Add("no interface <INTERFACE>", (*session).removeInterface)
	t.Add("ip access-list extended <WORD>", func(s *session, c call) string { return s.openList(c.Args[0], extended) })
	t.Add("ip access-list standard <WORD>", func(s *session, c call) string { return s.openList(c.Args[0], standard) })
	t.Add("ip access-list resequence <WORD> <1-2147483647> <1-2147483647>", (*session).resequence)
	t.Add("ipv6 access-list <WORD>", func(s *session, c call) string { return s.openList(c.Args[0], ipv6) })
	t.Add("no ip access-list extended <WORD>", func(s *session, c call) string { return s.removeList(c.Args[0], extended) })
	t.Add("no ip access-list standard <WORD>", func(s *session, c call) string { return s.removeList(c.Args[0], standard) })
	t.Add("no ipv6 access-list <WORD>", func(s *session, c call) string { return s.removeList(c.Args[0], ipv6) })
	t.Add("object-group network <WORD>", (*session).openGroup)
	t.Add("no object-group network <WORD>", (*session).removeGroup)
	t.Add("line vty <0-530> [<0-530>]", func(s *session, c call) string { return s.openLine("line vty " + strings.Join(c.Args, " ")) })
	t.Add("line console 0", func(s *session, c call) string { return s.openLine("line con 0") })
	t.Add("archive", func(s *session, _ call) string {
		s.router.running.addBlock(slotArchive, "archive")
		s.mode, s.at = archiveMode, "archive"
		return ""
	})
	t.Add("no archive", func(s *session, _ call) string { s.router.running.removeBlock("archive"); return "" })
	t.Add("ip route <A.B.C.D> <A.B.C.D> <LINE>", (*session).addRoute)
	t.Add("no ip route <A.B.C.D> <A.B.C.D> <LINE>", (*session).removeRoute)
}

// openList goes into a list's own mode and makes the list where there is none. One name is for
// one kind of list only, over both families [DOC]; a name must not begin with a digit unless it
// is a number of that kind of list [DOC].
func (s *session) openList(name string, kind listKind) string {
	running := &s.router.running
	for _, l := range running.lists {
		if l.name == name && l.kind != kind {
			return fmt.Sprintf("%%A named %s access list with this name already exists\n", map[listKind]string{
				standard: "standard IP", extended: "extended IP", ipv6: "IPv6"}[l.kind])
		}
	}
	if !nameFits(name, kind) {
		return "% Invalid access list name.\n"
	}
	running.openList(name, kind)
	s.mode, s.at, s.kind = listMode, name, kind
	return ""
}

func nameFits(name string, kind listKind) bool {
	if name[0] < '0' || name[0] > '9' {
		return true
	}
	n, err := strconv.Atoi(name)
	if err != nil || kind == ipv6 {
		return false
	}
	if kind == standard {
		return n >= 1 && n <= 99 || n >= 1300 && n <= 1999
	}
	return n >= 100 && n <= 199 || n >= 2000 && n <= 2699
}

// removeList takes a list away, bound or not: then everything passes where it was bound [DOC].
func (s *session) removeList(name string, kind listKind) string {
	running := &s.router.running
	for i, l := range running.lists {
		if l.name == name && l.kind == kind {
			running.lists = append(running.lists[:i], running.lists[i+1:]...)
			return ""
		}
	}
	return ""
}

func (s *session) resequence(c call) string {
	l := s.router.running.list(c.Args[0], cisco.V4)
	if l == nil {
		return "% Access-list " + c.Args[0] + " does not exist\n" // [K] the exact words
	}
	start, _ := strconv.Atoi(c.Args[1])
	step, _ := strconv.Atoi(c.Args[2])
	if start+(len(l.numbers())-1)*step > l.highest() {
		return "% Exceeded maximum sequence number.\n"
	}
	l.resequence(start, step)
	return ""
}

func addList(t *table) {
	t.Add("no <LINE>", (*session).removeEntry)
	for _, word := range []string{"permit", "deny", "remark", "sequence", "<1-4294967294>"} {
		t.Add(word+" <LINE>", (*session).entryLine)
	}
}

func (s *session) list() *list { return s.router.running.list(s.at, s.kind.family()) }

func (s *session) entryLine(c call) string {
	l := s.list()
	if l == nil { // deleted by another session: IOS makes it again [K]
		l = s.router.running.openList(s.at, s.kind)
	}
	style := styleOf(s.kind)
	tokens := cisco.Tokens(c.Line)
	if missing := s.missingGroup(tokens, style); missing != "" {
		return missing
	}
	answer, trouble := l.typed(tokens, c.Line, style)
	s.trouble = trouble
	if trouble.None() && answer == "" && s.router.isBound(*l) {
		return s.squeeze()
	}
	return answer
}

// missingGroup refuses an entry with an object-group that is not defined [K].
func (s *session) missingGroup(tokens []cisco.Token, style cisco.Style) string {
	for i := 1; i < len(tokens); i++ {
		if style.Group != "" && tokens[i-1].Text == style.Group && s.router.running.group(tokens[i].Text) == nil {
			return "% Object group " + tokens[i].Text + " does not exist\n"
		}
	}
	return ""
}

func (s *session) removeEntry(c call) string {
	l := s.list()
	if l == nil {
		l = s.router.running.openList(s.at, s.kind)
	}
	s.trouble = l.remove(c.Rest, c.Line, styleOf(s.kind))
	return ""
}

func (s *session) openLine(head string) string {
	s.router.running.addBlock(slotLine, head)
	s.mode, s.at = lineMode, head
	return ""
}

func addLine(t *table) {
	for _, d := range []string{"in", "out"} {
		t.Add("access-class <WORD> "+d, func(s *session, c call) string {
			s.unbind("access-class", "", d)
			s.here().lines = append(s.here().lines, "access-class "+c.Args[0]+" "+d)
			return ""
		})
		t.Add("no access-class [<WORD>] "+d, func(s *session, c call) string {
			return s.unbind("access-class", strings.Join(c.Args, ""), d)
		})
	}
	t.Add("exec-timeout <0-35791> [<0-2147483>]", func(s *session, c call) string {
		s.here().set("exec-timeout", "exec-timeout "+strings.Join(append(c.Args, "0")[:2], " "))
		return ""
	})
	t.Add("transport input <LINE>", func(s *session, c call) string {
		s.here().set("transport input", "transport input "+c.Tail())
		return ""
	})
}

func addArchive(t *table) {
	t.Add("path <WORD>", func(s *session, c call) string { s.here().set("path", "path "+c.Args[0]); return "" })
	t.Add("no path [<WORD>]", func(s *session, c call) string { s.here().unset("path"); return "" })
	t.Add("maximum <1-14>", func(s *session, c call) string { s.here().set("maximum", "maximum "+c.Args[0]); return "" })
}

func (s *session) addRoute(c call) string {
	line := "ip route " + c.Args[0] + " " + c.Args[1] + " " + c.Tail()
	s.router.running.addBlock(slotRoute, line)
	return ""
}

func (s *session) removeRoute(c call) string {
	if !s.router.running.removeBlock("ip route " + c.Args[0] + " " + c.Args[1] + " " + c.Tail()) {
		return "%No matching route to delete\n"
	}
	return ""
}
