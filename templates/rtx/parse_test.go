package rtx

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
)

// TestSamples reads every real text: all of it is a configuration or is refused with a line.
func TestSamples(t *testing.T) {
	root := "../../../shared/data/device-output/yamaha"
	if _, err := os.Stat(root); err != nil {
		t.Skip("the samples of device output are absent")
	}
	want := map[string][3]int{ // filters, bindings, places that are not read
		"shin1ohno-long-filter-lists.txt":         {0, 6, 2},
		"tcpipworkshop-nvr500-ngn-voip.txt":       {1, 4, 0},
		"shin1ohno-rtx1210-sftp-config0.txt":      {28, 5, 0},
		"wnoguchi-nvr500-show-config-wrapped.txt": {27, 2, 0},
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		c, err := Dialect{}.Parse(string(text))
		if err != nil {
			if !strings.Contains(err.Error(), "line ") {
				t.Errorf("%s: refused without a line: %v", path, err)
			}
			return nil
		}
		if got := [3]int{len(c.Lists), len(c.Bindings), len(c.Unread)}; got != want[filepath.Base(path)] {
			t.Errorf("%s: %v filters, bindings and unread places, want %v\n%s", path, got, want[filepath.Base(path)], state(c))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWrappedSample(t *testing.T) {
	text, err := os.ReadFile("../../../shared/data/device-output/yamaha/running-config/wnoguchi-nvr500-show-config-wrapped.txt")
	if err != nil {
		t.Skip("the samples of device output are absent")
	}
	c := read(t, string(text))
	out := c.Binding(acl.Point{Interface: "pp 1", Direction: acl.Out, Family: packet.V4})
	in := c.Binding(acl.Point{Interface: "pp 1", Direction: acl.In, Family: packet.V4})
	got := strings.Join(in.Lists, " ") + " / " + strings.Join(out.Lists, " ") + " / " + out.Tail
	want := "200003 200020 200021 200022 200023 200024 200025 200030 200032" +
		" / 200013 200020 200021 200022 200023 200024 200025 200026 200027 200099" +
		" / dynamic 200080 200081 200082 200083 200084 200098 200099"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestJoin(t *testing.T) {
	full := "ip lan2 secure filter out 100000 100001 100002 100003 100004 100005 100006 10000"
	if len(full) != 80 {
		t.Fatal(len(full))
	}
	for _, c := range []struct{ name, text, want string }{
		{"in the middle of a number", full[:79] + "\n07 100008\n", "100000 100001 100002 100003 100004 100005 100006 100007 100008"},
		{"before a blank", "ip lan2 secure filter out 100000 100001 100002 100003 100004 100005 10006 10007\n 10008\n", "100000 100001 100002 100003 100004 100005 10006 10007 10008"},
		{"before dynamic", "ip lan2 secure filter out 100000 100001 100002 100003 100004 100005 10006 10007\n dynamic 5\n", "100000 100001 100002 100003 100004 100005 10006 10007 dynamic 5"},
		{"a full line that ends", "ip lan2 secure filter out 100000 100001 100002 100003 100004 100005 10006 10007\nip route default gateway pp 1\n", "100000 100001 100002 100003 100004 100005 10006 10007"},
		{"a full line before a comment", "ip lan2 secure filter out 100000 100001 100002 100003 100004 100005 10006 10007\n# 5\n", "100000 100001 100002 100003 100004 100005 10006 10007"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := read(t, c.text).Binding(acl.Point{Interface: "lan2", Direction: acl.Out, Family: packet.V4})
			got := strings.TrimSpace(strings.Join(b.Lists, " ") + " " + b.Tail)
			if got != c.want || b.Unmodelled != "" {
				t.Errorf("got %q (%s), want %q", got, b.Unmodelled, c.want)
			}
		})
	}
	for rest, command := range map[string]bool{
		"ip route default gateway pp 1": true, " pp always-on on": true, "no ip filter 5": true, "save": true, "": true, "# x": true,
		"snmp host any": true, "syslog notice on": true, "tcp session limit 5": true, "dhcp scope 1 192.0.2.0-192.0.2.9/24": true,
		"pp 1 gateway tunnel 2": false, "pp anonymous name=x filter 5": false, "dhcp lan2 filter 5": false, "tunnel 2": false,
		"ip 203.0.113.0/24 * tcp * smtp": false, "ipv6 * *": false, "tcp * 25": false, "snmp snmp": false, "syslog=off": false,
		"dns syslog=off": false, "6 200027 200099": false, " 200032": false, "dynamic 5": false, "ess=ac:44:f2:00:00:01": false,
	} {
		if begins(rest) != command {
			t.Errorf("%q begins a command: %v, want %v", rest, !command, command)
		}
	}
}

func TestTextsThatCannotBeTrusted(t *testing.T) {
	const filter = "ip filter 1 pass * *\n"
	for name, c := range map[string]struct{ text, why string }{
		"pager":                 {filter + "---more---\n", "line 2"},
		"pager in Japanese":     {filter + "--- つづく ---\n", "line 2"},
		"pager in Shift JIS":    {filter + "---\x82\xc2\x82\xc3\x82\xad---\n", "line 2"},
		"pager in EUC":          {filter + "---\xa4\xc4\xa4\xc5\xa4\xaf---\n", "line 2"},
		"error":                 {"Error: Administrator use only\n", "line 1"},
		"error in Japanese":     {"エラー: 管理者権限が必要です\n", "line 1"},
		"error in Shift JIS":    {"\x83\x47\x83\x89\x81\x5b: x\n", "line 1"},
		"searched":              {"Searching ...\n" + filter, "line 1"},
		"rest of a wrapped one": {filter + " 200032\n", "line 2"},
		"rest with dynamic":     {filter + " dynamic 5 6\n", "line 2"},
		"terminal codes":        {"ip filter 1 pass\b\b * *\n", "line 1"},
		"not a configuration":   {"{\"hello\": 1}\n", "no line is a command"},
	} {
		if _, err := (Dialect{}).Parse(c.text); err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: want an error with %q, got %v", name, c.why, err)
		}
	}
	for name, text := range map[string]string{"empty": "", "comments": "# a\n\n#\tb\n", "whole": filter,
		"carriage returns": "ip filter 1 pass * *\r\nip filter 2 pass * *\r\n", "Shift JIS": "# \x82\xb1\x83\x5c\nip filter 1 pass * *\n"} {
		if err := Complete(text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		read(t, text)
	}
}

func TestPlaces(t *testing.T) {
	c := read(t, "# x\n\nip filter 5 reject * * tcp * 25\n ip lan2 secure filter out 5\n")
	if p := c.Lists[0].Entries[0].Place; p.Line != 3 || p.Text != "ip filter 5 reject * * tcp * 25" {
		t.Errorf("the filter stands at %v", p)
	}
	if p := c.Bindings[0].Place; p.Line != 4 {
		t.Errorf("the binding stands at %v", p)
	}
	if c.Undefined != acl.Unknown {
		t.Errorf("an undefined number does %s", c.Undefined)
	}
}

// The slow twin: the words of a filter held against one packet, item by item.

func twin(words []string, p packet.Packet) bool {
	sport, dport := "*", "*"
	if len(words) > 3 {
		sport = words[3]
	}
	if len(words) > 4 {
		dport = words[4]
	}
	if !twinAddress(words[0], p.Src) || len(words) > 1 && !twinAddress(words[1], p.Dst) {
		return false
	}
	if len(words) < 3 {
		return true
	}
	if words[2] != "*" && !slices.ContainsFunc(strings.Split(words[2], ","), func(s string) bool {
		return map[string]uint8{"tcp": 6, "6": 6, "udp": 17, "esp": 50, "icmp": 1, "47": 47}[s] == p.Protocol
	}) {
		return false
	}
	if words[2] != "icmp" && p.Protocol != 6 && p.Protocol != 17 {
		return true // ports are for TCP and UDP
	}
	if p.Fragment == packet.Later {
		return sport == "*" && dport == "*"
	}
	return twinPort(sport, p.SrcPort) && twinPort(dport, p.DstPort)
}

func twinAddress(word string, a netip.Addr) bool {
	for _, item := range strings.Split(word, ",") {
		switch {
		case item == "*":
			return true
		case strings.Contains(item, "/"):
			if netip.MustParsePrefix(item).Contains(a) {
				return true
			}
		case strings.Contains(item, "*"):
			hit := true
			for i, o := range strings.Split(item, ".") {
				hit = hit && (o == "*" || o == strconv.Itoa(int(a.As4()[i])))
			}
			if hit {
				return true
			}
		default:
			lo, hi, isRange := strings.Cut(item, "-")
			if !isRange {
				hi = lo
			}
			if (lo == "" || !a.Less(netip.MustParseAddr(lo))) && (hi == "" || !netip.MustParseAddr(hi).Less(a)) {
				return true
			}
		}
	}
	return false
}

func twinPort(word string, port uint16) bool {
	names := map[string]int{"smtp": 25, "www": 80, "domain": 53, "submission": 587}
	at := func(s string, open int) int {
		if n, known := names[s]; known {
			return n
		}
		if n, err := strconv.Atoi(s); err == nil {
			return n
		}
		return open
	}
	for _, item := range strings.Split(word, ",") {
		lo, hi, isRange := strings.Cut(item, "-")
		if !isRange {
			hi = lo
		}
		if item == "*" || item == "ftp" && (port == 20 || port == 21) || item != "ftp" && at(lo, 0) <= int(port) && int(port) <= at(hi, 65535) {
			return true
		}
	}
	return false
}

func TestFiltersAgainstTheTwin(t *testing.T) {
	random := rand.New(rand.NewPCG(25, 7))
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	address := func() string {
		one := pick("*", "10.0.0.0/30", "10.0.0.0/255.255.255.252", "10.0.0.1", "10.0.0.1-10.0.0.3", "-10.0.0.2", "10.0.0.2-", "10.0.*.1", "10.0.0.1,10.0.0.4-10.0.0.6")
		if one == "10.0.0.0/255.255.255.252" {
			return "10.0.0.0/30"
		}
		return one
	}
	port := func() string {
		return pick("*", "25", "smtp", "ftp", "24-26", "-25", "25-", "www,25,submission", "smtp-www", "53,domain")
	}
	for range 3000 {
		words := []string{address(), address(), pick("*", "tcp", "udp", "6", "udp,tcp", "tcp,esp", "esp", "icmp,47"), port(), port()}
		if words[2] == "esp" || words[2] == "icmp,47" {
			words[3], words[4] = "*", "*"
		}
		words = words[:1+random.IntN(5)]
		line := "ip filter 9 pass " + strings.Join(words, " ")
		e := read(t, line+"\n").Lists[0].Entries[0]
		if e.Unmodelled != "" {
			t.Fatalf("%s: %s", line, e.Unmodelled)
		}
		for range 60 {
			ports := []uint16{0, 20, 21, 24, 25, 26, 53, 80, 587, 65535}
			p := packet.Packet{Family: packet.V4, Protocol: []uint8{1, 6, 17, 47, 50, 99}[random.IntN(6)],
				Src: netip.AddrFrom4([4]byte{10, 0, byte(random.IntN(2)), byte(random.IntN(8))}), Dst: netip.AddrFrom4([4]byte{10, 0, 0, byte(random.IntN(8))}),
				SrcPort: ports[random.IntN(10)], DstPort: ports[random.IntN(10)], Fragment: packet.Fragment(random.IntN(3)), Flags: packet.Flags(random.IntN(3))}
			got := slices.ContainsFunc(e.Boxes(), func(b packet.Box) bool { return b.Contains(p) })
			if want := twin(words, p); got != want {
				t.Fatalf("%s: %s (fragment %d) matches: %v, want %v", line, p, p.Fragment, got, want)
			}
		}
	}
}

func TestFlags(t *testing.T) {
	for word, want := range map[string]string{
		"tcpsyn":                 "0-1 bound",
		"tcpfin":                 "0-2 bound",
		"tcprst":                 "1 bound",
		"established":            "1 bound",
		"tcpflag=0x0002/0x0016":  "0",
		"tcpflag=0x0000/0x0016":  "2",
		"tcpflag=0x0000/0x0014":  "0,2",
		"tcpflag!=0x0000/0x0014": "1",
		"tcpflag=0x0000/0x0000":  "0-2",
		"tcpflag=0x0001/0x0000":  "",
	} {
		k := protocolOf(word, packet.V4)
		var got []string
		for _, s := range k.flags.Spans() {
			got = append(got, strings.TrimSuffix(fmt.Sprintf("%d-%d", s.Lo.Lo, s.Hi.Lo), fmt.Sprintf("-%d", s.Lo.Lo)))
		}
		text := strings.Join(got, ",")
		if k.why != "" {
			text += " bound"
		}
		if text != want {
			t.Errorf("%s: %q, want %q", word, text, want)
		}
	}
}

func TestMasks(t *testing.T) {
	for mask, want := range map[string]int{"24": 24, "0": 0, "32": 32, "255.255.255.0": 24, "0xffffff00": 24, "0.0.0.0": 0, "0x00000000": 0,
		"33": -1, "255.0.255.0": -1, "0xff00ff00": -1, "x": -1, "": -1, "0x1ffffffff": -1} {
		got, ok := maskBits(mask, packet.V4)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("mask %q is /%d, want /%d", mask, got, want)
		}
	}
}

// FuzzParse: no text makes it panic, nothing that is not understood becomes a filter that
// matches less than it may, and what is understood is the same when it is read again.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"show-config.cfg", "filters.cfg", "commands.cfg", "empty-router.txt"} {
		f.Add(file(f, name))
	}
	f.Add("ip filter 1 pass\x82 *\nip lan2 secure filter in 1 dynamic\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Dialect{}.Parse(text)
		if err != nil {
			return
		}
		for _, l := range c.Lists {
			if _, err := number(l.Name); err != nil || len(l.Entries) != 1 || l.End != acl.Deny {
				t.Fatalf("list %q of %d entries ends in %s", l.Name, len(l.Entries), l.End)
			}
			if e := l.Entries[0]; e.Unmodelled == "" && e.Action == acl.Unknown {
				t.Fatalf("%q does nothing that is known", e.Place.Text)
			}
		}
		for _, b := range c.Bindings {
			if _, err := place(b); err != nil {
				t.Fatal(err)
			}
			if len(b.Lists) == 0 && b.Unmodelled == "" && b.Place.Why == "" {
				t.Fatalf("%s is bound to nothing, and nothing says why", b.Point())
			}
		}
		again, err := Dialect{}.Parse(text)
		if err != nil || state(c) != state(again) {
			t.Fatal("read twice, the text says two things")
		}
		_, _ = Dialect{}.Lay(wanted(), c, owner())
	})
}
