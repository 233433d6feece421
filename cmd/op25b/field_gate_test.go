package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"op25b/journal"
	"op25b/pusher"
)

// The stories of what must stop a push before a router hears of it, or between two waves.

const mondayMorning = "window: { days: [mon], from: \"10:00\", to: \"12:00\", timezone: Asia/Tokyo }\n" // it is 11:00

// quiet wants that a call sent nothing to any router, not even a login.
func (s *site) quiet(code int, words ...string) result {
	s.t.Helper()
	type count struct{ logins, config int }
	traffic := func() (out []count) {
		for _, r := range s.routers {
			t := r.server.Traffic()
			out = append(out, count{t.Logins, t.ConfigBytes})
		}
		return out
	}
	before := traffic()
	r := s.must(code, words...)
	if after := traffic(); !slices.Equal(before, after) {
		s.t.Errorf("op25b %s: logins and bytes in configuration mode were %v, are %v", strings.Join(words, " "), before, after)
	}
	if !strings.Contains(r.err, "op25b: hint: ") {
		s.t.Errorf("there is no hint:\n%s", r.err)
	}
	return r
}

// overrides are the rows of the journal about what was overridden.
func (s *site) overrides() (out []string) {
	_, rows := s.journal()
	for _, w := range rows {
		if w.What == overridden {
			out = append(out, w.Operator+" "+w.Text)
		}
	}
	return out
}

// TestWindowCloses lets the change window close while the first wave soaks: the second one is not
// begun, nor is anything cleaned up when it closes after the last.
func TestWindowCloses(t *testing.T) {
	t.Parallel()
	s := runSite(t, "version: 1\nwaves: [{ name: first, select: { place: front }, soak: 90m }, { name: rest, soak: 90m }]\n"+
		"limits: { parallel: 4, max-failed: 1 }\nconfirm: 5m\n"+mondayMorning, "iosxe", "junos", "iosxr", "rtx")
	before := s.logins()
	r := s.must(3, s.push("next.plan", "--format=json")...)
	s.says(r, "it is mon 12:30 in Asia/Tokyo, and the window is mon 10:00 to 12:00", "op25b resume ")
	s.states(r, "after 0", "after 0", "unknown 3", "unknown 3")
	if now := s.logins(); now[2] != before[2] || now[3] != before[3] {
		t.Error("a router of the second wave was started")
	}
	s.says(s.quiet(6, s.resume("next.plan")...), "the window is mon 10:00 to 12:00", "--outside-window")
	s.says(s.quiet(6, s.push("next.plan")...), "the window is mon 10:00 to 12:00")
	if len(s.overrides()) > 0 {
		t.Errorf("in the journal: %q", s.overrides())
	}

	s.pass(6*24*time.Hour + 22*time.Hour) // Monday again
	r = s.must(3, s.resume("next.plan", "--format=json")...)
	s.states(r, slices.Repeat([]string{"after 3"}, 4)...)
	if strings.Contains(r.out, `"leg":"cleanup","what"`) {
		t.Error("something was cleaned up with the window closed")
	}
	r = s.must(0, s.resume("next.plan", "--outside-window", "--format=json")...)
	s.states(r, slices.Repeat([]string{"cleaned 0"}, 4)...)
	if strings.Contains(r.out, `"what":"soaks"`) {
		t.Error("a wave that has soaked was soaked again")
	}
	run, _ := s.journal()
	if got := s.overrides(); len(got) != 1 || got[0] != run.Operator+" --outside-window" {
		t.Errorf("in the journal: %q", got)
	}
}

// TestFreeze: a frozen day is no day for a push, and one that was forced is in the journal.
func TestFreeze(t *testing.T) {
	t.Parallel()
	s := runSite(t, oneWave+strings.Replace(mondayMorning, " }\n", ", freeze: [{ from: 2026-01-04, to: 2026-01-06 }] }\n", 1), "junos")
	s.says(s.quiet(6, s.push("next.plan")...), "2026-01-05 is in the freeze from 2026-01-04 to 2026-01-06")
	s.must(0, s.push("next.plan", "--outside-window")...)
	if got := s.overrides(); len(got) != 1 || !strings.HasSuffix(got[0], " --outside-window") {
		t.Errorf("in the journal: %q", got)
	}
}

// TestUnapprovedRun: without its approvals a plan is not pushed, inside the window or outside.
func TestUnapprovedRun(t *testing.T) {
	t.Parallel()
	s := runSite(t, oneWave+"approvals: 1\nsigners: [tanaka, suzuki]\n", "iosxe", "rtx")
	s.says(s.quiet(6, s.push("next.plan")...), "has 0 of 1 approval")
	s.says(s.quiet(6, s.push("next.plan", "--outside-window")...), "has 0 of 1 approval")
	if _, err := journal.Read(s.env["OP25B_JOURNAL"]); !os.IsNotExist(err) {
		t.Errorf("there is a journal: %v", err)
	}
}

// TestTwoOperators: while one pushes and a router makes it wait, nobody else can push, resume or take
// back anything of the workspace, and the routers do not hear of it.
func TestTwoOperators(t *testing.T) {
	t.Parallel()
	s := runSite(t, oneWave, "iosxe")
	other := s.rules.clone()
	other.relays = append(other.relays, addrOf("192.0.2.31"))
	s.rules = other
	s.plan("other.plan")
	hangs, goOn := make(chan bool), make(chan bool)
	release := sync.OnceFunc(func() { close(goOn) })
	s.atLine(12, func() { close(hangs); <-goOn })
	first, push := make(chan result, 1), s.push("next.plan", "--patience=10m") // it waits for all that comes below
	go func() { defer close(first); first <- s.run(push...) }()
	defer func() { release(); <-first }()
	select {
	case <-hangs:
	case r := <-first:
		t.Fatalf("it did not hang: exit %d\n%s", r.code, r.err)
	}
	held := regexp.MustCompile(`journal\.db is held by \S+@\S+ \(process \d+\) since 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ`)
	for _, words := range [][]string{s.push("next.plan"), s.push("other.plan"), s.resume("next.plan"),
		{"rollback", "--yes=" + s.open("next.plan").Short()}, {"abort"}, {"confirm"}} {
		if r := s.quiet(6, words...); !held.MatchString(r.err) {
			t.Errorf("%s does not say who has it:\n%s", words[0], r.err)
		}
	}
	s.says(s.must(0, "log", "last"), pusher.Connected)
	release()
	if r := <-first; r.code != 0 {
		t.Fatalf("the first push: exit %d\n%s", r.code, r.err)
	}
	s.says(s.must(6, s.push("other.plan")...), "it changed since the plan was made") // stale now
	s.must(0, s.push("next.plan")...)
}

// TestLockAfterDeath: a push that was killed holds nothing.
func TestLockAfterDeath(t *testing.T) {
	t.Parallel()
	s := runSite(t, oneWave, "iosxr")
	if !s.crash(instants()[0], 3) {
		t.Fatal("the push was not killed")
	}
	if text, err := os.ReadFile(s.env["OP25B_JOURNAL"] + ".lock"); err != nil || len(text) == 0 {
		t.Errorf("who had the lock is not written: %q, %v", text, err)
	}
	l, err := journal.Take(s.env["OP25B_JOURNAL"], "sato")
	if err != nil {
		t.Fatal(err)
	}
	l.Release()
	s.must(0, s.resume("next.plan")...)
}

// TestResumePending goes on where a push was killed between the switch and the confirmation: it is
// confirmed where anybody may, and else it is waited until the router has taken it back.
func TestResumePending(t *testing.T) {
	t.Parallel()
	for _, dialect := range everyDialect() {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			s, _, run := pending(t, dialect)
			now := s.clock.Now()
			r := s.must(0, s.resume("next.plan", "--format=json")...)
			s.states(r, "cleaned 0")
			word, waited := "its timer still runs", s.clock.Now().Sub(now)
			if dialect == "iosxr" || dialect == "rtx" {
				word = "a timer of this run ends in "
			}
			s.says(r, word)
			if slow := dialect == "iosxr" || dialect == "rtx"; slow != (waited > time.Minute) {
				t.Errorf("it waited %s", waited)
			}
			s.pass(time.Hour)
			probes, _, new := s.secondProbes()
			s.arrived(probes, new)
			if last, _ := s.journal(); last.ID != run || last.End != journal.Done {
				t.Errorf("run %s is %q", last.ID, last.End)
			}
		})
	}
}

// TestNoJournal: a push that cannot be written down sends nothing.
func TestNoJournal(t *testing.T) {
	t.Parallel()
	for name, lay := range map[string]func(path string) (string, error){
		"a folder": func(p string) (string, error) { return p, os.Mkdir(p, 0o700) },
		"another file": func(p string) (string, error) {
			return p, os.WriteFile(p, []byte(strings.Repeat("no journal\n", 500)), 0o600)
		},
		"a full disk":   func(p string) (string, error) { return p, os.Symlink("/dev/full", p) },
		"a file on top": func(p string) (string, error) { return filepath.Join(p, "journal.db"), os.WriteFile(p, nil, 0o600) },
		"a damaged journal": func(p string) (string, error) {
			j, err := journal.Open(p)
			if err != nil {
				return p, err
			}
			j.Close()
			text, err := os.ReadFile(p)
			if err != nil {
				return p, err
			}
			return p, os.WriteFile(p, append(text[:100], make([]byte, len(text))...), 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := runSite(t, oneWave, "iosxe")
			path, err := lay(filepath.Join(s.dir, "j.db"))
			if err != nil {
				t.Fatal(err)
			}
			s.env["OP25B_JOURNAL"] = path
			s.says(s.quiet(1, s.push("next.plan")...), s.dir+"/j.db")
			s.quiet(1, s.resume("next.plan")...)
		})
	}
}

// TestOrderOfWaves: one of each dialect first, then some, then the rest; a wave begins when the one
// before is over, and two of a pair are never under way together.
func TestOrderOfWaves(t *testing.T) {
	t.Parallel()
	s := newSite(t, "iosxe", "iosxe", "junos", "junos", "iosxr", "rtx", "junos", "iosxe")
	s.rollout = "version: 1\nwaves: [{ name: canary, one-of-each: dialect }, { name: some, percent: 25 }, { name: rest }]\n" +
		"limits: { parallel: 8, max-failed: 1 }\nconfirm: 5m\npairs: [[iosxe-2, junos-4], [junos-7, iosxe-8]]\n"
	s.ready()
	r := s.must(0, s.push("next.plan", "--format=json")...)
	var waves []string
	under, order := map[string]bool{}, map[string][]string{}
	for _, e := range s.events(r) {
		if e.Leg != "push" {
			continue
		}
		switch e.What {
		case pusher.Connected:
			if len(waves) == 0 || waves[len(waves)-1] != e.Wave {
				if len(under) > 0 {
					t.Errorf("wave %s begins while %v are under way", e.Wave, under)
				}
				waves = append(waves, e.Wave)
			}
			under[e.Device] = true
			order[e.Wave] = append(order[e.Wave], e.Device)
		case pusher.Finished:
			delete(under, e.Device)
		}
		if under["iosxe-2"] && under["junos-4"] || under["junos-7"] && under["iosxe-8"] {
			t.Errorf("two of a pair are under way: %v", under)
		}
	}
	for _, devices := range order {
		slices.Sort(devices)
	}
	if got, want := fmt.Sprint(waves, order["canary"]), "[canary some rest rest-2] [iosxe-1 iosxr-5 junos-3 rtx-6]"; got != want {
		t.Errorf("the waves are %s, want %s", got, want)
	}
	if len(order["some"]) != 1 {
		t.Errorf("a quarter of the four that are left: %v", order["some"])
	}
}

// TestOrderOnDevice: the timer is armed before what it guards is typed, the change is confirmed when
// it was read over a new session, and saved after that.
func TestOrderOnDevice(t *testing.T) {
	t.Parallel()
	s := runSite(t, oneWave, everyDialect()...)
	s.must(0, s.push("next.plan")...)
	_, rows := s.journal()
	for _, r := range s.routers {
		var did, what []string
		for _, w := range rows {
			if w.Device == r.name && w.Leg == "push" {
				did, what = append(did, w.What+" "+w.Text), append(what, w.What)
			}
		}
		at := func(begin string) int {
			i := slices.IndexFunc(did, func(d string) bool { return strings.HasPrefix(d, begin) })
			if i < 0 {
				t.Errorf("%s: there is no %q in\n%s", r.name, begin, strings.Join(did, "\n"))
			}
			return i
		}
		order := map[string][]string{ // what a candidate takes is armed when it is committed
			"iosxe":      {"connecting", "connected", "checked", "arming", "sent configure terminal revert timer 5", "armed", "sent object-group", "sent interface", "switched", "verified", "confirming", "sent configure confirm", "confirmed", "sent write memory", "saved", "finished"},
			"rtx":        {"connecting", "connected", "checked", "arming", "sent rollback timer 300", "armed", "sent ip filter", "sent ip lan2", "switched", "verified", "confirming", "sent confirm", "confirmed", "sent save", "saved", "finished"},
			"iosxr":      {"connecting", "connected", "checked", "sent configure exclusive", "arming", "sent commit confirmed", "switched", "verified", "confirming", "sent commit", "confirmed", "finished"},
			"junos":      {"connecting", "connected", "checked", "sent configure exclusive", "arming", "sent commit confirmed 5", "switched", "verified", "confirming", "sent commit", "confirmed", "finished"},
			"openconfig": {"connecting", "connected", "checked", "trying", "sent edit", "sent replace", "sent delete", "arming", "sent set confirmed 300", "switched", "verified", "confirming", "sent confirm", "confirmed", "finished"},
		}[r.kind.Dialect]
		last := -1
		for _, begin := range order {
			i := at(begin)
			if begin == "sent commit" {
				i = len(what) - 1 - slices.Index(reversed(did), "sent commit")
			}
			if i >= 0 && i <= last {
				t.Errorf("%s: %q comes too early:\n%s", r.name, begin, strings.Join(did, "\n"))
			}
			last = max(last, i)
		}
	}
}

func reversed(list []string) []string {
	out := slices.Clone(list)
	slices.Reverse(out)
	return out
}
