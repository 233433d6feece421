package iosxe

import (
	"strings"

	"op25b/lab/cisco"
)

func (s *session) openGroup(c call) string {
	if s.router.running.group(c.Args[0]) == nil {
		s.router.running.groups = append(s.router.running.groups, group{name: c.Args[0]})
	}
	s.mode, s.at = groupMode, c.Args[0]
	return ""
}

// removeGroup refuses a group that is in use [K: the exact words].
func (s *session) removeGroup(c call) string {
	running := &s.router.running
	if running.usesGroup(c.Args[0]) {
		return "% Object-group " + c.Args[0] + " is in use and cannot be deleted\n"
	}
	for i, g := range running.groups {
		if g.name == c.Args[0] {
			running.groups = append(running.groups[:i], running.groups[i+1:]...)
			break
		}
	}
	return ""
}

func addGroup(t *table) {
	member := func(s *session, c call) string { return s.member(cisco.Tokens(c.Line), c.Line) }
	t.Add("host <A.B.C.D>", member)
	t.Add("range <A.B.C.D> <A.B.C.D>", member)
	t.Add("<A.B.C.D> <A.B.C.D>", member)
	t.Add("group-object <WORD>", func(s *session, c call) string {
		if s.router.running.group(c.Args[0]) == nil || c.Args[0] == s.at {
			return "% Object group " + c.Args[0] + " does not exist\n"
		}
		return s.addMember("group-object " + c.Args[0])
	})
	t.Add("description <LINE>", func(s *session, c call) string { return s.addMember("description " + c.Tail()) })
	t.Add("no <LINE>", (*session).removeMember)
}

func (s *session) member(tokens []cisco.Token, line string) string {
	if _, trouble := (cisco.Style{}).Member(tokens, line); !trouble.None() {
		s.trouble = trouble
		return ""
	}
	return s.addMember(plain(tokens))
}

// plain is a member as it is printed: the words with one blank, a /32 as a host, host bits cleared.
func plain(tokens []cisco.Token) string {
	var words []string
	for _, t := range tokens {
		words = append(words, strings.ToLower(t.Text))
	}
	if members, trouble := (cisco.Style{}).Member(tokens, ""); trouble.None() && len(words) == 2 && len(members) == 1 {
		if strings.HasPrefix("host", words[0]) || members[0].Wild == 0 {
			return "host " + members[0].Addr.String()
		}
		return members[0].Addr.String() + " " + words[1]
	}
	return strings.Join(words, " ")
}

func (s *session) addMember(line string) string {
	g := s.router.running.group(s.at)
	for _, l := range g.lines {
		if l == line {
			return ""
		}
	}
	g.lines = append(g.lines, line)
	return ""
}

func (s *session) removeMember(c call) string {
	g := s.router.running.group(s.at)
	want := plain(c.Rest)
	for i, l := range g.lines {
		if l == want {
			if len(g.lines) == 1 && s.router.running.usesGroup(s.at) {
				return "% Object-group " + s.at + " is in use and cannot be empty\n" // [K] the exact words
			}
			g.lines = append(g.lines[:i], g.lines[i+1:]...)
			return ""
		}
	}
	s.trouble = cisco.Complaint{Kind: cisco.Invalid, At: c.Rest[0].At, Line: c.Line}
	return ""
}
