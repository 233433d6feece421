package iosxr

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"op25b/lab/cisco"
)

// config is a configuration: blocks of a top line and what stands under it, as printed. The zero
// value is empty.
type config struct {
	blocks []block
}

type block struct {
	head  string
	lines []string
}

// change is one line of configuration, carried out on a candidate, and again at the commit.
type change func(*config)

const (
	list4  = "ipv4 access-list "
	list6  = "ipv6 access-list "
	group4 = "object-group network ipv4 "
	group6 = "object-group network ipv6 "
	iface  = "interface "
)

func (c config) clone() config {
	c.blocks = slices.Clone(c.blocks)
	for i := range c.blocks {
		c.blocks[i].lines = slices.Clone(c.blocks[i].lines)
	}
	return c
}

func (c config) with(changes []change) config {
	c = c.clone()
	for _, do := range changes {
		do(&c)
	}
	return c
}

func (c *config) block(head string) *block {
	for i := range c.blocks {
		if c.blocks[i].head == head {
			return &c.blocks[i]
		}
	}
	return nil
}

// open finds a block, and makes it where there is none, after the last of its kind.
func (c *config) open(head string) *block {
	if b := c.block(head); b != nil {
		return b
	}
	at := len(c.blocks)
	for at > 0 && place(c.blocks[at-1].head) > place(head) {
		at--
	}
	c.blocks = slices.Insert(c.blocks, at, block{head: head})
	return &c.blocks[at]
}

func (c *config) remove(head string) {
	c.blocks = slices.DeleteFunc(c.blocks, func(b block) bool { return b.head == head })
}

// place is the order of the kinds of block in a captured configuration [SAMPLE]: IPv6 lists
// stand before IPv4 lists, both before the interfaces.
func place(head string) int {
	for i, prefix := range []string{"hostname ", "object-group ", list6, list4, iface, "router ", "ssh "} {
		if strings.HasPrefix(head, prefix) {
			return 10 * (i + 1)
		}
	}
	return 5
}

// hostname is what the configuration says, or the fallback.
func (c config) hostname(fallback string) string {
	for _, b := range c.blocks {
		if name, ok := strings.CutPrefix(b.head, "hostname "); ok {
			return name
		}
	}
	return fallback
}

// put is a numbered line of an access list: it takes the place of the one with its number, and
// the list is sorted by number, in whatever order it was typed [DOC].
func (b *block) put(number int, text string) {
	b.drop(number)
	b.lines = append(b.lines, fmt.Sprintf("%d %s", number, text))
	sort.SliceStable(b.lines, func(i, j int) bool { return numberOf(b.lines[i]) < numberOf(b.lines[j]) })
}

func (b *block) drop(number int) {
	b.lines = slices.DeleteFunc(b.lines, func(l string) bool { return numberOf(l) == number })
}

func (b *block) last() int {
	last := 0
	for _, l := range b.lines {
		last = max(last, numberOf(l))
	}
	return last
}

func numberOf(line string) int {
	n, _ := cisco.Number(cisco.Tokens(line), highest)
	return n
}

// highest is the greatest number of an entry [MODEL].
const highest = 2147483643

// set puts a line in place of those that begin with key, else at its rank.
func (b *block) set(key, line string) {
	b.unset(key)
	at := len(b.lines)
	for at > 0 && rank(b.lines[at-1]) > rank(line) {
		at--
	}
	b.lines = slices.Insert(b.lines, at, line)
}

func (b *block) unset(key string) {
	b.lines = slices.DeleteFunc(b.lines, func(l string) bool { return l == key || strings.HasPrefix(l, key+" ") })
}

// rank is the order of the lines of an interface [SAMPLE].
func rank(line string) int {
	for i, key := range []string{"description ", "mtu ", "vrf ", "ipv4 address ", "ipv6 address ", "encapsulation "} {
		if strings.HasPrefix(line, key) {
			return i
		}
	}
	switch {
	case line == "shutdown":
		return 20
	case strings.HasPrefix(line, "ipv4 access-group "):
		return 30
	case strings.HasPrefix(line, "ipv6 access-group "):
		return 31
	}
	return 10
}

// text is the blocks as printed, each that may hold lines ended by "!".
func (c config) text() string {
	var out strings.Builder
	for _, b := range c.blocks {
		out.WriteString(b.text())
	}
	return out.String()
}

func (b block) text() string {
	var out strings.Builder
	out.WriteString(b.head + "\n")
	for _, l := range b.lines {
		out.WriteString(" " + l + "\n")
	}
	if at := place(b.head); at > 10 && at < 70 || len(b.lines) > 0 {
		out.WriteString("!\n")
	}
	return out.String()
}

// difference is what must be typed to come from one configuration to another, as show
// configuration prints it. It is empty when they are the same.
func difference(from, to config) string {
	var out strings.Builder
	for _, b := range to.blocks {
		old := from.block(b.head)
		if old == nil {
			out.WriteString(b.text())
			continue
		}
		d := block{head: b.head}
		for _, l := range old.lines {
			if !slices.Contains(b.lines, l) && !replaced(l, b.lines) {
				d.lines = append(d.lines, "no "+short(l))
			}
		}
		for _, l := range b.lines {
			if !slices.Contains(old.lines, l) {
				d.lines = append(d.lines, l)
			}
		}
		if len(d.lines) > 0 {
			out.WriteString(d.text())
		}
	}
	for _, b := range from.blocks {
		if to.block(b.head) == nil {
			out.WriteString("no " + b.head + "\n")
		}
	}
	return out.String()
}

// replaced reports whether a numbered line has another one in its place.
func replaced(line string, lines []string) bool {
	n := numberOf(line)
	return n > 0 && slices.ContainsFunc(lines, func(l string) bool { return numberOf(l) == n })
}

// short is how a line is taken away: an entry by its number.
func short(line string) string {
	if n := numberOf(line); n > 0 {
		return fmt.Sprint(n)
	}
	return line
}

// bound is the list at an interface, "" for none. The word after the name is the direction.
func (b block) bound(direction string, f cisco.Family) string {
	for _, l := range b.lines {
		words := strings.Fields(l)
		if len(words) >= 4 && words[0] == string(f) && words[1] == "access-group" && words[3] == direction {
			return words[2]
		}
	}
	return ""
}

func styleOf(f cisco.Family) cisco.Style {
	return cisco.Style{Names: cisco.XRNames(), Any: string(f), Group: "net-group", Prefix: true, V6: f == cisco.V6}
}

// familyOf is the family that the first line of a list or a group speaks of.
func familyOf(head string) cisco.Family {
	if strings.HasPrefix(head, list6) || strings.HasPrefix(head, group6) {
		return cisco.V6
	}
	return cisco.V4
}

// entries reads the entries of a list; remarks are none.
func (b block) entries() []cisco.Ace {
	style := styleOf(familyOf(b.head))
	style.Loaded = true
	var all []cisco.Ace
	for _, l := range b.lines {
		number, tokens := cisco.Number(cisco.Tokens(l), highest)
		if len(tokens) > 0 && tokens[0].Text == "remark" {
			continue
		}
		a, trouble := style.ParseAce(tokens, l)
		if trouble.None() {
			a.Number = number
			all = append(all, a)
		}
	}
	return all
}

// members is what a network object-group of a family holds, nested ones included.
func (c *config) members(f cisco.Family) func(string) []cisco.Where {
	return func(name string) []cisco.Where {
		b := c.block("object-group network " + string(f) + " " + name)
		if b == nil {
			return nil
		}
		var all []cisco.Where
		for _, l := range b.lines {
			tokens := cisco.Tokens(l)
			switch tokens[0].Text {
			case "description":
			case "object-group":
				all = append(all, cisco.Where{Group: tokens[1].Text})
			default:
				w, _ := styleOf(f).Member(tokens, l)
				all = append(all, w...)
			}
		}
		return all
	}
}
