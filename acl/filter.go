package acl

import (
	"fmt"
	"strings"

	"op25b/acl/packet"
)

// Filter is what a point does with packets: rules tried in order, and the line that each
// rule comes from.
type Filter struct {
	Packets packet.List // verdicts are Actions: Permit, Deny, Unknown
	lines   []string
	end     string
}

// Verdict is an action as the packet engine carries it.
func (a Action) Verdict() packet.Verdict { return packet.Verdict(a) }

// ActionOf is the action that a verdict of a filter carries.
func ActionOf(v packet.Verdict) Action {
	if v > packet.Verdict(Next) {
		return Unknown
	}
	return Action(v)
}

// Open is the filter of a point at which nothing is bound: every packet passes.
func Open(f packet.Family) Filter {
	return Filter{packet.List{Family: f, End: Permit.Verdict()}, nil, "nothing is bound there"}
}

// Filter is what a binding does. A line that is not understood, and a bound list that is
// not there on a device of which nobody knows what that does, give an Unknown verdict to
// every packet that reaches them.
func (c Config) Filter(b Binding) Filter {
	if len(b.Lists) == 0 && b.Unmodelled == "" {
		return Open(b.Family)
	}
	f := Filter{Packets: packet.List{Family: b.Family, End: c.Undefined.Verdict()}}
	if b.Unmodelled != "" {
		f.add(packet.Any(b.Family), Unknown, b.Unmodelled)
	}
	for i, name := range b.Lists {
		l, there := c.List(b.Family, name)
		if !there {
			f.missing(c, name, len(b.Lists)-1-i)
			continue
		}
		last := i == len(b.Lists)-1
		for _, e := range l.Entries {
			if !e.Implied || last { // what the device adds goes with the end, and the end is that of the row
				f.entry(l, e)
			}
		}
		f.Packets.End, f.end = l.End.Verdict(), "the end of "+name
	}
	return f
}

// missing is a bound list that is not there, with so many lists behind it. Alone, the device's
// own rule for it counts; in a row nobody knows.
func (f *Filter) missing(c Config, name string, behind int) {
	if behind == 0 && len(f.Packets.Rules) == 0 {
		f.end = name + " is bound but not defined"
		f.Packets.End = c.Undefined.Verdict()
		return
	}
	f.add(packet.Any(f.Packets.Family), Unknown, name+" is bound but not defined")
}

func (f *Filter) entry(l List, e Entry) {
	line := e.line(l)
	if e.Unmodelled != "" {
		f.unmodelled(l, e, line+": "+e.Unmodelled)
		return
	}
	if e.Action == Next {
		return
	}
	for _, box := range e.Boxes() {
		f.add(box, e.Action, line)
	}
}

// unmodelled is an entry that is not understood: whatever it may match gets no known verdict.
// What it matches at most is known where its boxes say so.
func (f *Filter) unmodelled(l List, e Entry, line string) {
	if e.Match.IsEmpty() {
		f.add(packet.Any(l.Family), Unknown, line)
		return
	}
	for _, box := range e.Boxes() {
		f.add(box, Unknown, line)
	}
}

func (f *Filter) add(box packet.Box, a Action, line string) {
	f.Packets.Rules = append(f.Packets.Rules, packet.Rule{Box: box, Verdict: a.Verdict()})
	f.lines = append(f.lines, line)
}

// line is an entry with its place, for people.
func (e Entry) line(l List) string {
	text := strings.Join(strings.Fields(e.Place.Text), " ")
	if text == "" {
		text = e.String()
	}
	if e.Place.Line > 0 {
		return fmt.Sprintf("line %d: %s: %s", e.Place.Line, l.Name, text)
	}
	return l.Name + ": " + text
}

// Decide is what the filter does with one packet, and the line that decides.
func (f Filter) Decide(p packet.Packet) (Action, string) {
	v, i := f.Packets.First(p)
	if i == packet.NoRule {
		return ActionOf(v), f.end
	}
	return ActionOf(v), f.lines[i]
}

// Line is the line of a rule, or for packet.NoRule what decides where none does.
func (f Filter) Line(rule int) string {
	if rule == packet.NoRule {
		return f.end
	}
	return f.lines[rule]
}

// Base is the config without our own part: what untouched packets meet.
func (c Config) Base(o Owner) Config {
	var bindings []Binding
	for _, b := range c.Bindings {
		if _, others := c.Own(o, b); len(others) > 0 {
			b.Lists = others
			bindings = append(bindings, b)
		}
	}
	c.Bindings = bindings
	return c
}

// Unknown is the first line of the filter that is not understood.
func (f Filter) Unknown() (string, bool) {
	for i, r := range f.Packets.Rules {
		if r.Verdict == Unknown.Verdict() {
			return f.lines[i], true
		}
	}
	return f.end, f.Packets.End == Unknown.Verdict()
}
