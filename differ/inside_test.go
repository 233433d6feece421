package differ_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/differ"
)

// blocks is an entry of ours against one source, from a group of a generation.
func blocks(number, source, generation int) acl.Entry {
	e := acl.Entry{Sequence: number, Action: acl.Deny, Match: acl.Mail(packet.V4), SrcGroup: acl.Name("OUT-POOL", packet.V4, generation)}
	e.Match.Src, e.Match.Fragments = packet.One(uint64(source)), packet.WithPorts()
	return e
}

// passes is an entry of others: it passes everything.
func passes(number int) acl.Entry {
	return acl.Entry{Sequence: number, Action: acl.Permit, Match: packet.Any(packet.V4)}
}

// embedding asks for entries of generation 2 against some sources inside EDGE, a list of others
// that is bound at lan2.
func embedding(edge []acl.Entry, sources ...int) differ.Question {
	have := acl.Config{Interfaces: []string{"lan2"}, Bindings: []acl.Binding{bound("EDGE")},
		Lists: []acl.List{{Name: "EDGE", Family: packet.V4, Entries: edge, End: acl.Deny, Place: acl.Place{Line: 3}}}}
	for _, e := range edge {
		if e.SrcGroup != "" {
			have.Groups = []acl.Group{{Name: e.SrcGroup, Family: packet.V4, Addresses: e.Match.Src}}
		}
	}
	name := acl.Name("OUT", packet.V4, 2)
	l := acl.List{Name: name, Family: packet.V4, End: acl.Next}
	for i, s := range sources {
		l.Entries = append(l.Entries, blocks(10*(i+1), s, 2))
	}
	want := acl.Config{Lists: []acl.List{l}, Bindings: []acl.Binding{bound(name)},
		Groups: []acl.Group{{Name: acl.Name("OUT-POOL", packet.V4, 2), Family: packet.V4, Addresses: packet.One(1)}}}
	q := question(have, want)
	q.Embed = map[acl.Point]bool{out4: true}
	return q
}

// What comes takes the free numbers before the first line of others; what is wanted and stands
// before all of theirs stays; everything else of ours goes.
func TestEdits(t *testing.T) {
	for _, c := range []struct {
		name           string
		edge           []acl.Entry
		sources        []int
		remarks        []int
		insert, strike string // SOURCE@NUMBER
	}{
		{"nothing of ours yet", []acl.Entry{passes(10)}, []int{7, 8}, nil, "7@1 8@2", ""},
		{"the numbers of remarks are taken", []acl.Entry{passes(10)}, []int{7, 8}, []int{1, 3}, "7@2 8@4", ""},
		{"one more", []acl.Entry{blocks(1, 7, 1), passes(10)}, []int{7, 8}, nil, "8@2", ""},
		{"one less", []acl.Entry{blocks(1, 7, 1), blocks(2, 8, 1), passes(10)}, []int{8}, nil, "", "7@1"},
		{"another", []acl.Entry{blocks(1, 7, 1), passes(10)}, []int{8}, nil, "8@2", "7@1"},
		{"none any more", []acl.Entry{blocks(1, 7, 1), passes(10)}, nil, nil, "", "7@1"},
		{"all as wanted, in another order", []acl.Entry{blocks(4, 8, 1), blocks(6, 7, 1), passes(10)}, []int{7, 8}, nil, "", ""},
		{"it stands behind a line of others", []acl.Entry{passes(10), blocks(15, 7, 1)}, []int{7}, nil, "7@1", "7@15"},
		{"it stands twice", []acl.Entry{blocks(2, 7, 1), blocks(5, 7, 1), passes(10)}, []int{7}, nil, "", "7@5"},
		{"and once behind", []acl.Entry{blocks(2, 7, 1), passes(10), blocks(15, 7, 1)}, []int{7}, nil, "", "7@15"},
	} {
		q := embedding(c.edge, c.sources...)
		q.Have.Lists[0].Remarks = c.remarks
		d, err := differ.Diff(q)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		insert, strike := "", ""
		for _, e := range d.Edits {
			insert, strike = said(e.Insert), said(e.Strike)
		}
		if insert != c.insert || strike != c.strike || len(d.Edits) != min(1, len(c.insert)+len(c.strike)) {
			t.Errorf("%s: %q comes and %q goes, want %q and %q", c.name, insert, strike, c.insert, c.strike)
		}
		if len(d.Rebind)+len(d.Add.Lists)+len(d.Remove.Lists) > 0 || len(d.Add.Groups) != min(1, len(c.insert)) {
			t.Errorf("%s: more than entries change: %v", c.name, d)
		}
		if strings.Contains(c.name, "behind a line") && (len(d.Lines) != 1 || d.Lines[0].Sign != acl.Moved) {
			t.Errorf("%s: the lines are %v", c.name, d.Lines)
		}
	}
}

func said(entries []acl.Entry) string {
	var out []string
	for _, e := range entries {
		out = append(out, fmt.Sprintf("%d@%d", e.Match.Src.Spans()[0].Lo.Lo, e.Sequence))
	}
	return strings.Join(out, " ")
}

// A list into which nothing can go, or that others use, is refused with what can be done.
func TestUnfit(t *testing.T) {
	with := func(change func(*differ.Question)) differ.Question {
		q := embedding([]acl.Entry{blocks(1, 7, 1), passes(10)}, 8)
		change(&q)
		return q
	}
	for _, c := range []struct {
		name string
		q    differ.Question
		says string
	}{
		{"all is well", with(func(*differ.Question) {}), ""},
		{"a standard list", with(func(q *differ.Question) { q.Have.Lists[0].Sources = true }), "looks at sources only"},
		{"no numbers", embedding([]acl.Entry{passes(0)}, 8), "shows no line numbers"},
		{"no room", embedding([]acl.Entry{blocks(1, 7, 1), passes(2)}, 8), "has free numbers for 0 of 1 lines before its first"},
		{"only ours", embedding([]acl.Entry{blocks(1, 7, 1)}, 8), "has no line that is not ours"},
		{"a user", with(func(q *differ.Question) {
			q.Have.References = []acl.Reference{{Name: "EDGE", Place: acl.Place{Line: 9, Text: " access-class EDGE in"}}}
		}), "is used elsewhere too, in line 9: access-class EDGE in"},
		{"a user of the other family", with(func(q *differ.Question) {
			q.Have.References = []acl.Reference{{Name: "EDGE", Family: packet.V6, Place: acl.Place{Line: 9}}}
		}), ""},
		{"bound where ours are not wanted", with(func(q *differ.Question) {
			other := bound("EDGE")
			other.Interface = "lan3"
			q.Have.Bindings = append(q.Have.Bindings, other)
		}), "is bound at lan3 out ipv4 too"},
		{"bound at a point that wants other lines", with(func(q *differ.Question) { second(q, 9) }), "which need different lines of ours"},
		{"bound at a point that wants the same", with(func(q *differ.Question) { second(q, 8) }), ""},
		{"sources that are no group", with(func(q *differ.Question) { q.Want.Lists[0].Entries[0].SrcGroup = "" }), "only a group of ours tells our lines from theirs"},
		{"not bound at all, and used", with(func(q *differ.Question) {
			q.Have.Bindings = nil
			q.Have.References = []acl.Reference{{Name: "EDGE", Place: acl.Place{Line: 9}}}
		}), ""},
	} {
		d, err := differ.Diff(c.q)
		var refusal differ.Refusal
		if c.says == "" && err != nil || c.says != "" && (!errors.As(err, &refusal) || !strings.Contains(err.Error(), c.says) || refusal.Hint() == "") {
			t.Errorf("%s: %v; want %q", c.name, err, c.says)
		}
		if err == nil && len(d.Edits) != 1 {
			t.Errorf("%s: %v", c.name, d.Edits)
		}
	}
}

// second binds EDGE at lan3 too, where an entry against another source may be wanted.
func second(q *differ.Question, source int) {
	other := bound("EDGE")
	other.Interface = "lan3"
	q.Have.Interfaces, q.Have.Bindings = append(q.Have.Interfaces, "lan3"), append(q.Have.Bindings, other)
	q.Points = append(q.Points, other.Point())
	q.Embed[other.Point()] = true
	l := acl.List{Name: acl.Name("OUT2", packet.V4, 2), Family: packet.V4, Entries: []acl.Entry{blocks(10, source, 2)}, End: acl.Next}
	other.Lists = []string{l.Name}
	q.Want.Lists, q.Want.Bindings = append(q.Want.Lists, l), append(q.Want.Bindings, other)
}

// What is closed and opened is told of every point of the list, attached or not.
func TestEditedPackets(t *testing.T) {
	q := embedding([]acl.Entry{blocks(1, 7, 1), passes(10)}, 8)
	d, err := differ.Diff(q)
	if err != nil || len(d.Closes) != 1 || len(d.Opens) != 1 || !d.Closes[0].Packets.Src.Equal(packet.One(8)) || !d.Opens[0].Packets.Src.Equal(packet.One(7)) {
		t.Fatalf("closes %v, opens %v, %v", d.Closes, d.Opens, err)
	}
	q.Have.Bindings[0].Interface = "lan9" // somebody moved it
	d, err = differ.Diff(q)
	if err != nil || len(d.Opens) != 1 || d.Opens[0].Point.Interface != "lan9" {
		t.Errorf("opens %v, %v", d.Opens, err)
	}
	if i := slices.IndexFunc(d.After.Lists, func(l acl.List) bool { return l.Name == "EDGE" }); said(d.After.Lists[i].Entries[:1]) != "0@10" {
		t.Errorf("after: %v", d.After.Lists[i].Entries)
	}
}

// From a chain to an embedded list: our list of the chain is taken off, not edited.
func TestChainedBefore(t *testing.T) {
	q := embedding([]acl.Entry{passes(10)}, 8)
	ours := acl.List{Name: acl.Name("OUT", packet.V4, 1), Family: packet.V4, Entries: []acl.Entry{blocks(10, 7, 1)}, End: acl.Next}
	q.Have.Lists = append(q.Have.Lists, ours)
	q.Have.Bindings[0].Lists = []string{ours.Name, "EDGE"}
	d, err := differ.Diff(q)
	if err != nil || len(d.Edits) != 1 || d.Edits[0].List.Name != "EDGE" || len(d.Rebind) != 1 || !slices.Equal(d.Rebind[0].To.Lists, []string{"EDGE"}) || len(d.Remove.Lists) != 1 {
		t.Errorf("edits %v, rebinds %v, removes %v, %v", d.Edits, d.Rebind, d.Remove.Lists, err)
	}
}
