package words

import (
	"slices"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
)

// Collector gathers what the text of a Cisco router says, line by line, and makes the config
// of it at the end: a list may name a group that stands behind it. Make it with NewCollector.
type Collector struct {
	Config   acl.Config // hostname and Undefined are the dialect's to set
	lists    []*RawList
	byName   map[listKey]*RawList
	groups   groups
	bindings map[acl.Point]acl.Binding
	points   []acl.Point
	known    map[string]bool // interfaces
}

type listKey struct {
	family packet.Family
	name   string
}

// NewCollector is an empty collector.
func NewCollector() *Collector {
	return &Collector{
		byName:   map[listKey]*RawList{},
		groups:   groups{by: map[groupKey]*RawGroup{}, read: map[groupKey]*holding{}},
		bindings: map[acl.Point]acl.Binding{},
		known:    map[string]bool{},
	}
}

// List is the list of this name, which begins to exist here if it did not: two blocks of one
// name are one list.
func (c *Collector) List(l RawList) *RawList {
	key := listKey{l.Syntax.Family, l.Name}
	if have, there := c.byName[key]; there {
		return have
	}
	c.lists = append(c.lists, &l)
	c.byName[key] = &l
	return &l
}

// RemoveList takes a list away: no ip access-list extended X.
func (c *Collector) RemoveList(f packet.Family, name string) {
	key := listKey{f, name}
	if l, there := c.byName[key]; there {
		delete(c.byName, key)
		l.removed = true
	}
}

// Group is the group of this kind, family and name, which begins to exist here if it did not.
func (c *Collector) Group(g RawGroup) *RawGroup {
	if have, there := c.groups.by[g.key()]; there {
		return have
	}
	c.groups.order = append(c.groups.order, &g)
	c.groups.by[g.key()] = &g
	return &g
}

// RemoveGroup takes a group away.
func (c *Collector) RemoveGroup(g RawGroup) {
	if have, there := c.groups.by[g.key()]; there {
		delete(c.groups.by, g.key())
		have.removed = true
	}
}

// Interface notes that the text has an interface.
func (c *Collector) Interface(name string) {
	if !c.known[name] {
		c.known[name] = true
		c.Config.Interfaces = append(c.Config.Interfaces, name)
	}
}

// Bind notes what is bound at a point; the last line of a point counts. A binding without
// lists takes away what was there.
func (c *Collector) Bind(b acl.Binding) {
	p := b.Point()
	if _, there := c.bindings[p]; !there {
		c.points = append(c.points, p)
	}
	c.bindings[p] = b
}

// Refer notes who names a list.
func (c *Collector) Refer(s Statement) {
	c.Config.References = append(c.Config.References, References(s)...)
}

// Unread notes a line that could change the meaning of filters.
func (c *Collector) Unread(s Statement, why string) {
	c.Config.Unread = append(c.Config.Unread, s.Line.Place(why))
}

// Finish reads the groups, then the lists, and leaves only the references that matter: to
// what is there, or to a name that could be ours.
func (c *Collector) Finish() acl.Config {
	budget := Budget
	sets := map[packet.Family]Sets{}
	for _, f := range packet.Families() {
		sets[f] = Sets{Addresses: map[string]acl.Group{}, Ports: map[string]PortSet{}, Services: map[string]ServiceSet{}, Budget: &budget}
	}
	for _, raw := range c.groups.order {
		if !raw.removed {
			c.group(raw, sets)
		}
	}
	for _, l := range c.lists {
		if l.removed {
			continue
		}
		list := l.Read(sets[l.Syntax.Family])
		c.Config.Lists = append(c.Config.Lists, list)
		if acl.Generation(l.Name) == 0 {
			c.uses(l, list)
		}
	}
	for _, p := range c.points {
		if b := c.bindings[p]; len(b.Lists) > 0 || b.Unmodelled != "" {
			c.Config.Bindings = append(c.Config.Bindings, b)
		}
	}
	c.Config.References = slices.DeleteFunc(c.Config.References, func(r acl.Reference) bool { return !c.exists(r.Name) })
	return c.Config
}

func (c *Collector) group(raw *RawGroup, sets map[packet.Family]Sets) {
	m := c.groups.members(raw, 0)
	if acl.Generation(raw.Name) == 0 {
		for _, name := range m.inner {
			c.Config.References = append(c.Config.References, acl.Reference{Name: name, Family: raw.Syntax.Family, Place: raw.Place})
		}
	}
	switch raw.Kind {
	case PortGroup:
		for _, f := range packet.Families() {
			sets[f].Ports[raw.Name] = PortSet{packet.Collect(m.spans), m.why}
		}
	case ServiceGroup:
		for _, f := range packet.Families() {
			sets[f].Services[raw.Name] = ServiceSet{m.services, m.why}
		}
	default:
		g := acl.Group{Name: raw.Name, Family: raw.Syntax.Family, Addresses: packet.Collect(m.spans), Unmodelled: m.why, Place: raw.Place}
		if m.why != "" {
			g.Addresses = packet.Ranges{}
		}
		sets[g.Family].Addresses[g.Name] = g
		c.Config.Groups = append(c.Config.Groups, g)
	}
}

// uses notes the groups that the entries of a list of others name, also those that are not
// understood. A line that another one took away is no entry.
func (c *Collector) uses(l *RawList, read acl.List) {
	var entries map[int]bool
	for _, line := range l.Lines {
		if !strings.Contains(line.Rest, "-group ") || remarkLine(line.Rest) {
			continue
		}
		if entries == nil {
			entries = map[int]bool{}
			for _, e := range read.Entries {
				entries[e.Place.Line] = true
			}
		}
		if !entries[line.Line.Number] {
			continue
		}
		words := cursor{line.Rest}
		for w := words.next(); w != ""; w = words.next() {
			if w == l.Syntax.Group || w == l.Syntax.PortGroup || w == l.Syntax.Services {
				c.Config.References = append(c.Config.References,
					acl.Reference{Name: words.next(), Family: l.Syntax.Family, Place: line.Line.Place("")})
			}
		}
	}
}

func (c *Collector) exists(name string) bool {
	for _, f := range packet.Families() {
		if _, there := c.byName[listKey{f, name}]; there {
			return true
		}
	}
	for _, kind := range [...]GroupKind{AddressGroup, PortGroup, ServiceGroup} {
		for _, f := range [...]packet.Family{0, packet.V4, packet.V6} {
			if _, there := c.groups.by[groupKey{kind, f, name}]; there {
				return true
			}
		}
	}
	return acl.Generation(name) > 0
}

// EntryLike reports whether a line can only belong to a list: [sequence] N …, permit, deny,
// remark, with or without no.
func EntryLike(text string) bool {
	words := cursor{text}
	w := words.next()
	if w == "no" {
		w = words.next()
	}
	switch w {
	case "permit", "deny", "remark", "sequence", "evaluate", "dynamic":
		return true
	}
	return isNumber(w)
}

// Fields is a line's words from the n-th on, counted from 0, as they stand there.
func Fields(text string, n int) string {
	words := cursor{text}
	for ; n > 0; n-- {
		words.next()
	}
	return strings.TrimLeft(words.rest, " \t")
}

// Word is the n-th word of a line, counted from 0; "" where it has fewer.
func Word(text string, n int) string {
	words := cursor{text}
	for ; n > 0; n-- {
		words.next()
	}
	return words.next()
}

func remarkLine(text string) bool {
	return Word(text, 0) == "remark" || isNumber(Word(text, 0)) && Word(text, 1) == "remark"
}
