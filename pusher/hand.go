package pusher

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"op25b/plan"
)

// Confirm keeps the change of devices on which an earlier push of the run left it pending: each
// is read over a new session, and told to keep it only where it is as it was proved.
func (p Pusher) Confirm(ctx context.Context, pl plan.Plan, o Options, r Reporter) (Report, error) {
	return p.byHand(ctx, pl, o, r, "confirm", (*mission).keep)
}

// Abort takes back what is pending on the devices of a run, at once where a device can do that,
// and waits for its timer where it can not. What was confirmed stays.
func (p Pusher) Abort(ctx context.Context, pl plan.Plan, o Options, r Reporter) (Report, error) {
	return p.byHand(ctx, pl, o, r, "abort", (*mission).drop)
}

// byHand does one thing to every device that the past tells of, one after the other.
func (p Pusher) byHand(ctx context.Context, pl plan.Plan, o Options, r Reporter, name string, do func(*mission, context.Context) (State, error)) (Report, error) {
	m, err := p.march(pl, o, r)
	if err != nil {
		return Report{}, err
	}
	var out Report
	for _, w := range m.waves() {
		for _, s := range w.Steps {
			if past := o.Past[s.Device]; !past.Armed && !past.Typed && !slices.Contains(o.Devices, s.Device) {
				continue
			}
			one := m.mission(w.Name, s, leg{name: name, origin: After, reached: After, from: s.Want, to: s.Want, before: s.After})
			out.Outcomes = append(out.Outcomes, one.finished(one.byHand(ctx, do)))
		}
	}
	return out, nil
}

func (m *mission) byHand(ctx context.Context, do func(*mission, context.Context) (State, error)) Outcome {
	var err error
	if m.a, err = m.open(ctx, m.doors, TargetOf(m.step)); err != nil {
		return m.early(nil, err)
	}
	defer m.part()
	m.say(Connected, m.a.HostKey())
	m.guard = m.a.words.Guards[m.step.Revert]
	seen, err := do(m, ctx)
	var r refusal
	switch {
	case err == nil:
		return m.outcome(Done, seen, nil)
	case errors.As(err, &r):
		return m.outcome(Refused, seen, err)
	}
	return m.outcome(Unknown, seen, err)
}

// keep confirms a change that stands as it was proved, and saves it.
func (m *mission) keep(ctx context.Context) (State, error) {
	running, err := m.a.read(ctx)
	if err != nil {
		return NotKnown, err
	}
	seen := where(m.step, running.Config)
	timer, err := m.a.pending(ctx, m.guard)
	pending, left := timer.runs, max(timer.left, m.past.Left(m.now()))
	if !timer.shown && !m.guard.Confirm.Armer && m.past.Left(m.now()) > 0 {
		pending = true
	}
	switch {
	case err != nil:
		return NotKnown, err
	case pending && m.past.Left(m.now()) == 0:
		return seen, refuse("a timer runs on it that is not of this run; wait until it has ended")
	case m.guard.Confirm.Armer && left > 0:
		return Pending, refuse("only the session that started its timer can confirm, and that is gone; it takes the change back in %s: resume then", left.Round(time.Second))
	case pending && m.unites():
		return Pending, refuse("it was set by union_replace, and what that took from others can no longer be seen; take it back: op25b abort")
	case seen != After && pending:
		return Pending, refuse("it is not as planned (%s); take it back: op25b abort", difference(m.step, running.Config, m.step.After))
	case seen != After:
		return seen, refuse("there is nothing to confirm: it is %s", seen)
	case pending:
		m.say(Verified, "read over a new session: as proved")
		m.guarded = true
		if err := m.confirm(ctx, m.a); err != nil && m.confirming {
			return NotKnown, err
		} else if err != nil {
			return Pending, err
		}
	}
	m.past.Typed = true
	return After, m.lasting(ctx, m.step.Want)
}

// drop takes back what is pending.
func (m *mission) drop(ctx context.Context) (State, error) {
	running, err := m.a.read(ctx)
	if err == nil && m.past.Left(m.now()) > 0 {
		running, err = m.inherit(ctx, running)
	} else if err == nil {
		err = m.noTimer(ctx)
	}
	if err != nil {
		return NotKnown, err
	}
	seen := where(m.step, running.Config)
	if seen == Other {
		return seen, fmt.Errorf("it is neither as before nor as planned: %s", difference(m.step, running.Config, m.step.Before))
	}
	return seen, nil
}
