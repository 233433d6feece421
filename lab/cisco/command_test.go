package cisco_test

import (
	"strings"
	"testing"

	"op25b/lab/cisco"
)

// A word may be cut short as long as it is unique; a word in full wins over longer ones.
func TestRun(t *testing.T) {
	var table cisco.Table[*[]string]
	for _, pattern := range []string{"show ip interface <INTERFACE>", "show ip access-lists [<WORD>]", "show ipv6 access-list", "show version",
		"terminal length <0-512>", "terminal (monitor|no-monitor)", "description <LINE>", "route <A.B.C.D>", "log", "log-input"} {
		table.Add(pattern, func(said *[]string, c cisco.Call) string {
			return strings.TrimSpace(pattern + ": " + strings.Join(c.Args, ",") + c.Tail())
		})
	}
	tests := []struct{ line, want string }{
		{"show version", "show version:"},
		{"sh ver", "show version:"},
		{"SH VER", "show version:"},
		{"  sh  ver ", "show version:"},
		{"sh ip acc", "show ip access-lists [<WORD>]:"},
		{"sh ip acc A", "show ip access-lists [<WORD>]: A"},
		{"sh ip int gi0/0/1", "show ip interface <INTERFACE>: gi0/0/1"},
		{"sh ip int gi 0/0/1", "show ip interface <INTERFACE>: gi0/0/1"},
		{"term len 0", "terminal length <0-512>: 0"},
		{"term mon", "terminal (monitor|no-monitor):"},
		{"desc  to  the   core ", "description <LINE>: to  the   core"},
		{"log", "log:"},
		{"route 192.0.2.1", "route <A.B.C.D>: 192.0.2.1"},
		{"sh i", "R#% Ambiguous command:  \"sh i\""},
		{"sh", "R#% Incomplete command."},
		{"desc", "R#% Incomplete command."},
		{"bogus", "R#  ^"},
		{"show bogus", "R#       ^"},
		{"sh ver now", "R#         ^"},
		{"term len 513", "R#           ^"},
		{"term len -1", "R#           ^"},
		{"route 192.0.2.256", "R#        ^"},
	}
	for _, test := range tests {
		got, trouble := table.Run(nil, test.line)
		if !trouble.None() {
			got = "R#" + strings.Split(trouble.Text("R#"), "\n")[0]
		}
		if got != test.want {
			t.Errorf("%q: %q, want %q", test.line, got, test.want)
		}
	}
}
