package pusher

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"op25b/plan"
	"op25b/pusher/cli"
)

// march is one push on its way.
type march struct {
	Pusher
	plan    plan.Plan
	options Options
	dialer  cli.Dialer
	timer   time.Duration

	mu     sync.Mutex
	report Reporter
	failed int // in all waves
}

func (p Pusher) march(pl plan.Plan, o Options, r Reporter) (*march, error) {
	d, err := p.dialer()
	if err != nil {
		return nil, err
	}
	timer, err := confirmAfter(pl.Gates)
	if err != nil {
		return nil, fmt.Errorf("gates: confirm: %w", err)
	}
	for _, name := range append(slices.Clone(o.Waves), o.Through) {
		if name != "" && !slices.ContainsFunc(pl.Waves, func(w plan.Wave) bool { return w.Name == name }) {
			return nil, fmt.Errorf("the plan has no wave %q", name)
		}
	}
	if r == nil {
		r = func(Event) {}
	}
	return &march{Pusher: p, plan: pl, options: o, dialer: d, timer: timer, report: r}, nil
}

// Push carries a plan out, wave by wave, and after the last wave removes what is no longer
// used. The error says that it could not begin; how the devices came out is in the report.
func (p Pusher) Push(ctx context.Context, pl plan.Plan, o Options, r Reporter) (Report, error) {
	m, err := p.march(pl, o, r)
	if err != nil {
		return Report{}, err
	}
	var out Report
	waves := m.waves()
	for i, w := range waves {
		outcomes, stop := m.wave(ctx, w, push)
		if !stop && !o.DryRun {
			var soaked []Outcome
			soaked, stop = m.soak(ctx, w, outcomes)
			outcomes = append(outcomes, soaked...)
		}
		out.Outcomes = append(out.Outcomes, outcomes...)
		if stop {
			out.Outcomes = append(out.Outcomes, m.left(waves[i+1:])...)
			return out, nil
		}
	}
	if m.last(waves) && !o.DryRun && out.Class() == Done {
		out.Outcomes = append(out.Outcomes, m.clean(ctx)...)
	}
	return out, nil
}

// Rollback takes a plan back with its stored undo, the last wave first.
func (p Pusher) Rollback(ctx context.Context, pl plan.Plan, o Options, r Reporter) (Report, error) {
	m, err := p.march(pl, o, r)
	if err != nil {
		return Report{}, err
	}
	var out Report
	waves := m.waves()
	slices.Reverse(waves)
	for i, w := range waves {
		outcomes, stop := m.wave(ctx, w, undo)
		out.Outcomes = append(out.Outcomes, outcomes...)
		if stop {
			out.Outcomes = append(out.Outcomes, m.left(waves[i+1:])...)
			break
		}
	}
	return out, nil
}

// waves are those that the options ask for.
func (m *march) waves() []plan.Wave {
	var out []plan.Wave
	for _, w := range m.plan.Waves {
		if len(m.options.Waves) == 0 || slices.Contains(m.options.Waves, w.Name) {
			out = append(out, w)
		}
		if w.Name == m.options.Through {
			break
		}
	}
	return out
}

// last reports whether the plan's last wave is among them.
func (m *march) last(waves []plan.Wave) bool {
	return len(waves) > 0 && waves[len(waves)-1].Name == m.plan.Waves[len(m.plan.Waves)-1].Name
}

// wave takes the leg with each device, so many at once, until too many have failed.
func (m *march) wave(ctx context.Context, w plan.Wave, of func(plan.Step) leg) (out []Outcome, stop bool) {
	m.tell(w.Name, "", WaveBegins, fmt.Sprintf("%d devices", len(w.Steps)))
	out = make([]Outcome, len(w.Steps))
	slots := make(chan struct{}, max(1, m.plan.Gates.Parallel))
	var failed, i int
	var jobs sync.WaitGroup
	for ; i < len(w.Steps); i++ {
		slots <- struct{}{} // a device is started only when what it must wait for has been counted
		if ctx.Err() != nil || m.full(&failed) {
			break
		}
		at := i
		jobs.Go(func() {
			out[at] = m.device(ctx, w, w.Steps[at], of)
			m.count(out[at], &failed)
			<-slots
		})
	}
	jobs.Wait()
	for ; i < len(w.Steps); i++ {
		out[i] = m.notStarted(w.Name, w.Steps[i])
	}
	stop = ctx.Err() != nil || m.full(&failed)
	if stop {
		m.tell(w.Name, "", Stopped, fmt.Sprintf("%d of %d devices failed", failed, len(w.Steps)))
	}
	return out, stop
}

func (m *march) count(o Outcome, failed *int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if o.Class != Done {
		*failed++
		m.failed++
	}
}

// full reports whether the budget of failures is spent. Without a number, one failure spends it.
func (m *march) full(failed *int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	g := m.plan.Gates
	return *failed >= max(1, g.MaxFailed) || g.MaxFailedTotal > 0 && m.failed >= g.MaxFailedTotal
}

// errGated says why a device was left alone.
var errGated = errors.New("not started: the march was stopped before it")

func (m *march) notStarted(wave string, s plan.Step) Outcome {
	return Outcome{Wave: wave, Device: s.Device, Class: Gated, State: NotKnown, Err: fmt.Errorf("%s: %w", s.Device, errGated)}
}

func (m *march) left(waves []plan.Wave) (out []Outcome) {
	for _, w := range waves {
		for _, s := range w.Steps {
			out = append(out, m.notStarted(w.Name, s))
		}
	}
	return out
}

// device takes the leg with one device.
func (m *march) device(ctx context.Context, w plan.Wave, s plan.Step, of func(plan.Step) leg) Outcome {
	one := mission{Pusher: m.Pusher, wave: w.Name, step: s, leg: of(s), dialer: m.dialer, options: m.options, timer: m.timer,
		say: func(what, text string) { m.tell(w.Name, s.Device, what, text) }}
	out := one.run(ctx)
	text := fmt.Sprintf("%s; it is %s", out.Class, out.State)
	if out.Err != nil {
		text += ": " + out.Err.Error()
	}
	m.tell(w.Name, s.Device, Finished, text)
	return out
}

func (m *march) tell(wave, device, what, text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.report(Event{Time: m.now(), Wave: wave, Device: device, What: what, Text: text})
}

// soak waits, and reads every device of the wave again. One that is not as it was left undoes
// the wave.
func (m *march) soak(ctx context.Context, w plan.Wave, done []Outcome) (out []Outcome, stop bool) {
	if w.Soak == "" {
		return nil, false
	}
	d, err := time.ParseDuration(w.Soak)
	if err == nil && d > 0 {
		m.tell(w.Name, "", Soaks, w.Soak)
		err = m.sleep(ctx, d)
	}
	if err != nil {
		return nil, true
	}
	look, _ := m.wave(ctx, w, soaked)
	bad := false
	for i, o := range look {
		if o.Class != Done && done[i].Class == Done {
			bad = true
			out = append(out, o)
		}
	}
	if !bad {
		return nil, false
	}
	m.tell(w.Name, "", Retreats, "the soak failed; the wave is undone")
	back, _ := m.wave(ctx, w, undo)
	for i, o := range back {
		if o.Class == Done && done[i].Class == Done {
			o.Class = RolledBack
		}
		out = append(out, o)
	}
	return out, true
}

// soaked is a leg that changes nothing: a device that is not where the push left it is refused.
func soaked(s plan.Step) leg {
	return leg{name: "soak", from: s.Want, to: s.Want, before: s.After}
}

// clean removes what is no longer used, wave by wave.
func (m *march) clean(ctx context.Context) (out []Outcome) {
	for i, w := range m.plan.Waves {
		w.Steps = slices.DeleteFunc(slices.Clone(w.Steps), func(s plan.Step) bool { return len(s.Cleanup) == 0 })
		if len(w.Steps) == 0 {
			continue
		}
		outcomes, stop := m.wave(ctx, w, cleanup)
		out = append(out, outcomes...)
		if stop {
			for _, rest := range m.plan.Waves[i+1:] {
				rest.Steps = slices.DeleteFunc(slices.Clone(rest.Steps), func(s plan.Step) bool { return len(s.Cleanup) == 0 })
				out = append(out, m.left([]plan.Wave{rest})...)
			}
			break
		}
	}
	return out
}
