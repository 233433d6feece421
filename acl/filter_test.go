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

// TestFilter is what a point does with tcp to port 25, from what stands there.
func TestFilter(t *testing.T) {
	mail := acl.Mail(packet.V4)
	deny := acl.List{Name: "DENY", Family: packet.V4, Entries: []acl.Entry{{Action: acl.Deny, Match: mail}}, End: acl.Deny}
	pass := acl.List{Name: "PASS", Family: packet.V4, Entries: []acl.Entry{{Action: acl.Permit, Match: packet.Any(packet.V4)}}, End: acl.Deny}
	count := acl.List{Name: "COUNT", Family: packet.V4, Entries: []acl.Entry{{Action: acl.Next, Match: mail}}, End: acl.Permit}
	odd := acl.List{Name: "ODD", Family: packet.V4, Entries: []acl.Entry{{Action: acl.Deny, Match: mail, Unmodelled: "time-range"}}, End: acl.Permit}
	dark := acl.List{Name: "DARK", Family: packet.V4, Entries: []acl.Entry{{Action: acl.Permit, Unmodelled: "evaluate"}}, End: acl.Permit}
	none := acl.List{Name: "NONE", Family: packet.V4, Entries: []acl.Entry{{Action: acl.Deny, Match: packet.Box{Family: packet.V4}}}, End: acl.Permit}
	six := acl.List{Name: "SIX", Family: packet.V6, End: acl.Permit}
	p := packet.Packet{Family: packet.V4, Protocol: packet.TCP, Src: netip.MustParseAddr("203.0.113.5"), Dst: netip.MustParseAddr("198.51.100.3"), DstPort: 25}
	for _, c := range []struct {
		name      string
		bound     acl.Binding
		undefined acl.Action
		want      acl.Action
	}{
		{"nothing is bound", acl.Binding{}, acl.Unknown, acl.Permit},
		{"one list", acl.Binding{Lists: []string{"DENY"}}, acl.Unknown, acl.Deny},
		{"the first that matches", acl.Binding{Lists: []string{"PASS", "DENY"}}, acl.Unknown, acl.Permit},
		{"the end of the first list is no end", acl.Binding{Lists: []string{"COUNT", "DENY"}}, acl.Unknown, acl.Deny},
		{"counting decides nothing", acl.Binding{Lists: []string{"COUNT"}}, acl.Unknown, acl.Permit},
		{"not there, alone, where such a list passes", acl.Binding{Lists: []string{"GONE"}}, acl.Permit, acl.Permit},
		{"not there, alone, where nobody knows", acl.Binding{Lists: []string{"GONE"}}, acl.Unknown, acl.Unknown},
		{"not there, in a row", acl.Binding{Lists: []string{"GONE", "PASS"}}, acl.Permit, acl.Unknown},
		{"there in the other family only", acl.Binding{Lists: []string{"SIX"}}, acl.Unknown, acl.Unknown},
		{"not understood, within its match", acl.Binding{Lists: []string{"ODD"}}, acl.Permit, acl.Unknown},
		{"not understood at all", acl.Binding{Lists: []string{"DARK"}}, acl.Permit, acl.Unknown},
		{"a binding that is not understood", acl.Binding{Lists: []string{"PASS"}, Unmodelled: "per-user"}, acl.Permit, acl.Unknown},
		{"an empty set is nobody, never everybody", acl.Binding{Lists: []string{"NONE"}}, acl.Unknown, acl.Permit},
	} {
		c.bound.Family = packet.V4
		config := acl.Config{Lists: []acl.List{deny, pass, count, odd, dark, none, six}, Undefined: c.undefined}
		f := config.Filter(c.bound)
		got, line := f.Decide(p)
		if got != c.want {
			t.Errorf("%s: %s by %q, want %s", c.name, got, line, c.want)
		}
		if _, unknown := f.Unknown(); unknown != (c.want == acl.Unknown) {
			t.Errorf("%s: unknown %v", c.name, unknown)
		}
		if _, i := f.Packets.First(p); f.Line(i) != line {
			t.Errorf("%s: rule %d is %q, not %q", c.name, i, f.Line(i), line)
		}
	}
}
