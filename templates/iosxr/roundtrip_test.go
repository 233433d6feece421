package iosxr

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"text/template"

	"op25b/acl"
	"op25b/acl/packet"
)

// render executes the dialect's own template.
func render(t testing.TB, c acl.Config) string {
	t.Helper()
	text, err := written(c)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func written(c acl.Config) (string, error) {
	tmpl, err := template.New("acl.tmpl").Option("missingkey=error").Funcs(Dialect{}.Funcs()).Parse(Dialect{}.Template())
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = tmpl.Execute(&b, c)
	return b.String(), err
}

// wanted is a config as the policy gives it: addresses in groups of generation 1.
func wanted(r *rand.Rand) acl.Config {
	var c acl.Config
	for _, f := range packet.Families() {
		role := []string{"IN", "OUT", "OUT2"}[r.IntN(3)]
		pool, relays := someAddresses(r, f), someAddresses(r, f)
		c.Groups = append(c.Groups,
			acl.Group{Name: acl.Name("POOL", f, 1), Family: f, Addresses: pool},
			acl.Group{Name: acl.Name("RELAYS", f, 1), Family: f, Addresses: relays})
		l := acl.List{Name: acl.Name(role, f, 1), Family: f, End: acl.Permit}
		for i := range 1 + r.IntN(5) {
			e := acl.Entry{Action: acl.Permit, Match: packet.Any(f)}
			e.Why = acl.Why{Place: fmt.Sprintf("policy.yaml:%d", 10+i/2), Text: "phase " + role}
			e.Match.Protocols, e.Match.DstPorts = packet.One(packet.TCP), packet.One(uint64([]int{25, 25, 80, 587}[r.IntN(4)]))
			e.Match.Fragments = packet.WithPorts()
			e.Match.Src, e.SrcGroup = pool, acl.Name("POOL", f, 1)
			switch r.IntN(3) {
			case 0:
				e.Match.Dst, e.DstGroup = relays, acl.Name("RELAYS", f, 1)
			case 1:
				e.Action, e.Log = acl.Deny, r.IntN(2) == 0
			}
			l.Entries = append(l.Entries, e)
		}
		c.Lists = append(c.Lists, l)
		c.Bindings = append(c.Bindings, acl.Binding{Interface: "GigabitEthernet0/0/1", Direction: acl.Out, Family: f, Lists: []string{l.Name}})
	}
	return c
}

func someAddresses(r *rand.Rand, f packet.Family) packet.Ranges {
	var prefixes []netip.Prefix
	for range 1 + r.IntN(4) {
		n := packet.Number{Lo: r.Uint64()}
		if f == packet.V4 {
			n = packet.Of(uint64(r.Uint32()))
		} else {
			n.Hi = 0x20010db8<<32 | uint64(r.Uint32())
		}
		p, _ := f.Addr(n).Prefix(f.Bits() - r.IntN(24))
		prefixes = append(prefixes, p)
	}
	return packet.Prefixes(prefixes...)
}

// sameConfig holds what was laid against what was read, entry by entry.
func sameConfig(t *testing.T, laid, back acl.Config) {
	t.Helper()
	if got, want := said(back), said(laid); got != want {
		t.Fatalf("read back:\n%s\nlaid:\n%s", got, want)
	}
}

// said is a config in lines for people: what it means, without numbers of lines.
func said(c acl.Config) string {
	var b strings.Builder
	for _, g := range c.Groups {
		fmt.Fprintf(&b, "group %s %s %v\n", g.Name, g.Family, g.Addresses.Prefixes(g.Family))
	}
	for _, l := range c.Lists {
		fmt.Fprintf(&b, "list %s %s\n", l.Name, l.Family)
		for _, e := range l.Entries {
			fmt.Fprintf(&b, " %d %s [%s %s] %s\n", e.Sequence, e, e.SrcGroup, e.DstGroup, e.Why)
		}
		fmt.Fprintf(&b, " end %s\n", l.End)
	}
	for _, p := range c.Bindings {
		fmt.Fprintf(&b, "%s: %s %s\n", p.Point(), strings.Join(p.Lists, " "), p.Tail)
	}
	return b.String()
}

// TestRoundTrip lays, writes and reads random configs.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 25))
		laid, err := Dialect{}.Lay(wanted(r), acl.Config{}, acl.Owner{})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		text := render(t, laid)
		back := parse(t, text)
		sameConfig(t, laid, back)
		if again := render(t, back); again != text {
			t.Fatalf("seed %d: written again:\n%s\nfirst:\n%s", seed, again, text)
		}
		parts := render(t, acl.Config{Groups: laid.Groups, Lists: laid.Lists}) + render(t, acl.Config{Bindings: laid.Bindings})
		if parts != text {
			t.Fatalf("seed %d: lists and bindings apart:\n%s\ntogether:\n%s", seed, parts, text)
		}
	}
}

// BenchmarkDevice writes and reads what one device of a fleet holds: 10 prefixes of its own
// against 220 shared ones.
func BenchmarkDevice(b *testing.B) {
	var own, shared []netip.Prefix
	for i := range 10 {
		own = append(own, netip.MustParsePrefix(fmt.Sprintf("10.%d.0.0/24", 2*i)))
	}
	for i := range 220 {
		shared = append(shared, netip.MustParsePrefix(fmt.Sprintf("172.16.%d.0/25", i)))
	}
	e := acl.Entry{Action: acl.Deny, Match: packet.Any(packet.V4), SrcGroup: "OP25B-POOL-V4-G1", DstGroup: "OP25B-TO-V4-G1"}
	e.Match.Protocols, e.Match.DstPorts, e.Match.Fragments = packet.One(packet.TCP), packet.One(25), packet.WithPorts()
	e.Match.Src, e.Match.Dst = packet.Prefixes(own...), packet.Prefixes(shared...)
	want := acl.Config{
		Groups: []acl.Group{{Name: e.SrcGroup, Family: packet.V4, Addresses: e.Match.Src}, {Name: e.DstGroup, Family: packet.V4, Addresses: e.Match.Dst}},
		Lists:  []acl.List{{Name: "OP25B-OUT-V4-G1", Family: packet.V4, Entries: []acl.Entry{e}, End: acl.Permit}},
	}
	tmpl := template.Must(template.New("acl.tmpl").Funcs(Dialect{}.Funcs()).Parse(Dialect{}.Template()))
	for _, one := range []struct {
		name string
		want acl.Config
	}{{"grouped", want}, {"entries", ungrouped(want, shared)}} {
		laid, err := Dialect{}.Lay(one.want, acl.Config{}, acl.Owner{})
		if err != nil {
			b.Fatal(err)
		}
		var text string
		b.Run(one.name+"/lay", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				laid, _ = Dialect{}.Lay(one.want, acl.Config{}, acl.Owner{})
			}
		})
		b.Run(one.name+"/render", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var s strings.Builder
				if err := tmpl.Execute(&s, laid); err != nil {
					b.Fatal(err)
				}
				text = s.String()
			}
		})
		b.Run(one.name+"/parse", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := (Dialect{}).Parse(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// ungrouped has an entry for each shared prefix.
func ungrouped(c acl.Config, shared []netip.Prefix) acl.Config {
	e := c.Lists[0].Entries[0]
	list := acl.List{Name: c.Lists[0].Name, Family: packet.V4, End: acl.Permit}
	for _, p := range shared {
		e.Match.Dst, e.DstGroup = packet.Prefixes(p), ""
		list.Entries = append(list.Entries, e)
	}
	return acl.Config{Groups: c.Groups[:1], Lists: []acl.List{list}}
}

func prefixes(texts []string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range texts {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}
