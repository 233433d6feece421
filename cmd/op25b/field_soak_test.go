package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"op25b/journal"
	"op25b/lab"
	"op25b/pusher"
)

// The stories of what is seen after a switch: by the signals of a soak, and when it is too late to go back.

const soaking = "version: 1\nwaves: [{ name: first, select: { place: front }, soak: 30m }, { name: rest }]\n" +
	"limits: { parallel: 2, max-failed: 1, max-failed-total: 1 }\nconfirm: 5m\n"

// soakFails lets a wave soak badly: it is undone, what was found counts and is in the journal, and when the
// cause is gone the run ends well.
func (s *site) soakFails(says string, right func()) {
	s.t.Helper()
	probes, old, new := s.secondProbes()
	before := s.logins()
	r := s.must(4, s.push("next.plan", "--format=json")...)
	s.says(r, says, "the soak failed; the wave is undone")
	s.arrived(probes, old)
	for i := 2; i < len(s.routers); i++ {
		if s.logins()[i] != before[i] {
			s.t.Errorf("%s of the next wave was started", s.routers[i].name)
		}
	}
	victim := s.routers[0].name
	_, rows := s.journal()
	if !slices.ContainsFunc(rows, func(w journal.Row) bool {
		return w.Device == victim && w.Leg == "soak" && w.What == pusher.Finished && strings.Contains(w.Text, says)
	}) {
		s.t.Errorf("why the wave was undone is not in the journal")
	}
	s.states(s.must(0, "status", "--format=json"), "before 0", "before 0", "before 0")
	right()
	r = s.must(0, s.resume("next.plan", "--format=json")...)
	if got := s.started(r); got[0] != victim {
		s.t.Errorf("it begins with %s: what did not stand the soak has failed", got)
	}
	if n := strings.Count(r.out, `"what":"soaks"`); n != 1 {
		s.t.Errorf("it soaked %d times", n)
	}
	s.arrived(probes, new)
	s.must(0, s.push("next.plan")...)
}

// TestSoakLog: a line in the log that the hardware did not take the filter undoes the wave.
func TestSoakLog(t *testing.T) {
	t.Parallel()
	for _, dialect := range []string{"iosxe", "iosxr", "junos"} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			s := runSite(t, soaking, dialect, "rtx", "junos")
			s.routers[0].Spoil(lab.Fault{TCAMLog: true})
			s.soakFails("its log says: ", s.well)
		})
	}
}

// TestSoakStanding: packets that the last permit took before the switch, and takes no more. A Junos term that
// accepts the rest is not counted, and an RTX counts nothing.
func TestSoakStanding(t *testing.T) {
	t.Parallel()
	for _, dialect := range []string{"iosxe", "iosxr", "openconfig"} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			s := runSite(t, soaking, dialect, "rtx", "junos")
			r := s.routers[0]
			web := lab.Packet{Src: addrOf("100.64.5.5"), Dst: addrOf("9.9.9.9"), Protocol: 6, SrcPort: 1025, DstPort: 443}
			mail := web
			mail.DstPort = 25
			s.striking(func(_ int, done bool) bool {
				if before, _ := r.Verdict(r.kind.Interface, "in", mail); before && !done {
					r.Send(r.kind.Interface, "in", web)
				}
				return false
			})
			s.soakFails("stands still at ", func() {
				s.striking(func(_ int, done bool) bool {
					if !done {
						r.Send(r.kind.Interface, "in", web)
					}
					return false
				})
			})
		})
	}
}

// TestSoakedOnce: a wave that has soaked is not soaked again when the run goes on, but it is when it
// was taken back in between.
func TestSoakedOnce(t *testing.T) {
	t.Parallel()
	s := runSite(t, soaking, "iosxe", "junos", "iosxr")
	s.routers[2].fail()
	s.must(4, s.push("next.plan")...)
	now := s.clock.Now()
	s.routers[2].fail()
	s.must(4, s.resume("next.plan")...)
	if waited := s.clock.Now().Sub(now); waited > 20*time.Minute {
		t.Errorf("it soaked again, %s", waited)
	}
	s.must(0, "rollback", "--yes="+s.open("next.plan").Short(), "--wave=first")
	now = s.clock.Now()
	s.must(3, s.resume("next.plan")...) // the third one still counts
	s.must(0, s.resume("next.plan", "--wave=rest")...)
	s.must(0, s.resume("next.plan")...)
	if waited := s.clock.Now().Sub(now); waited < 30*time.Minute {
		t.Errorf("the wave that was taken back did not soak again: %s", waited)
	}
	probes, _, new := s.secondProbes()
	s.arrived(probes, new)
}

// TestRollbackCleaned: once the old lists are gone there is nothing to go back to, and it says what to type.
func TestRollbackCleaned(t *testing.T) {
	t.Parallel()
	s := runSite(t, oneWave, everyDialect()...)
	s.must(0, s.push("next.plan")...)
	probes, _, new := s.secondProbes()
	texts := map[string]string{}
	for _, r := range s.routers {
		texts[r.name] = r.Running()
	}
	s.says(s.must(6, "rollback", "--yes="+s.open("next.plan").Short()), "it was cleaned up", "op25b plan --at DATE -o FILE")
	s.arrived(probes, new)
	for _, r := range s.routers {
		if r.Running() != texts[r.name] {
			t.Errorf("%s was changed", r.name)
		}
	}
	if run, _ := s.journal(); run.End != journal.Done {
		t.Errorf("nothing was taken back, but the run is %q", run.End)
	}
}

// A run died while a router that does not show its timer was on trial: no other plan is pushed to it
// until that is over.
func TestOtherPlanOnTrial(t *testing.T) {
	for _, dialect := range []string{"iosxr", "rtx"} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			s, _, id := pending(t, dialect)
			s.must(0, "plan", "-o", s.file("third.plan"), "--author=jiro")
			r := s.run(s.push("third.plan")...)
			if s.want(r, 6, "push third.plan"); !strings.Contains(r.err, "a timer of run "+id+" may still go on") || !strings.Contains(r.err, "op25b resume "+id) {
				t.Errorf("%s", r.err)
			}
		})
	}
}
