package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"op25b/lab"
	"op25b/lab/openconfig"
)

// The stories of one Set: that takes more than it says, that comes late, and whose confirmation gets lost.

// TestUnionReplace: where the inventory says so the lists are set by union_replace. A router that takes it for
// these lists comes out well. One that replaces everything by it is found out when it is read over a new channel,
// and has all back.
func TestUnionReplace(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]openconfig.Options{"whole": {}, "with an empty list of interfaces": {NoInterfaces: true}} {
		for _, all := range []bool{false, true} {
			t.Run(name+map[bool]string{false: ", for a part", true: ", for everything"}[all], func(t *testing.T) {
				t.Parallel()
				s := emptySite(t)
				r := s.add(treeKind(o), nil)
				r.extra = "    set: union_replace\n"
				s.ready()
				p := s.open("next.plan")
				probes, old, new := s.secondProbes()
				s.watch(p, probes, old, new)
				text, from := r.Running(), len(r.configured())
				r.Spoil(lab.Fault{UnionAll: all})
				if !all {
					s.must(0, s.push("next.plan")...)
					if !slices.ContainsFunc(r.sets(from), func(w string) bool { return strings.Contains(w, "2 union_replace") }) {
						t.Errorf("it was told %q", r.sets(from))
					}
					s.arrived(probes, new)
					if !strings.Contains(r.Running(), "PROTECT-CORE") {
						t.Error("a list of others is gone")
					}
					s.unwatch()
					return
				}
				out := s.must(4, s.push("next.plan", "--format=json")...)
				s.states(out, "before 4")
				s.pass(time.Hour)
				if now := r.Running(); now != text {
					t.Errorf("it is said to be as it was, but is\n%s\nand was\n%s", now, text)
				}
				s.unwatch()
			})
		}
	}
}

// TestUnionReplaceFirst: the first change of a router has nothing of ours that could be missing afterwards; what
// others have must still be there.
func TestUnionReplaceFirst(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]openconfig.Options{"whole": {}, "with an empty list of interfaces": {NoInterfaces: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := emptySite(t)
			r := s.add(treeKind(o), nil)
			r.extra = "    set: union_replace\n"
			s.plan("first.plan")
			text := r.Running()
			r.Spoil(lab.Fault{UnionAll: true})
			out := s.must(4, s.push("first.plan", "--format=json")...)
			s.says(out, " is gone")
			s.states(out, "before 4")
			s.pass(time.Hour)
			if now := r.Running(); now != text {
				t.Errorf("it is said to be as it was, but is\n%s\nand was\n%s", now, text)
			}
		})
	}
}

// TestUnionReplaceDeath: a push died when a union_replace was set. Nobody confirms it without having seen what was
// there before: it is taken back, and set anew, and so it is found out.
func TestUnionReplaceDeath(t *testing.T) {
	t.Parallel()
	for _, all := range []bool{false, true} {
		t.Run(fmt.Sprint("for everything: ", all), func(t *testing.T) {
			t.Parallel()
			s := emptySite(t)
			r := s.add(openconfig.Kind(), nil)
			r.extra = "    set: union_replace\n"
			s.plan("next.plan")
			text := r.Running()
			r.Spoil(lab.Fault{UnionAll: all})
			set := 0 // the number of the line that sets
			s.striking(func(n int, _ bool) bool {
				if last := r.typed; set == 0 && len(last) > 0 && strings.HasPrefix(last[len(last)-1].text, "Set commit 300s") {
					set = n
				}
				return false
			})
			s.run(s.push("next.plan")...)
			s.striking(nil)
			if set == 0 {
				t.Fatal("nothing was set")
			}
			if err := r.Load(text); err != nil {
				t.Fatal(err)
			}
			if !s.crash(instants()[1], set) {
				t.Fatal("the push was not killed")
			}
			s.states(s.must(0, "status", "--format=json"), "pending 0")
			s.says(s.must(6, "confirm"), "it was set by union_replace", "op25b abort")
			if !all {
				s.states(s.must(0, s.resume("next.plan", "--format=json")...), "after 0")
				return
			}
			s.says(s.must(4, s.resume("next.plan", "--format=json")...), "union_replace took more than our lists")
			s.pass(time.Hour)
			if r.Running() != text {
				t.Errorf("it is\n%s", r.Running())
			}
		})
	}
}

// TestLateSet: the connection breaks at the Set, which was on its way and arrives when the router was found
// unchanged: it is looked for once more, and taken back. What comes even later the router takes back itself.
func TestLateSet(t *testing.T) {
	t.Parallel()
	for _, late := range []time.Duration{time.Second, 25 * time.Second, 2 * time.Minute} {
		t.Run(late.String(), func(t *testing.T) {
			t.Parallel()
			s := runSite(t, oneWave, "openconfig")
			r := s.routers[0]
			probes, old, new := s.secondProbes()
			s.watch(s.open("next.plan"), probes, old, new)
			var held func()
			var due time.Time
			r.holding(func(rpc string, carry func()) bool {
				if !strings.HasPrefix(rpc, "Set commit 300s") || held != nil {
					return false
				}
				held, due = carry, s.clock.Now().Add(late)
				return true
			})
			arrived := false
			arrive := func() {
				if r.mu.Lock(); held != nil && !arrived && !s.clock.Now().Before(due) {
					arrived = true
					held()
					r.look("Set commit 300s")
				}
				r.mu.Unlock()
			}
			s.nap = func(ctx context.Context, d time.Duration) error {
				for ; d > 0; d -= time.Second {
					s.pass(min(d, time.Second))
					arrive()
				}
				return context.Cause(ctx)
			}
			out := s.must(4, s.push("next.plan", "--format=json")...)
			s.states(out, "before 4")
			if arrived != (late < time.Minute) {
				t.Fatalf("it has arrived: %v", arrived)
			}
			s.arrived(probes, old)
			s.states(s.must(0, "status", "--format=json"), "before 0")
			if late > time.Minute { // nobody waits so long
				s.nap(t.Context(), late)
				s.arrived(probes, new)
				s.states(s.must(0, "status", "--format=json"), "pending 0")
			}
			s.pass(time.Hour)
			s.arrived(probes, old)
			s.unwatch()
			s.must(0, s.resume("next.plan")...)
			s.arrived(probes, new)
		})
	}
}

// TestLostConfirm: a confirmation whose answer is lost is said again over a new connection, whether it was
// carried out or not: the change is kept.
func TestLostConfirm(t *testing.T) {
	t.Parallel()
	for _, carried := range []bool{false, true} {
		t.Run(fmt.Sprint("carried out: ", carried), func(t *testing.T) {
			t.Parallel()
			s := runSite(t, oneWave, "openconfig")
			r := s.routers[0]
			set, lost := false, 0
			r.holding(func(rpc string, carry func()) bool {
				set = set || strings.HasPrefix(rpc, "Set commit 300s")
				if !set || rpc != "Set confirm" || lost > 0 {
					return false
				}
				lost++
				if carried {
					carry()
				}
				return true
			})
			s.states(s.must(0, s.push("next.plan", "--format=json")...), "cleaned 0")
			if lost != 1 {
				t.Errorf("%d confirmations were lost", lost)
			}
			s.pass(time.Hour)
			probes, _, new := s.secondProbes()
			s.arrived(probes, new)
		})
	}
}
