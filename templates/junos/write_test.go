package junos

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
)

func prefixesOf(words ...string) packet.Ranges {
	var out []netip.Prefix
	for _, w := range words {
		out = append(out, netip.MustParsePrefix(w))
	}
	return packet.Prefixes(out...)
}

// smtp is an entry about port 25, as a policy makes them.
func smtp(action acl.Action, f packet.Family, src, dst packet.Ranges, why acl.Why) acl.Entry {
	b := packet.Any(f)
	b.Protocols, b.DstPorts, b.Fragments = packet.One(packet.TCP), packet.One(25), packet.WithPorts()
	b.Src, b.Dst = src, dst
	return acl.Entry{Action: action, Match: b, Why: why, Count: true}
}

// example is a policy's wish: relays, a fixed customer, two phases, both families.
func example() acl.Config {
	any4, any6 := packet.All(32), packet.All(128)
	pool4, pool6 := prefixesOf("192.0.2.0/25", "203.0.113.0/24"), prefixesOf("2001:db8:100::/40", "2001:db8:300::/40")
	relays4 := prefixesOf("192.0.2.200/32", "192.0.2.202/32")
	e4 := []acl.Entry{
		smtp(acl.Permit, packet.V4, prefixesOf("203.0.113.77/32"), any4, acl.Why{Place: "policy.yaml:18", Text: "exempt acme"}),
		smtp(acl.Permit, packet.V4, any4, relays4, acl.Why{Place: "policy.yaml:12", Text: "relays"}),
		smtp(acl.Deny, packet.V4, pool4, prefixesOf("198.51.100.0/28"), acl.Why{Place: "policy.yaml:31", Text: "block vodafone"}),
		smtp(acl.Deny, packet.V4, pool4, prefixesOf("198.51.100.64/28"), acl.Why{Place: "policy.yaml:31", Text: "block vodafone"}),
		{Action: acl.Permit, Match: packet.Any(packet.V4), Why: acl.Why{Text: "everything else"}},
	}
	e4[1].DstGroup, e4[2].SrcGroup, e4[3].SrcGroup = "OP25B-RELAY-V4-G1", "OP25B-POOL-V4-G1", "OP25B-POOL-V4-G1"
	e6 := []acl.Entry{smtp(acl.Deny, packet.V6, pool6, any6, acl.Why{Place: "policy.yaml:40", Text: "block everyone"})}
	e6[0].SrcGroup = "OP25B-POOL-V6-G1"
	return acl.Config{
		Groups: []acl.Group{
			{Name: "OP25B-RELAY-V4-G1", Family: packet.V4, Addresses: relays4},
			{Name: "OP25B-POOL-V4-G1", Family: packet.V4, Addresses: pool4},
			{Name: "OP25B-POOL-V6-G1", Family: packet.V6, Addresses: pool6},
		},
		Lists: []acl.List{
			{Name: "OP25B-OUT-V4-G1", Family: packet.V4, Entries: e4, End: acl.Deny},
			{Name: "OP25B-OUT-V6-G1", Family: packet.V6, Entries: e6, End: acl.Permit},
		},
		Bindings: []acl.Binding{
			{Interface: "ge-0/0/1.0", Direction: acl.Out, Family: packet.V4, Lists: []string{"OP25B-OUT-V4-G1"}},
			{Interface: "ge-0/0/1.0", Direction: acl.Out, Family: packet.V6, Lists: []string{"OP25B-OUT-V6-G1"}},
			{Interface: "ge-0/0/2.100", Direction: acl.In, Family: packet.V4, Lists: []string{"OP25B-OUT-V4-G1", "ANTISPOOF"}},
			{Interface: "ge-0/0/3.0", Direction: acl.In, Family: packet.V4},
		},
	}
}

func laid(t testing.TB, want, have acl.Config) acl.Config {
	t.Helper()
	c, err := Dialect{}.Lay(want, have, acl.Owner{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWriteGolden(t *testing.T) {
	d := Dialect{}
	c := laid(t, example(), acl.Config{Lists: []acl.List{{Name: "OP25B-OUT-V4-G6"}}})
	golden(t, "testdata/write/complete.golden", rendered(t, c))
	golden(t, "testdata/write/stage.golden", rendered(t, acl.Config{Groups: c.Groups, Lists: c.Lists}))
	golden(t, "testdata/write/switch.golden", rendered(t, acl.Config{Bindings: c.Bindings}))
	golden(t, "testdata/write/nothing.golden", rendered(t, acl.Config{}))
	undo := append([]string{"# Unbind, then Remove"}, d.Unbind(c.Bindings[0])...)
	undo = append(undo, d.Unbind(c.Bindings[2])...)
	golden(t, "testdata/write/remove.golden", strings.Join(append(undo, d.Remove(c)...), "\n")+"\n")
	if got := d.Lines(rendered(t, acl.Config{})); got != nil {
		t.Errorf("nothing has the lines %q", got)
	}
	for _, line := range d.Lines(rendered(t, c)) {
		if !strings.HasPrefix(line, "set ") {
			t.Errorf("line %q", line)
		}
	}
}

// TestWhyComesBack: the reasons of a rendered text are read from its comments, those of a
// router's text from the names of the terms.
func TestWhyComesBack(t *testing.T) {
	text := rendered(t, laid(t, example(), acl.Config{}))
	e := parsed(t, text).Lists[0].Entries[2]
	if e.Why != (acl.Why{Place: "policy.yaml:31", Text: "block vodafone"}) || e.Label != "block-vodafone" {
		t.Errorf("%+v %s", e.Why, e.Label)
	}
	e = parsed(t, strings.Join(Dialect{}.Lines(text), "\n")).Lists[0].Entries[3]
	if e.Why != (acl.Why{Text: "block-vodafone-2"}) {
		t.Errorf("%+v", e.Why)
	}
}

func TestLayRefuses(t *testing.T) {
	single := func(e acl.Entry) acl.Config {
		return acl.Config{Lists: []acl.List{{Name: "OP25B-OUT-V4-G1", Family: packet.V4, End: acl.Permit, Entries: []acl.Entry{e}}}}
	}
	bound := func(name string, lists ...string) acl.Config {
		return acl.Config{Bindings: []acl.Binding{{Interface: name, Direction: acl.Out, Family: packet.V4, Lists: lists}}}
	}
	block := smtp(acl.Deny, packet.V4, packet.All(32), packet.All(32), acl.Why{})
	later, syn, two := block, block, block
	later.Match.Fragments = packet.Numbers(0, 2)
	syn.Match.Protocols, syn.Match.Flags = packet.All(8), packet.One(uint64(packet.SYN))
	two.Also = []packet.Box{packet.Any(packet.V4)}
	asleep := parsed(t, "set interfaces ge-0/0/1 unit 0 family inet filter output OLD\ndeactivate interfaces ge-0/0/1 unit 0 family inet filter output\n")
	for _, c := range []struct {
		name       string
		want, have acl.Config
		say        string
	}{
		{"ports of later fragments", single(later), acl.Config{}, "these classes of fragments"},
		{"flags of any protocol", single(syn), acl.Config{}, "these TCP flags"},
		{"two boxes", single(two), acl.Config{}, "more than one set"},
		{"empty list", acl.Config{Lists: []acl.List{{Name: "OP25B-OUT-V4-G1", Family: packet.V4, End: acl.Deny}}}, acl.Config{}, "would discard everything"},
		{"end unknown", acl.Config{Lists: []acl.List{{Name: "OP25B-OUT-V4-G1", Family: packet.V4, Entries: []acl.Entry{block}}}}, acl.Config{}, "is not said"},
		{"no unit", bound("ge-0/0/1", "OP25B-OUT-V4-G1"), acl.Config{}, "has no unit; write it as ge-0/0/1.0"},
		{"17 filters", bound("ge-0/0/1.0", make([]string, 17)...), acl.Config{}, "17 filters"},
		{"deactivated", bound("ge-0/0/1.0", "OP25B-OUT-V4-G1"), asleep, "line 1: filter OLD is bound to ge-0/0/1.0 out ipv4 but deactivated"},
		{"not ours", acl.Config{Lists: []acl.List{{Name: "X", Family: packet.V4, End: acl.Permit, Entries: []acl.Entry{block}}}}, acl.Config{}, "is no name of ours"},
	} {
		if _, err := (Dialect{}).Lay(c.want, c.have, acl.Owner{}); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v, want %s", c.name, err, c.say)
		}
	}
}

// TestWriteRefuses: nothing of a name or a set becomes another line than it was meant to be.
func TestWriteRefuses(t *testing.T) {
	good := laid(t, example(), acl.Config{})
	for name, spoil := range map[string]func(c *acl.Config){
		"line end in a name":  func(c *acl.Config) { c.Groups[0].Name = "X\nset system" },
		"blank in a filter":   func(c *acl.Config) { c.Lists[0].Name = "a b" },
		"empty prefix-list":   func(c *acl.Config) { c.Groups[0].Addresses = packet.Ranges{} },
		"unknown prefix-list": func(c *acl.Config) { c.Groups[0].Unmodelled = "apply-path" },
		"quote in a term":     func(c *acl.Config) { c.Lists[0].Entries[0].Label = `x"` },
		"empty source":        func(c *acl.Config) { c.Lists[0].Entries[0].Match.Src = packet.Ranges{} },
		"no action":           func(c *acl.Config) { c.Lists[0].Entries[0].Action = acl.Unknown },
		"not understood":      func(c *acl.Config) { c.Lists[0].Entries[0].Unmodelled = "dscp" },
		"interface":           func(c *acl.Config) { c.Bindings[0].Interface = "ge 0;.0" },
		"bound name":          func(c *acl.Config) { c.Bindings[0].Lists = []string{"a; b"} },
	} {
		c := acl.Config{Groups: slices.Clone(good.Groups), Lists: slices.Clone(good.Lists), Bindings: slices.Clone(good.Bindings)}
		c.Lists[0].Entries = slices.Clone(c.Lists[0].Entries)
		spoil(&c)
		if text, err := render(c); err == nil {
			t.Errorf("%s is written:\n%s", name, text)
		}
	}
	c := good
	c.Lists = slices.Clone(good.Lists)
	c.Lists[0].Entries = slices.Clone(c.Lists[0].Entries)
	c.Lists[0].Entries[0].Why = acl.Why{Text: "x\ndelete firewall"}
	if text := rendered(t, c); strings.Contains(text, "\ndelete") {
		t.Errorf("a reason became a line:\n%s", text)
	}
}

func TestLabels(t *testing.T) {
	taken := map[string]bool{"default": true}
	for _, c := range [][2]string{
		{"block vodafone", "block-vodafone"}, {"Block  Vodafone!", "block-vodafone-2"}, {"default", "default-2"},
		{"", "deny"}, {"日本", "deny-2"}, {"--a--", "a"}, {strings.Repeat("x", 99), strings.Repeat("x", 40)},
		{strings.Repeat("x", 50), strings.Repeat("x", 40) + "-2"}, {"a; delete system", "a-delete-system"},
	} {
		if got := label(acl.Entry{Action: acl.Deny, Why: acl.Why{Text: c[0]}}, taken); got != c[1] {
			t.Errorf("%q is named %q, want %q", c[0], got, c[1])
		}
	}
}

// TestRoundTrip writes random configs and reads them back, in set form and in braces.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 25))
		c, err := Dialect{}.Lay(randomConfig(r), acl.Config{}, acl.Owner{})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		text := rendered(t, c)
		back := parsed(t, text)
		if got, want := meant(back), meant(c); got != want {
			t.Fatalf("seed %d:\n%s\nread\n%s\nmeant\n%s", seed, text, got, want)
		}
		braces := inBraces(Dialect{}.Lines(text))
		if got, want := printed(parsed(t, braces)), printed(back); got != want {
			t.Fatalf("seed %d:\n%s\nin braces\n%s\nin set form\n%s", seed, braces, got, want)
		}
		if err := Complete(braces); err != nil && len(back.Lists)+len(back.Bindings) > 0 {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
}

// meant is a config without what a text does not have: places, reasons, empty bindings.
func meant(c acl.Config) string {
	c.Interfaces, c.References = nil, nil
	c.Bindings = slices.DeleteFunc(slices.Clone(c.Bindings), func(b acl.Binding) bool { return len(b.Lists) == 0 })
	slices.SortFunc(c.Bindings, func(a, b acl.Binding) int { return strings.Compare(a.Point().String(), b.Point().String()) })
	return printed(c)
}

// inBraces turns set lines into brace form, each word a block.
func inBraces(lines []string) string {
	type node struct {
		word string
		kids []*node
	}
	root := &node{}
	for _, line := range lines {
		at := root
		inList := false
		for _, w := range strings.Fields(line)[1:] {
			if w == "[" || w == "]" {
				inList = true
				continue
			}
			i := slices.IndexFunc(at.kids, func(n *node) bool { return n.word == w })
			if i < 0 {
				i = len(at.kids)
				at.kids = append(at.kids, &node{word: w})
			}
			if !inList {
				at = at.kids[i]
			}
		}
	}
	var b strings.Builder
	var write func(n *node, indent string)
	write = func(n *node, indent string) {
		for _, k := range n.kids {
			if len(k.kids) == 0 {
				b.WriteString(indent + k.word + ";\n")
				continue
			}
			b.WriteString(indent + k.word + " {\n")
			write(k, indent+"    ")
			b.WriteString(indent + "}\n")
		}
	}
	write(root, "")
	return b.String()
}

// randomConfig is a wish of any shape that Junos can hold.
func randomConfig(r *rand.Rand) acl.Config {
	var c acl.Config
	for _, f := range packet.Families() {
		if r.IntN(5) == 0 {
			continue
		}
		var groups []acl.Group
		for n := range 1 + r.IntN(3) {
			groups = append(groups, acl.Group{Name: acl.Name("POOL"+string(rune('A'+n)), f, 1), Family: f, Addresses: randomAddresses(r, f, 1+r.IntN(6))})
		}
		c.Groups = append(c.Groups, groups...)
		l := acl.List{Name: acl.Name("OUT", f, 1), Family: f, End: acl.Permit}
		for range 1 + r.IntN(8) {
			l.Entries = append(l.Entries, randomEntry(r, f, groups))
		}
		c.Lists = append(c.Lists, l)
		for n := range r.IntN(4) {
			b := acl.Binding{Interface: "xe-0/1/" + string(rune('0'+n)) + ".3967", Direction: acl.Out, Family: f, Lists: []string{l.Name}}
			if r.IntN(2) == 0 {
				b.Direction, b.Lists = acl.In, append(b.Lists, "FOREIGN")
			}
			c.Bindings = append(c.Bindings, b)
		}
	}
	return c
}

func randomEntry(r *rand.Rand, f packet.Family, groups []acl.Group) acl.Entry {
	action := []acl.Action{acl.Permit, acl.Deny, acl.Next}[r.IntN(3)]
	why := []string{"block everyone", "relays", "exempt acme", "x", ""}[r.IntN(5)]
	e := smtp(action, f, packet.All(f.Bits()), packet.All(f.Bits()), acl.Why{Text: why})
	e.Log = r.IntN(4) == 0
	for _, side := range []struct {
		set   *packet.Ranges
		group *string
	}{{&e.Match.Src, &e.SrcGroup}, {&e.Match.Dst, &e.DstGroup}} {
		if g := groups[r.IntN(len(groups))]; r.IntN(3) > 0 {
			*side.set, *side.group = g.Addresses, g.Name
		} else if r.IntN(2) == 0 {
			*side.set = randomAddresses(r, f, 1+r.IntN(3))
		}
	}
	switch r.IntN(6) {
	case 0:
		e.Match.DstPorts, e.Match.Fragments = packet.All(16), packet.One(uint64(packet.Later))
	case 1:
		e.Match.DstPorts = packet.Numbers(25, 25).Union(packet.Numbers(400, 500)).Union(packet.One(65535))
	case 2:
		e.Match.Flags = packet.One(uint64(packet.Established))
	case 3:
		e.Match.Protocols = packet.One(packet.UDP).Union(packet.One(packet.ICMPv6)).Union(packet.One(89))
	case 4:
		e.Match.SrcPorts, e.Match.Fragments = packet.Numbers(1024, 65535), packet.One(uint64(packet.First))
	}
	return e
}

func randomAddresses(r *rand.Rand, f packet.Family, n int) packet.Ranges {
	var out []netip.Prefix
	for range n {
		base, bits := netip.MustParseAddr("203.0.112.0").As4(), 20+r.IntN(13)
		base[2], base[3] = base[2]+byte(r.IntN(4)), byte(r.IntN(256))
		a := netip.AddrFrom4(base)
		if f == packet.V6 {
			b := netip.MustParseAddr("2001:db8::").As16()
			b[4], b[5] = byte(r.IntN(4)), byte(r.IntN(256))
			a, bits = netip.AddrFrom16(b), 33+r.IntN(96)
		}
		out = append(out, netip.PrefixFrom(a, bits).Masked())
	}
	return packet.Prefixes(out...)
}
