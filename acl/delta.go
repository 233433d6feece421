package acl

import "op25b/acl/packet"

// Delta is what changes on one device, in no vendor's words.
type Delta struct {
	Add     Config   // lists and groups that come
	Rebind  []Rebind // what each point is bound to, before and after, where that changes
	Edits   []Edit   // what changes inside lists of others
	Remove  Config   // lists and groups of ours that nothing uses any more
	After   Config   // the whole state once all is bound
	Cleaned Config   // and once Remove is gone
	Lines   []Change // the difference line by line, for people
	Closes  []Row    // packets that passed and will not
	Opens   []Row    // packets that did not pass and will
}

// IsEmpty reports whether nothing that is in force changes.
func (d Delta) IsEmpty() bool {
	return len(d.Rebind) == 0 && len(d.Edits) == 0 && len(d.Add.Lists) == 0 && len(d.Add.Groups) == 0
}

// Rebind is one point's change.
type Rebind struct{ From, To Binding }

// Edit is what changes inside one list of others: entries of ours that come, and then ones that go.
type Edit struct {
	List           List // as it is before
	Insert, Strike []Entry
}

// Back is the edit that undoes this one.
func (e Edit) Back() Edit {
	return Edit{e.List.Without(e.Strike).With(e.Insert), e.Strike, e.Insert}
}

// Change is one line of a difference.
type Change struct {
	Sign Sign
	Line string
	Why  Why
}

// Sign says what happens to a line.
type Sign string

// The signs, as every differ of routers writes them.
const (
	Added   Sign = "+"
	Removed Sign = "-"
	Changed Sign = "~"
	Moved   Sign = ">"
)

// Row is packets whose verdict changes at a point, with one of them and the lines that decide.
type Row struct {
	Point         Point
	Packets       packet.Box
	Witness       packet.Packet
	Before, After string // the deciding lines
}
