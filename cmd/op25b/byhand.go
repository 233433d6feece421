package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"op25b/journal"
	"op25b/plan"
	"op25b/pusher"
)

func newConfirm(g *globals) *cobra.Command {
	return g.byHand("confirm [RUN] [DEVICE...]", "keep what a run left pending",
		`confirm reads each device on which a run left its change pending over a new session, and tells
it to keep the change only where it reads as it was proved; then startup is saved. Where only the
session that started the timer may confirm (IOS-XR, RTX), it says so, and the device takes the
change back.`, func(p pusher.Pusher) errand { return p.Confirm }, "")
}

func newAbort(g *globals) *cobra.Command {
	return g.byHand("abort [RUN] [DEVICE...]", "take back what a run left pending, and end it",
		`abort takes back what is pending on the devices of a run: at once where the device can do that,
and else it waits for the device's own timer. What was confirmed stays; rollback takes that back too. The run
is over then.`, func(p pusher.Pusher) errand { return p.Abort }, journal.Aborted)
}

// errand is something that is done with the devices of a run.
type errand func(ctx context.Context, p plan.Plan, o pusher.Options, r pusher.Reporter) (pusher.Report, error)

// byHand is a verb that needs no gate: it leaves devices as the plan or as they were. end is how
// the run is over when all went well; "" leaves it open.
func (g *globals) byHand(use, short, long string, of func(pusher.Pusher) errand, end string) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Long: long, Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			l, err := g.taken(args)
			if err != nil {
				return err
			}
			defer l.close()
			o := pusher.Options{Past: l.past}
			if len(args) > 1 {
				o.Devices = args[1:]
			}
			if err := l.unfinished(); err != nil {
				return err
			}
			report, err := g.watched(c.Context(), of(l.pusher()), l.plan, o)
			if err != nil {
				return exit{failed, err, ""}
			}
			if len(report.Outcomes) == 0 {
				g.voice.note("nothing of run %s is pending", l.run.ID)
			}
			if end != "" && report.Class() == pusher.Done && len(o.Devices) == 0 {
				if err := l.end(end); err != nil {
					return err
				}
			}
			return g.concluded(c.Context(), "op25b resume "+l.run.ID, report)
		}}
}

// unfinished refuses a run that is over.
func (l ledger) unfinished() error {
	if l.run.End == "" {
		return nil
	}
	hint := "a new plan goes on from here: op25b plan -o FILE"
	if l.run.End == journal.Done {
		hint = "op25b rollback " + l.run.ID + " takes it back; " + hint
	}
	return exit{refused, fmt.Errorf("run %s is over: %s", l.run.ID, l.run.End), hint}
}
