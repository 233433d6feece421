package rtx

import (
	"fmt"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
)

// split is an entry as filters: as few as the length of a command allows, and in IPv6 one
// for every network, for which addressText has the reason.
//
// A permit whose reason begins with "monitor" is logged: the router has no counters, and
// the log is the only way to count. Nothing else is.
func split(e acl.Entry) ([]acl.Entry, error) {
	if e.Match.IsEmpty() {
		return nil, fmt.Errorf("an entry without packets cannot become a filter: %q", e)
	}
	one := acl.Entry{Action: e.Action, Match: e.Match, Why: e.Why, Unmodelled: e.Unmodelled,
		Log: e.Action == acl.Permit && strings.HasPrefix(e.Why.Text, "monitor")}
	if !one.Match.DstPorts.IsAll(16) || !one.Match.SrcPorts.IsAll(16) {
		one.Match.Fragments = portFragments()
	}
	if _, err := action(one); err != nil {
		return nil, err
	}
	if _, err := service(one); err != nil {
		return nil, err
	}
	var out []acl.Entry
	src, dst := chunks(one.Match)
	for _, s := range src {
		for _, d := range dst {
			f := one
			f.Match.Src, f.Match.Dst = s, d
			out = append(out, f)
		}
	}
	return out, nil
}

// room is what a command leaves for both addresses: `ipv6 filter 21474836 reject-nolog SRC
// DST tcp * 25` without them.
const room = lineLength - len("ipv6 filter 21474836 reject-nolog   tcp * 25")

// shares is into how many parts the room is cut to try how much of it each side gets.
const shares = 16

// chunks cuts both sides so that every pair fits into one command, in as few pairs as the
// tried ways of sharing the room allow.
func chunks(m packet.Box) (src, dst []packet.Ranges) {
	for i := 1; i < shares; i++ {
		left := room * i / shares
		s, d := cut(m.Src, m.Family, left), cut(m.Dst, m.Family, room-left)
		if src == nil || len(s)*len(d) < len(src)*len(dst) {
			src, dst = s, d
		}
	}
	return src, dst
}

// cut is a set in parts of which each is one word of at most so many characters.
func cut(r packet.Ranges, f packet.Family, most int) []packet.Ranges {
	if r.IsAll(f.Bits()) {
		return []packet.Ranges{r}
	}
	var out []packet.Ranges
	var part []packet.Range
	length := 0
	flush := func() {
		if len(part) > 0 {
			out = append(out, packet.Collect(part))
		}
		part, length = nil, 0
	}
	for _, s := range pieces(r, f) {
		word, _ := addressText(packet.Between(s.Lo, s.Hi), f)
		long := max(len(word), len(f.Addr(s.Lo).String())+1+len(f.Addr(s.Hi).String()))
		if f == packet.V6 && s.Lo != s.Hi {
			out = append(out, packet.Between(s.Lo, s.Hi))
			continue
		}
		if length > 0 && length+1+long > most {
			flush()
		}
		part, length = append(part, s), length+1+long
	}
	flush()
	return out
}

// pieces are what a word is made of: in IPv4 ranges, in IPv6 prefixes.
func pieces(r packet.Ranges, f packet.Family) []packet.Range {
	if f == packet.V4 {
		return r.Spans()
	}
	var out []packet.Range
	for _, p := range r.Prefixes(f) {
		out = append(out, packet.Prefixes(p).Spans()...)
	}
	return out
}
