package acl

import (
	"slices"
	"strings"
	"testing"

	"op25b/acl/packet"
)

// TestForeign: what is ours is not in it, whatever becomes of it; what is not ours is, to the last entry.
func TestForeign(t *testing.T) {
	everything := Entry{Sequence: 10, Action: Permit, Match: packet.Any(packet.V4)}
	c := Config{Hostname: "r", Interfaces: []string{"B", "A"},
		Groups:   []Group{{Name: "NOC", Family: packet.V4}, {Name: "OP25B-POOL-V4-G1", Family: packet.V4}},
		Lists:    []List{{Name: "MGMT", Family: packet.V4, Entries: []Entry{everything}, End: Deny}, {Name: "OP25B-OUT-V4-G1", Family: packet.V4, Entries: []Entry{everything}}},
		Bindings: []Binding{{Interface: "A", Direction: In, Family: packet.V4, Lists: []string{"OP25B-OUT-V4-G1", "MGMT"}}, {Interface: "B", Direction: In, Family: packet.V4, Lists: []string{"OP25B-OUT-V4-G1"}}}}
	want := "bind A in ipv4 MGMT; group NOC ipv4 -; hostname r; interface A; interface B; list MGMT ipv4\n permit ipv4 any -> any"
	if got := strings.Join(c.Foreign(Owner{}), "; "); got != want {
		t.Errorf("%s", got)
	}
	ours := c
	ours.Lists, ours.Groups, ours.Bindings = c.Lists[:1], c.Groups[:1], c.Bindings[:1]
	if !slices.Equal(c.Foreign(Owner{}), ours.Foreign(Owner{})) {
		t.Error("ours is in it")
	}
	theirs := c
	theirs.Lists = slices.Clone(c.Lists)
	theirs.Lists[0].Entries = nil
	if slices.Equal(c.Foreign(Owner{}), theirs.Foreign(Owner{})) {
		t.Error("an entry of others is not in it")
	}
}
