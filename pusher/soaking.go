package pusher

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"op25b/acl"
)

// since is why a soak failed, by what a device told at its end; nothing where all is well. Earlier
// is what it told when the soak began, after the switch; former is what it told before the switch,
// the oldest sample first, or nothing. What the device cannot tell is no reason. The reasons are:
//
//   - a line of trouble in its log that was not there in the oldest sample with a log: a change
//     that does not fit into the hardware is told after it was confirmed, or just before;
//   - a counter that is less than it was: the list was replaced, or the device restarted. A 32-bit
//     counter that began anew is none;
//   - the last entry of what is bound, which permits everything, took nothing during the soak,
//     though the former one at the same point was counting. It was where it took packets from one
//     sample before the switch to another; of a single sample, where it had ever taken any.
func (s Signals) since(earlier Signals, former ...Signals) []string {
	var reasons []string
	trouble := s.newTrouble(append(slices.Clone(former), earlier))
	for _, line := range trouble[:min(mostLines, len(trouble))] {
		reasons = append(reasons, "its log says: "+shortened(line))
	}
	if more := len(trouble) - mostLines; more > 0 {
		reasons = append(reasons, fmt.Sprintf("its log has %s more such lines", thousands(uint64(more))))
	}
	for _, t := range s.Lists {
		was, there := earlier.tally(t.Point, t.List)
		if !there {
			continue
		}
		reasons = append(reasons, t.backwards(was)...)
		if why := t.standing(was, former); why != "" {
			reasons = append(reasons, why)
		}
	}
	return reasons
}

// mostLines is how many lines of a log are told, and mostText how many bytes of each.
const mostLines, mostText = 3, 300

// shortened is a line that a device wrote, as it may stand in a reason.
func shortened(line string) string {
	if len(line) > mostText {
		line = line[:mostText] + "…"
	}
	return strings.ToValidUTF8(line, ".")
}

// newTrouble are the lines that are there more often than in the oldest sample with a log.
func (s Signals) newTrouble(samples []Signals) []string {
	first := slices.IndexFunc(samples, func(e Signals) bool { return e.Logged })
	if first < 0 || !s.Logged {
		return nil
	}
	old := map[string]int{}
	for _, line := range samples[first].Trouble {
		old[line]++
	}
	var out []string
	for _, line := range s.Trouble {
		if old[line]--; old[line] < 0 && !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	return out
}

func (s Signals) tally(at acl.Point, list string) (Tally, bool) {
	i := slices.IndexFunc(s.Lists, func(t Tally) bool { return t.Point == at && t.List == list })
	if i < 0 {
		return Tally{}, false
	}
	return s.Lists[i], true
}

// final is the counter of the last permit at a point; not known where there is none.
func (s Signals) final(at acl.Point) Took {
	for _, t := range s.Lists {
		if t.Point != at {
			continue
		}
		for _, e := range t.Entries {
			if e.Final {
				return e
			}
		}
	}
	return Took{}
}

// byEntry are the counters of a tally by their entries; of two with one name it is the first.
func (t Tally) byEntry() map[string]Took {
	out := make(map[string]Took, len(t.Entries))
	for _, e := range t.Entries {
		if _, there := out[e.Entry]; !there {
			out[e.Entry] = e
		}
	}
	return out
}

func (t Tally) backwards(earlier Tally) []string {
	if t.shown != earlier.shown {
		return nil
	}
	var reasons []string
	before := earlier.byEntry()
	for _, e := range t.Entries {
		was := before[e.Entry]
		if !e.Known || !was.Known {
			continue
		}
		if _, ok := grown(was.Packets, e.Packets); !ok {
			reasons = append(reasons, fmt.Sprintf("%s: the counter of %s %s went from %s back to %s: the list was replaced, its counters were cleared, or the device restarted",
				t.Point, t.List, e.Entry, thousands(was.Packets), thousands(e.Packets)))
		}
	}
	return reasons
}

// standing is why the last permit of a list looks dead, "" where it does not.
func (t Tally) standing(earlier Tally, former []Signals) string {
	before := earlier.byEntry()
	for _, e := range t.Entries {
		was := before[e.Entry]
		if !e.Final || !e.Known || !was.Known || e.Packets != was.Packets || t.shown != earlier.shown || !counting(t.Point, former) {
			continue
		}
		return fmt.Sprintf("%s: %s %s, which permits the rest, stands still at %s packets; before the switch such packets were counted there",
			t.Point, t.List, e.Entry, thousands(e.Packets))
	}
	return ""
}

// counting reports whether the last permit at a point was taking packets before the switch.
func counting(at acl.Point, former []Signals) bool {
	if len(former) == 0 {
		return false
	}
	first, last := former[0].final(at), former[len(former)-1].final(at)
	if len(former) == 1 {
		return first.Known && first.Packets > 0
	}
	more, ok := grown(first.Packets, last.Packets)
	return first.Known && last.Known && ok && more > 0
}

// grown is how much a counter grew; not ok where it went backwards. One that has 32 bits goes
// from its upper half to its lower one when it begins anew.
func grown(from, to uint64) (packets uint64, ok bool) {
	switch {
	case to >= from:
		return to - from, true
	case from>>31 == 1 && to>>31 == 0:
		return to + 1<<32 - from, true
	}
	return 0, false
}

// account is what the lists took since an earlier sample, for people: deny 3 packets, permit
// 12,345; and what the device cannot tell. Against the zero value it is what they took since the
// device began to count.
func (s Signals) account(earlier Signals) string {
	var deny, permit uint64
	known := false
	var seen []string
	for _, t := range s.Lists {
		key := fmt.Sprint(t.Point.Family, t.List, t.shown)
		if slices.Contains(seen, key) {
			continue
		}
		seen = append(seen, key)
		was, _ := earlier.tally(t.Point, t.List)
		before := was.byEntry()
		for _, e := range t.Entries {
			more, ok := grown(before[e.Entry].Packets, e.Packets)
			if !e.Known || !ok {
				continue
			}
			known = true
			switch e.Action {
			case acl.Deny:
				deny += more
			case acl.Permit:
				permit += more
			}
		}
	}
	var out []string
	if known {
		out = append(out, fmt.Sprintf("deny %s, permit %s", packets(deny), thousands(permit)))
	}
	return strings.Join(append(out, s.Mute...), "; ")
}

func packets(n uint64) string {
	if n == 1 {
		return "1 packet"
	}
	return thousands(n) + " packets"
}

// thousands is a number as people read it: 12,345.
func thousands(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
