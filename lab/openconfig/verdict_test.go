package openconfig_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"op25b/lab"
	"op25b/lab/openconfig"
)

func packet(src, dst string, protocol, port int) lab.Packet {
	return lab.Packet{Src: netip.MustParseAddr(src), Dst: netip.MustParseAddr(dst), Protocol: protocol, DstPort: port, SrcPort: 40000}
}

// rule is one entry as the slow twin has it: what it takes is a function of its own, written beside
// the JSON that says the same.
type rule struct {
	number int
	json   map[string]any // containers of the entry
	takes  []func(lab.Packet) bool
	pass   bool
}

func (r *rule) match(box, leaf string, value any, takes func(lab.Packet) bool) {
	c, there := r.json[box].(map[string]any)
	if !there {
		c = map[string]any{"config": map[string]any{}}
		r.json[box] = c
	}
	c["config"].(map[string]any)[leaf] = value
	if takes != nil {
		r.takes = append(r.takes, takes)
	}
}

func addresses(v6 bool) []string {
	if v6 {
		return []string{"2001:db8::1", "2001:db8:1::1", "2001:db8:1::2", "2001:db9::9"}
	}
	return []string{"192.0.2.1", "198.51.100.1", "198.51.100.2", "203.0.113.9"}
}

func prefixes(v6 bool) []string {
	if v6 {
		return []string{"::/0", "2001:db8::/32", "2001:db8:1::/48", "2001:db8:1::2/128", "2001:db8:1::1/64"}
	}
	return []string{"0.0.0.0/0", "192.0.2.0/24", "198.51.100.0/24", "198.51.100.2/32", "198.51.100.1/31"}
}

func inside(p string) func(netip.Addr) bool {
	return func(a netip.Addr) bool { return netip.MustParsePrefix(p).Masked().Contains(a) }
}

func hasPorts(p lab.Packet) bool { return !p.LaterFragment && (p.Protocol == 6 || p.Protocol == 17) }

// draw makes a rule by chance.
func draw(d dice, number int, v6 bool) *rule {
	r := &rule{number: number, json: map[string]any{}, pass: d.once(2)}
	r.match("actions", "forwarding-action", map[bool]string{true: "ACCEPT", false: d.of("DROP", "REJECT")}[r.pass], nil)
	family := map[bool]string{true: "ipv6", false: "ipv4"}[v6]
	for _, side := range []struct {
		leaf string
		of   func(lab.Packet) netip.Addr
	}{{"source-address", func(p lab.Packet) netip.Addr { return p.Src }}, {"destination-address", func(p lab.Packet) netip.Addr { return p.Dst }}} {
		switch d.IntN(4) {
		case 0:
			in := d.of(prefixes(v6)...)
			r.match(family, side.leaf, in, func(p lab.Packet) bool { return inside(in)(side.of(p)) })
		case 1:
			r.match(family, side.leaf+"-prefix-set", "S"+family, func(p lab.Packet) bool {
				all := prefixes(v6)
				return (inside(all[1])(side.of(p)) || inside(all[2])(side.of(p))) && !inside(all[3])(side.of(p))
			})
		}
	}
	switch d.IntN(4) {
	case 0:
		r.match(family, "protocol", "openconfig-packet-match-types:IP_TCP", func(p lab.Packet) bool { return p.Protocol == 6 })
	case 1:
		r.match(family, "protocol", 17, func(p lab.Packet) bool { return p.Protocol == 17 })
	}
	drawTransport(d, r)
	return r
}

func drawTransport(d dice, r *rule) {
	switch d.IntN(8) {
	case 0:
		r.match("transport", "destination-port", 25, func(p lab.Packet) bool { return hasPorts(p) && p.DstPort == 25 })
	case 1:
		r.match("transport", "destination-port", "20..25", func(p lab.Packet) bool { return hasPorts(p) && p.DstPort >= 20 && p.DstPort <= 25 })
	case 2:
		r.match("transport", "source-port", "ANY", hasPorts)
	case 3:
		r.match("transport", "destination-port-set", "MAIL", func(p lab.Packet) bool { return hasPorts(p) && p.DstPort != 25 && p.DstPort < 600 })
	case 4:
		builtin := d.of("FRAGMENT", "TCP_ESTABLISHED", "TCP_INITIAL")
		r.match("transport", "detail-mode", "BUILTIN", nil)
		r.match("transport", "builtin-detail", builtin, func(p lab.Packet) bool {
			whole := p.Protocol == 6 && !p.LaterFragment
			return map[string]bool{"FRAGMENT": p.LaterFragment, "TCP_ESTABLISHED": whole && p.Established, "TCP_INITIAL": whole && !p.Established}[builtin]
		})
	}
}

// rules are a set and the operation that writes it.
type rules struct {
	name, kind string
	all        []*rule
}

func (s rules) value() string {
	var rows []any
	for _, r := range s.all {
		row := map[string]any{"sequence-id": r.number, "config": map[string]any{"sequence-id": r.number}}
		for box, c := range r.json {
			row[box] = c
		}
		rows = append(rows, row)
	}
	text, _ := json.Marshal(map[string]any{"name": s.name, "type": s.kind, "config": map[string]any{"name": s.name, "type": s.kind},
		"acl-entries": map[string]any{"acl-entry": rows}})
	return string(text)
}

// verdict asks rule after rule in the order of their numbers.
func (s rules) verdict(p lab.Packet, end bool) (pass bool, by int) {
	for n := range 100 {
		for _, r := range s.all {
			if r.number == n && !slices.ContainsFunc(r.takes, func(takes func(lab.Packet) bool) bool { return !takes(p) }) {
				return r.pass, n
			}
		}
	}
	return end, 0
}

func bind(side, name, kind string) string {
	return fmt.Sprintf(`update %s/%s-acl-sets/%s-acl-set[set-name=%s][type=%s] {"set-name":"%s","type":"%s","config":{"set-name":"%s","type":"%s"}}`,
		at2, side, side, name, kind, name, kind, name, kind)
}

// The verdict of the router is that of a slow twin: both families, both directions, every kind of match.
func TestVerdictAgainstTwin(t *testing.T) {
	definitions := []string{
		`update /defined-sets/ipv4-prefix-sets {"ipv4-prefix-set":[{"name":"Sipv4","config":{"name":"Sipv4","prefix":["192.0.2.0/24","198.51.100.0/24"],"exclude-prefix":["198.51.100.2/32"]}}]}`,
		`update /defined-sets/ipv6-prefix-sets {"ipv6-prefix-set":[{"name":"Sipv6","config":{"name":"Sipv6","prefix":["2001:db8::/32","2001:db8:1::/48"],"exclude-prefix":["2001:db8:1::2/128"]}}]}`,
		`update /defined-sets/port-sets {"port-set":[{"name":"MAIL","config":{"name":"MAIL","port":["0..599"],"exclude-port":[25]}}]}`,
		"update " + at2 + " " + value2,
	}
	for _, end := range []bool{false, true} {
		b := newBench(t, openconfig.Options{EndPermits: end})
		b.ok(definitions...)
		d := dice{rand.New(rand.NewPCG(1, 25))}
		for range 30 {
			twin, lines := map[string]rules{}, []string{}
			for _, side := range []string{"ingress", "egress"} {
				for _, kind := range []string{"ACL_IPV4", "ACL_IPV6"} {
					s := rules{name: side, kind: kind}
					for _, n := range d.Perm(20)[:1+d.IntN(6)] {
						s.all = append(s.all, draw(d, n+1, kind == "ACL_IPV6"))
					}
					twin[side+kind] = s
					lines = append(lines, fmt.Sprintf("replace /acl/acl-sets/acl-set[name=%s][type=%s] %s", s.name, kind, s.value()), bind(side, side, kind))
				}
			}
			b.ok(lines...)
			for range 200 {
				comparePacket(b, d, twin, end, lines)
			}
		}
	}
}

func comparePacket(b *bench, d dice, twin map[string]rules, end bool, lines []string) {
	b.t.Helper()
	v6 := d.once(2)
	p := packet(d.of(addresses(v6)...), d.of(addresses(v6)...), []int{1, 6, 6, 17, 47}[d.IntN(5)], []int{19, 20, 25, 26, 587, 700}[d.IntN(6)])
	p.LaterFragment, p.Established = d.once(5), d.once(3)
	side := d.of("in", "out")
	s := twin[map[string]string{"in": "ingress", "out": "egress"}[side]+map[bool]string{true: "ACL_IPV6", false: "ACL_IPV4"}[v6]]
	pass, by := s.verdict(p, end)
	got, line := b.router.Verdict(d.of("Ethernet2", "Ethernet2.0"), side, p)
	if got != pass || by > 0 && !strings.Contains(line, fmt.Sprintf(" %d ", by)) || by == 0 && !strings.HasSuffix(line, " end") {
		b.t.Fatalf("%s %+v: %v by %q, the twin says %v by %d\n%s", side, p, got, line, pass, by, strings.Join(lines, "\n"))
	}
}

// What the twin does not draw.
func TestVerdict(t *testing.T) {
	one := func(rest string) []string {
		return []string{"update " + setA + `/acl-entries/acl-entry[sequence-id=5] {"sequence-id":5,"config":{"sequence-id":5},` + rest + `,"actions":{"config":{"forwarding-action":"DROP"}}}`}
	}
	mail := packet("203.0.113.1", "192.0.2.1", 6, 587)
	echo := packet("203.0.113.1", "192.0.2.1", 1, 8)
	late := mail
	late.LaterFragment = true
	tests := []struct {
		name  string
		ops   []string
		iface string
		p     lab.Packet
		pass  bool
	}{
		{"nothing", nil, "Ethernet2", mail, true},
		{"echo by its type", one(`"ipv4":{"icmpv4":{"config":{"type":"openconfig-icmpv4-types:ECHO"}}}`), "Ethernet2", echo, false},
		{"another type", one(`"ipv4":{"icmpv4":{"config":{"type":"openconfig-icmpv4-types:ECHO_REPLY"}}}`), "Ethernet2", echo, true},
		{"an offset", one(`"ipv4":{"config":{"fragment-offsets":["1..8191"]}}`), "Ethernet2", late, false},
		{"an offset, of a whole packet", one(`"ipv4":{"config":{"fragment-offsets":["1..8191"]}}`), "Ethernet2", mail, true},
		{"offset 0", one(`"ipv4":{"config":{"fragment-offsets":[0]}}`), "Ethernet2", mail, false},
		{"dscp", one(`"ipv4":{"config":{"dscp":46}}`), "Ethernet2", mail, true},
		{"dscp 0", one(`"ipv4":{"config":{"dscp":0}}`), "Ethernet2", mail, false},
		{"SYN", one(`"transport":{"config":{"detail-mode":"EXPLICIT","explicit-tcp-flags":["openconfig-packet-match-types:TCP_SYN"]}}`), "Ethernet2", mail, false},
		{"SYN and ACK", one(`"transport":{"config":{"detail-mode":"EXPLICIT","explicit-tcp-flags":["openconfig-packet-match-types:TCP_SYN","openconfig-packet-match-types:TCP_ACK"]}}`), "Ethernet2", mail, true},
		{"SYN or ACK", one(`"transport":{"config":{"detail-mode":"EXPLICIT","explicit-detail-match-mode":"ANY","explicit-tcp-flags":["openconfig-packet-match-types:TCP_SYN","openconfig-packet-match-types:TCP_ACK"]}}`), "Ethernet2", mail, false},
		{"its interface", one(`"input-interface":{"interface-ref":{"config":{"interface":"Ethernet2"}}}`), "Ethernet2", mail, false},
		{"another interface", one(`"input-interface":{"interface-ref":{"config":{"interface":"Ethernet1"}}}`), "Ethernet2", mail, true},
		{"a subinterface that is not named", one(`"ipv4":{"config":{"protocol":6}}`), "Ethernet2.100", mail, true},
		{"a subinterface that is", append(one(`"ipv4":{"config":{"protocol":6}}`), "update "+ref2+"/subinterface 100"), "Ethernet2.100", mail, false},
		{"and the interface is not any more", append(one(`"ipv4":{"config":{"protocol":6}}`), "update "+ref2+"/subinterface 100"), "Ethernet2", mail, true},
		{"no interface-ref", append(one(`"ipv4":{"config":{"protocol":6}}`), "delete "+at2+"/interface-ref"), "Ethernet2", mail, true},
		{"the other family", one(`"ipv4":{"config":{"protocol":6}}`), "Ethernet2", packet("2001:db8::1", "2001:db8::2", 6, 25), true},
		{"an id that is no interface", []string{"delete " + at2, `update /acl/interfaces/interface[id=x] {"id":"x","config":{"id":"x"},"interface-ref":{"config":{"interface":"Ethernet2"}}}`,
			"update " + strings.Replace(boundA, "Ethernet2", "x", 1) + " " + bindA, "update " + entry20 + "/actions/config/forwarding-action \"DROP\""}, "Ethernet2", mail, false},
	}
	b := newBench(t, openconfig.Options{})
	b.ok(whole()...)
	start := b.router.Running()
	for _, test := range tests {
		b.ok(test.ops...)
		if pass, line := b.router.Verdict(test.iface, "in", test.p); pass != test.pass {
			t.Errorf("%s: %v by %q", test.name, pass, line)
		}
		if err := b.router.Load(start); err != nil {
			t.Fatal(err)
		}
	}
}
