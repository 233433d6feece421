package junos

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

func loaded(t testing.TB, lines ...string) *Router {
	t.Helper()
	r := New("r", Options{Clock: &lab.HandClock{}})
	if err := r.Load(strings.Join(lines, "\n")); err != nil {
		t.Fatal(err)
	}
	return r
}

// Each case is the body of the only filter at ge-0/0/1.0 in; "|" starts another line.
func TestVerdict(t *testing.T) {
	mail := tcp("203.0.113.9", "198.51.100.3", 25)
	udp, fragment, answer := mail, mail, mail
	udp.Protocol, fragment.LaterFragment, answer.Established = 17, true, true
	for _, c := range []struct {
		says   string
		filter string
		packet lab.Packet
		pass   bool
	}{
		{"implicit discard", "term a from protocol udp | term a then accept", mail, false},
		{"no then accepts", "term a from protocol tcp", mail, true},
		{"only count accepts", "term a then count c", mail, true},
		{"next term goes on", "term a then next term | term b then discard", mail, false},
		{"first match wins", "term a then accept | term b then discard", mail, true},
		{"reject", "term a then reject", mail, false},
		{"values of one kind are or", "term a from protocol [ udp tcp ] | term a then accept", mail, true},
		{"kinds are and", "term a from protocol tcp destination-port 587 | term a then accept", mail, false},
		{"a name and a range are ports", "term a from destination-port [ smtp 100-200 ] | term a then accept", mail, true},
		{"no protocol is implied", "term a from destination-port smtp | term a then discard | term b then accept", udp, false},
		{"a later fragment has no ports", "term a from destination-port smtp | term a then discard | term b then accept", fragment, true},
		{"is-fragment", "term a from is-fragment | term a then discard | term b then accept", fragment, false},
		{"tcp-established", "term a from tcp-established | term a then discard | term b then accept", answer, false},
		{"tcp-initial", "term a from tcp-initial | term a then discard | term b then accept", answer, true},
		{"port is either side", "term a from port 40000 | term a then discard | term b then accept", mail, false},
		{"except of ports", "term a from destination-port-except 25 | term a then discard | term b then accept", mail, true},
		{"a list", "term a from source-prefix-list POOL | term a then discard | term b then accept", mail, false},
		{"an exception is longer", "term a from source-prefix-list POOL | term a from source-prefix-list FIXED except | term a then discard | term b then accept",
			tcp("203.0.113.130", "198.51.100.3", 25), true},
		{"beside the exception", "term a from source-prefix-list POOL | term a from source-prefix-list FIXED except | term a then discard | term b then accept", mail, false},
		{"inside a longer one again", "term a from source-address 203.0.113.0/24 | term a from source-address 203.0.113.0/28 except | term a from source-address 203.0.113.9/32 | term a then discard | term b then accept", mail, false},
		{"an empty list matches nothing", "term a from source-prefix-list EMPTY | term a then discard | term b then accept", mail, true},
		{"an empty exception matches all", "term a from source-prefix-list EMPTY except | term a then discard | term b then accept", mail, false},
		{"an exception alone matches the others", "term a from source-prefix-list FIXED except | term a then discard | term b then accept", mail, false},
		{"an exception alone does not match itself", "term a from source-prefix-list FIXED except | term a then discard | term b then accept", tcp("203.0.113.130", "198.51.100.3", 25), true},
		{"address is either side", "term a from address 198.51.100.0/24 | term a then discard | term b then accept", mail, false},
		{"a mask of any bits", "term a from source-address 203.9.113.0/255.0.255.0 | term a then discard | term b then accept", mail, false},
	} {
		t.Run(c.says, func(t *testing.T) {
			lines := []string{
				"set policy-options prefix-list POOL 203.0.113.0/24",
				"set policy-options prefix-list FIXED 203.0.113.128/29",
				"set policy-options prefix-list EMPTY",
				"set interfaces ge-0/0/1 unit 0 family inet filter input F",
			}
			for _, l := range strings.Split(c.filter, " | ") {
				lines = append(lines, "set firewall family inet filter F "+l)
			}
			if pass, by := loaded(t, lines...).Verdict("ge-0/0/1.0", "in", c.packet); pass != c.pass {
				t.Errorf("pass %v by %q", pass, by)
			}
		})
	}
}

func TestBindings(t *testing.T) {
	base := []string{
		"set firewall family inet filter A term a from protocol udp",
		"set firewall family inet filter A term a then discard",
		"set firewall family inet filter B term b from destination-port 25",
		"set firewall family inet filter B term b then discard",
		"set firewall family inet filter B term rest then accept",
		"set firewall filter OLD term o then discard",
		"set firewall family inet6 filter A term six from next-header tcp",
		"set firewall family inet6 filter A term six then discard",
	}
	mail, six := tcp("203.0.113.9", "198.51.100.3", 25), tcp("2001:db8::1", "2001:db8::2", 25)
	web := tcp("203.0.113.9", "198.51.100.3", 80)
	for _, c := range []struct {
		says, binding, direction string
		packet                   lab.Packet
		pass                     bool
	}{
		{"nothing bound", "", "in", mail, true},
		{"the list goes on where no term ended", "family inet filter input-list [ A B ]", "in", mail, false},
		{"the list's last filter accepts", "family inet filter input-list [ A B ]", "in", web, true},
		{"the end of a list discards", "family inet filter input-list A", "in", web, false},
		{"the other direction is free", "family inet filter input B", "out", mail, true},
		{"output", "family inet filter output B", "out", mail, false},
		{"the old hierarchy", "family inet filter input OLD", "in", web, false},
		{"the other family is free", "family inet filter input B", "in", six, true},
		{"inet6", "family inet6 filter input A", "in", six, false},
	} {
		t.Run(c.says, func(t *testing.T) {
			lines := base
			if c.binding != "" {
				lines = append(lines[:len(lines):len(lines)], "set interfaces ge-0/0/1 unit 0 "+c.binding)
			}
			if pass, by := loaded(t, lines...).Verdict("ge-0/0/1.0", c.direction, c.packet); pass != c.pass {
				t.Errorf("pass %v by %q", pass, by)
			}
			if c.binding == "" {
				return
			}
			r := loaded(t, append(lines, "deactivate interfaces ge-0/0/1 unit 0")...)
			if pass, by := r.Verdict("ge-0/0/1.0", c.direction, c.packet); !pass {
				t.Errorf("an inactive unit still drops, by %q", by)
			}
		})
	}
}

// What the lab cannot tell it does not guess.
func TestUnknownCondition(t *testing.T) {
	r := loaded(t, "set firewall family inet filter F term a from dscp ef", "set firewall family inet filter F term a then accept",
		"set interfaces ge-0/0/1 unit 0 family inet filter input F")
	if pass, by := r.Verdict("ge-0/0/1.0", "in", tcp("203.0.113.9", "198.51.100.3", 25)); pass || !strings.Contains(by, "cannot tell: dscp ef") {
		t.Errorf("pass %v by %q", pass, by)
	}
}

func TestRefusedTexts(t *testing.T) {
	for _, c := range []struct{ text, reason string }{
		{"set firewall filter TEST term T from destination-address 192.168.1.111/24", "host bits"}, // [SAMPLE]
		{"set interfaces ge-0/0/1 unit 0 family inet filter input NOBODY", "'NOBODY' is not defined"},
		{"firewall {\n family inet {", "no end"},
		{"firewall { family inet }", "not ended"},
		{"system { host-name x; } }", "no beginning"},
		{"set interfaces ge-0/0/1 apply-groups X", "at the top only"},
		{"set apply-groups X\nset groups X interfaces <*> mtu 9000", "wildcards"},
		{"deactivate interfaces ge-0/0/1", "nothing to deactivate"},
	} {
		err := New("r", Options{}).Load(c.text)
		if err == nil || !strings.Contains(err.Error(), c.reason) {
			t.Errorf("%q: %v, want something with %q", c.text, err, c.reason)
		}
	}
}

func TestGroups(t *testing.T) {
	r := loaded(t, "set groups G firewall family inet filter F term a then discard", "set groups G system host-name other",
		"set apply-groups G", "set system host-name mine", "set interfaces ge-0/0/1 unit 0 family inet filter input F")
	if pass, by := r.Verdict("ge-0/0/1.0", "in", tcp("203.0.113.9", "198.51.100.3", 80)); pass {
		t.Errorf("the group's filter is not in force: %q", by)
	}
	s := r.Login("a")
	if out, _ := s.Enter("show configuration firewall | display set"); out != "" {
		t.Errorf("shown without inheritance: %q", out)
	}
	if out, _ := s.Enter("show configuration firewall | display inheritance no-comments | display set"); out != "set firewall family inet filter F term a then discard\n" {
		t.Errorf("with inheritance: %q", out)
	}
	if r.Hostname() != "mine" {
		t.Errorf("the group's name won: %q", r.Hostname())
	}
}

func TestCounters(t *testing.T) {
	r := loaded(t, "set firewall family inet filter F interface-specific", "set firewall family inet filter F term a then count c",
		"set firewall family inet filter F term a then discard", "set interfaces ge-0/0/1 unit 0 family inet filter input F")
	for range 3 {
		r.Carry("ge-0/0/1.0", "in", tcp("203.0.113.9", "198.51.100.3", 25), 60)
	}
	s := r.Login("a")
	out, _ := s.Enter("show firewall filter F-ge-0/0/1.0-i")
	if want := "c-ge-0/0/1.0-i                                        180                    3\n"; !strings.HasSuffix(out, want) {
		t.Errorf("%s", out)
	}
	s.Enter("configure")
	s.Enter("set firewall family inet filter F term a then log")
	s.Enter("commit")
	if out, _ := s.Enter("run show firewall filter F-ge-0/0/1.0-i"); strings.Contains(out, "180") {
		t.Errorf("a filter that changed goes on counting:\n%s", out)
	}
}

// Whatever was typed comes back the same through both forms of the text; and a comparison is
// empty exactly where nothing differs.
func TestRandomRoundTrip(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for round := range 60 {
		r := New("r", Options{Clock: &lab.HandClock{}})
		s := r.Login("a")
		s.Enter("configure")
		var typed []string
		for range 30 {
			line := randomLine(random)
			typed = append(typed, line)
			s.Enter(line)
			tree := r.candidate
			for _, text := range []string{tree.braces(), joined(tree.sets(nil))} {
				again, err := read(&r.grammar, text)
				if err != nil {
					t.Fatalf("round %d: %v\n%s\n%s", round, err, strings.Join(typed, "\n"), text)
				}
				if again.braces() != tree.braces() || (compare(tree, again) != "") {
					t.Fatalf("round %d\n%s\nbecame\n%s\n%s", round, tree.braces(), again.braces(), compare(tree, again))
				}
			}
			if (compare(r.running(), tree) == "") != tree.equal(r.running()) {
				t.Fatalf("round %d: comparison %q of\n%s", round, compare(r.running(), tree), tree.braces())
			}
		}
	}
}

func randomLine(random *rand.Rand) string {
	pick := func(words ...string) string { return words[random.Intn(len(words))] }
	verb := pick("set", "set", "set", "set", "delete", "deactivate", "activate")
	term := "firewall family " + pick("inet", "inet6") + " filter " + pick("A", "B") + " term " + pick("x", "y", "z")
	switch random.Intn(6) {
	case 0:
		return verb + " policy-options prefix-list " + pick("P", "Q") + fmt.Sprintf(" 10.%d.0.0/16", random.Intn(20))
	case 1:
		return verb + " interfaces ge-0/0/1 unit 0 family inet filter " + pick("input A", "output B", "input-list [ A B ]", "input-list B")
	case 2:
		return verb + " " + term + " then " + pick("accept", "discard", "reject", "next term", "count c", "log", "reject tcp-reset")
	case 3:
		return "insert " + term + " " + pick("before", "after") + " term " + pick("x", "y", "z")
	case 4:
		return verb + " " + term + " from " + pick("source-prefix-list P", "source-prefix-list P except", "source-prefix-list Q")
	}
	return verb + " " + term + " from " + pick("destination-port 25", "destination-port smtp", "source-port 1-5", "protocol tcp", "next-header tcp")
}

func TestSessionsAtOnce(t *testing.T) {
	clock := &lab.HandClock{}
	var mu sync.Mutex
	heard := 0
	var r *Router
	r = New("r", Options{Clock: clock, OnConfigLine: func(string) {
		r.Verdict("ge-0/0/1.0", "in", tcp("203.0.113.9", "198.51.100.3", 25))
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
			s.Enter("configure")
			for j := range 20 {
				s.Enter(fmt.Sprintf("set policy-options prefix-list P%d 10.0.%d.0/24", i, j))
				s.Enter("commit confirmed 1")
				s.Prompt()
				clock.Advance(time.Second)
			}
		}()
	}
	all.Wait()
	if heard != 160 {
		t.Errorf("%d configuration lines heard, want 160", heard)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(fleetConfig("r", 1))
	f.Add("set firewall family inet filter F term a from source-address 1.2.3.4/255.0.255.0\ndeactivate firewall family inet filter F")
	f.Add("system { inactive: host-name x; /* y */ services { ssh; } }")
	f.Fuzz(func(t *testing.T, text string) {
		r := New("r", Options{})
		if r.Load(text) != nil {
			return
		}
		again := New("r", Options{})
		if err := again.Load(joined(r.running().sets(nil))); err != nil && !strings.ContainsAny(text, "\"{}[];#/<>\x00\t\v\r") {
			t.Errorf("%q was taken, but not as %q: %v", text, r.running().sets(nil), err)
		}
	})
}

func FuzzEnter(f *testing.F) {
	f.Add("set firewall family inet filter F term a from protocol [ tcp udp ]")
	f.Add("show | compare rollback 0 | match x")
	f.Add("top edit firewall")
	f.Fuzz(func(t *testing.T, line string) {
		r := New("r", Options{Clock: &lab.HandClock{}})
		s := r.Login("a")
		s.Enter(line)
		s.Enter("configure")
		s.Enter(line)
		s.Prompt()
		s.Enter("commit")
		s.Enter(line)
	})
}
