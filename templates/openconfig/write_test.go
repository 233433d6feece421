package openconfig

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/netip"
	"os"
	"strings"
	"testing"
	"text/template"

	"op25b/acl"
	"op25b/acl/packet"
)

var update = flag.Bool("update", false, "write the golden files anew")

// variants are those for which something is planned, and the model as it is published.
func variants() []string { return []string{"", "eos", "iosxe", "iosxr", "sets"} }

// rendered is what the dialect's own template writes.
func rendered(t testing.TB, d Dialect, c acl.Config) string {
	t.Helper()
	text, err := render(d, c)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func render(d Dialect, c acl.Config) (string, error) {
	tmpl, err := template.New("acl").Option("missingkey=error").Funcs(d.Funcs()).Parse(d.Template())
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	err = tmpl.Execute(&b, c)
	return b.String(), err
}

// golden holds a text against a file.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; go test -update writes it anew\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}

func parsed(t testing.TB, text string) acl.Config {
	t.Helper()
	c, err := Dialect{}.Parse(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return c
}

func laid(t testing.TB, d Dialect, want, have acl.Config) acl.Config {
	t.Helper()
	c, err := d.Lay(want, have, acl.Owner{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

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
		{Action: acl.Permit, Match: packet.Any(packet.V4), Why: acl.Why{Text: "everything else"}},
	}
	e4[2].Log = true
	e4[1].DstGroup, e4[2].SrcGroup = "OP25B-RELAY-V4-G1", "OP25B-POOL-V4-G1"
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
			{Interface: "Ethernet1", Direction: acl.Out, Family: packet.V4, Lists: []string{"OP25B-OUT-V4-G1"}},
			{Interface: "Ethernet1", Direction: acl.Out, Family: packet.V6, Lists: []string{"OP25B-OUT-V6-G1"}},
			{Interface: "Ethernet2", Direction: acl.Out, Family: packet.V4, Lists: []string{"OP25B-OUT-V4-G1"}},
			{Interface: "Ethernet3", Direction: acl.In, Family: packet.V4},
		},
	}
}

// onSubinterface is the example with a list on a subinterface, in the other direction.
func onSubinterface() acl.Config {
	c := example()
	c.Bindings[2].Interface, c.Bindings[2].Direction = "Port-Channel2.100", acl.In
	return c
}

func name(variant string) string {
	if variant == "" {
		return "published"
	}
	return variant
}

// TestWriteGolden is the example on each variant, and the lines that bring it there.
func TestWriteGolden(t *testing.T) {
	for _, v := range variants() {
		d := Dialect{Variant: v}
		c := laid(t, d, onSubinterface(), acl.Config{Lists: []acl.List{{Name: "OP25B-OUT-V4-G6"}}})
		text := rendered(t, d, c)
		golden(t, "testdata/write/"+name(v)+".json", text)
		golden(t, "testdata/write/"+name(v)+".lines", strings.Join(d.Lines(text), "\n")+"\n")
	}
	d := Dialect{Union: true}
	c := laid(t, d, example(), acl.Config{})
	undo := append(d.Lines(rendered(t, d, acl.Config{Lists: c.Lists[:1]})), d.Unbind(c.Bindings[0])...)
	golden(t, "testdata/write/undo.lines", strings.Join(append(undo, d.Remove(c)...), "\n")+"\n")
	golden(t, "testdata/write/nothing.json", rendered(t, d, acl.Config{}))
	golden(t, "testdata/write/bindings.json", rendered(t, d, acl.Config{Bindings: c.Bindings}))
	if lines := d.Lines(rendered(t, d, acl.Config{Bindings: []acl.Binding{c.Bindings[3]}})); len(lines) > 0 {
		t.Errorf("a binding without lists is written as %q", lines)
	}
}

// TestEveryPartIsJSON: whatever is missing, the text is one valid document.
func TestEveryPartIsJSON(t *testing.T) {
	d := Dialect{Variant: "sets"}
	c := laid(t, d, example(), acl.Config{})
	for bits := range 8 {
		var part acl.Config
		if bits&1 > 0 {
			part.Groups = c.Groups
		}
		if bits&2 > 0 {
			part.Lists = c.Lists
		}
		if bits&4 > 0 {
			part.Bindings = c.Bindings
		}
		text := rendered(t, d, part)
		if !json.Valid([]byte(text)) {
			t.Errorf("no JSON:\n%s", text)
		}
		back := parsed(t, text)
		if len(back.Groups) != len(part.Groups) || len(back.Lists) != len(part.Lists) || len(back.Unread) > 0 {
			t.Errorf("part %b is read back as %+v", bits, back)
		}
	}
}

// TestUnwritable: what a variant cannot say is refused with words that name it.
func TestUnwritable(t *testing.T) {
	refused := func(what, variant, words string, change func(*acl.Config)) {
		t.Helper()
		c := example()
		change(&c)
		_, err := Dialect{Variant: variant}.Lay(c, acl.Config{}, acl.Owner{})
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v, want %q", what, err, words)
		}
	}
	refused("a variant nobody knows", "nokia", "no variant", func(*acl.Config) {})
	refused("counting before a deny", "", "only counts", func(c *acl.Config) {
		e := c.Lists[0].Entries[2]
		e.Action = acl.Next
		c.Lists[0].Entries = append([]acl.Entry{e}, c.Lists[0].Entries...)
	})
	refused("an entry without an action", "", "no action", func(c *acl.Config) { c.Lists[0].Entries[0].Action = acl.Unknown })
	refused("two protocols", "", "protocols", func(c *acl.Config) { c.Lists[0].Entries[0].Match.Protocols = packet.Numbers(6, 7) })
	refused("flags", "", "flags", func(c *acl.Config) { c.Lists[0].Entries[0].Match.Flags = packet.One(1) })
	refused("ports of UDP and of GRE", "", "only TCP and UDP have ports", func(c *acl.Config) { c.Lists[0].Entries[0].Match.Protocols = packet.One(47) })
	refused("two ranges of ports", "", "one range", func(c *acl.Config) {
		c.Lists[0].Entries[0].Match.DstPorts = packet.One(25).Union(packet.One(587))
	})
	refused("later fragments", "", "fragments", func(c *acl.Config) { c.Lists[0].Entries[0].Match.Fragments = packet.One(2) })
	refused("nothing", "", "nothing", func(c *acl.Config) { c.Lists[0].Entries[0].Match.DstPorts = packet.Ranges{} })
	refused("a line that is not understood", "", "not understood", func(c *acl.Config) { c.Lists[0].Entries[0].Unmodelled = "x" })
	refused("another family", "", "is not ipv4", func(c *acl.Config) { c.Lists[0].Entries[0].Match = packet.Any(packet.V6) })
	refused("an empty list", "", "no entries", func(c *acl.Config) { c.Lists[0].Entries, c.Lists[0].End = nil, acl.Unknown })
	refused("two lists", "", "one list only", func(c *acl.Config) { c.Bindings[0].Lists = append(c.Bindings[0].Lists, "EDGE") })
	refused("an interface with a quote", "", "not written", func(c *acl.Config) { c.Bindings[0].Interface = `Eth"1` })
	refused("an interface with a bracket", "", "not written", func(c *acl.Config) { c.Bindings[0].Interface = "Eth]1" })
	refused("a subinterface of a subinterface", "", "write Ethernet1.100", func(c *acl.Config) { c.Bindings[0].Interface = "Ethernet1.2.3" })
	refused("a subinterface with a nought before it", "", "write Ethernet1.100", func(c *acl.Config) { c.Bindings[0].Interface = "Ethernet1.02" })
	refused("an interface that stands for all", "", "not written", func(c *acl.Config) { c.Bindings[0].Interface = "*" })
	refused("SONiC", "sonic", "variant sonic is refused: SONiC gives the names of lists back with _", func(*acl.Config) {})
	if _, err := (Dialect{Variant: "sonic"}).Lay(acl.Config{}, acl.Config{}, acl.Owner{}); err == nil {
		t.Error("SONiC is refused only where there is something to write")
	}
	if _, err := render(Dialect{}, acl.Config{Lists: []acl.List{{Name: "X", Family: packet.V4, Entries: []acl.Entry{{Sequence: 10, Match: packet.Any(packet.V4)}}}}}); err == nil {
		t.Error("an entry without an action is written")
	}
}

// TestOwnEnd: every list that we write takes every packet, and says what happens to it.
func TestOwnEnd(t *testing.T) {
	c := example()
	c.Lists[0].Entries = c.Lists[0].Entries[:3]
	for end, want := range map[acl.Action]acl.Action{acl.Permit: acl.Permit, acl.Deny: acl.Deny} {
		c.Lists[0].End = end
		l := laid(t, Dialect{}, c, acl.Config{}).Lists[0]
		last := l.Entries[len(l.Entries)-1]
		if last.Action != want || !last.Match.Equal(packet.Any(packet.V4)) || last.Sequence != 10*len(l.Entries) {
			t.Errorf("a list that ends in %s ends in %v", end, last)
		}
	}
}

// TestNothingElseIsSent: of a text that has more than what is read back, the rest stays here.
func TestNothingElseIsSent(t *testing.T) {
	for _, text := range []string{
		"", "delete /acl", `{"openconfig-system:system": {"config": {"hostname": "eve"}}}`,
		`{"acl": {"acl-sets": {"acl-set": [{"name": "MAC", "type": "ACL_L2"}]}}}`,
		`{"acl": {"interfaces": {"interface": [{"id": "Ethernet1", "interface-ref": {"config": {"interface": "Ethernet1"}}}]}}}`,
		`{"defined-sets": {"port-sets": {"port-set": [{"name": "MAIL", "config": {"port": [25]}}]}}}`,
	} {
		if lines := (Dialect{}).Lines(text); len(lines) > 0 {
			t.Errorf("%s is sent as %q", text, lines)
		}
	}
}
