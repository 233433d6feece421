package packet

import "slices"

// Set is packets of one family: a union of boxes, an immutable value. The zero value is
// empty and belongs to no family.
type Set struct {
	family Family
	boxes  []Box
}

// The verdicts of a set seen as a list.
const (
	outside Verdict = iota
	inside
)

// SetOf is the packets in any of the boxes. Boxes of the other family are left out.
func SetOf(f Family, boxes ...Box) Set {
	s := Set{family: f}
	for _, b := range boxes {
		if b.Family == f && !b.IsEmpty() {
			s.boxes = append(s.boxes, b)
		}
	}
	return s
}

// Decided is the packets to which a list gives the verdict, in few disjoint boxes.
func (l List) Decided(v Verdict, b Budget) (Set, error) {
	in := List{Family: l.Family, Rules: make([]Rule, len(l.Rules)), End: truth(l.End == v)}
	for i, r := range l.Rules {
		in.Rules[i] = Rule{r.Box, truth(r.Verdict == v)}
	}
	return List{Family: l.Family}.gained(in, b)
}

func truth(is bool) Verdict {
	if is {
		return inside
	}
	return outside
}

// gained is where two lists of in and out disagree.
func (l List) gained(o List, b Budget) (Set, error) {
	rows, err := l.Compare(o, b)
	s := Set{family: l.Family}
	for _, r := range rows {
		s.boxes = append(s.boxes, r.Box)
	}
	return s, err
}

// Boxes are boxes whose union is the set; they may overlap after SetOf and Union.
func (s Set) Boxes() []Box { return s.boxes }

// Family is the family of the packets.
func (s Set) Family() Family { return s.family }

// IsEmpty reports whether the set has no packet.
func (s Set) IsEmpty() bool { return len(s.boxes) == 0 }

// Contains reports whether the packet is in the set.
func (s Set) Contains(p Packet) bool {
	for _, b := range s.boxes {
		if b.Contains(p) {
			return true
		}
	}
	return false
}

// Witness is one packet of the set; false where there is none.
func (s Set) Witness() (Packet, bool) {
	if s.IsEmpty() {
		return Packet{}, false
	}
	return s.boxes[0].Witness()
}

// Union is the packets of either set. Sets of two families have no union: the family of
// the first counts.
func (s Set) Union(o Set) Set {
	if s.family == 0 {
		return o
	}
	return SetOf(s.family, slices.Concat(s.boxes, o.boxes)...)
}

// Minus is the packets of s that are not in o, in few disjoint boxes.
func (s Set) Minus(o Set, b Budget) (Set, error) {
	return List{Family: s.family}.gained(s.without(o), b)
}

// Intersect is the packets of both sets, in few disjoint boxes.
func (s Set) Intersect(o Set, b Budget) (Set, error) {
	return s.without(Set{family: s.family}).gained(s.without(o), b)
}

// Equal reports whether both sets have the same packets. Two empty sets are equal.
func (s Set) Equal(o Set, b Budget) (bool, error) {
	if s.family != o.family {
		return s.IsEmpty() && o.IsEmpty(), nil
	}
	none := Set{family: s.family}
	return s.without(none).Equal(o.without(none), b)
}

// without is s less o as a list.
func (s Set) without(o Set) List {
	l := List{Family: s.family, End: outside}
	for _, b := range o.boxes {
		l.Rules = append(l.Rules, Rule{b, outside})
	}
	for _, b := range s.boxes {
		l.Rules = append(l.Rules, Rule{b, inside})
	}
	return l
}
