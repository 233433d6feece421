package openconfig

import (
	"slices"
	"strconv"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
)

// Counts are six ways: the counters of the list at this interface, then those of the list wherever it
// stands; each sampled, told on change, or asked for once. A device has the first, the second or both
// [openconfig-acl.yang, counter-capability]; IOS-XR has the second only [its deviations].
func (Dialect) Counts(have acl.Config, list string, at acl.Point) [][]string {
	b := have.Binding(at)
	if words.Plain(list) != nil || !plain(list) || !plain(idOf(b)) {
		return nil
	}
	const leaf = "/acl-entries/acl-entry/state/matched-packets"
	var out [][]string
	for _, path := range []string{boundPath(b, list) + leaf, setPath(list, typeOf(at.Family)) + leaf} {
		for _, way := range []string{"sample ", "on-change ", "once "} {
			out = append(out, []string{way + path})
		}
	}
	return out
}

// Counted reads lines of a path and a value. What is about another list is passed over.
func (Dialect) Counted(text, list string, f packet.Family) []words.Count {
	var out []words.Count
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			if c, ours := counted(line, list, f); ours {
				out = append(out, c)
			}
		}
	}
	return out
}

func counted(line, list string, f packet.Family) (words.Count, bool) {
	c := words.Count{Line: line}
	path, value, why := steps(line)
	if why != "" {
		return c, true
	}
	named := slices.ContainsFunc(path, func(s step) bool {
		item := s.item()
		return (item.key("name") == list || item.key("set-name") == list) && item.key("type") == typeOf(f)
	})
	if !named {
		return c, false
	}
	last := len(path) - 1
	if last < 2 || bare(path[last].name) != "matched-packets" || bare(path[last-2].name) != "acl-entry" {
		return c, true
	}
	n, err := strconv.ParseUint(path[last-2].item().key("sequence-id"), 10, 32)
	if err != nil || n == 0 {
		return c, true
	}
	c.Sequence = int(n)
	if c.Packets, err = strconv.ParseUint(strings.Trim(value, `"`), 10, 64); err == nil {
		c.Known = true
	}
	return c, true
}
