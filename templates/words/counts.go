package words

import (
	"regexp"
	"strconv"
	"strings"
)

// Count is what a device printed of one entry of a list and its counter.
type Count struct {
	Sequence int    // the entry's number, 0 where it has none
	Label    string // its name, "" where it has none
	Packets  uint64 // that it took since the device began to count
	Known    bool   // false where the line is not understood: then Packets says nothing
	Line     string // as the device printed it
}

var (
	countedEntry = regexp.MustCompile(`^(?:(\d+) +)?(?:permit|deny) .*$`)
	countedLast  = regexp.MustCompile(`^(.*) sequence (\d+)$`)
	counted      = regexp.MustCompile(`^(.*[^ ]) \((\d+) (?:hw )?match(?:es)?\)$`)
	timed        = regexp.MustCompile(` \((?:in)?active\)$`)
	remark       = regexp.MustCompile(`^(?:\d+ +)?remark(?: |$)`)
)

// CiscoCounts reads the entries of one list as Cisco's routers show them. Heading gives the name
// of the list that a line begins, "" for a list of another kind. Behind an entry stands its counter:
// (1 match), (1195 matches), on an ASR 9000 (1169 hw matches), and nothing at zero; IPv6 entries of IOS
// have their number behind it. [captured texts; ASR 9000 command output in published parsers]
func CiscoCounts(text, list string, heading func(line string) (name string, is bool)) []Count {
	var out []Count
	inside := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if name, is := heading(line); is {
			inside = name == list
			continue
		}
		if inside && line != "" && !remark.MatchString(line) {
			out = append(out, ciscoCount(line))
		}
	}
	return out
}

func ciscoCount(line string) Count {
	c := Count{Line: line}
	entry, number := line, ""
	if m := countedLast.FindStringSubmatch(line); m != nil {
		entry, number = m[1], m[2]
	}
	m := countedEntry.FindStringSubmatch(entry)
	if m == nil {
		return c
	}
	if number == "" {
		number = m[1]
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || m[1] != "" && m[1] != number {
		return c
	}
	c.Sequence = int(n)
	packets := "0"
	if m := counted.FindStringSubmatch(entry); m != nil {
		entry, packets = m[1], m[2]
	}
	if c.Packets, err = strconv.ParseUint(packets, 10, 64); err != nil {
		return Count{Line: line, Sequence: c.Sequence}
	}
	c.Known = !strings.HasSuffix(timed.ReplaceAllString(entry, ""), ")") // a counter in other words
	return c
}
