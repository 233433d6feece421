package main

import (
	"github.com/spf13/cobra"

	"op25b/pusher"
)

func newResume(g *globals) *cobra.Command {
	var o pusher.Options
	var yes string
	var outside bool
	c := &cobra.Command{
		Use: "resume [RUN]", Short: "go on with a run that was stopped",
		Long: `resume goes on with a run of the journal, the last one where none is named: after a gate, a
failure, an interrupt, or a crash of the machine it ran on. It reads every device anew and takes
nothing for granted. What is done is skipped. A device on which a timer of the run still goes is
confirmed where it is as it was proved and anybody may confirm, taken back where that can be done at once,
and else waited for. Devices that failed come first; they are counted already.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := g.formats("text", "json"); err != nil {
				return err
			}
			l, err := g.reopen(first(args))
			if err != nil {
				return err
			}
			defer l.close()
			if err := l.unfinished(); err != nil {
				return err
			}
			if !outside {
				o.Gate = g.gate(l.plan)
				if err := o.Gate(g.world.now()); err != nil {
					return err
				}
			}
			if err := g.agreed("resume", l.plan, yes); err != nil {
				return err
			}
			if err := l.decided(o, ungated(o)...); err != nil {
				return err
			}
			return l.carry(c.Context(), o)
		},
	}
	f := c.Flags()
	f.StringArrayVar(&o.Waves, "wave", nil, "only this wave; nothing is cleaned up, for that goes through all")
	f.StringVar(&o.Through, "through", "", "stop after this wave")
	f.StringVar(&yes, "yes", "", "the plan's id, instead of typing it at the prompt")
	f.StringArrayVar(&o.AcceptUnsaved, "accept-unsaved", nil, "save others' unsaved work on this device with ours")
	f.StringArrayVar(&o.AcceptNone, "accept-no-revert", nil, "push to this device although it cannot take a change back by itself")
	f.StringArrayVar(&o.LeaveOut, "leave-out", nil, "do not try this device; it counts as failed in the whole run")
	f.BoolVar(&outside, "outside-window", false, "go on although the window is closed or the date is not the plan's")
	return c
}

// first is the first of some words, "" where there is none.
func first(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return words[0]
}
