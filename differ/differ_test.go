package differ_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/differ"
)

var out4 = acl.Point{Interface: "lan2", Direction: acl.Out, Family: packet.V4}

// filter is a list of one entry, as an RTX has them: pass or reject, all or tcp to port 25.
func filter(name string, action acl.Action, mail bool) acl.List {
	e := acl.Entry{Action: action, Match: packet.Any(packet.V4), Place: acl.Place{Line: 1, Text: "ip filter " + name}}
	if mail {
		e.Match.Protocols, e.Match.DstPorts, e.Match.Fragments = packet.One(packet.TCP), packet.One(25), packet.WithPorts()
	}
	return acl.List{Name: name, Family: packet.V4, Entries: []acl.Entry{e}, End: acl.Deny}
}

func bound(names ...string) acl.Binding {
	return acl.Binding{Interface: "lan2", Direction: acl.Out, Family: packet.V4, Lists: names, Place: acl.Place{Line: 7}}
}

// running has two filters of others, bound or not, and ours as they are given.
func running(b acl.Binding, ours ...acl.List) acl.Config {
	c := acl.Config{Interfaces: []string{"lan2"}, Lists: append(ours, filter("1010", acl.Deny, false), filter("2000", acl.Permit, false))}
	if len(b.Lists) > 0 {
		c.Bindings = []acl.Binding{b}
	}
	return c
}

func question(have, want acl.Config) differ.Question {
	return differ.Question{Have: have, Want: want, Points: []acl.Point{out4}, Chain: map[acl.Point]bool{}, Owner: acl.Owner{First: 250000, Last: 250099}, Choices: map[acl.Point]string{out4: "take it off"}}
}

func blocked(names ...string) acl.Config {
	return running(bound(names...), filter(names[0], acl.Deny, true), filter(names[1], acl.Permit, false))
}

// What says the same is bound again under its old name, also at another point; what says something
// else comes under its new one, and the old one goes.
func TestReuse(t *testing.T) {
	same, err := differ.Diff(question(blocked("250000", "250001"), blocked("250050", "250051")))
	if err != nil || !same.IsEmpty() || len(same.Remove.Lists) > 0 {
		t.Errorf("equal lists are exchanged: %v %v", same.Rebind, err)
	}
	other := blocked("250050", "250051")
	other.Lists[0].Entries[0].Match.Src = packet.One(7)
	d, err := differ.Diff(question(blocked("250000", "250001"), other))
	if err != nil || len(d.Rebind) != 1 || !slices.Equal(d.Rebind[0].To.Lists, []string{"250050", "250051"}) || len(d.Add.Lists) != 2 || len(d.Remove.Lists) != 2 {
		t.Fatalf("%v %v", d, err)
	}
	if len(d.Opens) != 1 || len(d.Closes) != 0 {
		t.Errorf("opens %v, closes %v", d.Opens, d.Closes)
	}
	if _, there := d.After.List(packet.V4, "250000"); !there {
		t.Error("the old list is gone before the cleanup")
	}
	if _, there := d.Cleaned.List(packet.V4, "250000"); there {
		t.Error("the old list outlives the cleanup")
	}
}

// A number in use in one family does not keep the same number of the other family alive; somebody
// else's reference does, in its family, or in both where it does not say.
func TestRemovedByFamily(t *testing.T) {
	for _, c := range []struct {
		reference acl.Reference
		gone      string
	}{
		{acl.Reference{}, "ipv6 250000"},
		{acl.Reference{Name: "250000", Family: packet.V4}, "ipv6 250000"},
		{acl.Reference{Name: "250000", Family: packet.V6}, ""},
		{acl.Reference{Name: "250000"}, ""},
	} {
		have := blocked("250000", "250001")
		six := filter("250000", acl.Permit, false)
		six.Family, six.Entries[0].Match = packet.V6, packet.Any(packet.V6)
		have.Lists = append(have.Lists, six)
		have.References = []acl.Reference{c.reference}
		q := question(have, blocked("250000", "250001"))
		q.TakeOver = []string{"250000"}
		d, err := differ.Diff(q)
		got := ""
		for _, l := range d.Remove.Lists {
			got += l.Family.String() + " " + l.Name
		}
		if err != nil || got != c.gone {
			t.Errorf("%v: %q goes, want %q (%v)", c.reference, got, c.gone, err)
		}
	}
}

// Every reason not to touch a router is told, with what can be done; --take-over is for what is ours.
func TestRefusals(t *testing.T) {
	chain := func(q differ.Question) differ.Question {
		q.Chain[out4] = true
		return q
	}
	want := blocked("250050", "250051")
	some := filter("1011", acl.Deny, true)
	some.Entries[0].Match.DstPorts = packet.One(445)
	mixed := running(bound("250000", "1011", "250001"), filter("250000", acl.Deny, true), filter("250001", acl.Permit, false), some)
	for _, c := range []struct {
		name string
		q    differ.Question
		says string
	}{
		{"a list of others", question(running(bound("1010", "2000")), want), "lan2 out ipv4 has a list that is not ours: 1010 2000"},
		{"the same, chained", chain(question(running(bound("1010", "2000")), want)), ""},
		{"others among ours", question(mixed, want), "has a list that is not ours: 1011"},
		{"the same, chained", chain(question(mixed, want)), "has 1011 among ours (250000 250001), and without ours it would not do the same with"},
		{"others behind ours", chain(question(running(bound("250000", "2000"), filter("250000", acl.Deny, true)), want)), ""},
		{"ours is used", question(used(blocked("250000", "250001")), want), `250000 is ours, but "ip route default filter 250000" refers to it`},
		{"a binding that is not understood", question(odd(blocked("250000", "250001")), want), "a filter set is bound here, too"},
		{"a line that is not understood", question(unread(blocked("250000", "250001")), want), `line 9: "ip policy filter" is not understood: another engine`},
	} {
		_, err := differ.Diff(c.q)
		var refusal differ.Refusal
		if c.says == "" && err != nil || c.says != "" && (!errors.As(err, &refusal) || !strings.Contains(err.Error(), c.says) || refusal.Hint() == "") {
			t.Errorf("%s: %v; want %q", c.name, err, c.says)
		}
	}
	q := question(used(blocked("250000", "250001")), want)
	q.TakeOver = []string{"250000"}
	if d, err := differ.Diff(q); err != nil || !d.IsEmpty() {
		t.Errorf("taken over: %v %v", d.Rebind, err)
	}
}

func used(c acl.Config) acl.Config {
	c.References = []acl.Reference{{Name: "250000", Family: packet.V4, Place: acl.Place{Line: 3, Text: "ip route default filter 250000"}}}
	return c
}

func odd(c acl.Config) acl.Config {
	c.Bindings[0].Unmodelled = "a filter set is bound here, too"
	return c
}

func unread(c acl.Config) acl.Config {
	c.Unread = []acl.Place{{Line: 9, Text: "ip policy filter", Why: "another engine"}}
	return c
}

// A chain keeps the lists of others, each once and in their order, behind ours.
func TestChainOrder(t *testing.T) {
	q := question(running(bound("1010", "2000")), blocked("250050", "250051"))
	q.Want.Bindings = []acl.Binding{bound("250050", "1010", "2000")} // as it is read back
	q.Chain[out4] = true
	d, err := differ.Diff(q)
	if err != nil || len(d.Rebind) != 1 || !slices.Equal(d.Rebind[0].To.Lists, []string{"250050", "1010", "2000"}) {
		t.Errorf("%v %v", d.Rebind, err)
	}
	d, err = differ.Diff(question(running(bound("250000"), filter("250000", acl.Deny, true)), running(acl.Binding{})))
	if err != nil || len(d.Rebind) != 1 || len(d.Rebind[0].To.Lists) != 0 || len(d.Remove.Lists) != 1 {
		t.Errorf("nothing is wanted, but %v %v", d.Rebind, err)
	}
}

// Points that the inventory does not know are cleared of ours, and an interface that the text
// does not have is missing.
func TestPointsBeside(t *testing.T) {
	have := blocked("250000", "250001")
	have.Bindings[0].Interface = "lan3"
	d, err := differ.Diff(question(have, blocked("250050", "250051")))
	if err != nil || len(d.Rebind) != 2 {
		t.Fatalf("%v %v", d.Rebind, err)
	}
	for _, r := range d.Rebind {
		if r.To.Interface == "lan3" && len(r.To.Lists) > 0 || r.To.Interface == "lan2" && !slices.Equal(r.To.Lists, []string{"250000", "250001"}) {
			t.Errorf("%v", r.To)
		}
	}
	q := question(have, have)
	q.Points = append(q.Points, acl.Point{Interface: "lan9", Direction: acl.In, Family: packet.V4})
	if m := q.Missing(); len(m) != 1 || m[0].Interface != "lan9" {
		t.Errorf("missing: %v", m)
	}
}

// TestUnknownBeside: one of our lists stands at a point without an attachment, among what is not
// understood. It is told where, and not first when the lines are rehearsed.
func TestUnknownBeside(t *testing.T) {
	have := blocked("250000", "250001")
	b := bound("250000")
	b.Interface, b.Unmodelled, b.Place.Line = "lan3", "the word sideways", 7
	have.Bindings = append(have.Bindings, b)
	_, err := differ.Diff(question(have, blocked("250000", "250001")))
	var r differ.Refusal
	if !errors.As(err, &r) || !strings.Contains(err.Error(), "line 7: lan3 out ipv4 has 250000 by our name and no attachment") ||
		!strings.Contains(err.Error(), "the word sideways") || !strings.Contains(r.Hint(), "off that interface by hand") {
		t.Fatalf("%v", err)
	}
	have.Bindings[len(have.Bindings)-1].Lists = []string{"1010"}
	if _, err := differ.Diff(question(have, blocked("250000", "250001"))); err != nil {
		t.Fatalf("where none of ours stands, nobody asks: %v", err)
	}
}

// TestOutside: what bears our name at a point without an attachment is taken off only where that
// changes nothing but mail, or is asked for.
func TestOutside(t *testing.T) {
	mail, all := filter("250010", acl.Deny, true), filter("250011", acl.Permit, false)
	mine, others := filter("250012", acl.Permit, true), filter("1010", acl.Deny, false)
	for _, c := range []struct {
		name    string
		lists   []string
		take    []string
		refused bool
	}{
		{"it blocks mail and passes the rest", []string{"250010", "250011"}, nil, false},
		{"it passes everything", []string{"250011"}, nil, false},
		{"it passes mail and drops the rest", []string{"250012"}, nil, true},
		{"the same, and it is asked for", []string{"250012"}, []string{"250012"}, false},
		{"something else is asked for", []string{"250012"}, []string{"250010"}, true},
		{"before a list of others it changes mail only", []string{"250012", "1010"}, nil, false},
		{"nothing of ours", []string{"1010"}, nil, false},
	} {
		have := blocked("250000", "250001")
		have.Lists = append(have.Lists, mail, all, mine, others)
		b := bound(c.lists...)
		b.Interface = "lan3"
		have.Bindings = append(have.Bindings, b)
		q := question(have, blocked("250000", "250001"))
		q.TakeOver = c.take
		_, err := differ.Diff(q)
		if (err != nil) != c.refused || err != nil && (!strings.Contains(err.Error(), "lan3 out ipv4 has 250012") || !errors.As(err, &differ.Refusal{})) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
