package rtx

import (
	"strconv"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
)

// ip carries out a command that begins with ip or ipv6.
func (r *reader) ip(l words.Line, f packet.Family, w []string, undo bool) {
	switch {
	case w[0] == "filter" && len(w) > 1:
		r.filter(l, f, w[1:], undo)
	case w[0] == "policy" || w[0] == "inbound" || w[0] == "dpi":
		r.engine(l, w, undo)
	case w[0] == "tos" || w[0] == "dscp":
		r.supersede(l, f, w, undo)
	case w[0] == "pp" || w[0] == "tunnel" || isPort(w[0]):
		r.onPort(l, f, w, undo)
	case has(w, "secure", "filter"):
		if !undo {
			r.unread(l, strconv.Quote(w[0])+" is no interface that can be bound so: the router has `pp select` and `tunnel select`")
		}
	default:
		r.references(l, f, w, undo)
	}
}

// engine looks at the router's other packet filters, whose numbers are their own: ip policy
// filter and ip inbound filter (FWX120, SRT100), ip dpi filter. Their definitions alone do nothing.
func (r *reader) engine(l words.Line, w []string, undo bool) {
	if w[0] == "policy" && has(w, "set", "enable") && !undo {
		r.unread(l, "the policy filter is another engine, which is not read")
	}
}

func has(w []string, first, second string) bool {
	for i := 0; i+1 < len(w); i++ {
		if w[i] == first && w[i+1] == second {
			return true
		}
	}
	return false
}

// onPort carries out a command about an interface.
func (r *reader) onPort(l words.Line, f packet.Family, w []string, undo bool) {
	name := w[0]
	if !isPort(name) {
		name = ""
		if strings.HasPrefix(r.selected, w[0]+" ") {
			name = r.selected
		}
	} else if !undo {
		r.meets(name)
	}
	switch {
	case has(w[1:], "secure", "filter") && name == "":
		if !undo {
			r.unread(l, "no "+w[0]+" is selected here")
		}
	case len(w) > 3 && w[1] == "secure" && w[2] == "filter":
		r.bind(l, port{f, name}, w[3:], undo)
	case has(w[1:], "inbound", "filter"), has(w[1:], "dpi", "filter"):
		if !undo {
			r.unread(l, "the "+w[1]+" filter is another engine, which is not read")
		}
	case has(w[1:], "forward", "filter"): // its number is that of an `ip forward filter`
	default:
		r.references(l, f, w, undo)
	}
}

// bind is `secure filter in|out n … [dynamic n …]` or `secure filter name SET`.
func (r *reader) bind(l words.Line, p port, w []string, undo bool) {
	at := acl.Point{Interface: p.name, Direction: acl.Direction(w[0]), Family: p.family}
	switch {
	case w[0] == "name" && undo:
		delete(r.named, p)
	case w[0] == "name" && len(w) == 2 && p.family == packet.V4:
		raw := fields(l.Text)
		r.named[p] = bound{set: raw[len(raw)-1], place: l.Place("")}
	case at.Direction != acl.In && at.Direction != acl.Out:
		if !undo {
			r.unread(l, strconv.Quote(w[0])+" is neither in nor out, nor the name of a filter set")
		}
	case undo:
		delete(r.bound, at)
	default:
		r.bound[at] = right(l, w[1:])
	}
}

// right is the numbers of a binding or set.
func right(l words.Line, w []string) bound {
	b := bound{place: l.Place("")}
	n := len(w)
	for i, word := range w {
		if word == "dynamic" {
			n = i
			break
		}
	}
	b.lists, b.unmodelled = numbers(w[:n])
	switch {
	case b.unmodelled != "":
	case n < len(w):
		var dynamic []string
		dynamic, b.unmodelled = numbers(w[n+1:])
		b.tail = dynamicWords + strings.Join(dynamic, " ")
		if len(dynamic) == 0 && b.unmodelled == "" {
			b.tail, b.unmodelled = "dynamic", "no number stands behind dynamic"
		}
	}
	if len(b.lists) == 0 && b.unmodelled == "" {
		b.unmodelled = "no static filter is named: what then passes is not known"
	}
	return b
}

// numbers reads filter numbers; why names the first word that is none.
func numbers(w []string) (out []string, why string) {
	for _, word := range w {
		n, err := number(word)
		if err != nil {
			return out, strconv.Quote(word) + " is not a filter number"
		}
		out = append(out, n)
	}
	return out, ""
}

// filter is every command that begins with ip filter.
func (r *reader) filter(l words.Line, f packet.Family, w []string, undo bool) {
	if n, err := number(w[0]); err == nil {
		if undo {
			r.undefine(key{f, n})
		} else {
			r.define(key{f, n}, filterList(l, f, n, w[1:], r.why))
		}
		return
	}
	switch w[0] {
	case "set":
		r.set(l, f, w[1:], undo)
	case "dynamic":
		if !undo && len(w) > 1 && w[1] != "timer" {
			r.use(l, f, numbersBehind(w[1:]))
		}
	case "source-route", "fqdn":
	case "directed-broadcast":
		r.references(l, f, w, undo)
	default:
		if !undo {
			r.unread(l, strconv.Quote(w[0])+" is not a filter number")
		}
	}
}

func (r *reader) define(k key, list acl.List) {
	if i, there := r.at[k]; there {
		r.c.Lists[i] = list
		return
	}
	r.at[k] = len(r.c.Lists)
	r.c.Lists = append(r.c.Lists, list)
}

// undefine leaves an empty place in the lists, which config closes.
func (r *reader) undefine(k key) {
	if i, there := r.at[k]; there {
		r.c.Lists[i] = acl.List{}
		delete(r.at, k)
	}
}

// set is `ip filter set NAME in n …`; out may follow on the same line. The numbers count as
// used whether or not an interface has the set: RADIUS can give it to a session.
func (r *reader) set(l words.Line, f packet.Family, w []string, undo bool) {
	if len(w) == 0 {
		return
	}
	name := w[0]
	if raw := fields(l.Text); len(raw) > 3 {
		name = raw[len(raw)-len(w)]
	}
	if undo {
		for _, d := range []acl.Direction{acl.In, acl.Out} {
			if len(w) == 1 || w[1] == string(d) {
				delete(r.sets, set{f, name, d})
			}
		}
		return
	}
	for i := 1; i < len(w); {
		end := i + 1
		for end < len(w) && w[end] != "in" && w[end] != "out" {
			end++
		}
		d := acl.Direction(w[i])
		if d != acl.In && d != acl.Out {
			r.unread(l, strconv.Quote(w[i])+" is neither in nor out")
			return
		}
		b := right(l, w[i+1:end])
		r.sets[set{f, name, d}] = b
		r.use(l, f, b.lists)
		i = end
	}
}
