package rtx

import (
	"fmt"
	"math/rand"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"op25b/lab"
)

func tcp(src, dst string, port int) lab.Packet {
	return lab.Packet{Src: netip.MustParseAddr(src), Dst: netip.MustParseAddr(dst), Protocol: 6, SrcPort: 40000, DstPort: port}
}

// Each case is one reject filter in front of a pass-all.
func TestFilters(t *testing.T) {
	mail := tcp("203.0.113.9", "198.51.100.3", 25)
	udp, gre, fragment, answer := mail, mail, mail, mail
	udp.Protocol, gre.Protocol, fragment.LaterFragment, answer.Established = 17, 47, true, true
	for _, c := range []struct {
		says, filter string
		packet       lab.Packet
		drop         bool
	}{
		{"omitted fields are *", "reject 203.0.113.9", mail, true},
		{"no mask is a host", "reject 203.0.113.8", mail, false},
		{"bits", "reject 203.0.113.0/24 198.51.100.0/28", mail, true},
		{"dots", "reject 203.0.113.0/255.255.255.0", mail, true},
		{"hexadecimal", "reject 203.0.113.0/0xffffff00", mail, true},
		{"stars", "reject 203.*.113.* *", mail, true},
		{"stars elsewhere", "reject 203.*.114.* *", mail, false},
		{"a range", "reject 203.0.113.1-203.0.113.10 *", mail, true},
		{"a range open below", "reject -203.0.113.8 *", mail, false},
		{"a range open above", "reject 203.0.113.8- *", mail, true},
		{"a list", "reject 192.0.2.1,203.0.113.9 *", mail, true},
		{"a name of a port", "reject * * tcp * smtp", mail, true},
		{"a number of a port", "reject * * tcp * 25", mail, true},
		{"the source port", "reject * * tcp 25 *", mail, false},
		{"a range of ports", "reject * * tcp * 20-30", mail, true},
		{"a list of ports", "reject * * tcp * www,21,smtp", mail, true},
		{"open ranges of ports", "reject * * tcp 1024- -25", mail, true},
		{"names in a range", "reject * * udp,tcp * netbios_ns-netbios_ssn", tcp("203.0.113.9", "198.51.100.3", 138), true},
		{"a list of protocols", "reject * * udp,tcp * 25", udp, true},
		{"another protocol", "reject * * udp * 25", mail, false},
		{"a number of a protocol", "reject * * 6 * 25", mail, true},
		{"tcpsyn", "reject * * tcpsyn * 25", mail, true},
		{"tcpsyn later", "reject * * tcpsyn * 25", answer, false},
		{"established", "reject * * established * 25", answer, true},
		{"established first", "reject * * established * 25", mail, false},
		{"with * a protocol without ports matches", "reject * * * * 25", gre, true},
		{"with * the ports of tcp count", "reject * * * * 587", mail, false},
		{"a later fragment has no ports", "reject * * tcp * 25", fragment, false},
		{"a later fragment without ports", "reject * * tcp", fragment, true},
		{"restrict passes while the line is up", "restrict * *", mail, false},
		{"reject-nolog", "reject-nolog * * tcp * 25", mail, true},
	} {
		t.Run(c.says, func(t *testing.T) {
			r := New("r", Options{})
			if err := r.Load("ip filter 1 " + c.filter + "\nip filter 2 pass * *\nip lan2 secure filter in 7 1 2"); err != nil {
				t.Fatal(err)
			}
			if pass, by := r.Verdict("lan2", "in", c.packet); pass == c.drop {
				t.Errorf("pass %v by %q", pass, by)
			}
			if pass, by := r.Verdict("lan2", "out", c.packet); !pass {
				t.Errorf("the other direction drops, by %q", by)
			}
		})
	}
}

// What the lab does not play it does not guess.
func TestUnclear(t *testing.T) {
	for _, f := range []string{"pass *.example.com *", "pass * * tcpflag=0x0002/0x0017", "pass map-e *"} {
		r := New("r", Options{})
		if err := r.Load("ip filter 1 " + f + "\nip lan2 secure filter in 1"); err != nil {
			t.Fatal(err)
		}
		if pass, by := r.Verdict("lan2", "in", tcp("203.0.113.9", "198.51.100.3", 25)); pass || !strings.Contains(by, "cannot tell") {
			t.Errorf("%s: pass %v by %q", f, pass, by)
		}
	}
}

// The list decides, not the number; the end of a list drops.
func TestOrder(t *testing.T) {
	for _, c := range []struct {
		list string
		pass bool
	}{{"2 1", true}, {"1 2", false}, {"3", false}, {"9", false}, {"9 2", true}, {"3 dynamic 100", false}} {
		r := New("r", Options{})
		if err := r.Load("ip filter 1 reject * *\nip filter 2 pass * *\nip filter 3 pass * * udp\nip lan2 secure filter in " + c.list); err != nil {
			t.Fatal(err)
		}
		if pass, by := r.Verdict("lan2", "in", tcp("203.0.113.9", "198.51.100.3", 25)); pass != c.pass {
			t.Errorf("%s: pass %v by %q", c.list, pass, by)
		}
	}
}

// Prefixes against a twin that asks the standard library, address by address.
func TestRandomPrefixes(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for range 2000 {
		base := netip.AddrFrom4([4]byte{203, 0, byte(random.Intn(4)), byte(random.Intn(256))})
		length := 16 + random.Intn(17)
		other := netip.AddrFrom4([4]byte{203, 0, byte(random.Intn(4)), byte(random.Intn(256))})
		a, clear, ok := readAddresses(fmt.Sprintf("%s/%d", base, length), false)
		if !clear || !ok {
			t.Fatalf("%s/%d is not read", base, length)
		}
		if want := netip.PrefixFrom(base, length).Contains(other); a.contains(other) != want {
			t.Errorf("%s in %s/%d: %v, want %v", other, base, length, !want, want)
		}
		low, high := min(base.As4()[3], other.As4()[3]), max(base.As4()[3], other.As4()[3])
		span, _, ok := readAddresses(fmt.Sprintf("192.0.2.%d-192.0.2.%d", low, high), false)
		n := byte(random.Intn(256))
		if want := low <= n && n <= high; !ok || span.contains(netip.AddrFrom4([4]byte{192, 0, 2, n})) != want {
			t.Errorf("%d in %d-%d: want %v", n, low, high, want)
		}
	}
}

func TestLimits(t *testing.T) {
	list := func(n int) string { return strings.Repeat(" 200099", n) }
	for _, c := range []struct {
		says, line string
		options    Options
		fits       bool
	}{
		{"129 fit", "ip lan2 secure filter in" + list(129), Options{}, true},
		{"130 do not", "ip lan2 secure filter in" + list(130), Options{}, false},
		{"dynamic ones count", "ip lan2 secure filter in" + list(129) + " dynamic 1", Options{}, false},
		{"300 on a large model", "ip lan2 secure filter in" + list(300), Options{FiltersPerList: 300}, true},
		{"301 do not", "ip lan2 secure filter in" + list(301), Options{FiltersPerList: 300}, false},
		{"IPv6 has 129 there too", "ipv6 lan2 secure filter in" + list(130), Options{FiltersPerList: 300}, false},
		{"a line of 4095", "ip filter 1 pass " + strings.Repeat("203.0.113.100,", 290) + "2.2.2.2 *  ", Options{}, true},
		{"a longer line", "ip filter 1 pass " + strings.Repeat("203.0.113.100,", 300) + "2.2.2.2 *", Options{}, false},
	} {
		r := New("r", c.options)
		s := r.Login("a")
		s.Enter("console character ascii")
		s.Enter("administrator")
		s.Enter("")
		if out, _ := s.Enter(c.line); (out == "") != c.fits {
			t.Errorf("%s: %q", c.says, out)
		}
	}
}

func TestScreen(t *testing.T) {
	r := New("r", Options{Prompt: PlainPrompt})
	s := r.Login("a")
	if got := s.Prompt(); got != "> " {
		t.Errorf("prompt %q", got)
	}
	if got := s.Pager(); got != "---\x82\xc2\x82\xc3\x82\xad---" { // つづく in Shift JIS
		t.Errorf("pager %q", got)
	}
	if s.Page() != 24 {
		t.Errorf("page %d", s.Page())
	}
	s.Enter("console character ja.euc")
	if got := s.Pager(); got != "---\xa4\xc4\xa4\xc5\xa4\xaf---" {
		t.Errorf("pager %q", got)
	}
	s.Enter("console lines infinity")
	s.Enter("console character en.ascii")
	if s.Page() != 0 || s.Pager() != "---more---" {
		t.Errorf("page %d, pager %q", s.Page(), s.Pager())
	}
	s.Enter("administrator")
	if !s.Secret() || s.Configuring() {
		t.Error("the password would be shown, or counted")
	}
	s.Enter("")
	if got := s.Prompt(); got != "# " || !s.Configuring() {
		t.Errorf("prompt %q", got)
	}
	if got := (screen{columns: 80}).wrap(strings.Repeat("x", 79) + "\n" + strings.Repeat("あ", 40) + "\n"); got != strings.Repeat("x", 79)+"\n"+strings.Repeat("あ", 39)+"\nあ\n" {
		t.Errorf("wrapped %q", got)
	}
	for _, l := range strings.Split((screen{columns: 80}).wrap(r.Running()), "\n") {
		if len(l) > 79 {
			t.Errorf("%d characters: %s", len(l), l)
		}
	}
}

func TestRefusedTexts(t *testing.T) {
	for _, text := range []string{"ip filter 1 allow * *", "ip lan2 secure filter in x", "ip filter 0 pass * *", "ipv6 filter 1 pass 192.0.2.1 *"} {
		if err := New("r", Options{}).Load("\n" + text); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestSessionsAtOnce(t *testing.T) {
	clock := &lab.HandClock{}
	var mu sync.Mutex
	heard := 0
	var r *Router
	r = New("r", Options{Clock: clock, OnConfigLine: func(string) {
		r.Verdict("lan2", "in", tcp("203.0.113.9", "198.51.100.3", 25))
		mu.Lock()
		heard++
		mu.Unlock()
	}})
	var all sync.WaitGroup
	for i := range 4 {
		all.Add(1)
		go func() {
			defer all.Done()
			s := r.Login("u")
			s.Enter("administrator")
			s.Enter("")
			for j := range 20 {
				s.Enter(fmt.Sprintf("ip filter %d pass * *", i*100+j+1))
				s.Enter("rollback timer 2")
				s.Enter("show config")
				s.Prompt()
				clock.Advance(time.Second)
			}
		}()
	}
	all.Wait()
	if heard != 80 {
		t.Errorf("%d configuration lines heard, want 80", heard)
	}
}

// A text that is taken is printed, and what is printed is taken and printed the same.
func FuzzLoad(f *testing.F) {
	f.Add(fleetConfig("r", 1))
	f.Add("pp select 1\n ip pp secure filter in 1 2 dynamic 3\nip filter 1 pass -1.2.3.4,* * tcp,6 -25 www-")
	f.Add("schedule at 1 +600 * restart\nconsole prompt \"[x] \"")
	f.Fuzz(func(t *testing.T, text string) {
		r := New("r", Options{Clock: &lab.HandClock{}})
		if r.Load(text) != nil {
			return
		}
		r.Verdict("lan2", "in", tcp("203.0.113.9", "198.51.100.3", 25))
		again := New("r", Options{Clock: &lab.HandClock{}})
		if err := again.Load(r.Running()); err != nil {
			t.Fatalf("%q was taken, but not as it is printed: %v\n%s", text, err, r.Running())
		}
		if again.running.String() != r.running.String() {
			t.Errorf("%q\n%s\nbecame\n%s", text, r.running, again.running)
		}
	})
}

func FuzzEnter(f *testing.F) {
	f.Add("ip filter 1 pass 203.0.113.1-203.0.113.9 * tcp * www,25")
	f.Add("no ip pp secure filter in")
	f.Add("show ip secure filter pp 1 in | grep x")
	f.Fuzz(func(t *testing.T, line string) {
		r := New("r", Options{Clock: &lab.HandClock{}})
		s := r.Login("a")
		s.Enter(line)
		s.Enter("administrator")
		s.Enter("")
		s.Enter("pp select 1")
		s.Enter(line)
		s.Prompt()
		s.Enter(line)
	})
}
