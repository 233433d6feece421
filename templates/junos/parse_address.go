package junos

import (
	"net/netip"
	"slices"
	"strings"

	"op25b/acl/packet"
)

// side is the list of addresses of one side of a term: its addresses and prefix-lists
// together, by longest match.
type side struct {
	family packet.Family
	said   bool
	items  []addressItem
	odd    packet.Ranges // of masks that are no prefix
	plain  int           // items without except
	except int           // items with it
	group  string        // the prefix-list that the side is, "" where it is more than one list
	ready  packet.Ranges // its addresses
	ranges packet.Ranges // what matches
	doubt  string
}

// addressItem is one item: an address, or a whole prefix-list.
type addressItem struct {
	prefixes []netip.Prefix
	sense    packet.Sense
}

func newSide(f packet.Family) side { return side{family: f} }

func (s *side) doubts(why string) { s.doubt = joined(s.doubt, why) }

// address reads a condition on addresses into its side.
func (r *reader) address(c *condition, k *statement) bool {
	var s *side
	switch k.word {
	case "source-address", "source-prefix-list":
		s = &c.src
	case "destination-address", "destination-prefix-list":
		s = &c.dst
	case "address", "prefix-list":
		s = &c.either
	default:
		return false
	}
	s.said = true
	if len(k.active()) == 0 {
		// a list whose items are all deactivated, or a cut line: what is left of the condition is not known
		s.doubts(k.word + " has no item")
	}
	for _, item := range k.active() {
		switch {
		case isMeta(item.word):
		case len(item.active()) > 1 || len(item.active()) == 1 && item.active()[0].word != "except":
			s.doubts("words after " + quoted(item.word) + " in " + k.word + " are not understood")
		case strings.HasSuffix(k.word, "prefix-list"):
			r.listItem(s, item)
		default:
			s.readAddress(item)
		}
	}
	return true
}

// listItem adds the prefixes of a prefix-list.
func (r *reader) listItem(s *side, item *statement) {
	l, known := r.lists[item.word]
	switch {
	case !known:
		s.doubts("the prefix-list " + item.word + " is not in the text")
		return
	case l.unknown != "":
		s.doubts("the prefix-list " + item.word + " is not known: " + l.unknown)
		return
	case len(l.prefixes) > 0 && len(l.prefixes[s.family]) == 0:
		s.doubts("the prefix-list " + item.word + " has no " + s.family.String() + " prefix")
		return
	}
	// Of a list of both families a filter takes the prefixes of its own (not confirmed on a router).
	s.add(item, l.prefixes[s.family]...)
	s.group, s.ready = item.word, l.ranges[s.family]
	if s.plain != 1 || s.except != 0 {
		s.group = ""
	}
}

// add adds the prefixes of one item.
func (s *side) add(item *statement, prefixes ...netip.Prefix) {
	sense := packet.Match
	if len(item.active()) > 0 {
		sense = packet.Except
		s.except++
	} else {
		s.plain++
	}
	s.items = append(s.items, addressItem{prefixes, sense})
}

// readAddress adds one address, prefix or masked address.
func (s *side) readAddress(item *statement) {
	s.group = ""
	switch p, err := prefix(item.word); {
	case err == nil && packet.FamilyOf(p.Addr()) != s.family:
		s.doubts("the address " + item.word + " is not " + s.family.String())
	case err == nil && p != p.Masked() && s.family == packet.V4:
		// vJunos 25.4 refuses the commit; of IPv6 addresses it takes the prefix
		s.doubts("the address " + item.word + " has host bits: a router refuses it")
	case err == nil:
		s.add(item, p.Masked())
	default:
		set, known := masked(item.word)
		if !known || s.family != packet.V4 {
			s.doubts("the address " + quoted(item.word) + " is not understood")
		}
		s.odd = s.odd.Union(set)
		s.add(item)
	}
}

// finish decides what the side matches. In doubt that is at most everything.
func (s *side) finish() {
	everything := packet.All(s.family.Bits())
	switch {
	case !s.said:
		s.ranges = everything
		return
	case s.doubt != "":
	case s.except > 0 && !s.odd.IsEmpty():
		s.doubts("a mask beside except is not modelled")
	case s.except > 0 && !s.hasPlain():
		s.doubts("a list with nothing but except: whether it matches nothing or everything else is not certain; write 0.0.0.0/0 or ::/0 beside it")
	case s.except > 0 && s.contradicts():
		s.doubts("a prefix stands there both with and without except")
	case s.group != "":
		s.ranges = s.ready
		return
	default:
		// no prefix at all is an empty prefix-list: it matches nothing (captured vQFX 17.4)
		s.ranges = packet.LongestMatch(s.marked()).Union(s.odd)
	}
	s.group = ""
	if s.doubt != "" {
		s.ranges = everything
	}
}

func (s *side) marked() []packet.Marked {
	var out []packet.Marked
	for _, item := range s.items {
		for _, p := range item.prefixes {
			out = append(out, packet.Marked{Prefix: p, Sense: item.sense})
		}
	}
	return out
}

func (s *side) hasPlain() bool {
	return slices.ContainsFunc(s.items, func(i addressItem) bool { return i.sense == packet.Match && len(i.prefixes) > 0 })
}

// contradicts reports whether a prefix stands there in both senses.
func (s *side) contradicts() bool {
	sense := map[netip.Prefix]packet.Sense{}
	for _, m := range s.marked() {
		if before, there := sense[m.Prefix]; there && before != m.Sense {
			return true
		}
		sense[m.Prefix] = m.Sense
	}
	return false
}

// masked reads 192.0.2.1/255.0.255.0: the bits under the mask count, in any place (manual: IPv4 only).
func masked(word string) (packet.Ranges, bool) {
	address, mask, _ := strings.Cut(word, "/")
	a, err1 := netip.ParseAddr(address)
	m, err2 := netip.ParseAddr(mask)
	if err1 != nil || err2 != nil || !a.Is4() || !m.Is4() {
		return packet.Ranges{}, false
	}
	open := packet.Address(m).Xor(packet.Mask(32))
	return packet.Wildcard(a, packet.V4.Addr(open))
}
