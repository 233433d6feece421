package pusher

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"op25b/plan"
	"op25b/pusher/cli"
	"op25b/pusher/gnmi"
	"op25b/templates/words"
)

// leg is one change of one device, from a state to another.
type leg struct {
	name     string // push, sweep, soak, cleanup, undo, confirm or abort
	origin   State  // what from is among the states of the step
	reached  State  // and to
	from, to string // digests
	lines    []string
	before   []string // canonical lines of from, where they are known
	stage    []string // unbound: without effect
	swap     []string // what takes effect
}

func push(s plan.Step) leg {
	l := leg{name: "push", origin: Before, reached: After, from: s.Have, to: s.Want, lines: s.After, before: s.Before, stage: s.Stage, swap: s.Switch}
	if len(l.stage)+len(l.swap) == 0 {
		l.swap = s.Do
	}
	return l
}

func cleanup(s plan.Step) leg {
	return leg{name: "cleanup", origin: After, reached: Cleaned, from: s.Want, to: s.Cleaned, before: s.After, swap: s.Cleanup}
}

func undo(s plan.Step) leg {
	return leg{name: "undo", origin: After, reached: Before, from: s.Want, to: s.Have, lines: s.Before, before: s.After, swap: s.Undo}
}

// mission is one leg of one device on its way.
type mission struct {
	Pusher
	wave    string
	step    plan.Step
	leg     leg
	doors   doors
	options Options
	timer   time.Duration                  // how long the device's own timer is to run
	past    Past                           // what earlier pushes of the run did
	changed bool                           // an earlier leg of this push left the device as planned
	listens func(device string, s Signals) // takes what the device tells before the switch; nil where nobody soaks
	say     func(what, text string) error  // records, then reports; the error is that of the record

	a          post // the session that arms and types
	guard      words.Guard
	guarded    bool // the device takes the change back by itself
	length     int  // of the timer, in the guard's units
	armedAt    time.Time
	armed      bool
	sent       bool // lines were typed
	committed  bool
	doubted    bool // the commit was sent and not answered: the device may still carry it out
	confirming bool // the confirmation was typed: the device may have taken it
	unsaved    bool
	seen       State  // when it was looked at first
	found      string // the running configuration when it was looked at first
	halved     bool   // the leg starts where an earlier push of the run died among its lines
	retreating bool   // on the way back nothing waits for a record
}

// refusal makes an error one that has the class Refused.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

func refuse(format string, words ...any) error { return refusal{fmt.Errorf(format, words...)} }

// run carries the leg out. It never leaves a session open.
func (m *mission) run(ctx context.Context) Outcome {
	out, err := m.start(ctx)
	if out != nil || err != nil {
		m.part()
		return m.early(out, err)
	}
	defer m.part()
	if err := m.change(ctx); err != nil {
		return m.retreat(ctx, err)
	}
	if m.leg.name == "sweep" { // the way is free for what was asked
		m.part()
		next := mission{Pusher: m.Pusher, wave: m.wave, step: m.step, leg: push(m.step), doors: m.doors, options: m.options, timer: m.timer, say: m.say}
		return next.run(ctx)
	}
	return m.outcome(Done, m.leg.reached, nil)
}

func (m *mission) part() {
	if m.a.dialog != nil {
		m.a.Close()
	}
}

func (m *mission) outcome(c Class, s State, err error) Outcome {
	if err != nil {
		err = fmt.Errorf("%s: %s: %w", m.step.Device, m.leg.name, err)
	}
	return Outcome{Wave: m.wave, Device: m.step.Device, Class: c, State: s, Err: err}
}

// early is the outcome of a device to which this leg has sent nothing.
func (m *mission) early(out *Outcome, err error) Outcome {
	if out != nil {
		return *out
	}
	if m.seen == "" {
		m.seen = NotKnown
	}
	if left := m.past.Left(m.now()); left > 0 && m.seen == NotKnown { // a timer of this run goes on, and nobody has seen its end
		out := m.outcome(Unknown, Pending, err)
		out.Left = m.past.Reverts(m.now())
		return out
	}
	if m.changed && m.leg.name == "cleanup" {
		err = fmt.Errorf("what it was changed to is in force, and what nothing uses any more is still on it: %w", err)
	}
	if m.changed && m.seen == NotKnown || errors.Is(err, gnmi.ErrTrialLeft) {
		return m.outcome(Unknown, m.seen, err)
	}
	var r refusal
	if errors.As(err, &r) || errors.Is(err, ErrIdentity) || errors.Is(err, cli.ErrHostKey) || errors.Is(err, gnmi.ErrUntrusted) {
		return m.outcome(Refused, m.seen, err)
	}
	return m.outcome(Failed, m.seen, err)
}

// start looks at the device and decides whether there is anything to do. A nil outcome without
// error says: go on.
func (m *mission) start(ctx context.Context) (*Outcome, error) {
	if err := m.typeable(); err != nil {
		return nil, refuse("%w", err)
	}
	var err error
	if m.a, err = m.open(ctx, m.doors, TargetOf(m.step)); err != nil {
		return nil, err
	}
	m.say(Connected, m.a.HostKey())
	running, err := m.a.read(ctx)
	if err == nil && m.past.Left(m.now()) > 0 {
		running, err = m.inherit(ctx, running)
	}
	if err != nil {
		return nil, err
	}
	done := func(s State) *Outcome { o := m.outcome(Done, s, nil); return &o }
	now := state(m.step, running.Config)
	m.found = running.Text
	m.seen = where(m.step, running.Config)
	switch {
	case now == m.leg.to && m.leg.name == "push" && m.past.Typed && m.unites():
		doubt := m.outcome(Unknown, After, errors.New("it was set by union_replace, and what that took from others can no longer be seen; look at it, and roll it back or abort the run"))
		return &doubt, nil
	case now == m.leg.to || (m.leg.name == "push" || m.leg.name == "soak") && now == m.step.Cleaned:
		if err := m.lasting(ctx, now); err != nil {
			return nil, err
		}
		if now == m.leg.to {
			m.say(Skipped, "already as wanted")
			return done(m.leg.reached), nil
		}
		m.say(Skipped, "already as wanted, and cleaned")
		return done(Cleaned), nil
	case m.leg.name == "undo" && now != m.leg.from && (now == m.step.Cleaned || m.past.Leg == "cleanup"):
		return nil, refuse("it was cleaned up: what the stored undo goes back to is gone; make a new plan for the date to go back to: op25b plan --at DATE -o FILE")
	case now != m.leg.from:
		h, is := m.halfDone(ctx, running)
		if !is {
			return nil, refuse("it changed since the plan was made (%s); make a new plan", difference(m.step, running.Config, m.leg.before))
		}
		m.halved, m.leg = true, h.finish(m.leg, m.a.dialect.Remove(h.idle), m.step)
	}
	if err := m.quiet(ctx, running); err != nil {
		return nil, err
	}
	if err := m.choose(); err != nil {
		return nil, err
	}
	m.say(Checked, "as planned for")
	if m.options.DryRun {
		return done(where(m.step, running.Config)), nil
	}
	if err := m.tried(ctx); err != nil {
		return nil, err
	}
	return nil, m.sample(ctx, running)
}

// sample takes what the device tells over the session that will change it.
func (m *mission) sample(ctx context.Context, running Reading) error {
	if m.listens == nil {
		return nil
	}
	s, err := m.a.signalsOf(ctx, m.step, running.Config)
	if err == nil {
		m.listens(m.step.Device, s)
	}
	return err
}

// typeable holds every line of the leg against what the dialect's config mode may be told.
func (m *mission) typeable() error {
	session, err := dialectSession(m.step.Dialect)
	if err != nil {
		return err
	}
	for _, line := range slices.Concat(m.leg.stage, m.leg.swap) {
		if err := cli.Configures(session, line); err != nil {
			return err
		}
	}
	return nil
}

// lasting makes sure that a device that is as wanted stays so: no timer of an earlier push
// still runs, and a restart would load it.
func (m *mission) lasting(ctx context.Context, now string) error {
	if err := m.noTimer(ctx); err != nil {
		return err
	}
	w := m.a.words
	if w.Startup == "" || m.options.DryRun {
		return nil
	}
	startup, err := m.a.configuration(ctx, w.Startup)
	if err != nil {
		return fmt.Errorf("startup: %w", err)
	}
	if state(m.step, startup.Config) == now {
		return nil
	}
	if !slices.Contains(m.options.AcceptUnsaved, m.step.Device) && !(m.past.Typed && m.othersSaved(ctx, startup.Text)) {
		return refuse("it is as wanted, but that is not saved: a restart would lose it; save it, or accept it by name and it is saved")
	}
	return m.save(ctx, m.a, now)
}

// quiet makes sure that nobody else is at work: nothing unsaved, no timer of anybody. What is half
// done is our own.
func (m *mission) quiet(ctx context.Context, running Reading) error {
	w := m.a.words
	if w.Startup != "" && !m.halved {
		startup, err := m.a.Read(ctx, w.Startup)
		if err != nil {
			return fmt.Errorf("startup: %w", err)
		}
		m.unsaved = w.Comparable(startup) != w.Comparable(running.Text) &&
			!(m.past.Typed && m.sameOthers(startup, running.Text))
		if m.unsaved && !slices.Contains(m.options.AcceptUnsaved, m.step.Device) {
			return refuse("somebody's work on it is not saved: running and startup differ; save or undo it, or accept it by name")
		}
	}
	return m.noTimer(ctx)
}

// noTimer makes sure that no revert timer runs, whoever started it. One that a try of an earlier push
// may have left is short: it is waited for.
func (m *mission) noTimer(ctx context.Context) error {
	for _, name := range sortedGuards(m.a.words.Guards) {
		g := m.a.words.Guards[name]
		timer, err := m.a.pending(ctx, g)
		for err == nil && timer.runs && m.now().Before(m.past.Trial) && !m.options.NoWait {
			if err = m.sleep(ctx, time.Second); err == nil {
				timer, err = m.a.pending(ctx, g)
			}
		}
		if err != nil {
			return err
		}
		if timer.runs {
			return refuse("a timer runs on it that is not ours or is left from an earlier push (%s); wait until it has ended", g.Pending)
		}
	}
	return nil
}

// timer is what a device shows of a timer that will take its last change back.
type timer struct {
	runs  bool
	left  time.Duration // 0 where it does not say
	shown bool          // the device can tell; else the journal is all that is known
}

// pending asks whether a timer runs. A command line that does not know the question has no such timer,
// or says so that none runs; who may not ask over gNMI is not told.
func (o post) pending(ctx context.Context, g words.Guard) (timer, error) {
	if g.Pending == "" {
		return timer{}, nil
	}
	text, err := o.Read(ctx, g.Pending)
	if refused(err) {
		return timer{shown: o.target.Via.Transport != overGNMI}, nil
	}
	if err != nil {
		return timer{}, err
	}
	match := g.PendingIs.FindStringSubmatch(text)
	if match == nil {
		return timer{shown: true}, nil
	}
	t := timer{runs: true, shown: true}
	if i := g.PendingIs.SubexpIndex("left"); i > 0 && match[i] != "" {
		n := 0
		fmt.Sscan(match[i], &n)
		t.left = time.Duration(n) * g.Left
	}
	return t, nil
}

// choose finds the way in which the device takes the change back by itself.
func (m *mission) choose() error {
	if m.step.Revert == "none" {
		if !slices.Contains(m.options.AcceptNone, m.step.Device) {
			return refuse("it cannot take a change back by itself (revert: none); accept that by name")
		}
		return nil
	}
	g, there := m.a.words.Guards[m.step.Revert]
	if !there {
		return refuse("revert: %s is not for %s", m.step.Revert, m.step.Dialect)
	}
	if m.step.Revert == "reload" && m.unsaved {
		return refuse("revert: reload would lose the work on it that is not saved")
	}
	m.guard, m.guarded, m.length = g, true, g.Length(m.timer)
	return nil
}
