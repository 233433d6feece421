package junos

import (
	"fmt"
	"net/netip"
	"strings"
)

// problem is why a configuration cannot be committed.
type problem struct {
	place, item, reason string
}

func (p problem) String() string {
	return "[edit " + p.place + "]\n  '" + p.item + "'\n    " + p.reason + "\n"
}

// most filters in an input-list or output-list [DOC B3.5].
const listLimit = 16

// check is all that is wrong with a configuration. The shape of a report is read off a session
// of an EX2200 [SAMPLE]; "Referenced filter … is not defined" is [K], the wording of the others too.
func problems(tree *node) []problem {
	var out []problem
	eachBinding(tree, func(place string, family string, binding *node) {
		for _, f := range binding.kids {
			if !f.inactive && filterNode(tree, family, f.last()) == nil {
				out = append(out, problem{place, "filter", "Referenced filter '" + f.last() + "' is not defined"})
			}
		}
		for _, side := range []string{"input-list", "output-list"} {
			if n := len(binding.all(side)); n > listLimit {
				out = append(out, problem{place, "filter", fmt.Sprintf("%s has %d filters, the limit is %d", side, n, listLimit)})
			}
		}
	})
	eachFilter(tree, func(place string, f *node) {
		for _, term := range f.all("term") {
			out = append(out, termProblems(tree, place, term)...)
		}
	})
	return out
}

func termProblems(tree *node, place string, term *node) []problem {
	var out []problem
	place += " " + strings.Join(term.words, " ")
	if from := term.active("from"); from != nil {
		for _, side := range []string{"prefix-list", "source-prefix-list", "destination-prefix-list"} {
			for _, item := range itemsOf(from, side) {
				if tree.active("policy-options", "prefix-list "+item.last()) == nil {
					out = append(out, problem{place + " from", side + " " + item.last(), "Referenced prefix-list '" + item.last() + "' is not defined"})
				}
			}
		}
		for _, side := range []string{"address", "source-address", "destination-address"} {
			for _, item := range itemsOf(from, side) {
				if hostBits(item.last()) {
					out = append(out, problem{place + " from " + side, item.last(), "host bits are set in the address"})
				}
			}
		}
	}
	if then := term.active("then"); then != nil {
		for _, p := range then.all("policer") {
			if tree.active("firewall", "policer "+p.last()) == nil {
				out = append(out, problem{place + " then", "policer", "Referenced policer '" + p.last() + "' is not defined"})
			}
		}
		for _, p := range then.all("prefix-action") {
			if tree.active("firewall", "family inet", "prefix-action "+p.last()) == nil {
				out = append(out, problem{place + " then", "prefix-action", "Referenced prefix-action '" + p.last() + "' is not defined"})
			}
		}
	}
	return out
}

// itemsOf are the active entries of "source-address { … }" and its like.
func itemsOf(from *node, word string) []*node {
	var out []*node
	if h := from.active(word); h != nil {
		for _, k := range h.kids {
			if !k.inactive {
				out = append(out, k)
			}
		}
	}
	return out
}

// hostBits reports bits beyond the length, which an IPv4 filter address may not have and an
// IPv6 one may [SAMPLE vJunos 25.4R1].
func hostBits(s string) bool {
	p, err := netip.ParsePrefix(s)
	return err == nil && p.Addr().Is4() && p != p.Masked()
}

// eachBinding visits "filter { … }" of every active interface, unit and family.
func eachBinding(tree *node, visit func(place, family string, binding *node)) {
	all := tree.active("interfaces")
	if all == nil {
		return
	}
	for _, i := range all.kids {
		if i.inactive {
			continue
		}
		for _, u := range i.all("unit") {
			for _, f := range u.all("family") {
				if b := f.active("filter"); b != nil {
					visit("interfaces "+i.last()+" unit "+u.last()+" family "+f.last(), f.last(), b)
				}
			}
		}
	}
}

// eachFilter visits every active filter: of a family, and of the old hierarchy without one.
func eachFilter(tree *node, visit func(place string, f *node)) {
	top := tree.active("firewall")
	if top == nil {
		return
	}
	for _, f := range top.all("family") {
		for _, k := range f.all("filter") {
			visit("firewall family "+f.last()+" filter "+k.last(), k)
		}
	}
	for _, k := range top.all("filter") {
		visit("firewall filter "+k.last(), k)
	}
}

// filterNode is a filter by name. Without a family it is an inet filter [MODEL B3.2].
func filterNode(tree *node, family, name string) *node {
	if f := tree.active("firewall", "family "+family, "filter "+name); f != nil || family != "inet" {
		return f
	}
	return tree.active("firewall", "filter "+name)
}

// entryCount is what the bound filters need in the packet forwarding engine: for each term its
// sources times its destinations times its ports. How much fits differs by line card [K].
func entryCount(tree *node) int {
	sum := 0
	eachBinding(tree, func(_ string, family string, binding *node) {
		for _, b := range binding.kids {
			f := filterNode(tree, family, b.last())
			if f == nil || b.inactive {
				continue
			}
			for _, term := range f.all("term") {
				sum += termEntries(tree, term)
			}
		}
	})
	return sum
}

func termEntries(tree *node, term *node) int {
	from := term.active("from")
	if from == nil {
		return 1
	}
	count := func(addresses, lists string) int {
		n := len(itemsOf(from, addresses))
		for _, l := range itemsOf(from, lists) {
			if p := tree.active("policy-options", "prefix-list "+l.last()); p != nil {
				n += len(p.kids)
			}
		}
		return max(n, 1)
	}
	return count("source-address", "source-prefix-list") * count("destination-address", "destination-prefix-list") *
		max(len(from.all("destination-port")), 1)
}
