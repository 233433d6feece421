package pusher

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"op25b/templates"
	"op25b/templates/words"
)

// grace is how long after its timer's end a device may take to be back.
const grace = 30 * time.Second

// retreat is what is done when a change failed after the device was told anything: take it back
// at once where that is safe, else leave it to the device; then find out where it is.
func (m *mission) retreat(ctx context.Context, cause error) Outcome {
	if errors.Is(cause, errNotSaved) {
		return m.outcome(Unknown, m.leg.reached, cause)
	}
	m.retreating = true
	m.say(Retreats, cause.Error())
	calm := context.WithoutCancel(ctx) // an interrupt does not stop the way back
	m.revert(calm)
	m.part()
	return m.settle(ctx, calm, cause)
}

// revert takes back what can be taken back now. What fails here is left to the timer.
func (m *mission) revert(ctx context.Context) {
	w := m.a.words
	if w.Commits() && !m.committed {
		if m.a.Alive() && m.a.Mode() == words.Config && m.do(ctx, m.a, w.Discard) == nil {
			m.do(ctx, m.a, w.Leave)
		}
		return
	}
	if !m.armed || len(m.guard.Revert) == 0 {
		return
	}
	if m.a.Alive() && m.reverted(ctx, m.a) == nil {
		return
	}
	m.a.Close()
	if b, err := m.open(ctx, m.doors, m.sameDevice()); err == nil {
		m.reverted(ctx, b)
		b.Close()
	}
}

// reverted types what takes a change back at once, if the device's timer runs: a change that
// never took effect, or was taken back or kept already, must not take an older one with it.
func (m *mission) reverted(ctx context.Context, o post) error {
	w := o.words
	if o.Mode() == words.Config && w.Enter.Line != "" {
		if err := m.do(ctx, o, w.Leave); err != nil {
			return err
		}
	}
	timer, err := o.pending(ctx, m.guard)
	if err != nil {
		return err
	}
	if !timer.runs {
		m.armed = m.doubted || !timer.shown // a commit that is still on its way arms it
		return nil
	}
	if m.guard.Confirm.Config {
		if err := m.do(ctx, o, w.Enter); err != nil {
			return err
		}
	}
	for _, c := range m.guard.Revert {
		if err := m.do(ctx, o, c); err != nil {
			return err
		}
	}
	m.armed = false
	return nil
}

// settle reads the device until it is back, or its timer has ended.
func (m *mission) settle(ctx, calm context.Context, cause error) Outcome {
	end := m.now()
	if m.armed {
		end = m.armedAt.Add(m.fuse() + grace)
	}
	for pause := time.Second; ; pause = min(2*pause, 15*time.Second) {
		seen, back, left := m.look(calm)
		switch {
		case back && m.doubted && !m.options.NoWait: // it may be carried out late: then it is taken back again
			m.doubted = false
			if m.sleep(ctx, grace) == nil {
				m.revert(calm)
				continue
			}
		case back:
			return m.outcome(m.backClass(cause), seen, cause)
		}
		wait := end.Sub(m.now())
		if wait <= 0 || m.options.NoWait || m.sleep(ctx, min(pause, wait)) != nil {
			out := m.outcome(Unknown, seen, cause)
			if m.armed && wait > 0 && !m.confirming {
				out.State, out.Left = Pending, wait-grace
			}
			if left > 0 {
				out.State, out.Left = Pending, left
			}
			return out
		}
	}
}

// backClass is the class of a device that reads as it was.
func (m *mission) backClass(cause error) Class {
	var said words.Refusal
	switch {
	case errors.As(cause, &said) && m.a.words.Locked != nil && m.a.words.Locked.MatchString(said.Says) && (!m.sent || m.a.words.Candidate == ""):
		return Refused
	case m.committed && !m.guarded && said.Says == "":
		return Unknown // nobody takes it back: it may be carried out late, or the device shows an old state
	case m.sent:
		return RolledBack
	}
	return Failed
}

// look reads where the device is now, and whether it is back where the leg began. A device that is
// back, but whose timer still runs, is told to stop that: else it is not back for good.
func (m *mission) look(ctx context.Context) (seen State, back bool, left time.Duration) {
	b, err := m.open(ctx, m.doors, m.sameDevice())
	if err != nil {
		return NotKnown, false, 0
	}
	defer b.Close()
	running, err := b.read(ctx)
	if err != nil {
		return NotKnown, false, 0
	}
	seen, back = where(m.step, running.Config), state(m.step, running.Config) == m.leg.from
	if back {
		seen = m.leg.origin
	}
	timer, err := b.pending(ctx, m.guard)
	left = timer.left
	switch {
	case err != nil:
		return seen, false, 0 // whether its timer runs is not known
	case !timer.runs:
		return seen, back, 0
	case back && m.armed && len(m.guard.Revert) == 0:
		err = m.do(ctx, b, m.guard.Confirm.Command)
	case back && m.armed:
		err = m.reverted(ctx, b)
	case back:
		return seen, back, left
	default:
		return Pending, false, left
	}
	if err != nil {
		return Pending, false, max(left, time.Second) // its timer would take back what others do from now on
	}
	return seen, back, 0
}

func dialectSession(name string) (words.Session, error) {
	d, err := templates.Find(name)
	if err != nil {
		return words.Session{}, err
	}
	return d.Session(), nil
}

func sortedGuards(guards map[string]words.Guard) []string {
	var names []string
	for n := range guards {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// String is a class for people.
func (c Class) String() string {
	switch c {
	case Done:
		return "done"
	case Failed:
		return "failed, nothing was sent"
	case Gated:
		return "not started"
	case RolledBack:
		return "rolled back"
	case Refused:
		return "refused"
	case Unknown:
		return "unknown"
	}
	return fmt.Sprintf("class %d", int(c))
}
