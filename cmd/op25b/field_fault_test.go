package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	status "google.golang.org/grpc/codes"

	"op25b/lab"
	"op25b/plan"
)

// mishap is one way in which a router or the line to it fails in the middle of a push.
type mishap struct {
	name     string
	dialects []string // empty for all
	lay      func(r *router, k int)
	over     func(n int, dialect string) int // the last k that makes sense, of a step with n lines (of gNMI: RPCs); 0: k plays no part
	codes    []int                           // what the failing router may come out as
}

func mishaps() []mishap {
	lines := func(n int, _ string) int { return n }
	typed := func(n int, dialect string) int { // what is typed besides: enter, confirm, and what an RTX is asked
		return n + map[string]int{"iosxe": 4, "iosxr": 4, "junos": 4, "rtx": 16}[dialect]
	}
	half := func(n int, _ string) int { return n / 2 } // of the RPCs of a push are Sets, or less
	once := func(int, string) int { return 0 }
	gnmi := []string{"openconfig"}
	fault := func(f func(k int) lab.Fault) func(*router, int) {
		return func(r *router, k int) { r.Spoil(f(k)) }
	}
	wire := func(w func(k int) lab.Wire, f lab.Fault) func(*router, int) {
		return func(r *router, k int) {
			line := w(k)
			if r.speaks() { // every RPC counts
				line.DropAt, line.HangAt, line.DropConfigAt, line.HangConfigAt = line.DropConfigAt, line.HangConfigAt, 0, 0
			}
			r.Spoil(f)
			r.server.Spoil(line)
		}
	}
	drop := func(k int) lab.Wire { return lab.Wire{DropConfigAt: k} }
	lost := func(k int) lab.Wire { return lab.Wire{DropConfigAt: k, Lost: true} }
	hang := func(k int) lab.Wire { return lab.Wire{HangConfigAt: k} }
	hangLost := func(k int) lab.Wire { return lab.Wire{HangConfigAt: k, Lost: true} }
	return []mishap{
		{"it refuses a line", everyTyped(), fault(func(k int) lab.Fault { return lab.Fault{RefuseLine: k} }), lines, []int{4}},
		{"it refuses a line in words that nobody knows", everyTyped(), fault(func(k int) lab.Fault { return lab.Fault{RefuseLine: k, Message: "Hm, better not"} }), lines, []int{4}},
		{"somebody numbers its lists anew", []string{"iosxe", "iosxr"}, fault(func(k int) lab.Fault { return lab.Fault{RenumberAt: k} }), lines, []int{0, 4, 5}},
		{"it restarts", everyTyped(), fault(func(k int) lab.Fault { return lab.Fault{RebootAt: k} }), lines, []int{4}},
		{"the connection breaks after a line", nil, wire(drop, lab.Fault{}), typed, []int{0, 1, 4, 5}},
		{"the connection breaks before a line", nil, wire(lost, lab.Fault{}), typed, []int{0, 1, 4, 5}},
		{"the connection breaks, and the timer fires at once", everyTyped(), wire(drop, lab.Fault{CutTimer: "fire"}), typed, []int{0, 1, 4, 5}},
		{"the connection breaks, and the timer is forgotten", everyTyped(), wire(drop, lab.Fault{CutTimer: "cancel"}), typed, []int{0, 1, 4, 5}},
		{"it hangs after a line", nil, wire(hang, lab.Fault{}), typed, []int{0, 1, 4, 5}},
		{"it hangs before a line", nil, wire(hangLost, lab.Fault{}), typed, []int{0, 1, 4, 5}},
		{"its hardware is full", []string{"iosxr", "junos", "openconfig"}, fault(func(int) lab.Fault { return lab.Fault{TCAMEntries: 2} }), once, []int{4}},
		// An IOS-XE takes the line, and a log message says what became of it.
		{"its hardware is full, says a log message", []string{"iosxe"}, fault(func(int) lab.Fault {
			return lab.Fault{TCAMEntries: 1, Message: "*Jan  5 02:00:00.000: %FMCORE-4-RACL_REDUCED: Interface Gi0/0/1 routed traffic will be software switched in ingress direction"}
		}), once, []int{4}},
		{"its memory is full", []string{"rtx"}, fault(func(int) lab.Fault { return lab.Fault{TCAMEntries: 9} }), once, []int{4}},
		// An XR and an RTX do not show whether their timer runs.
		{"it takes the confirmation, and goes on counting", []string{"iosxe", "junos", "openconfig"}, fault(func(int) lab.Fault { return lab.Fault{SkipConfirm: true} }), once, []int{4, 5}},
		// Of what speaks gNMI. What the router is asked before its change are Sets too, and a refusal there is one.
		{"it refuses a Set", gnmi, fault(func(k int) lab.Fault { return lab.Fault{RefuseLine: k} }), half, []int{0, 1, 4, 5, 6}},
		{"it refuses a Set in a way that says nothing", gnmi, fault(func(k int) lab.Fault { return lab.Fault{RefuseLine: k, RefuseCode: int(status.Internal)} }), half, []int{0, 1, 4, 5, 6}},
		{"it refuses a Set for want of rights", gnmi, fault(func(k int) lab.Fault { return lab.Fault{RefuseLine: k, RefuseCode: int(status.PermissionDenied)} }), half, []int{0, 1, 4, 5, 6}},
		{"it restarts after a Set", gnmi, fault(func(k int) lab.Fault { return lab.Fault{RebootAt: k} }), half, []int{0, 1, 4, 5}},
		{"the answer to a Set that it carried out is lost", gnmi, fault(func(k int) lab.Fault { return lab.Fault{LoseAnswer: k} }), half, []int{0, 1, 4, 5}},
		{"a Set is lost", gnmi, fault(func(k int) lab.Fault { return lab.Fault{LoseSet: k} }), half, []int{0, 1, 4, 5}},
		{"it is slow", gnmi, fault(func(int) lab.Fault { return lab.Fault{Late: 100 * time.Millisecond} }), once, []int{0}},
		{"it answers too late", gnmi, fault(func(int) lab.Fault { return lab.Fault{Late: 2 * time.Second} }), once, []int{1}},
		{"it refuses a leaf", gnmi, fault(func(int) lab.Fault {
			return lab.Fault{RefusePath: "/acl/acl-sets/acl-set/acl-entries/acl-entry/transport/config/destination-port"}
		}), once, []int{4}},
		{"it refuses a leaf in a way that says nothing", gnmi, fault(func(int) lab.Fault {
			return lab.Fault{RefusePath: "/acl/interfaces", RefuseCode: int(status.Unknown)}
		}), once, []int{4}},
		{"it ignores the Commit extension", gnmi, fault(func(int) lab.Fault { return lab.Fault{IgnoreCommit: true} }), once, []int{6}},
		{"it does not compare the ids of commits", gnmi, fault(func(int) lab.Fault { return lab.Fault{AnyID: true} }), once, []int{6}},
		{"it takes no change back by itself", gnmi, fault(func(int) lab.Fault { return lab.Fault{NeverReverts: true} }), once, []int{6}},
		{"its union_replace replaces everything", gnmi, fault(func(int) lab.Fault { return lab.Fault{UnionAll: true} }), once, []int{4}},
	}
}

// patience is how long a push waits for each answer. It is short only where there is none to wait for:
// else a machine that is busy would look like a router that is.
func (m mishap) patience() time.Duration {
	if strings.HasPrefix(m.name, "it hangs") || m.name == "it answers too late" {
		return 1500 * time.Millisecond
	}
	return 5 * time.Minute
}

// newMishapSite is a router that will fail, one that is changed with it, and one after it; all
// of them have the first phase, and next.plan is the way to the second.
func newMishapSite(t *testing.T, dialect, of string) *site {
	beside := after(dialect)
	s := newSite(t, dialect, beside, "junos")
	if of == "its union_replace replaces everything" {
		s.routers[0].extra = "    set: union_replace\n"
	}
	s.rollout = fmt.Sprintf("version: 1\nwaves: [{ name: first, select: { place: front } }, { name: rest }]\n%s",
		"limits: { parallel: 4, max-failed: 1, max-failed-total: 1 }\nconfirm: 5m\n")
	s.ready()
	return s
}

// ready brings the first rules onto the routers, by hand, and makes the plan to the second.
func (s *site) ready() {
	s.t.Helper()
	s.write()
	for _, r := range s.routers {
		if err := os.WriteFile(s.file(r.name+".cfg"), []byte(r.Running()), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	s.must(0, "plan", "-o", s.file("first.plan"), "--running", s.dir)
	for _, r := range s.routers {
		r.edit(stepOf(s.open("first.plan"), r.name).Do...)
	}
	s.rules = secondRules(s.rules)
	s.plan("next.plan")
}

// secondRules are rules with a phase and a relay more.
func secondRules(r rules) rules {
	out := r.clone()
	out.relays = append(out.relays, addrOf("192.0.2.30"))
	out.phases = append(out.phases, phaseRule{name: "all", start: "2026-01-02", action: "block"})
	return out
}

// mishap lets a push meet a mishap. It gives what was told of the router that failed.
func (s *site) mishap(m mishap, k int) told {
	s.t.Helper()
	p := s.open("next.plan")
	victim, later := s.routers[0], s.routers[2]
	probes, old, new := s.secondProbes()
	s.watch(p, probes, old, new)
	text := victim.Running()
	if strings.HasPrefix(m.name, "it restarts") {
		victim.allow(func(string) bool { return true })
	}
	m.lay(victim, k)
	logins := later.server.Traffic().Logins
	r := s.run(s.push("next.plan", "--format=json", "--patience="+m.patience().String())...)
	o := s.told(r)
	where := fmt.Sprintf("%s at line %d", m.name, k)
	if !slices.Contains(m.codes, o[victim.name].Code) {
		s.t.Errorf("%s: %s comes out as %+v, want one of %v", where, victim.name, o[victim.name], m.codes)
	}
	if o[victim.name].Code != 0 && o[victim.name].State != "cleaned" && later.server.Traffic().Logins != logins && !afterwards(r) {
		s.t.Errorf("%s: %s was started after the budget was spent", where, later.name)
	}
	if now := victim.Running(); o[victim.name].Code == 6 && !afterwards(r) && now != text {
		s.t.Errorf("%s: %s was refused, and is changed\n%s", where, victim.name, now)
	}
	s.truthful(where, r, p, probes, old, new)
	s.converges(where, probes, new)
	return o[victim.name]
}

// afterwards reports whether the failure came in the cleanup, when all were changed.
func afterwards(r result) bool { return strings.Contains(r.out, ": cleanup: ") }

// secondProbes are the packets on the edges of both policies, with their verdicts.
func (s *site) secondProbes() (probes []lab.Packet, old, new []bool) {
	probes = probesOf(firstRules(), s.rules, 120, seeded(7))
	return probes, firstRules().verdicts(probes, s.today()), s.rules.verdicts(probes, s.today())
}

// truthful holds what a push said against what the routers do, now and an hour later.
func (s *site) truthful(where string, r result, p plan.Plan, probes []lab.Packet, old, new []bool) {
	s.t.Helper()
	told := s.told(r)
	want := 0
	for _, c := range []int{1, 6, 3, 4, 5} { // the last that any has
		for _, o := range told {
			if o.Code == c {
				want = c
			}
		}
	}
	if r.code != want && !(r.code == 130 && want != 4 && want != 5) {
		s.t.Errorf("%s: exit %d, but the devices ask for %d\n%s%s", where, r.code, want, r.err, r.out)
	}
	check := func(when string) {
		for _, one := range s.routers {
			o := told[one.name]
			var list []bool
			switch {
			case strings.Contains(o.Error, ": cleanup: "): // whatever becomes of it, the new lists stay bound
				list = new
			case o.Code == 4 || o.State == "before" || o.Code == 1 || o.Code == 6 || o.State == "pending" && when == "an hour later":
				list = old
			case o.Code == 0 || o.State == "after" && o.Code != 5 || o.State == "cleaned":
				list = new
			}
			if list == nil {
				continue
			}
			if wrong := one.differ(probes, list); wrong != "" {
				s.t.Errorf("%s: %s, %s came out as %+v, but %s\n%s", where, when, one.name, o, wrong, tail(one.server.Transcript()))
			}
		}
	}
	check("at once")
	s.pass(time.Hour)
	check("an hour later")
	s.unwatch()
	if s.t.Failed() {
		s.t.Logf("%s%s", tail(r.err), tail(r.out))
	}
}

// converges puts all routers right and pushes again; if one has changed, it is planned anew.
func (s *site) converges(where string, probes []lab.Packet, new []bool) {
	s.t.Helper()
	for _, r := range s.routers {
		r.Spoil(lab.Fault{})
		r.server.Spoil(lab.Wire{})
	}
	status := s.run("status", s.file("next.plan"), "--format=json")
	s.want(status, 0, "status, after "+where)
	var accept []string
	for _, r := range s.routers {
		accept = append(accept, "--accept-unsaved", r.name)
	}
	again := s.run(s.push("next.plan", accept...)...)
	if again.code != 0 && strings.Contains(again.out, "it changed since the plan was made") {
		s.plan("again.plan")
		again = s.run(s.push("again.plan", accept...)...)
	}
	s.want(again, 0, "push again, after "+where)
	for _, r := range s.routers {
		r.Restart()
	}
	s.arrived(probes, new)
	s.must(0, "diff")
}

// TestInterrupt interrupts a push of all four dialects at random lines.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	runs := 8
	if sweeping() {
		runs = 80
	}
	rnd := seeded(6)
	for i := range runs {
		k := 1 + rnd.IntN(i*20+10)
		t.Run(fmt.Sprintf("line %d", k), func(t *testing.T) {
			t.Parallel()
			s := newSite(t, everyDialect()...)
			s.ready()
			p := s.open("next.plan")
			probes, old, new := s.secondProbes()
			s.watch(p, probes, old, new)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s.atLine(k, cancel)
			r := s.runWith(ctx, "", s.push("next.plan", "--format=json")...)
			if ctx.Err() == nil && r.code != 0 {
				t.Errorf("exit %d without an interrupt\n%s%s", r.code, r.err, r.out)
			}
			s.truthful(fmt.Sprintf("interrupted at line %d", k), r, p, probes, old, new)
			s.converges(fmt.Sprintf("interrupted at line %d", k), probes, new)
		})
	}
}
