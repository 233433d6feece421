package iosxe

import (
	"slices"
	"sort"
	"strings"

	"op25b/lab/cisco"
)

// highest is the greatest sequence number of a list [MODEL].
func (l *list) highest() int {
	if l.kind == ipv6 {
		return 4294967294
	}
	return 2147483647
}

// typed is a line in the list's own mode: an entry or a remark, with a number or without. It
// follows "IP Access List Entry Sequence Numbering" [DOC]:
// without a number the entry comes 10 after the last; an entry that is there already, under
// whatever number, changes nothing and says nothing; a number that another entry has is refused.
func (l *list) typed(tokens []cisco.Token, line string, style cisco.Style) (string, cisco.Complaint) {
	number, tokens := l.number(tokens)
	if len(tokens) == 0 {
		return "", cisco.Complaint{Kind: cisco.Incomplete, Line: line}
	}
	if word := strings.ToLower(tokens[0].Text); len(word) > 2 && strings.HasPrefix("remark", word) {
		return l.remark(number, strings.TrimSpace(line[tokens[0].At+len(word):]))
	}
	if n := len(tokens); l.kind == ipv6 && number == 0 && n > 2 && strings.ToLower(tokens[n-2].Text) == "sequence" {
		number, _ = cisco.Number(tokens[n-1:], l.highest())
		tokens = tokens[:n-2]
	}
	a, trouble := style.ParseAce(tokens, line)
	if !trouble.None() {
		return "", trouble
	}
	a.Number = number
	return l.insert(a, style), cisco.Complaint{}
}

// number reads the number before an entry: bare on IPv4, after "sequence" on IPv6 [DOC].
func (l *list) number(tokens []cisco.Token) (int, []cisco.Token) {
	if l.kind != ipv6 {
		return cisco.Number(tokens, l.highest())
	}
	if len(tokens) > 1 && len(tokens[0].Text) > 2 && strings.HasPrefix("sequence", strings.ToLower(tokens[0].Text)) {
		if n, rest := cisco.Number(tokens[1:], l.highest()); n > 0 {
			return n, rest
		}
	}
	return 0, tokens
}

func (l *list) insert(a cisco.Ace, style cisco.Style) string {
	for _, e := range l.entries {
		if e.Same(a, style) {
			return ""
		}
	}
	if a.Number == 0 {
		a.Number = l.next()
	}
	if a.Number > l.highest() {
		return "% Exceeded maximum sequence number.\n"
	}
	if slices.ContainsFunc(l.entries, func(e entry) bool { return e.Number == a.Number }) {
		return "% Duplicate sequence number\n"
	}
	l.entries = append(l.entries, entry{Ace: a})
	sort.SliceStable(l.entries, func(i, j int) bool { return l.entries[i].Number < l.entries[j].Number })
	return ""
}

// next is the number of what is typed without one: that of remarks that wait for their entry,
// else 10 after the last entry.
func (l *list) next() int {
	last := 0
	for _, e := range l.entries {
		last = max(last, e.Number)
	}
	waiting := 0
	for n := range l.remarks {
		waiting = max(waiting, n)
	}
	if waiting > last {
		return waiting
	}
	return last + 10
}

// remark takes a remark of at most 100 characters [DOC]; what is longer is refused [K].
func (l *list) remark(number int, text string) (string, cisco.Complaint) {
	if len(text) > 100 {
		return "% Remark is too long (maximum 100 characters)\n", cisco.Complaint{}
	}
	if number == 0 {
		number = l.next()
	}
	if !slices.Contains(l.remarks[number], text) {
		l.remarks[number] = append(l.remarks[number], text)
	}
	return "", cisco.Complaint{}
}

// remove is the line after "no": a number, an entry or a remark. A number takes the entry and
// its remarks [MODEL]; an entry after its number is refused, as on releases that do [DOC]. What is
// not there is passed over in silence [K].
func (l *list) remove(tokens []cisco.Token, line string, style cisco.Style) cisco.Complaint {
	number, rest := l.number(tokens)
	if len(tokens) == 0 {
		return cisco.Complaint{Kind: cisco.Incomplete, Line: line}
	}
	if number > 0 && len(rest) == 0 {
		l.drop(func(e entry) bool { return e.Number == number })
		delete(l.remarks, number)
		return cisco.Complaint{}
	}
	if len(rest) > 0 && len(rest[0].Text) > 2 && strings.HasPrefix("remark", strings.ToLower(rest[0].Text)) {
		l.dropRemark(number, strings.TrimSpace(line[rest[0].At+len(rest[0].Text):]))
		return cisco.Complaint{}
	}
	if number > 0 {
		return cisco.Complaint{Kind: cisco.Invalid, At: rest[0].At, Line: line}
	}
	a, trouble := style.ParseAce(tokens, line)
	if trouble.None() {
		l.drop(func(e entry) bool { return style.Text(e.Ace) == style.Text(a) })
	}
	return trouble
}

// drop removes entries and the remarks that stick to them.
func (l *list) drop(gone func(entry) bool) {
	l.entries = slices.DeleteFunc(l.entries, func(e entry) bool {
		if gone(e) {
			delete(l.remarks, e.Number)
			return true
		}
		return false
	})
}

func (l *list) dropRemark(number int, text string) {
	for n, remarks := range l.remarks {
		if number != 0 && n != number {
			continue
		}
		left := slices.DeleteFunc(remarks, func(r string) bool { return r == text || text == "" && number != 0 })
		if l.remarks[n] = left; len(left) == 0 {
			delete(l.remarks, n)
		}
	}
}

// resequence numbers the entries anew; remarks stay with theirs.
func (l *list) resequence(start, step int) {
	remarks := map[int][]string{}
	n := start
	for _, number := range l.numbers() {
		for i := range l.entries {
			if l.entries[i].Number == number {
				l.entries[i].Number = -n
			}
		}
		if r := l.remarks[number]; r != nil {
			remarks[n] = r
		}
		n += step
	}
	for i := range l.entries {
		l.entries[i].Number *= -1
	}
	l.remarks = remarks
}

// numbers is every number that an entry or a remark bears, ascending.
func (l *list) numbers() []int {
	var all []int
	for _, e := range l.entries {
		all = append(all, e.Number)
	}
	for n := range l.remarks {
		all = append(all, n)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
