package main

import "github.com/spf13/cobra"

func newResume(g *globals) *cobra.Command {
	var o orders
	c := &cobra.Command{
		Use: "resume [RUN]", Short: "go on with a run that was stopped",
		Long: `resume goes on with a run of the journal, the last one where none is named: after a gate, a
failure, an interrupt, or a crash of the machine it ran on. It reads every device anew and takes
nothing for granted. What is done is skipped. A device on which a timer of the run still goes is
confirmed where it is as it was proved and anybody may confirm, taken back where that can be done at once,
and else waited for. Devices that failed come first; they are counted already.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			l, err := g.taken(args)
			if err != nil {
				return err
			}
			defer l.close()
			if err := l.unfinished(); err != nil {
				return err
			}
			options := o.gated(g.gate(l.plan))
			if options.Gate != nil {
				if err := options.Gate(g.world.now()); err != nil {
					return err
				}
			}
			if err := g.agreed("resume", l.plan, o.yes); err != nil {
				return err
			}
			if err := l.decided(options, ungated(options)...); err != nil {
				return err
			}
			return l.carry(c.Context(), options)
		},
	}
	o.flags(c.Flags())
	c.Flags().BoolVar(&o.outside, "outside-window", false, "go on although the window is closed or the date is not the plan's")
	c.Flags().StringArrayVar(&o.LeaveOut, "leave-out", nil, "do not try this device; it counts as failed in the whole run")
	return c
}

// first is the first of some words, "" where there is none.
func first(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return words[0]
}
