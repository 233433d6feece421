package rtx

import (
	"slices"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
)

// references finds the filters that a command uses beside an interface's filter: every
// number behind the word filter (8.1.10 names the commands: ip route, ip filter
// directed-broadcast, ip filter dynamic, ip forward filter, ip fragment remove df-bit,
// ip INTERFACE rip filter; ipv6 route since Rev.23.00.12). Numbers that follow filter in
// other commands (queue class filter, ospf, bgp, url, ethernet) are of other kinds.
func (r *reader) references(l words.Line, f packet.Family, w []string, undo bool) {
	if undo {
		return
	}
	if w[0] == "forward" && len(w) > 1 && w[1] == "filter" {
		w = w[2:] // its own number
	}
	r.use(l, f, numbersBehind(w))
}

// supersede is `ip tos supersede ID TOS [precedence=P] n …`, likewise dscp.
func (r *reader) supersede(l words.Line, f packet.Family, w []string, undo bool) {
	if undo || len(w) < 5 || w[1] != "supersede" {
		return
	}
	var used []string
	for _, word := range w[4:] {
		if n, err := number(word); err == nil {
			used = append(used, n)
		}
	}
	r.use(l, f, used)
}

// numbersBehind are the filter numbers of a command: those behind `filter`, and then behind
// `in` and `out`, up to the next word.
func numbersBehind(w []string) []string {
	var out []string
	seen, behind := false, false
	for _, word := range w {
		n, err := number(word)
		switch {
		case word == "filter":
			seen, behind = true, true
		case seen && (word == "in" || word == "out"):
			behind = true
		case err != nil:
			behind = false
		case behind:
			out = append(out, n)
		}
	}
	return out
}

func (r *reader) use(l words.Line, f packet.Family, names []string) {
	for _, n := range names {
		r.c.References = append(r.c.References, acl.Reference{Name: n, Family: f, Place: l.Place("")})
	}
}

// config is what the text says once it is read to its end.
func (r *reader) config() acl.Config {
	c := r.c
	c.Lists = slices.DeleteFunc(c.Lists, func(l acl.List) bool { return l.Name == "" })
	for p, b := range r.bound {
		c.Bindings = append(c.Bindings, acl.Binding{Interface: p.Interface, Direction: p.Direction, Family: p.Family,
			Lists: b.lists, Tail: b.tail, Unmodelled: b.unmodelled, Place: b.place})
	}
	at := map[acl.Point]int{}
	for i, b := range c.Bindings {
		at[b.Point()] = i
	}
	for p, named := range r.named {
		for _, d := range []acl.Direction{acl.In, acl.Out} {
			c.Bindings = r.bySet(c.Bindings, at, p, d, named)
		}
	}
	slices.SortFunc(c.Bindings, func(a, b acl.Binding) int {
		if a.Place.Line != b.Place.Line {
			return a.Place.Line - b.Place.Line
		}
		if a.Direction < b.Direction {
			return -1
		}
		return 1
	})
	filtered := map[string]bool{}
	for _, b := range c.Bindings {
		filtered[b.Interface] = true
	}
	for _, t := range r.templates {
		if filtered[t.tunnel] {
			t.place.Why = "other tunnels may take over the filters of " + t.tunnel
			c.Unread = append(c.Unread, t.place)
		}
	}
	return c
}

// bySet adds the binding that a filter set makes. A set that is not defined leaves the
// interface as if it had no filter (8.1.25): a binding without lists, and its place says why.
// What a router does with a set and numbers at once is not known.
func (r *reader) bySet(bindings []acl.Binding, at map[acl.Point]int, p port, d acl.Direction, named bound) []acl.Binding {
	if i, there := at[acl.Point{Interface: p.name, Direction: d, Family: p.family}]; there {
		bindings[i].Unmodelled = "the filter set " + named.set + " is bound here, too: which one holds is not known"
		return bindings
	}
	defined, there := r.sets[set{p.family, named.set, d}]
	b := acl.Binding{Interface: p.name, Direction: d, Family: p.family, Tail: setBinding + named.set, Place: named.place,
		Lists: defined.lists, Unmodelled: defined.unmodelled}
	if !there {
		b.Place.Why = "the filter set " + named.set + " has no " + string(d) + " filters: everything passes"
	}
	return append(bindings, b)
}
