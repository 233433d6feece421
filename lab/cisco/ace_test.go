package cisco_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"op25b/lab"
	"op25b/lab/cisco"
)

func ios() cisco.Style {
	return cisco.Style{Names: cisco.IOSNames(), Any: "ip", Group: "object-group"}
}

func xr() cisco.Style {
	return cisco.Style{Names: cisco.XRNames(), Any: "ipv4", Group: "net-group", Prefix: true}
}

func v6() cisco.Style {
	return cisco.Style{Names: cisco.IOSNames(), Any: "ipv6", V6: true, Upper: true}
}

// What is typed, and what the router makes of it; "" is a line that it refuses.
func TestParseAce(t *testing.T) {
	tests := []struct {
		style       cisco.Style
		typed, want string
	}{
		{ios(), "permit tcp 203.0.113.77 0.0.0.255 host 192.0.2.25 eq 25", "permit tcp 203.0.113.0 0.0.0.255 host 192.0.2.25 eq smtp"},
		{ios(), "deny tcp 203.0.113.5 0.0.0.0 0.0.0.0 255.255.255.255 eq smtp log", "deny tcp host 203.0.113.5 any eq smtp log"},
		{ios(), "perm ip an any", "permit ip any any"},
		{ios(), "permit 6 any any eq www", "permit tcp any any eq www"},
		{ios(), "permit 53 any any", "permit 53 any any"},
		{ios(), "permit tcp any eq 25 any established", "permit tcp any eq smtp any established"},
		{ios(), "permit tcp any any eq www 443 smtp", "permit tcp any any eq www 443 smtp"},
		{ios(), "permit tcp any any range 30 22", "permit tcp any any range 22 30"},
		{ios(), "permit udp any any eq 53 log-input", "permit udp any any eq domain log-input"},
		{ios(), "permit tcp any any eq 587", "permit tcp any any eq 587"},
		{ios(), "permit ip 10.0.0.0 0.255.0.255 any", "permit ip 10.0.0.0 0.255.0.255 any"},
		{ios(), "permit tcp object-group A any eq 25", "permit tcp object-group A any eq smtp"},
		{ios(), "permit tcp any any fragments", "permit tcp any any fragments"},
		{ios(), "permit icmp any any echo-reply", "permit icmp any any echo-reply"},
		{ios(), "permit tcp 203.0.113.0/24 any", ""},
		{ios(), "permit tcp any any eq 65536", ""},
		{ios(), "permit tcp any any eq", ""},
		{ios(), "permit ip any any eq 25", ""},
		{ios(), "permit udp any any established", ""},
		{ios(), "permit tcp 2001:db8::/32 any", ""},
		{ios(), "permit tcp any", ""},
		{ios(), "allow tcp any any", ""},
		{ios(), "permit tcp any any dscp ef", ""},
		{xr(), "permit tcp 203.0.113.0/24 host 192.0.2.25 eq 25", "permit tcp 203.0.113.0/24 host 192.0.2.25 eq smtp"},
		{xr(), "permit tcp 203.0.113.0 0.0.0.255 any eq 443", "permit tcp 203.0.113.0 0.0.0.255 any eq https"},
		{xr(), "permit tcp net-group P net-group R eq smtp", "permit tcp net-group P net-group R eq smtp"},
		{xr(), "permit ipv4 any any", "permit ipv4 any any"},
		{xr(), "permit ip any any", ""},
		{v6(), "permit tcp 2001:db8:100::1/40 host 2001:db8:25:0::25 eq 25", "permit tcp 2001:DB8:100::/40 host 2001:DB8:25::25 eq smtp"},
		{v6(), "permit ipv6 any any", "permit ipv6 any any"},
		{v6(), "permit ipv6 ::/0 any", "permit ipv6 any any"},
		{v6(), "permit tcp 203.0.113.0 0.0.0.255 any", ""},
	}
	for _, test := range tests {
		a, trouble := test.style.ParseAce(cisco.Tokens(test.typed), test.typed)
		got := ""
		if trouble.None() {
			got = test.style.Text(a)
		}
		if got != test.want {
			t.Errorf("%q: %q, want %q", test.typed, got, test.want)
		}
	}
}

// A rule is an entry as somebody would explain it, and what it takes, the slow way.
type rule struct {
	permit    bool
	protocol  int // 0 any
	src, dst  netip.Prefix
	low, high int // ports, 0 none
}

func (r rule) typed(prefixes bool) string {
	where := func(p netip.Prefix) string {
		if prefixes {
			return p.String()
		}
		wild := ^uint32(0) >> p.Bits()
		if p.Bits() == 32 {
			wild = 0
		}
		return fmt.Sprintf("%s %d.%d.%d.%d", p.Addr(), wild>>24, wild>>16&255, wild>>8&255, wild&255)
	}
	protocol := map[int]string{0: map[bool]string{true: "ipv4", false: "ip"}[prefixes], 6: "tcp", 17: "udp"}[r.protocol]
	text := fmt.Sprintf("%s %s %s %s", map[bool]string{true: "permit", false: "deny"}[r.permit], protocol, where(r.src), where(r.dst))
	if r.high > 0 {
		text += fmt.Sprintf(" range %d %d", r.low, r.high)
	}
	return text
}

func (r rule) takes(p lab.Packet) bool {
	if r.protocol != 0 && r.protocol != p.Protocol || !r.src.Contains(p.Src) || !r.dst.Contains(p.Dst) {
		return false
	}
	if p.LaterFragment && r.high > 0 {
		return r.permit
	}
	return r.high == 0 || p.DstPort >= r.low && p.DstPort <= r.high
}

// Random entries take what their slow twin takes, in both spellings of an address.
func TestMatchAgainstTwin(t *testing.T) {
	random := rand.New(rand.NewPCG(25, 587))
	address := func() netip.Addr { return netip.AddrFrom4([4]byte{203, 0, 113, byte(random.IntN(16))}) }
	prefix := func() netip.Prefix { p, _ := address().Prefix(26 + random.IntN(7)); return p }
	protocols := []int{0, 6, 17}
	for range 3000 {
		r := rule{permit: random.IntN(2) == 0, protocol: protocols[random.IntN(3)], src: prefix(), dst: prefix()}
		if r.protocol != 0 && random.IntN(2) == 0 {
			r.low = 20 + random.IntN(10)
			r.high = r.low + random.IntN(5)
		}
		for _, style := range []cisco.Style{ios(), xr()} {
			line := r.typed(style.Prefix)
			a, trouble := style.ParseAce(cisco.Tokens(line), line)
			if !trouble.None() {
				t.Fatalf("%q is refused", line)
			}
			for range 10 {
				p := lab.Packet{Src: address(), Dst: address(), Protocol: protocols[1+random.IntN(2)], DstPort: 18 + random.IntN(18),
					LaterFragment: random.IntN(4) == 0}
				if got, want := a.Match(p, nil), r.takes(p); got != want {
					t.Fatalf("%q takes %+v: %v, want %v", line, p, got, want)
				}
			}
		}
	}
}

// What is not understood takes nothing; an empty or undefined group holds nobody.
func TestMatchNothing(t *testing.T) {
	style := ios()
	style.Loaded = true
	p := lab.Packet{Src: netip.MustParseAddr("203.0.113.5"), Dst: netip.MustParseAddr("192.0.2.25"), Protocol: 6, DstPort: 25}
	for _, line := range []string{"permit tcp any any dscp ef", "permit tcp object-group NONE any", "permit tcp any any established",
		"permit tcp any any fragments", "permit tcp any any time-range NIGHT"} {
		a, trouble := style.ParseAce(cisco.Tokens(line), line)
		if !trouble.None() || a.Match(p, func(string) []cisco.Where { return nil }) {
			t.Errorf("%q takes a packet (%v)", line, trouble)
		}
	}
}

// A wildcard need not be contiguous.
func TestWildcard(t *testing.T) {
	line := "permit ip 10.0.7.1 0.255.0.0 any"
	a, _ := ios().ParseAce(cisco.Tokens(line), line)
	for text, want := range map[string]bool{"10.9.7.1": true, "10.0.7.1": true, "10.9.8.1": false, "11.0.7.1": false} {
		p := lab.Packet{Src: netip.MustParseAddr(text), Dst: netip.MustParseAddr("192.0.2.1"), Protocol: 6}
		if got := a.Match(p, nil); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// A range of addresses is covered exactly.
func TestMemberRange(t *testing.T) {
	line := "range 192.0.2.3 192.0.2.17"
	members, trouble := ios().Member(cisco.Tokens(line), line)
	if !trouble.None() {
		t.Fatal(trouble)
	}
	a := cisco.Ace{Permit: true, Protocol: -1, Src: cisco.Where{Group: "G"}, Dst: cisco.Where{Any: true}}
	for n := range 32 {
		p := lab.Packet{Src: netip.AddrFrom4([4]byte{192, 0, 2, byte(n)}), Dst: netip.MustParseAddr("192.0.2.1")}
		if got, want := a.Match(p, func(string) []cisco.Where { return members }), n >= 3 && n <= 17; got != want {
			t.Errorf("%s in the range: %v, want %v", p.Src, got, want)
		}
	}
}

// What is printed is read as the same entry, whatever was typed.
func FuzzParseAce(f *testing.F) {
	f.Add("permit tcp 203.0.113.0 0.0.0.255 host 192.0.2.25 eq smtp log")
	f.Add("deny ip any 10.0.7.1 0.255.0.0 fragments")
	f.Add("permit tcp object-group A eq 25 26 27 any range 20 30 established")
	f.Add("permit tcp 2001:db8::/32 host ::1 gt 1024")
	f.Fuzz(func(t *testing.T, line string) {
		if strings.ContainsAny(line, "\r\n") {
			return
		}
		for _, style := range []cisco.Style{ios(), xr(), v6()} {
			a, trouble := style.ParseAce(cisco.Tokens(line), line)
			if !trouble.None() {
				continue
			}
			text := style.Text(a)
			b, trouble := style.ParseAce(cisco.Tokens(text), text)
			if !trouble.None() || style.Text(b) != text {
				t.Errorf("%q is printed %q, which is read as %q %v", line, text, style.Text(b), trouble)
			}
		}
	})
}
