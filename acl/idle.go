package acl

import "op25b/acl/packet"

// Idle are the lists of ours that nothing refers to any more, and the groups of ours that then no
// list uses. What somebody else refers to is never idle; a reference that does not say its family
// keeps the lists of both.
func (c Config) Idle(o Owner) Config {
	type key struct {
		family packet.Family
		name   string
	}
	lists, groups := map[key]bool{}, map[string]bool{}
	for _, b := range c.Bindings {
		for _, name := range b.Lists {
			lists[key{b.Family, name}] = true
		}
	}
	for _, r := range c.Users(o) {
		lists[key{r.Family, r.Name}] = true
		groups[r.Name] = true
	}
	var idle Config
	for _, l := range c.Lists {
		if o.Has(l) && !lists[key{l.Family, l.Name}] && !lists[key{0, l.Name}] {
			idle.Lists = append(idle.Lists, l)
			continue
		}
		for _, e := range l.Entries {
			groups[e.SrcGroup], groups[e.DstGroup] = true, true
		}
	}
	for _, g := range c.Groups {
		if o.Owns(g.Name) && !groups[g.Name] {
			idle.Groups = append(idle.Groups, g)
		}
	}
	return idle
}

// Less is the lists and groups of a config that another one does not have, by name.
func (c Config) Less(other Config) Config {
	var out Config
	for _, g := range c.Groups {
		if _, there := other.Group(g.Family, g.Name); !there {
			out.Groups = append(out.Groups, g)
		}
	}
	for _, l := range c.Lists {
		if _, there := other.List(l.Family, l.Name); !there {
			out.Lists = append(out.Lists, l)
		}
	}
	return out
}
