package planner_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// estate is a policy and one router's attachments, on which one thing at a time is edited, as
// people do over the years. What stays the same stays the same to the letter.
type estate struct {
	*author
	dialect  string
	existing string // refuse, or chain or embed where a list of others is bound
	today    int
	attached []attachment
}

type attachment struct {
	port, direction string
	families        []string
	pools           []string // nil for all
}

func newEstate(seed uint64, dialect string) *estate {
	e := &estate{author: newAuthor(seed), dialect: dialect, existing: "refuse"}
	e.today = e.busy()
	if (dialect == "junos" || dialect == "rtx") && e.IntN(3) > 0 {
		e.existing = "chain"
	}
	if (dialect == "iosxe" || dialect == "iosxr") && e.IntN(3) > 0 {
		e.existing = "embed"
	}
	e.attached = []attachment{{ports(dialect)[0], e.way(), []string{"ipv4", "ipv6"}, nil}}
	return e
}

// busy is a day on which most phases are in force.
func (e *estate) busy() int { return 5 + e.IntN(8) }

func (e *estate) way() string { return []string{"in", "out"}[e.IntN(2)] }

// inventory is the router's entry. The numbers of some RTX are so few that generations meet.
func (e *estate) inventory() string {
	var s strings.Builder
	s.WriteString("version: 1\ndevices:\n  r-1:\n    address: 192.0.2.1\n    dialect: " + e.dialect + "\n")
	if e.dialect == "rtx" {
		s.WriteString("    limits: { entries: 300 }\n    numbers: 250000-250199\n")
	}
	s.WriteString("    attach:\n")
	for _, a := range e.attached {
		fmt.Fprintf(&s, "      - { interface: %s, direction: %s, existing: %s, families: [%s]", a.port, a.direction, e.existing, strings.Join(a.families, ", "))
		if a.pools != nil {
			fmt.Fprintf(&s, ", pools: [%s]", strings.Join(a.pools, ", "))
		}
		s.WriteString(" }\n")
	}
	return s.String()
}

// copied is an estate of its own with the same dice.
func (e *estate) copied() *estate {
	a := *e.author
	a.pools, a.except = make([][]string, len(e.pools)), make([][]string, len(e.except))
	for i := range e.pools {
		a.pools[i] = slices.Clone(e.pools[i])
	}
	for i := range e.except {
		a.except[i] = slices.Clone(e.except[i])
	}
	a.exempt, a.relays, a.docomo = slices.Clone(e.exempt), slices.Clone(e.relays), slices.Clone(e.docomo)
	a.vodafone, a.phases = slices.Clone(e.vodafone), slices.Clone(e.phases)
	c := *e
	c.author, c.attached = &a, nil
	for _, one := range e.attached {
		one.families, one.pools = slices.Clone(one.families), slices.Clone(one.pools)
		c.attached = append(c.attached, one)
	}
	return &c
}

// edit is one edit by its name.
type edit struct {
	name string
	do   func(*estate)
}

// edits are the kinds of edit; the policy may refuse the outcome, and another is tried then.
func edits() []edit {
	return []edit{
		{"pool", func(e *estate) { i := e.IntN(len(e.pools)); e.list(&e.pools[i], func() string { return e.fresh(i) }) }},
		{"pools exchanged", func(e *estate) {
			i, j := e.IntN(len(e.pools)), e.IntN(len(e.pools))
			e.pools[i], e.pools[j], e.except[i], e.except[j] = e.pools[j], e.pools[i], e.except[j], e.except[i]
		}},
		{"pool more", func(e *estate) {
			if n := len(e.pools); n < 3 {
				e.pools = append(e.pools, nil)
				e.pool(n)
			}
		}},
		{"pool less", func(e *estate) {
			n := len(e.pools) - 1
			if n > 0 {
				e.pools, e.except[n] = e.pools[:n], nil
			}
		}},
		{"except", func(e *estate) {
			i := e.IntN(len(e.pools))
			e.list(&e.except[i], func() string { return e.inside(e.pools[i][e.IntN(len(e.pools[i]))]) })
		}},
		{"exemption", func(e *estate) {
			i := e.IntN(len(e.pools))
			e.list(&e.exempt, func() string { return e.inside(e.pools[i][e.IntN(len(e.pools[i]))]) })
		}},
		{"relay", func(e *estate) { e.list(&e.relays, func() string { return e.server(24, 6) }) }},
		{"destination", func(e *estate) { e.list(&e.docomo, func() string { return e.server(16, 32) }) }},
		{"destination", func(e *estate) { e.list(&e.vodafone, func() string { return e.server(16, 32) }) }},
		{"phase", (*estate).phase},
		{"a day later", func(e *estate) { e.today++ }},
		{"another day", func(e *estate) { e.today = e.busy() }},
		{"attachment", (*estate).attach},
		{"family", (*estate).family},
		{"pools of an attachment", func(e *estate) {
			a := &e.attached[e.IntN(len(e.attached))]
			if a.pools == nil {
				a.pools = []string{fmt.Sprintf("pool-%d", e.IntN(len(e.pools)))}
				return
			}
			a.pools = nil
		}},
		{"nothing", func(*estate) {}},
	}
}

// list inserts, deletes, moves, widens or narrows one item.
func (e *estate) list(all *[]string, fresh func() string) {
	if len(*all) == 0 {
		*all = []string{fresh()}
		return
	}
	i := e.IntN(len(*all))
	switch e.IntN(5) {
	case 0:
		*all = slices.Insert(*all, i, fresh())
	case 1:
		*all = slices.Delete(*all, i, i+1)
	case 2:
		j := e.IntN(len(*all))
		(*all)[i], (*all)[j] = (*all)[j], (*all)[i]
	case 3:
		(*all)[i] = resized((*all)[i], -1)
	case 4:
		(*all)[i] = resized((*all)[i], 1)
	}
}

// resized is a prefix so many bits longer; a single address gets no longer.
func resized(item string, by int) string {
	word := strings.Trim(item, `"`)
	p, err := netip.ParsePrefix(word)
	if a, single := netip.ParseAddr(word); single == nil {
		p, err = netip.PrefixFrom(a, a.BitLen()), nil
	}
	if err != nil || p.Bits()+by > p.Addr().BitLen() || p.Bits()+by < 8 {
		return item
	}
	word = netip.PrefixFrom(p.Addr(), p.Bits()+by).Masked().String()
	if strings.Contains(word, ":") {
		return `"` + word + `"`
	}
	return word
}

// fresh is a new prefix in a pool's part of the address space.
func (e *estate) fresh(pool int) string {
	if e.IntN(3) == 0 {
		return fmt.Sprintf(`"2001:db8:%x:%x00::/%d"`, pool+1, e.IntN(4), 56+e.IntN(4))
	}
	return fmt.Sprintf("203.0.113.%d/%d", pool*64+e.IntN(4)*16, 28+e.IntN(2))
}

// server is an address or a small prefix among the mail servers.
func (e *estate) server(from, n int) string {
	switch e.IntN(4) {
	case 0:
		return fmt.Sprintf(`"2001:db8:25::%x"`, e.IntN(8))
	case 1:
		return fmt.Sprintf("192.0.2.%d/30", 4*((from+e.IntN(n))/4))
	}
	return fmt.Sprintf("192.0.2.%d", from+e.IntN(n))
}

// phase adds one, takes one away, or lets one start or end on another day.
func (e *estate) phase() {
	i := e.IntN(len(e.phases))
	switch e.IntN(4) {
	case 0:
		all := e.phases
		e.phased()
		all = append(all, strings.Replace(e.phases[0], "name: p0", fmt.Sprintf("name: p%d", 10+e.IntN(1000)), 1))
		e.phases = all
	case 1:
		e.phases = slices.Delete(e.phases, i, i+1)
	case 2:
		at := strings.Index(e.phases[i], "start: 2020-01-") + len("start: 2020-01-")
		e.phases[i] = e.phases[i][:at] + fmt.Sprintf("%02d", 1+e.IntN(20)) + e.phases[i][at+2:]
	case 3:
		before, _, ended := strings.Cut(e.phases[i], ", end: ")
		if ended {
			e.phases[i] = strings.TrimSuffix(before, " }") + " }"
			return
		}
		e.phases[i] = strings.TrimSuffix(before, " }") + fmt.Sprintf(", end: 2020-01-%02d }", 10+e.IntN(15))
	}
}

// attach adds the second interface, or takes one off, or turns it round.
func (e *estate) attach() {
	i := e.IntN(len(e.attached))
	switch {
	case e.IntN(3) == 0:
		e.attached[i].direction = e.way()
	case len(e.attached) == 1:
		port := ports(e.dialect)[0]
		if e.attached[0].port == port {
			port = ports(e.dialect)[1]
		}
		e.attached = append(e.attached, attachment{port, e.way(), []string{"ipv4", "ipv6"}, nil})
	default:
		e.attached = slices.Delete(e.attached, i, i+1)
	}
}

// family adds the other family or takes one away.
func (e *estate) family() {
	a := &e.attached[e.IntN(len(e.attached))]
	if len(a.families) == 1 {
		a.families = []string{"ipv4", "ipv6"}
		return
	}
	a.families = []string{a.families[e.IntN(2)]}
}

// base is the router before the first push: nothing of ours, and with chain or embed a list of others.
func (e *estate) base() string {
	text := bare(e.dialect)
	switch e.existing {
	case "refuse":
		return text
	case "embed":
		return e.company(text)
	}
	end := e.IntN(2) // does the list of others let the rest pass?
	switch way := e.way(); e.dialect {
	case "junos":
		for _, f := range []string{"inet", "inet6"} {
			text += e.edge(f, map[string]string{"in": "input", "out": "output"}[way], end)
		}
	case "rtx":
		row := []string{"1010 1020 2000", "1010 1020 1030 dynamic 100"}[end]
		six := ""
		if e.IntN(4) == 0 { // it takes many filters of ours to go before it: each relay is a hole in IPv6
			six = " ipv6 pp secure filter " + way + " 30 40\n"
		}
		text = strings.Replace(text, "pp select 1\n", "pp select 1\n ip pp secure filter "+way+" "+row+"\n"+six, 1) +
			"ip filter 1020 reject 203.0.113.8/29 * tcp * 25\nip filter 1030 pass * 192.0.2.0/24 tcp * *\nip filter dynamic 100 * * ftp\n" +
			"ipv6 filter 30 reject 2001:db8:1:100::/58 2001:db8:25::4/126 tcp * *\nipv6 filter 40 pass * * * * *\n"
	}
	return text
}

// edge is a filter of others on Junos.
func (e *estate) edge(family, way string, end int) string {
	proto, src := "protocol", "203.0.113.8/29"
	if family == "inet6" {
		proto, src = "next-header", "2001:db8:1:100::/58"
	}
	set := "set firewall family " + family + " filter EDGE term "
	text := "set interfaces ge-0/0/1 unit 0 family " + family + " filter " + way + " EDGE\n" +
		set + "a from " + proto + " udp\n" + set + "a from destination-port snmp\n" + set + "a then discard\n" +
		set + "b from source-address " + src + "\n" + set + "b from " + proto + " tcp\n" + set + "b from destination-port 25\n" + set + "b then discard\n"
	if end == 0 {
		return text + set + "z then accept\n"
	}
	return text + set + "z from " + proto + " tcp\n" + set + "z then accept\n"
}
