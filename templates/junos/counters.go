package junos

import (
	"regexp"
	"strconv"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
)

// Counts is one command. A counter has the name of the term in our filters, all but the last,
// which permits the rest and counts nothing.
func (Dialect) Counts(_ acl.Config, list string, _ acl.Point) [][]string {
	if words.Plain(list) != nil {
		return nil
	}
	return [][]string{{"show firewall filter " + list}}
}

var (
	filterHead = regexp.MustCompile(`^Filter: (\S+)$`)
	section    = regexp.MustCompile(`^(Counters|Policers|Prefix-action):$`)
	columns    = regexp.MustCompile(`^Name +Bytes +Packets$`)
	row        = regexp.MustCompile(`^(\S+) +(\d+) +(\d+)$`)
)

// Counted reads show firewall filter: a table of counters by name, and behind it one of policers,
// which is passed over. [captured texts]
func (Dialect) Counted(text, list string, _ packet.Family) []words.Count {
	var out []words.Count
	name, part := "", ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch m := filterHead.FindStringSubmatch(line); {
		case m != nil:
			name, part = m[1], ""
		case section.MatchString(line):
			part = section.FindStringSubmatch(line)[1]
		case line == "" || columns.MatchString(line):
		case name == list && part == "Counters":
			out = append(out, counter(line))
		case name == list && part == "":
			out = append(out, words.Count{Line: line})
		}
	}
	return out
}

func counter(line string) words.Count {
	m := row.FindStringSubmatch(line)
	if m == nil {
		return words.Count{Line: line}
	}
	packets, err := strconv.ParseUint(m[3], 10, 64)
	if err != nil {
		return words.Count{Label: m[1], Line: line}
	}
	return words.Count{Label: m[1], Packets: packets, Known: true, Line: line}
}
