package words

import (
	"net/netip"
	"strconv"
	"strings"

	"op25b/acl/packet"
)

// address reads any, host A, a group, A/n or A with its wildcard, and the group's name.
func (r *aceReader) address() (packet.Ranges, string) {
	w := r.words.next()
	switch {
	case r.broken != "":
		return r.syntax.any.Src, ""
	case w == "any":
		return r.syntax.any.Src, ""
	case w == "host":
		return r.host(r.words.next()), ""
	case w == r.syntax.Group && w != "":
		name := r.words.next()
		return r.group(name), name
	case strings.IndexByte(w, '/') >= 0:
		return r.prefix(w), ""
	}
	a, ok := r.syntax.addr(w)
	if !ok || !r.syntax.Wildcards {
		r.fail("the address " + strconv.Quote(w))
		return r.syntax.any.Src, ""
	}
	mask, ok := r.syntax.addr(r.words.next())
	if !ok {
		r.fail("no wildcard after the address " + w)
		return r.syntax.any.Src, ""
	}
	return r.wildcard(a, mask), ""
}

func (r *aceReader) host(w string) packet.Ranges {
	a, ok := r.syntax.addr(w)
	if !ok {
		r.fail("host " + strconv.Quote(w) + " is no " + r.syntax.Family.String() + " address")
		return packet.Ranges{}
	}
	n := packet.Address(a)
	return packet.Between(n, n)
}

func (r *aceReader) prefix(w string) packet.Ranges {
	p, err := netip.ParsePrefix(w)
	if err != nil || !r.syntax.Slash || packet.FamilyOf(p.Addr()) != r.syntax.Family {
		r.fail("the address " + strconv.Quote(w))
		return packet.Ranges{}
	}
	return prefixRange(p)
}

func prefixRange(p netip.Prefix) packet.Ranges {
	lo := packet.Address(p.Masked().Addr())
	return packet.Between(lo, lo.Or(packet.Mask(p.Addr().BitLen()-p.Bits())))
}

// wildcard is the addresses of A under a wildcard, any pattern of bits. [DOC IOS: a 1 bit of the
// wildcard is not compared, also in the address.]
func (r *aceReader) wildcard(a, mask netip.Addr) packet.Ranges {
	open := packet.Address(mask)
	if open.And(open.Next()) == (packet.Number{}) { // 0…01…1: one range, the usual case
		lo := packet.Address(a)
		lo = lo.Minus(lo.And(open))
		return packet.Between(lo, lo.Or(open))
	}
	if r.sets.Budget != nil && *r.sets.Budget <= 0 {
		r.fail("the text has too many scattered wildcards")
		return r.syntax.any.Src
	}
	set, ok := packet.Wildcard(a, mask)
	if ok && r.sets.Budget != nil {
		*r.sets.Budget -= len(set.Spans())
		ok = *r.sets.Budget >= 0
	}
	if !ok {
		r.fail("the wildcard " + mask.String() + " leaves too many scattered bits open")
	}
	return set
}

func (r *aceReader) group(name string) packet.Ranges {
	g, there := r.sets.Addresses[name]
	switch {
	case !there:
		r.fail("the group " + strconv.Quote(name) + " is not there")
	case g.Unmodelled != "":
		r.fail("the group " + name + ": " + g.Unmodelled)
	case g.Addresses.IsEmpty():
		r.fail("the group " + name + " has no members")
	}
	return g.Addresses
}

// standardAddress reads any, A, host A or A with its wildcard. A alone is a host.
func (r *aceReader) standardAddress() packet.Ranges {
	if r.broken != "" {
		return r.box.Src
	}
	w := r.words.next()
	if w == "any" {
		return r.box.Src
	}
	if w == "host" {
		return r.host(r.words.next())
	}
	if bare, comma := strings.CutSuffix(w, ","); comma {
		w = bare
		for _, want := range [...]string{"wildcard", "bits"} {
			if got := r.words.next(); got != want {
				r.fail("the word " + strconv.Quote(got))
				return r.box.Src
			}
		}
	}
	a, ok := r.syntax.addr(w)
	if !ok {
		r.fail("the address " + strconv.Quote(w))
		return r.box.Src
	}
	if mask, ok := r.syntax.addr(r.words.peek()); ok {
		r.words.next()
		return r.wildcard(a, mask)
	}
	return packet.Between(packet.Address(a), packet.Address(a))
}
