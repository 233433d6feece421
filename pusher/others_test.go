package pusher_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"op25b/lab"
	"op25b/pusher"
)

// A colleague is at work on the same router: his timer is not ours, nor is what he has not saved.

const route = "ip route 198.51.100.0 255.255.255.0 192.0.2.1"

// colleague types lines at a router of the lab and leaves.
func colleague(d lab.Device, lines ...string) {
	c := d.Login("yamada")
	for _, l := range append([]string{"enable"}, lines...) {
		c.Enter(l)
		if c.Secret() {
			c.Enter(enable)
		}
	}
	c.Cut()
}

// once is a reporter that does one thing, when an event comes for the first time.
func once(what string, do func()) pusher.Reporter {
	done := false
	return func(e pusher.Event) {
		if e.What == what && !done {
			done = true
			do()
		}
	}
}

// recording keeps the events of a run as a journal would.
func (f *field) recording() *[]pusher.Event {
	var all []pusher.Event
	f.pusher.Record = func(e pusher.Event) error {
		f.mu.Lock()
		defer f.mu.Unlock()
		all = append(all, e)
		return nil
	}
	return &all
}

// What somebody typed between our first look and our save is not saved with ours.
func TestUnsavedMeanwhile(t *testing.T) {
	f := newField(t)
	server := f.add("r1", iosxeScript())
	f.believe()
	r, err := f.pusher.Push(context.Background(), f.plan([]string{"r1"}), pusher.Options{}, once(pusher.Verified, func() {
		colleague(server.Device(), "configure terminal", route, "end")
	}))
	f.must(err)
	if strings.Contains(server.Device().Startup(), route) || r.Class() != pusher.Unknown || !strings.Contains(r.Outcomes[0].Err.Error(), "somebody else works on it") {
		t.Errorf("%+v\n%s", r, server.Device().Startup())
	}
}

// He starts his timer between our look and ours: the router refuses us, and his stays.
func TestQuickerColleague(t *testing.T) {
	f := newField(t)
	server := f.add("r1", iosxeScript())
	f.believe()
	r, err := f.pusher.Push(context.Background(), f.plan([]string{"r1"}), pusher.Options{}, once(pusher.Checked, func() {
		colleague(server.Device(), "configure terminal revert timer 30", route, "end")
	}))
	f.must(err)
	if r.Class() != pusher.Failed || !strings.Contains(server.Device().Running(), route) {
		t.Errorf("%+v: his trial was taken back", r)
	}
}

// Our timer ended hours ago, and one of his runs now: nobody of us takes it back or confirms it.
func TestForeignTimer(t *testing.T) {
	for _, verb := range []string{"resume", "confirm", "abort"} {
		t.Run(verb, func(t *testing.T) {
			f := newField(t)
			server := f.add("r1", iosxeScript())
			f.believe()
			p := f.plan([]string{"r1"})
			past := map[string]pusher.Past{"r1": {Failed: true, Armed: true, Typed: true, Leg: "push", Until: f.clock.Now().Add(5 * time.Minute)}}
			f.clock.Advance(3 * time.Hour)
			colleague(server.Device(), "configure terminal revert timer 30", route, "end")
			do := map[string]func() (pusher.Report, error){
				"resume": func() (pusher.Report, error) {
					return f.pusher.Push(context.Background(), p, pusher.Options{Past: past}, f.report)
				},
				"confirm": func() (pusher.Report, error) {
					return f.pusher.Confirm(context.Background(), p, pusher.Options{Past: past}, f.report)
				},
				"abort": func() (pusher.Report, error) {
					return f.pusher.Abort(context.Background(), p, pusher.Options{Past: past}, f.report)
				},
			}[verb]
			r, err := do()
			f.must(err)
			if r.Class() != pusher.Refused || !strings.Contains(server.Device().Running(), route) {
				t.Errorf("%+v", r)
			}
			f.clock.Advance(time.Hour)
			if strings.Contains(server.Device().Running(), route) {
				t.Error("his trial was confirmed")
			}
		})
	}
}

// The timer fires between the read-back and the confirmation: nothing is called done.
func TestLateConfirmation(t *testing.T) {
	for _, s := range scripts() {
		t.Run(s.kind.Dialect, func(t *testing.T) {
			f := newField(t)
			server := f.add("r1", s)
			f.believe()
			r, err := f.pusher.Push(context.Background(), f.plan([]string{"r1"}), pusher.Options{}, once(pusher.Verified, func() { f.clock.Advance(20 * time.Minute) }))
			f.must(err)
			if !passes(server, s.kind, blocked) || r.Class() == pusher.Done {
				t.Errorf("%+v", r)
			}
		})
	}
}

// A push dies while an XR is on trial, which that does not show; a resume that cannot even log in
// does not make the journal forget the trial.
func TestTimerIsNotForgotten(t *testing.T) {
	s := iosxrScript()
	f := newField(t)
	server := f.add("r1", s)
	f.believe()
	p := f.plan([]string{"r1"})
	events := f.recording()
	ctx, cancel := context.WithCancel(context.Background())
	f.pusher.Push(ctx, p, pusher.Options{NoWait: true}, once(pusher.Verified, func() {
		f.pusher.Record = nil
		cancel()
	}))
	died := (*events)[:len(*events):len(*events)]
	for i, e := range died {
		if e.What == pusher.Verified {
			died = died[:i+1]
			break
		}
	}
	*events = died
	f.pusher.Record = func(e pusher.Event) error { *events = append(*events, e); return nil }
	server.Spoil(lab.Wire{Refuse: true})
	r, err := f.pusher.Push(context.Background(), p, pusher.Options{Past: pusher.Remember(*events)}, f.report)
	f.must(err)
	if r.Class() != pusher.Unknown || r.Outcomes[0].State != pusher.Pending || r.Outcomes[0].Left == 0 {
		t.Errorf("unreachable: %+v", r)
	}
	server.Spoil(lab.Wire{})
	before := f.clock.Now()
	r, err = f.pusher.Push(context.Background(), p, pusher.Options{Past: pusher.Remember(*events)}, f.report)
	f.must(err)
	if r.Class() != pusher.Done || f.clock.Now().Sub(before) < time.Minute {
		t.Errorf("resumed after %s: %+v", f.clock.Now().Sub(before), r)
	}
	f.clock.Advance(time.Hour)
	if passes(server, s.kind, blocked) {
		t.Error("an hour later it is as before")
	}
}

// A soak that is interrupted is not over, and so is the push.
func TestInterruptedSoak(t *testing.T) {
	f := newField(t)
	f.add("r1", iosxeScript())
	f.believe()
	p := f.plan([]string{"r1"})
	p.Waves[0].Soak = "1h"
	p = p.Sealed()
	ctx, cancel := context.WithCancelCause(context.Background())
	r, err := f.pusher.Push(ctx, p, pusher.Options{}, once(pusher.Soaks, func() { cancel(errors.New("Ctrl-C")) }))
	f.must(err)
	if last := r.Outcomes[len(r.Outcomes)-1]; r.Class() != pusher.Gated || last.State != pusher.After {
		t.Errorf("%+v", r)
	}
}

// A way back that is cut at any line, on a router that cannot take a change back by itself, is
// found and finished.
func TestUndoCutAtEveryLine(t *testing.T) {
	for _, s := range []script{iosxeScript(), rtxScript()} {
		t.Run(s.kind.Dialect, func(t *testing.T) {
			s.kind.Revert = "none"
			for k := 1; k < 12; k++ {
				f := newField(t)
				server := f.add("r1", s)
				f.believe()
				p := f.plan([]string{"r1"})
				p.Waves[0].Steps[0].Cleanup = []string{}
				p = p.Sealed()
				events := f.recording()
				o := pusher.Options{AcceptNone: []string{"r1"}, Waves: []string{"wave-1"}}
				if r := f.push(p, o); r.Class() != pusher.Done {
					t.Fatalf("%+v", r)
				}
				server.Spoil(lab.Wire{DropConfigAt: k})
				r, err := f.pusher.Rollback(context.Background(), p, o, f.report)
				f.must(err)
				if r.Class() == pusher.Done {
					break
				}
				server.Spoil(lab.Wire{})
				o.Past = pusher.Remember(*events)
				r, err = f.pusher.Rollback(context.Background(), p, o, f.report)
				f.must(err)
				if r.Class() != pusher.Done || !passes(server, s.kind, blocked) {
					t.Errorf("cut at line %d: %+v", k, r)
				}
			}
		})
	}
}
