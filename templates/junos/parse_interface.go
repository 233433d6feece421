package junos

import (
	"op25b/acl"
	"op25b/acl/packet"
	"slices"
)

// interfaces reads the units and what is bound to them.
func (r *reader) interfaces(from *statement) {
	for _, i := range from.active() {
		if isMeta(i.word) || i.word == "interface-range" {
			continue
		}
		for _, u := range i.find("unit").active() {
			if isMeta(u.word) {
				continue
			}
			name := i.word + "." + u.word
			r.config.Interfaces = append(r.config.Interfaces, name)
			for _, f := range packet.Families() {
				if at := u.reach([]string{"family", inet(f)}); at != nil {
					alone := !slices.ContainsFunc(at.kids, func(k *statement) bool { return k.word != "filter" })
					r.config.Carriers = append(r.config.Carriers, acl.Carrier{Interface: name, Family: f, Alone: alone})
				}
				for _, d := range []acl.Direction{acl.In, acl.Out} {
					r.binding(acl.Point{Interface: name, Direction: d, Family: f}, u)
				}
			}
		}
	}
}

// binding reads what is bound at a point of a unit. Of "input X" and "input-list [ X Y ]" the
// one that was set last holds (manual).
func (r *reader) binding(p acl.Point, unit *statement) {
	b := acl.Binding{Interface: p.Interface, Direction: p.Direction, Family: p.Family}
	way := direction(p.Direction)
	family := unit.find("family", inet(p.Family))
	one, list := family.find("filter", way).value(), family.find("filter", way+"-list")
	bound := list.active()
	if last := list.value(); last == nil || one != nil && last.last < one.last {
		bound = nil
		if one != nil {
			bound = []*statement{one}
		}
	} else if len(bound) == 1 {
		b.Tail = way + "-list"
	}
	for _, k := range bound {
		b.Lists = append(b.Lists, k.word)
		if len(k.active()) > 0 {
			b.Unmodelled = joined(b.Unmodelled, "words after "+quoted(k.word)+" are not understood")
		}
	}
	if len(bound) > 0 {
		b.Place = r.tree.place(bound[0].line, "")
	}
	if s, why := beside(p, unit, family); s != nil {
		b.Unmodelled = joined(b.Unmodelled, why)
		if len(bound) == 0 { // the point is taken, by a list that is none of its family's
			b.Lists, b.Place = []string{s.word}, r.tree.place(s.line, "")
		}
	}
	if b.Place.Why = b.Unmodelled; len(b.Lists) > 0 {
		r.config.Bindings = append(r.config.Bindings, b)
	}
}

// beside is the name of something that filters at the point besides the filters of its family.
func beside(p acl.Point, unit, family *statement) (*statement, string) {
	way := direction(p.Direction)
	for _, word := range []string{way, way + "-list"} {
		if s := unit.find("filter", word).value(); s != nil {
			return s, "a filter of family any is bound to the unit too"
		}
	}
	if s := family.find("simple-filter", "input").value(); s != nil && p.Direction == acl.In {
		return s, "a simple-filter is bound there too"
	}
	for _, k := range family.find("filter").active() {
		switch k.word {
		case "input", "input-list", "output", "output-list", "group":
		default:
			if !isMeta(k.word) {
				return k, "filter " + quoted(k.word) + " is not understood"
			}
		}
	}
	return nil, ""
}

// asleep is what a reference says of a filter that is bound at a point, but deactivated.
func asleep(p acl.Point) string { return "deactivated filter of " + p.String() }
