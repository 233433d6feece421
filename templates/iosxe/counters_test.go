package iosxe

import (
	"fmt"
	"os"
	"path/filepath"
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
	const v4 = `Extended IP access list OP25B-OUT-V4-G7
    10 permit tcp 203.0.113.0 0.0.0.255 host 192.0.2.25 eq smtp (1195 matches)
    20 deny tcp object-group OP25B-OUT-POOL-V4-G7 any eq smtp log (1 match)
    30 permit ip any any
Extended IP access list OTHER
    10 permit ip any any (7 matches)
`
	const v6 = `IPv6 access list OP25B-OUT-V6-G7
    permit tcp any host 2001:DB8:25::25 eq smtp (8 matches) sequence 10
    deny tcp 240B:C000::/24 any eq smtp sequence 20
    permit ipv6 any any (3974749339 matches) sequence 30
`
	tests := []struct {
		name, text, list string
		family           packet.Family
		want             string
	}{
		{"a counter, a single match, nothing at zero", v4, "OP25B-OUT-V4-G7", packet.V4, "10 1195\n20 1\n30 0"},
		{"another list in the same text", v4, "OTHER", packet.V4, "10 7"},
		{"a list that is not there", v4, "OP25B-OUT-V4-G8", packet.V4, ""},
		{"the same name in the other family", v4, "OTHER", packet.V6, ""},
		{"IPv6 has its numbers behind the counters", v6, "OP25B-OUT-V6-G7", packet.V6, "10 8\n20 0\n30 3974749339"},
		{"nothing", "", "X", packet.V4, ""},
		{"words that nobody knows are no zero", "Extended IP access list X\n 10 permit ip any any (12 bytes)\n 20 evaluate Y\n 30 permit ip any any (1,234 matches)\n",
			"X", packet.V4, "10 ? 10 permit ip any any (12 bytes)\n0 ? 20 evaluate Y\n30 ? 30 permit ip any any (1,234 matches)"},
		{"a counter that is too long is no zero", "Extended IP access list X\n 10 permit ip any any (99999999999999999999 matches)\n", "X", packet.V4,
			"10 ? 10 permit ip any any (99999999999999999999 matches)"},
		{"a time range stands before the counter", "Extended IP access list X\n 10 permit ip any any time-range N (inactive)\n 20 permit ip any any time-range N (active) (5 matches)\n",
			"X", packet.V4, "10 0\n20 5"},
		{"an entry without a number is not understood", "Extended IP access list X\n permit ip any any\n", "X", packet.V4, "0 ? permit ip any any"},
		{"a standard list", "Standard IP access list 10\n    10 permit 192.168.1.0, wildcard bits 0.0.0.255 (5177 matches)\n    20 deny   any log\n", "10", packet.V4, "10 5177\n20 0"},
	}
	for _, test := range tests {
		if got := tallied(Dialect{}.Counted(test.text, test.list, test.family)); got != test.want {
			t.Errorf("%s:\n%s\nwant:\n%s", test.name, got, test.want)
		}
	}
}

// Every entry of every captured list is understood, with its counter.
func TestCountedSamples(t *testing.T) {
	text := sample(t, "acl-show/genie-iosxe-showipaccesslistoutbound-3.txt")
	if got, want := tallied(Dialect{}.Counted(text, "outbound", packet.V4)), "10 1000\n20 0"; got != want {
		t.Errorf("outbound:\n%s\nwant:\n%s", got, want)
	}
	text = sample(t, "acl-show/genie-iosxe-showipv6accesslists-all.txt")
	if got, want := tallied(Dialect{}.Counted(text, "inbound", packet.V6)), "10 8\n20 15\n30 0"; got != want {
		t.Errorf("inbound:\n%s\nwant:\n%s", got, want)
	}
	files, _ := filepath.Glob(filepath.Join(samples, "acl-show", "*.txt"))
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			m := heading.FindStringSubmatch(strings.TrimSpace(line))
			if m == nil {
				continue
			}
			for _, f := range packet.Families() {
				for _, c := range (Dialect{}).Counted(string(b), m[3], f) {
					if c.Known && c.Packets == 0 && strings.Contains(c.Line, "match") && !strings.Contains(c.Line, "match-a") {
						t.Errorf("%s: a zero for %q", file, c.Line)
					}
				}
			}
		}
	}
}

func TestCounts(t *testing.T) {
	at := acl.Point{Interface: "GigabitEthernet0/0/1", Direction: acl.Out, Family: packet.V6}
	if got := fmt.Sprint(Dialect{}.Counts(acl.Config{}, "X", at)); got != "[[show ipv6 access-list X]]" {
		t.Error(got)
	}
	if got := (Dialect{}).Counts(acl.Config{}, "X | redirect flash:", at); got != nil {
		t.Errorf("a name of several words became %q", got)
	}
}

// The messages of hardware that is full are seen; those about packets and about configurations
// are not, and the log's filter lets all of the first through.
func TestAlarm(t *testing.T) {
	s := Dialect{}.Session()
	_, filter, _ := strings.Cut(s.Log, " include ")
	for _, line := range []string{
		"*Jan  5 02:00:00.000: %FMCORE-4-RACL_REDUCED: Interface GigabitEthernet0/0/1 routed traffic will be software switched in ingress direction",
		"%FMCORE-SW1-4-RACL_REDUCED: Interface Vlan100 routed traffic will be software switched in ingress direction",
		"%EARL_CM-SW1-5-NOCAPMAP: No free capmap entry available",
		"000123: Jan  5 02:00:00: %ACLMGR-3-MERGEFAIL: input ACL merge error 1 (no space) on input label 3",
		"%C4K_HWACLMAN-4-ACLHWPROGERR:Output X - hardware TCAM limit exceeded",
		"%FM-3-UNLOADING: Unloading input label 3 feature from all TCAMs",
	} {
		if !s.Alarm.MatchString(line) {
			t.Errorf("not seen: %s", line)
		}
		if !containsAny(line, strings.Split(filter, "|")) {
			t.Errorf("the router would not show: %s", line)
		}
	}
	for _, line := range []string{
		"%SEC-6-IPACCESSLOGP: list OP25B-OUT-V4-G1 denied tcp 203.0.113.9(1024) -> 198.51.100.3(25), 1 packet",
		"%IPV6_ACL-6-ACCESSLOGP: list OP25B-OUT-V6-G1/20 denied tcp 2001:DB8::1(1024) -> 2001:DB8::2(25), 1 packet",
		"%PARSER-5-CFGLOG_LOGGEDCMD: User:op  logged command:ip access-list extended OP25B-OUT-V4-G1",
		"%SYS-5-CONFIG_I: Configured from console by op on vty0",
	} {
		if s.Alarm.MatchString(line) {
			t.Errorf("taken for trouble: %s", line)
		}
	}
}

func containsAny(line string, words []string) bool {
	for _, w := range words {
		if strings.Contains(line, w) {
			return true
		}
	}
	return false
}

func FuzzCounted(f *testing.F) {
	f.Add("Extended IP access list X\n    10 permit tcp any any eq smtp (1 match)\n    30 permit ip any any\n", "X")
	f.Add("IPv6 access list X\n    permit tcp any any eq bgp (8 matches) sequence 10\n", "X")
	f.Fuzz(func(t *testing.T, text, list string) {
		for _, family := range packet.Families() {
			for _, c := range (Dialect{}).Counted(text, list, family) {
				if !strings.Contains(text, c.Line) || c.Known && c.Packets > 0 && !strings.Contains(c.Line, fmt.Sprint(c.Packets)) && !strings.Contains(c.Line, "(0") {
					t.Errorf("%+v of %q", c, text)
				}
				if c.Known && !strings.Contains(c.Line, "permit") && !strings.Contains(c.Line, "deny") {
					t.Errorf("%q counts, and is no entry", c.Line)
				}
			}
		}
	})
}
