// Package differ is what changes, as a Delta in no vendor's words: which lines, which
// packets, in which order no moment is wrong.
package differ

import (
	"slices"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
)

// Question is what a running config is asked: how does it become what is wanted.
type Question struct {
	Have     acl.Config
	Want     acl.Config         // laid for this device, rendered and read back
	Points   []acl.Point        // the points of the attachments
	Chain    map[acl.Point]bool // the points where a list of others stays and ours goes before it
	Embed    map[acl.Point]bool // the points where ours goes into the list of others
	Owner    acl.Owner
	TakeOver []string             // names of ours that may be replaced although others use or edited them
	Choices  map[acl.Point]string // what can be done about the list of others at a point
}

// Diff answers the question, or refuses with all reasons at once.
func Diff(q Question) (acl.Delta, error) {
	edits, reasons := q.edits()
	if err := q.refusal(reasons); err != nil {
		return acl.Delta{}, err
	}
	d := acl.Delta{Edits: edits}
	known := q.contents()
	targets := map[acl.Point]acl.Binding{}
	for _, p := range q.points() {
		from := q.Have.Binding(p)
		to := q.target(from, known)
		targets[p] = to
		if !slices.Equal(from.Lists, to.Lists) {
			d.Rebind = append(d.Rebind, acl.Rebind{From: from, To: to})
		}
	}
	d.Add = q.added(targets, edits)
	d.After = q.after(d)
	if reasons := q.outside(d); len(reasons) > 0 {
		return acl.Delta{}, Refusal{reasons}
	}
	d.Remove = d.After.Idle(q.Owner)
	d.Cleaned = without(d.After, d.Remove)
	d.Lines = append(q.lines(targets), q.insideLines(edits)...)
	return d, q.packets(&d)
}

// points are the asked ones and every other at which one of our lists is bound.
func (q Question) points() []acl.Point {
	points := slices.Clone(q.Points)
	for _, b := range q.Have.Bindings {
		if ours, _ := q.Have.Own(q.Owner, b); len(ours) > 0 && !slices.Contains(points, b.Point()) {
			points = append(points, b.Point())
		}
	}
	return points
}

// target is what a point is to be bound to. Lists of ours with the wanted content are used
// again, first those that are bound there now.
func (q Question) target(from acl.Binding, known map[string][]string) acl.Binding {
	ours, others := q.Have.Own(q.Owner, from)
	to := from
	to.Lists = nil
	wanted := slices.DeleteFunc(slices.Clone(q.Want.Binding(from.Point()).Lists), func(name string) bool {
		return q.Embed[from.Point()] || slices.Contains(others, name) || !q.Want.OwnName(q.Owner, from.Family, name)
	})
	if len(wanted) > 0 {
		key := content(q.Want, from.Family, wanted)
		switch names, there := known[key]; {
		case len(ours) > 0 && content(q.Have, from.Family, ours) == key && q.intact(from.Lists, ours):
			to.Lists = slices.Clone(ours)
		case there:
			to.Lists = slices.Clone(names)
		default:
			to.Lists = slices.Clone(wanted)
		}
	}
	to.Lists = append(to.Lists, others...)
	return to
}

// intact reports whether our lists stand before those of others.
func (q Question) intact(all, ours []string) bool { return slices.Equal(all[:len(ours)], ours) }

// contents are the lists of ours that the device has whole, by what they say.
func (q Question) contents() map[string][]string {
	known := map[string][]string{}
	for _, b := range q.Have.Bindings {
		if ours, _ := q.Have.Own(q.Owner, b); len(ours) > 0 && q.defined(b.Family, ours) {
			key := content(q.Have, b.Family, ours)
			if _, there := known[key]; !there {
				known[key] = ours
			}
		}
	}
	return known
}

func (q Question) defined(f packet.Family, names []string) bool {
	for _, name := range names {
		if _, there := q.Have.List(f, name); !there {
			return false
		}
	}
	return true
}

// content is what some lists say together, entry by entry, however they are spelled.
func content(c acl.Config, f packet.Family, names []string) string {
	var s strings.Builder
	s.WriteString(f.String())
	end := acl.Unknown
	for _, name := range names {
		l, there := c.List(f, name)
		if !there {
			s.WriteString("\nundefined " + name)
		}
		for _, e := range l.Entries {
			s.WriteString("\n" + e.String())
		}
		end = l.End
	}
	return s.String() + "\nend " + end.String()
}

// added are the wanted lists that some point will be bound to and the device does not
// have, with the groups that they and the entries for lists of others name.
func (q Question) added(targets map[acl.Point]acl.Binding, edits []acl.Edit) acl.Config {
	var add acl.Config
	used := map[string]bool{}
	for _, to := range targets {
		for _, name := range to.Lists {
			used[to.Family.String()+name] = true
		}
	}
	groups := map[string]bool{}
	for _, l := range q.Want.Lists {
		have, there := q.Have.List(l.Family, l.Name)
		if !used[l.Family.String()+l.Name] || there && content(acl.Config{Lists: []acl.List{have}}, l.Family, []string{l.Name}) == content(q.Want, l.Family, []string{l.Name}) {
			continue
		}
		add.Lists = append(add.Lists, l)
		for _, e := range l.Entries {
			groups[e.SrcGroup], groups[e.DstGroup] = true, true
		}
	}
	for _, e := range edits {
		for _, one := range e.Insert {
			groups[one.SrcGroup], groups[one.DstGroup] = true, true
		}
	}
	for _, g := range q.Want.Groups {
		if groups[g.Name] {
			add.Groups = append(add.Groups, g)
		}
	}
	return add
}

// after is the running config with the new objects and bindings.
func (q Question) after(d acl.Delta) acl.Config {
	c := without(q.Have, d.Add)
	c.Groups = append(c.Groups, d.Add.Groups...)
	c.Lists = append(c.Lists, d.Add.Lists...)
	for _, e := range d.Edits {
		for i, l := range c.Lists {
			if l.Family == e.List.Family && l.Name == e.List.Name {
				c.Lists[i] = l.Without(e.Strike).With(e.Insert)
			}
		}
	}
	c.References = q.Have.Users(q.Owner)
	for _, r := range d.Rebind {
		c.Bindings = slices.DeleteFunc(c.Bindings, func(b acl.Binding) bool { return b.Point() == r.To.Point() })
		if len(r.To.Lists) > 0 {
			c.Bindings = append(c.Bindings, r.To)
		}
		if p := r.To.Point(); r.To.Carries {
			c.Carriers = append(slices.Clone(c.Carriers), acl.Carrier{Interface: p.Interface, Family: p.Family, Alone: true})
		}
	}
	return c
}

// without is a config without the lists and groups of another, by name.
func without(c, gone acl.Config) acl.Config {
	lists, groups := map[string]bool{}, map[string]bool{}
	for _, l := range gone.Lists {
		lists[l.Family.String()+l.Name] = true
	}
	for _, g := range gone.Groups {
		groups[g.Family.String()+g.Name] = true
	}
	c.Lists = slices.DeleteFunc(slices.Clone(c.Lists), func(l acl.List) bool { return lists[l.Family.String()+l.Name] })
	c.Groups = slices.DeleteFunc(slices.Clone(c.Groups), func(g acl.Group) bool { return groups[g.Family.String()+g.Name] })
	c.Bindings = slices.Clone(c.Bindings)
	return c
}
