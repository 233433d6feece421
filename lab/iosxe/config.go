package iosxe

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"op25b/lab/cisco"
)

// config is a configuration as the router holds it. The access lists and object-groups are
// understood; everything else is lines in blocks.
type config struct {
	hostname string
	blocks   []block
	lists    []list
	groups   []group
}

// block is a top line and what stands under it, as printed. Slot says where it is printed.
type block struct {
	slot  int
	head  string
	lines []string
}

// The places of a running configuration, in the order of a captured one [SAMPLE]. A line that is
// not understood comes right after the place of what it followed.
const (
	slotHead     = 0
	slotHostname = 10
	slotGroups   = 30
	slotArchive  = 40
	slotIface    = 60
	slotRoute    = 80
	slotLists    = 90
	slotLists6   = 110
	slotLine     = 130
)

type listKind string

const (
	standard listKind = "standard"
	extended listKind = "extended"
	ipv6     listKind = "ipv6"
)

func (k listKind) family() cisco.Family {
	if k == ipv6 {
		return cisco.V6
	}
	return cisco.V4
}

// list is one access list. A remark bears the number of the entry that follows it [SAMPLE].
type list struct {
	name    string
	kind    listKind
	entries []entry
	remarks map[int][]string
}

type entry struct {
	cisco.Ace
	hits int
}

type group struct {
	name  string
	lines []string
}

func (c config) clone() config {
	c.blocks = slices.Clone(c.blocks)
	for i := range c.blocks {
		c.blocks[i].lines = slices.Clone(c.blocks[i].lines)
	}
	c.lists = slices.Clone(c.lists)
	for i := range c.lists {
		c.lists[i].entries = slices.Clone(c.lists[i].entries)
		c.lists[i].remarks = maps.Clone(c.lists[i].remarks)
		for n, r := range c.lists[i].remarks {
			c.lists[i].remarks[n] = slices.Clone(r)
		}
	}
	c.groups = slices.Clone(c.groups)
	for i := range c.groups {
		c.groups[i].lines = slices.Clone(c.groups[i].lines)
	}
	return c
}

// recount gives entries that were there before the counters that they have reached, and all others
// none: going back to an older configuration changes only what differs [DOC].
func (c *config) recount(before config) {
	for i := range c.lists {
		l := &c.lists[i]
		style, old := styleOf(l.kind), before.list(l.name, l.kind.family())
		for j := range l.entries {
			e := &l.entries[j]
			e.hits = 0
			if old == nil {
				continue
			}
			for _, was := range old.entries {
				if was.Number == e.Number && style.Text(was.Ace) == style.Text(e.Ace) {
					e.hits = was.hits
				}
			}
		}
	}
}

func (c *config) block(head string) *block {
	for i := range c.blocks {
		if c.blocks[i].head == head {
			return &c.blocks[i]
		}
	}
	return nil
}

// addBlock makes a block where there is none of that head.
func (c *config) addBlock(slot int, head string) *block {
	if b := c.block(head); b != nil {
		return b
	}
	c.blocks = append(c.blocks, block{slot: slot, head: head})
	return &c.blocks[len(c.blocks)-1]
}

func (c *config) removeBlock(head string) bool {
	before := len(c.blocks)
	c.blocks = slices.DeleteFunc(c.blocks, func(b block) bool { return b.head == head })
	return len(c.blocks) < before
}

// list finds an access list of a family.
func (c *config) list(name string, f cisco.Family) *list {
	for i := range c.lists {
		if c.lists[i].name == name && c.lists[i].kind.family() == f {
			return &c.lists[i]
		}
	}
	return nil
}

func (c *config) group(name string) *group {
	for i := range c.groups {
		if c.groups[i].name == name {
			return &c.groups[i]
		}
	}
	return nil
}

// members is what an object-group holds, nested groups included.
func (c *config) members(name string) []cisco.Where {
	g := c.group(name)
	if g == nil {
		return nil
	}
	var all []cisco.Where
	for _, l := range g.lines {
		tokens := cisco.Tokens(l)
		if tokens[0].Text == "group-object" {
			all = append(all, cisco.Where{Group: tokens[1].Text})
			continue
		}
		if tokens[0].Text == "description" {
			continue
		}
		w, _ := cisco.Style{}.Member(tokens, l)
		all = append(all, w...)
	}
	return all
}

// usesGroup reports whether a list or another group refers to a group.
func (c *config) usesGroup(name string) bool {
	for _, l := range c.lists {
		for _, e := range l.entries {
			if e.Src.Group == name || e.Dst.Group == name {
				return true
			}
		}
	}
	for _, g := range c.groups {
		if slices.Contains(g.lines, "group-object "+name) {
			return true
		}
	}
	return false
}

// bound is the name of the list that filters at an interface, "" for none.
func (b block) bound(direction string, f cisco.Family) string {
	word := "ip access-group "
	if f == cisco.V6 {
		word = "ipv6 traffic-filter "
	}
	for _, l := range b.lines {
		name, isBinding := strings.CutPrefix(l, word)
		if name, ok := strings.CutSuffix(name, " "+direction); isBinding && ok {
			return name
		}
	}
	return ""
}

// set puts a line into a block, in place of the one that begins with key, else where its rank says.
func (b *block) set(key, line string) {
	for i, l := range b.lines {
		if l == key || strings.HasPrefix(l, key+" ") {
			b.lines[i] = line
			return
		}
	}
	at := len(b.lines)
	for at > 0 && rank(b.lines[at-1]) > rank(line) {
		at--
	}
	b.lines = slices.Insert(b.lines, at, line)
}

// unset takes the lines away that begin with key.
func (b *block) unset(key string) bool {
	before := len(b.lines)
	b.lines = slices.DeleteFunc(b.lines, func(l string) bool { return l == key || strings.HasPrefix(l, key+" ") })
	return len(b.lines) < before
}

// rank is the order of the lines under an interface [SAMPLE]; others stand between.
func rank(line string) int {
	for i, key := range []string{"description ", "encapsulation ", "vrf ", "ip address ", "no ip address",
		"ip access-group "} {
		if strings.HasPrefix(line, key) {
			return i
		}
	}
	switch {
	case line == "shutdown":
		return 50
	case strings.HasPrefix(line, "ipv6 address "):
		return 70
	case strings.HasPrefix(line, "ipv6 traffic-filter "):
		return 80
	}
	return 40
}

// text is the configuration from the line under the byte count to "end".
func (r *Router) text(c config) string {
	type piece struct {
		slot int
		text string
	}
	pieces := []piece{{slotHead - 1, "version " + r.release.version + "\n"},
		{slotHostname, "!\nhostname " + c.hostname + "\n!\n"}}
	for _, b := range c.blocks {
		pieces = append(pieces, piece{b.slot, b.text()})
	}
	for _, g := range c.groups {
		pieces = append(pieces, piece{slotGroups, block{head: "object-group network " + g.name, lines: g.lines}.text()})
	}
	var lists, lists6 strings.Builder
	for _, kind := range []listKind{standard, extended, ipv6} {
		for _, l := range c.lists {
			switch {
			case l.kind != kind:
			case kind == ipv6:
				lists6.WriteString(r.listText(l))
			default:
				lists.WriteString(r.listText(l))
			}
		}
	}
	for slot, text := range map[int]string{slotLists: lists.String(), slotLists6: lists6.String()} {
		if text != "" {
			pieces = append(pieces, piece{slot, "!\n" + text + "!\n"})
		}
	}
	sort.SliceStable(pieces, func(i, j int) bool { return pieces[i].slot < pieces[j].slot })
	var out strings.Builder
	for _, p := range pieces {
		out.WriteString(p.text)
	}
	return strings.ReplaceAll(out.String(), "!\n!\n", "!\n") + "end\n"
}

func (b block) text() string {
	if len(b.lines) == 0 && !strings.HasPrefix(b.head, "interface ") && !strings.HasPrefix(b.head, "object-group ") {
		return b.head + "\n"
	}
	var out strings.Builder
	out.WriteString(b.head + "\n")
	for _, l := range b.lines {
		out.WriteString(" " + l + "\n")
	}
	return out.String() + "!\n"
}

// listText is an access list as show running-config prints it: numbers from 16.12 on, deny padded
// to the width of permit in IPv4 lists [SAMPLE]; IPv6 with "sequence N" first [MODEL].
func (r *Router) listText(l list) string {
	head := "ip access-list " + string(l.kind) + " " + l.name + "\n"
	if l.kind == ipv6 {
		head = "ipv6 access-list " + l.name + "\n"
	}
	var out strings.Builder
	out.WriteString(head)
	style := styleOf(l.kind)
	for _, line := range l.lines(style) {
		number := ""
		switch {
		case !r.release.numbers:
		case l.kind == ipv6:
			number = fmt.Sprintf("sequence %d ", line.number)
		default:
			number = fmt.Sprintf("%d ", line.number)
		}
		text := line.text
		if l.kind != ipv6 && line.ace {
			text = pad(text)
		}
		out.WriteString(" " + number + text + "\n")
	}
	return out.String()
}

type listLine struct {
	number int
	text   string
	ace    bool
}

// lines is remarks and entries in order, a remark before the entry of its number.
func (l list) lines(style cisco.Style) []listLine {
	var all []listLine
	for n, remarks := range l.remarks {
		for _, r := range remarks {
			all = append(all, listLine{number: n, text: strings.TrimRight("remark "+r, " ")})
		}
	}
	for _, e := range l.entries {
		all = append(all, listLine{e.Number, style.Text(e.Ace), true})
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].number < all[j].number })
	return all
}

func pad(text string) string {
	if rest, ok := strings.CutPrefix(text, "deny "); ok {
		return "deny   " + rest
	}
	return text
}

func styleOf(kind listKind) cisco.Style {
	s := cisco.Style{Names: cisco.IOSNames(), Any: "ip", Group: "object-group"}
	switch kind {
	case standard:
		s.Source, s.Group = true, ""
	case ipv6:
		s.Any, s.V6, s.Upper, s.Group = "ipv6", true, true, ""
	}
	return s
}
