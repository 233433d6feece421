package junos

import (
	"errors"
	"strconv"
	"strings"

	"op25b/acl/packet"
	"op25b/templates/words"
)

var errNoPrefix = errors.New("not a prefix")

// condition is what the "from" of a term matches: the packets of any of the boxes. Where a
// part is in doubt the boxes are those of the other parts, for conditions only ever narrow.
type condition struct {
	boxes    []packet.Box
	src, dst side
	doubt    string

	family     packet.Family
	box        packet.Box
	either     side          // address and prefix-list: source or destination
	port       packet.Ranges // source or destination
	wantPort   bool
	wantHeader bool   // ports are looked at
	flagged    string // the condition on TCP flags, if any
}

func (c *condition) doubts(why string) { c.doubt = joined(c.doubt, why) }

// conditions reads a "from". Without one a term matches every packet.
func (r *reader) conditions(from *statement, f packet.Family) condition {
	c := condition{family: f, box: packet.Any(f)}
	c.src, c.dst, c.either = newSide(f), newSide(f), newSide(f)
	for _, k := range from.active() {
		switch {
		case isMeta(k.word):
		case r.address(&c, k):
		case k.silenced():
			// "inactive: protocol tcp" leaves no protocol condition
		case c.ports(k), c.protocols(k), c.flags(k), c.fragments(k):
		default:
			c.doubts("the condition " + quoted(k.word) + " is not modelled")
		}
	}
	c.finish()
	return c
}

// finish multiplies the conditions out.
func (c *condition) finish() {
	if c.either.except > 0 {
		c.either.doubts("address with except is not modelled")
	}
	for _, s := range []*side{&c.src, &c.dst, &c.either} {
		s.finish()
		c.doubt = joined(c.doubt, s.doubt)
	}
	c.box.Src, c.box.Dst = c.src.ranges, c.dst.ranges
	if c.flagged != "" && !c.box.Protocols.Equal(packet.One(packet.TCP)) {
		c.box.Flags = packet.Numbers(0, 2)
		c.doubts(c.flagged + " without protocol tcp tests the bytes of other protocols too")
	} else if c.wantHeader || c.flagged != "" {
		if !c.box.Fragments.Overlaps(header()) {
			c.doubts("ports or TCP flags of later fragments are not modelled")
		} else {
			c.box.Fragments = c.box.Fragments.Intersect(header())
		}
	}
	c.boxes = []packet.Box{c.box}
	if c.wantPort {
		c.split(func(b packet.Box) (packet.Box, packet.Box) {
			x, y := b, b
			x.SrcPorts, y.DstPorts = b.SrcPorts.Intersect(c.port), b.DstPorts.Intersect(c.port)
			return x, y
		})
	}
	if c.either.said {
		c.split(func(b packet.Box) (packet.Box, packet.Box) {
			x, y := b, b
			x.Src, y.Dst = b.Src.Intersect(c.either.ranges), b.Dst.Intersect(c.either.ranges)
			return x, y
		})
	}
}

func (c *condition) split(two func(packet.Box) (packet.Box, packet.Box)) {
	var out []packet.Box
	for _, b := range c.boxes {
		x, y := two(b)
		out = append(out, x, y)
	}
	c.boxes = out
}

// header are the fragments on which a condition about ports or TCP flags can hold. Not
// confirmed on a router: Junos tests the bytes where the header would be, so that a later
// fragment might match by chance (manual: no implied check of the first fragment). Here, and
// only here, a later fragment is taken not to match.
func header() packet.Ranges { return packet.WithPorts() }

// ports reads port, source-port, destination-port and their -except forms. There is no implied
// protocol: the two bytes are tested in any (manual).
func (c *condition) ports(k *statement) bool {
	word, except := strings.CutSuffix(k.word, "-except")
	if word != "port" && word != "source-port" && word != "destination-port" {
		return false
	}
	ports, why := numbers(k, portNames, 16)
	if why != "" {
		c.doubts(why)
		return true
	}
	if except {
		ports = packet.All(16).Minus(ports)
	}
	c.wantHeader = true
	switch {
	case word == "source-port":
		c.box.SrcPorts = c.box.SrcPorts.Intersect(ports)
	case word == "destination-port":
		c.box.DstPorts = c.box.DstPorts.Intersect(ports)
	case except || c.wantPort: // "neither" is no union, and the router refuses port twice
		c.doubts("the condition " + k.word + " is not modelled")
	default:
		c.port, c.wantPort = ports, true
	}
	return true
}

// protocols reads protocol (IPv4), payload-protocol and next-header (IPv6).
func (c *condition) protocols(k *statement) bool {
	word, except := strings.CutSuffix(k.word, "-except")
	v6 := c.family == packet.V6
	if !(word == "protocol" && !v6 || word == "payload-protocol" && v6 || word == "next-header" && v6 && !except) {
		return false
	}
	set, why := numbers(k, protocolNames, 8)
	if why == "" && v6 && set.Overlaps(extensionHeaders()) {
		why = "a header that is no payload protocol in " + k.word + " is not modelled"
	}
	if why != "" {
		c.doubts(why)
		return true
	}
	if except {
		set = packet.All(8).Minus(set)
	}
	c.box.Protocols = c.box.Protocols.Intersect(set)
	if word == "next-header" {
		// only the first header is looked at: in a fragment that is the fragment header
		c.box.Fragments = c.box.Fragments.Intersect(packet.One(uint64(packet.Whole)))
	}
	return true
}

// flags reads conditions on TCP flags. They do not check that the packet is TCP, so that
// beside any other protocol they are not modelled.
func (c *condition) flags(k *statement) bool {
	var class packet.Flags
	switch k.word {
	case "tcp-established":
		class = packet.Established
	case "tcp-initial":
		class = packet.SYN
	case "tcp-flags":
		known := len(k.active()) == 1
		if known {
			class, known = flagClass(k.active()[0].word)
		}
		if !known {
			c.doubts("these tcp-flags are not modelled")
			return true
		}
	default:
		return false
	}
	c.box.Flags = c.box.Flags.Intersect(packet.One(uint64(class)))
	c.flagged = k.word
	return true
}

// flagClass is the class that a bit-field expression says exactly.
func flagClass(expression string) (packet.Flags, bool) {
	switch strings.Trim(strings.ReplaceAll(strings.ToLower(expression), " ", ""), "()") {
	case "ack|rst", "rst|ack", "ack,rst", "rst,ack":
		return packet.Established, true
	case "syn&!ack", "!ack&syn", "syn+!ack", "!ack+syn":
		return packet.SYN, true
	}
	return 0, false
}

// fragments reads is-fragment, first-fragment and fragment-offset. The manual of the MX has
// is-fragment match trailing fragments only, first-fragment no whole packet; other platforms
// differ (on some is-fragment takes the first fragment too). Not confirmed on a router.
func (c *condition) fragments(k *statement) bool {
	var class packet.Fragment
	switch {
	case k.word == "is-fragment":
		class = packet.Later
	case k.word == "first-fragment":
		class = packet.First
	case k.word == "fragment-offset" && len(k.active()) == 1 && k.active()[0].word == "1-8191",
		k.word == "fragment-offset-except" && len(k.active()) == 1 && k.active()[0].word == "0":
		class = packet.Later
	default:
		return false
	}
	c.box.Fragments = c.box.Fragments.Intersect(packet.One(uint64(class)))
	return true
}

// numbers reads numbers, names and ranges; their union.
func numbers(k *statement, names words.Names, bits int) (packet.Ranges, string) {
	var spans []packet.Range
	for _, v := range k.active() {
		lo, known := names.Number(v.word)
		hi := lo
		if from, to, isRange := strings.Cut(v.word, "-"); !known && isRange {
			first, err1 := strconv.ParseUint(from, 10, 16)
			last, err2 := strconv.ParseUint(to, 10, 16)
			lo, hi, known = uint16(first), uint16(last), err1 == nil && err2 == nil && first <= last
		}
		if !known || len(v.kids) > 0 || packet.Mask(bits).Less(packet.Of(uint64(hi))) {
			return packet.Ranges{}, quoted(v.word) + " in " + k.word + " is not understood"
		}
		spans = append(spans, packet.Range{Lo: packet.Of(uint64(lo)), Hi: packet.Of(uint64(hi))})
	}
	if len(spans) == 0 {
		return packet.Ranges{}, k.word + " has no value: the line may be cut"
	}
	return packet.Collect(spans), ""
}
