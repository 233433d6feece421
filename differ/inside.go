package differ

import (
	"fmt"
	"slices"
	"strings"

	"op25b/acl"
)

// edits are what changes inside lists of others: our entries stand before all of theirs. What
// is wanted comes first and what is not goes then, so that no packet is treated in a third way
// in between. The reasons say why a list can not be edited.
func (q Question) edits() ([]acl.Edit, []Reason) {
	var out []acl.Edit
	var reasons []Reason
	for _, l := range q.Have.Lists {
		points := q.embedded(l)
		ours := q.Owner.Inside(l)
		if q.Owner.Has(l) || len(points)+len(ours) == 0 {
			continue
		}
		why := q.unfit(l, points)
		reasons = append(reasons, why...)
		if len(why) > 0 {
			continue
		}
		var wanted []acl.Entry
		if len(points) > 0 {
			wanted = q.wanted(points[0])
		}
		edit := keeping(acl.Edit{List: l, Insert: wanted, Strike: ours})
		free := q.free(l)
		if len(free) < len(edit.Insert) {
			reasons = append(reasons, Reason{
				fmt.Sprintf("line %d: list %s has free numbers for %d of %d lines before its first", l.Place.Line, l.Name, len(free), len(edit.Insert)),
				fmt.Sprintf("number it anew at another time, with more room before its first line (resequence … %s 1000 10), then plan again", l.Name)})
			continue
		}
		for i := range edit.Insert {
			edit.Insert[i].Sequence = free[i]
			edit.Insert[i].Place.Text = fmt.Sprint(free[i], " ", native(edit.Insert[i]))
		}
		if len(edit.Insert)+len(edit.Strike) > 0 {
			out = append(out, edit)
		}
	}
	return out, reasons
}

// embedded are the points at which our entries are to stand inside a list.
func (q Question) embedded(l acl.List) []acl.Point {
	var out []acl.Point
	for _, p := range q.Points {
		if p.Family == l.Family && q.Embed[p] && slices.Contains(q.Have.Binding(p).Lists, l.Name) {
			out = append(out, p)
		}
	}
	return out
}

// wanted are the entries that a point wants, without numbers.
func (q Question) wanted(p acl.Point) []acl.Entry {
	out := entries(q.Want, p.Family, q.Want.Binding(p).Lists)
	for i := range out {
		out[i].Sequence = 0
	}
	return out
}

// keeping is an edit without the entries that are wanted and stand in their place already.
func keeping(e acl.Edit) acl.Edit {
	stands := map[string]int{}
	for _, one := range e.List.Entries {
		if !slices.ContainsFunc(e.Strike, func(o acl.Entry) bool { return o.Sequence == one.Sequence }) {
			break // the first of theirs
		}
		if _, twice := stands[one.String()]; !twice {
			stands[one.String()] = one.Sequence
		}
	}
	kept := map[int]bool{}
	e.Insert = slices.DeleteFunc(e.Insert, func(one acl.Entry) bool {
		n, there := stands[one.String()]
		kept[n] = there
		return there
	})
	e.Strike = slices.DeleteFunc(slices.Clone(e.Strike), func(one acl.Entry) bool { return kept[one.Sequence] })
	return e
}

// free are the numbers before the first entry of others that nothing bears.
func (q Question) free(l acl.List) []int {
	taken := map[int]bool{}
	for _, n := range l.Remarks {
		taken[n] = true
	}
	for _, e := range l.Entries {
		taken[e.Sequence] = true
	}
	var out []int
	theirs := l.Without(q.Owner.Inside(l)).Entries
	for n := 1; len(theirs) > 0 && n < theirs[0].Sequence; n++ {
		if !taken[n] {
			out = append(out, n)
		}
	}
	return out
}

// unfit says why our entries can not stand in a list of others, or be taken out of it.
func (q Question) unfit(l acl.List, points []acl.Point) []Reason {
	var out []Reason
	add := func(hint, what string, args ...any) {
		out = append(out, Reason{fmt.Sprintf("line %d: list %s ", l.Place.Line, l.Name) + fmt.Sprintf(what, args...), hint})
	}
	theirs := l.Without(q.Owner.Inside(l))
	written := slices.DeleteFunc(slices.Clone(theirs.Entries), func(e acl.Entry) bool { return e.Implied })
	const elsewhere = "give the attachment a list that nothing else uses, or take the list off"
	switch {
	case l.Sources:
		add("make it an extended list", "looks at sources only, and our lines need a port")
	case len(written) == 0 && q.counts(l):
		add("take it off the interface; then a list of ours is bound", "has no line that is not ours, and an empty list is not the same as none")
	case slices.ContainsFunc(written, func(e acl.Entry) bool { return e.Sequence == 0 }):
		add("a release that shows line numbers in its running config is needed, or another attachment", "shows no line numbers, so that no line can be put before or taken from among the others")
	}
	if len(points) == 0 {
		return out
	}
	for _, b := range q.Have.Bindings {
		if b.Family == l.Family && slices.Contains(b.Lists, l.Name) && !slices.Contains(points, b.Point()) {
			add(elsewhere, "is bound at %s too, where our lines are not wanted", b.Point())
		}
	}
	for _, r := range q.Have.Users(q.Owner) {
		if r.Name == l.Name && (r.Family == l.Family || r.Family == 0) {
			add(elsewhere, "is used elsewhere too, in line %d: %s", r.Place.Line, strings.TrimSpace(r.Place.Text))
		}
	}
	unmarked := func(e acl.Entry) bool {
		e.Sequence = 1
		return !q.Owner.Wrote(e)
	}
	if slices.ContainsFunc(q.wanted(points[0]), unmarked) {
		add(elsewhere, "needs lines of ours for sources that are no group, and only a group of ours tells our lines from theirs")
	}
	for _, p := range points[1:] {
		if content(q.Want, p.Family, q.Want.Binding(p).Lists) != content(q.Want, p.Family, q.Want.Binding(points[0]).Lists) {
			add(elsewhere, "is bound at %s and %s, which need different lines of ours", points[0], p)
		}
	}
	return out
}

// counts reports whether anything happens to packets by a list.
func (q Question) counts(l acl.List) bool {
	bound := slices.ContainsFunc(q.Have.Bindings, func(b acl.Binding) bool { return b.Family == l.Family && slices.Contains(b.Lists, l.Name) })
	return bound || slices.ContainsFunc(q.Have.Users(q.Owner), func(r acl.Reference) bool { return r.Name == l.Name })
}

// insideLines are the lines of the edits, for people. What goes in one place and comes in another
// is moved.
func (q Question) insideLines(edits []acl.Edit) []acl.Change {
	var out []acl.Change
	for _, e := range edits {
		for _, c := range compare(less(e.Strike, e.Insert), less(e.Insert, e.Strike)) {
			c.Line = e.List.Name + ": " + c.Line
			out = append(out, c)
		}
		for _, one := range less(e.Insert, less(e.Insert, e.Strike)) {
			out = append(out, acl.Change{Sign: acl.Moved, Line: e.List.Name + ": " + native(one), Why: one.Why})
		}
		out = append(out, members(e.Strike, e.Insert)...)
	}
	return out
}

// less are the entries that no other of some says too.
func less(entries, others []acl.Entry) []acl.Entry {
	said := map[string]bool{}
	for _, e := range others {
		said[e.String()] = true
	}
	return slices.DeleteFunc(slices.Clone(entries), func(e acl.Entry) bool { return said[e.String()] })
}
