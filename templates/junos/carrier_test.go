package junos

import (
	"slices"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
)

// TestCarrier: a filter bound in a family that the unit does not have makes the unit carry it, so
// that taking the filter away takes the family away, too; any other family stays.
func TestCarrier(t *testing.T) {
	const text = "set interfaces ge-0/0/1 unit 0 family inet address 192.0.2.1/30\nset interfaces ge-0/0/2 unit 0 family inet6\n" +
		"set interfaces ge-0/0/3 unit 0 family inet6 address 2001:db8::1/64\ndeactivate interfaces ge-0/0/3 unit 0 family inet6\n"
	c := parsed(t, text)
	for _, one := range []struct {
		port   string
		family packet.Family
		want   string
	}{
		{"ge-0/0/1.0", packet.V4, "delete interfaces ge-0/0/1 unit 0 family inet filter output"},
		{"ge-0/0/1.0", packet.V6, "delete interfaces ge-0/0/1 unit 0 family inet6"},
		{"ge-0/0/2.0", packet.V6, "delete interfaces ge-0/0/2 unit 0 family inet6 filter output"},
		{"ge-0/0/3.0", packet.V6, "delete interfaces ge-0/0/3 unit 0 family inet6 filter output"}, // asleep, but there
	} {
		b := c.Binding(acl.Point{Interface: one.port, Direction: acl.Out, Family: one.family})
		b.Lists = []string{"OP25B-OUT-V4-G1"}
		if got := (Dialect{}).Unbind(b); !slices.Equal(got, []string{one.want}) {
			t.Errorf("%s %s: %q, want %q", one.port, one.family, got, one.want)
		}
	}
}
