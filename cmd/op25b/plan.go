package main

import (
	"bytes"

	"github.com/spf13/cobra"

	"op25b/plan"
	"op25b/planner"
)

func newPlan(g *globals) *cobra.Command {
	var output, running, author string
	var takeOver []string
	var detailed bool
	c := &cobra.Command{
		Use: "plan -o FILE [DEVICE...]", Short: "the whole change, proved, on paper",
		Long: `plan writes everything that a push needs into one file: for each device what it has, what
it will have, the lines and their undo, the packets that change, the proof; and the waves and
gates. People review that file; push carries out exactly what it says. Standard output shows
the plan as show does.`,
		RunE: func(c *cobra.Command, names []string) error {
			if err := g.formats("text", "json"); err != nil {
				return err
			}
			ws, err := g.workspace(names)
			if err != nil {
				return err
			}
			ws.desk.TakeOver, ws.desk.Author = takeOver, g.author(author)
			if err := approvable(plan.Gates{Approvals: ws.desk.Rollout.Approvals, Signers: ws.desk.Rollout.Signers}, ws.desk.Author); err != nil {
				return err
			}
			inputs, err := ws.inputs()
			if err != nil {
				return err
			}
			read, err := ws.reader(c.Context(), running)
			if err != nil {
				return err
			}
			drafted, err := ws.desk.Plan(ws.devices, inputs, read)
			if err != nil {
				return err
			}
			if err := g.keep(drafted, output); err != nil {
				return err
			}
			if detailed && changes(drafted.Plan) {
				return exit{differs, nil, ""}
			}
			return nil
		},
	}
	f := c.Flags()
	f.StringVarP(&output, "output", "o", "", "the plan file")
	f.StringVar(&running, "running", "", "read DIR/<device>.cfg instead of the routers")
	f.StringVar(&author, "author", "", "who makes the plan (default: the user's name)")
	f.StringArrayVar(&takeOver, "take-over", nil, "replace this object of ours although others use or edited it")
	f.BoolVar(&detailed, "detailed-exitcode", false, "exit 2 where something is to change")
	_ = c.MarkFlagRequired("output")
	return c
}

// keep writes the plan file and shows it.
func (g *globals) keep(drafted planner.Drafted, output string) error {
	for _, w := range drafted.Warnings {
		g.voice.warn(w, "")
	}
	var file bytes.Buffer
	if err := drafted.Plan.Write(&file); err != nil {
		return err
	}
	if err := writeWhole(output, file.Bytes()); err != nil {
		return err
	}
	if g.format == "json" {
		_, err := g.voice.out.Write(file.Bytes())
		return err
	}
	g.printPlan(drafted.Plan)
	g.voice.note("plan %s is in %s", drafted.Plan.Short(), output)
	if drafted.Plan.Gates.Approvals > 0 {
		g.voice.say("hint: ", "somebody else has to sign it: op25b approve "+output)
		return nil
	}
	g.voice.say("hint: ", "op25b push "+output)
	return nil
}

// changes reports whether any step has something to do.
func changes(p plan.Plan) bool {
	for _, w := range p.Waves {
		for _, s := range w.Steps {
			if s.Method != plan.None {
				return true
			}
		}
	}
	return false
}
