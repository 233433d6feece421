package differ

import (
	"maps"
	"slices"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
)

// lines is the difference for people: each wanted list against what its first point is
// bound to now, then the bindings.
func (q Question) lines(targets map[acl.Point]acl.Binding) []acl.Change {
	var out []acl.Change
	told := map[string]bool{}
	for _, p := range q.points() {
		from, to := q.Have.Binding(p), targets[p]
		if slices.Equal(from.Lists, to.Lists) {
			continue
		}
		old, _ := q.Have.Own(q.Owner, from)
		now, _ := q.Have.Own(q.Owner, to)
		if key := strings.Join(old, " ") + ">" + strings.Join(now, " ") + p.Family.String(); !told[key] {
			told[key] = true
			before, after := entries(q.Have, p.Family, old), entries(q.afterwards(), p.Family, now)
			out = append(out, compare(before, after)...)
			out = append(out, members(before, after)...)
		}
		out = append(out, rebound(from, to)...)
	}
	return out
}

// afterwards knows the lists of both sides.
func (q Question) afterwards() acl.Config {
	return acl.Config{Lists: slices.Concat(q.Want.Lists, q.Have.Lists)}
}

func rebound(from, to acl.Binding) []acl.Change {
	text := func(b acl.Binding) string {
		return "bind " + b.Point().String() + " " + strings.TrimSpace(strings.Join(b.Lists, " ")+" "+b.Tail)
	}
	switch {
	case len(from.Lists) == 0:
		return []acl.Change{{Sign: acl.Added, Line: text(to)}}
	case len(to.Lists) == 0:
		return []acl.Change{{Sign: acl.Removed, Line: text(from)}}
	}
	after := strings.TrimPrefix(text(to), "bind "+to.Point().String()+" ")
	return []acl.Change{{Sign: acl.Changed, Line: text(from) + " -> " + after}}
}

// entries are the written entries of some lists, in the order in which a packet meets them.
func entries(c acl.Config, f packet.Family, names []string) []acl.Entry {
	var out []acl.Entry
	for _, name := range names {
		l, _ := c.List(f, name)
		for _, e := range l.Entries {
			if !e.Implied {
				out = append(out, e)
			}
		}
	}
	return out
}

// compare is the ordered difference of two lists of entries. An entry that stands on both
// sides in another order is moved; one that takes the place of another with the same groups
// or reason is changed.
func compare(old, now []acl.Entry) []acl.Change {
	keep := common(keys(old), keys(now))
	moved := movable(old, now, keep)
	elsewhere := maps.Clone(moved)
	var out []acl.Change
	i := 0
	removed := func(until int) {
		for ; i < until; i++ {
			switch key := old[i].String(); {
			case keep.old[i]:
			case elsewhere[key] > 0:
				elsewhere[key]--
			default:
				out = append(out, acl.Change{Sign: acl.Removed, Line: native(old[i]), Why: old[i].Why})
			}
		}
	}
	for j, e := range now {
		if k := keep.now[j]; k > 0 {
			removed(k - 1)
			i = k
			continue
		}
		sign := acl.Added
		if moved[e.String()] > 0 {
			moved[e.String()]--
			sign = acl.Moved
		}
		out = append(out, acl.Change{Sign: sign, Line: native(e), Why: e.Why})
	}
	removed(len(old))
	return pair(out)
}

// movable is how often each entry that does not keep its place stands on both sides.
func movable(old, now []acl.Entry, keep pairs) map[string]int {
	before, out := map[string]int{}, map[string]int{}
	for i, e := range old {
		if !keep.old[i] {
			before[e.String()]++
		}
	}
	for j, e := range now {
		if key := e.String(); keep.now[j] == 0 && before[key] > 0 {
			before[key]--
			out[key]++
		}
	}
	return out
}

// pair makes a removal and the addition of an entry that is built alike one change, where the first
// of the two stood: the line differs in the generation of its names only. Each takes the first that is
// left.
func pair(changes []acl.Change) []acl.Change {
	lines := make([]string, len(changes))
	left := map[half][]int{}
	for i, c := range changes {
		lines[i] = ungenerated(c.Line)
		left[half{c.Sign, lines[i]}] = append(left[half{c.Sign, lines[i]}], i)
	}
	var out []acl.Change
	used := make([]bool, len(changes))
	for i, c := range changes {
		if used[i] {
			continue
		}
		others := half{opposite(c.Sign), lines[i]}
		for len(left[others]) > 0 && left[others][0] < i {
			left[others] = left[others][1:]
		}
		if len(left[others]) == 0 {
			out = append(out, c)
			continue
		}
		j := left[others][0]
		left[others], used[j] = left[others][1:], true
		added := c
		if c.Sign == acl.Removed {
			added = changes[j]
		}
		out = append(out, acl.Change{Sign: acl.Changed, Line: added.Line, Why: added.Why})
	}
	return out
}

// half is one side of a change: what happens to a line, without the generations of our names.
type half struct {
	sign acl.Sign
	line string
}

// opposite is added for removed and the reverse, "" for the others.
func opposite(s acl.Sign) acl.Sign {
	switch s {
	case acl.Added:
		return acl.Removed
	case acl.Removed:
		return acl.Added
	}
	return ""
}

// ungenerated is a line without the generations of our names.
func ungenerated(line string) string {
	words := strings.Fields(line)
	for i, w := range words {
		name, at := strings.CutPrefix(w, "@")
		if words[i] = base(name); at {
			words[i] = "@" + words[i]
		}
	}
	return strings.Join(words, " ")
}

// native is an entry as its router writes it, without its number.
func native(e acl.Entry) string {
	text := strings.Join(strings.Fields(e.Place.Text), " ")
	if e.Label != "" || text == "" {
		return strings.TrimSpace(e.Label + " " + e.Spelled(func(string) bool { return true }))
	}
	text = strings.TrimPrefix(text, "sequence ")
	if number, rest, cut := strings.Cut(text, " "); cut && strings.Trim(number, "0123456789") == "" {
		return rest
	}
	return text
}

// members are the prefixes that come to a group or leave it, for the groups of changed entries
// that both sides have but for their generation.
func members(old, now []acl.Entry) []acl.Change {
	before := map[string]packet.Ranges{}
	for _, e := range apart(old, now) {
		before[base(e.SrcGroup)], before[base(e.DstGroup)] = e.Match.Src, e.Match.Dst
	}
	var out []acl.Change
	told := map[string]bool{"": true}
	tell := func(group string, now packet.Ranges, e acl.Entry) {
		was, both := before[base(group)]
		if told[base(group)] || !both {
			return
		}
		told[base(group)] = true
		for _, p := range now.Minus(was).Prefixes(e.Match.Family) {
			out = append(out, acl.Change{Sign: acl.Added, Line: base(group) + ": " + p.String(), Why: e.Why})
		}
		for _, p := range was.Minus(now).Prefixes(e.Match.Family) {
			out = append(out, acl.Change{Sign: acl.Removed, Line: base(group) + ": " + p.String(), Why: e.Why})
		}
	}
	for _, e := range apart(now, old) {
		tell(e.SrcGroup, e.Match.Src, e)
		tell(e.DstGroup, e.Match.Dst, e)
	}
	return out
}

// apart are the entries that the other side does not have.
func apart(entries, other []acl.Entry) []acl.Entry {
	there := map[string]bool{}
	for _, e := range other {
		there[e.String()] = true
	}
	return slices.DeleteFunc(slices.Clone(entries), func(e acl.Entry) bool { return there[e.String()] })
}

// base is a name of ours without its generation.
func base(name string) string {
	if acl.Generation(name) == 0 {
		return name
	}
	return name[:strings.LastIndex(name, "-G")]
}

func keys(entries []acl.Entry) []string {
	out := make([]string, len(entries))
	for i, e := range entries {
		out[i] = e.String()
	}
	return out
}
