package iosxr

import (
	"fmt"
	"strings"

	"op25b/lab/cisco"
)

// addCounters is the commands about counters and the log.
func addCounters(t *table) {
	for _, family := range []string{"ipv4", "ipv6"} {
		head := family + " access-list "
		t.Add("clear access-list "+family+" [<WORD>]", func(s *session, c call) string { return s.router.clearHits(head + first(c.Args)) })
		for _, side := range []string{"ingress", "egress"} {
			t.Add("show access-lists "+family+" <WORD> hardware "+side+" location <WORD>", func(s *session, c call) string {
				return s.router.showHardware(head+c.Args[0], side, c.Args[1])
			})
		}
	}
	t.Add("show logging", func(s *session, _ call) string { return s.router.showLog() })
}

// clearHits takes the heading of a list, or of all lists of a family without the name.
func (r *Router) clearHits(head string) string {
	for key := range r.hits {
		if strings.HasPrefix(key, head) && (strings.HasSuffix(head, " ") || strings.HasPrefix(key, head+" ")) {
			delete(r.hits, key)
		}
	}
	return ""
}

// showHardware is what a line card counts, in the words of an ASR 9000 [MODEL parsers of its output];
// this router has one card, 0/0/CPU0. A list that is not bound in that direction is not in its
// hardware, and nothing is shown [K].
func (r *Router) showHardware(head, side, card string) string {
	list := r.running.block(head)
	if list == nil || card != "0/0/CPU0" || !r.isBound(head, side) {
		return ""
	}
	style := styleOf(familyOf(head))
	style.Prefix = false
	out := head + "\n"
	for _, e := range list.entries() {
		count := ""
		if n := r.hits[fmt.Sprintf("%s %d", head, e.Number)]; n > 0 {
			count = fmt.Sprintf(" (%d hw matches)", n)
		}
		out += fmt.Sprintf(" %d %s%s\n", e.Number, style.Text(e), count)
	}
	return out
}

// isBound reports whether a list filters somewhere in a direction.
func (r *Router) isBound(head, side string) bool {
	family := familyOf(head)
	for _, b := range r.running.blocks {
		if strings.HasPrefix(b.head, iface) && string(family)+" access-list "+b.bound(side, family) == head {
			return true
		}
	}
	return false
}

// boundAt is an interface at which a list filters, "" for none.
func (r *Router) boundAt() string {
	for _, b := range r.running.blocks {
		for _, side := range []string{"ingress", "egress"} {
			if name, is := strings.CutPrefix(b.head, iface); is && b.bound(side, cisco.V4)+b.bound(side, cisco.V6) != "" {
				return name
			}
		}
	}
	return ""
}

// recount drops the counters of entries that are not what they were. A list that uses an
// object-group which changed is programmed anew, and counts from zero [DOC].
func (r *Router) recount(before config) {
	for _, b := range before.blocks {
		if !strings.HasPrefix(b.head, list4) && !strings.HasPrefix(b.head, list6) {
			continue
		}
		now := r.running.block(b.head)
		anew := now == nil || r.regrouped(b, before)
		for _, l := range b.lines {
			key := fmt.Sprintf("%s %d", b.head, numberOf(l))
			if anew || !holds(now.lines, l) {
				delete(r.hits, key)
			}
		}
	}
}

// regrouped reports whether an object-group that a list uses has changed.
func (r *Router) regrouped(list block, before config) bool {
	family := list.head[:4]
	for _, e := range list.entries() {
		for _, name := range []string{e.Src.Group, e.Dst.Group} {
			head := "object-group network " + family + " " + name
			old, now := before.block(head), r.running.block(head)
			if name != "" && old != nil && (now == nil || strings.Join(old.lines, "\n") != strings.Join(now.lines, "\n")) {
				return true
			}
		}
	}
	return false
}

func holds(lines []string, line string) bool {
	for _, l := range lines {
		if l == line {
			return true
		}
	}
	return false
}

// logf puts a line into the log buffer: who says it, when, and what [SAMPLE].
func (r *Router) logf(node, process, format string, args ...any) {
	stamp := r.setup.Clock.Now().UTC().Format("Jan _2 15:04:05.000 MST")
	r.logged = append(r.logged, fmt.Sprintf("%s:%s: %s: ", node, stamp, process)+fmt.Sprintf(format, args...))
	if len(r.logged) > 500 {
		r.logged = r.logged[1:]
	}
}

// showLog is show logging [DOC; the numbers are made up].
func (r *Router) showLog() string {
	return "Syslog logging: enabled (0 messages dropped, 0 flushes, 0 overruns)\n" +
		fmt.Sprintf("    Buffer logging: level debugging, %d messages logged\n\nLog Buffer (2097152 bytes):\n\n", len(r.logged)) +
		strings.Join(append(r.logged, ""), "\n")
}
