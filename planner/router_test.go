package planner_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A router here is a text and what config-mode lines do to it. It knows a router's habits
// (the same number replaces, a row of filters grows, what is bound is not removed) and
// nothing of the parsers: what a text means is for those to say.
type router interface {
	// do carries out one line, or says why a router would refuse it.
	do(line string) error
	// text is the running config.
	text() string
}

// routerOf is a router of a dialect with a running config.
func routerOf(dialect, running string) router {
	switch dialect {
	case "junos":
		return &setRouter{lines: setLines(running)}
	case "rtx":
		return newNumberRouter(running)
	case "openconfig":
		return newTreeRouter(running)
	}
	return newBlockRouter(running)
}

func lines(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\n"), func(s string) bool {
		return strings.TrimSpace(s) == "" || strings.TrimSpace(s)[0] == '#' || strings.TrimSpace(s) == "!"
	})
}

// blockRouter is IOS-XE and IOS-XR: lines at the margin, each with lines below it.
type blockRouter struct {
	blocks []block
	at     int
}

type block struct {
	head string
	body []string
}

// newBlockRouter takes a text as a router would: two blocks of one name are one, and so are two
// entries of one number.
func newBlockRouter(text string) *blockRouter {
	r := &blockRouter{}
	for _, line := range lines(text) {
		switch {
		case line == "end" || strings.HasPrefix(line, "no "):
		case line[0] == ' ' && len(r.blocks) > 0:
			if r.below(strings.TrimSpace(line)) != nil {
				b := &r.blocks[r.at]
				b.body = append(b.body, strings.TrimSpace(line))
			}
		default:
			_ = r.do(line)
		}
	}
	return r
}

func (r *blockRouter) text() string {
	var s strings.Builder
	for _, b := range r.blocks {
		s.WriteString(b.head + "\n")
		for _, line := range b.body {
			s.WriteString(" " + line + "\n")
		}
		s.WriteString("!\n")
	}
	return s.String() + "end\n"
}

func (r *blockRouter) do(line string) error {
	if line[0] == ' ' {
		return r.below(strings.TrimSpace(line))
	}
	off, is := strings.CutPrefix(line, "no ")
	for i, b := range r.blocks {
		if b.head == strings.TrimPrefix(line, "no ") {
			r.at = i
			if is {
				return r.remove(i, off)
			}
			return nil
		}
	}
	if is {
		return fmt.Errorf("%q: there is no such block", line)
	}
	r.blocks = append(r.blocks, block{head: line})
	r.at = len(r.blocks) - 1
	return nil
}

// remove refuses what any other line names.
func (r *blockRouter) remove(i int, head string) error {
	name := head[strings.LastIndex(head, " ")+1:]
	for j, b := range r.blocks {
		for _, line := range b.body {
			if i != j && slices.Contains(strings.Fields(line), name) {
				return fmt.Errorf("no %s: %q of %q uses it", head, line, b.head)
			}
		}
	}
	r.blocks = slices.Delete(r.blocks, i, i+1)
	return nil
}

func (r *blockRouter) below(line string) error {
	b := &r.blocks[r.at]
	switch {
	case strings.HasPrefix(b.head, "interface "):
		return b.bind(line)
	case strings.Contains(b.head, "access-list "):
		return b.entry(line)
	case strings.HasPrefix(b.head, "object-group "):
		if !slices.Contains(b.body, line) {
			b.body = append(b.body, line)
		}
		return nil
	}
	return fmt.Errorf("%q below %q", line, b.head)
}

// bind keeps one list for a family and direction.
func (b *block) bind(line string) error {
	bare, off := strings.CutPrefix(line, "no ")
	w := strings.Fields(bare)
	slot := func(s string) string {
		f := strings.Fields(s)
		return f[0] + " " + f[1] + " " + f[len(f)-1]
	}
	i := slices.IndexFunc(b.body, func(s string) bool { return len(strings.Fields(s)) > 2 && slot(s) == slot(bare) })
	switch {
	case len(w) < 4 || w[1] != "access-group" && w[1] != "traffic-filter":
		return fmt.Errorf("%q below %q", line, b.head)
	case off && (i < 0 || b.body[i] != bare):
		return fmt.Errorf("%q: that is not bound at %q", line, b.head)
	case off:
		b.body = slices.Delete(b.body, i, i+1)
	case i < 0:
		b.body = append(b.body, bare)
	default:
		b.body[i] = bare
	}
	return nil
}

// entry puts a line of a list where its number says; the same number replaces, and `no` with a
// number takes the line away.
func (b *block) entry(line string) error {
	if off, is := strings.CutPrefix(line, "no "); is {
		i := slices.IndexFunc(b.body, func(s string) bool { return number(s) > 0 && number(s) == number(off) })
		if i < 0 {
			return fmt.Errorf("%q: %q has no such line", line, b.head)
		}
		b.body = slices.Delete(b.body, i, i+1)
		return nil
	}
	n := number(line)
	if n == 0 {
		b.body = append(b.body, line)
		return nil
	}
	i := slices.IndexFunc(b.body, func(s string) bool { return number(s) >= n })
	switch {
	case i < 0:
		b.body = append(b.body, line)
	case number(b.body[i]) == n:
		b.body[i] = line
	default:
		b.body = slices.Insert(b.body, i, line)
	}
	return nil
}

// number is the sequence number of an entry, 0 where it has none.
func number(line string) int {
	word, _, _ := strings.Cut(strings.TrimPrefix(line, "sequence "), " ")
	n, err := strconv.Atoi(word)
	if err != nil {
		return 0
	}
	return n
}

// numberRouter is a Yamaha router: lines, some below the pp that was selected last.
type numberRouter struct {
	lines    []string
	selected string
}

// newNumberRouter takes a text as a router would: of two filters of one number the later counts.
func newNumberRouter(text string) *numberRouter {
	r := &numberRouter{}
	for _, line := range lines(text) {
		w := strings.Fields(line)
		if len(w) > 2 && w[1] == "filter" {
			r.set(strings.Join(w[:3], " ")+" ", line, "")
			continue
		}
		r.lines = append(r.lines, line)
	}
	return r
}

func (r *numberRouter) text() string { return strings.Join(r.lines, "\n") + "\n" }

func (r *numberRouter) do(line string) error {
	bare, off := strings.CutPrefix(line, "no ")
	w := strings.Fields(bare)
	switch {
	case len(w) > 2 && w[1] == "select":
		r.selected = w[0] + " " + w[2]
		return nil
	case len(w) > 2 && w[1] == "filter" && off:
		return r.remove(w)
	case len(w) > 2 && w[1] == "filter":
		r.set(strings.Join(w[:3], " ")+" ", line, "")
		return nil
	case len(w) > 4 && w[2] == "secure":
		return r.bind(w, bare, off)
	}
	return fmt.Errorf("%q", line)
}

// remove refuses a number that a list names.
func (r *numberRouter) remove(w []string) error {
	for _, line := range r.lines {
		f := strings.Fields(line)
		if f[0] == w[0] && slices.Contains(f, "secure") && slices.Contains(f[5:], w[2]) {
			return fmt.Errorf("no %s: %q names it", strings.Join(w, " "), line)
		}
	}
	head := strings.Join(w, " ") + " "
	i := slices.IndexFunc(r.lines, func(s string) bool { return strings.HasPrefix(s, head) })
	if i < 0 {
		return fmt.Errorf("no %s: there is no such filter", head)
	}
	r.lines = slices.Delete(r.lines, i, i+1)
	return nil
}

func (r *numberRouter) bind(w []string, bare string, off bool) error {
	below, indent := "", ""
	if w[1] == "pp" || w[1] == "tunnel" {
		below, indent = w[1]+" select"+strings.TrimPrefix(r.selected, w[1]), " "
	}
	head := indent + strings.Join(w[:5], " ")
	if !off {
		r.set(head+" ", indent+bare, below)
		return nil
	}
	i := slices.IndexFunc(r.lines, func(s string) bool { return strings.HasPrefix(s, head+" ") })
	if i < 0 {
		return fmt.Errorf("no %s: nothing is bound there", bare)
	}
	r.lines = slices.Delete(r.lines, i, i+1)
	return nil
}

// set replaces the line of a beginning, or puts it below another line, or at the end.
func (r *numberRouter) set(head, line, below string) {
	i := slices.IndexFunc(r.lines, func(s string) bool { return strings.HasPrefix(s, head) })
	j := slices.Index(r.lines, below)
	switch {
	case i >= 0:
		r.lines[i] = line
	case j >= 0:
		r.lines = slices.Insert(r.lines, j+1, line)
	default:
		r.lines = append(r.lines, line)
	}
}

// setRouter is Junos: a set of lines.
type setRouter struct{ lines []string }

// setLines are the lines of a text, a row of filters as one line each.
func setLines(text string) []string {
	r := &setRouter{}
	for _, line := range lines(text) {
		_ = r.do(line)
	}
	return r.lines
}

func (r *setRouter) text() string { return strings.Join(r.lines, "\n") + "\n" }

func (r *setRouter) do(line string) error {
	path, off := strings.CutPrefix(line, "delete ")
	if off {
		n := len(r.lines)
		r.lines = slices.DeleteFunc(r.lines, func(s string) bool { return s == "set "+path || strings.HasPrefix(s, "set "+path+" ") })
		if n == len(r.lines) {
			return fmt.Errorf("%q: statement not found", line)
		}
		return nil
	}
	if before, row, is := strings.Cut(line, " [ "); is {
		for _, item := range strings.Fields(strings.TrimSuffix(row, "]")) {
			if err := r.do(before + " " + item); err != nil {
				return err
			}
		}
		return nil
	}
	r.displace(line)
	if !slices.Contains(r.lines, line) {
		r.lines = append(r.lines, line)
	}
	return nil
}

// displace drops what the line takes the place of: the one filter of a direction, or the row
// of filters that excludes it.
func (r *setRouter) displace(line string) {
	for _, way := range []string{"input", "output"} {
		for _, word := range []string{" filter " + way + " ", " filter " + way + "-list "} {
			before, _, is := strings.Cut(line, word)
			if !is {
				continue
			}
			r.lines = slices.DeleteFunc(r.lines, func(s string) bool {
				single := strings.HasPrefix(s, before+" filter "+way+" ")
				row := strings.HasPrefix(s, before+" filter "+way+"-list ")
				return single || row && !strings.HasSuffix(word, "-list ")
			})
		}
	}
}

// committable is an error where a filter or prefix-list is used and not there.
func (r *setRouter) committable() error {
	text := r.text()
	for _, line := range r.lines {
		w := strings.Fields(line)
		name, last := w[len(w)-1], w[len(w)-2]
		switch {
		case strings.HasPrefix(last, "input") || strings.HasPrefix(last, "output"):
			if !strings.Contains(text, " filter "+name+" term ") {
				return fmt.Errorf("commit: %q: filter %s is not defined", line, name)
			}
		case strings.HasSuffix(last, "-prefix-list"):
			if !strings.Contains(text, "policy-options prefix-list "+name+" ") {
				return fmt.Errorf("commit: %q: prefix-list %s is not defined", line, name)
			}
		}
	}
	return nil
}
