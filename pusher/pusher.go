// Package pusher carries a plan into the field, wave by wave: it knows no policy, no inventory
// and no rollout.
package pusher

import (
	"context"
	"slices"
	"time"

	"op25b/plan"
	"op25b/pusher/cli"
	"op25b/pusher/gnmi"
)

// Pusher is what every push, fetch and status needs beside the plan.
type Pusher struct {
	// Hosts are the host keys that are believed.
	Hosts cli.Hosts
	// Access gives the login for a name of credentials: core.
	Access func(credentials string) (cli.Login, error)
	// Trust is whose certificates are believed of devices that are reached over gNMI, Channel gives
	// the login for them, and Cleartext are those to which a password may go without TLS.
	Trust     gnmi.Trust
	Channel   func(credentials string) (gnmi.Login, error)
	Cleartext []string
	// Reach is how long a connection, a handshake and a terminal may take each; 0 is 15 s.
	Reach time.Duration
	// Patience is how long a device may be silent before its prompt; 0 is a minute.
	Patience time.Duration
	// Clock is the time. The zero value is the machine's.
	Clock Clock
	// Record writes an event down; nil does not. What is about to be done is recorded before it is
	// done, and where that fails it is not done: the device is taken back, and none is started.
	Record func(Event) error
}

// Clock is the time, as the pusher sees it.
type Clock struct {
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error // returns the context's error early
}

// Options are what the person who pushes says.
type Options struct {
	Waves         []string // only these waves, by name; empty for all
	Through       string   // stop after this wave, "" for the last
	DryRun        bool     // go as far as comparing the states, and send nothing
	AcceptUnsaved []string // devices whose unsaved work of others may be saved with ours
	AcceptNone    []string // devices that cannot take a change back by themselves
	NoWait        bool     // after a failure, do not wait until the device has reverted
	Devices       []string // only these devices; empty for all
	LeaveOut      []string // devices that are not tried; they count as failed in the whole run
	// Past is what earlier pushes of the same run did, by device.
	Past map[string]Past
	// Soaked are the waves that have soaked in an earlier push of the same run.
	Soaked map[string]bool
	// Gate is asked before each wave whether it may begin; nil lets all begin.
	Gate func(now time.Time) error
}

// Class is how a device, or a whole push, came out: the command's exit code.
type Class int

// The classes.
const (
	Done       Class = 0
	Failed     Class = 1 // an error, and nothing was sent
	Gated      Class = 3 // not started, for too many failed before
	RolledBack Class = 4 // read-back shows the earlier state
	Unknown    Class = 5 // the state is not known, or is neither
	Refused    Class = 6 // stale, another device, unsaved work, a lock
)

// State is where a device is with respect to its step.
type State string

// The states.
const (
	Before   State = "before"  // as the plan found it
	After    State = "after"   // as the plan wants it
	Cleaned  State = "cleaned" // as the plan wants it, without the old generation
	Pending  State = "pending" // a timer of the device runs: it will take the change back
	Other    State = "other"   // none of these
	NotKnown State = "unknown" // the device could not be read
)

// Outcome is how one device came out.
type Outcome struct {
	Wave   string
	Device string
	Class  Class
	State  State
	Left   time.Duration // until the device's timer ends, where it says so; else 0
	Err    error         // nil where all is well
}

// Report is how a push came out: an outcome a device and leg, in the order of the plan.
type Report struct{ Outcomes []Outcome }

// Class is the class of the whole: the first of 5, 4, 3, 6, 1 that any device has.
func (r Report) Class() Class {
	for _, c := range []Class{Unknown, RolledBack, Gated, Refused, Failed} {
		if slices.ContainsFunc(r.Outcomes, func(o Outcome) bool { return o.Class == c }) {
			return c
		}
	}
	return Done
}

// Event is one thing that happened.
type Event struct {
	Time   time.Time
	Wave   string
	Device string // "" where the wave as a whole is meant
	Leg    string // push, soak, cleanup, undo, confirm or abort; "" where a wave is meant
	What   string // one of the What constants
	Text   string // for people
}

// What can happen.
const (
	WaveBegins  = "wave"
	Connecting  = "connecting"
	Connected   = "connected"
	Checked     = "checked" // it is the device, and in the state of the plan
	Trying      = "trying"  // whether the device takes a change back by itself; what is set for that has no effect
	Arming      = "arming"  // the device's timer is about to be started; the text ends in its length
	Armed       = "armed"
	Disarmed    = "disarmed" // no timer of ours runs: it was refused, or has been taken back or kept
	Sent        = "sent"     // lines were typed; the text has them
	Staged      = "staged"
	Switched    = "switched"
	Verified    = "verified"
	Confirming  = "confirming" // the device is about to be told to keep the change
	Confirmed   = "confirmed"
	SavedConfig = "saved"
	Waits       = "waits" // until a timer of this run on the device has ended
	Skipped     = "skipped"
	Retreats    = "retreats"
	Finished    = "finished" // the text begins with the class; see Ended
	Soaks       = "soaks"
	Soaked      = "soaked"
	Heard       = "heard" // the text says what its counters and its log told of the soak
	Stopped     = "stopped"
)

// Reporter takes events. It is called from one goroutine at a time.
type Reporter func(Event)

func (p Pusher) now() time.Time {
	if p.Clock.Now == nil {
		return time.Now()
	}
	return p.Clock.Now()
}

func (p Pusher) sleep(ctx context.Context, d time.Duration) error {
	if p.Clock.Sleep != nil {
		return p.Clock.Sleep(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (p Pusher) patience() time.Duration { return or(p.Patience, time.Minute) }

func or(d, usual time.Duration) time.Duration {
	if d == 0 {
		return usual
	}
	return d
}

// confirmAfter is how long a device's own timer is to run.
func confirmAfter(g plan.Gates) (time.Duration, error) {
	if g.Confirm == "" {
		return 10 * time.Minute, nil
	}
	return time.ParseDuration(g.Confirm)
}
