package words

import (
	"fmt"
	"net/netip"
	"strings"

	"op25b/acl"
)

// Row is one entry of a list as a template prints it.
type Row struct {
	Remark       string // printed before it, "" for none
	RemarkNumber int    // where remarks have their own number
	Number       int    // 0 for none
	Action       string // permit or deny
	Match        string // tcp any host 192.0.2.25 eq smtp
	Log          bool
}

// Rows are the entries of a list. A remark stands where the reason changes, in lists of ours
// only: in a list of others it could take the number of a line that is there. A remark with a
// number of its own has the entry's number less 5, where that is free.
func (s *Syntax) Rows(l acl.List, longest int) ([]Row, error) {
	rows := make([]Row, 0, len(l.Entries))
	ours := acl.Generation(l.Name) > 0
	reason, last := acl.Why{}, 0
	for _, e := range l.Entries {
		if e.Implied {
			continue
		}
		match, err := s.Write(e)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", l.Name, err)
		}
		row := Row{Number: e.Sequence, Action: e.Action.String(), Match: match, Log: e.Log}
		if e.Action != acl.Permit && e.Action != acl.Deny {
			return nil, fmt.Errorf("list %s: %q neither permits nor denies", l.Name, e)
		}
		if ours && e.Why != reason {
			row.Remark = reasonText(e.Why, longest)
			row.RemarkNumber = max(e.Sequence-5, last+1)
			if row.RemarkNumber >= e.Sequence {
				row.Remark = ""
			}
			reason = e.Why
		}
		last = e.Sequence
		rows = append(rows, row)
	}
	return rows, nil
}

func reasonText(w acl.Why, longest int) string {
	if text := Remark(w.String(), longest); text != "" {
		return text
	}
	return NoReason
}

// Members are the lines of a group: host 192.0.2.25, and prefixes as the dialect has them in a
// group. A group whose members are not known is an error, and so is an empty one.
func Members(g acl.Group, prefix func(out []byte, p netip.Prefix) []byte) ([]string, error) {
	if g.Unmodelled != "" || g.Addresses.IsEmpty() {
		return nil, fmt.Errorf("group %s cannot be written: it has no known members", g.Name)
	}
	prefixes := g.Addresses.Prefixes(g.Family)
	out := make([]string, len(prefixes))
	var line []byte
	for i, p := range prefixes {
		line = line[:0]
		if p.IsSingleIP() {
			line = p.Addr().AppendTo(append(line, "host "...))
		} else {
			line = prefix(line, p)
		}
		out[i] = string(line)
	}
	return out, nil
}

// Block is an interface and the lines in it.
type Block struct {
	Name  string
	Lines []string
}

// Blocks puts the bindings of an interface side by side, in the order in which interfaces
// first appear; a binding without lists is left out. line writes one binding.
func Blocks(bindings []acl.Binding, line func(acl.Binding) (string, error)) ([]Block, error) {
	var out []Block
	at := map[string]int{}
	for _, b := range bindings {
		if len(b.Lists) == 0 {
			continue
		}
		if err := plainBinding(b); err != nil {
			return nil, err
		}
		text, err := line(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.Point(), err)
		}
		i, there := at[b.Interface]
		if !there {
			i = len(out)
			at[b.Interface] = i
			out = append(out, Block{Name: b.Interface})
		}
		out[i].Lines = append(out[i].Lines, text)
	}
	return out, nil
}

func plainBinding(b acl.Binding) error {
	if b.Unmodelled != "" {
		return fmt.Errorf("%s: a binding that is not understood cannot be written: %s", b.Point(), b.Unmodelled)
	}
	for _, name := range append([]string{b.Interface}, b.Lists...) {
		if err := Plain(name); err != nil {
			return err
		}
	}
	if b.Tail != "" {
		return PlainLine(b.Tail)
	}
	return nil
}

// Bound writes the lists of a binding and its direction: common A B ingress, and what of the
// tail is left.
func Bound(b acl.Binding, direction string) (string, error) {
	tail, common := strings.CutPrefix(b.Tail, Common)
	tail = strings.TrimSpace(tail)
	words := ""
	switch {
	case len(b.Lists) > 2:
		return "", fmt.Errorf("%d lists at one point; a common list and one more is the most", len(b.Lists))
	case len(b.Lists) == 2 || common:
		words = Common + " "
	}
	words += strings.Join(b.Lists, " ") + " " + direction
	if tail != "" {
		words += " " + tail
	}
	return words, nil
}

// Unbind takes a binding away, in the block of its interface; what stood behind its direction
// needs no word. Nothing is sent where nothing is bound, or a name could be more than a name.
func Unbind(b acl.Binding, line func(acl.Binding) (string, error)) []string {
	if Word(b.Tail, 0) == Common {
		b.Tail = Common
	} else {
		b.Tail = ""
	}
	b.Unmodelled = ""
	blocks, err := Blocks([]acl.Binding{b}, line)
	if err != nil || len(blocks) == 0 {
		return nil
	}
	return []string{"interface " + b.Interface, " no " + blocks[0].Lines[0]}
}

// Strike takes entries away by their numbers, in the block of their list; an entry without a
// number is none that can be named.
func Strike(head string, l acl.List) []string {
	out := []string{head}
	for _, e := range l.Entries {
		if e.Sequence > 0 {
			out = append(out, " no "+itoa(e.Sequence))
		}
	}
	if len(out) == 1 {
		return nil
	}
	return out
}

// Common is the word before a list that is met before the interface's own. As the first word
// of a binding's tail it says that the one list there is such a common list.
const Common = "common"

// ReadBound reads what Bound writes; direction is "" for any word but the two. Words that it does not know after the direction stand in
// the tail; known says whether a word (and what follows it) leaves the meaning as it is.
func ReadBound(text string, direction func(w string) acl.Direction, known func(w string) bool) acl.Binding {
	var b acl.Binding
	words := cursor{text}
	w := words.next()
	common := w == Common
	if common {
		w = words.next()
	}
	for ; w != ""; w = words.next() {
		if d := direction(w); d != "" && len(b.Lists) > 0 {
			b.Direction = d
			break
		}
		b.Lists = append(b.Lists, w)
	}
	tail := strings.Join(strings.Fields(words.rest), " ")
	first := (cursor{tail}).peek()
	switch {
	case b.Direction == "":
		b.Unmodelled = "no direction"
	case common && len(b.Lists) > 2, !common && len(b.Lists) > 1:
		b.Unmodelled = fmt.Sprintf("%d lists", len(b.Lists))
	case tail != "" && !known(first):
		b.Unmodelled = "the word " + first
	}
	if common && len(b.Lists) == 1 {
		tail = strings.TrimSpace(Common + " " + tail)
	}
	b.Tail = tail
	return b
}
