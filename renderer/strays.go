package renderer

import (
	"fmt"
	"reflect"
	"strings"

	"op25b/acl"
)

// onlyThat holds a text of the workspace's template against the one that the dialect's own gives:
// it may be spelled otherwise, and have other remarks, but every line of it must say something
// of what was meant. A line that could be taken out and leave the same config is about
// something else, and nobody has proved what.
func (r Renderer) onlyThat(laid acl.Config, text string, back acl.Config) error {
	if r.plain == nil {
		return nil
	}
	plain, err := written(r.plain, laid)
	if err != nil {
		return err
	}
	own, err := r.dialect.Parse(plain)
	if err != nil {
		return err
	}
	if back.Hostname != own.Hostname || len(back.References) != len(own.References) || len(back.Unread) > 0 || !within(back.Interfaces, own.Interfaces) {
		return fmt.Errorf("besides filters and bindings it has a name, an interface or a use of a filter")
	}
	known := known(back)
	for _, line := range r.dialect.Lines(plain) {
		known.lines[strings.TrimSpace(line)] = true
	}
	all := strings.Split(text, "\n")
	for i, line := range all {
		if len(r.dialect.Lines(line)) == 0 || known.has(i+1, line) || isRemark(line) {
			continue
		}
		all[i] = ""
		without, err := r.dialect.Parse(strings.Join(all, "\n"))
		if all[i] = line; err == nil && reflect.DeepEqual(without, back) {
			return fmt.Errorf("line %d: %q is about something else", i+1, strings.TrimSpace(line))
		}
	}
	return nil
}

// lines are those that are known to say something: by their number, or by what they say.
type lines struct {
	numbers map[int]bool
	lines   map[string]bool
}

func (l lines) has(number int, line string) bool {
	return l.numbers[number] || l.lines[strings.TrimSpace(line)]
}

// known are the lines of a text that became an entry or a binding of its config; what these say
// has been compared.
func known(back acl.Config) lines {
	out := lines{map[int]bool{}, map[string]bool{}}
	for _, l := range back.Lists {
		for _, e := range l.Entries {
			out.numbers[e.Place.Line] = true
		}
	}
	for _, b := range back.Bindings {
		out.numbers[b.Place.Line] = true
	}
	return out
}

// isRemark reports a remark of a Cisco list, with its number or without.
func isRemark(line string) bool {
	w := strings.Fields(line)
	if len(w) > 1 && strings.Trim(w[0], "0123456789") == "" {
		w = w[1:]
	}
	return line[0] == ' ' && w[0] == "remark"
}

func within(some, all []string) bool {
	there := map[string]bool{}
	for _, s := range all {
		there[s] = true
	}
	for _, s := range some {
		if !there[s] {
			return false
		}
	}
	return true
}
