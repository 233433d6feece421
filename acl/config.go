package acl

import (
	"slices"

	"op25b/acl/packet"
)

// List finds a list by family and name.
func (c Config) List(f packet.Family, name string) (List, bool) {
	for _, l := range c.Lists {
		if l.Family == f && l.Name == name {
			return l, true
		}
	}
	return List{}, false
}

// Group finds a group by family and name.
func (c Config) Group(f packet.Family, name string) (Group, bool) {
	for _, g := range c.Groups {
		if g.Family == f && g.Name == name {
			return g, true
		}
	}
	return Group{}, false
}

// Binding is what is bound at a point; a binding without lists where nothing is.
func (c Config) Binding(p Point) Binding {
	for _, b := range c.Bindings {
		if b.Point() == p {
			return b
		}
	}
	return Binding{Interface: p.Interface, Direction: p.Direction, Family: p.Family, Tail: c.Tails[p.Interface], Carries: c.Carriers != nil && !c.carries(p)}
}

// alone reports whether the interface carries the family for its filters only. An undo that
// takes the family back rests on that: what others put there since must stay.
func (c Config) alone(p Point) bool {
	return slices.Contains(c.Carriers, Carrier{p.Interface, p.Family, true})
}

func (c Config) carries(p Point) bool {
	return slices.ContainsFunc(c.Carriers, func(k Carrier) bool { return k.Interface == p.Interface && k.Family == p.Family })
}

// HasInterface reports whether the text has this interface.
func (c Config) HasInterface(name string) bool {
	for _, i := range c.Interfaces {
		if i == name {
			return true
		}
	}
	return false
}

// Boxes is everything the entry matches.
func (e Entry) Boxes() []packet.Box { return append([]packet.Box{e.Match}, e.Also...) }

// String is the entry in no vendor's words: "deny tcp 203.0.113.0/24 -> any port 25 log".
// Entries that mean the same have the same string.
func (e Entry) String() string {
	if e.Unmodelled != "" {
		return "? " + e.Place.Text
	}
	s := e.Action.String() + " " + e.Match.String()
	for _, b := range e.Also {
		s += " and " + b.String()
	}
	if e.Log {
		s += " log"
	}
	return s
}

// Cost is how many entries the hardware of a device with these limits needs for the list.
func (l List) Cost(limits Limits) int {
	n := 0
	for _, e := range l.Entries {
		if e.Implied {
			continue
		}
		one := 1
		if limits.Expands && e.SrcGroup != "" {
			one *= max(1, e.Match.Src.Count(l.Family))
		}
		if limits.Expands && e.DstGroup != "" {
			one *= max(1, e.Match.Dst.Count(l.Family))
		}
		n += one
	}
	return n
}
