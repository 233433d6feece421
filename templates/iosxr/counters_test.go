package iosxr

import (
	"fmt"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
)

// tallied is counts for people: the number, and the packets or a question mark with the line.
func tallied(counts []words.Count) string {
	var out []string
	for _, c := range counts {
		if !c.Known {
			out = append(out, fmt.Sprintf("%d ? %s", c.Sequence, c.Line))
			continue
		}
		out = append(out, fmt.Sprintf("%d %d", c.Sequence, c.Packets))
	}
	return strings.Join(out, "\n")
}

func TestCounted(t *testing.T) {
	const hardware = `ipv4 access-list OP25B-IN-V4-G7
 15 remark policy.yaml:9 relays
 20 permit tcp net-group OP25B-IN-POOL-V4-G7 net-group OP25B-IN-RELAY-V4-G7 eq smtp (1169 hw matches)
 30 deny tcp 203.0.113.0 0.0.0.255 198.51.100.0 0.0.0.15 eq smtp (3374541 hw matches)
 40 permit ipv4 any any
ipv6 access-list OP25B-IN-V4-G7
 10 permit ipv6 any any (3 matches)
`
	tests := []struct {
		name, text, list string
		family           packet.Family
		want             string
	}{
		{"hw matches of an ASR 9000, a remark with a number", hardware, "OP25B-IN-V4-G7", packet.V4, "20 1169\n30 3374541\n40 0"},
		{"the same name in the other family", hardware, "OP25B-IN-V4-G7", packet.V6, "10 3"},
		{"a list that is not there", hardware, "X", packet.V4, ""},
		{"matches", "ipv4 access-list X\n 10 permit ipv4 any any (12 matches)\n", "X", packet.V4, "10 12"},
		{"other words", "ipv4 access-list X\n 10 permit ipv4 any any (12 sw packets)\n", "X", packet.V4, "10 ? 10 permit ipv4 any any (12 sw packets)"},
	}
	for _, test := range tests {
		if got := tallied(Dialect{}.Counted(test.text, test.list, test.family)); got != test.want {
			t.Errorf("%s:\n%s\nwant:\n%s", test.name, got, test.want)
		}
	}
}

// A physical interface is asked for at its line card, a bundle at all of them, and the route
// processor where the line cards are not known or do not say.
func TestCounts(t *testing.T) {
	have := acl.Config{Interfaces: []string{"Loopback0", "Bundle-Ether1.100", "MgmtEth0/RP0/CPU0/0", "HundredGigE0/0/0/0", "HundredGigE0/0/0/1", "TenGigE0/3/0/1.7"}}
	tests := []struct {
		at   acl.Point
		have acl.Config
		want string
	}{
		{acl.Point{Interface: "TenGigE0/3/0/1.7", Direction: acl.In, Family: packet.V4}, have,
			"show access-lists ipv4 X hardware ingress location 0/3/CPU0; show access-lists ipv4 X"},
		{acl.Point{Interface: "Bundle-Ether1.100", Direction: acl.Out, Family: packet.V6}, have,
			"show access-lists ipv6 X hardware egress location 0/0/CPU0, show access-lists ipv6 X hardware egress location 0/3/CPU0; show access-lists ipv6 X"},
		{acl.Point{Interface: "Bundle-Ether1", Direction: acl.Out, Family: packet.V4}, acl.Config{}, "show access-lists ipv4 X"},
	}
	for _, test := range tests {
		var ways []string
		for _, way := range (Dialect{}).Counts(test.have, "X", test.at) {
			ways = append(ways, strings.Join(way, ", "))
		}
		if got := strings.Join(ways, "; "); got != test.want {
			t.Errorf("%s:\n%s\nwant:\n%s", test.at, got, test.want)
		}
	}
	if got := (Dialect{}).Counts(have, "X | file disk0:", tests[0].at); got != nil {
		t.Errorf("a name of several words became %q", got)
	}
}

func TestAlarm(t *testing.T) {
	s := Dialect{}.Session()
	_, filter, _ := strings.Cut(s.Log, " include ")
	for _, line := range []string{
		"LC/0/0/CPU0:Jan 14 07:29:45.556 CET: pfilter_ea[301]: %L2-PFILTER_EA-3-ERR_IM_CAPS : uidb set  acl failed on interface Bundle-Ether1.1501. (null)",
		"LC/0/0/CPU0:Aug 17 13:22:35.332 UTC: pfilter_ea[146]: %PKT_INFRA-DPA_FM-3-USER_DEF_TCAM_KEY_PARAM_MISSING : ACL X, dir 0, seq 10, IPv4, 'dpa_feat_mgr' detected the 'warning' condition",
	} {
		if !s.Alarm.MatchString(line) {
			t.Errorf("not seen: %s", line)
		}
		shown := false
		for _, w := range strings.Split(filter, "|") {
			shown = shown || strings.Contains(line, w)
		}
		if !shown {
			t.Errorf("the router would not show: %s", line)
		}
	}
	for _, line := range []string{
		"RP/0/RP0/CPU0:Jul 15 11:35:12.978 : ipv4_acl_act_agent[280]: %MGBL-CONFIG-6-DB_COMMIT : Configuration committed by user 'cisco'.",
		"LC/0/0/CPU0:Jul 15 11:35:12.978 : ipv4_acl_dispatch[280]: %ACL-IPV4_ACL-6-IPACCESSLOGP : access-list OP25B-IN-V4-G1 (30) deny tcp 203.0.113.9(1024) -> 198.51.100.3(25), 1 packet",
	} {
		if s.Alarm.MatchString(line) {
			t.Errorf("taken for trouble: %s", line)
		}
	}
}

func FuzzCounted(f *testing.F) {
	f.Add("ipv4 access-list X\n 10 permit ipv4 any any (12 hw matches)\n", "X")
	f.Fuzz(func(t *testing.T, text, list string) {
		for _, c := range (Dialect{}).Counted(text, list, packet.V4) {
			if !strings.Contains(text, c.Line) || c.Known && !strings.Contains(c.Line, "permit") && !strings.Contains(c.Line, "deny") {
				t.Errorf("%+v of %q", c, text)
			}
		}
	})
}
