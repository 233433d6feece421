package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"op25b/journal"
	"op25b/plan"
	"op25b/pusher"
)

func newStatus(g *globals) *cobra.Command {
	return &cobra.Command{
		Use: "status [RUN|FILE]", Short: "where each device of a run or of a plan is now",
		Long: `status reads every device of a run, the last one where none is named, or of a plan file, and
says where it is: before (as the plan found it), after (as the plan wants it), cleaned (and the old
generation is gone), pending (its revert timer runs), other (somebody else changed it) or unknown (it
cannot be read). It writes nothing. Where a device does not show its timer, the journal tells of it.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := g.formats("text", "json"); err != nil {
				return err
			}
			p, past, err := g.subject(first(args))
			if err != nil {
				return err
			}
			if err := g.prepared(p); err != nil {
				return err
			}
			report, err := g.pusher().Status(c.Context(), p, past)
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

// subject is the plan in a file, or of a run of the journal, and what its newest run did so far.
func (g *globals) subject(name string) (plan.Plan, map[string]pusher.Past, error) {
	j, err := journal.Read(g.journalFile())
	if err == nil {
		defer j.Close()
	} else if !errors.Is(err, os.ErrNotExist) {
		return plan.Plan{}, nil, err
	}
	_, isFile := os.Stat(name)
	if j == nil || isFile == nil {
		if name == "" {
			return plan.Plan{}, nil, noRun(journal.ErrNoRun)
		}
		p, err := plan.Open(name)
		if err != nil || j == nil {
			return p, nil, err
		}
		run, there, err := newest(j, p)
		if err != nil || !there {
			return p, nil, err
		}
		events, err := history(j, run.ID)
		return p, pusher.Remember(events), err
	}
	run, err := j.Find(name)
	if err != nil {
		return plan.Plan{}, nil, noRun(err)
	}
	p, err := run.PlanOf()
	if err != nil {
		return p, nil, err
	}
	events, err := history(j, run.ID)
	return p, pusher.Remember(events), err
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

// toldOf is a report, for machines.
func (g *globals) toldOf(r pusher.Report) []told {
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
	return list
}

func (g *globals) printReport(r pusher.Report) error {
	if g.format == "json" {
		return g.voice.json(g.toldOf(r))
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
