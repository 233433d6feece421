package rtx

import "testing"

func TestDropped(t *testing.T) {
	tests := []struct{ line, want string }{
		{"2005/01/31 02:00:00: LAN2 Rejected at OUT(default) filter: TCP 203.0.113.5:1025 > 198.51.100.3:25", "lan2 out ipv4"},
		{"2005/01/31 02:00:00: PP[01] Rejected at OUT(default) filter: UDP 192.168.1.1:10395 >", "pp 1 out ipv4"},
		{"2005/01/31 02:00:00: TUNNEL[12] Rejected at IN(default) filter: ICMP 192.168.1.1 > 192.0.2.1", "tunnel 12 in ipv4"},
		{"2005/01/31 02:00:00: LAN2 Rejected at IN(default) filter: TCP 2001:db8::1 > 2001:db8::2", "lan2 in ipv6"},
		{"2005/01/31 02:00:00: PP[01] Rejected at OUT(default) filter: TCP 203.0.113.254:", "pp 1 out ipv4"},
		{"2005/01/31 02:00:00: LAN2 Rejected at OUT(250101) filter: TCP 203.0.113.5:1025 > 198.51.100.3:25", ""},
		{"2005/01/31 02:00:00: LAN2 Rejected at OUT(default) filter: TCP ? > ?", ""},
		{"2005/01/31 02:00:00: LAN2: link up", ""},
	}
	for _, test := range tests {
		at, is := dropped(test.line)
		got := ""
		if is {
			got = at.String()
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.line, got, test.want)
		}
	}
}

func FuzzDropped(f *testing.F) {
	f.Add("PP[01] Rejected at OUT(default) filter: UDP 192.168.1.1:10395 >")
	f.Fuzz(func(t *testing.T, line string) {
		if at, is := dropped(line); is && (at.Interface == "" || at.Family.String() == "") {
			t.Errorf("%q: %v", line, at)
		}
	})
}
