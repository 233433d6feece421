package prover

import (
	"slices"

	"op25b/acl"
	"op25b/acl/packet"
)

// maxUnknown is how many lines that nobody understands are looked at one by one.
const maxUnknown = 64

// understood refuses a proof that rests on a line that nobody understands. Where it stands in
// the base as well and the same comes behind it, both sides are equal and still unknown; that is
// proved. Where it stands in our own part, or where what it lets go on meets something else
// than in the base, it is not.
func (q Question) understood() error {
	if q.sameTail() {
		return nil
	}
	looked := 0
	for i, r := range q.Filter.Packets.Rules {
		if r.Verdict != acl.Unknown.Verdict() {
			continue
		}
		looked++
		if looked > maxUnknown || !q.inBase(r.Box, behind(q.Filter.Packets, i)) {
			return Unproven{q.Point, q.Filter.Line(i)}
		}
	}
	if q.Filter.Packets.End == acl.Unknown.Verdict() && q.Base.Packets.End != acl.Unknown.Verdict() {
		return Unproven{q.Point, q.Filter.Line(packet.NoRule)}
	}
	return nil
}

// sameTail reports whether both filters are the same from their first line on that nobody
// understands, or have none.
func (q Question) sameTail() bool {
	mine, theirs := fromUnknown(q.Filter.Packets), fromUnknown(q.Base.Packets)
	same := func(a, b packet.Rule) bool { return a.Verdict == b.Verdict && a.Box.Equal(b.Box) }
	if len(mine) == 0 && q.Filter.Packets.End != acl.Unknown.Verdict() {
		return true
	}
	return slices.EqualFunc(mine, theirs, same) && q.Filter.Packets.End == q.Base.Packets.End
}

func fromUnknown(l packet.List) []packet.Rule {
	i := slices.IndexFunc(l.Rules, func(r packet.Rule) bool { return r.Verdict == acl.Unknown.Verdict() })
	if i < 0 {
		return nil
	}
	return l.Rules[i:]
}

// behind is what a packet meets that a rule lets go on.
func behind(l packet.List, rule int) packet.List {
	return packet.List{Family: l.Family, Rules: l.Rules[rule+1:], End: l.End}
}

// inBase reports whether some line of the base, or its end, is as little understood for all these
// packets, and lets them go on to the same.
func (q Question) inBase(box packet.Box, mine packet.List) bool {
	base := q.Base.Packets
	if base.End == acl.Unknown.Verdict() && same(box, mine, packet.List{Family: base.Family, End: base.End}) {
		return true
	}
	for i, r := range base.Rules {
		if r.Verdict == acl.Unknown.Verdict() && r.Box.Covers(box) && same(box, mine, behind(base, i)) {
			return true
		}
	}
	return false
}

// same reports whether two lists do the same with the packets of a box.
func same(box packet.Box, a, b packet.List) bool {
	rows, err := a.Compare(b, packet.Budget{})
	return err == nil && !slices.ContainsFunc(rows, func(r packet.Row) bool { return !r.Box.Intersect(box).IsEmpty() })
}
