// Package rtx speaks to Yamaha RTX and NVR routers: numbered filters, and the list of numbers
// that is bound to an interface.
package rtx

import (
	_ "embed"
	"strconv"
	"strings"
	"text/template"

	"op25b/acl"
	"op25b/acl/packet"
)

// Dialect is the dialect rtx. The zero value suits every model.
type Dialect struct {
	// PerBinding is how many filters one `ip … secure filter` may name, static and dynamic
	// ones together; 0 stands for 129. Only vRX, RTX5000, RTX3510 and RTX3500 take 300.
	PerBinding int
}

// What a router of this family holds (command reference Rev.23.02, 1.5, 8.1.10, 8.1.25, 30.7.2).
const (
	perBinding   = 129      // on every model; IPv6 never has more
	lineLength   = 4095     // characters of one command, blanks included
	lastNumber   = 21474836 // filter numbers start at 1; each family has its own
	setBinding   = "name "  // a binding's Tail begins so where a filter set is bound by name
	dynamicWords = "dynamic "
)

//go:embed acl.tmpl
var source string

// Name is rtx.
func (Dialect) Name() string { return "rtx" }

// Limits is what every model holds. There are no counters and no address groups.
func (d Dialect) Limits() acl.Limits {
	l := acl.Limits{PerBinding: perBinding, LineLength: lineLength, Chains: true,
		Source: "Yamaha command reference Rev.23.02, 1.5, 8.1.25 and 30.7.2"}
	if d.PerBinding > 0 {
		l.PerBinding = d.PerBinding
	}
	return l
}

// Template is acl.tmpl.
func (Dialect) Template() string { return source }

// Funcs are the words of acl.tmpl.
func (Dialect) Funcs() template.FuncMap {
	return template.FuncMap{
		"command":     command,
		"rule":        rule,
		"action":      action,
		"source":      sourceText,
		"destination": destinationText,
		"service":     service,
		"reason":      reason,
		"enter":       enter,
		"leave":       leave,
		"place":       place,
		"numbers":     numberList,
		"tail":        tail,
	}
}

// Lines are the commands of a rendered text: comments and blank lines are for people, and
// the blank before a command of a pp or tunnel says nothing to the router.
func (Dialect) Lines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			out = append(out, line)
		}
	}
	return out
}

// Unbind takes the filters of a point away: from then on everything passes there.
func (Dialect) Unbind(b acl.Binding) []string {
	at, err := place(b)
	if err != nil {
		return nil
	}
	what := string(b.Direction)
	if strings.HasPrefix(b.Tail, setBinding) {
		what = strings.TrimSpace(setBinding)
	}
	line := "no " + command(b.Family) + " " + at + " secure filter " + what
	if in := enter(b); in != "" {
		return []string{in, line, leave(b)}
	}
	return []string{line}
}

// Remove deletes filters by number. A name that is no filter number deletes nothing.
func (Dialect) Remove(c acl.Config) []string {
	var out []string
	for _, l := range c.Lists {
		if n, err := number(l.Name); err == nil {
			out = append(out, "no "+command(l.Family)+" filter "+n)
		}
	}
	return out
}

// Shape reports whether a filter is built as we build them: one line about tcp port 25, or
// the pass-nolog of everything that ends a list. A number in our range with another shape
// belongs to somebody else.
func Shape(l acl.List) bool {
	if len(l.Entries) != 1 {
		return false
	}
	e := l.Entries[0]
	if e.Unmodelled != "" || len(e.Also) > 0 {
		return false
	}
	if e.Match.Equal(packet.Any(l.Family)) {
		return e.Action == acl.Permit && !e.Log
	}
	m := e.Match
	m.Src, m.Dst = packet.All(l.Family.Bits()), packet.All(l.Family.Bits())
	return m.Equal(port25(l.Family)) && (e.Action == acl.Permit || e.Action == acl.Deny)
}

// port25 is what a filter with `tcp * 25` matches.
func port25(f packet.Family) packet.Box {
	b := packet.Any(f)
	b.Protocols, b.DstPorts, b.Fragments = packet.One(packet.TCP), packet.One(25), portFragments()
	return b
}

// portFragments are the fragments that a filter with ports matches. The command reference
// says nothing about fragments: that a later fragment, which has no ports, is not matched is
// not confirmed on a router. This is the only place that rests on it.
func portFragments() packet.Ranges { return packet.WithPorts() }

// number is a filter number as the router prints it.
func number(word string) (string, error) {
	n, err := strconv.ParseUint(word, 10, 32)
	if err != nil || n == 0 || n > lastNumber {
		return "", &strconv.NumError{Func: "filter number", Num: word, Err: strconv.ErrRange}
	}
	return strconv.FormatUint(n, 10), nil
}
