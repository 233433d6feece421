package openconfig

import (
	"errors"
	"fmt"
	"slices"

	"op25b/acl"
	"op25b/acl/packet"
)

// Parse reads a configuration as one JSON document, in JSON_IETF or JSON, or a rendered text.
func (Dialect) Parse(text string) (acl.Config, error) {
	root, err := document(text)
	if err != nil {
		return acl.Config{}, err
	}
	return read(root), nil
}

// Complete reports whether a text is a whole configuration: a document in which the access lists
// stand, be it that there are none.
func Complete(text string) error {
	root, err := document(text)
	if err != nil {
		return err
	}
	if root.kid("acl") == nil {
		return errors.New("the document has no openconfig-acl:acl: this is not a configuration; fetch it again")
	}
	return nil
}

// config is a configuration while it is read.
type config struct {
	acl.Config
	root   *node
	listed map[string]bool // the interfaces of openconfig-interfaces
	groups map[string]acl.Group
	ports  map[string]portSet
	points map[acl.Point]int // the number of the binding at a point
}

func read(root *node) acl.Config {
	c := &config{root: root, listed: map[string]bool{}, groups: map[string]acl.Group{}, ports: map[string]portSet{}, points: map[acl.Point]int{}}
	c.Hostname = root.reach("system", "config", "hostname").word()
	c.interfaces()
	c.definedSets()
	top := root.kid("acl")
	c.unread(top.strangers("config", "acl-sets", "interfaces"))
	c.unread(top.kid("config").strangers())
	c.sets(top.kid("acl-sets"))
	c.bindings(top.kid("interfaces"))
	c.references()
	return c.Config
}

// interfaces are the names, and name.index of every subinterface.
func (c *config) interfaces() {
	for _, i := range c.root.reach("interfaces", "interface").items() {
		name := i.key("name")
		if name == "" {
			continue
		}
		c.known(name)
		c.listed[name] = true
		for _, s := range i.reach("subinterfaces", "subinterface").items() {
			if index := s.key("index"); index != "" {
				c.known(name + "." + index)
				c.listed[name+"."+index] = true
			}
		}
	}
}

func (c *config) known(name string) {
	if !c.listed[name] {
		c.listed[name] = false
		c.Interfaces = append(c.Interfaces, name)
	}
}

// unread are members that are not understood at a place where they could change what filters do.
func (c *config) unread(strangers []*node) {
	for _, n := range strangers {
		c.doubt(n, "this part of the model is not known")
	}
}

func (c *config) doubt(n *node, why string) {
	c.Unread = append(c.Unread, acl.Place{Line: n.line, Text: n.shown(), Why: why})
}

// each are the items of a list. What stands in the place of one and is none is not understood.
func (c *config) each(n *node) []*node {
	if n.says() && n.kind != array && n.kind != object {
		c.doubt(n, "this is no list")
	}
	return n.items()
}

// sets are the lists. Those that are not about IPv4 or IPv6 alone are seen where they are bound.
func (c *config) sets(top *node) {
	c.unread(top.strangers("acl-set"))
	seen := map[string]bool{}
	for _, n := range c.each(top.kid("acl-set")) {
		c.unread(n.strangers("name", "type", "config", "acl-entries"))
		c.unread(n.kid("config").strangers("name", "type", "description"))
		c.unread(n.kid("acl-entries").strangers("acl-entry"))
		f, is := family(n.key("type"))
		name := n.key("name")
		switch key := keyed("acl-set", n); {
		case name == "" || !n.agrees("name") || !n.agrees("type"):
			c.doubt(n, "the keys of the set and its config do not agree")
			continue
		case seen[key]:
			c.doubt(n, "the set stands here twice")
			continue
		default:
			seen[key] = true
		}
		if is {
			c.Lists = append(c.Lists, c.list(n, name, f))
		}
	}
}

// family is that of a type of set.
func family(typ string) (packet.Family, bool) {
	switch typ {
	case "ACL_IPV4":
		return packet.V4, true
	case "ACL_IPV6":
		return packet.V6, true
	}
	return 0, false
}

// typeOf is the type of the sets of a family.
func typeOf(f packet.Family) string { return fmt.Sprintf("ACL_IPV%d", f) }

func (c *config) list(n *node, name string, f packet.Family) acl.List {
	l := acl.List{Name: name, Family: f, Place: acl.Place{Line: n.line, Text: "acl-set " + name + " " + typeOf(f)}}
	uses := acl.Generation(name) == 0
	count := map[int]int{}
	for _, item := range c.each(n.reach("acl-entries", "acl-entry")) {
		e := c.entry(item, f)
		count[e.Sequence]++
		l.Entries = append(l.Entries, e)
		for _, group := range []string{e.SrcGroup, e.DstGroup} {
			if uses && group != "" {
				c.References = append(c.References, acl.Reference{Name: group, Family: f, Place: acl.Place{Line: item.line, Text: "acl-set " + name + " " + item.shown()}})
			}
		}
	}
	for i := range l.Entries {
		if e := &l.Entries[i]; count[e.Sequence] > 1 || e.Sequence == 0 {
			unordered(e)
		}
	}
	slices.SortStableFunc(l.Entries, func(a, b acl.Entry) int { return a.Sequence - b.Sequence })
	l.End = end(l)
	return l
}

// unordered is an entry of which nobody knows when it is tried.
func unordered(e *acl.Entry) {
	if e.Unmodelled == "" {
		e.Unmodelled = "the sequence-id is not its own"
	}
	e.Match, e.Also = packet.Any(e.Match.Family), nil
}

// end is what happens to a packet that no entry takes. The model does not say [openconfig-acl.yang
// 1.3.3]; most devices drop it, which is not confirmed for all. So it is known only where no packet
// gets there, and ours always end in an entry that takes everything.
func end(l acl.List) acl.Action {
	for _, e := range l.Entries {
		if e.Unmodelled == "" && e.Match.Equal(packet.Any(l.Family)) {
			return acl.Deny
		}
	}
	return acl.Unknown
}
