package iosxe

import (
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
)

// small is a wanted config that shows each kind of line.
func small() acl.Config {
	var c acl.Config
	for i, f := range packet.Families() {
		pool := packet.Prefixes(prefixes([][]string{{"203.0.113.0/24", "192.0.2.200/32"}, {"2001:db8:100::/40", "2001:db8:200::/48"}}[i])...)
		relay := packet.Prefixes(prefixes([][]string{{"192.0.2.25/32"}, {"2001:db8:25::25/128"}}[i])...)
		c.Groups = append(c.Groups, acl.Group{Name: acl.Name("POOL", f, 1), Family: f, Addresses: pool})
		smtp := packet.Any(f)
		smtp.Protocols, smtp.DstPorts, smtp.Fragments, smtp.Src = packet.One(packet.TCP), packet.One(25), packet.WithPorts(), pool
		toRelay := smtp
		toRelay.Dst = relay
		c.Lists = append(c.Lists, acl.List{Name: acl.Name("OUT", f, 1), Family: f, End: acl.Permit, Entries: []acl.Entry{
			{Action: acl.Permit, Match: toRelay, SrcGroup: acl.Name("POOL", f, 1), Why: acl.Why{Place: "policy.yaml:21", Text: "relays"}},
			{Action: acl.Deny, Match: smtp, SrcGroup: acl.Name("POOL", f, 1), Log: f == packet.V4, Why: acl.Why{Place: "policy.yaml:14", Text: "block \"everyone\"!"}},
		}})
		c.Bindings = append(c.Bindings, acl.Binding{Interface: "GigabitEthernet0/0/1", Direction: acl.Out, Family: f, Lists: []string{acl.Name("OUT", f, 1)}})
	}
	return c
}

func laid(t *testing.T, want, have acl.Config) acl.Config {
	t.Helper()
	c, err := Dialect{}.Lay(want, have, acl.Owner{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestRendered is the text that an otherwise empty router is given.
func TestRendered(t *testing.T) {
	golden(t, "testdata/rendered.txt", render(t, laid(t, small(), acl.Config{})))
}

// TestFrobnicate: a line that is not understood, put behind any line of a list or a group, never
// vanishes: what it stands in is not known any more.
func TestFrobnicate(t *testing.T) {
	lines := strings.SplitAfter(render(t, laid(t, small(), acl.Config{})), "\n")
	looked := 0
	for i, line := range lines {
		if strings.HasPrefix(line, "interface ") {
			break // behind the last list
		}
		for _, odd := range []string{" frobnicate\n", " evaluate BACK\n", " no deny tcp any any eq smtp\n", " apply-group G\n", " 15 frobnicate\n"} {
			text := strings.Join(lines[:i+1], "") + odd + strings.Join(lines[i+1:], "")
			c, err := Dialect{}.Parse(text)
			if err != nil || len(c.Unread) > 0 {
				continue
			}
			known := 0
			for _, b := range c.Bindings {
				if _, unknown := c.Filter(b).Unknown(); !unknown {
					known++
				}
			}
			if looked++; known == len(c.Bindings) {
				t.Errorf("nothing is in doubt:\n%s", text)
			}
		}
	}
	if looked < 20 {
		t.Errorf("only %d texts", looked)
	}
}

// TestNextGeneration: nothing that is there, bound or referred to is named again.
func TestNextGeneration(t *testing.T) {
	have := acl.Config{References: []acl.Reference{{Name: "OP25B-OUT-V4-G6"}}}
	if got := laid(t, small(), have).Lists[0].Name; got != "OP25B-OUT-V4-G7" {
		t.Errorf("named %s", got)
	}
	have = acl.Config{Lists: []acl.List{{Name: "OP25B-OUT-V4-G9223372036854775807", Family: packet.V4}}}
	if _, err := (Dialect{}).Lay(small(), have, acl.Owner{}); err == nil {
		t.Error("a generation past the last number was given")
	}
}

// TestTakenBack: Unbind and Remove leave nothing of what was written.
func TestTakenBack(t *testing.T) {
	c := laid(t, small(), acl.Config{})
	text := render(t, c)
	var off []string
	for _, b := range c.Bindings {
		off = append(off, Dialect{}.Unbind(b)...)
	}
	off = append(off, Dialect{}.Remove(c)...)
	after := parse(t, text+strings.Join(off, "\n")+"\n")
	if len(after.Lists)+len(after.Groups)+len(after.Bindings) != 0 {
		t.Errorf("left: %s", said(after))
	}
	if got := (Dialect{}).Unbind(acl.Binding{Interface: "X", Direction: acl.In, Family: packet.V4}); got != nil {
		t.Errorf("nothing is bound, and %q is sent", got)
	}
	golden(t, "testdata/takenback.txt", strings.Join(off, "\n")+"\n")
}

// TestLines: what is sent says the same as the text, without comments and blank lines.
func TestLines(t *testing.T) {
	text := render(t, laid(t, small(), acl.Config{}))
	lines := Dialect{}.Lines("! a comment\n\n" + strings.ReplaceAll(text, "\n", "\r\n"))
	for _, line := range lines {
		bare := strings.TrimSpace(line)
		if bare == "" || bare[0] == '!' || line != strings.TrimRight(line, " \r") || strings.HasPrefix(line, "  ") {
			t.Errorf("sent: %q", line)
		}
	}
	sameConfig(t, parse(t, text), parse(t, strings.Join(lines, "\n")))
}

// TestNothing: a config without anything is an empty text, which is read as nothing.
func TestNothing(t *testing.T) {
	text := render(t, acl.Config{Bindings: []acl.Binding{{Interface: "X", Direction: acl.In, Family: packet.V4}}})
	if text != "" {
		t.Errorf("written: %q", text)
	}
	if c := parse(t, text); len(c.Lists)+len(c.Bindings)+len(c.Interfaces) != 0 {
		t.Errorf("read: %s", said(c))
	}
}

// TestNotWritten: what one line cannot say, and what could be more than one line, is an error.
func TestNotWritten(t *testing.T) {
	tests := map[string]func(c *acl.Config){
		"an entry that is not understood": func(c *acl.Config) { c.Lists[0].Entries[0].Unmodelled = "x" },
		"no action":                       func(c *acl.Config) { c.Lists[0].Entries[0].Action = acl.Unknown },
		"two prefixes without a group":    func(c *acl.Config) { c.Lists[0].Entries[0].SrcGroup = "" },
		"no addresses": func(c *acl.Config) {
			c.Lists[0].Entries[0].SrcGroup, c.Lists[0].Entries[0].Match.Src = "", packet.Ranges{}
		},
		"no ports": func(c *acl.Config) { c.Lists[0].Entries[0].Match.DstPorts = packet.Ranges{} },
		"a port without a protocol": func(c *acl.Config) {
			c.Lists[0].Entries[0].Match.Protocols = packet.All(8)
		},
		"ports in later fragments": func(c *acl.Config) { c.Lists[0].Entries[0].Match.Fragments = packet.Numbers(0, 2) },
		"a group without members":  func(c *acl.Config) { c.Groups[0].Addresses = packet.Ranges{} },
		"a group not understood":   func(c *acl.Config) { c.Groups[0].Unmodelled = "x" },
		"a list name of two words": func(c *acl.Config) { c.Lists[0].Name = "A B" },
		"a group name of two lines": func(c *acl.Config) {
			c.Groups[0].Name = "A\nno ip routing"
		},
		"an interface of two lines":   func(c *acl.Config) { c.Bindings[0].Interface = "X\nreload" },
		"a bound name of two words":   func(c *acl.Config) { c.Bindings[0].Lists = []string{"A B"} },
		"three lists":                 func(c *acl.Config) { c.Bindings[0].Lists = []string{"A", "B", "C"} },
		"a tail of two lines":         func(c *acl.Config) { c.Bindings[0].Tail = "x\nreload" },
		"a binding not understood":    func(c *acl.Config) { c.Bindings[0].Unmodelled = "x" },
		"a flag that has no word":     func(c *acl.Config) { c.Lists[0].Entries[0].Match.Flags = packet.One(uint64(packet.SYN)) },
		"the other family in a list":  func(c *acl.Config) { c.Lists[0].Entries[0].Match.Family = packet.V6 },
		"a prefix with a hole in it":  func(c *acl.Config) { c.Lists[0].Entries[0].Match.Dst = packet.Numbers(1, 2) },
		"ports that need two entries": func(c *acl.Config) { c.Lists[0].Entries[0].Match.DstPorts = packet.Numbers(1, 2).Union(packet.One(9)) },
	}
	for name, spoil := range tests {
		c := laid(t, small(), acl.Config{})
		spoil(&c)
		if text, err := written(c); err == nil {
			t.Errorf("%s was written:\n%s", name, text)
		}
	}
}

// TestOpenEnd: a list that lets the rest pass ends in the permit of everything, never in the
// router's implicit deny; one without entries is no empty list.
func TestOpenEnd(t *testing.T) {
	want := small()
	for i := range want.Lists {
		want.Lists[i].Entries = nil
	}
	for _, l := range laid(t, want, acl.Config{}).Lists {
		if len(l.Entries) != 1 || l.Entries[0].Action != acl.Permit || !l.Entries[0].Match.Equal(packet.Any(l.Family)) {
			t.Errorf("%s: %s", l.Name, said(acl.Config{Lists: []acl.List{l}}))
		}
	}
	want.Lists[0].End = acl.Unknown
	if _, err := (Dialect{}).Lay(want, acl.Config{}, acl.Owner{}); err == nil {
		t.Error("an empty list was laid")
	}
}

// TestSameEntries: the router gets each entry once, also where two differ by log only.
func TestSameEntries(t *testing.T) {
	want := small()
	first := want.Lists[0].Entries[1]
	first.Log, first.Why = !first.Log, acl.Why{Text: "again"}
	want.Lists[0].Entries = append(want.Lists[0].Entries, want.Lists[0].Entries[0], want.Lists[0].Entries[1], first)
	if n := len(laid(t, want, acl.Config{}).Lists[0].Entries); n != 3 {
		t.Errorf("%d entries", n)
	}
}

// TestCounting: an entry that only counts is a permit where nothing behind it denies.
func TestCounting(t *testing.T) {
	want := small()
	want.Lists[0].Entries[1].Action = acl.Next
	if got := laid(t, want, acl.Config{}).Lists[0].Entries[1].Action; got != acl.Permit {
		t.Errorf("laid as %s", got)
	}
	deny := want.Lists[0].Entries[1]
	deny.Action, deny.Match.Dst = acl.Deny, packet.Prefixes(prefixes([]string{"198.51.100.0/24"})...)
	want.Lists[0].Entries = append(want.Lists[0].Entries, deny)
	if _, err := (Dialect{}).Lay(want, acl.Config{}, acl.Owner{}); err == nil {
		t.Error("an entry that counts was turned into a permit before a deny")
	}
}

// TestEnd tells a whole configuration from one that stops in the middle.
func TestEnd(t *testing.T) {
	whole := "version 17.9\nhostname a\n!\ninterface X\n!\nend\n"
	if err := Complete(whole + "\n\na#\n"); err != nil {
		t.Error(err)
	}
	if _, err := (Dialect{}).Parse(whole); err != nil {
		t.Error(err)
	}
	for _, cut := range []string{strings.TrimSuffix(whole, "end\n"), "", "!\n"} {
		if err := Complete(cut); err == nil {
			t.Errorf("%q is complete", cut)
		}
	}
	if _, err := (Dialect{}).Parse(strings.TrimSuffix(whole, "end\n")); err == nil || !strings.Contains(err.Error(), "line 5") {
		t.Errorf("a configuration that is cut: %v", err)
	}
}

// TestRefused are texts that are no configuration, with the line that says so.
func TestRefused(t *testing.T) {
	for text, line := range map[string]string{
		"show running-config\n% Invalid input detected at '^' marker.\n":     "line 2",
		"hostname a\n% Authorization failed.\n":                              "line 2",
		"interface X\n --More-- \n shutdown\n":                               "line 2",
		"hostname a\x08\n":                                                   "line 1",
		"hostname a\nbanner motd ^C\nip access-list extended X\n":            "line 2",
		"hostname a\nbanner login #\nnobody comes here\ninterface X\n":       "line 2",
		"hostname a\nbanner motd ~ hello\n\n--More--\nip access-list foo ~ ": "",
	} {
		_, err := Dialect{}.Parse(text)
		if line == "" {
			if err != nil {
				t.Errorf("%q: %v", text, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), line) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := (Dialect{}).Parse("%SYS-5-CONFIG_I: Configured from console by noc\nhostname a\n"); err != nil {
		t.Error(err)
	}
}

// FuzzParse: no text makes the reader fall over, and no line that it does not understand lets
// more be known than every packet.
func FuzzParse(f *testing.F) {
	f.Add("ip access-list standard 10\n 10 permit 10.0.0.0, wildcard bits 0.0.0.255 (5 matches)\n")
	f.Add("ip access-list extended X\n 10 permit tcp any any eq smtp\n no 10\n")
	f.Add("object-group network A\n group-object A\nipv6 access-list X\n permit tcp any host ::1 eq 25 sequence 4\n")
	f.Add("object-group network ipv4 A\n 10.0.0.0/8\nipv4 access-list X\n 10 permit tcp net-group A 10.0.0.1 0.255.0.255\n")
	f.Add("banner motd ^C\nx^C\ninterface X\n ip access-group common A B in\n ipv4 access-group A ingress\nend")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Dialect{}.Parse(text)
		if err != nil {
			return
		}
		for _, l := range c.Lists {
			for _, e := range l.Entries {
				if e.Match.Family != l.Family {
					t.Fatalf("%s: an entry of another family", l.Name)
				}
				for _, b := range e.Boxes() {
					if e.Unmodelled == "" && b.IsEmpty() {
						t.Fatalf("%s: %q matches nothing", l.Name, e.Place.Text)
					}
				}
				if e.Unmodelled == "" && e.Action != acl.Permit && e.Action != acl.Deny {
					t.Fatalf("%s: %q has no action", l.Name, e.Place.Text)
				}
			}
		}
		Dialect{}.Remove(c)
	})
}
