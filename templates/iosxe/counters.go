package iosxe

import (
	"regexp"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
)

// Counts is one command. On platforms that filter in hardware it may count only what came to the
// processor; nothing printed tells them apart.
func (Dialect) Counts(_ acl.Config, list string, at acl.Point) [][]string {
	if words.Plain(list) != nil {
		return nil
	}
	if at.Family == packet.V6 {
		return [][]string{{"show ipv6 access-list " + list}}
	}
	return [][]string{{"show ip access-lists " + list}}
}

// heading is the line above the entries of a list; some have more words: "(per-user)". [captured
// texts]
var heading = regexp.MustCompile(`^(?:(Standard|Extended) IP|(IPv6)|[\w -]+) access list (\S+)(?: \([\w -]+\))?$`)

// Counted reads show ip access-lists and show ipv6 access-list.
func (Dialect) Counted(text, list string, f packet.Family) []words.Count {
	return words.CiscoCounts(text, list, func(line string) (string, bool) {
		m := heading.FindStringSubmatch(line)
		switch {
		case m == nil:
			return "", false
		case f == packet.V4 && m[1] != "" || f == packet.V6 && m[2] != "":
			return m[3], true
		}
		return "", true
	})
}
