package acl_test

import (
	"fmt"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
)

// mail is an entry of ours as it stands in a list of others.
func mail(number int) acl.Entry {
	e := acl.Entry{Sequence: number, Action: acl.Deny, Match: acl.Mail(packet.V4), SrcGroup: "OP25B-OUT-POOL-V4-G1"}
	e.Match.Src = packet.One(7)
	return e
}

// theirs is an entry of others.
func theirs(number int) acl.Entry {
	return acl.Entry{Sequence: number, Action: acl.Permit, Match: packet.Any(packet.V4)}
}

// TestWrote: an entry in a list of others is ours where it denies mail from a group of ours, and
// has a number by which it can be taken out. Whatever else names our group is not.
func TestWrote(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*acl.Entry)
		ours   bool
	}{
		{"as we write it", func(*acl.Entry) {}, true},
		{"that logs", func(e *acl.Entry) { e.Log = true }, true},
		{"to one destination", func(e *acl.Entry) { e.Match.Dst = packet.One(9) }, true},
		{"without a number", func(e *acl.Entry) { e.Sequence = 0 }, false},
		{"without a group", func(e *acl.Entry) { e.SrcGroup = "" }, false},
		{"of a group of others", func(e *acl.Entry) { e.SrcGroup = "CUSTOMERS" }, false},
		{"of a group with a longer name than ours have", func(e *acl.Entry) { e.SrcGroup = "OP25B-OUT-POOL-OF-EVERYBODY-V4-G1" }, false},
		{"of an address in our range of numbers", func(e *acl.Entry) { e.SrcGroup = "250001" }, false},
		{"that permits", func(e *acl.Entry) { e.Action = acl.Permit }, false},
		{"for port 26 too", func(e *acl.Entry) { e.Match.DstPorts = packet.Numbers(25, 26) }, false},
		{"for UDP", func(e *acl.Entry) { e.Match.Protocols = packet.One(packet.UDP) }, false},
		{"that is not understood", func(e *acl.Entry) { e.Unmodelled = "the word time-range" }, false},
		{"that the device adds", func(e *acl.Entry) { e.Implied = true }, false},
	} {
		e := mail(5)
		c.change(&e)
		if got := (acl.Owner{First: 250000, Last: 250099}).Wrote(e); got != c.ours {
			t.Errorf("an entry %s is ours: %v", c.name, got)
		}
	}
}

// TestInside: ours come out of a list of others and go into it again by their numbers. A list of
// ours has nothing inside, and what the device adds stays at the end.
func TestInside(t *testing.T) {
	nd := acl.Entry{Implied: true, Action: acl.Permit, Match: packet.Any(packet.V4), Unmodelled: "nd-na"}
	edge := acl.List{Name: "EDGE", Family: packet.V4, Entries: []acl.Entry{theirs(10), mail(15), theirs(20), nd}, End: acl.Deny}
	ours := (acl.Owner{}).Inside(edge)
	if numbers(ours) != "15" {
		t.Errorf("ours: %s", numbers(ours))
	}
	without := edge.Without(ours)
	if numbers(without.Entries) != "10 20 0" || without.End != acl.Deny || numbers(edge.Entries) != "10 15 20 0" {
		t.Errorf("without ours: %s %s, and it was %s", numbers(without.Entries), without.End, numbers(edge.Entries))
	}
	if with := without.With([]acl.Entry{mail(12), mail(1)}); numbers(with.Entries) != "1 10 12 20 0" {
		t.Errorf("with ours: %s", numbers(with.Entries))
	}
	edge.Name = "OP25B-OUT-V4-G1"
	if got := (acl.Owner{}).Inside(edge); len(got) > 0 {
		t.Errorf("a list of ours has inside: %s", numbers(got))
	}
}

// TestNothingLeft: what a list without entries does nobody knows, so nothing is proved over it.
func TestNothingLeft(t *testing.T) {
	only := acl.List{Name: "EDGE", Family: packet.V4, Entries: []acl.Entry{mail(1), mail(2)}, End: acl.Deny}
	b := acl.Binding{Interface: "Gi0", Direction: acl.Out, Family: packet.V4, Lists: []string{"EDGE"}}
	base := acl.Config{Lists: []acl.List{only}, Bindings: []acl.Binding{b}}.Base(acl.Owner{})
	if _, unknown := base.Filter(b).Unknown(); !unknown {
		t.Error("a list of which nothing is left has a known verdict")
	}
	if len(only.Entries) != 2 || only.End != acl.Deny {
		t.Error("the list itself was changed")
	}
}

// TestInsideIsState: the state has our entries in a list of others with their numbers, wherever the
// list is bound, and nowhere too; the numbers of others leave no trace.
func TestInsideIsState(t *testing.T) {
	state := func(bound bool, entries ...acl.Entry) string {
		c := acl.Config{Lists: []acl.List{{Name: "EDGE", Family: packet.V4, Entries: entries, End: acl.Deny}}}
		if bound {
			c.Bindings = []acl.Binding{{Interface: "Gi9", Direction: acl.In, Family: packet.V4, Lists: []string{"EDGE"}}}
		}
		return strings.Join(c.Canonical(nil, acl.Owner{}), "\n")
	}
	for _, bound := range []bool{true, false} {
		if state(bound, mail(1), theirs(10)) == state(bound, mail(2), theirs(10)) {
			t.Errorf("bound %v: our number leaves no trace", bound)
		}
		if state(bound, mail(1), theirs(10)) != state(bound, mail(1), theirs(20)) {
			t.Errorf("bound %v: the number of others leaves a trace", bound)
		}
		if state(bound, mail(1), theirs(10)) == state(bound, theirs(10)) {
			t.Errorf("bound %v: our entry leaves no trace", bound)
		}
	}
	if state(false, theirs(10)) != "" {
		t.Errorf("a list of others that is bound nowhere is no state: %s", state(false, theirs(10)))
	}
}

// TestUsers: our own entries in lists of others are no users of our groups; any other line is.
func TestUsers(t *testing.T) {
	one, two := mail(1), mail(2)
	one.Place.Line, two.Place.Line = 3, 4
	two.Action = acl.Permit
	c := acl.Config{Lists: []acl.List{{Name: "EDGE", Family: packet.V4, Entries: []acl.Entry{one, two}}},
		References: []acl.Reference{{Name: one.SrcGroup, Place: acl.Place{Line: 3}}, {Name: one.SrcGroup, Place: acl.Place{Line: 4}}, {Name: "EDGE"}}}
	if got := c.Users(acl.Owner{}); len(got) != 2 || got[0].Place.Line != 4 || got[1].Name != "EDGE" {
		t.Errorf("users: %v", got)
	}
}

// TestBack: the undo of an edit is an edit, and leads back to the same list.
func TestBack(t *testing.T) {
	e := acl.Edit{List: acl.List{Name: "EDGE", Entries: []acl.Entry{mail(1), theirs(10), mail(15)}}, Insert: []acl.Entry{mail(2)}, Strike: []acl.Entry{mail(15)}}
	b := e.Back()
	if numbers(b.List.Entries) != "1 2 10" || numbers(b.List.Without(b.Strike).With(b.Insert).Entries) != "1 10 15" {
		t.Errorf("after: %s, and back: %s", numbers(b.List.Entries), numbers(b.List.Without(b.Strike).With(b.Insert).Entries))
	}
}

func numbers(entries []acl.Entry) string {
	var out []string
	for _, e := range entries {
		out = append(out, fmt.Sprint(e.Sequence))
	}
	return strings.Join(out, " ")
}
