package openconfig

import (
	"slices"
	"strconv"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
	"op25b/templates/yang"
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
	path, value, err := yang.ReadPath(line)
	if err != nil {
		return c, true
	}
	named := slices.ContainsFunc(path, func(s yang.Step) bool {
		item := itemOf(s)
		return (item.key("name") == list || item.key("set-name") == list) && item.key("type") == typeOf(f)
	})
	if !named {
		return c, false
	}
	last := len(path) - 1
	if last < 2 || bare(path[last].Name) != "matched-packets" || bare(path[last-2].Name) != "acl-entry" {
		return c, true
	}
	n, err := strconv.ParseUint(itemOf(path[last-2]).key("sequence-id"), 10, 32)
	if err != nil || n == 0 {
		return c, true
	}
	c.Sequence = int(n)
	if c.Packets, err = strconv.ParseUint(strings.Trim(value, `"`), 10, 64); err == nil {
		c.Known = true
	}
	return c, true
}
