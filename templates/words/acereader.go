package words

import (
	"strings"

	"op25b/acl"
)

// BlockReader goes through the statements of a Cisco text and knows in which block each
// stands. What opens a block is the dialect's to say. Make it with NewBlockReader.
type BlockReader struct {
	*Collector
	block  block
	passed bool // a comment at the margin stood after the block's head
	list   *RawList
	group  *RawGroup
	iface  string
	indent int // of the interface's own lines; deeper ones belong to something in it

	instance bool // the lines are those of a service instance of the interface
	left     bool // a block was left by exit, and nothing stood at the margin since
}

type block uint8

const (
	elsewhere block = iota
	inList
	inOther // a list of a kind that filters no IP packets
	inGroup
	inInterface
)

// NewBlockReader stands before the first line.
func NewBlockReader() BlockReader { return BlockReader{Collector: NewCollector()} }

// OpenList goes into the block of a list.
func (r *BlockReader) OpenList(l RawList) {
	r.list = r.List(l)
	r.block, r.passed = inList, false
}

// OpenOther goes into the block of a list that filters no IP packets: it is passed over.
func (r *BlockReader) OpenOther() { r.block, r.passed = inOther, false }

// OpenGroup goes into the block of a group.
func (r *BlockReader) OpenGroup(g RawGroup) {
	r.group = r.Group(g)
	r.block = inGroup
}

// OpenInterface goes into the block of an interface.
func (r *BlockReader) OpenInterface(name string) {
	r.Interface(name)
	r.block, r.iface, r.indent = inInterface, name, 0
}

// OneLine adds a line to a list that is written a line at a time.
func (r *BlockReader) OneLine(l RawList, s Statement, rest string) {
	list := r.List(l)
	list.Lines = append(list.Lines, RawLine{s.Line, rest})
}

// Statement reads one line. top reads a line at the margin, bind a line of an interface; it
// reports false where the line binds no list.
func (r *BlockReader) Statement(s Statement, top func(Statement), bind func(iface string, s Statement) bool) {
	list := r.block == inList || r.block == inOther
	switch {
	case s.Text[0] == '!':
		r.passed = true
	case s.Indent == 0 && !(list && EntryLike(s.Text)):
		r.block, r.passed, r.left = elsewhere, false, false
		if Misspelled(s.Text) {
			r.Unread(s, "a line about filters or interfaces, not as a router prints it")
		}
		top(s)
	default:
		r.inner(s, bind)
	}
}

// inner reads a line of a block. A comment does not end a block, but of an indented line after
// one that is no entry and no member nobody knows where it belongs.
func (r *BlockReader) inner(s Statement, bind func(string, Statement) bool) {
	inside := r.block == inList || r.block == inGroup
	switch {
	case s.Text == "exit" && (inside || r.block == inInterface && s.Indent <= r.indent):
		r.block, r.left = elsewhere, true
		return
	case inside && r.passed && !EntryLike(s.Text) && !memberLike(s.Text):
		r.Unread(s, "a comment stands before it: where it belongs is not known")
		return
	}
	switch r.block {
	case inList:
		r.list.Lines = append(r.list.Lines, RawLine{s.Line, s.Text})
	case inGroup:
		r.group.Lines = append(r.group.Lines, RawLine{s.Line, s.Text})
	case inInterface:
		r.ofInterface(s, bind)
	case elsewhere:
		if r.left && (BindingLike(s.Text) || HeadLike(s.Text)) {
			r.Unread(s, "the block that it stands in was left: where it belongs is not known")
		}
		r.Refer(s)
	}
}

// ofInterface reads a line of an interface. What stands deeper belongs to the line before it, and
// only a service instance has filters of its own.
func (r *BlockReader) ofInterface(s Statement, bind func(string, Statement) bool) {
	if r.indent == 0 {
		r.indent = s.Indent
	}
	deeper := s.Indent > r.indent
	if !deeper {
		r.instance = strings.HasPrefix(s.Text, "service instance ")
	}
	switch {
	case !deeper && bind(r.iface, s):
		return
	case !(deeper && r.instance) && (BindingLike(s.Text) || HeadLike(s.Text)):
		r.Unread(s, "a line of an interface that could bind a list, not as a router prints it")
	}
	r.Refer(s)
}

func memberLike(text string) bool {
	text, _ = CutNo(text)
	switch w := Word(text, 0); w {
	case "":
		return false
	case "host", "range", "any", "group-object", "object-group", "description", "tcp", "udp", "tcp-udp", "icmp", "ip", "eq", "gt", "lt", "neq":
		return true
	default:
		return w[0] >= '0' && w[0] <= '9'
	}
}

// BindAt notes a binding that was read at an interface. Without a direction it stands for
// both; off takes away what was bound.
func (r *BlockReader) BindAt(b acl.Binding, off Off) {
	if off == Taken {
		b.Lists, b.Tail, b.Unmodelled = nil, "", ""
	}
	if b.Direction != "" {
		r.Bind(b)
		return
	}
	for _, d := range [...]acl.Direction{acl.In, acl.Out} {
		b.Direction = d
		r.Bind(b)
	}
}

// Off says whether a line sets something or takes it away.
type Off uint8

// The two kinds of lines.
const (
	Set   Off = iota
	Taken     // no …
)

// CutNo tells the two kinds of lines apart.
func CutNo(text string) (string, Off) {
	if rest, is := strings.CutPrefix(text, "no "); is {
		return rest, Taken
	}
	return text, Set
}
