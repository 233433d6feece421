package junos

import (
	"fmt"
	"slices"
	"strings"

	"op25b/lab"
)

// counter is known by the filter as it runs and its own name: the same name repeats in many
// filters [SAMPLE].
type counter struct{ filter, name string }

type count struct{ bytes, packets int }

// instance is a filter as the forwarding engine runs it.
type instance struct {
	name     string
	counters []string
}

// instances are the running filters: each that is defined; one per interface and direction for
// the interface-specific ones, whose counters get the same suffix; and one per list [DOC B3.4].
func instances(tree *node) []instance {
	var out []instance
	add := func(i instance) {
		if !slices.ContainsFunc(out, func(o instance) bool { return o.name == i.name }) {
			out = append(out, i)
		}
	}
	eachFilter(tree, func(_ string, f *node) {
		if f.active("interface-specific") == nil {
			add(instance{f.last(), countersOf(f)})
		}
	})
	eachBinding(tree, func(place, family string, binding *node) {
		for _, b := range binding.kids {
			if f := filterNode(tree, family, b.last()); f != nil && !b.inactive {
				add(instanceOf(tree, place, family, b, f))
			}
		}
	})
	return out
}

// instanceOf is how a filter runs at one binding.
func instanceOf(tree *node, place, family string, b, f *node) instance {
	words := strings.Fields(place) // interfaces X unit U family F
	iface := words[1] + "." + words[3]
	side := "i"
	if strings.HasPrefix(b.words[0], "output") {
		side = "o"
	}
	names := countersOf(f)
	switch {
	case strings.HasSuffix(b.words[0], "-list"):
		var all []string
		for _, other := range tree.active("interfaces", words[1], "unit "+words[3], "family "+family, "filter").all(b.words[0]) {
			all = append(all, countersOf(filterNode(tree, family, other.last()))...)
		}
		return instance{iface + "-" + family + "-" + side, all}
	case f.active("interface-specific") != nil:
		suffix := "-" + iface + "-" + side
		for i := range names {
			names[i] += suffix
		}
		return instance{f.last() + suffix, names}
	}
	return instance{f.last(), names}
}

// countersOf are the names in a filter, by alphabet [SAMPLE: not known for more than one].
func countersOf(f *node) []string {
	if f == nil {
		return nil
	}
	var out []string
	for _, term := range f.all("term") {
		if then := term.active("then"); then != nil {
			for _, c := range then.all("count") {
				out = append(out, c.last())
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// countAll adds a packet to the counters of the terms that it matched.
func (r *Router) countAll(iface, direction string, p lab.Packet, counted []string, bytes int) {
	family := "inet6"
	if p.Src.Is4() {
		family = "inet"
	}
	eachBinding(r.effective, func(place, of string, binding *node) {
		words := strings.Fields(place)
		if of != family || words[1]+"."+words[3] != iface {
			return
		}
		for _, b := range binding.kids {
			f := filterNode(r.effective, family, b.last())
			into := map[string]string{"in": "input", "out": "output"}[direction]
			if f == nil || b.inactive || !strings.HasPrefix(b.words[0], into) {
				continue
			}
			i := instanceOf(r.effective, place, family, b, f)
			for _, c := range counted {
				filter, name, _ := strings.Cut(c, " ")
				if filter == f.last() {
					key := counter{i.name, name + strings.TrimPrefix(i.name, suffixless(i.name, f.last()))}
					n := r.counters[key]
					r.counters[key] = count{n.bytes + bytes, n.packets + 1}
				}
			}
		}
	})
}

// suffixless is the part of an instance's name that its counters do not get.
func suffixless(instance, filter string) string {
	if strings.HasPrefix(instance, filter+"-") {
		return filter
	}
	return instance
}

// resetCounters: a filter that changed is compiled anew and counts from zero [DOC].
func (r *Router) resetCounters(old, want *node) {
	changed := map[string]bool{}
	was := map[string]string{}
	before, after := inherited(old), inherited(want)
	eachFilter(before, func(place string, f *node) { was[place] = compiled(before, f) })
	eachFilter(after, func(place string, f *node) {
		if was[place] != compiled(after, f) {
			changed[f.last()] = true
		}
	})
	for key := range r.counters {
		for name := range changed {
			if key.filter == name || strings.HasPrefix(key.filter, name+"-") {
				delete(r.counters, key)
			}
		}
	}
}

// compiled is all that a filter is made of: its terms and the prefix-lists that they name.
func compiled(tree, f *node) string {
	text := f.braces()
	options := tree.active("policy-options")
	if options == nil {
		return text
	}
	for _, list := range options.all("prefix-list") {
		if strings.Contains(text, list.last()) {
			text += list.braces()
		}
	}
	return text
}

// showFirewall is "show firewall [filter X [counter C]]". The columns are [SAMPLE].
func (r *Router) showFirewall(tokens []token) (string, *mistake) {
	only, one := "", ""
	switch {
	case len(tokens) == 0:
	case len(tokens)%2 == 0 && len(tokens) <= 4 && tokens[0].text == "filter" && (len(tokens) == 2 || tokens[2].text == "counter"):
		only = tokens[1].text
		if len(tokens) == 4 {
			one = tokens[3].text
		}
	default:
		return "", &mistake{tokens[0].column, syntaxError}
	}
	var b strings.Builder
	for _, i := range instances(r.effective) {
		if only != "" && only != i.name {
			continue
		}
		fmt.Fprintf(&b, "\nFilter: %-60s\n", i.name)
		if len(i.counters) > 0 {
			fmt.Fprintf(&b, "Counters:\n%-36s %20s %20s\n", "Name", "Bytes", "Packets")
		}
		for _, c := range i.counters {
			if n := r.counters[counter{i.name, c}]; one == "" || one == c {
				fmt.Fprintf(&b, "%-36s %20d %20d\n", c, n.bytes, n.packets)
			}
		}
	}
	if only != "" && b.Len() == 0 {
		return "error: filter " + only + " not found\n", nil // [K]
	}
	return b.String(), nil
}

// clear is "clear firewall all" and "clear firewall filter X".
func (s *session) clear(line string, tokens []token) string {
	all := len(tokens) == 2 && tokens[1].text == "all"
	if len(tokens) < 2 || tokens[0].text != "firewall" || !all && (len(tokens) != 3 || tokens[1].text != "filter") {
		return s.complain(line, &mistake{-1, syntaxError})
	}
	for key := range s.r.counters {
		if all || key.filter == tokens[2].text {
			delete(s.r.counters, key)
		}
	}
	return ""
}
