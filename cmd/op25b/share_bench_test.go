package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"op25b/journal"
	"op25b/plan"
	"op25b/pusher"
)

// few is how many routers are pushed to and taken back, again and again, to find the journal's share.
const few = 100

// shareJob pushes a plan with a journal and with a recorder that writes nowhere, in turn. Between
// two pushes the routers are taken back.
func shareJob(j job) (c cost, err error) {
	p, err := plan.Open(j.Files[0])
	if err != nil {
		return c, err
	}
	book, err := journal.Open(filepath.Join(j.Dir, "share.db"))
	if err != nil {
		return c, err
	}
	defer book.Close()
	run, err := book.Begin(p, "bench", "", time.Now())
	if err != nil {
		return c, err
	}
	rows, waited := atomic.Int64{}, atomic.Int64{}
	recorders := map[string]func(pusher.Event) error{
		"nowhere": func(pusher.Event) error { return nil },
		"journal": func(e pusher.Event) error {
			start := time.Now()
			_, err := book.Write(journal.Row{Run: run.ID, Time: e.Time, Wave: e.Wave, Device: e.Device, Leg: e.Leg, What: e.What, Text: e.Text, Operator: "bench"})
			rows.Add(1)
			waited.Add(int64(time.Since(start)))
			return err
		},
	}
	ctx, stop := context.WithDeadline(context.Background(), j.Until)
	defer stop()
	errand := j.Door.pusher(func() {})
	for _, what := range []string{"journal", "nowhere", "nowhere", "journal", "journal", "nowhere"} {
		errand.Record = recorders[what]
		out := pusher.Report{}
		err := c.run(what, func() error { out, err = errand.Push(ctx, p, pusher.Options{}, nil); return err })
		errand.Record = nil
		back, err2 := errand.Rollback(ctx, p, pusher.Options{}, nil)
		for _, o := range append(out.Outcomes, back.Outcomes...) {
			err = errors.Join(err, o.Err)
		}
		if err := errors.Join(err, err2); err != nil {
			return c, fmt.Errorf("%s: %w", what, err)
		}
	}
	n := float64(rows.Load())
	c.Notes = map[string]float64{"rows": n / 3, "waited": time.Duration(waited.Load()).Seconds() / n}
	return c, nil
}

// BenchmarkShare is what of a push is the journal's.
func BenchmarkShare(b *testing.B) {
	built(b, "op25b-lab")
	t := newTable(b, fmt.Sprintf("The journal's share: %d routers of all dialects pushed, with the journal and with a recorder that writes nowhere, the middle one of 3 rounds", few),
		"", "with the journal", "writing nowhere", "ratio (least to most)")
	for range b.N {
		if err := shared(b, t); err != nil {
			t.broken("the share", err)
		}
	}
}

// shared measures the share on a fleet that is well.
func shared(b *testing.B, t *table) error {
	f, err := raise(b, "", few)
	if f != nil {
		defer f.fall()
	}
	if err != nil {
		return err
	}
	path, err := f.planned()
	if err != nil {
		return err
	}
	c, err := measured(job{What: "share", Files: []string{path}, Dir: f.dir, Door: f.door, Until: time.Now().Add(jobTime / 2)})
	if err != nil {
		return err
	}
	parts := map[string][]part{}
	for _, p := range c.Parts {
		parts[p.Name] = append(parts[p.Name], p)
	}
	line := func(what string, of func(part) float64) {
		var with, without, ratios []float64
		for i, p := range parts["journal"] {
			q := parts["nowhere"][i]
			with, without, ratios = append(with, of(p)), append(without, of(q)), append(ratios, of(p)/of(q))
		}
		t.row(what, seconds(median(with)), seconds(median(without)), fmt.Sprintf("%.2fx (%.2f to %.2f)", median(ratios), slices.Min(ratios), slices.Max(ratios)))
	}
	line("CPU", func(p part) float64 { return p.CPU })
	line("wall", func(p part) float64 { return p.Wall })
	t.row("rows", fmt.Sprintf("%.0f", c.Notes["rows"]), "0")
	t.row("a router waits for a row", seconds(c.Notes["waited"]), "")
	return nil
}
