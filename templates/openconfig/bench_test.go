package openconfig

import (
	"fmt"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
)

// long is a list of so many entries.
func long(n int) acl.Config {
	l := acl.List{Name: "OP25B-OUT-V4-G1", Family: packet.V4, End: acl.Permit}
	for i := range n {
		e := smtp(acl.Deny, packet.V4, packet.One(uint64(0x0a000000+2*i)), packet.All(32), acl.Why{Place: "policy.yaml:14", Text: "block"})
		l.Entries = append(l.Entries, e)
	}
	return acl.Config{Lists: []acl.List{l}}
}

// BenchmarkParse reads a list of 10,000 entries.
func BenchmarkParse(b *testing.B) {
	c, err := Dialect{}.Lay(long(10_000), acl.Config{}, acl.Owner{})
	if err != nil {
		b.Fatal(err)
	}
	text := rendered(b, Dialect{}, c)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := (Dialect{}).Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRehearse obeys the lines of such a list.
func BenchmarkRehearse(b *testing.B) {
	c, err := Dialect{}.Lay(long(10_000), acl.Config{}, acl.Owner{})
	if err != nil {
		b.Fatal(err)
	}
	lines := Dialect{}.Lines(rendered(b, Dialect{}, c))
	for b.Loop() {
		if _, err := (Dialect{}).Rehearse(`{"acl": {}}`, lines); err != nil {
			b.Fatal(err)
		}
	}
}

// TestManyInterfaces: thousands of interfaces are read in a moment, also where each is seen twice.
func TestManyInterfaces(t *testing.T) {
	var all []string
	for i := range 5000 {
		all = append(all, entranceText(fmt.Sprint("p", i), fmt.Sprintf(`"interface": "Ethernet%d"`, i), boundText("ingress", "EDGE", "ACL_IPV4")))
	}
	if c := parsed(t, device(strings.Join(all, ","), "")); len(c.Bindings) != 10_000 || len(c.Tails) < 5000 {
		t.Errorf("%d bindings, %d tails", len(c.Bindings), len(c.Tails))
	}
}
