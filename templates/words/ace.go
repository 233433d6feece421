package words

import (
	"net/netip"
	"strconv"

	"op25b/acl"
	"op25b/acl/packet"
)

// Syntax is how a Cisco dialect writes the entries of one family: the words in which IOS-XE
// and IOS-XR differ. Make it with NewSyntax.
type Syntax struct {
	Family    packet.Family
	Any       string // the word for every protocol: ip, ipv4, ipv6
	Protocols Names
	Ports     Names
	Printed   map[uint16]string // the TCP ports that the router prints by name
	Group     string            // the word before an address group: object-group, net-group
	PortGroup string            // the word before a port group, "" where there are none
	Services  string            // the word before a service group in the protocol's place, or ""
	Slash     bool              // an address has a prefix length: 203.0.113.0/24
	Wildcards bool              // an address may have a wildcard: 203.0.113.0 0.0.0.255
	Upper     bool              // addresses are printed in upper case

	any   packet.Box
	names [256]string // of protocols
}

// NewSyntax completes a syntax.
func NewSyntax(s Syntax) *Syntax {
	s.any = packet.Any(s.Family)
	for name, n := range s.Protocols {
		if have := s.names[n&0xff]; have == "" || name < have {
			s.names[n&0xff] = name
		}
	}
	return &s
}

// Service is what one member of a service group matches.
type Service struct {
	Protocols          packet.Ranges
	SrcPorts, DstPorts packet.Ranges
	Layer4             bool // it looks beyond the addresses, so later fragments do not show it
}

// PortSet is the ports of a port group.
type PortSet struct {
	Ports      packet.Ranges
	Unmodelled string
}

// ServiceSet is the members of a service group.
type ServiceSet struct {
	Services   []Service
	Unmodelled string
}

// Sets are the groups that entries may name, all of one family.
type Sets struct {
	Addresses map[string]acl.Group
	Ports     map[string]PortSet
	Services  map[string]ServiceSet
	Budget    *int // ranges that wildcards of one text may still need
}

// Budget is how many ranges the scattered wildcards of one text may become together. Each
// may become 4,096; a text made to exhaust the reader gets Unmodelled entries instead.
const Budget = 1 << 20

// Entry reads an extended entry from its action on: permit tcp any host 192.0.2.25 eq smtp.
// The first word that is not understood makes it Unmodelled; Match and Also are then what it
// can match at most, as far as the understood words tell, else every packet of the family.
func (s *Syntax) Entry(line Line, text string, sets Sets) acl.Entry {
	r := aceReader{syntax: s, sets: sets, words: cursor{text}, box: s.any}
	r.entry.Place = line.Place("")
	r.action()
	r.protocol()
	r.addresses()
	r.options()
	return r.finish()
}

// Standard reads an entry of a standard list, which looks at the source only:
// permit 10.1.0.0 0.0.255.255, as `show` prints it: permit 10.1.0.0, wildcard bits 0.0.255.255.
func (s *Syntax) Standard(line Line, text string, sets Sets) acl.Entry {
	r := aceReader{syntax: s, sets: sets, words: cursor{text}, box: s.any}
	r.entry.Place = line.Place("")
	r.action()
	r.box.Src = r.standardAddress()
	r.options()
	return r.finish()
}

// Strange is an entry of which not even the first word is understood.
func (s *Syntax) Strange(line Line, why string) acl.Entry {
	return acl.Entry{Match: s.any, Unmodelled: why, Place: line.Place("")}
}

// aceReader reads one entry. Once broken says something, the rest is not looked at: the entry
// may match anything. A narrowing word that has no place in a Box stands in narrowed.
type aceReader struct {
	syntax   *Syntax
	sets     Sets
	words    cursor
	entry    acl.Entry
	box      packet.Box
	services []Service // where the entry names a service group
	layer4   bool
	later    bool // fragments
	broken   string
	narrowed string
}

func (r *aceReader) fail(why string) {
	if r.broken == "" {
		r.broken = why
	}
}

func (r *aceReader) narrow(why string) {
	if r.narrowed == "" {
		r.narrowed = why
	}
}

func (r *aceReader) action() {
	switch w := r.words.next(); w {
	case "permit":
		r.entry.Action = acl.Permit
	case "deny":
		r.entry.Action = acl.Deny
	default:
		r.fail("the word " + strconv.Quote(w) + " in the place of permit or deny")
	}
}

func (r *aceReader) protocol() {
	if r.broken != "" {
		return
	}
	w := r.words.next()
	if w == r.syntax.Any {
		return
	}
	if w != "" && w == r.syntax.Services {
		r.serviceGroup(r.words.next())
		return
	}
	n, known := r.syntax.Protocols.Number(w)
	if !known || n > 255 {
		r.fail("the protocol " + strconv.Quote(w))
		return
	}
	r.box.Protocols = packet.One(uint64(n))
}

func (r *aceReader) serviceGroup(name string) {
	set, there := r.sets.Services[name]
	switch {
	case !there:
		r.fail("the service group " + strconv.Quote(name) + " is not there")
	case set.Unmodelled != "":
		r.fail("the service group " + name + ": " + set.Unmodelled)
	case len(set.Services) == 0:
		r.fail("the service group " + name + " has no members")
	}
	r.services = set.Services
}

func (r *aceReader) addresses() {
	if r.broken != "" {
		return
	}
	r.box.Src, r.entry.SrcGroup = r.address()
	r.box.SrcPorts = r.ports()
	r.box.Dst, r.entry.DstGroup = r.address()
	r.box.DstPorts = r.ports()
}

// finish makes the boxes. [DOC IOS configuration guide, "IP Access List Overview", fragments]
// An entry that looks at the addresses only meets every fragment. One that looks further meets
// whole packets and first fragments, and a permit also later fragments by its addresses.
func (r *aceReader) finish() acl.Entry {
	e := r.entry
	if why := r.broken; why != "" {
		e.Unmodelled, e.Match, e.SrcGroup, e.DstGroup = why, r.syntax.any, "", ""
		return e
	}
	e.Unmodelled = r.narrowed
	if r.services == nil {
		e.Match, e.Also = r.fragments(looked{r.box, r.layer4})
		return e
	}
	for i, s := range r.services {
		one := looked{r.box, s.Layer4 || r.layer4}
		one.Protocols, one.SrcPorts, one.DstPorts = s.Protocols, s.SrcPorts, s.DstPorts
		box, later := r.fragments(one)
		if i == 0 {
			e.Match, e.Also = box, later
			continue
		}
		e.Also = append(append(e.Also, box), later...)
	}
	return e
}

type looked struct {
	packet.Box
	layer4 bool
}

// fragments is the box with the fragments that show it, and the later ones where they count.
func (r *aceReader) fragments(b looked) (packet.Box, []packet.Box) {
	switch {
	case r.later:
		b.Fragments = packet.One(uint64(packet.Later))
	case b.layer4:
		b.Fragments = packet.WithPorts()
		if r.entry.Action == acl.Permit || r.narrowed != "" {
			return b.Box, []packet.Box{laterOf(b.Box)}
		}
	}
	return b.Box, nil
}

// laterOf is the later fragments of a box: the same addresses and protocol, no ports, no flags.
func laterOf(b packet.Box) packet.Box {
	all := packet.Any(b.Family)
	b.SrcPorts, b.DstPorts, b.Flags = all.SrcPorts, all.DstPorts, all.Flags
	b.Fragments = packet.One(uint64(packet.Later))
	return b
}

// Fragmented is an entry as a Cisco router understands it: a permit that looks at ports or
// flags also matches the later fragments between the same addresses.
func Fragmented(e acl.Entry) acl.Entry {
	e.Also = nil
	if e.Action == acl.Permit && layer4(e.Match) {
		e.Also = []packet.Box{laterOf(e.Match)}
	}
	return e
}

func layer4(b packet.Box) bool {
	return !b.SrcPorts.IsAll(16) || !b.DstPorts.IsAll(16) || !b.Flags.IsAllOf(3)
}

// cursor goes through the words of a line.
type cursor struct{ rest string }

// next is the next word, "" at the end.
func (c *cursor) next() string {
	from := 0
	for from < len(c.rest) && (c.rest[from] == ' ' || c.rest[from] == '\t') {
		from++
	}
	to := from
	for to < len(c.rest) && c.rest[to] != ' ' && c.rest[to] != '\t' {
		to++
	}
	w := c.rest[from:to]
	c.rest = c.rest[to:]
	return w
}

// peek is the next word, which stays.
func (c cursor) peek() string { return c.next() }

// number reads a decimal of at most ten digits, nothing but digits.
func number(w string) (int, bool) {
	if w == "" || len(w) > 10 {
		return 0, false
	}
	n := 0
	for i := 0; i < len(w); i++ {
		if w[i] < '0' || w[i] > '9' {
			return 0, false
		}
		n = 10*n + int(w[i]-'0')
	}
	return n, true
}

// addr reads an address of the family, without a zone.
func (s *Syntax) addr(w string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(w)
	if err != nil || a.Zone() != "" || packet.FamilyOf(a) != s.Family {
		return netip.Addr{}, false
	}
	return a, true
}
