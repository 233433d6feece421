package pusher

import (
	"context"
	"fmt"
	"strings"
	"time"

	"op25b/templates/words"
)

// Past is what earlier pushes of a run did on a device, as the journal tells it.
type Past struct {
	Failed bool      // it came out otherwise than well, or the push died on it; and not well since
	Well   bool      // it came out as the plan wants it, and was not taken back since
	Armed  bool      // its timer was started, and no end of that was seen
	Until  time.Time // when that timer ends at the latest
	Trial  time.Time // until then a try whether it takes a change back by itself may not be over
	Leg    string    // in which lines were last typed
	Typed  bool      // lines were typed to it since it was last known to be as the plan says
}

// Remember is what the events of a run, in their order, say about each device.
func Remember(events []Event) map[string]Past {
	out, failed := map[string]Past{}, map[string]bool{}
	for _, e := range events {
		if e.Device == "" {
			continue
		}
		p := out[e.Device]
		switch e.What {
		case Connected:
			failed[e.Device], p.Failed = p.Failed, true // until it ends
		case Trying:
			p.Trial = e.Time.Add(trialLength)
		case Arming:
			p.Armed, p.Typed, p.Leg, p.Until = true, true, e.Leg, e.Time.Add(armingLength(e.Text))
		case Sent:
			p.Typed, p.Leg = true, e.Leg
		case Confirmed, Disarmed:
			p.Armed = false
		case Finished:
			class, state, _ := Ended(e.Text)
			p.Well = class == Done && (state == After || state == Cleaned)
			p.Failed = class != Done || failed[e.Device] && !(p.Well && (e.Leg == "push" || e.Leg == "confirm"))
			p.Armed = p.Armed && class != Done && class != RolledBack
			p.Typed = p.Typed && class != Done && state != p.origin()
		}
		out[e.Device] = p
	}
	return out
}

// SoakedWaves are the waves that have soaked, by the events of a run, and were not changed since.
func SoakedWaves(events []Event) map[string]bool {
	out := map[string]bool{}
	for _, e := range events {
		switch {
		case e.What == Soaked:
			out[e.Wave] = true
		case e.What == Sent && e.Leg != "cleanup":
			delete(out, e.Wave)
		}
	}
	return out
}

const armingWords = "its own timer, "

func armingText(d time.Duration) string { return armingWords + d.String() }

// armingLength is the length of a timer in the text of an Arming event.
func armingLength(text string) time.Duration {
	d, _ := time.ParseDuration(strings.TrimPrefix(text, armingWords))
	return d
}

// ended is the text of a Finished event: the class, the state, and what happened.
func (o Outcome) ended() string {
	text := fmt.Sprintf("%s; it is %s", o.Class, o.State)
	if o.Err != nil {
		text += ": " + o.Err.Error()
	}
	return text
}

// Ended is the class, the state and what happened, from the text of a Finished event; Unknown and
// all of the text where it has none.
func Ended(text string) (Class, State, string) {
	for _, c := range []Class{Done, Failed, Gated, RolledBack, Refused, Unknown} {
		if rest, is := strings.CutPrefix(text, c.String()+"; it is "); is {
			state, why, _ := strings.Cut(rest, ": ")
			return c, State(state), why
		}
	}
	return Unknown, NotKnown, text
}

// inherit deals with a timer that an earlier push of this run left on the device: where the
// change stands and anybody may confirm, it is confirmed; what can be taken back at once is; else
// it is waited for. It returns what the device runs then. A union_replace is taken back and set anew:
// what it took from others can no longer be seen.
func (m *mission) inherit(ctx context.Context, running Reading) (Reading, error) {
	guard, again := m.a.words.Guards[m.step.Revert], false
	for pause := time.Second; ; pause = min(2*pause, 15*time.Second) {
		timer, err := m.a.pending(ctx, guard)
		if err != nil {
			return running, err
		}
		pending, left, end := timer.runs, timer.left, m.past.end()
		switch {
		case timer.shown && !pending, !m.now().Before(end): // one that runs later is somebody else's
			return running, nil
		case pending && m.leg.name == "push" && state(m.step, running.Config) == m.leg.to && !guard.Confirm.Armer && !m.unites():
			m.guard, m.guarded = guard, true
			m.say(Verified, "read over a new session: as proved; its timer still runs")
			m.past.Typed = true
			err := m.confirm(ctx, m.a)
			m.past.Armed = m.past.Armed && !m.confirming
			return running, err
		case pending && len(guard.Revert) > 0:
			if again {
				if err := m.sleep(ctx, pause); err != nil { // it said yes, and its timer goes on
					return running, err
				}
			}
			again, m.guard, m.armed = true, guard, true
			err := m.reverted(ctx, m.a)
			m.past.Armed = m.armed || err != nil
			if err == nil && m.a.Mode() == words.Config && m.a.words.Enter.Line != "" {
				err = m.do(ctx, m.a, m.a.words.Leave)
			}
			if err != nil {
				return running, fmt.Errorf("taking back what an earlier push left: %w", err)
			}
		default:
			wait := max(left, end.Sub(m.now()))
			if m.options.NoWait {
				return running, refuse("a timer of this run ends in %s", wait.Round(time.Second))
			}
			m.say(Waits, fmt.Sprintf("a timer of this run ends in %s", wait.Round(time.Second)))
			if err := m.sleep(ctx, min(pause, max(wait, time.Second))); err != nil {
				return running, err
			}
		}
		if running, err = m.again(ctx); err != nil {
			return running, err
		}
	}
}

// again reads the device once more, over a new session where the old one is gone.
func (m *mission) again(ctx context.Context) (Reading, error) {
	if !m.a.Alive() {
		m.a.Close()
		b, err := m.open(ctx, m.doors, m.sameDevice())
		if err != nil {
			return Reading{}, err
		}
		m.a = b
	}
	return m.a.read(ctx)
}
