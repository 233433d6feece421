package pusher

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"op25b/plan"
)

// soak waits, and then asks every device of the wave whether it is as it was left and what its
// counters and its log say. One that fails undoes the wave. A wave that soaked in an earlier push
// of the run, and in which nothing was changed now, does not soak again.
func (m *march) soak(ctx context.Context, w plan.Wave, done []Outcome) (out []Outcome, stop bool) {
	if w.Soak == "" || m.options.Soaked[w.Name] && !m.changed(w) {
		return nil, false
	}
	d, err := time.ParseDuration(w.Soak)
	if err == nil {
		begin := m.hear(ctx, w, done)
		m.tell(Event{Wave: w.Name, What: Soaks, Text: w.Soak})
		var early map[string][]string
		if early, err = m.follow(ctx, w, d, begin); err == nil {
			out = m.soaked(ctx, w, done, begin, early)
		}
	}
	if err == nil {
		err = ctx.Err() // what is read after an interrupt says nothing
	}
	if err != nil {
		return m.unsoaked(w, done, err), true
	}
	if len(out) == 0 {
		m.tell(Event{Wave: w.Name, What: Soaked, Text: w.Soak})
		return nil, false
	}
	m.tell(Event{Wave: w.Name, What: Retreats, Text: "the soak failed; the wave is undone"})
	back, _ := m.wave(ctx, w, undo)
	for i, o := range back {
		if o.Class == Done && done[i].Class == Done {
			o.Class = RolledBack
		}
		out = append(out, o)
	}
	return out, true
}

// unsoaked are the devices of a wave whose soak is not over: they are as planned, and the run is not.
func (m *march) unsoaked(w plan.Wave, done []Outcome, err error) []Outcome {
	var out []Outcome
	for _, o := range done {
		if o.Class == Done {
			out = append(out, Outcome{Wave: w.Name, Device: o.Device, Class: Gated, State: o.State, Err: fmt.Errorf("%s: the soak is not over: %w", o.Device, err)})
		}
	}
	return out
}

// changed reports whether this push changed a device of the wave.
func (m *march) changed(w plan.Wave) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range w.Steps {
		if len(m.former[s.Device]) > 0 {
			return true
		}
	}
	return false
}

// soaked are the devices that came out well and do not stand the soak, by what they tell at its end
// or have told during it.
func (m *march) soaked(ctx context.Context, w plan.Wave, done []Outcome, begin map[string]Signals, early map[string][]string) []Outcome {
	var out []Outcome
	well := map[string]bool{}
	look, _ := m.wave(ctx, w, soaking)
	for i, o := range look {
		if o.Class != Done && done[i].Class == Done {
			out = append(out, o)
		}
		well[o.Device] = o.Class == Done
	}
	end := m.hear(ctx, w, done)
	for _, s := range w.Steps {
		now, heard := end[s.Device]
		reasons := early[s.Device]
		if !well[s.Device] || !heard && len(reasons) == 0 {
			continue
		}
		if heard {
			m.tell(Event{Wave: w.Name, Device: s.Device, Leg: "soak", What: Heard, Text: now.account(begin[s.Device])})
		}
		if len(reasons) == 0 {
			reasons = now.since(begin[s.Device], m.former[s.Device]...)
		}
		if len(reasons) > 0 {
			err := fmt.Errorf("%s: soak: %w", s.Device, errors.New(strings.Join(reasons, "; ")))
			o := Outcome{Wave: w.Name, Device: s.Device, Class: RolledBack, State: After, Err: err}
			m.tell(Event{Wave: w.Name, Device: s.Device, Leg: "soak", What: Finished, Text: o.ended()})
			out = append(out, o)
		}
	}
	return out
}

// soaking is a leg that changes nothing: a device that is not where the push left it is refused.
func soaking(s plan.Step) leg {
	return leg{name: "soak", origin: After, reached: After, from: s.Want, to: s.Want, before: s.After}
}

// hear reads the signals of the devices of a wave that came out well, so many at once. What can not be
// heard is left out: that a device is there and as it was left is for others to find.
func (m *march) hear(ctx context.Context, w plan.Wave, done []Outcome) map[string]Signals {
	well := map[string]bool{}
	for _, o := range done {
		well[o.Device] = o.Class == Done
	}
	out := map[string]Signals{}
	slots := make(chan struct{}, max(1, m.plan.Gates.Parallel))
	var jobs sync.WaitGroup
	for _, s := range w.Steps {
		if !well[s.Device] || s.Method == plan.None {
			continue
		}
		slots <- struct{}{}
		jobs.Go(func() {
			defer func() { <-slots }()
			heard, err := m.listen(ctx, m.doors, s)
			if err != nil {
				return
			}
			m.mu.Lock()
			defer m.mu.Unlock()
			out[s.Device] = heard
		})
	}
	jobs.Wait()
	return out
}

// remember keeps what a device told before its switch.
func (m *march) remember(device string, s Signals) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.former[device] = append(m.former[device], s)
}
