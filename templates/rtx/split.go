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
	from, to := pieces(m.Src, m.Family), pieces(m.Dst, m.Family)
	for i := 1; i < shares; i++ {
		left := room * i / shares
		s, d := cut(from, left), cut(to, room-left)
		if src == nil || len(s)*len(d) < len(src)*len(dst) {
			src, dst = s, d
		}
	}
	return src, dst
}

// cut is pieces in parts of which each is one word of at most so many characters.
func cut(pieces []piece, most int) []packet.Ranges {
	var out []packet.Ranges
	var part []packet.Range
	length := 0
	flush := func() {
		if len(part) > 0 {
			out = append(out, packet.Collect(part))
		}
		part, length = nil, 0
	}
	for _, p := range pieces {
		if p.alone {
			out = append(out, packet.Between(p.span.Lo, p.span.Hi))
			continue
		}
		if length > 0 && length+1+p.length > most {
			flush()
		}
		part, length = append(part, p.span), length+1+p.length
	}
	flush()
	return out
}

// piece is a part of a set that is not cut further.
type piece struct {
	span   packet.Range
	length int  // in characters, at most
	alone  bool // it is a word by itself
}

// pieces are what a word is made of: in IPv4 ranges, in IPv6 prefixes.
func pieces(r packet.Ranges, f packet.Family) []piece {
	if r.IsAll(f.Bits()) {
		return []piece{{span: r.Spans()[0], alone: true}}
	}
	spans := r.Spans()
	if f == packet.V6 {
		spans = nil
		for _, p := range r.Prefixes(f) {
			spans = append(spans, packet.Prefixes(p).Spans()...)
		}
	}
	var out []piece
	for _, s := range spans {
		word, _ := addressText(packet.Between(s.Lo, s.Hi), f)
		long := max(len(word), len(f.Addr(s.Lo).String())+1+len(f.Addr(s.Hi).String()))
		out = append(out, piece{s, long, f == packet.V6 && s.Lo != s.Hi})
	}
	return out
}
