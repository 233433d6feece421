package junos

import (
	"slices"
	"strings"
)

// comparer writes what "show | compare" prints: a header for each place, - and + before what
// goes and comes, ! before what moved, was activated or deactivated. The sign is followed by
// two blanks and one for each level (read off a session of an EX2200 [SAMPLE], levels above
// four [K]).
type comparer struct {
	out strings.Builder
}

func compare(old, want *node) string {
	var c comparer
	c.level(nil, 0, old, want)
	return c.out.String()
}

func (c *comparer) level(way []string, depth int, old, want *node) {
	was, is := old.entries(), want.entries()
	lines := c.lines(depth, was, is)
	if len(lines) > 0 {
		c.out.WriteString("[" + strings.Join(append([]string{"edit"}, way...), " ") + "]\n" + strings.Join(lines, "\n") + "\n")
	}
	for _, e := range is {
		if o, ok := lookUp(was, e.key()); ok && deep(e) && deep(o) {
			k := e.nodes[0]
			c.level(append(append([]string{}, way...), k.words...), depth+1, o.nodes[0], k)
		}
	}
}

// deep is an entry whose inside is compared on its own.
func deep(e entry) bool {
	k := e.nodes[0]
	return len(k.kids) > 0 && (k.rule == nil || !k.rule.inline)
}

func lookUp(entries []entry, key string) (entry, bool) {
	i := slices.IndexFunc(entries, func(e entry) bool { return e.key() == key })
	if i < 0 {
		return entry{}, false
	}
	return entries[i], true
}

func (c *comparer) lines(depth int, was, is []entry) []string {
	moved := movers(was, is)
	var out []string
	sign := func(mark string, text []string) {
		for _, line := range text {
			out = append(out, mark+strings.Repeat(" ", depth+2)+line)
		}
	}
	gone := 0
	dropUntil := func(end int) {
		for ; gone < end; gone++ {
			if _, stays := lookUp(is, was[gone].key()); !stays {
				sign("-", was[gone].text())
			}
		}
	}
	for i, e := range is {
		at := slices.IndexFunc(was, func(o entry) bool { return o.key() == e.key() })
		dropUntil(at + 1)
		switch {
		case at < 0:
			if i > 0 && follows(is[i-1], e, was) {
				sign(" ", folded(is[i-1]))
			}
			sign("+", e.text())
		case !deep(e) || !deep(was[at]):
			if !slices.Equal(e.text(), was[at].text()) {
				sign("-", was[at].text())
				sign("+", e.text())
			} else if moved[e.key()] {
				sign("!", e.text())
			}
		case moved[e.key()] || e.nodes[0].inactive != was[at].nodes[0].inactive:
			sign("!", folded(e))
		}
	}
	dropUntil(len(was))
	return out
}

// follows reports that a new entry is shown behind the one before it: of the same kind, and
// there already.
func follows(before, e entry, was []entry) bool {
	a, b := before.nodes[0], e.nodes[0]
	_, old := lookUp(was, before.key())
	return old && deep(before) && deep(e) && a.rule != nil && b.rule != nil && b.rule.shape == named && a.rule.word == b.rule.word
}

func folded(e entry) []string { return []string{e.head() + " { ... }"} }

// movers are the entries of both sides that are not in the longest run of kept order.
func movers(was, is []entry) map[string]bool {
	var places []int
	var keys []string
	for _, e := range is {
		if at := slices.IndexFunc(was, func(o entry) bool { return o.key() == e.key() }); at >= 0 {
			places, keys = append(places, at), append(keys, e.key())
		}
	}
	length, from := make([]int, len(places)), make([]int, len(places))
	best := -1
	for i := range places {
		length[i], from[i] = 1, -1
		for j := 0; j < i; j++ {
			if places[j] < places[i] && length[j]+1 > length[i] {
				length[i], from[i] = length[j]+1, j
			}
		}
		if best < 0 || length[i] > length[best] {
			best = i
		}
	}
	moved := map[string]bool{}
	for _, k := range keys {
		moved[k] = true
	}
	for ; best >= 0; best = from[best] {
		delete(moved, keys[best])
	}
	return moved
}
