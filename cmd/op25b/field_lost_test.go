package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"op25b/lab"
)

// TestLostInSoak: a device that was changed, and is out of reach at the end of its soak, is in a state that
// nobody knows (5); it is not one to which nothing was sent (1), or of which nothing was changed (6).
func TestLostInSoak(t *testing.T) {
	t.Parallel()
	refuses := func(r *router) { r.server.Spoil(lab.Wire{Refuse: true}) }
	for _, c := range []struct {
		name, dialect string
		spoil         func(r *router)
	}{
		{"out of reach", "openconfig", refuses},
		{"out of reach", "junos", refuses},
		{"another host key", "junos", func(r *router) { r.server.ChangeHostKey() }},
	} {
		t.Run(c.name+" "+c.dialect, func(t *testing.T) {
			t.Parallel()
			s := runSite(t, soaking, c.dialect)
			r := s.routers[0]
			done := false
			s.nap = func(ctx context.Context, d time.Duration) error {
				if d > time.Minute && !done { // the soak
					done = true
					c.spoil(r)
				}
				s.pass(d)
				return nil
			}
			out := s.run(s.push("next.plan", "--format=json")...)
			o := s.told(out)[r.name]
			if out.code != 5 || strings.Contains(out.err, "nothing was") {
				t.Errorf("exit %d: %s, code %d: %s\n%s", out.code, o.State, o.Code, o.Error, tail(out.err))
			}
		})
	}
}

// TestLostInCleanup: a device that was changed, and is out of reach when its old generation is to go, is not
// one to which nothing was sent (1).
func TestLostInCleanup(t *testing.T) {
	t.Parallel()
	s := runSite(t, oneWave, "openconfig")
	r := s.routers[0]
	armed := false
	r.losing(func(line string) bool {
		armed = armed || strings.HasPrefix(line, "Set commit 300s")
		if armed && line == "Set confirm" {
			r.server.Spoil(lab.Wire{Refuse: true})
		}
		return false
	})
	out := s.run(s.push("next.plan", "--format=json")...)
	o := s.told(out)[r.name]
	if !strings.Contains(r.Running(), "OP25B-IN-V4-G2") {
		t.Fatal("it was not changed")
	}
	if out.code != 5 || strings.Contains(out.err, "nothing was") || !strings.Contains(o.Error, "is in force") {
		t.Errorf("exit %d: %s, code %d: %s\n%s", out.code, o.State, o.Code, o.Error, tail(out.err))
	}
}

// TestTimeLeft: what status tells of a timer is not longer than the timer is.
func TestTimeLeft(t *testing.T) {
	t.Parallel()
	s := runSite(t, oneWave, "openconfig")
	r := s.routers[0]
	s.must(0, s.push("next.plan")...) // shows that the device takes a change back
	s.rules = s.rules.clone()
	s.rules.relays = append(s.rules.relays, addrOf("192.0.2.31"))
	s.plan("third.plan")
	armed, gone := false, false
	r.losing(func(line string) bool {
		armed = armed || strings.HasPrefix(line, "Set commit 300s")
		gone = gone || armed && line == "Set confirm"
		return gone
	})
	s.nap = func(ctx context.Context, d time.Duration) error {
		if !gone { // the trial
			s.pass(d)
			return nil
		}
		return errors.New("the machine goes down")
	}
	push := s.run(s.push("third.plan")...)
	r.losing(nil)
	s.nap = nil
	left := s.told(s.run("status", "--format=json"))[r.name].Left
	d, err := time.ParseDuration(left)
	if err != nil || d > 5*time.Minute {
		t.Errorf("the timer of 5m0s reverts in %s: %v\n%s", left, err, tail(push.err))
	}
}

// TestTrialSent: of a device on which a trial may be left nobody says that nothing was sent to it.
func TestTrialSent(t *testing.T) {
	t.Parallel()
	s := runSite(t, oneWave, "openconfig")
	r := s.routers[0]
	gone := false
	r.losing(func(line string) bool {
		gone = gone || line == "Set confirm"
		return gone
	})
	out := s.run(s.push("next.plan")...)
	if told := out.err + out.out; out.code != 5 || strings.Contains(told, "nothing was") || !strings.Contains(told, "OP25B-PROBE may still be on it") {
		t.Errorf("exit %d\n%s", out.code, told)
	}
}
