package rtx

import (
	"slices"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
)

// Parse reads what `show config` prints, wrapped or not, a configuration file as TFTP or
// SFTP give it, or a rendered text. Each filter is a list of its own, named by its number,
// of one entry.
//
// Commands are carried out in the order of the text, `no …` too, as the router would: a later
// line about the same thing wins. A pp or tunnel stays selected until another is; how lines
// are indented says nothing.
//
// A binding is read for packets that open something: a packet of a session that a dynamic
// filter has let through passes whatever the filters say, and the text does not know of it.
func (Dialect) Parse(text string) (acl.Config, error) {
	lines, err := words.Read(text)
	if err != nil {
		return acl.Config{}, err
	}
	lines, err = outside(lines)
	if err != nil {
		return acl.Config{}, err
	}
	if err := complete(lines); err != nil {
		return acl.Config{}, err
	}
	r := newReader()
	var wrong []acl.Place
	read, understood := 0, 0
	for _, l := range join(lines) {
		l.Text = strings.TrimRight(l.Text, " \t")
		switch {
		case l.Text == "":
			continue
		case orphan(l.Text):
			wrong = append(wrong, l.Place("this can only be the rest of a wrapped line: say `console columns 200` before `show config`"))
			continue
		case comment(l.Text):
			r.remark(l)
			continue
		}
		read++
		if understood == 0 && begins(l.Text) {
			understood++
		}
		r.line(l)
		r.why = acl.Why{}
	}
	if read > 0 && understood == 0 {
		wrong = append(wrong, acl.Place{Why: "no line is a command of a Yamaha router"})
	}
	if len(wrong) > 0 {
		return acl.Config{}, words.TextError{Places: wrong}
	}
	return r.config(), nil
}

func comment(line string) bool {
	line = strings.TrimLeft(line, " \t")
	return line != "" && line[0] == '#'
}

// reader is what has been read so far.
type reader struct {
	c         acl.Config
	at        map[key]int // where in c.Lists a filter stands
	sets      map[set]bound
	bound     map[acl.Point]bound
	named     map[port]bound // interfaces with a filter set
	seen      map[string]bool
	templates []takeover // tunnels whose settings others take over
	selected  string     // pp 1, tunnel 2, "" for none
	why       acl.Why    // what the comment above says
}

type key struct {
	family packet.Family
	name   string
}

type set struct {
	family    packet.Family
	name      string
	direction acl.Direction
}

type port struct {
	family packet.Family
	name   string
}

// bound is the right side of a binding or of a filter set.
type bound struct {
	lists      []string
	tail       string
	set        string
	unmodelled string
	place      acl.Place
}

type takeover struct {
	tunnel string
	place  acl.Place
}

func newReader() *reader {
	return &reader{c: acl.Config{Undefined: acl.Unknown}, at: map[key]int{}, sets: map[set]bound{},
		bound: map[acl.Point]bound{}, named: map[port]bound{}, seen: map[string]bool{}}
}

// remark takes the reason of the next filter from a comment that we wrote: policy.yaml:14 block vodafone.
func (r *reader) remark(l words.Line) {
	where, text, _ := strings.Cut(strings.TrimLeft(l.Text, "# \t"), " ")
	r.why = acl.Why{}
	if file, line, found := strings.Cut(where, ":"); found && file != "" && line != "" && strings.Trim(line, "0123456789") == "" {
		r.why = acl.Why{Place: where, Text: strings.TrimSpace(text)}
	}
}

// line carries out one command.
func (r *reader) line(l words.Line) {
	w := fields(strings.ToLower(l.Text))
	undo := len(w) > 1 && w[0] == "no"
	if undo {
		w = w[1:]
	}
	switch {
	case len(w) == 0:
	case shortened(w):
		r.unread(l, "a command that is shortened, as the router takes it and does not print it")
	case len(w) > 1 && w[0] == "ip":
		r.ip(l, packet.V4, w[1:], undo)
	case len(w) > 1 && w[0] == "ipv6":
		r.ip(l, packet.V6, w[1:], undo)
	case len(w) > 2 && (w[0] == "pp" || w[0] == "tunnel") && w[1] == "select":
		r.choose(w[0], w[2], undo)
	case len(w) > 1 && w[0] == "tunnel" && w[1] == "template" && !undo:
		r.templates = append(r.templates, takeover{r.selected, l.Place("")})
	case len(w) > 1 && w[0] == "clear" && w[1] == "configuration":
		*r = *newReader()
	case len(w) > 2 && w[0] == "console" && w[1] == "prompt" && !undo:
		r.c.Hostname = promptText(l.Text)
	case w[0] == "schedule" && !undo && strings.Contains(l.Text, "filter"):
		r.unread(l, "a schedule changes filters at some time")
	default:
		r.mentions(w)
	}
}

// fields are the words of a command up to a comment behind it. An unquoted # begins one (1.5).
func fields(line string) []string {
	w := strings.Fields(line)
	if i := slices.IndexFunc(w, func(s string) bool { return s[0] == '#' }); i >= 0 {
		return w[:i]
	}
	return w
}

// promptText is the text of `console prompt`, which is all that the router calls itself, without
// the quotes, brackets and blanks that people put around it.
func promptText(line string) string {
	_, text, _ := strings.Cut(strings.TrimSpace(line), "prompt")
	return strings.Trim(strings.TrimSpace(text), "\"' []")
}

func (r *reader) choose(kind, what string, undo bool) {
	r.selected = ""
	if !undo && what != "none" && isPeer(what) {
		r.selected = kind + " " + what
		r.meets(r.selected)
	}
}

// isPeer reports whether a word is the number of a pp or tunnel, or anonymous.
func isPeer(word string) bool {
	return word == "anonymous" || len(word) > 0 && len(word) < 6 && strings.Trim(word, "0123456789") == ""
}

// isPort reports whether a word names an interface (1.3): lan1, lan1.2, lan1/3, vlan1, wan1,
// bridge1, loopback1, null, onu1.
func isPort(word string) bool {
	kind := strings.TrimRight(word, "0123456789./")
	switch kind {
	case "null":
		return word == kind
	case "lan", "vlan", "wan", "bridge", "loopback", "onu":
		return word != kind && letterFree(word[len(kind):])
	}
	return false
}

// letterFree reports whether the rest of a name is 1, 1.2 or 1/3.
func letterFree(rest string) bool {
	a, b, two := strings.Cut(strings.Replace(rest, "/", ".", 1), ".")
	digits := func(s string) bool { return s != "" && len(s) < 5 && strings.Trim(s, "0123456789") == "" }
	return digits(a) && (!two || digits(b))
}

func (r *reader) meets(name string) {
	if !r.seen[name] {
		r.seen[name] = true
		r.c.Interfaces = append(r.c.Interfaces, name)
	}
}

// mentions collects the interfaces that other commands are about.
func (r *reader) mentions(w []string) {
	switch w[0] {
	case "description", "pppoe", "ethernet", "lan", "vlan", "bridge", "queue", "speed", "ngn":
		for _, word := range w[1:] {
			if isPort(word) {
				r.meets(word)
			}
			if w[0] == "description" {
				return
			}
		}
	}
}

func (r *reader) unread(l words.Line, why string) { r.c.Unread = append(r.c.Unread, l.Place(why)) }
