package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"op25b/journal"
	"op25b/plan"
	"op25b/pusher"
)

// runView is what became of a run, as the page shows it.
type runView struct {
	Begun, Ended, Took string
	Ending             state
	Chain              state
	Tally              []tally // a state, and how many devices are in it
	Overrides          []fact  // what was said against a gate, and by whom
	Troubles           []trouble
	Legs               []legView
	Rows               []journalRow
	states             map[string]state // by device
}

// state is a word with a tone; the tone is good, back, wait, bad or none.
type state struct{ Tone, Word string }

// trouble is what went wrong, on one device or in the same way on several.
type trouble struct {
	Devices, Wave, Leg string
	Class              string
	Tone               string
	Text               string
	Next               string
	Now                string // where the device is in the end, where that is another state
}

// legView is a wave taking a leg, drawn against one axis.
type legView struct {
	Wave, Leg      string
	From, To, Took string
	Notes          []string // what the wave as a whole did
	Lanes          []lane
	Open           bool
}

// lane is one device on its way. Places are in per cent of the axis.
type lane struct {
	Device string
	State  state
	Spans  []span
	Ticks  []tick
	Steps  []fact // what, and when
}

// span is a time in which a device was in one condition: seen (nothing was sent), trial (it
// would take the change back by itself), kept, back.
type span struct{ X, Width, Y, Height, Kind string }

type tick struct{ X, What string }

// journalRow is a row of the journal, for people.
type journalRow struct {
	entry
	At, Short string
}

// ending is how a device finished a leg, read from the text of the event.
type ending struct {
	class pusher.Class
	where pusher.State
	text  string
}

// Now is where the last row leaves a device.
func (r runView) Now(device string) state {
	if s, there := r.states[device]; there {
		return s
	}
	return state{"none", "not started"}
}

// pageOf is a run of the journal, its chain recomputed.
func pageOf(j *journal.Journal, run journal.Run) (page, error) {
	p, err := run.PlanOf()
	if err != nil {
		return page{}, err
	}
	a := account{ID: run.ID, Operator: run.Operator, Host: run.Host, Begun: run.Begun, Ended: run.Ended, End: run.End, Checked: true}
	var broken journal.Broken
	if err := j.Verify(run.ID); errors.As(err, &broken) {
		a.Broken = broken.Error()
	} else if err != nil {
		return page{}, err
	}
	rows, err := j.Rows(run.ID)
	for _, r := range rows {
		a.Rows = append(a.Rows, entry{r.Seq, r.Time, r.Wave, r.Device, r.Leg, r.What, r.Text, r.Operator, r.Hash})
	}
	return page{Plan: p, Run: a}, err
}

func reportOf(p plan.Plan, a account, zone *time.Location) runView {
	r := runView{Begun: a.Begun.In(zone).Format("2006-01-02 15:04:05"), Chain: chainOf(a), states: map[string]state{}}
	r.Ending = state{"wait", "still open"}
	if !a.Ended.IsZero() {
		r.Ended, r.Took = a.Ended.In(zone).Format("2006-01-02 15:04:05"), took(a.Ended.Sub(a.Begun))
		r.Ending = state{map[string]string{"done": "good", "rolled-back": "back"}[a.End], a.End}
		if r.Ending.Tone == "" {
			r.Ending.Tone = "bad"
		}
	}
	for _, e := range a.Rows {
		if e.What == overridden {
			r.Overrides = append(r.Overrides, fact{e.Text, e.Operator})
		}
		r.Rows = append(r.Rows, journalRow{e, e.Time.In(zone).Format("15:04:05"), e.Hash[:min(12, len(e.Hash))]})
		r.follow(e)
	}
	r.Troubles = troubles(a.ID, a.Rows, r)
	r.Legs = legs(a.Rows, zone)
	r.Tally = r.tally(p)
	return r
}

func chainOf(a account) state {
	switch {
	case a.Broken != "":
		return state{"bad", "the journal was changed: " + a.Broken}
	case !a.Checked:
		return state{"wait", "the chain of the journal was not checked"}
	}
	return state{"good", "the chain of the journal holds: " + counted(len(a.Rows), "row")}
}

// follow notes where a row leaves its device.
func (r *runView) follow(e entry) {
	switch {
	case e.Device == "":
	case e.What == pusher.Finished:
		r.states[e.Device] = endingOf(e.Text).state()
	case e.What == pusher.Connected, e.What == pusher.Checked, e.What == pusher.Trying, e.What == pusher.Skipped:
		if _, there := r.states[e.Device]; !there {
			r.states[e.Device] = state{"wait", "begun, no end is written"}
		}
	default:
		r.states[e.Device] = state{"bad", "unknown: " + e.What + ", and no end is written"}
	}
}

// endingOf reads the text of a finished event: "rolled back; it is before: why".
func endingOf(text string) ending {
	class, where, why := pusher.Ended(text)
	return ending{class, where, why}
}

func (e ending) state() state {
	word := map[pusher.State]string{pusher.Before: "as before", pusher.After: "as wanted", pusher.Cleaned: "as wanted, cleaned",
		pusher.Pending: "its timer runs", pusher.Other: "neither as before nor as wanted", pusher.NotKnown: "unknown"}[e.where]
	if word == "" {
		word = string(e.where)
	}
	switch {
	case e.class == pusher.Gated:
		return state{"none", "not started"}
	case e.where == pusher.Pending:
		return state{"wait", word}
	case e.class == pusher.RolledBack:
		return state{"back", "rolled back, " + word}
	case e.class == pusher.Unknown && e.where == pusher.NotKnown:
		return state{"bad", word}
	case e.class != pusher.Done:
		return state{"bad", e.class.String() + "; " + word}
	case e.where == pusher.Before:
		return state{"back", word}
	}
	return state{"good", word}
}

// tally counts the plan's devices by where they are, the most telling first.
func (r runView) tally(p plan.Plan) []tally {
	count := map[state]int{}
	for _, w := range p.Waves {
		for _, s := range w.Steps {
			count[r.Now(s.Device)]++
		}
	}
	var order []state
	for s := range count {
		order = append(order, s)
	}
	rank := []string{"bad", "wait", "back", "none", "good"}
	slices.SortFunc(order, func(a, b state) int {
		if d := slices.Index(rank, a.Tone) - slices.Index(rank, b.Tone); d != 0 {
			return d
		}
		return strings.Compare(a.Word, b.Word)
	})
	var out []tally
	for _, s := range order {
		out = append(out, tally{s.Tone, s.Word, counted(count[s], "device")})
	}
	return out
}

// troubles are the ends that were not well. What is the same on several devices is told once.
func troubles(run string, rows []entry, r runView) []trouble {
	var out []trouble
	var who [][]plan.Step
	at := map[trouble]int{}
	for _, e := range rows {
		end := endingOf(e.Text)
		if e.What != pusher.Finished || end.class == pusher.Done {
			continue
		}
		s := end.state()
		t := trouble{Wave: e.Wave, Leg: e.Leg, Class: end.class.String(), Tone: s.Tone, Next: next(end.class, end.where, "op25b resume "+run),
			Text: strings.TrimPrefix(end.text, e.Device+": ")}
		if now := r.Now(e.Device); now != s {
			t.Now = now.Word
		}
		i, there := at[t]
		if !there {
			i, at[t] = len(out), len(out)
			out, who = append(out, t), append(who, nil)
		}
		who[i] = append(who[i], plan.Step{Device: e.Device})
	}
	for i := range out {
		out[i].Devices = names(who[i])
	}
	return out
}

// many is how many lanes a leg may have before it is folded.
const many = 40

// legs are the waves and their legs, in the order in which they began. A wave that is taken up
// again, as by a resume, is drawn anew.
func legs(rows []entry, zone *time.Location) []legView {
	type stretch struct {
		wave, leg string
		rows      []entry
	}
	var all []stretch
	now := map[string]int{} // the stretch that a wave is in
	for _, e := range rows {
		if e.What == overridden || e.What == pusher.WaveBegins {
			delete(now, e.Wave)
			continue
		}
		i, there := now[e.Wave]
		if !there || e.Leg != "" && all[i].leg != "" && e.Leg != all[i].leg {
			i = len(all)
			all, now[e.Wave] = append(all, stretch{wave: e.Wave}), i
		}
		if e.Leg != "" {
			all[i].leg = e.Leg
		}
		all[i].rows = append(all[i].rows, e)
	}
	var out []legView
	for _, one := range all {
		out = append(out, legOf(one.wave, one.leg, one.rows, zone))
	}
	return out
}

func legOf(wave, leg string, rows []entry, zone *time.Location) legView {
	from, to := rows[0].Time, rows[0].Time
	var order []string
	of := map[string][]entry{}
	l := legView{Wave: wave, Leg: leg}
	for _, e := range rows {
		if e.Time.Before(from) {
			from = e.Time
		}
		if e.Time.After(to) {
			to = e.Time
		}
		if e.Device == "" {
			l.Notes = append(l.Notes, strings.TrimSpace(e.Time.In(zone).Format("15:04:05")+" "+e.What+" "+e.Text))
			continue
		}
		if of[e.Device] == nil {
			order = append(order, e.Device)
		}
		of[e.Device] = append(of[e.Device], e)
	}
	l.From, l.To, l.Took = from.In(zone).Format("15:04:05"), to.In(zone).Format("15:04:05"), took(to.Sub(from))
	x := func(t time.Time) float64 {
		if !to.After(from) {
			return 0
		}
		return 100 * float64(t.Sub(from)) / float64(to.Sub(from))
	}
	l.Open = len(order) <= many
	for _, device := range order {
		one := laneOf(device, of[device], x, zone)
		l.Open = l.Open || one.State.Tone != "good"
		l.Lanes = append(l.Lanes, one)
	}
	return l
}

// laneOf draws a device's rows. What stands between two of them is what the first began.
func laneOf(device string, rows []entry, x func(time.Time) float64, zone *time.Location) lane {
	one := runView{states: map[string]state{}}
	l := lane{Device: device}
	kind, began := "seen", x(rows[0].Time)
	for _, e := range rows {
		one.follow(e)
		if e.What == pusher.Sent || e.What == pusher.Arming || e.What == pusher.Confirming {
			continue // what comes of it has a row of its own
		}
		what := e.What
		if what == pusher.Finished {
			what = "ended"
		}
		l.Steps = append(l.Steps, fact{what, e.Time.In(zone).Format("15:04:05")})
		at := x(e.Time)
		l.Ticks = append(l.Ticks, tick{percent(at), what})
		becomes := map[string]string{pusher.Armed: "trial", pusher.Confirmed: "kept", pusher.Retreats: "back"}[e.What]
		if e.What == pusher.Switched && kind == "seen" {
			becomes = "live" // without a timer of the device
		}
		if becomes != "" {
			l.Spans, kind, began = append(l.Spans, spanOf(kind, began, at)), becomes, at
		}
	}
	l.Spans = append(l.Spans, spanOf(kind, began, x(rows[len(rows)-1].Time)))
	l.State = one.Now(device)
	return l
}

// spanOf draws a condition: the more is at stake, the higher, so that it reads without colour.
func spanOf(kind string, from, to float64) span {
	height := map[string]int{"seen": 2, "trial": 12, "live": 16, "kept": 6, "back": 16}[kind]
	return span{percent(from), percent(max(to-from, 0.4)), fmt.Sprint(10 - height/2), fmt.Sprint(height), kind}
}

func percent(x float64) string { return fmt.Sprintf("%.2f%%", x) }

// took is a length of time for people.
func took(d time.Duration) string { return d.Round(time.Second).String() }
