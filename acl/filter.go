package acl

import (
	"fmt"
	"slices"
	"strings"

	"op25b/acl/packet"
)

// Filter is what a point does with packets: rules tried in order, and the line that each
// rule comes from.
type Filter struct {
	Packets packet.List // verdicts are Actions: Permit, Deny, Unknown
	lines   []source
	names   []string // of the lists
	end     string
}

// source is the line that a rule comes from. It is put into words when somebody asks.
type source struct {
	text   string
	number int32 // 0 where it has none
	list   int32 // the list's place among the names; ready where the text is all there is to say
}

const ready = -1

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
	return Filter{Packets: packet.List{Family: f, End: Permit.Verdict()}, end: "nothing is bound there"}
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
		f.add(packet.Any(b.Family), Unknown, source{b.Unmodelled, 0, ready})
	}
	for i, name := range b.Lists {
		l, there := c.List(b.Family, name)
		if !there {
			f.missing(c, name, len(b.Lists)-1-i)
			continue
		}
		f.open(l)
		last := i == len(b.Lists)-1
		for _, e := range l.Entries {
			if !e.Implied || last { // what the device adds goes with the end, and the end is that of the row
				f.entry(e)
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
	f.add(packet.Any(f.Packets.Family), Unknown, source{name + " is bound but not defined", 0, ready})
}

// open makes room for a list's rules, for there may be very many.
func (f *Filter) open(l List) {
	f.names = append(f.names, l.Name)
	n := 0
	for _, e := range l.Entries {
		n += 1 + len(e.Also)
	}
	f.Packets.Rules, f.lines = slices.Grow(f.Packets.Rules, n), slices.Grow(f.lines, n)
}

func (f *Filter) entry(e Entry) {
	from := source{e.Place.Text, int32(e.Place.Line), int32(len(f.names) - 1)}
	if strings.TrimSpace(from.text) == "" {
		from.text = e.String()
	}
	if e.Unmodelled != "" {
		f.unmodelled(e, source{f.words(from) + ": " + e.Unmodelled, 0, ready})
		return
	}
	if e.Action == Next {
		return
	}
	f.boxes(e, e.Action, from)
}

// unmodelled is an entry that is not understood: whatever it may match gets no known verdict.
// What it matches at most is known where its boxes say so.
func (f *Filter) unmodelled(e Entry, from source) {
	if e.Match.IsEmpty() {
		f.add(packet.Any(f.Packets.Family), Unknown, from)
		return
	}
	f.boxes(e, Unknown, from)
}

func (f *Filter) boxes(e Entry, a Action, from source) {
	f.add(e.Match, a, from)
	for _, box := range e.Also {
		f.add(box, a, from)
	}
}

func (f *Filter) add(box packet.Box, a Action, from source) {
	f.Packets.Rules = append(f.Packets.Rules, packet.Rule{Box: box, Verdict: a.Verdict()})
	f.lines = append(f.lines, from)
}

// words are a line with its place, for people.
func (f Filter) words(s source) string {
	if s.list == ready {
		return s.text
	}
	text := f.names[s.list] + ": " + strings.Join(strings.Fields(s.text), " ")
	if s.number > 0 {
		return fmt.Sprintf("line %d: %s", s.number, text)
	}
	return text
}

// Decide is what the filter does with one packet, and the line that decides.
func (f Filter) Decide(p packet.Packet) (Action, string) {
	v, i := f.Packets.First(p)
	if i == packet.NoRule {
		return ActionOf(v), f.end
	}
	return ActionOf(v), f.words(f.lines[i])
}

// Line is the line of a rule, or for packet.NoRule what decides where none does.
func (f Filter) Line(rule int) string {
	if rule == packet.NoRule {
		return f.end
	}
	return f.words(f.lines[rule])
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
	return c.Alone(o)
}

// Unknown is the first line of the filter that is not understood.
func (f Filter) Unknown() (string, bool) {
	for i, r := range f.Packets.Rules {
		if r.Verdict == Unknown.Verdict() {
			return f.words(f.lines[i]), true
		}
	}
	return f.end, f.Packets.End == Unknown.Verdict()
}
