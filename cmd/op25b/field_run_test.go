package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"op25b/journal"
	"op25b/lab"
	"op25b/pusher"
)

// The stories of a run: it is stopped, goes on, is confirmed, ended or taken back by hand.

// waved is a rollout of three waves: the two routers in front, half of the others, and the rest.
func waved(limits string) string {
	return "version: 1\nwaves: [{ name: first, select: { place: front } }, { name: second, percent: 50 }, { name: rest }]\n" +
		"limits: { " + limits + " }\nconfirm: 5m\n"
}

// runSite is routers of which all have the first rules; next.plan is the way to the second, in waves.
func runSite(t *testing.T, rollout string, dialects ...string) *site {
	s := newSite(t, dialects...)
	s.rollout = rollout
	s.ready()
	return s
}

// six are routers enough for three waves of two.
func six() []string { return []string{"iosxe", "junos", "iosxr", "rtx", "iosxe", "openconfig"} }

// resume goes on with the last run of a plan.
func (s *site) resume(name string, more ...string) []string {
	return append([]string{"resume", "--yes=" + s.open(name).Short()}, more...)
}

// fail lets a router refuse the first line, or a Set that binds; well puts all right.
func (r *router) fail() { r.Spoil(r.refusal("")) }

func (r *router) refusal(message string) lab.Fault {
	if r.speaks() {
		return lab.Fault{RefusePath: "/acl/interfaces", Message: message}
	}
	return lab.Fault{RefuseLine: 1, Message: message}
}

func (s *site) well() {
	for _, r := range s.routers {
		r.Spoil(lab.Fault{})
		r.server.Spoil(lab.Wire{})
	}
}

// journal is the journal of the site, and its newest run with its rows.
func (s *site) journal() (journal.Run, []journal.Row) {
	s.t.Helper()
	j, err := journal.Read(s.env["OP25B_JOURNAL"])
	if err != nil {
		s.t.Fatal(err)
	}
	defer j.Close()
	run, err := j.Find("last")
	if err != nil {
		s.t.Fatal(err)
	}
	rows, err := j.Rows(run.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := j.Verify(run.ID); err != nil {
		s.t.Error(err)
	}
	return run, rows
}

// events are what a call told with --format=json.
func (s *site) events(r result) (out []happened) {
	s.t.Helper()
	for line := range strings.Lines(r.out) {
		var one struct {
			Event happened `json:"event"`
		}
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			s.t.Fatal(err)
		}
		if one.Event.What != "" {
			out = append(out, one.Event)
		}
	}
	return out
}

// started are the devices that were connected to, in order, each once.
func (s *site) started(r result) (out []string) {
	for _, e := range s.events(r) {
		if e.What == pusher.Connected && !slices.Contains(out, e.Device) {
			out = append(out, e.Device)
		}
	}
	return out
}

// logins are how often each router was logged in to.
func (s *site) logins() (out []int) {
	for _, r := range s.routers {
		out = append(out, r.server.Traffic().Logins)
	}
	return out
}

// states wants the last state and code of each router, as "after 0".
func (s *site) states(r result, want ...string) {
	s.t.Helper()
	told := s.told(r)
	for i, one := range s.routers {
		o := told[one.name]
		if got := fmt.Sprint(o.State, " ", o.Code); got != want[i] && want[i] != "" {
			s.t.Errorf("%s is %s, want %s: %s", one.name, got, want[i], o.Error)
		}
	}
	if s.t.Failed() {
		s.t.Fatalf("%s%s", tail(r.err), tail(r.out))
	}
}

// says wants words in what a call said.
func (s *site) says(r result, words ...string) {
	s.t.Helper()
	for _, w := range words {
		if !strings.Contains(r.out+r.err, w) {
			s.t.Errorf("it does not say %q:\n%s%s", w, tail(r.err), tail(r.out))
		}
	}
}

// TestResume stops a run three times, in different waves, and goes on until it is done.
func TestResume(t *testing.T) {
	t.Parallel()
	s := runSite(t, waved("parallel: 2, max-failed: 1, max-failed-total: 2"), six()...)
	s.routers[2].fail()
	before := s.logins()
	r := s.must(4, s.push("next.plan", "--format=json")...)
	s.states(r, "after 0", "after 0", "before 4", "after 0", "unknown 3", "unknown 3")
	run, _ := s.journal()
	s.says(r, "op25b resume "+run.ID, "1 of 2 devices failed, 1 in the whole run (max-failed 1, max-failed-total 2)")
	if after := s.logins(); after[4] != before[4] || after[5] != before[5] {
		t.Error("a router of a later wave was started")
	}
	s.states(s.must(0, "status", "--format=json"), "after 0", "after 0", "before 0", "after 0", "before 0", "before 0")

	s.routers[2].fail()
	r = s.must(4, s.resume("next.plan", "--format=json")...)
	s.states(r, "", "", "before 4", "", "unknown 3", "unknown 3")
	if got := s.started(r); got[0] != s.routers[2].name {
		t.Errorf("resumed, it begins with %s: what failed comes first", got)
	}

	s.well()
	s.routers[5].fail()
	r = s.must(4, s.push("next.plan", "--format=json")...) // the same plan goes on in its run
	s.says(r, "run "+run.ID+" of this plan is not over; it goes on")
	s.states(r, "after 0", "after 0", "after 0", "after 0", "", "before 4")

	s.well()
	r = s.must(0, s.resume("next.plan", "--format=json")...)
	if got := s.started(r); got[0] != s.routers[5].name {
		t.Errorf("resumed, it begins with %s: what failed comes first", got)
	}
	s.states(r, slices.Repeat([]string{"cleaned 0"}, 6)...)
	if last, rows := s.journal(); last.ID != run.ID || last.End != journal.Done || len(rows) == 0 {
		t.Errorf("the last run is %s, %q", last.ID, last.End)
	}
	probes, _, new := s.secondProbes()
	s.arrived(probes, new)
	before = s.logins()
	s.says(s.must(6, s.resume("next.plan")...), "run "+run.ID+" is over: done", "op25b rollback "+run.ID)
	s.must(6, "confirm")
	if !slices.Equal(before, s.logins()) {
		t.Error("a run that is over was gone on with")
	}
	s.must(0, s.push("next.plan")...) // a new run, in which all is done
	if last, _ := s.journal(); last.ID != strings.TrimSuffix(run.ID, ".1")+".2" {
		t.Errorf("the new run is %s", last.ID)
	}
}

// TestResumeSpent goes on with a run whose budget is spent: what failed is tried, and the others
// only when that came out well, however many may run side by side.
func TestResumeSpent(t *testing.T) {
	t.Parallel()
	for _, victim := range []int{0, 2, 5} {
		for _, parallel := range []int{1, 4} {
			t.Run(fmt.Sprintf("router %d, %d at once", victim+1, parallel), func(t *testing.T) {
				t.Parallel()
				s := runSite(t, waved(fmt.Sprintf("parallel: %d, max-failed: 1, max-failed-total: 1", parallel)), six()...)
				s.routers[victim].fail()
				s.must(4, s.push("next.plan")...)
				s.routers[victim].fail()
				r := s.must(4, s.resume("next.plan", "--format=json")...)
				if first := s.started(r); first[0] != s.routers[victim].name {
					t.Errorf("it begins with %s", first)
				}
				if again := strings.Count(r.out, `"what":"retreats"`); again != 1 {
					t.Errorf("what failed was tried %d times", again)
				}
				s.well()
				r = s.must(0, s.resume("next.plan", "--format=json")...)
				s.states(r, slices.Repeat([]string{"cleaned 0"}, 6)...)
			})
		}
	}
}

// TestBudgetNeverRelaxes: a failure in the first wave, which went on, and one in a later wave are
// two in the whole run, and waves that went well in between make no room.
func TestBudgetNeverRelaxes(t *testing.T) {
	t.Parallel()
	s := runSite(t, waved("parallel: 1, max-failed: 2, max-failed-total: 2"), six()...)
	s.routers[0].server.Spoil(lab.Wire{Refuse: true}) // one that cannot be reached counts
	s.routers[4].fail()
	before := s.logins()
	r := s.must(4, s.push("next.plan", "--format=json")...)
	s.states(r, "unknown 1", "after 0", "after 0", "after 0", "before 4", "unknown 3")
	s.says(r, "1 of 2 devices failed, 2 in the whole run")
	if s.logins()[5] != before[5] {
		t.Error("a router was started after the budget was spent")
	}
	s.routers[4].fail()
	r = s.must(4, s.resume("next.plan", "--format=json")...)
	s.says(r, "2 in the whole run")
	if got := s.logins()[5]; got != before[5] {
		t.Error("a router was started after the budget was spent")
	}
	s.routers[0].server.Spoil(lab.Wire{}) // the first comes out well now; the other still counts
	s.routers[4].fail()
	s.states(s.must(4, s.resume("next.plan", "--format=json")...), "after 0", "after 0", "after 0", "after 0", "before 4", "after 0")
	s.well()
	s.states(s.must(0, s.resume("next.plan", "--format=json")...), slices.Repeat([]string{"cleaned 0"}, 6)...)
}

// TestLeaveOut goes on without one device, which counts in the whole run.
func TestLeaveOut(t *testing.T) {
	t.Parallel()
	s := runSite(t, waved("parallel: 1, max-failed: 1, max-failed-total: 2"), six()...)
	s.routers[0].server.Spoil(lab.Wire{Refuse: true})
	s.must(3, s.push("next.plan")...)
	before := s.logins()
	s.says(s.must(1, s.resume("next.plan", "--leave-out=nosuch")...), `the plan has no device "nosuch"`)
	r := s.must(3, s.resume("next.plan", "--leave-out", s.routers[0].name, "--format=json")...)
	s.states(r, "unknown 3", "after 0", "after 0", "after 0", "after 0", "after 0") // nothing is cleaned up while one is missing
	if s.logins()[0] != before[0] {
		t.Error("what was left out was tried")
	}
	run, rows := s.journal()
	if run.End != "" || !slices.ContainsFunc(rows, func(w journal.Row) bool { return w.What == overridden && w.Text == "--leave-out "+s.routers[0].name }) {
		t.Errorf("the run is %q; what was left out is not in the journal", run.End)
	}
	s.routers[3].edit(stepOf(s.open("next.plan"), s.routers[3].name).Undo...) // somebody took it back
	s.routers[3].fail()
	s.says(s.must(4, s.resume("next.plan", "--leave-out", s.routers[0].name)...), "2 in the whole run")
	s.well()
	s.states(s.must(0, s.resume("next.plan", "--format=json")...), slices.Repeat([]string{"cleaned 0"}, 6)...)
}

// pending leaves a router on which a push was killed when it had read the change back, and before it
// confirmed. It gives the run.
func pending(t *testing.T, dialect string) (*site, *router, string) {
	t.Helper()
	twin := runSite(t, oneWave, dialect)
	twin.must(0, twin.push("next.plan")...)
	_, rows := twin.journal()
	k := 1 + slices.IndexFunc(rows, func(w journal.Row) bool { return w.What == pusher.Verified })
	s := runSite(t, oneWave, dialect)
	if !s.crash(instants()[0], k) {
		t.Fatal("the push was not killed")
	}
	run, rows := s.journal()
	if last := rows[len(rows)-1].What; last != pusher.Verified {
		t.Fatalf("it was killed after %s", last)
	}
	return s, s.routers[0], run.ID
}

// TestConfirm keeps by hand what a killed push left pending, where anybody may; else it says why
// not, and the router takes the change back.
func TestConfirm(t *testing.T) {
	t.Parallel()
	for _, dialect := range everyDialect() {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			s, r, run := pending(t, dialect)
			probes, old, new := s.secondProbes()
			status := s.must(0, "status")
			if !regexp.MustCompile(r.name + ` +all +pending, reverts in [1-5]m`).MatchString(status.out) {
				t.Errorf("status says\n%s", status.out)
			}
			s.says(s.must(1, "confirm", run, "nosuch"), `the plan has no device "nosuch"`)
			if dialect == "iosxr" || dialect == "rtx" {
				s.says(s.must(6, "confirm", run, r.name), "only the session that started its timer can confirm", "it takes the change back in ", "hint: ")
				s.pass(10 * time.Minute)
				s.arrived(probes, old)
				s.states(s.must(0, "status", "--format=json"), "before 0")
			} else {
				s.states(s.must(0, "confirm", run, r.name, "--format=json"), "after 0")
				s.pass(time.Hour)
				s.arrived(probes, new)
				if dialect == "iosxe" {
					r.Restart()
					s.arrived(probes, new)
				}
				s.says(s.must(0, "confirm", run), "nothing of run "+run+" is pending")
			}
			s.states(s.must(0, s.resume("next.plan", "--format=json")...), "cleaned 0")
			s.arrived(probes, new)
		})
	}
}

// TestAbort takes back what a killed push left pending: at once where the router can do that, and
// else it waits for its timer.
func TestAbort(t *testing.T) {
	t.Parallel()
	for _, dialect := range everyDialect() {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			s, _, run := pending(t, dialect)
			probes, old, _ := s.secondProbes()
			now := s.clock.Now()
			r := s.must(0, "abort", run, "--format=json")
			s.states(r, "before 0")
			waited := s.clock.Now().Sub(now)
			if slow := dialect == "iosxr" || dialect == "rtx"; slow != (waited > time.Minute) || slow && !strings.Contains(r.out, `"what":"waits"`) {
				t.Errorf("it waited %s", waited)
			}
			s.arrived(probes, old)
			if last, _ := s.journal(); last.End != journal.Aborted {
				t.Errorf("the run is %q", last.End)
			}
			s.says(s.must(6, s.resume("next.plan")...), "is over: aborted")
			s.pass(time.Hour)
			s.arrived(probes, old)
			s.must(0, s.push("next.plan")...)
		})
	}
}

// TestRollbackRun takes a run back: a device, a wave and all of it, with the window closed and the plan
// file gone. One that cannot go back keeps none of the others from it.
func TestRollbackRun(t *testing.T) {
	t.Parallel()
	s := runSite(t, waved("parallel: 2, max-failed: 1, max-failed-total: 1")+
		"window: { days: [mon], from: \"10:00\", to: \"12:00\", timezone: Asia/Tokyo }\n", six()...)
	probes, old, _ := s.secondProbes()
	s.must(0, s.push("next.plan", "--through=second")...)
	s.states(s.must(0, s.push("next.plan", "--wave=rest", "--format=json")...), "", "", "", "", "after 0", "after 0")
	if run, _ := s.journal(); run.End != "" {
		t.Errorf("the run is %q, though nothing was cleaned up", run.End)
	}
	yes := "--yes=" + s.open("next.plan").Short()
	s.pass(3 * time.Hour) // the window is closed
	s.says(s.must(6, "resume", yes), "the window is mon 10:00 to 12:00")
	if err := os.Remove(s.file("next.plan")); err != nil {
		t.Fatal(err)
	}
	back := func(code int, words ...string) result {
		t.Helper()
		return s.must(code, append([]string{"rollback", yes, "--format=json"}, words...)...)
	}
	where := func(want ...string) {
		t.Helper()
		s.states(s.must(0, "status", "--format=json"), want...)
	}
	s.says(back(1, "--device=nosuch"), `the plan has no device "nosuch"`)
	where(slices.Repeat([]string{"after 0"}, 6)...)
	back(0, "--device="+s.routers[0].name)
	where("before 0", "after 0", "after 0", "after 0", "after 0", "after 0")
	back(0, "--wave=second")
	where("before 0", "after 0", "before 0", "before 0", "after 0", "after 0")

	text := s.routers[1].Running()
	s.routers[1].edit(editOurs(s.routers[1])...)
	s.routers[4].hand("enable", "configure terminal", "ip route 198.51.100.0 255.255.255.0 192.0.2.1")
	r := back(6)
	s.says(r, "it changed since the plan was made", "somebody's work on it is not saved")
	where("before 0", "other 0", "before 0", "before 0", "after 0", "before 0")
	if err := s.routers[1].Load(text); err != nil {
		t.Fatal(err)
	}
	s.routers[4].hand("enable", "write memory")
	back(0)
	where(slices.Repeat([]string{"before 0"}, 6)...)
	s.arrived(probes, old)
	run, rows := s.journal()
	if run.End != journal.RolledBack || !slices.ContainsFunc(rows, func(w journal.Row) bool { return w.Leg == "undo" && w.What == pusher.Sent }) {
		t.Errorf("the run is %q", run.End)
	}
	back(0) // once more: there is nothing to do
	if again, _ := s.journal(); again.End != journal.RolledBack || again.ID != run.ID {
		t.Errorf("the run is %q", again.End)
	}
}
