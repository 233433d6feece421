package rtx

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
)

func owner() acl.Owner { return acl.Owner{First: 250000, Last: 259999} }

func addrs(prefixes ...string) packet.Ranges {
	var out []netip.Prefix
	for _, p := range prefixes {
		if !strings.Contains(p, "/") {
			p = netip.PrefixFrom(netip.MustParseAddr(p), netip.MustParseAddr(p).BitLen()).String()
		}
		out = append(out, netip.MustParsePrefix(p))
	}
	return packet.Prefixes(out...)
}

// about is a wanted entry on tcp port 25 as the policy compiles it.
func about(f packet.Family, a acl.Action, src, dst packet.Ranges, why string) acl.Entry {
	m := port25(f)
	m.Src, m.Dst = src, dst
	return acl.Entry{Action: a, Match: m, Count: true, SrcGroup: "OP25B-SRC-V4-G1", Why: acl.Why{Place: "policy.yaml:14", Text: why}}
}

func everything(f packet.Family) acl.Entry {
	return acl.Entry{Action: acl.Permit, Match: packet.Any(f), Count: true}
}

// wanted is the first story: pools at lan2 and pp 1, both families.
func wanted() acl.Config {
	any4, any6 := packet.All(32), packet.All(128)
	return acl.Config{
		Lists: []acl.List{
			{Name: "OP25B-OUT-V4-G1", Family: packet.V4, End: acl.Deny, Entries: []acl.Entry{
				about(packet.V4, acl.Permit, addrs("203.0.113.77"), any4, "exempt acme"),
				about(packet.V4, acl.Permit, addrs("203.0.113.0/24", "198.51.100.128/25"), addrs("192.0.2.25", "192.0.2.27"), "relays"),
				about(packet.V4, acl.Permit, addrs("198.51.100.128/25"), addrs("198.51.100.0/28"), "monitor vodafone"),
				about(packet.V4, acl.Deny, addrs("203.0.113.0/25", "203.0.113.192/26"), any4, "block everyone"),
				everything(packet.V4),
			}},
			{Name: "OP25B-OUT-V6-G1", Family: packet.V6, End: acl.Deny, Entries: []acl.Entry{
				about(packet.V6, acl.Permit, addrs("2001:db8:100::/40", "2001:db8:300::/48"), addrs("2001:db8:25::25", "2001:db8:25::27"), "relays"),
				about(packet.V6, acl.Deny, addrs("2001:db8:100::/40", "2001:db8:300::/48"), any6, "block everyone"),
				everything(packet.V6),
			}},
		},
		Bindings: []acl.Binding{
			{Interface: "lan2", Direction: acl.Out, Family: packet.V4, Lists: []string{"OP25B-OUT-V4-G1"}},
			{Interface: "pp 1", Direction: acl.Out, Family: packet.V4, Lists: []string{"OP25B-OUT-V4-G1"}},
			{Interface: "tunnel 3", Direction: acl.Out, Family: packet.V6, Lists: []string{"OP25B-OUT-V6-G1"}},
		},
	}
}

func lay(t testing.TB, want, have acl.Config) acl.Config {
	t.Helper()
	laid, err := Dialect{}.Lay(want, have, owner())
	if err != nil {
		t.Fatal(err)
	}
	return laid
}

// chain is a wanted list that leaves the rest to the filters of others.
func chain(point string, denied ...string) acl.Config {
	return acl.Config{
		Lists: []acl.List{{Name: "OP25B-OUT-V4-G1", Family: packet.V4, End: acl.Next,
			Entries: []acl.Entry{about(packet.V4, acl.Deny, addrs(denied...), packet.All(32), "block everyone")}}},
		Bindings: []acl.Binding{{Interface: point, Direction: acl.Out, Family: packet.V4, Lists: []string{"OP25B-OUT-V4-G1"}}},
	}
}

func TestLayAnEmptyRouter(t *testing.T) {
	text := write(t, lay(t, wanted(), acl.Config{}))
	same(t, text, file(t, "empty-router.txt"))
	same(t, state(lay(t, wanted(), acl.Config{})), state(reasoned(read(t, text))))
}

// reasoned forgets what the text has besides: interfaces. A monitor's reason stays.
func reasoned(c acl.Config) acl.Config {
	c.Interfaces, c.Hostname = nil, ""
	for i := range c.Lists {
		c.Lists[i].Place = acl.Place{}
	}
	return c
}

func TestLayGoesFromHalfToHalfAndBack(t *testing.T) {
	running := "ip lan2 address 192.0.2.1/24\npp select 1\n pp name x\npp select none\n"
	halves := []string{"250000", "255000", "250000"}
	for i, first := range halves {
		laid := lay(t, wanted(), read(t, running))
		if laid.Lists[0].Name != first {
			t.Fatalf("generation %d begins with %s, want %s", i+1, laid.Lists[0].Name, first)
		}
		old := read(t, running)
		running += write(t, laid)
		if i > 0 {
			running += strings.Join(Dialect{}.Remove(acl.Config{Lists: old.Lists}), "\n") + "\n"
		}
		now := read(t, running)
		if len(now.Lists) != len(laid.Lists) {
			t.Fatalf("generation %d: %d filters are left, want %d", i+1, len(now.Lists), len(laid.Lists))
		}
		for _, b := range laid.Bindings {
			if got := now.Binding(b.Point()); !slices.Equal(got.Lists, b.Lists) {
				t.Fatalf("%s has %v, want %v", b.Point(), got.Lists, b.Lists)
			}
		}
	}
}

func TestLayAvoidsNumbers(t *testing.T) {
	const shape = "ip filter %s reject-nolog 203.0.113.0/24 * tcp * 25\n"
	for _, c := range []struct{ name, have, want string }{
		{"a route uses a number of the first half", "ip route default gateway pp 1 filter 250003 gateway pp 2\n", "255000 255001"},
		{"a filter set does", "ip filter set X in 250003\n", "255000 255001"},
		{"an IPv6 binding does not count for IPv4", "ipv6 lan2 secure filter out 250000\n", "250000 250001"},
		{"both halves are used: any free numbers", "ip lan2 secure filter out 250000\nip route default gateway pp 1 filter 255000 gateway pp 2\n", "250001 250002"},
		{"a foreign shape in our range is left alone", "ip filter 250000 pass * * udp * 53\n", "250001 250002"},
		{"unused ones of our shape come last", fmt.Sprintf(shape, "250000"), "250001 250002"},
		{"a dangling number is used, too", "ip lan3 secure filter in 250000 250009\n", "255000 255001"},
	} {
		t.Run(c.name, func(t *testing.T) {
			laid := lay(t, chain("lan9", "203.0.113.0/24"), read(t, c.have))
			var names []string
			for _, l := range laid.Lists {
				names = append(names, l.Name)
			}
			if got := strings.Join(names, " "); got != c.want {
				t.Errorf("numbers %s, want %s", got, c.want)
			}
		})
	}
}

func TestLayTakesOwnNumbersAgainWhereNoneIsLeft(t *testing.T) {
	have := read(t, "ip filter 10 reject-nolog * * tcp * 25\nip filter 11 pass * * udp\nip filter 13 reject-nolog * * tcp * 25\nip lan2 secure filter out 13\n")
	want := chain("lan9", "203.0.113.0/24")
	laid, err := Dialect{}.Lay(want, have, acl.Owner{First: 10, Last: 13})
	if err != nil || laid.Lists[0].Name != "10" || laid.Lists[1].Name != "12" {
		t.Fatalf("want 10 (ours, unused) and 12: %v %v", laid.Lists, err)
	}
	want.Lists[0].Entries = append(want.Lists[0].Entries, everything(packet.V4))
	_, err = Dialect{}.Lay(want, have, acl.Owner{First: 10, Last: 13})
	if err == nil || !strings.Contains(err.Error(), "3 ipv4 filters are needed, but only 2 of the numbers 10-13 are free") {
		t.Fatalf("three numbers were found: %v", err)
	}
}

func TestLayKeepsOthersBehindOurs(t *testing.T) {
	have := read(t, `ip filter 250000 reject-nolog 203.0.113.0/25 * tcp * 25
ip filter 250007 pass * * udp * 53
ip filter 200013 reject * 192.168.100.0/24
ip filter 200099 pass * *
pp select 1
 ip pp secure filter out 200013 250000 250007 200099 dynamic 200080 200081
`)
	laid := lay(t, chain("pp 1", "203.0.113.0/24"), have)
	same(t, write(t, laid), `# policy.yaml:14 block everyone
ip filter 255000 reject-nolog 203.0.113.0/24 * tcp * 25
pp select 1
 ip pp secure filter out 255000 200013 250007 200099 dynamic 200080 200081
pp select none
`)
	if !slices.Equal(Dialect{}.Lines(write(t, laid)), []string{
		"ip filter 255000 reject-nolog 203.0.113.0/24 * tcp * 25", "pp select 1",
		"ip pp secure filter out 255000 200013 250007 200099 dynamic 200080 200081", "pp select none"}) {
		t.Errorf("lines: %q", Dialect{}.Lines(write(t, laid)))
	}
}

func TestLayRefuses(t *testing.T) {
	var many []string
	for i := range 250 {
		many = append(many, fmt.Sprintf("2001:db8:%x::/48", 2*i))
	}
	v6 := acl.Config{Lists: []acl.List{{Name: "OP25B-OUT-V6-G1", Family: packet.V6, End: acl.Deny,
		Entries: []acl.Entry{about(packet.V6, acl.Deny, addrs(many...), packet.All(128), "x"), everything(packet.V6)}}},
		Bindings: []acl.Binding{{Interface: "lan2", Direction: acl.Out, Family: packet.V6, Lists: []string{"OP25B-OUT-V6-G1"}}}}
	empty := chain("lan2")
	throttle := chain("lan2", "203.0.113.0/24")
	throttle.Lists[0].Entries[0].Match.DstPorts = packet.One(587)
	counting := chain("lan2", "203.0.113.0/24")
	counting.Lists[0].Entries[0].Action = acl.Next
	for _, c := range []struct {
		name string
		want acl.Config
		have string
		why  string
	}{
		{"too many filters", v6, "", "needs 251 filters (0 of them dynamic), the router takes 129"},
		{"dynamic ones count", chain("lan2", "203.0.113.0/24"), "ip lan2 secure filter out 1" + numbered(128) + " dynamic 1\n", "needs 131 filters (1 of them dynamic), the router takes 129"},
		{"a filter set is bound", chain("lan2", "203.0.113.0/24"), "ip filter set S out 1\nip lan2 secure filter name S\n", `has the filter set "S"`},
		{"an entry without addresses", empty, "", "an entry without packets"},
		{"another port", throttle, "", "only tcp port 25"},
		{"an entry that only counts", counting, "", "a filter passes or rejects"},
		{"a strange interface", chain("GigabitEthernet0/0/1", "203.0.113.0/24"), "", "not an interface of a Yamaha router"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Dialect{}.Lay(c.want, read(t, c.have), owner())
			if err == nil || !strings.Contains(err.Error(), c.why) {
				t.Errorf("want %q, got %v", c.why, err)
			}
		})
	}
	if _, err := (Dialect{}).Lay(wanted(), acl.Config{}, acl.Owner{}); err == nil {
		t.Error("a device without numbers was laid")
	}
	if _, err := (Dialect{PerBinding: 300}).Lay(v6, acl.Config{}, owner()); err == nil {
		t.Error("IPv6 never takes 300")
	}
}

func numbered(n int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, " %d", 1000+i)
	}
	return s.String()
}

func TestUnbindAndRemove(t *testing.T) {
	for _, c := range []struct {
		b    acl.Binding
		want string
	}{
		{acl.Binding{Interface: "lan2", Direction: acl.Out, Family: packet.V4}, "no ip lan2 secure filter out"},
		{acl.Binding{Interface: "lan2", Direction: acl.Out, Family: packet.V4, Tail: "name S"}, "no ip lan2 secure filter name"},
		{acl.Binding{Interface: "pp 12", Direction: acl.In, Family: packet.V6}, "pp select 12;no ipv6 pp secure filter in;pp select none"},
		{acl.Binding{Interface: "tunnel 3", Direction: acl.Out, Family: packet.V4}, "tunnel select 3;no ip tunnel secure filter out;tunnel select none"},
		{acl.Binding{Interface: "pp 1; cold start", Direction: acl.Out, Family: packet.V4}, ""},
	} {
		if got := strings.Join(Dialect{}.Unbind(c.b), ";"); got != c.want {
			t.Errorf("%s: %q, want %q", c.b.Interface, got, c.want)
		}
	}
	got := Dialect{}.Remove(acl.Config{Lists: []acl.List{{Name: "250000", Family: packet.V4}, {Name: "250001", Family: packet.V6}, {Name: "1 2", Family: packet.V4}}})
	if strings.Join(got, ";") != "no ip filter 250000;no ipv6 filter 250001" {
		t.Errorf("removed by %q", got)
	}
}

func TestShape(t *testing.T) {
	for line, ours := range map[string]bool{
		"ip filter 250000 reject-nolog 203.0.113.0/24 * tcp * smtp": true,
		"ip filter 250000 pass-log 203.0.113.1 192.0.2.1 tcp * 25":  true,
		"ip filter 250000 reject * * 6 * 25":                        true,
		"ip filter 250000 pass-nolog * *":                           true,
		"ipv6 filter 250000 pass * * * * *":                         true,
		"ip filter 250000 pass-log * *":                             false,
		"ip filter 250000 reject * *":                               false,
		"ip filter 250000 reject * * tcp":                           false,
		"ip filter 250000 reject * * * * 25":                        false,
		"ip filter 250000 reject * * tcp 25 *":                      false,
		"ip filter 250000 reject * * tcp 1024- 25":                  false,
		"ip filter 250000 reject * * tcp * 25,587":                  false,
		"ip filter 250000 reject * mx.example.jp tcp * 25":          false,
		"ip filter 250000 restrict * * tcp * 25":                    false,
	} {
		if got := Shape(read(t, line+"\n").Lists[0]); got != ours {
			t.Errorf("%s: ours %v, want %v", line, got, ours)
		}
	}
}

// TestLongAddressesAreSplit needs a command longer than the router takes: the filters must
// fit and match exactly what was wanted, each packet by exactly one of them.
func TestLongAddressesAreSplit(t *testing.T) {
	random := rand.New(rand.NewPCG(25, 1))
	for _, f := range packet.Families() {
		src, dst := scattered(random, f, 400), scattered(random, f, 3)
		if f == packet.V6 {
			src = scattered(random, f, 20)
		}
		filters, err := split(about(f, acl.Deny, src, dst, "block"))
		if err != nil {
			t.Fatal(err)
		}
		if f == packet.V4 && len(filters) > 7 {
			t.Errorf("%d filters for 400 ranges and 3: too many", len(filters))
		}
		count := func(p packet.Packet) (n int) {
			for _, e := range filters {
				if e.Match.Contains(p) {
					n++
				}
			}
			return n
		}
		for _, s := range src.Spans() {
			for _, d := range dst.Spans() {
				p := packet.Packet{Family: f, Protocol: 6, Src: f.Addr(s.Lo), Dst: f.Addr(d.Hi), DstPort: 25}
				if n := count(p); n != 1 {
					t.Fatalf("%s is in %d filters", p, n)
				}
				p.Src = f.Addr(s.Hi.Next())
				if n := count(p); n != 0 && !src.Contains(s.Hi.Next()) {
					t.Fatalf("%s is in %d filters", p, n)
				}
			}
		}
		for _, line := range (Dialect{}).Lines(write(t, acl.Config{Lists: []acl.List{{Name: "21474836", Family: f, Entries: filters}}})) {
			if len(line) > lineLength {
				t.Errorf("a command of %d characters", len(line))
			}
		}
	}
}

func scattered(random *rand.Rand, f packet.Family, n int) packet.Ranges {
	var out packet.Ranges
	for range n {
		if f == packet.V6 { // hosts and networks
			bits := []int{48, 64, 128, 128}[random.IntN(4)]
			n := packet.Number{Hi: 0x20010db8<<32 | random.Uint64N(1<<32), Lo: random.Uint64()}
			out = out.Union(packet.Prefixes(netip.PrefixFrom(f.Addr(n), bits)))
			continue
		}
		lo := packet.Of(random.Uint64N(1<<31) + 1<<24)
		out = out.Union(packet.Between(lo, lo.Plus(packet.Of(random.Uint64N(4)*random.Uint64N(300)))))
	}
	return out
}

// TestRoundTrip lays random lists, renders them, and reads them back, also as a console of
// any width wraps them: the same every time.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(150) {
		random := rand.New(rand.NewPCG(seed, 25))
		laid := lay(t, randomWant(random), acl.Config{})
		text := write(t, laid)
		back := read(t, text)
		same(t, state(laid), state(reasoned(back)))
		for _, columns := range []int{80, 81, 132, 200} {
			head := ""
			if columns != defaultColumns {
				head = fmt.Sprintf("console columns %d\n", columns)
			}
			same(t, state(reasoned(read(t, console(head+text, columns)))), state(laid))
		}
	}
}

// console is a text as `show config` prints it, wrapped one character before the width.
func console(text string, columns int) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		for len(line) > columns-1 {
			out.WriteString(line[:columns-1] + "\n")
			line = line[columns-1:]
		}
		out.WriteString(line + "\n")
	}
	return out.String()
}

func randomWant(random *rand.Rand) acl.Config {
	var c acl.Config
	for _, f := range packet.Families() {
		list := acl.List{Name: acl.Name("OUT", f, 1), Family: f, End: acl.Deny}
		for i := range 1 + random.IntN(6) {
			e := about(f, []acl.Action{acl.Permit, acl.Deny}[random.IntN(2)], scattered(random, f, 1+random.IntN(3)), packet.All(f.Bits()),
				[]string{"block everyone", "monitor carriers", "relays", ""}[random.IntN(4)])
			e.Why.Place = fmt.Sprintf("policy.yaml:%d", 10+i)
			if random.IntN(2) == 0 {
				e.Match.Dst = scattered(random, f, 1+random.IntN(2))
			}
			list.Entries = append(list.Entries, e)
		}
		list.Entries = append(list.Entries, everything(f))
		c.Lists = append(c.Lists, list)
		for _, name := range []string{"lan2", "pp 1", "vlan1", "tunnel 20"}[:1+random.IntN(4)] {
			c.Bindings = append(c.Bindings, acl.Binding{Interface: name, Direction: acl.Out, Family: f, Lists: []string{list.Name}})
		}
	}
	return c
}

func BenchmarkRenderAndRead(b *testing.B) {
	want := acl.Config{Bindings: []acl.Binding{{Interface: "pp 1", Direction: acl.Out, Family: packet.V4, Lists: []string{"OP25B-OUT-V4-G1"}}}}
	list := acl.List{Name: "OP25B-OUT-V4-G1", Family: packet.V4, End: acl.Deny}
	random := rand.New(rand.NewPCG(1, 2))
	for range 128 {
		list.Entries = append(list.Entries, about(packet.V4, acl.Deny, scattered(random, packet.V4, 1), scattered(random, packet.V4, 1), "block"))
	}
	want.Lists = []acl.List{{Name: list.Name, Family: packet.V4, End: acl.Deny, Entries: append(list.Entries, everything(packet.V4))}}
	laid := lay(b, want, acl.Config{})
	text := write(b, laid)
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			if _, err := (Dialect{}).Parse(text); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("write", func(b *testing.B) {
		parsed := ownTemplate(b)
		for b.Loop() {
			execute(b, parsed, laid)
		}
	})
}
