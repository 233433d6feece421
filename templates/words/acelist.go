package words

import (
	"slices"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
)

// RawList is a list as its lines stand in a text, in all blocks of its name together.
type RawList struct {
	Name     string
	Syntax   *Syntax
	Standard bool        // it looks at sources only
	Empty    acl.Action  // its end while it has no entry
	ND       []string    // the ICMPv6 types that are permitted before the implicit deny
	Remarks  RemarkStyle // how its remarks are numbered
	Lines    []RawLine
	Place    acl.Place

	removed bool
}

// RawLine is a line and what of it belongs to a block: without the indent, and without the
// head of an old one-line form.
type RawLine struct {
	Line
	Rest string
}

// RemarkStyle says how a dialect numbers remarks.
type RemarkStyle uint8

// The two styles.
const (
	WithEntry RemarkStyle = iota // a remark bears the number of the entry that follows, or none
	OwnNumber                    // a remark bears a number of its own
)

// step is a line in its place: a remark, an entry, or the removal of an entry.
type step struct {
	order  int
	remark bool
	why    acl.Why
	remove bool
	entry  acl.Entry
}

// Read makes the list: numbers decide the order, a line without one goes to the end, the
// same number replaces. [DOC IOS "IP Access List Entry Sequence Numbering"; XR sorts too]
func (l RawList) Read(sets Sets) acl.List {
	out := acl.List{Name: l.Name, Family: l.Syntax.Family, Place: l.Place}
	steps, sorted := l.steps(sets)
	if !sorted {
		slices.SortStableFunc(steps, func(a, b step) int { return a.order - b.order })
		steps = replaced(steps)
	}
	var why acl.Why
	remarks := 0
	out.Entries = make([]acl.Entry, 0, len(steps)+len(l.ND))
	for _, s := range steps {
		switch {
		case s.remark:
			why = s.why
			remarks++
		case !s.remove:
			s.entry.Why = why
			out.Entries = append(out.Entries, s.entry)
		}
	}
	l.end(&out, remarks)
	return out
}

// end says what happens to a packet that no entry matches: deny, as soon as there is an entry.
// What a list of remarks only does is not confirmed.
func (l RawList) end(out *acl.List, remarks int) {
	switch {
	case len(out.Entries) > 0:
		out.End = acl.Deny
		l.neighbours(out)
	case remarks > 0:
		out.End = acl.Unknown
	default:
		out.End = l.Empty
	}
}

// neighbours adds the implicit permits of IPv6 neighbour discovery, where some packet can
// reach them. A Box has no ICMP type, so they are Unmodelled within ICMPv6.
func (l RawList) neighbours(out *acl.List) {
	for _, e := range out.Entries {
		if e.Unmodelled == "" && e.Match.Equal(l.Syntax.any) {
			return
		}
	}
	for _, kind := range l.ND {
		box := l.Syntax.any
		box.Protocols = packet.One(packet.ICMPv6)
		out.Entries = append(out.Entries, acl.Entry{Action: acl.Permit, Match: box, Implied: true, Unmodelled: "the ICMP type " + kind,
			Place: acl.Place{Line: l.Place.Line, Text: "(implicit) permit icmp any any " + kind}})
	}
}

// steps reads the lines in their order in the text, and reports whether that is the order of
// their numbers too.
func (l RawList) steps(sets Sets) ([]step, bool) {
	out := make([]step, 0, len(l.Lines))
	last, entry, waiting, sorted := 0, -1, 0, true // waiting remarks go before the next entry
	for _, line := range l.Lines {
		s, numbered := l.step(line, sets)
		if s.remark && !numbered {
			waiting++
			out = append(out, s)
			continue
		}
		if !numbered {
			s.order = last + 10
		}
		for i := len(out) - waiting; i < len(out); i++ {
			out[i].order = s.order
		}
		waiting = 0
		if s.order < last || s.order <= entry && !s.remark || s.remove {
			sorted = false
		}
		if last = max(last, s.order); !s.remark {
			entry = last
		}
		out = append(out, s)
	}
	for i := len(out) - waiting; i < len(out); i++ {
		out[i].order = last + 10
	}
	return out, sorted
}

// step reads one line: [sequence] N, then a remark or an entry, or the removal of either.
func (l RawList) step(line RawLine, sets Sets) (step, bool) {
	words := cursor{line.Rest}
	var s step
	w := words.next()
	if w == "no" {
		s.remove = true
		w = words.next()
	}
	if w == "sequence" {
		w = words.next()
	}
	n, numbered := number(w)
	if !numbered {
		if head, tail, is := strings.Cut(line.Rest, " sequence "); is && w != "remark" { // permit … sequence 10
			if n, numbered = number(strings.TrimSpace(tail)); numbered {
				line.Rest = head
				return l.entry(line, n, sets), true
			}
		}
	}
	text := strings.TrimLeft(words.rest, " \t")
	if !numbered {
		text = line.Rest
	} else {
		w = words.next()
	}
	s.order = n
	switch {
	case s.remove && numbered:
		return s, true
	case w == "remark":
		s.remark = true
		s.why = ReadWhy(words.rest)
		return s, numbered
	case s.remove: // no permit …: which entry goes is not looked for
		return step{entry: l.Syntax.Strange(line.Line, "the word no")}, false
	}
	line.Rest = text
	return l.entry(line, n, sets), numbered
}

// entry reads an entry from its action on; number 0 is none.
func (l RawList) entry(line RawLine, number int, sets Sets) step {
	s := step{order: number}
	if l.Standard {
		s.entry = l.Syntax.Standard(line.Line, line.Rest, sets)
	} else {
		s.entry = l.Syntax.Entry(line.Line, line.Rest, sets)
	}
	s.entry.Sequence = number
	return s
}

// replaced lets the last entry of a number win; a removal takes the entry of its number away.
func replaced(steps []step) []step {
	out := steps[:0]
	for i := 0; i < len(steps); {
		var last *step
		j := i
		for ; j < len(steps) && steps[j].order == steps[i].order; j++ {
			switch {
			case steps[j].remove:
				last = nil
			case !steps[j].remark:
				last = &steps[j]
			}
		}
		same := slices.Clone(steps[i:j])
		var winner step
		if last != nil {
			winner = *last
		}
		for _, s := range same {
			if s.remark {
				out = append(out, s)
			}
		}
		if last != nil {
			out = append(out, winner)
		}
		i = j
	}
	return out
}

// ReadWhy reads the reason out of a remark: policy.yaml:14 block vodafone. A remark that is
// empty or a dash gives none.
func ReadWhy(remark string) acl.Why {
	remark = strings.TrimSpace(remark)
	if remark == "" || remark == NoReason {
		return acl.Why{}
	}
	place, text, _ := strings.Cut(remark, " ")
	if i := strings.LastIndexByte(place, ':'); i > 0 {
		if _, is := number(place[i+1:]); is {
			return acl.Why{Place: place, Text: strings.TrimSpace(text)}
		}
	}
	return acl.Why{Text: remark}
}

// NoReason is the remark before an entry without a reason that follows one with a reason.
const NoReason = "-"
