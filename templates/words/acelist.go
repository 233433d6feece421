package words

import (
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
	Again    AgainStyle  // what becomes of an entry that is written over another one
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

// step is a line in its place: a remark, an entry, or the removal of an entry. It is read when
// all lines have their places, for an entry is far longer than its line.
type step struct {
	order  int
	number int // as it stands in the line, 0 where none does
	kind   stepKind
	doubt  doubt
	line   RawLine // its Rest is what stands behind the number and the word remark
}

type stepKind uint8

const (
	anEntry stepKind = iota
	aRemark
	aRemoval  // no 10
	aNegation // no permit …: which entry goes is not looked for
)

// Read makes the list: numbers decide the order, a line without one goes to the end. What the
// same number twice does, its Again says. [DOC IOS "IP Access List Entry Sequence Numbering": a
// number that is there is refused, an entry that is there makes no change; XR sorts and replaces]
func (l RawList) Read(sets Sets) acl.List {
	out := acl.List{Name: l.Name, Family: l.Syntax.Family, Sources: l.Standard, Place: l.Place}
	steps, sorted := l.steps()
	if !sorted {
		steps = l.carried(steps, sets)
	}
	var why acl.Why
	remarks := 0
	out.Entries = make([]acl.Entry, 0, len(steps)+len(l.ND))
	var shared shelf
	for _, s := range steps {
		switch s.kind {
		case aRemark:
			why = ReadWhy(s.line.Rest)
			remarks++
			out.Remarks = append(out.Remarks, s.order)
		case anEntry, aNegation:
			e := l.entry(s, sets)
			e.Why = why
			shared.share(&e)
			out.Entries = append(out.Entries, e)
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
func (l RawList) steps() ([]step, bool) {
	out := make([]step, 0, len(l.Lines))
	last, entry, waiting, sorted := 0, -1, 0, true // waiting remarks go before the next entry
	for _, line := range l.Lines {
		s, numbered := l.step(line)
		remark := s.kind == aRemark
		if remark && !numbered {
			waiting++
			out = append(out, s)
			continue
		}
		if !numbered && !s.stray() {
			s.order = last + 10
		}
		for i := len(out) - waiting; i < len(out); i++ {
			out[i].order = s.order
		}
		waiting = 0
		if s.order < last || s.order <= entry && !remark || s.order == last && l.Remarks == OwnNumber || s.kind == aRemoval || s.stray() {
			sorted = false
		}
		if last = max(last, s.order); !remark {
			entry = last
		}
		out = append(out, s)
	}
	for i := len(out) - waiting; i < len(out); i++ {
		out[i].order = last + 10
	}
	return out, sorted
}

// step places one line: [sequence] N, then a remark or an entry, or the removal of either.
func (l RawList) step(line RawLine) (step, bool) {
	words := cursor{line.Rest}
	w := words.next()
	no := w == "no"
	if no {
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
				return step{order: n, number: n, line: line}, true
			}
		}
	}
	text := strings.TrimLeft(words.rest, " \t")
	if !numbered {
		text = line.Rest
	} else {
		w = words.next()
	}
	s := step{order: n, number: n, line: line}
	s.line.Rest = text
	switch {
	case no && numbered:
		s.kind = aRemoval
	case w == "remark":
		s.kind, s.line.Rest = aRemark, words.rest
	case no:
		return step{kind: aNegation, line: line}, false
	}
	return s, numbered
}

// entry reads an entry from its action on.
func (l RawList) entry(s step, sets Sets) acl.Entry {
	var e acl.Entry
	switch {
	case s.kind == aNegation:
		return l.Syntax.Strange(s.line.Line, "the word no")
	case l.Standard:
		e = l.Syntax.Standard(s.line.Line, s.line.Rest, sets)
	default:
		e = l.Syntax.Entry(s.line.Line, s.line.Rest, sets)
	}
	e.Sequence = s.number
	if s.doubt != certain && e.Unmodelled == "" {
		e.Unmodelled = s.doubt.String()
	}
	return e
}

// stray reports whether a line without a number has no place: it takes an entry away, or does not
// begin as an entry does. It may concern every packet, so it goes before the first.
func (s step) stray() bool {
	if s.kind == aNegation {
		return true
	}
	if s.kind != anEntry || s.number > 0 {
		return false
	}
	switch Word(s.line.Rest, 0) {
	case "permit", "deny", "evaluate", "dynamic", "Dynamic":
		return false
	}
	return true
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
