package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"op25b/plan"
	"op25b/pusher"
	"op25b/pusher/cli"
)

func newStatus(g *globals) *cobra.Command {
	return &cobra.Command{
		Use: "status FILE", Short: "where each device of a plan is now",
		Long: `status reads every device of a plan and says where it is: before (as the plan found it),
after (as the plan wants it), cleaned (and the old generation is gone), pending (its revert
timer runs), other (somebody else changed it) or unknown (it cannot be read). It writes nothing.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := g.formats("text", "json"); err != nil {
				return err
			}
			p, err := plan.Open(args[0])
			if err != nil {
				return err
			}
			report, err := g.pusherFor(p).Status(c.Context(), p)
			if err != nil {
				return err
			}
			if err := g.printReport(report); err != nil {
				return err
			}
			return outcome(report)
		},
	}
}

// pusherFor is the pusher with what the plan says about old devices.
func (g *globals) pusherFor(p plan.Plan) pusher.Pusher {
	out := g.pusher()
	out.Algorithms = map[string]cli.Algorithms{}
	for _, w := range p.Waves {
		for _, s := range w.Steps {
			if a := s.Via.Algorithms; a != nil {
				out.Algorithms[s.Device] = cli.Algorithms{KeyExchanges: a.Kex, Ciphers: a.Ciphers, MACs: a.MACs, HostKeys: a.HostKeys}
			}
		}
	}
	return out
}

// told is one device's outcome, for machines.
type told struct {
	Wave   string `json:"wave"`
	Device string `json:"device"`
	State  string `json:"state"`
	Code   int    `json:"code"`
	Left   string `json:"left,omitempty"`
	Error  string `json:"error,omitempty"`
}

func (g *globals) printReport(r pusher.Report) error {
	if g.format == "json" {
		list := []told{}
		for _, o := range r.Outcomes {
			t := told{Wave: o.Wave, Device: o.Device, State: string(o.State), Code: int(o.Class)}
			if o.Left > 0 {
				t.Left = o.Left.Round(time.Second).String()
			}
			if o.Err != nil {
				t.Error = g.voice.foreign(o.Err.Error())
			}
			list = append(list, t)
		}
		return g.voice.json(list)
	}
	for _, o := range r.Outcomes {
		line := fmt.Sprintf("%-24s %-12s %s", o.Device, o.Wave, o.State)
		if o.Left > 0 {
			line += fmt.Sprintf(", reverts in %s", o.Left.Round(time.Second))
		}
		if o.Err != nil {
			line += "  " + g.voice.foreign(o.Err.Error())
		}
		g.voice.printf("%s\n", g.voice.paint(colourOf(o), line))
	}
	return nil
}

func colourOf(o pusher.Outcome) string {
	switch {
	case o.Err != nil:
		return red
	case o.State == pusher.Pending || o.State == pusher.Other:
		return yellow
	}
	return ""
}

// outcome is the exit code of a report, whose lines were printed.
func outcome(r pusher.Report) error {
	class := r.Class()
	if class == pusher.Done {
		return nil
	}
	return exit{int(class), nil, ""}
}
