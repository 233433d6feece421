package prover

import (
	"slices"

	"op25b/acl"
	"op25b/acl/packet"
)

// maxUnknown is how many lines that nobody understands are looked at one by one.
const maxUnknown = 64

// understood refuses a proof that rests on a line that nobody understands. Where the same line,
// by its place and its text, stands in the base as well and the same comes behind it, both sides
// are equal and still unknown; that is proved. Where it stands in our own part, or where what it
// lets go on meets something else than in the base, it is not.
func (q Question) understood() error {
	if q.sameTail() {
		return nil
	}
	told := telling{}
	q.Base.Packets, q.Filter.Packets = told.apart(q.Base), told.apart(q.Filter)
	if len(told) > maxUnknown {
		line, _ := q.Filter.Unknown()
		return Unproven{q.Point, line}
	}
	p, apart, err := q.apart()
	if err != nil {
		return err
	}
	if apart {
		_, line := q.Filter.Decide(p)
		return Unproven{q.Point, line}
	}
	return q.behindEach()
}

// telling gives each line that nobody understands a verdict of its own, so that two of them are
// as unlike as a permit and a deny.
type telling map[string]packet.Verdict

// firstTold is the first verdict that is no action.
const firstTold = packet.Verdict(acl.Next) + 1

// apart is what a filter does, with those verdicts.
func (t telling) apart(f acl.Filter) packet.List {
	l := f.Packets
	l.Rules = slices.Clone(l.Rules)
	for i, r := range l.Rules {
		if r.Verdict == acl.Unknown.Verdict() {
			l.Rules[i].Verdict = t.verdict(f.Line(i))
		}
	}
	if l.End == acl.Unknown.Verdict() {
		l.End = t.verdict("at the end: " + f.Line(packet.NoRule)) // it lets nothing go on
	}
	return l
}

func (t telling) verdict(line string) packet.Verdict {
	if _, known := t[line]; !known && len(t) <= maxUnknown {
		t[line] = firstTold + packet.Verdict(len(t))
	}
	return t[line]
}

// behindEach pairs the lines that nobody understands, the first of a line with the first of the
// same line in the base and so on: what each lets go on meets the same on both sides.
func (q Question) behindEach() error {
	base, met := q.Base.Packets, map[packet.Verdict]int{}
	for i, r := range q.Filter.Packets.Rules {
		if r.Verdict < firstTold {
			continue
		}
		j := theSame(base, r, met[r.Verdict])
		met[r.Verdict]++
		if j < 0 || !same(r.Box, behind(q.Filter.Packets, i), behind(base, j)) {
			return Unproven{q.Point, q.Filter.Line(i)}
		}
	}
	return nil
}

// theSame is the place of a rule in a list, behind so many others of its verdict; -1 where it is
// not there.
func theSame(l packet.List, r packet.Rule, before int) int {
	for i, one := range l.Rules {
		if one.Verdict != r.Verdict {
			continue
		}
		if before == 0 && one.Box.Equal(r.Box) {
			return i
		}
		before--
	}
	return -1
}

// sameTail reports whether both filters are the same from their first line on that nobody
// understands, or have none.
func (q Question) sameTail() bool {
	mine, theirs := q.Filter.Packets, q.Base.Packets
	i, j := firstUnknown(mine), firstUnknown(theirs)
	if i == len(mine.Rules) && mine.End != acl.Unknown.Verdict() {
		return true
	}
	if len(mine.Rules)-i != len(theirs.Rules)-j || mine.End != theirs.End {
		return false
	}
	for ; i < len(mine.Rules); i, j = i+1, j+1 {
		a, b := mine.Rules[i], theirs.Rules[j]
		if a.Verdict != b.Verdict || !a.Box.Equal(b.Box) || a.Verdict == acl.Unknown.Verdict() && q.Filter.Line(i) != q.Base.Line(j) {
			return false
		}
	}
	return mine.End != acl.Unknown.Verdict() || q.Filter.Line(packet.NoRule) == q.Base.Line(packet.NoRule)
}

func firstUnknown(l packet.List) int {
	i := slices.IndexFunc(l.Rules, func(r packet.Rule) bool { return r.Verdict == acl.Unknown.Verdict() })
	if i < 0 {
		return len(l.Rules)
	}
	return i
}

// behind is what a packet meets that a rule lets go on.
func behind(l packet.List, rule int) packet.List {
	return packet.List{Family: l.Family, Rules: l.Rules[rule+1:], End: l.End}
}

// same reports whether two lists do the same with the packets of a box.
func same(box packet.Box, a, b packet.List) bool {
	rows, err := a.Compare(b, packet.Budget{})
	return err == nil && !slices.ContainsFunc(rows, func(r packet.Row) bool { return !r.Box.Intersect(box).IsEmpty() })
}
