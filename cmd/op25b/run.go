package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"op25b/journal"
	"op25b/plan"
	"op25b/pusher"
)

// ledger is the journal, open to write down one run, and the lock that keeps others from it.
type ledger struct {
	journal *journal.Journal
	lock    journal.Lock
	run     journal.Run
	plan    plan.Plan
	past    map[string]pusher.Past
	soaked  map[string]bool // waves that need not soak again
	globals *globals
}

// begin opens the journal for a push of a plan: a new run, or the run of the plan that is not over.
func (g *globals) begin(p plan.Plan) (ledger, error) {
	l, err := g.lockJournal()
	if err != nil {
		return l, err
	}
	l.plan = p
	run, there, err := newest(l.journal, p)
	if err != nil {
		l.close()
		return l, err
	}
	if there && run.End == "" {
		g.voice.note("run %s of this plan is not over; it goes on", run.ID)
		l.run = run
		return l.remembering()
	}
	if err := g.others(l.journal, p); err != nil {
		l.close()
		return l, err
	}
	l.run, err = l.journal.Begin(p, g.author(""), host(), g.world.now())
	if err != nil {
		l.close()
	}
	return l, err
}

// reopen opens the journal for a run that is in it: "" is the last.
func (g *globals) reopen(name string) (ledger, error) {
	l, err := g.lockJournal()
	if err != nil {
		return l, err
	}
	if l.run, err = l.journal.Find(name); err == nil {
		l.plan, err = l.run.PlanOf()
	}
	if err != nil {
		l.close()
		return l, noRun(err)
	}
	return l.remembering()
}

// taken is the run that a verb's first word names, open to be written; "" is the last.
func (g *globals) taken(words []string) (ledger, error) {
	if err := g.formats("text", "json"); err != nil {
		return ledger{}, err
	}
	l, err := g.reopen(first(words))
	if err != nil {
		return l, err
	}
	if err := g.prepared(l.plan); err != nil {
		l.close()
		return l, err
	}
	return l, nil
}

// newest is the newest run of a plan.
func newest(j *journal.Journal, p plan.Plan) (journal.Run, bool, error) {
	runs, err := j.Runs()
	for i := len(runs) - 1; i >= 0; i-- {
		if runs[i].Plan == p.ID {
			return runs[i], true, err
		}
	}
	return journal.Run{}, false, err
}

func noRun(err error) error {
	if errors.Is(err, journal.ErrNoRun) {
		return exit{failed, err, "op25b log lists the runs"}
	}
	return err
}

func (g *globals) lockJournal() (ledger, error) {
	l := ledger{globals: g}
	path := g.journalFile()
	var err error
	l.lock, err = journal.Take(path, g.author("")+"@"+host())
	var held journal.Held
	if errors.As(err, &held) {
		return l, exit{refused, err, "one writer at a time: wait until that is done; op25b status reads meanwhile"}
	}
	if err != nil {
		return l, unwritable(err)
	}
	if l.journal, err = journal.Open(path); err != nil {
		l.lock.Release()
	}
	return l, unwritable(err)
}

// unwritable says what to do about a journal that cannot be written, where the error does not.
func unwritable(err error) error {
	if err == nil || hintOf(err) != "" {
		return err
	}
	return exit{failed, err, "nothing is sent that cannot be written down: name a file in a folder of yours with --journal"}
}

// remembering reads what the run did so far.
func (l ledger) remembering() (ledger, error) {
	events, err := history(l.journal, l.run.ID)
	if err != nil {
		l.close()
		return l, err
	}
	l.past, l.soaked = pusher.Remember(events), pusher.SoakedWaves(events)
	return l, nil
}

// history is a run's rows as events.
func history(j *journal.Journal, run string) ([]pusher.Event, error) {
	rows, err := j.Rows(run)
	if err != nil {
		return nil, err
	}
	events := make([]pusher.Event, len(rows))
	for i, r := range rows {
		events[i] = pusher.Event{Time: r.Time, Wave: r.Wave, Device: r.Device, Leg: r.Leg, What: r.What, Text: r.Text}
	}
	return events, nil
}

// others tells of runs of other plans that are not over, and refuses a plan for a device on which a
// timer of such a run may still go on: what it reads there may be taken back.
func (g *globals) others(j *journal.Journal, p plan.Plan) error {
	runs, err := j.Runs()
	if err != nil {
		return err
	}
	for _, r := range runs {
		if r.End != "" || r.Plan == p.ID {
			continue
		}
		g.voice.say("warning: ", fmt.Sprintf("run %s is not over; op25b status %s says what is where", r.ID, r.ID))
		events, err := history(j, r.ID)
		if err != nil {
			return err
		}
		for device, past := range pusher.Remember(events) {
			if left := past.Left(g.world.now()); left > 0 && hasDevice(p, device) {
				return exit{refused, fmt.Errorf("%s: a timer of run %s may still go on, for %s", device, r.ID, left.Round(time.Second)),
					"op25b resume " + r.ID + ", or op25b abort " + r.ID + ", first"}
			}
		}
	}
	return nil
}

func hasDevice(p plan.Plan, name string) bool {
	return slices.ContainsFunc(p.Waves, func(w plan.Wave) bool {
		return slices.ContainsFunc(w.Steps, func(s plan.Step) bool { return s.Device == name })
	})
}

// record writes an event down, without secrets.
func (l ledger) record(e pusher.Event) error {
	_, err := l.journal.Write(journal.Row{Run: l.run.ID, Time: e.Time, Wave: e.Wave, Device: e.Device, Leg: e.Leg,
		What: e.What, Text: l.globals.voice.foreign(e.Text), Operator: l.globals.author("")})
	if err == nil && l.globals.world.recorded != nil {
		l.globals.world.recorded()
	}
	return err
}

// pusher is the pusher that writes this run down.
func (l ledger) pusher() pusher.Pusher {
	p := l.globals.pusher()
	p.Record = l.record
	return p
}

// end closes the run.
func (l ledger) end(how string) error {
	return l.journal.End(l.run.ID, how, l.globals.world.now())
}

func (l ledger) close() {
	if l.journal != nil {
		l.journal.Close()
	}
	l.lock.Release()
}

func host() string {
	name, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return name
}

// carry carries a run on and tells how it came out.
func (l ledger) carry(ctx context.Context, o pusher.Options) error {
	o.Past, o.Soaked = l.past, l.soaked
	report, err := l.globals.watched(ctx, l.pusher().Push, l.plan, o)
	if err != nil {
		return exit{failed, err, "op25b show FILE has the names of the waves and devices"}
	}
	if len(o.Waves)+len(o.Devices)+len(o.LeaveOut) == 0 && (o.Through == "" || o.Through == l.plan.Waves[len(l.plan.Waves)-1].Name) && report.Class() == pusher.Done && ctx.Err() == nil {
		if err := l.end(journal.Done); err != nil {
			return err
		}
	}
	return l.globals.concluded(ctx, "op25b resume "+l.run.ID, report)
}

// decided writes down what a person overrode by name, and otherwise.
func (l ledger) decided(o pusher.Options, said ...string) error {
	for flag, names := range map[string][]string{"accept-unsaved": o.AcceptUnsaved, "accept-no-revert": o.AcceptNone, "leave-out": o.LeaveOut} {
		for _, name := range names {
			said = append(said, "--"+flag+" "+name)
		}
	}
	slices.Sort(said)
	if len(said) == 0 {
		return nil
	}
	return l.record(pusher.Event{Time: l.globals.world.now(), What: overridden, Text: strings.Join(said, " ")})
}

// overridden is the row for what a person decided against a gate; outsideWindow where no gate is
// asked: it may close later, between two waves.
const overridden, outsideWindow = "override", "--outside-window"

// ungated says that a push asks no gate.
func ungated(o pusher.Options) []string {
	if o.Gate != nil {
		return nil
	}
	return []string{outsideWindow}
}

// concluded prints a report, and says what to type next.
func (g *globals) concluded(ctx context.Context, again string, report pusher.Report) error {
	if err := g.printEnd(report); err != nil {
		return err
	}
	if ctx.Err() != nil && unarmed(report) {
		return exit{interrupted, errors.New("interrupted; no device is left with a timer"), again + ": what is done is skipped"}
	}
	g.advise(report, again)
	return outcome(report)
}

// gate is asked before each wave: a window that has closed meanwhile stops the march.
func (g *globals) gate(p plan.Plan) func(time.Time) error {
	return func(now time.Time) error {
		if err := inValidity(p.Valid, p.Gates.Window, now); err != nil {
			return err
		}
		return inWindow(p.Gates.Window, now)
	}
}
