package acl_test

import (
	"net/netip"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
)

// TestImpliedEntriesOfARow: what a device adds before the implicit deny belongs to the end of
// the row, not to the end of each list in it.
func TestImpliedEntriesOfARow(t *testing.T) {
	nd := packet.Any(packet.V6)
	nd.Protocols = packet.One(packet.ICMPv6)
	implied := acl.Entry{Action: acl.Permit, Match: nd, Implied: true, Unmodelled: "the ICMP type nd-na"}
	everything := acl.Entry{Action: acl.Permit, Match: packet.Any(packet.V6)}
	c := acl.Config{Lists: []acl.List{
		{Name: "FIRST", Family: packet.V6, Entries: []acl.Entry{implied}, End: acl.Deny},
		{Name: "OPEN", Family: packet.V6, Entries: []acl.Entry{everything}, End: acl.Deny},
		{Name: "SHUT", Family: packet.V6, Entries: []acl.Entry{implied}, End: acl.Deny},
	}}
	ping := packet.Packet{Family: packet.V6, Src: netip.MustParseAddr("2001:db8::1"), Dst: netip.MustParseAddr("2001:db8::2"), Protocol: packet.ICMPv6}
	for _, row := range []struct {
		lists []string
		want  acl.Action
	}{
		{[]string{"FIRST"}, acl.Unknown},
		{[]string{"FIRST", "OPEN"}, acl.Permit},
		{[]string{"FIRST", "SHUT"}, acl.Unknown},
		{[]string{"OPEN", "FIRST"}, acl.Permit},
	} {
		got, line := c.Filter(acl.Binding{Family: packet.V6, Lists: row.lists}).Decide(ping)
		if got != row.want {
			t.Errorf("%v: %v by %q, want %v", row.lists, got, line, row.want)
		}
	}
}
