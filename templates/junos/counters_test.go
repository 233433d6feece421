package junos

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
)

// tallied is counts for people: the name, and the packets or a question mark with the line.
func tallied(counts []words.Count) string {
	var out []string
	for _, c := range counts {
		if !c.Known {
			out = append(out, c.Label+" ? "+c.Line)
			continue
		}
		out = append(out, fmt.Sprintf("%s %d", c.Label, c.Packets))
	}
	return strings.Join(out, "\n")
}

func TestCounted(t *testing.T) {
	const table = `
Filter: OP25B-OUT-V4-G1                                             
Counters:
Name                                                Bytes              Packets
block-everybody                                    123456                 2345
relays                                                  0                    0
Policers:
Name                                                Bytes              Packets
throttle                                              900                    9

Filter: OTHER
Counters:
Name                                                Bytes              Packets
block                                                   7                    1
`
	tests := []struct{ name, text, list, want string }{
		{"counters, without policers", table, "OP25B-OUT-V4-G1", "block-everybody 2345\nrelays 0"},
		{"another filter in the same text", table, "OTHER", "block 1"},
		{"a filter without counters", "Filter: X\n", "X", ""},
		{"a filter that is not there", table, "X", ""},
		{"words that nobody knows are no zero", "Filter: X\nwhat is this\nCounters:\nName   Bytes   Packets\na 1\nb 1 99999999999999999999\n", "X",
			" ? what is this\n ? a 1\nb ? b 1 99999999999999999999"},
	}
	for _, test := range tests {
		if got := tallied(Dialect{}.Counted(test.text, test.list, packet.V4)); got != test.want {
			t.Errorf("%s:\n%s\nwant:\n%s", test.name, got, test.want)
		}
	}
}

func TestCountedSample(t *testing.T) {
	const file = "../../../shared/data/device-output/junos/firewall-show/genie-show-firewall-2.txt"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Skip(file + " is absent")
	}
	if got := tallied(Dialect{}.Counted(string(text), "TCP_SYN-flood_ACL_filter", packet.V4)); got != "block 0" {
		t.Errorf("%q", got)
	}
}

func TestCounts(t *testing.T) {
	if got := fmt.Sprint(Dialect{}.Counts(acl.Config{}, "X", acl.Point{})); got != "[[show firewall filter X]]" {
		t.Error(got)
	}
	if got := (Dialect{}).Counts(acl.Config{}, `X | save /var/tmp/x`, acl.Point{}); got != nil {
		t.Errorf("a name of several words became %q", got)
	}
}

func TestAlarm(t *testing.T) {
	s := Dialect{}.Session()
	shown := regexp.MustCompile("(?i)" + strings.Split(s.Log, `"`)[1])
	for _, line := range []string{
		"Jan  5 02:00:00  r1 fpc7 DFW: jtree cutover failed (memory allocation failure) for filter (16) change!",
		"Jan  5 02:00:00  r1 /kernel: DFW_PFE: add/change for filter X failed due to lack of memory space.",
		"Jan  5 02:00:00  r1 fpc7 DFW: %PFE-3: firewall addition failed (No memory)",
		"Dec 10 07:20:31 test fpc0 ACX Error (dfw):acx_dfw_create_hw_instance :Status:-1 Could not program dfw(test-lo0.0-i) type(IFP_FOR_Lo0_FILTER)! [-1]",
		"Jan  5 02:00:00  r1 dfwd[1234]: DFWD_MALLOC_FAILED_INIT: Memory allocation failed during initialization for configuration load",
	} {
		if !s.Alarm.MatchString(line) {
			t.Errorf("not seen: %s", line)
		}
		if !shown.MatchString(line) {
			t.Errorf("the router would not show: %s", line)
		}
	}
	for _, line := range []string{
		"Jan  5 02:00:00  r1 mgd[4001]: UI_COMMIT: User 'op' requested 'commit' operation (comment: none)",
		"Jan  5 02:00:00  r1 mgd[4001]: UI_CMDLINE_READ_LINE: User 'op', command '" + s.Log + " '",
		"Jan  5 02:00:00  r1 mgd[4001]: UI_CFG_AUDIT_SET: User 'op' set: [firewall family inet filter OP25B-OUT-V4-G1 term default then accept] <unconfigured> -> \"accept\"",
	} {
		if s.Alarm.MatchString(line) {
			t.Errorf("taken for trouble: %s", line)
		}
	}
}

func FuzzCounted(f *testing.F) {
	f.Add("Filter: X   \nCounters:\nName   Bytes   Packets\nblock   1   2\nPolicers:\n", "X")
	f.Fuzz(func(t *testing.T, text, list string) {
		for _, c := range (Dialect{}).Counted(text, list, packet.V4) {
			if !strings.Contains(text, c.Line) || c.Known && !strings.HasPrefix(c.Line, c.Label+" ") {
				t.Errorf("%+v of %q", c, text)
			}
		}
	})
}
