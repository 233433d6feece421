package prover_test

import (
	"errors"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/policy"
	"op25b/prover"
	"op25b/templates"
)

// TestUnknownStays: a line that nobody understands is proved only where the base has it too and
// the same comes behind it.
func TestUnknownStays(t *testing.T) {
	d, err := templates.Find("rtx")
	if err != nil {
		t.Fatal(err)
	}
	const filters = "ip filter 1 reject * * udp,tcp 135 *\nip filter 2 restrict * * tcp * 80\nip filter 5 pass * * tcp * 80\nip filter 6 reject * * tcp * 80\nip filter 9 pass * *\n"
	at := acl.Point{Interface: "lan2", Direction: acl.Out, Family: packet.V4}
	filter := func(row string) acl.Filter {
		if row == "" {
			return acl.Open(packet.V4)
		}
		c, err := d.Parse("ip lan2 secure filter out " + row + "\n" + filters)
		if err != nil {
			t.Fatal(err)
		}
		return c.Filter(c.Binding(at))
	}
	for _, c := range []struct{ base, text, unproven string }{
		{"1 9", "1 9", ""},
		{"1 2 9", "1 2 9", ""},
		{"1 2 9", "1 1 2 9", ""},     // something in front of it that changes nothing
		{"1 2 9", "1 2 5 9", ""},     // behind it the same, in other words
		{"2 9", "2 6 9", "restrict"}, // what it lets go on is dropped now
		{"", "2 9", "restrict"},      // it is new
		{"7", "7", ""},               // not defined, before and after
		{"7 9", "7 9", ""},
		{"7", "7 9", "7 is bound"}, // what it lets go on passes now
		{"7 9", "7", "7 is bound"}, // and is dropped now
		{"1 7 9", "7 1 9", "7 is bound"},
	} {
		err := prover.Question{Point: at, Meaning: policy.Meaning{}, Base: filter(c.base), Filter: filter(c.text)}.Prove()
		var unproven prover.Unproven
		switch {
		case c.unproven == "" && err != nil:
			t.Errorf("%q over %q: %v", c.text, c.base, err)
		case c.unproven != "" && (!errors.As(err, &unproven) || !strings.Contains(err.Error(), c.unproven)):
			t.Errorf("%q over %q: %v, want unproven because of %q", c.text, c.base, err, c.unproven)
		}
	}
}

// TestUnknownOfOurs: a line of ours that nobody understands is not hidden behind lines of others
// that nobody understands either.
func TestUnknownOfOurs(t *testing.T) {
	d, err := templates.Find("iosxr")
	if err != nil {
		t.Fatal(err)
	}
	at := acl.Point{Interface: "TenGigE0/0/0/1", Direction: acl.In, Family: packet.V4}
	const one, two = " 10 deny ipv4 any any packet-length gt 9000\n", " 20 deny ipv4 any any packet-length gt 8000\n"
	for _, c := range []struct{ ours, theirs, unproven string }{
		{" 10 deny ipv4 any any packet-length gt 60\n", one + two, "gt 60"},
		{" 10 deny ipv4 any any packet-length gt 60\n", one, "gt 60"},
		{" 10 deny ipv4 any any packet-length gt 9000\n", one + two, "gt 9000"}, // the same words, but ours
		{" 10 permit ipv4 any any\n", one + two, "10 permit"},                   // it decides what they would have
		{"", one + two, ""},
	} {
		read := func(row string) acl.Filter {
			config, err := d.Parse("interface TenGigE0/0/0/1\n ipv4 access-group " + row + " ingress\n!\nipv4 access-list F\n" +
				c.theirs + " 30 permit ipv4 any any\n!\nipv4 access-list OURS\n" + c.ours + "!\n")
			if err != nil {
				t.Fatal(err)
			}
			return config.Filter(config.Binding(at))
		}
		err := prover.Question{Point: at, Meaning: policy.Meaning{}, Base: read("F"), Filter: read("common OURS F")}.Prove()
		var unproven prover.Unproven
		switch {
		case c.unproven == "" && err != nil:
			t.Errorf("%q before %q: %v", c.ours, c.theirs, err)
		case c.unproven != "" && (!errors.As(err, &unproven) || !strings.Contains(err.Error(), c.unproven)):
			t.Errorf("%q before %q: %v, want unproven because of %q", c.ours, c.theirs, err, c.unproven)
		}
	}
}
