package pusher_test

import (
	"errors"
	"strings"
	"testing"

	"op25b/pusher"
)

// errFull is a journal without room.
var errFull = errors.New("the disk is full")

// recorded pushes to two routers, one after the other, and lets the k-th record fail. It gives the
// event that was not recorded; one of no kind where all were.
func recorded(t *testing.T, s script, k int) (*field, pusher.Report, pusher.Event) {
	t.Helper()
	f := newField(t)
	f.add("r1", s)
	f.add("r2", s)
	f.believe()
	p := f.plan([]string{"r1", "r2"})
	p.Gates.Parallel = 1
	var lost pusher.Event
	n := 0
	f.pusher.Record = func(e pusher.Event) error {
		if n++; n == k {
			lost = e
			return errFull
		}
		return nil
	}
	return f, f.push(p, pusher.Options{}), lost
}

// The journal fails at each row: a device that is not confirmed is taken back, one that is stays as it
// is, nothing more is sent, and no other device is started.
func TestRecordFails(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s script) {
		step := 1 // every row of the first device; then some of the rest
		for k := 1; !t.Failed(); k += step {
			f, r, lost := recorded(t, s, k)
			if lost.What == "" {
				return
			}
			if lost.Device == "r2" {
				step = 4
			}
			o, server := outcome(r, "r1"), f.fleet.Server("r1")
			switch {
			case lost.Device == "r1" && lost.Leg == "push":
				if n := f.fleet.Server("r2").Traffic().Logins; n > 0 {
					t.Errorf("%s was not recorded, and the next device was started", lost.What)
				}
				kept := lost.What == pusher.Confirmed || lost.What == pusher.SavedConfig || lost.What == pusher.Finished ||
					lost.What == pusher.Sent && confirmedBefore(f.events, lost)
				if kept != (o.State == pusher.After) || !kept && o.State != pusher.Before && o.State != pusher.NotKnown {
					t.Errorf("%s %q was not recorded: class %d, state %s, %v", lost.What, lost.Text, o.Class, o.State, o.Err)
				}
				f.clock.Advance(3600e9)
				if passes(server, s.kind, blocked) == kept {
					t.Errorf("%s %q was not recorded: it came out %s, and does otherwise", lost.What, lost.Text, o.State)
				}
			case lost.Leg == "cleanup":
				if passes(server, s.kind, blocked) || passes(f.fleet.Server("r2"), s.kind, blocked) {
					t.Errorf("cleaning up, %s was not recorded, and the change is gone", lost.What)
				}
			}
			if r.Class() == pusher.Done {
				t.Errorf("%s of %q was not recorded, and the push says that all is done", lost.What, lost.Device)
			}
			if told := f.events[len(f.events)-1]; told.What == pusher.Stopped && !strings.Contains(told.Text, "the journal cannot be written: the disk is full") {
				t.Errorf("it says %q", told.Text)
			}
			if t.Failed() {
				t.Log(k, server.Transcript())
			}
		}
	})
}

// confirmedBefore reports whether a device was confirmed before an event.
func confirmedBefore(events []pusher.Event, e pusher.Event) bool {
	for _, one := range events {
		if one == e {
			return false
		}
		if one.Device == e.Device && one.What == pusher.Confirmed {
			return true
		}
	}
	return false
}
