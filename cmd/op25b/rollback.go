package main

import (
	"slices"

	"github.com/spf13/cobra"

	"op25b/journal"
	"op25b/pusher"
)

func newRollback(g *globals) *cobra.Command {
	var o pusher.Options
	var yes string
	c := &cobra.Command{
		Use: "rollback [RUN]", Short: "take a run back with its stored undo",
		Long: `rollback sends the undo that was made and proved with the plan, the last wave first: for the
whole run, for waves, or for devices. It needs no approval, no window and no date. That the device is
the right one, in the state that the run left, with nobody else at work on it, and the read-back over
a new session with the device's own timer armed: all that remains. Once the old generation was cleaned up
there is nothing to go back to, and a new plan is needed.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			l, err := g.taken(args)
			if err != nil {
				return err
			}
			defer l.close()
			if err := g.agreed("roll back", l.plan, yes); err != nil {
				return err
			}
			if err := l.journal.Reopen(l.run.ID, g.world.now()); err != nil {
				return err
			}
			var outside []string
			if g.gate(l.plan)(g.world.now()) != nil { // a rollback asks no gate, but it is written down
				outside = []string{outsideWindow}
			}
			if err := l.decided(o, outside...); err != nil {
				return err
			}
			o.Past = l.past
			report, err := g.watched(c.Context(), l.pusher().Rollback, l.plan, o)
			if err != nil {
				return exit{failed, err, "op25b show " + l.run.ID + " has the names of the waves and devices"}
			}
			end := ""
			switch {
			case len(o.Waves)+len(o.Devices) == 0 && report.Class() == pusher.Done:
				end = journal.RolledBack
			case untouched(report):
				end = l.run.End // as it was: nothing has been taken back
			}
			if end != "" {
				if err := l.end(end); err != nil {
					return err
				}
			}
			return g.concluded(c.Context(), "op25b rollback "+l.run.ID, report)
		},
	}
	f := c.Flags()
	f.StringArrayVar(&o.Waves, "wave", nil, "only this wave")
	f.StringArrayVar(&o.Devices, "device", nil, "only this device")
	f.StringVar(&yes, "yes", "", "the plan's id, instead of typing it at the prompt")
	f.StringArrayVar(&o.AcceptUnsaved, "accept-unsaved", nil, "save others' unsaved work on this device with ours")
	f.StringArrayVar(&o.AcceptNone, "accept-no-revert", nil, "take it back on this device although it could not revert by itself")
	return c
}

// untouched reports whether nothing was sent to any device.
func untouched(r pusher.Report) bool {
	return !slices.ContainsFunc(r.Outcomes, func(o pusher.Outcome) bool {
		return o.Class != pusher.Refused && o.Class != pusher.Failed && o.Class != pusher.Gated
	})
}
