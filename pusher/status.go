package pusher

import (
	"context"
	"fmt"
	"sync"
	"time"

	"op25b/plan"
)

// Status is where every device of a plan is now: before, after, cleaned, other, pending or
// unknown. It writes nothing. The past tells of timers that a device does not show.
func (p Pusher) Status(ctx context.Context, pl plan.Plan, past map[string]Past) (Report, error) {
	d, err := p.doors(targetsOf(pl)...)
	if err != nil {
		return Report{}, err
	}
	d.trials.remember(past)
	var out Report
	var steps []plan.Step
	for _, w := range pl.Waves {
		for _, s := range w.Steps {
			steps = append(steps, s)
			out.Outcomes = append(out.Outcomes, Outcome{Wave: w.Name, Device: s.Device})
		}
	}
	next := make(chan int)
	var jobs sync.WaitGroup
	for range max(1, min(pl.Gates.Parallel, len(steps))) {
		jobs.Go(func() {
			for i := range next {
				o := &out.Outcomes[i]
				o.State, o.Left, o.Err = p.whereIs(ctx, d, steps[i], past[steps[i].Device])
				if o.Class = Done; o.Err != nil {
					o.Class, o.Err = Unknown, fmt.Errorf("%s: %w", o.Device, o.Err)
				}
			}
		})
	}
	for i := range steps {
		next <- i
	}
	close(next)
	jobs.Wait()
	return out, nil
}

// whereIs reads one device.
func (p Pusher) whereIs(ctx context.Context, d doors, s plan.Step, past Past) (State, time.Duration, error) {
	o, err := p.open(ctx, d, TargetOf(s))
	if err != nil {
		return NotKnown, 0, err
	}
	defer o.Close()
	running, err := o.read(ctx)
	if err != nil {
		return NotKnown, 0, err
	}
	shown := false
	for _, name := range sortedGuards(o.words.Guards) {
		timer, err := o.pending(ctx, o.words.Guards[name])
		if err != nil {
			return NotKnown, 0, err
		}
		if timer.runs {
			return Pending, or(timer.left, past.Reverts(p.now())), nil
		}
		shown = shown || name == s.Revert && timer.shown
	}
	seen := where(s, running.Config)
	if left := past.Left(p.now()); !shown && left > 0 && seen != past.origin() {
		return Pending, past.Reverts(p.now()), nil
	}
	return seen, 0, nil
}

// origin is the state to which a timer of this run takes the device back.
func (p Past) origin() State {
	if p.Leg == "push" || p.Leg == "sweep" {
		return Before
	}
	return After
}

// end is when a timer of this run has ended for certain.
func (p Past) end() time.Time { return p.Until.Add(grace) }

// Reverts is when a timer of this run is to take the device back, 0 from then on. The device may be
// late: see Left.
func (p Past) Reverts(now time.Time) time.Duration {
	if !p.Armed {
		return 0
	}
	return max(0, p.Until.Sub(now))
}

// Left is how long a timer of this run may still go on.
func (p Past) Left(now time.Time) time.Duration {
	if !p.Armed {
		return 0
	}
	return max(0, p.end().Sub(now))
}
