package iosxe

import (
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
)

// TestSpellings: what routers print and people type for the same entry reads the same.
func TestSpellings(t *testing.T) {
	tests := map[string][]string{
		"deny tcp any -> any port 25": {
			"deny tcp any any eq smtp", "deny   tcp any any eq smtp", "deny tcp any any eq 25", "10 deny tcp any any eq smtp (3 matches)",
			"deny 6 any any eq 25", "deny tcp 1.2.3.4 255.255.255.255 any eq smtp", "deny tcp any any range 25 25", " 10  deny  tcp any\tany eq smtp  ",
			"deny tcp any any eq smtp (1 match)", "deny tcp any any eq smtp 25",
		},
		"permit ipv4 192.0.2.0/24 -> 198.51.100.7": {
			"permit ip 192.0.2.0 0.0.0.255 host 198.51.100.7", "permit ip 192.0.2.99 0.0.0.255 198.51.100.7 0.0.0.0",
		},
		"deny tcp any port 25 -> any": {"deny tcp any eq smtp any"},
		"deny tcp any -> any":         {"deny tcp any any", "deny 6 any any", "deny tcp any 0.0.0.0 255.255.255.255"},
		"deny 103 any -> any log":     {"deny pim any any log", "deny 103 any any log-input"},
	}
	for want, texts := range tests {
		for _, text := range texts {
			for _, form := range []string{"ip access-list extended X\n " + text + "\n", "Extended IP access list X\n" + text + "\n"} {
				l, _ := parse(t, form).List(4, "X")
				if len(l.Entries) != 1 || l.Entries[0].String() != want {
					t.Errorf("%q is read as %v, not %q", text, l.Entries, want)
				}
			}
		}
	}
	for _, text := range []string{"access-list 103 deny   tcp any any eq smtp\n", "ip access-list extended 103\n 10 deny tcp any any eq 25\n"} {
		if l, _ := parse(t, text).List(4, "103"); len(l.Entries) != 1 || l.Entries[0].String() != "deny tcp any -> any port 25" {
			t.Errorf("%q: %v", text, l.Entries)
		}
	}
	for _, text := range []string{"sequence 10 deny tcp 2001:DB8::/32 any eq smtp", "deny tcp 2001:db8::/32 any eq 25 sequence 10",
		"deny tcp 2001:0DB8:0::/32 any eq smtp (8 matches) sequence 10", "10 deny tcp 2001:DB8::1/32 any eq smtp"} {
		l, _ := parse(t, "ipv6 access-list X\n "+text+"\n").List(6, "X")
		if len(l.Entries) == 0 || l.Entries[0].String() != "deny tcp 2001:db8::/32 -> any port 25" || l.Entries[0].Sequence != 10 {
			t.Errorf("%q: %v", text, l.Entries)
		}
	}
}

// TestNotIOS: what IOS does not take is not read as if it did.
func TestNotIOS(t *testing.T) {
	for _, text := range []string{
		"permit ip 192.0.2.0/24 any", "permit tcp any any eq", "permit", "permit tcp any", "permit ipv4 any any", "permit ip any any any",
		"permit tcp net-group A any", "permit tcp any any eq 65536", "permit tcp any any lt 0", "permit ip host any", "permit ip ::1 any",
		"permit 256 any any", "permit tcp any any established fragments", "permit udp any any established", "permit tcp any any eq 25 fragments",
		"permit tcp host 192.0.2.1%eth0 any", "permit tcp any eq any", "permit tcp any object-group", "99999999999 permit ip any any",
		"permit ip any 1.2.3.4", "permit tcp any any eq smtp (", "no permit ip any any",
	} {
		l, _ := parse(t, "ip access-list extended X\n "+text+"\n").List(4, "X")
		if len(l.Entries) != 1 || l.Entries[0].Unmodelled == "" {
			t.Errorf("%q is read as %v", text, l.Entries)
			continue
		}
		if !l.Entries[0].Match.Equal(packet.Any(packet.V4)) {
			t.Errorf("%q is said to match %s at most", text, l.Entries[0].Match)
		}
	}
}

// TestRemarks: a remark is never a rule, and a rule in a remark neither.
func TestRemarks(t *testing.T) {
	text := `ip access-list extended X
 remark permit tcp any any eq 80
 10 remark
 10 permit tcp any any eq smtp
 remark "quoted" ### $Id: x,v 1.18 $
 15 remark deny ip any any
access-list 178 remark 
access-list 178 remark deny ip any host 192.0.2.1
`
	c := parse(t, text)
	x, _ := c.List(4, "X")
	if len(x.Entries) != 1 || x.Entries[0].Why != (acl.Why{}) {
		t.Errorf("%v because %q", x.Entries, x.Entries[0].Why)
	}
	if n, _ := c.List(4, "178"); len(n.Entries) != 0 || n.End != acl.Unknown {
		t.Errorf("%v, end %s", n.Entries, n.End)
	}
}

// TestSecrets: the line that names a list is shown without what may be secret in it.
func TestSecrets(t *testing.T) {
	text := "access-list 10 permit any\nsnmp-server community s3cret RO 10\nsnmp-server group G v3 auth access 10\n" +
		"username bob access-class 10 password 7 s3cret\n"
	c := parse(t, text)
	if len(c.References) != 3 {
		t.Fatalf("%v", c.References)
	}
	for _, r := range c.References {
		if strings.Contains(r.Place.Text, "s3cret") || !strings.Contains(r.Place.Text, "10") {
			t.Errorf("shown: %q", r.Place.Text)
		}
	}
}

// TestMisspelled: what a router carries out, but never prints so, is not passed over.
func TestMisspelled(t *testing.T) {
	const bound = "ip access-list extended L\n 10 deny ip any any\n!\ninterface GigabitEthernet0/0/1\n description x\n ip access-group L out\n"
	for line, want := range map[string]int{
		"default interface GigabitEthernet0/0/1":                                       1,
		"no interface GigabitEthernet0/0/1":                                            1,
		" default ip access-group out":                                                 1,
		" IP access-group M out":                                                       1,
		" ip access-gr M out":                                                          1,
		"  ip access-group M out":                                                      1,
		"interface range GigabitEthernet0/0/0 - 1\n no ip access-group L out":          1,
		"interface Gi0/0/1\n ip access-group M out":                                    1,
		"interface gigabitethernet0/0/1\n ip access-group M out":                       1,
		"INTERFACE GigabitEthernet0/0/1\n ip access-group M out":                       1,
		"int GigabitEthernet0/0/1\n ip access-group M out":                             1,
		"IP ACCESS-LIST EXTENDED L\n permit ip any any":                                1,
		"ip access-l extended L\n permit ip any any":                                   1,
		" exit\n interface GigabitEthernet0/0/1\n ip access-group M out":               2,
		" interface GigabitEthernet0/0/2":                                              1,
		"ip access-list extended L\n!\n frobnicate\n 20 permit ip any any":             1,
		"object-group network P\n!\n frobnicate\n host 192.0.2.1":                      1,
		"interface GigabitEthernet0/0/2\n ip access-group M out":                       0,
		"interface GigabitEthernet 0/2\n no ip access-group out":                       0,
		"interface BDI10\ninterface Port-channel1.20\ninterface nve1\ninterface Vlan1": 0,
		" service instance 1 ethernet\n  ip access-group M in":                         0,
		" exit\ninterface GigabitEthernet0/0/2\n ip access-group M out":                0,
		"ip access-list extended M\n!\n 10 permit ip any any":                          0,
	} {
		c := parse(t, bound+line+"\n")
		if len(c.Unread) != want {
			t.Errorf("%s: %v", line, c.Unread)
		}
	}
	c := parse(t, "ip access-list extended L\n!\n frobnicate\n 20 permit ip any any\n")
	if l, _ := c.List(packet.V4, "L"); len(l.Entries) != 1 {
		t.Errorf("behind a comment and a line that is not understood: %v", l.Entries)
	}
}
