package pusher

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"op25b/plan"
)

// march is one push on its way.
type march struct {
	Pusher
	plan    plan.Plan
	options Options
	doors   doors
	timer   time.Duration

	mu     sync.Mutex
	report Reporter
	bad    map[string]bool      // devices that have failed and not come out well since, in the whole run
	well   map[string]bool      // devices of which a leg of this push came out well: their past is over
	tried  map[string]Outcome   // devices that were tried again before all others
	former map[string][]Signals // of the devices of a wave that soaks, before their switch
	lost   error                // why nothing can be recorded any more
}

func (p Pusher) march(pl plan.Plan, o Options, r Reporter) (*march, error) {
	d, err := p.doors(targetsOf(pl)...)
	if err != nil {
		return nil, err
	}
	timer, err := confirmAfter(pl.Gates)
	if err != nil {
		return nil, fmt.Errorf("gates: confirm: %w", err)
	}
	if err := o.Fits(pl); err != nil {
		return nil, err
	}
	if r == nil {
		r = func(Event) {}
	}
	m := &march{Pusher: p, plan: pl, options: o, doors: d, timer: timer, report: r, bad: map[string]bool{}, well: map[string]bool{}, tried: map[string]Outcome{}, former: map[string][]Signals{}}
	d.trials.remember(o.Past)
	for device, past := range o.Past {
		m.bad[device] = past.Failed
	}
	for _, device := range o.LeaveOut {
		m.bad[device] = true
	}
	return m, nil
}

// Fits makes sure that the plan has every wave and device that the options name.
func (o Options) Fits(pl plan.Plan) error {
	var waves, devices []string
	for _, w := range pl.Waves {
		waves = append(waves, w.Name)
		for _, s := range w.Steps {
			devices = append(devices, s.Device)
		}
	}
	for _, name := range append(slices.Clone(o.Waves), o.Through) {
		if name != "" && !slices.Contains(waves, name) {
			return fmt.Errorf("the plan has no wave %q", name)
		}
	}
	for _, name := range slices.Concat(o.Devices, o.LeaveOut, o.AcceptUnsaved, o.AcceptNone) {
		if !slices.Contains(devices, name) {
			return fmt.Errorf("the plan has no device %q", name)
		}
	}
	return nil
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
	m.retry(ctx, waves)
	for i, w := range waves {
		if m.closed(w) {
			out.Outcomes = append(out.Outcomes, m.left(waves[i:])...)
			return out, nil
		}
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
		outcomes, _ := m.wave(ctx, w, undo) // one that fails keeps none of the others from going back
		out.Outcomes = append(out.Outcomes, outcomes...)
		if ctx.Err() != nil {
			out.Outcomes = append(out.Outcomes, m.left(waves[i+1:])...)
			break
		}
	}
	return out, nil
}

// closed asks the gate whether a wave may begin now, and tells where it may not.
func (m *march) closed(w plan.Wave) bool {
	if m.options.Gate == nil {
		return false
	}
	err := m.options.Gate(m.now())
	if err != nil {
		m.tell(Event{Wave: w.Name, What: Stopped, Text: err.Error()})
	}
	return err != nil
}

// waves are those that the options ask for, with the devices that they ask for.
func (m *march) waves() []plan.Wave {
	var out []plan.Wave
	for _, w := range m.plan.Waves {
		if len(m.options.Waves) == 0 || slices.Contains(m.options.Waves, w.Name) {
			w.Steps = slices.DeleteFunc(slices.Clone(w.Steps), func(s plan.Step) bool {
				return len(m.options.Devices) > 0 && !slices.Contains(m.options.Devices, s.Device)
			})
			out = append(out, w)
		}
		if w.Name == m.options.Through {
			break
		}
	}
	return out
}

// last reports whether the march goes through the whole plan: every wave, with all devices, and none of
// them asked for by its name.
func (m *march) last(waves []plan.Wave) bool {
	return len(m.options.Waves)+len(m.options.Devices)+len(m.options.LeaveOut) == 0 && len(waves) == len(m.plan.Waves)
}

// retry tries the devices again that failed in an earlier push of the run, before all others: what is
// still wrong with them counts when the others are asked. It goes wave by wave, for two of a pair are
// never changed together, and no further than a wave with devices whose turn has not come yet.
func (m *march) retry(ctx context.Context, waves []plan.Wave) {
	for _, w := range waves {
		var again []plan.Step
		through := true
		for _, s := range w.Steps {
			past := m.options.Past[s.Device]
			switch {
			case slices.Contains(m.options.LeaveOut, s.Device):
			case past.Failed:
				again = append(again, s)
			case !past.Well:
				through = false
			}
		}
		if len(again) > 0 {
			if m.closed(w) {
				return
			}
			m.again(ctx, w, again)
		}
		if !through {
			return
		}
	}
}

// again tries some devices of a wave, so many at once, as long as what is done can be recorded.
func (m *march) again(ctx context.Context, w plan.Wave, steps []plan.Step) {
	slots := make(chan struct{}, max(1, m.plan.Gates.Parallel))
	var jobs sync.WaitGroup
	budget := &budget{march: m, wave: w, leg: "push"}
	for _, s := range steps {
		slots <- struct{}{}
		if ctx.Err() != nil || !budget.recording() {
			<-slots
			continue
		}
		jobs.Go(func() {
			o := m.device(ctx, w, s, push)
			budget.count(o)
			m.mu.Lock()
			m.tried[s.Device] = o
			m.mu.Unlock()
			<-slots
		})
	}
	jobs.Wait()
}

// wave takes the leg with each device, so many at once, until too many have failed.
func (m *march) wave(ctx context.Context, w plan.Wave, of func(plan.Step) leg) (out []Outcome, stop bool) {
	name := of(plan.Step{}).name
	todo := w.Steps
	if name == "push" {
		todo = slices.DeleteFunc(slices.Clone(w.Steps), func(s plan.Step) bool { _, tried := m.tried[s.Device]; return tried })
	}
	m.tell(Event{Wave: w.Name, What: WaveBegins, Text: fmt.Sprintf("%d devices", len(todo))})
	out = make([]Outcome, len(w.Steps))
	slots := make(chan struct{}, max(1, m.plan.Gates.Parallel))
	var jobs sync.WaitGroup
	budget := &budget{march: m, wave: w, leg: name}
	shut := false // the gate has closed since the wave began
	for i, s := range w.Steps {
		if o, tried := m.tried[s.Device]; tried && name == "push" {
			out[i] = o
			continue
		}
		shut = shut || i > 0 && name == "push" && m.closed(w)
		slots <- struct{}{} // a device is started only when what it must wait for has been counted
		if ctx.Err() != nil || slices.Contains(m.options.LeaveOut, s.Device) || budget.spent() || shut {
			out[i] = m.notStarted(w.Name, s)
			<-slots
			continue
		}
		jobs.Go(func() {
			out[i] = m.device(ctx, w, s, of)
			budget.count(out[i])
			<-slots
		})
	}
	jobs.Wait()
	stop = ctx.Err() != nil || budget.spent() || shut
	if stop && !shut {
		m.tell(Event{Wave: w.Name, What: Stopped, Text: budget.String()})
	}
	return out, stop
}

// errGated says why a device was left alone.
var errGated = errors.New("not started: the march was stopped before it")

func (m *march) notStarted(wave string, s plan.Step) Outcome {
	return Outcome{Wave: wave, Device: s.Device, Class: Gated, State: NotKnown, Err: fmt.Errorf("%s: %w", s.Device, errGated)}
}

func (m *march) left(waves []plan.Wave) (out []Outcome) {
	for _, w := range waves {
		for _, s := range w.Steps {
			o, tried := m.tried[s.Device]
			if !tried {
				o = m.notStarted(w.Name, s)
			}
			out = append(out, o)
		}
	}
	return out
}

// device takes the leg with one device.
func (m *march) device(ctx context.Context, w plan.Wave, s plan.Step, of func(plan.Step) leg) Outcome {
	one := m.mission(w.Name, s, of(s))
	if w.Soak != "" && one.leg.name == "push" {
		one.listens = m.remember
	}
	one.say(Connecting, s.Address)
	out := one.finished(one.run(ctx))
	m.mu.Lock()
	defer m.mu.Unlock()
	m.well[s.Device] = m.well[s.Device] || out.Class == Done
	return out
}

// past is what earlier pushes of the run did on a device, until a leg of this one came out well there.
func (m *march) past(device string) Past {
	if m.hasDone(device) {
		return Past{}
	}
	return m.options.Past[device]
}

// hasDone reports whether a leg of this push came out well on a device.
func (m *march) hasDone(device string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.well[device]
}

// finished tells how a device came out. One that came out well is not done where that cannot be recorded.
func (m *mission) finished(out Outcome) Outcome {
	if err := m.say(Finished, out.ended()); err != nil && out.Class == Done {
		return m.outcome(Unknown, out.State, err)
	}
	return out
}

func (m *march) mission(wave string, s plan.Step, l leg) *mission {
	one := &mission{Pusher: m.Pusher, wave: wave, step: s, leg: l, doors: m.doors, options: m.options, timer: m.timer, past: m.past(s.Device), changed: m.hasDone(s.Device)}
	one.say = func(what, text string) error {
		return m.tell(Event{Wave: wave, Device: s.Device, Leg: one.leg.name, What: what, Text: text})
	}
	return one
}

// tell records an event and then reports it. The error is that of the record, now or earlier.
func (m *march) tell(e Event) error {
	e.Time = m.now()
	var err error
	if m.Record != nil {
		err = m.Record(e)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err != nil && m.lost == nil {
		m.lost = fmt.Errorf("the journal cannot be written: %w", err)
	}
	m.report(e)
	return m.lost
}

// clean removes what is no longer used, wave by wave.
func (m *march) clean(ctx context.Context) (out []Outcome) {
	for i, w := range m.plan.Waves {
		w.Steps = slices.DeleteFunc(slices.Clone(w.Steps), func(s plan.Step) bool { return len(s.Cleanup) == 0 })
		if len(w.Steps) == 0 {
			continue
		}
		if m.closed(w) {
			return append(out, m.unclean(m.plan.Waves[i:])...)
		}
		outcomes, stop := m.wave(ctx, w, cleanup)
		out = append(out, outcomes...)
		if stop {
			return append(out, m.unclean(m.plan.Waves[i+1:])...)
		}
	}
	return out
}

// unclean are the devices whose cleanup was not started: they are as the plan wants them.
func (m *march) unclean(waves []plan.Wave) (out []Outcome) {
	for _, w := range waves {
		for _, s := range w.Steps {
			if len(s.Cleanup) > 0 {
				o := m.notStarted(w.Name, s)
				o.State = After
				out = append(out, o)
			}
		}
	}
	return out
}
