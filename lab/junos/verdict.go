package junos

import (
	"net/netip"
	"strconv"
	"strings"

	"op25b/lab"
)

// judge reads filters as the router does: term by term, the first that ends decides.
type judge struct {
	tree   *node
	packet lab.Packet
}

// finding is what became of a packet in one filter.
type finding struct {
	ended   bool // a term ended; else no term did
	pass    bool
	line    string
	counted []string // "filter counter" of the terms that matched
}

// verdict is the fate of a packet at an interface with unit.
func (j judge) verdict(iface, direction string) finding {
	family := "inet6"
	if j.packet.Src.Is4() {
		family = "inet"
	}
	device, unit, found := strings.Cut(iface, ".")
	if !found {
		unit = "0"
	}
	binding := j.tree.active("interfaces", device, "unit "+unit, "family "+family, "filter")
	side := map[string]string{"in": "input", "out": "output"}[direction]
	var chain []*node
	if binding != nil {
		chain = append(binding.all(side), binding.all(side+"-list")...)
	}
	if len(chain) == 0 {
		return finding{pass: true, line: "no filter"}
	}
	return j.chain(family, chain)
}

// chain is the filters of a list, one behind the other. What no term ended is discarded at the
// end of the last [DOC].
func (j judge) chain(family string, chain []*node) finding {
	var counted []string
	for _, b := range chain {
		f := filterNode(j.tree, family, b.last())
		if f == nil {
			continue // cannot be committed
		}
		got := j.filter(family, f)
		counted = append(counted, got.counted...)
		if got.ended {
			got.counted = counted
			return got
		}
	}
	return finding{line: "implicit discard of filter " + chain[len(chain)-1].last(), counted: counted}
}

func (j judge) filter(family string, f *node) finding {
	var counted []string
	for _, term := range f.all("term") {
		line := "firewall family " + family + " filter " + f.last() + " term " + term.last()
		matches, unclear := j.matches(term)
		if unclear != "" {
			return finding{ended: true, line: line + ": cannot tell: " + unclear, counted: counted}
		}
		if !matches {
			continue
		}
		then := term.active("then")
		if then == nil { // a term without then accepts [DOC]
			return finding{true, true, line, counted}
		}
		for _, c := range then.all("count") {
			counted = append(counted, f.last()+" "+c.last())
		}
		if then.active("next term") != nil {
			continue
		}
		pass := then.active("discard") == nil && then.active("reject") == nil
		return finding{true, pass, line, counted} // only count, log or policer: accepts [DOC]
	}
	return finding{counted: counted}
}

// matches reports whether all conditions of a term hold. Unclear names a condition that the
// lab does not play.
func (j judge) matches(term *node) (matches bool, unclear string) {
	from := term.active("from")
	for _, k := range term.kids {
		if k.rule == nil && !k.inactive {
			return false, strings.Join(k.words, " ")
		}
	}
	if from == nil {
		return true, ""
	}
	for _, k := range from.kids {
		if k.rule == nil && !k.inactive {
			return false, strings.Join(k.words, " ")
		}
	}
	src := j.addresses(from, "source-address", "source-prefix-list")
	dst := j.addresses(from, "destination-address", "destination-prefix-list")
	either := j.addresses(from, "address", "prefix-list")
	return src.holds(j.packet.Src) && dst.holds(j.packet.Dst) && either.holdsEither(j.packet.Src, j.packet.Dst) &&
		j.protocol(from) && j.ports(from) && j.flags(from), ""
}

// addressSet is a condition on an address: addresses and prefix-lists of one side together.
type addressSet struct {
	given   bool // there is a condition at all
	wanted  bool // there is something that is not an exception
	entries []addressEntry
}

type addressEntry struct {
	prefix netip.Prefix
	mask   netip.Addr // instead of a length
	except bool
}

func (j judge) addresses(from *node, addresses, lists string) addressSet {
	var set addressSet
	take := func(item *node, prefixes []string) {
		except := item.kid("except") != nil
		set.given, set.wanted = true, set.wanted || !except
		for _, p := range prefixes {
			set.entries = append(set.entries, entryOf(p, except))
		}
	}
	for _, item := range itemsOf(from, addresses) {
		take(item, []string{item.last()})
	}
	for _, item := range itemsOf(from, lists) {
		var prefixes []string
		if list := j.tree.active("policy-options", "prefix-list "+item.last()); list != nil {
			for _, k := range list.kids {
				if _, fault := prefix(k.last()); fault == "" && len(k.words) == 1 && !k.inactive {
					prefixes = append(prefixes, k.last())
				}
			}
		}
		take(item, prefixes)
	}
	return set
}

func entryOf(s string, except bool) addressEntry {
	address, mask, _ := strings.Cut(s, "/")
	if m, err := netip.ParseAddr(mask); err == nil {
		a, _ := netip.ParseAddr(address)
		return addressEntry{netip.PrefixFrom(a, 32), m, except}
	}
	p, _ := netip.ParsePrefix(s)
	return addressEntry{prefix: p.Masked(), except: except}
}

func (e addressEntry) contains(a netip.Addr) bool {
	if !e.mask.IsValid() {
		return e.prefix.Contains(a)
	}
	x, y, m := a.As4(), e.prefix.Addr().As4(), e.mask.As4()
	for i := range m {
		if x[i]&m[i] != y[i]&m[i] {
			return false
		}
	}
	return true
}

func (e addressEntry) length() int {
	if !e.mask.IsValid() {
		return e.prefix.Bits()
	}
	n := 0
	for _, b := range e.mask.As4() {
		n += strings.Count(strconv.FormatUint(uint64(b), 2), "1")
	}
	return n
}

// holds: the longest prefix that contains the address decides [DOC]; at the same length the
// exception [K]. Contained in none: no, so an empty prefix-list matches nothing [SAMPLE vQFX
// 17.4]; but exceptions alone match all the others [MODEL batfish].
func (s addressSet) holds(a netip.Addr) bool {
	if !s.given {
		return true
	}
	best, hit := -1, !s.wanted
	for _, e := range s.entries {
		if n := e.length(); e.contains(a) && (n > best || n == best && e.except) {
			best, hit = n, !e.except
		}
	}
	return hit
}

// holdsEither: one of both addresses is enough, an exception needs both [DOC].
func (s addressSet) holdsEither(a, b netip.Addr) bool {
	if s.given && !s.wanted {
		return s.holds(a) && s.holds(b)
	}
	return s.holds(a) || s.holds(b)
}

// protocol: next-header is the first header, payload-protocol the last; the lab's packets have
// no extension headers, so both are the protocol.
func (j judge) protocol(from *node) bool {
	for _, word := range []string{"protocol", "next-header", "payload-protocol"} {
		given := from.all(word)
		hit := len(given) == 0
		for _, p := range given {
			n, _ := protocolNumber(p.last())
			hit = hit || n == j.packet.Protocol
		}
		if !hit {
			return false
		}
	}
	return true
}

// ports: no protocol is implied [DOC]. The header of a later fragment has no ports, and a
// condition on them does not hold, and so for ICMP [K: the router may find chance bytes there].
func (j judge) ports(from *node) bool {
	p := j.packet
	in := func(given []*node, port int) bool {
		for _, g := range given {
			if low, high, _ := portRange(g.last()); low <= port && port <= high {
				return true
			}
		}
		return false
	}
	all := func(word string) []*node { return from.all(word) }
	conditions := []struct {
		given []*node
		holds bool
	}{
		{all("port"), in(all("port"), p.SrcPort) || in(all("port"), p.DstPort)},
		{all("source-port"), in(all("source-port"), p.SrcPort)},
		{all("destination-port"), in(all("destination-port"), p.DstPort)},
		{all("source-port-except"), !in(all("source-port-except"), p.SrcPort)},
		{all("destination-port-except"), !in(all("destination-port-except"), p.DstPort)},
	}
	absent := p.LaterFragment || p.Protocol == 1 || p.Protocol == 58
	for _, c := range conditions {
		if len(c.given) > 0 && (!c.holds || absent) {
			return false
		}
	}
	return true
}

// flags are the conditions on fragments, TCP flags and the ICMP type. The packets of the lab
// have no ICMP code: a condition on one never holds.
func (j judge) flags(from *node) bool {
	p := j.packet
	tcp := p.Protocol == 6 && !p.LaterFragment
	switch {
	case from.active("is-fragment") != nil && !p.LaterFragment,
		from.active("tcp-established") != nil && !(tcp && p.Established),
		from.active("tcp-initial") != nil && !(tcp && !p.Established),
		len(from.all("icmp-type")) > 0 && !j.icmp(from.all("icmp-type")), len(from.all("icmp-code")) > 0:
		return false
	}
	return true
}

// icmp reports whether the packet is ICMP of one of the types.
func (j judge) icmp(types []*node) bool {
	p := j.packet
	names := map[string]string{"echo-reply": "0", "unreachable": "3", "echo-request": "8", "time-exceeded": "11"}
	if p.Protocol == 58 {
		names = map[string]string{"destination-unreachable": "1", "time-exceeded": "3", "echo-request": "128", "echo-reply": "129"}
	}
	for _, t := range types {
		low, high, ok := portRange(orElse(names[t.last()], t.last()))
		if ok && low <= p.DstPort && p.DstPort <= high && (p.Protocol == 1 || p.Protocol == 58) && !p.LaterFragment {
			return true
		}
	}
	return false
}
