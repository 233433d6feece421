package openconfig

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
)

// entrance is the entry of the model for one interface: lists are bound in it.
type entrance struct {
	*node
	id, word string // its key, and the interface in the inventory's words
	why      string // why what is bound here is not known, else ""
}

// bindings reads which lists stand on which interfaces.
func (c *config) bindings(top *node) {
	c.unread(top.strangers("interface"))
	var all []entrance
	taken, ids := map[string]int{}, map[string]bool{}
	for _, n := range c.each(top.kid("interface")) {
		c.unread(n.strangers("id", "config", "interface-ref", "ingress-acl-sets", "egress-acl-sets"))
		c.unread(n.kid("config").strangers("id"))
		c.unread(n.kid("interface-ref").strangers("config"))
		e := entranceOf(n)
		switch {
		case e.word == "" || ids[e.id] || !n.agrees("id"):
			c.doubt(n, "the entry's id is not its own, or it names no interface")
			continue
		case n.kid("interface-ref").says() || n.kid("ingress-acl-sets").says() || n.kid("egress-acl-sets").says():
			c.known(e.word)
		default:
			continue // an entry that says nothing
		}
		ids[e.id] = true
		taken[e.word]++
		all = append(all, e)
	}
	for _, e := range all {
		if taken[e.word] > 1 {
			e.why = "two entries stand for this interface"
		}
		c.entrance(e)
	}
	for _, e := range all {
		if e.id != e.word && taken[e.id] == 0 {
			c.keep(e.id, elsewhere+e.word) // nothing can be bound at an interface of that name
		}
	}
	c.aliases()
}

var dotted = regexp.MustCompile(`\.[0-9]+$`)

// entranceOf reads which interface an entry stands for. Its key need not be the interface's name
// [openconfig-acl.yang].
func entranceOf(n *node) entrance {
	e := entrance{node: n, id: n.key("id")}
	ref := n.reach("interface-ref", "config")
	name, sub := ref.kid("interface").word(), ref.kid("subinterface")
	index, is := sub.integer(32)
	switch {
	case name == "":
		e.word, e.why = e.id, "the entry has no interface-ref"
	case is:
		e.word = name + "." + strconv.FormatUint(index, 10)
	case sub.says():
		return e // which of them it is nobody knows
	default:
		e.word = name
	}
	switch strange := ref.strangers("interface", "subinterface"); {
	case len(strange) > 0:
		e.why = "the word " + bare(strange[0].name)
	case name != "" && dotted.MatchString(name):
		e.why = "the name of the interface ends like that of a subinterface"
	case !plain(e.id) || !plain(e.word):
		e.why = "the entry has a name that is not written"
	}
	return e
}

// plain reports whether a name can stand in a line of a plan and be read back. A star alone is no
// name but stands for all of them. [gnmi-specification.md, 3.4.6]
func plain(name string) bool {
	for i := 0; i < len(name); i++ {
		if c := name[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("[]\\?\"=", c) >= 0 {
			return false
		}
	}
	return name != "" && name != "*"
}

// blocked says of all four points of an interface that they are not known.
func (c *config) blocked(word string, n *node, why string) {
	place := acl.Place{Line: n.line, Text: n.shown()}
	for _, d := range []acl.Direction{acl.In, acl.Out} {
		for _, f := range packet.Families() {
			b := c.at(acl.Point{Interface: word, Direction: d, Family: f}, place)
			c.suspect(b, why)
		}
	}
}

func (c *config) suspect(i int, why string) {
	if b := &c.Bindings[i]; b.Unmodelled == "" {
		b.Unmodelled = why
	}
}

// at is the number of the binding at a point, made where nothing is known of it yet.
func (c *config) at(p acl.Point, place acl.Place) int {
	if i, known := c.points[p]; known {
		return i
	}
	c.points[p] = len(c.Bindings)
	c.Bindings = append(c.Bindings, acl.Binding{Interface: p.Interface, Direction: p.Direction, Family: p.Family, Tail: c.Tails[p.Interface], Place: place})
	return len(c.Bindings) - 1
}

// entrance reads one entry. An id of its own is kept in whatever is written there.
func (c *config) entrance(e entrance) {
	if e.id != e.word && e.why == "" {
		c.keep(e.word, tail+e.id)
	}
	if e.why != "" {
		c.blocked(e.word, e.node, e.why)
	}
	for _, way := range ways() {
		top := e.kid(way.name + "-acl-sets")
		c.unread(top.strangers(way.name + "-acl-set"))
		for _, n := range c.each(top.kid(way.name + "-acl-set")) {
			c.bound(n, e, way.direction)
		}
	}
}

// keep says what belongs to every binding at an interface.
func (c *config) keep(word, tail string) {
	if c.Tails == nil {
		c.Tails = map[string]string{}
	}
	c.Tails[word] = tail
}

// elsewhere begins what a binding carries at an interface whose name is the id of another one's entry.
const elsewhere = "the id is that of the entry for "

// tail is how a binding carries the id of its entry, where that is not the interface's name.
const tail = "id="

// way is a direction as the model calls it.
type way struct {
	name      string
	direction acl.Direction
}

func ways() []way { return []way{{"ingress", acl.In}, {"egress", acl.Out}} }

// bound reads one list at one point. In which order two lists of one type are tried nobody says, and
// a list of any other type than IPv4 and IPv6 may filter packets of both.
func (c *config) bound(n *node, e entrance, d acl.Direction) {
	name, typ := n.key("set-name"), n.key("type")
	f, is := family(typ)
	families := packet.Families()
	if is {
		families = []packet.Family{f}
	}
	place := acl.Place{Line: n.line, Text: n.shown()}
	for _, f := range families {
		i := c.at(acl.Point{Interface: e.word, Direction: d, Family: f}, place)
		b := &c.Bindings[i]
		b.Lists = append(b.Lists, name)
		b.Place = place
		strange := append(n.strangers("set-name", "type", "config", "acl-entries"), n.kid("config").strangers("set-name", "type")...)
		switch {
		case !is:
			c.suspect(i, fmt.Sprintf("the set %s of type %s is bound there", name, typ))
		case name == "" || !n.agrees("set-name") || !n.agrees("type"):
			c.suspect(i, "the keys of the binding and its config do not agree")
		case len(b.Lists) > 1:
			c.suspect(i, "more than one set is bound there, and in which order they are tried is not known")
		case len(strange) > 0:
			c.suspect(i, "the word "+bare(strange[0].name))
		}
	}
}

// aliases: Ethernet1 and Ethernet1.0 are one interface on most devices. A list that is bound under
// one of the names makes the other unknown, and one of others is seen there, too, so that nobody
// overlooks it. A text without interfaces is no configuration but a part that we render: there our
// lists say nothing about points that it does not name.
func (c *config) aliases() {
	whole := c.root.kid("interfaces").says()
	for _, b := range append([]acl.Binding(nil), c.Bindings...) {
		if len(b.Lists) == 0 {
			continue
		}
		p := b.Point()
		switch {
		case strings.HasSuffix(p.Interface, ".0"):
			p.Interface = strings.TrimSuffix(p.Interface, ".0")
		case dotted.MatchString(p.Interface):
			continue
		default:
			p.Interface += ".0"
		}
		why := "as " + b.Interface + ", which is the same interface on most devices, it has " + strings.Join(b.Lists, " ")
		if i, known := c.points[p]; known && len(c.Bindings[i].Lists) > 0 {
			c.suspect(i, why)
			c.suspect(c.at(b.Point(), b.Place), "it is the same interface on most devices as "+p.Interface+", which has "+strings.Join(c.Bindings[i].Lists, " "))
			continue
		}
		if foreign(b) {
			i := c.at(p, b.Place)
			c.suspect(i, why)
			c.Bindings[i].Lists = b.Lists
		} else if whole {
			c.suspect(c.at(p, b.Place), why)
		}
	}
}

func foreign(b acl.Binding) bool {
	for _, name := range b.Lists {
		if !ours(name) {
			return true
		}
	}
	return false
}
