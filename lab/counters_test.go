package lab_test

import (
	"strings"
	"testing"

	"op25b/lab"
)

// typed gives what a router says to the last of some lines.
func typed(t *testing.T, d lab.Device, lines ...string) string {
	t.Helper()
	s := d.Login(user)
	defer s.Cut()
	out := ""
	for _, l := range lines {
		out, _ = s.Enter(l)
	}
	return out
}

// filtered is a router of a kind with a filter of two entries at its customers: mail is dropped, the
// rest passes and is counted. Show is the command that shows what was counted.
func filtered(t *testing.T, k lab.Kind) (d lab.Device, show string, clock *lab.HandClock) {
	t.Helper()
	clock = &lab.HandClock{}
	d = k.New(lab.Setup{Hostname: "r1", Clock: clock})
	config := k.Config("r1", 1)
	switch k.Dialect {
	case "iosxe":
		show = "show ip access-lists F"
		config = strings.Replace(config, "interface GigabitEthernet0/0/1\n", "interface GigabitEthernet0/0/1\n ip access-group F in\n", 1)
		config = strings.Replace(config, "ip access-list standard MGMT", "ip access-list extended F\n 10 deny tcp any any eq smtp\n 20 permit ip any any\nip access-list standard MGMT", 1)
	case "iosxr":
		show = "show access-lists ipv4 F hardware ingress location 0/0/CPU0"
		config = strings.Replace(config, " description customers\n", " description customers\n ipv4 access-group F ingress\n", 1)
		config = strings.Replace(config, "ipv4 access-list MGMT", "object-group network ipv4 G\n 203.0.113.0/24\n!\nipv4 access-list F\n 10 deny tcp net-group G any eq smtp\n 20 permit ipv4 any any\n!\nipv4 access-list MGMT", 1)
	case "junos":
		show = "show firewall filter F"
		config = strings.Replace(config, "        family inet {\n                address 203.0.113.1/24;", "        family inet {\n                filter {\n                    input F;\n                }\n                address 203.0.113.1/24;", 1)
		config = strings.Replace(config, "    family inet {\n        filter PROTECT-CORE", "    family inet {\n        filter F {\n            term mail {\n                from {\n                    source-prefix-list {\n                        G;\n                    }\n                    destination-port 25;\n                }\n                then {\n                    count mail;\n                    discard;\n                }\n            }\n            term rest {\n                then {\n                    count rest;\n                    accept;\n                }\n            }\n        }\n        filter PROTECT-CORE", 1)
		config = strings.Replace(config, "policy-options {\n", "policy-options {\n    prefix-list G {\n        203.0.113.0/24;\n    }\n", 1)
	case "rtx":
		show = "show log"
		config = strings.Replace(config, "ip lan2 secure filter in 200020 ", "ip lan2 secure filter in 1 200020 ", 1) + "ip filter 1 reject 203.0.113.0/24 * tcp * 25\n"
	}
	if err := d.Load(config); err != nil {
		t.Fatal(err)
	}
	return d, show, clock
}

// Packets are counted by the entry that takes them, in the words of each router.
func TestSend(t *testing.T) {
	want := map[string]string{
		"iosxe": "Extended IP access list F\n    10 deny tcp any any eq smtp (3 matches)\n    20 permit ip any any (1 match)\n",
		"iosxr": "ipv4 access-list F\n 10 deny tcp net-group G any eq smtp (3 hw matches)\n 20 permit ipv4 any any (1 hw matches)\n",
		"junos": "mail                                                  180                    3\nrest                                                   60                    1\n",
		"rtx": strings.Repeat("2026/01/05 02:00:00: LAN2 Rejected at IN(1) filter: TCP 203.0.113.9:1025 > 198.\n51.100.3:25\n", 3) +
			"2026/01/05 02:00:00: LAN2 Rejected at IN(200025) filter: TCP 203.0.113.9:1025 >\n 198.51.100.3:445\n",
	}
	for _, k := range kinds() {
		d, show, _ := filtered(t, k)
		mail := lab.Packet{Src: addr("203.0.113.9"), Dst: addr("198.51.100.3"), Protocol: 6, SrcPort: 1025, DstPort: 25}
		for range 3 {
			if pass, line := d.Send(k.Interface, "in", mail); pass {
				t.Errorf("%s: mail passes: %s", k.Dialect, line)
			}
		}
		rest := mail
		rest.DstPort = 445
		if pass, _ := d.Send(k.Interface, "in", rest); pass != (k.Dialect != "rtx") {
			t.Errorf("%s: the rest: %v", k.Dialect, pass)
		}
		if got := typed(t, d, show); !strings.HasSuffix(strings.ReplaceAll(got, " \n", "\n"), want[k.Dialect]) {
			t.Errorf("%s: %s\n%s\nwant\n%s", k.Dialect, show, got, want[k.Dialect])
		}
	}
}

// What sets counters back, and what does not. Before each case three mails were counted.
func TestCountersBegin(t *testing.T) {
	cases := []struct {
		dialect, what string
		lines         []string
		keeps         bool
	}{
		{"iosxe", "another binding of the list", []string{"conf t", "int g0/0/2", "ip access-group F out", "end"}, true},
		{"iosxe", "another entry", []string{"conf t", "ip access-list extended F", "15 permit udp any any", "end"}, true},
		{"iosxe", "the list made again", []string{"conf t", "no ip access-list extended F", "ip access-list extended F", "10 deny tcp any any eq smtp", "end"}, false},
		{"iosxe", "a revert", []string{"conf t revert timer 5", "hostname x", "end", "configure revert now"}, true},
		{"iosxe", "a clear", []string{"clear ip access-list counters F"}, false},
		{"iosxr", "another entry", []string{"configure", "ipv4 access-list F", "15 permit udp any any", "commit"}, true},
		{"iosxr", "the object-group", []string{"configure", "object-group network ipv4 G", "198.18.0.0/24", "commit"}, false},
		{"iosxr", "the entry typed anew in other words", []string{"configure", "ipv4 access-list F", "10 deny tcp any any eq smtp", "commit"}, false},
		{"iosxr", "a clear of another list", []string{"clear access-list ipv4 MGMT"}, true},
		{"iosxr", "a clear", []string{"clear access-list ipv4 F"}, false},
		{"junos", "another interface", []string{"configure", "set interfaces ge-0/0/2 unit 0 family inet filter input F", "commit"}, true},
		{"junos", "another term", []string{"configure", "set firewall family inet filter F term new then accept", "commit"}, false},
		{"junos", "the prefix-list", []string{"configure", "set policy-options prefix-list G 198.18.0.0/24", "commit"}, false},
	}
	mail := lab.Packet{Src: addr("203.0.113.9"), Dst: addr("198.51.100.3"), Protocol: 6, SrcPort: 1025, DstPort: 25}
	shows := map[string]string{"iosxe": "(3 matches)", "iosxr": "(3 hw matches)", "junos": " 180 "}
	for _, c := range cases {
		for _, k := range kinds() {
			if k.Dialect != c.dialect {
				continue
			}
			d, show, _ := filtered(t, k)
			for range 3 {
				d.Send(k.Interface, "in", mail)
			}
			typed(t, d, c.lines...)
			if got := typed(t, d, show); strings.Contains(got, shows[c.dialect]) != c.keeps {
				t.Errorf("%s: %s: counters go on: want %v\n%s", c.dialect, c.what, c.keeps, got)
			}
			d.Restart()
			if got := typed(t, d, show); strings.Contains(got, shows[c.dialect]) {
				t.Errorf("%s: counters go on after a restart:\n%s", c.dialect, got)
			}
		}
	}
}

// A change that the hardware does not take is carried out, and stands in the log.
func TestTCAMLog(t *testing.T) {
	change := map[string][]string{
		"iosxe": {"conf t", "int g0/0/2", "ip access-group F out", "end"},
		"iosxr": {"configure", "interface HundredGigE0/0/0/1", "ipv4 access-group F egress", "commit"},
		"junos": {"configure", "set interfaces ge-0/0/2 unit 0 family inet filter input F", "commit"},
		"rtx":   {"administrator", "", "ip lan1 secure filter in 1"},
	}
	show := map[string]string{"iosxe": "show logging | include FMCORE", "iosxr": "show logging | include PFILTER",
		"junos": `show log messages | match "dfw|tcam" | last 5`, "rtx": "show log"}
	for _, k := range kinds() {
		d, _, _ := filtered(t, k)
		typed(t, d, change[k.Dialect][:1]...)
		if got := typed(t, d, show[k.Dialect]); strings.Contains(got, "%") || strings.Contains(got, "DFW") {
			t.Errorf("%s: before: %s", k.Dialect, got)
		}
		d.Spoil(lab.Fault{TCAMLog: true})
		before := d.Running()
		typed(t, d, change[k.Dialect]...)
		if d.Running() == before {
			t.Errorf("%s: the change was not carried out", k.Dialect)
		}
		got := typed(t, d, show[k.Dialect])
		if seen := strings.Contains(got, "FMCORE-4") || strings.Contains(got, "PFILTER_EA-3") || strings.Contains(got, "DFW: "); seen != (k.Dialect != "rtx") {
			t.Errorf("%s: the log says %q", k.Dialect, got)
		}
	}
}
