package words

import (
	"fmt"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
)

// TestReadWhy: a reason comes back as it was written into a remark.
func TestReadWhy(t *testing.T) {
	for remark, want := range map[string]acl.Why{
		"policy.yaml:14 block vodafone": {Place: "policy.yaml:14", Text: "block vodafone"},
		" policy.yaml:14":               {Place: "policy.yaml:14"},
		"relays":                        {Text: "relays"},
		"CSDCF: Holes for us":           {Text: "CSDCF: Holes for us"},
		"":                              {},
		"-":                             {},
	} {
		if got := ReadWhy(remark); got != want {
			t.Errorf("%q: %+v", remark, got)
		}
	}
}

// TestReferences: who names a list, in the words of many services; a description does not.
func TestReferences(t *testing.T) {
	for line, want := range map[string]string{
		"access-class 10 in vrf-also":                                        "10",
		"ipv6 access-class V6 in":                                            "V6",
		"access-class ingress MGMT":                                          "MGMT",
		"match ip address 101 102":                                           "101 102",
		"match ip address prefix-list P":                                     "",
		"match ipv6 address V6":                                              "V6",
		"match address 101":                                                  "101",
		"match access-group name OP25B-OUT-V4-G1":                            "OP25B-OUT-V4-G1",
		"match access-group ipv4 A":                                          "A",
		"match access-group 101":                                             "101",
		"ip nat inside source list 7 interface Dialer1 overload":             "7",
		"snmp-server community secret RO 10":                                 "10",
		"snmp-server community secret view V RW":                             "",
		"snmp-server community secret RO IPv4 BOSS":                          "BOSS",
		"snmp-server group g v3 priv read v write w access 10":               "10",
		"ntp access-group peer 20":                                           "20",
		"ntp access-group ipv6 serve-only V6 kod":                            "V6",
		"access-group ipv4 serve M":                                          "M",
		"ip http access-class ipv4 12":                                       "12",
		"distribute-list 12 in":                                              "12",
		"neighbor 192.0.2.1 distribute-list 12 in":                           "12",
		"distribute-list prefix P in":                                        "",
		"ip multicast boundary 11":                                           "11",
		"ip wccp web-cache redirect-list R group-list G":                     "R G",
		"ssh server vrf default ipv4 access-list A":                          "A",
		"ipv4 access-group common A B ingress":                               "A B",
		"rate-limit input access-group 100 8000 1500 2000":                   "100",
		"dialer-list 1 protocol ip list 101":                                 "101",
		"crypto anything OP25B-IN-V6-G3 at all":                              "OP25B-IN-V6-G3",
		"description access-group 10 in OP25B-IN-V6-G3":                      "",
		"ip as-path access-list 10 permit ^$":                                "",
		"ip inspect name X http java-list 11 alert on":                       "11",
		"mpls ldp advertise-labels for 10 to 11":                             "10 11",
		"mpls ldp neighbor 192.0.2.1 labels accept 10":                       "10",
		"discovery targeted-hello accept from LOOPBACKS":                     "LOOPBACKS",
		"ip verify unicast source reachable-via any 150":                     "150",
		"ip verify unicast reverse-path 150":                                 "150",
		"ip pim rp-address 192.0.2.1 10":                                     "10",
		"ip pim neighbor-filter 10":                                          "10",
		"distance 100 0.0.0.0 255.255.255.255 10":                            "10",
		"ip directed-broadcast 150":                                          "150",
		"snmp-server tftp-server-list 10":                                    "10",
		`action 1.0 cli command "no ip access-list extended OP25B-IN-V4-G3"`: "OP25B-IN-V4-G3",
		"ip address 192.0.2.1 255.255.255.0":                                 "",
		"service-policy input OP25B-P":                                       "",
		"telnet vrf default ipv4 server max-servers 5 access-list T":         "T",
	} {
		var got []string
		for _, r := range References(Statement{Line: Line{1, " " + line}, Indent: 1, Text: line}) {
			got = append(got, r.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: names %q, not %q", line, got, want)
		}
	}
}

// TestBanner: what stands in a banner is no configuration.
func TestBanner(t *testing.T) {
	for text, want := range map[string]int{
		"banner motd ^C\ninterface X\n^C\nhostname a\n":                   2,
		"banner motd ^Cinterface X^C\nhostname a\n":                       2,
		"banner login #\ninterface X\nbye#\nhostname a\n":                 2,
		"banner exec ~ one line ~\nhostname a\n":                          2,
		"aaa authentication banner ^C\ninterface X\n^C\nhostname a\n":     2,
		"macro name M\ninterface X\n@\nhostname a\n":                      2,
		"banner motd ^CC\ninterface X\n^C\nhostname a\n":                  2,
		"hostname a\n!\n !\n\n exit\n":                                    3,
		"banner #\ninterface X\nbye#\nhostname a\n":                       2,
		"line vty 0 4\n vacant-message ^C\ninterface X\n^C\nhostname a\n": 3,
		"menu M title ^C\ninterface X\n^C\nhostname a\n":                  2,
		// these hide nothing
		"interface A\n description ^Customers\n ip access-group L out\ninterface B\n description ^Customers\n": 5,
		"interface A\n description up ^C\n ip access-group L out\ninterface B\n description up ^C\n":           5,
		"parameter-map X\n banner ^C  Zone ^C\ninterface A\n":                                                  3,
		"parameter-map X\n banner file flash:x\ninterface A\n exit\n":                                          4,
		"banner file flash:x\ninterface A\n exit\n":                                                            3,
		"event manager applet X\n action 1.0 cli command \"^C\"\ninterface A\n":                                3,
		"aaa authentication login default group ^Customers\ninterface A\n":                                     2,
	} {
		lines, err := Read(text)
		if err != nil {
			t.Fatal(err)
		}
		statements, err := Statements(lines)
		if err != nil || len(statements) != want {
			t.Errorf("%q: %v, %v", text, statements, err)
		}
	}
}

// TestBudget: a text of scattered wildcards ends in entries that are not understood, not in
// the memory of the reader.
func TestBudget(t *testing.T) {
	s := NewSyntax(Syntax{Family: packet.V4, Any: "ip", Wildcards: true})
	budget := 5000
	sets := Sets{Budget: &budget}
	text := "permit ip 10.0.0.0 0.85.85.84 any" // eleven scattered bits
	if e := s.Entry(Line{1, text}, text, sets); e.Unmodelled != "" || len(e.Match.Src.Spans()) != 2048 {
		t.Errorf("the first: %d ranges, %s", len(e.Match.Src.Spans()), e.Unmodelled)
	}
	s.Entry(Line{2, text}, text, sets)
	if e := s.Entry(Line{3, text}, text, sets); e.Unmodelled == "" || !e.Match.Equal(packet.Any(packet.V4)) {
		t.Errorf("the third is read as %s", e)
	}
}

// TestNesting: groups that stand in each other too deep have no known meaning.
func TestNesting(t *testing.T) {
	s := NewSyntax(Syntax{Family: packet.V4})
	c := NewCollector()
	name := func(i int) string { return "G" + strings.Repeat("x", i) }
	for i := range 60 {
		g := c.Group(RawGroup{Name: name(i), Syntax: s, Masks: true})
		g.Lines = append(g.Lines, RawLine{Rest: "host 192.0.2.1"})
		if i < 59 {
			g.Lines = append(g.Lines, RawLine{Rest: "group-object " + name(i+1)})
		}
	}
	config := c.Finish()
	if g, _ := config.Group(packet.V4, name(0)); g.Unmodelled == "" {
		t.Errorf("read as %v", g.Addresses.Prefixes(packet.V4))
	}
	if g, _ := config.Group(packet.V4, name(59)); g.Unmodelled != "" {
		t.Errorf("the innermost: %s", g.Unmodelled)
	}
}

// TestStanding: a member that is taken away is gone, one that is put back is there, and what
// takes nothing away is not understood.
func TestStanding(t *testing.T) {
	for text, want := range map[string]string{
		"host 192.0.2.1|host 192.0.2.2|no host 192.0.2.1|host 192.0.2.3|no host 192.0.2.3|host 192.0.2.3": "[192.0.2.2/31]",
		"203.0.113.0 255.255.255.0|host 192.0.2.1|no 203.0.113.0  255.255.255.0":                          "[192.0.2.1/32]",
		"203.0.113.0  255.255.255.0|no  203.0.113.0 255.255.255.0|host 192.0.2.1":                         "[192.0.2.1/32]",
		"description x|host 192.0.2.1|no description":                                                     "[192.0.2.1/32]",
		"no host 192.0.2.9|host 192.0.2.1":                                                                "?",
		"203.0.113.1 255.255.255.255|host 192.0.2.1|no host 203.0.113.1":                                  "?",
		"host 192.0.2.1|no host 192.0.2.1|no host 192.0.2.1|host 192.0.2.2":                               "?",
		"host 192.0.2.1|frobnicate":                                                                       "?",
	} {
		var lines []RawLine
		for _, line := range strings.Split(text, "|") {
			lines = append(lines, RawLine{Rest: line})
		}
		c := NewCollector()
		c.Group(RawGroup{Name: "G", Syntax: NewSyntax(Syntax{Family: packet.V4}), Masks: true, Lines: lines})
		g, _ := c.Finish().Group(packet.V4, "G")
		got := fmt.Sprint(g.Addresses.Prefixes(packet.V4))
		if g.Unmodelled != "" {
			got = "?"
		}
		if got != want {
			t.Errorf("%s: %s %s, want %s", text, got, g.Unmodelled, want)
		}
	}
}

// TestNumbers: numbers decide the order, no N takes away, and what the same number twice does is
// the dialect's to say; ? is an entry that is not certain.
func TestNumbers(t *testing.T) {
	for _, c := range []struct{ text, xr, ios string }{
		{"20 deny ip any any|10 permit ip any any", "permit deny", "permit deny"},
		{"10 deny ip any any|10 permit ip any any", "permit", "?deny ?permit"},
		{"10 deny ip any any|permit ip any any", "deny permit", "deny permit"},
		{"10 deny ip any any|20 permit ip any any|no 10", "permit", "permit"},
		{"10 remark a|10 deny ip any any|10 remark b|10 permit ip any any", "?permit", "?deny ?permit"},
		{"10 deny ip any any|no 10|10 permit ip any any", "permit", "permit"},
		{"10 deny ip any any|20 deny udp any any|no 10|10 permit ip any any", "permit deny", "permit deny"},
		{"30 permit ip any any|10 deny ip any any|no 30|20 permit ip any any", "deny permit", "deny permit"},
		{"deny ip any any sequence 20|permit ip any any sequence 10", "permit deny", "permit deny"},
		{"no 10", "", ""},
		{"10 remark a|20 remark b|no 10", "", ""},
		{"remark a|permit ip any any|remark b ", "permit", "permit"},
		// what has no number takes the next one, and never the place of what has one
		{"permit ip any any|10 deny ip any any", "?permit ?deny", "?permit ?deny"},
		{"10 deny udp any any|permit ip any any|20 deny ip any any", "deny ?permit ?deny", "deny ?permit ?deny"},
		{"permit ip any any|no 10", "?permit", "?permit"},
		{"10 deny ip any any|50 deny udp any any|no 50|permit ip any any", "?permit deny", "?permit deny"},
		// what has neither a number nor a known beginning may be anywhere
		{"10 deny udp any any|frobnicate|20 deny ip any any", "?unknown deny deny", "?unknown deny deny"},
		{"10 deny udp any any|20 deny ip any any|no deny udp any any", "?unknown deny deny", "?unknown deny deny"},
		{"10 deny udp any any|evaluate BACK|20 deny ip any any", "deny ?unknown ?deny", "deny ?unknown ?deny"},
		{"permit ip any any|evaluate BACK|deny ip any any", "permit ?unknown deny", "permit ?unknown deny"},
		// the same entry under another number
		{"10 permit ip any any|20 deny ip any any|5 deny  ip any any", "deny permit deny", "?deny permit ?deny"},
		{"9 deny ip any any|5 deny ip any any|no 9", "deny", "?deny"},
		{"9 deny ip any any|no 9|5 deny ip any any", "deny", "deny"},
		// a remark of its own number on that of an entry
		{"10 permit ip any any|10 remark a", "?permit", "permit"},
		{"10 remark a|10 permit ip any any", "?permit", "permit"},
		{"10 remark a|no 10|10 permit ip any any", "permit", "permit"},
	} {
		for _, style := range []struct {
			again   AgainStyle
			remarks RemarkStyle
			want    string
		}{{Replaces, OwnNumber, c.xr}, {Refuses, WithEntry, c.ios}} {
			l := RawList{Syntax: NewSyntax(Syntax{Family: packet.V4, Any: "ip", Protocols: Names{"udp": 17}}), Empty: acl.Permit, Again: style.again, Remarks: style.remarks}
			for _, line := range strings.Split(c.text, "|") {
				l.Lines = append(l.Lines, RawLine{Rest: line})
			}
			var got []string
			for _, e := range l.Read(Sets{}).Entries {
				mark := ""
				if e.Unmodelled != "" {
					mark = "?"
				}
				got = append(got, mark+e.Action.String())
			}
			if strings.Join(got, " ") != style.want {
				t.Errorf("%s: %v, want %s", c.text, got, style.want)
			}
		}
	}
}
