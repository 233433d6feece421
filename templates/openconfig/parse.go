package openconfig

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

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
	if top := root.kid("acl"); top == nil || top.kind != object {
		return errors.New("the document has no openconfig-acl:acl: this is not a configuration; fetch it again")
	}
	return nil
}

// config is a configuration while it is read.
type config struct {
	acl.Config
	root   *node
	listed map[string]bool // the interfaces of openconfig-interfaces
	groups map[string]int  // the number of a group by its family and name
	ports  map[string]portSet
	points map[acl.Point]int // the number of the binding at a point
}

func read(root *node) acl.Config {
	c := &config{root: root, listed: map[string]bool{}, groups: map[string]int{}, ports: map[string]portSet{}, points: map[acl.Point]int{}}
	c.Hostname = root.reach("system", "config", "hostname").word()
	c.tops()
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

// tops: access lists and sets of another module may be the ones that the device goes by.
func (c *config) tops() {
	for _, k := range c.root.kids {
		if name := bare(k.name); home(name) != "" && k != c.root.kid(name) && k.says() {
			c.doubt(k, "it is not "+home(name)+name+", and may stand beside it")
		}
	}
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
			if index, is := (&node{kind: text, text: s.key("index")}).integer(32); is {
				word := name + "." + strconv.FormatUint(index, 10)
				c.known(word)
				c.listed[word] = true
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
	if n.says() && n.kind != array {
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
		switch key := keysOf("acl-set", n); {
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
		} else {
			c.users(n.without("name"), []string{"acl-set " + clipped(name)})
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
	uses := !ours(name)
	count := map[int]int{}
	for _, item := range c.each(n.reach("acl-entries", "acl-entry")) {
		e := c.entry(item, f)
		count[e.Sequence]++
		l.Entries = append(l.Entries, e)
		for _, group := range []string{e.SrcGroup, e.DstGroup} {
			if uses && group != "" {
				c.References = append(c.References, acl.Reference{Name: group, Family: f, Place: acl.Place{Line: item.line, Text: "acl-set " + clipped(name) + " " + item.shown()}})
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

// ours reports whether a name is one that we give. A longer one that looks like it is of others.
func ours(name string) bool { return (acl.Owner{}).Owns(name) && acl.Generation(name) > 0 }

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
