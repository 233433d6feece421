package iosxr

import (
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
)

// TestSpellings: what XR prints and people type for the same entry reads the same.
func TestSpellings(t *testing.T) {
	tests := map[string][]string{
		"deny tcp any -> any port 25": {
			"10 deny tcp any any eq smtp", "10 deny tcp any any eq 25", "10 deny tcp any any eq smtp (3374541 hw matches)",
			"10 deny 6 any any eq 25 counter MAIL", "10 deny tcp 0.0.0.0/0 any eq 25", "10 deny tcp any any eq smtp icmp-off",
		},
		"permit ipv4 192.0.2.0/24 -> 198.51.100.7": {
			"10 permit ipv4 192.0.2.0 0.0.0.255 host 198.51.100.7", "10 permit ipv4 192.0.2.0/24 198.51.100.7/32", "10 permit ipv4 192.0.2.99/24 host 198.51.100.7",
		},
		"deny tcp any -> any port 22,443 log": {"10 deny tcp any any eq ssh https log", "10 deny tcp any any eq 22 443 log-input"},
	}
	for want, texts := range tests {
		for _, text := range texts {
			for _, form := range []string{"ipv4 access-list X\n " + text + "\n", "ipv4 access-list X " + text + "\n", "ipv4 access-list X\n" + text + "\n!\n"} {
				l, _ := parse(t, form).List(packet.V4, "X")
				if len(l.Entries) != 1 || l.Entries[0].String() != want || l.Entries[0].Sequence != 10 {
					t.Errorf("%q is read as %v, not %q", text, l.Entries, want)
				}
			}
		}
	}
}

// TestNotXR: what XR does not take is not read as if it did, and may match anything.
func TestNotXR(t *testing.T) {
	for _, text := range []string{
		"permit ip any any", "permit tcp object-group A any", "permit ipv4 192.0.2.0 any", "permit tcp any any eq", "permit tcp any net-group any",
		"permit ipv4 any any eq smtp", "permit ipv4 any any frobnicate", "permit tcp any any port-group", "allow ipv4 any any",
	} {
		l, _ := parse(t, "ipv4 access-list X\n 10 "+text+"\n").List(packet.V4, "X")
		if len(l.Entries) != 1 || l.Entries[0].Unmodelled == "" || !l.Entries[0].Match.Equal(packet.Any(packet.V4)) {
			t.Errorf("%q is read as %v", text, l.Entries)
		}
	}
}

// TestGroups: what a group of lines may put into interfaces and lists is not passed over.
func TestGroups(t *testing.T) {
	for _, c := range []struct{ name, text, unread string }{
		{"a list in a group", "group G\n ipv4 access-list 'L.*'\n  5 permit ipv4 any any\n !\nend-group\napply-group G\n", "ipv4 access-list 'L.*'"},
		{"a binding in a group", "group G\n interface 'Ten.*'\n  ipv4 access-group L ingress\n !\nend-group\napply-group G\n", "ipv4 access-group L ingress"},
		{"the members of a group in a group", "group G\n object-group network ipv4 'P.*'\n  10.0.0.0/8\n !\nend-group\napply-group G\n", "object-group network ipv4 'P.*'"},
		{"the formal form", "group G interface 'Ten.*' ipv4 access-group L ingress\napply-group G\n", "group G interface 'Ten.*' ipv4 access-group L ingress"},
		{"a group of an interface that is not there", "interface TenGigE0/0/0/1\n apply-group G\n!\n", "apply-group G"},
		{"a group of an interface that is not there, formal", "interface TenGigE0/0/0/1 apply-group G\n", "interface TenGigE0/0/0/1 apply-group G"},
		{"a group of a list that is not there", "ipv4 access-list L\n apply-group G\n 10 permit ipv4 any any\n!\n", "apply-group G"},
		{"one of two that is not there", "group G\n hostname x\nend-group\napply-group G H\n", "apply-group G H"},
		{"a group without filters", "group G\n interface 'Ten.*'\n  mtu 9192\n !\nend-group\napply-group G\n", ""},
		{"a description", "interface TenGigE0/0/0/1\n description to apply-group G\n!\n", ""},
	} {
		config := parse(t, c.text)
		switch {
		case c.unread == "" && len(config.Unread) > 0:
			t.Errorf("%s: %v", c.name, config.Unread)
		case c.unread != "" && (len(config.Unread) != 1 || strings.TrimSpace(config.Unread[0].Text) != c.unread):
			t.Errorf("%s: %v, want %q", c.name, config.Unread, c.unread)
		}
	}
}

// TestRemarkNumbers: remarks stand at free numbers, 5 before their entry where there is room.
func TestRemarkNumbers(t *testing.T) {
	c := laid(t, small(), acl.Config{})
	for i, n := range []int{3, 4, 7} {
		c.Lists[0].Entries[i].Sequence = n
	}
	text := render(t, acl.Config{Lists: c.Lists[:1], Groups: c.Groups[:1]})
	for _, want := range []string{" 1 remark policy.yaml:21 relays\n 3 permit", "relays\n 3 permit tcp net-group OP25B-POOL-V4-G1 host 192.0.2.25 eq smtp\n 4 deny", " 5 remark everything else\n 7 permit"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

// TestOthersList: into a list of others go entries only; a remark could take a number that is
// theirs.
func TestOthersList(t *testing.T) {
	c := laid(t, small(), acl.Config{})
	c.Lists[0].Name = "FILTER:STATIC:IN"
	if text := render(t, acl.Config{Lists: c.Lists[:1]}); strings.Contains(text, "remark") {
		t.Errorf("written:\n%s", text)
	}
}

// TestChain: a list of ours beside one of others, in order, with what stood behind it.
func TestChain(t *testing.T) {
	b := acl.Binding{Interface: "Bundle-Ether1.100", Direction: acl.In, Family: packet.V4, Lists: []string{"OP25B-IN-V4-G1", "FILTER:STATIC:IN"}, Tail: "hardware-count"}
	want := "interface Bundle-Ether1.100\n ipv4 access-group common OP25B-IN-V4-G1 FILTER:STATIC:IN ingress hardware-count\n!\n"
	text := render(t, acl.Config{Bindings: []acl.Binding{b}})
	if text != want {
		t.Errorf("written:\n%s", text)
	}
	if got := parse(t, text).Bindings[0]; got.Tail != b.Tail || strings.Join(got.Lists, " ") != strings.Join(b.Lists, " ") || got.Unmodelled != "" {
		t.Errorf("read back: %+v", got)
	}
	b.Direction = acl.Out
	if text, err := written(acl.Config{Bindings: []acl.Binding{b}}); err == nil {
		t.Errorf("two lists at egress: %s", text)
	}
	b.Lists = b.Lists[:1]
	if text := render(t, acl.Config{Bindings: []acl.Binding{b}}); !strings.Contains(text, " ipv4 access-group OP25B-IN-V4-G1 egress hardware-count\n") {
		t.Errorf("written:\n%s", text)
	}
}

// TestMisspelled: what a router carries out, but never prints so, is not passed over.
func TestMisspelled(t *testing.T) {
	const bound = "ipv4 access-list L\n 10 deny ipv4 any any\n!\ninterface TenGigE0/0/0/1\n description x\n ipv4 access-group L egress\n"
	for line, want := range map[string]int{
		"  ipv4 access-group M egress":                                       1,
		"no interface TenGigE0/0/0/1":                                        1,
		"default interface TenGigE0/0/0/1":                                   1,
		" IPV4 access-group M egress":                                        1,
		"interface Te0/0/0/1\n ipv4 access-group M egress":                   1,
		"interface BE1\n ipv4 access-group M egress":                         1,
		"interface tengige0/0/0/1\n ipv4 access-group M egress":              1,
		"IPv4 access-list L\n 5 permit ipv4 any any":                         1,
		"interface Bundle-Ether1.10 l2transport\n mtu 9192":                  0,
		"interface preconfigure TenGigE0/0/0/2\n ipv4 access-group M egress": 0,
		"router ospf 1\n area 0\n  interface TenGigE0/0/0/1":                 0,
	} {
		if c := parse(t, bound+line+"\n"); len(c.Unread) != want {
			t.Errorf("%s: %v", line, c.Unread)
		}
	}
}
