package acl

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"op25b/acl/packet"
)

// Has reports whether a list is ours: by its name, or on dialects that number their
// filters by a number in our range together with a shape that we write.
func (o Owner) Has(l List) bool {
	if Generation(l.Name) > 0 {
		return o.Owns(l.Name)
	}
	_, strange := l.Stranger()
	return o.Owns(l.Name) && !strange
}

// OwnName reports whether a name that a binding uses is ours: a list that is ours, or one
// that is not there but bears our name.
func (c Config) OwnName(o Owner, f packet.Family, name string) bool {
	if l, there := c.List(f, name); there {
		return o.Has(l)
	}
	return o.Owns(name)
}

// Stranger is the first entry of a list that is neither about tcp port 25 nor the permit of
// everything that ends our lists: somebody else wrote it.
func (l List) Stranger() (Entry, bool) {
	mail := Mail(l.Family)
	for _, e := range l.Entries {
		whole := e.Action == Permit && e.Match.Equal(packet.Any(l.Family))
		if e.Implied || whole && e.Unmodelled == "" {
			continue
		}
		if e.Unmodelled != "" || !mail.Covers(e.Match) {
			return e, true
		}
	}
	return Entry{}, false
}

// Mail is every packet of a family that our lists may be about: tcp to port 25.
func Mail(f packet.Family) packet.Box {
	b := packet.Any(f)
	b.Protocols, b.DstPorts = packet.One(packet.TCP), packet.One(25)
	return b
}

// Own splits what is bound at a point into our lists and the others', each in order.
func (c Config) Own(o Owner, b Binding) (ours, others []string) {
	for _, name := range b.Lists {
		if c.OwnName(o, b.Family, name) {
			ours = append(ours, name)
		} else {
			others = append(others, name)
		}
	}
	return ours, others
}

// Canonical is the state that a plan rests on, as lines for people and for a digest: our
// objects, the bindings at the points and wherever else ours are bound, the lists of others
// bound there, who else refers to ours, and what is not understood. Spelling and remarks leave no trace, and of numbers
// only those of our entries in lists of others do.
func (c Config) Canonical(points []Point, owner Owner) []string {
	var lines []string
	for _, g := range sortedGroups(c.Groups) {
		if owner.Owns(g.Name) {
			lines = append(lines, "group "+g.Name+" "+g.Family.String(), " "+g.text())
		}
	}
	lists := slices.Clone(c.Lists)
	slices.SortStableFunc(lists, func(a, b List) int {
		return cmp.Or(cmp.Compare(a.Family, b.Family), compareNames(a.Name, b.Name))
	})
	for _, l := range lists {
		if owner.Has(l) {
			lines = append(lines, c.listLines("list", l, owner)...)
		}
	}
	beside := map[Point]Binding{}
	for _, p := range points {
		beside[p] = c.Binding(p)
	}
	for _, b := range c.Bindings {
		if ours, _ := c.Own(owner, b); len(ours) > 0 || len(c.InsideOf(owner, b)) > 0 {
			beside[b.Point()] = b
		}
	}
	foreign := map[string]bool{}
	for _, p := range sortedPoints(beside) {
		b := beside[p]
		lines = append(lines, "bind "+p.String()+" "+b.text())
		if len(b.Lists) > 0 && c.alone(p) {
			lines = append(lines, " nothing else of "+p.Family.String()+" stands at the interface")
		}
		_, others := c.Own(owner, b)
		for _, name := range others {
			key := p.Family.String() + " " + name
			if l, there := c.List(p.Family, name); there && !foreign[key] {
				foreign[key] = true
				lines = append(lines, c.listLines("beside", l, owner)...)
			}
		}
	}
	for _, l := range lists {
		if key := l.Family.String() + " " + l.Name; !foreign[key] && len(owner.Inside(l)) > 0 {
			lines = append(lines, c.listLines("beside", l, owner)...) // ours stand in it, although it is bound nowhere
		}
	}
	return slices.Concat(lines, c.usedLines(owner), c.unreadLines())
}

// unreadLines are what could change the meaning of filters and is not understood.
func (c Config) unreadLines() []string {
	var lines []string
	for _, p := range c.Unread {
		lines = append(lines, "unread "+strings.Join(strings.Fields(p.Text), " "))
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

func (c Config) usedLines(owner Owner) []string {
	var lines []string
	for _, r := range c.Users(owner) {
		if c.OwnName(owner, r.Family, r.Name) {
			lines = append(lines, "used "+r.Name+" by "+strings.Join(strings.Fields(r.Place.Text), " "))
		}
	}
	slices.Sort(lines)
	return lines
}

func (g Group) text() string {
	if g.Unmodelled != "" {
		return "? " + g.Unmodelled
	}
	if g.Addresses.IsEmpty() {
		return "-"
	}
	b := packet.Any(g.Family)
	b.Src = g.Addresses
	s := strings.TrimPrefix(b.String(), g.Family.String()+" ")
	return strings.TrimSuffix(s, " -> any")
}

func (b Binding) text() string {
	s := strings.Join(b.Lists, " ")
	if s == "" {
		s = "-"
	}
	if b.Tail != "" {
		s += " " + b.Tail
	}
	if b.Unmodelled != "" {
		s += " ? " + b.Unmodelled
	}
	return s
}

// listLines names groups of ours by their name: their members stand in lines of their own.
func (c Config) listLines(word string, l List, owner Owner) []string {
	lines := []string{word + " " + l.Name + " " + l.Family.String()}
	for _, e := range l.Entries {
		text := e.grouped(owner)
		if word == "beside" && owner.Wrote(e) {
			text = fmt.Sprint(e.Sequence, " ", text) // the number is how it is taken out again
		}
		lines = append(lines, " "+text)
	}
	if l.End != Deny {
		lines = append(lines, " end "+l.End.String())
	}
	return lines
}

// grouped is the entry's string with our groups named instead of spelled out.
func (e Entry) grouped(owner Owner) string {
	if e.Unmodelled != "" {
		return e.String()
	}
	return e.Spelled(func(group string) bool { return owner.Owns(group) })
}

// Spelled is the entry's string in which every group that the caller wants named stands as
// @NAME instead of its addresses.
func (e Entry) Spelled(named func(group string) bool) string {
	s := e.String()
	f := e.Match.Family
	if e.SrcGroup != "" && named(e.SrcGroup) && !e.Match.Src.IsEmpty() {
		s = strings.Replace(s, " "+addressText(e.Match.Src, f), " @"+e.SrcGroup, 1)
	}
	if e.DstGroup != "" && named(e.DstGroup) && !e.Match.Dst.IsEmpty() {
		s = strings.Replace(s, "-> "+addressText(e.Match.Dst, f), "-> @"+e.DstGroup, 1)
	}
	return s
}

func addressText(r packet.Ranges, f packet.Family) string {
	return Group{Family: f, Addresses: r}.text()
}

func sortedGroups(groups []Group) []Group {
	out := slices.Clone(groups)
	slices.SortStableFunc(out, func(a, b Group) int {
		return cmp.Or(cmp.Compare(a.Family, b.Family), cmp.Compare(a.Name, b.Name))
	})
	return out
}

func sortedPoints(m map[Point]Binding) []Point {
	out := make([]Point, 0, len(m))
	for p := range m {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Point) int {
		return cmp.Or(cmp.Compare(a.Interface, b.Interface), cmp.Compare(a.Direction, b.Direction), cmp.Compare(a.Family, b.Family))
	})
	return out
}

// compareNames puts numbers in the order of their value.
func compareNames(a, b string) int {
	return cmp.Or(cmp.Compare(len(a)*numeric(a), len(b)*numeric(b)), cmp.Compare(a, b))
}

func numeric(s string) int {
	if s != "" && strings.Trim(s, "0123456789") == "" {
		return 1
	}
	return 0
}
