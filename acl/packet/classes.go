package packet

import (
	"math/bits"
	"slices"
)

// fewRules is how many rules two lists may have together to be compared by classes: one bit each.
const fewRules = 64

// mostCells is how many combinations of classes are looked at; beyond it the space is cut.
const mostCells = 200_000

// class is the values of one field that lie in the same rules' sets: one bit for each rule.
type class uint64

// sameByClasses reports whether two lists of few rules give every packet the same verdict. In
// each field only those values differ that lie in the sets of different rules, and there are few
// such classes however long the sets are; each combination of them is one kind of packet. A
// false known says that there are too many rules or too many kinds.
func (l List) sameByClasses(o List) (same, known bool) {
	rules := slices.Concat(l.Rules, o.Rules)
	if len(rules) > fewRules {
		return false, false
	}
	var fields [][]class
	cells := 1
	for _, of := range everyField(l.Family) {
		field := classes(rules, l.Family, of)
		fields = append(fields, field)
		if cells *= len(field); cells > mostCells {
			return false, false
		}
	}
	return l.sameKinds(o, fields, ^class(0)), true
}

// sameKinds goes through the kinds of packets that lie in these rules so far.
func (l List) sameKinds(o List, fields [][]class, in class) bool {
	if len(fields) == 0 || in == 0 {
		mine, theirs := in&(1<<len(l.Rules)-1), in>>len(l.Rules)
		return l.verdict(mine) == o.verdict(theirs)
	}
	for _, c := range fields[0] {
		if !l.sameKinds(o, fields[1:], in&c) {
			return false
		}
	}
	return true
}

// verdict is that of the first rule that has the packet.
func (l List) verdict(in class) Verdict {
	if first := bits.TrailingZeros64(uint64(in)); first < len(l.Rules) {
		return l.Rules[first].Verdict
	}
	return l.End
}

// field is one field of a box and the highest value that it can have.
type field struct {
	of   func(Box) Ranges
	most Number
}

func everyField(f Family) []field {
	return []field{
		{func(b Box) Ranges { return b.Protocols }, Mask(8)},
		{func(b Box) Ranges { return b.Src }, Mask(f.Bits())},
		{func(b Box) Ranges { return b.Dst }, Mask(f.Bits())},
		{func(b Box) Ranges { return b.SrcPorts }, Mask(16)},
		{func(b Box) Ranges { return b.DstPorts }, Mask(16)},
		{func(b Box) Ranges { return b.Fragments }, Of(uint64(Later))},
		{func(b Box) Ranges { return b.Flags }, Of(uint64(Other))},
	}
}

// turn is where the sets of some rules begin or end.
type turn struct {
	at Number
	in class
}

// classes are the different sets of rules in which the values of a field lie; the empty one is
// among them where some value lies in none. A rule of another family holds no value.
func classes(rules []Rule, f Family, of field) []class {
	turns := turns(rules, f, of)
	var out []class
	if len(turns) == 0 || turns[0].at != (Number{}) {
		out = append(out, 0)
	}
	now := class(0)
	for i, t := range turns {
		now ^= t.in
		last := i+1 == len(turns) || turns[i+1].at != t.at
		if last && !of.most.Less(t.at) && !slices.Contains(out, now) {
			out = append(out, now)
		}
	}
	return out
}

// turns are in order; equal sets turn together.
func turns(rules []Rule, f Family, of field) []turn {
	var sets []Ranges
	var owners []class
	for i, r := range rules {
		if r.Box.Family != f {
			continue
		}
		set := of.of(r.Box)
		if k := slices.IndexFunc(sets, set.Equal); k >= 0 {
			owners[k] |= 1 << i
			continue
		}
		sets, owners = append(sets, set), append(owners, 1<<i)
	}
	var out []turn
	for k, set := range sets {
		for _, s := range set.Spans() {
			out = append(out, turn{s.Lo, owners[k]})
			if end := s.Hi.Next(); end != (Number{}) {
				out = append(out, turn{end, owners[k]})
			}
		}
	}
	slices.SortFunc(out, func(a, b turn) int { return a.at.Compare(b.at) })
	return out
}
