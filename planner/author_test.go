package planner_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// author writes small random policies that load. Everything lies close together, so that
// everything meets everything.
type author struct {
	*rand.Rand
	pools                    [][]string // of each pool: its prefixes
	except                   [][]string
	exempt                   []string
	relays, docomo, vodafone []string
	phases                   []string
}

func newAuthor(seed uint64) *author {
	a := &author{Rand: rand.New(rand.NewPCG(25, seed))}
	a.pools, a.except = make([][]string, 1+a.IntN(3)), make([][]string, 3)
	for i := range a.pools {
		a.pool(i)
	}
	a.exempted()
	a.relayed()
	a.targets()
	a.phased()
	return a
}

// pool keeps to its own part of the address space: 203.0.113.0/24 is cut into four.
func (a *author) pool(i int) {
	a.pools[i], a.except[i] = nil, nil
	for j := range 4 {
		if a.IntN(2) == 0 {
			a.pools[i] = append(a.pools[i], fmt.Sprintf("203.0.113.%d/%d", i*64+j*16, 28+a.IntN(2)))
		}
		if a.IntN(4) == 0 {
			a.pools[i] = append(a.pools[i], fmt.Sprintf(`"2001:db8:%x:%x00::/%d"`, i+1, j, 56+a.IntN(4)))
		}
	}
	if len(a.pools[i]) == 0 {
		a.pools[i] = []string{fmt.Sprintf("203.0.113.%d/28", i*64)}
	}
	for _, p := range a.pools[i] {
		if a.IntN(3) == 0 {
			a.except[i] = append(a.except[i], a.inside(p))
		}
	}
}

// inside is a smaller prefix at the beginning of another.
func (a *author) inside(prefix string) string {
	at, bits, _ := strings.Cut(strings.Trim(prefix, `"`), "/")
	n := 0
	fmt.Sscan(bits, &n)
	if strings.Contains(at, ":") {
		return fmt.Sprintf(`"%s/%d"`, at, n+1+a.IntN(16))
	}
	return fmt.Sprintf("%s/%d", at, n+1+a.IntN(32-n))
}

func (a *author) exempted() {
	a.exempt = nil
	for range a.IntN(3) {
		all := a.pools[a.IntN(len(a.pools))]
		a.exempt = append(a.exempt, a.inside(all[a.IntN(len(all))]))
	}
}

func (a *author) relayed() {
	a.relays = []string{fmt.Sprintf("192.0.2.%d", 24+a.IntN(3))}
	if a.IntN(2) == 0 {
		a.relays = append(a.relays, fmt.Sprintf("192.0.2.%d/30", 32+4*a.IntN(3)))
	}
	if a.IntN(2) == 0 {
		a.relays = append(a.relays, fmt.Sprintf(`"2001:db8:25::%x"`, 1+a.IntN(3)))
	}
}

func (a *author) targets() {
	dst := func() []string {
		out := []string{fmt.Sprintf("192.0.2.%d/29", 8*(2+a.IntN(4)))}
		if a.IntN(2) == 0 {
			out = append(out, fmt.Sprintf("198.18.%d.0/28", a.IntN(3)))
		}
		if a.IntN(2) == 0 {
			out = append(out, fmt.Sprintf(`"2001:db8:25::%x/126"`, 4*a.IntN(2)))
		}
		return out
	}
	a.docomo, a.vodafone = dst(), dst()
}

func (a *author) phased() {
	a.phases = nil
	for i := range 1 + a.IntN(3) {
		to := []string{"any", "[docomo]", "[vodafone]", "[vodafone, docomo]"}[a.IntN(4)]
		s := fmt.Sprintf("{ name: p%d, start: 2020-01-%02d, to: %s, action: %s", i, 1+a.IntN(9), to, []string{"block", "block", "block", "monitor"}[a.IntN(4)])
		if a.IntN(4) == 0 {
			s += fmt.Sprintf(", end: 2020-01-%02d", 10+a.IntN(9))
		}
		if a.IntN(3) == 0 {
			s += fmt.Sprintf(", pools: [pool-%d]", a.IntN(len(a.pools)))
		}
		a.phases = append(a.phases, s+" }")
	}
}

// again changes one thing of the policy.
func (a *author) again() {
	switch a.IntN(6) {
	case 0:
		a.pool(a.IntN(len(a.pools)))
		a.exempted()
	case 1:
		a.exempted()
	case 2:
		a.relayed()
	case 3:
		a.targets()
	case 4:
		a.phased()
	case 5: // the same policy
	}
}

// day is a day around which phases begin and end.
func (a *author) day() int { return 1 + a.IntN(20) }

func (a *author) policy() string {
	var s strings.Builder
	s.WriteString("version: 1\nisp: x\ntimezone: UTC\nrelays-one-family: accepted\npools:\n")
	for i, p := range a.pools {
		fmt.Fprintf(&s, "  pool-%d: { prefixes: [%s]", i, strings.Join(p, ", "))
		if len(a.except[i]) > 0 {
			fmt.Fprintf(&s, ", except: [%s]", strings.Join(a.except[i], ", "))
		}
		s.WriteString(" }\n")
	}
	fmt.Fprintf(&s, "relays: [%s]\n", strings.Join(a.relays, ", "))
	for i, e := range a.exempt {
		if i == 0 {
			s.WriteString("exemptions:\n")
		}
		fmt.Fprintf(&s, "  - { name: e%d, sources: [%s], expires: 2020-01-%02d }\n", i, e, 5+7*i)
	}
	fmt.Fprintf(&s, "destinations:\n  docomo: { prefixes: [%s] }\n  vodafone: { prefixes: [%s] }\n", strings.Join(a.docomo, ", "), strings.Join(a.vodafone, ", "))
	fmt.Fprintf(&s, "phases:\n  - %s\n", strings.Join(a.phases, "\n  - "))
	return s.String()
}

// ports are two interfaces of each dialect.
func ports(dialect string) []string {
	return map[string][]string{
		"iosxe":      {"GigabitEthernet0/0/1", "GigabitEthernet0/0/2"},
		"iosxr":      {"Bundle-Ether1.100", "TenGigE0/0/0/1"},
		"junos":      {"ge-0/0/1.0", "xe-0/1/0.25"},
		"rtx":        {"pp 1", "lan2"},
		"openconfig": {"Ethernet1.100", "Ethernet2"},
	}[dialect]
}

// inventory is a router with one attachment or two. The numbers of an RTX are few, so that
// generations meet.
func (a *author) inventory(dialect, existing string) string {
	s := "version: 1\ndevices:\n  r-1:\n    address: 192.0.2.1\n    dialect: " + dialect + "\n"
	if dialect == "rtx" {
		s += "    numbers: 250000-250099\n    limits: { entries: 300 }\n"
	}
	s += "    attach:\n"
	for i, port := range ports(dialect)[:1+a.IntN(2)] {
		s += fmt.Sprintf("      - { interface: %s, direction: %s, existing: %s", port, []string{"in", "out"}[a.IntN(2)], existing)
		if a.IntN(3) == 0 {
			s += fmt.Sprintf(", families: [%s]", []string{"ipv4", "ipv6"}[a.IntN(2)])
		}
		if i == 1 && a.IntN(2) == 0 {
			s += fmt.Sprintf(", pools: [pool-%d]", a.IntN(len(a.pools)))
		}
		s += " }\n"
	}
	return s
}

// bare is a router of a dialect on which nothing is bound.
func bare(dialect string) string {
	return map[string]string{
		"iosxe":      "hostname r-1\ninterface GigabitEthernet0/0/1\n description up\n!\ninterface GigabitEthernet0/0/2\n description down\n!\nip access-list extended VTY\n 10 permit tcp any any eq 22\n!\n",
		"iosxr":      "hostname r-1\ninterface Bundle-Ether1.100\n description up\n!\ninterface TenGigE0/0/0/1\n description down\n!\nipv4 access-list VTY\n 10 permit tcp any any eq ssh\n!\n",
		"junos":      "set system host-name r-1\nset interfaces ge-0/0/1 unit 0 family inet address 192.0.2.1/30\nset interfaces xe-0/1/0 unit 25 family inet6 address 2001:db8::1/64\n",
		"rtx":        "ip lan1 address 192.0.2.1/24\nip lan2 address 198.51.100.1/24\npp select 1\n pp always-on on\n pppoe use lan3\nip filter 1010 reject * * udp,tcp 135 *\nip filter 2000 pass * *\n",
		"openconfig": newTreeRouter(bareTree).text(),
	}[dialect]
}

// bareTree is what a device of OpenConfig has before us.
const bareTree = `{"openconfig-system:system": {"config": {"hostname": "r-1"}},
 "openconfig-interfaces:interfaces": {"interface": [
  {"name": "Ethernet1", "config": {"name": "Ethernet1", "type": "iana-if-type:ethernetCsmacd"}, "subinterfaces": {"subinterface": [{"index": 100, "config": {"index": 100}}]}}, 
  {"name": "Ethernet2", "config": {"name": "Ethernet2", "type": "iana-if-type:ethernetCsmacd"}}]},
 "openconfig-acl:acl": {"acl-sets": {"acl-set": [{"name": "VTY", "type": "openconfig-acl:ACL_IPV4", "config": {"name": "VTY", "type": "openconfig-acl:ACL_IPV4"}, "acl-entries": {"acl-entry": [
  {"sequence-id": 10, "config": {"sequence-id": 10}, "actions": {"config": {"forwarding-action": "openconfig-acl:ACCEPT"}}}]}}]}}}`

// uplink is an entry for an interface that has an id of its own.
const uplink = `update /acl/interfaces/interface[id=uplink] {"id": "uplink", "config": {"id": "uplink"}, "interface-ref": {"config": {"interface": "Ethernet2"}}}`

// mutated is a text with one of its entries or bindings changed.
func (a *author) mutated(text string) string {
	all := strings.Split(text, "\n")
	var ours, bound []int
	for i, line := range all {
		switch {
		case strings.Contains(line, " access-group OP25B"), strings.Contains(line, " traffic-filter OP25B"),
			strings.Contains(line, "put OP25B"), strings.Contains(line, " secure filter "), strings.Contains(line, `"set-name":"OP25B`):
			bound = append(bound, i)
		case strings.HasPrefix(line, " ") && (strings.Contains(line, "permit ") || strings.Contains(line, "deny ")),
			strings.Contains(line, "firewall"), strings.Contains(line, "prefix-list"), strings.Contains(line, " filter 250"), strings.Contains(line, "forwarding-action"):
			ours = append(ours, i)
		}
	}
	if len(bound) > 0 && a.IntN(4) == 0 {
		i := bound[a.IntN(len(bound))]
		all[i] = a.rebound(all[i])
		if strings.Contains(all[i], " secure ") {
			all = append(all, "ip filter 250099 reject * * tcp * 445")
		}
		return strings.Join(all, "\n")
	}
	if len(ours) == 0 {
		return text
	}
	i := ours[a.IntN(len(ours))]
	switch a.IntN(5) {
	case 0:
		all = slices.Delete(all, i, i+1)
	case 1:
		j := ours[a.IntN(len(ours))]
		all[i], all[j] = all[j], all[i]
	case 2:
		all[i] = flipped(all[i])
	case 3:
		all[i] = a.digit(all[i])
	case 4:
		all = slices.Insert(all, i, all[ours[a.IntN(len(ours))]])
	}
	return strings.Join(all, "\n")
}

// rebound is a binding with another list, or with its lists in another order.
func (a *author) rebound(line string) string {
	w := strings.Fields(line)
	i := slices.IndexFunc(w, func(s string) bool { return s == "secure" || s == "common" })
	switch {
	case i < 0 || a.IntN(3) == 0:
		return a.digit(line)
	case w[i] == "common":
		w[i+1], w[i+2] = w[i+2], w[i+1]
	case a.IntN(2) == 0:
		w = slices.Insert(w, i+3+a.IntN(len(w)-i-2), "250099")
	default:
		a.Shuffle(len(w)-i-3, func(x, y int) { w[i+3+x], w[i+3+y] = w[i+3+y], w[i+3+x] })
	}
	return line[:len(line)-len(strings.TrimLeft(line, " "))] + strings.Join(w, " ")
}

// flipped permits what was denied, and the other way round.
func flipped(line string) string {
	for _, pair := range [][2]string{{"permit ", "deny "}, {"pass-nolog", "reject-nolog"}, {"then accept", "then discard"}, {":ACCEPT", ":DROP"}} {
		if strings.Contains(line, pair[0]) {
			return strings.Replace(line, pair[0], pair[1], 1)
		}
		if strings.Contains(line, pair[1]) {
			return strings.Replace(line, pair[1], pair[0], 1)
		}
	}
	return line
}

// digit changes one digit of a line.
func (a *author) digit(line string) string {
	var at []int
	for i, c := range line {
		if c >= '0' && c <= '9' {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return line
	}
	i := at[a.IntN(len(at))]
	return line[:i] + string(rune('0'+a.IntN(10))) + line[i+1:]
}
