package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"op25b/plan"
	"op25b/pusher"
)

func newPush(g *globals) *cobra.Command {
	var o pusher.Options
	var yes string
	var outside bool
	c := &cobra.Command{
		Use: "push FILE", Short: "carry a plan out",
		Long: `push carries out a plan, wave by wave, and nothing but the plan. On each device it makes sure
that it is the planned one and in the planned state, arms the device's own revert timer, stages
the new lists unbound and reads them back, binds them, reads everything back over a new session,
and only then confirms and saves. A failure stops the march; what is where is printed.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := g.formats("text", "json"); err != nil {
				return err
			}
			p, err := plan.Open(args[0])
			if err != nil {
				return err
			}
			if err := g.permitted(p, outside); err != nil {
				return err
			}
			if !o.DryRun {
				if err := g.agreed(p, yes); err != nil {
					return err
				}
			}
			return g.push(c.Context(), p, o)
		},
	}
	f := c.Flags()
	f.StringArrayVar(&o.Waves, "wave", nil, "only this wave")
	f.StringVar(&o.Through, "through", "", "stop after this wave")
	f.StringVar(&yes, "yes", "", "the plan's id, instead of typing it at the prompt")
	f.BoolVar(&o.DryRun, "dry-run", false, "connect and compare the states, and send nothing")
	f.StringArrayVar(&o.AcceptUnsaved, "accept-unsaved", nil, "save others' unsaved work on this device with ours")
	f.StringArrayVar(&o.AcceptNone, "accept-no-revert", nil, "push to this device although it cannot take a change back by itself")
	f.BoolVar(&outside, "outside-window", false, "push although the window is closed or the date is not the plan's")
	return c
}

// permitted asks the gates that need no device.
func (g *globals) permitted(p plan.Plan, outside bool) error {
	if p.Gates.Approvals > 0 {
		return exit{refused, fmt.Errorf("plan %s needs %s", p.Short(), counted(p.Gates.Approvals, "approval")),
			"signatures are not built yet; plan again with `approvals: 0` in rollout.yaml"}
	}
	if outside {
		return nil
	}
	now := g.world.now()
	if err := inValidity(p.Valid, p.Gates.Window, now); err != nil {
		return err
	}
	return inWindow(p.Gates.Window, now)
}

// agreed is the typed confirmation: the plan's id, whole or its first 12 digits.
func (g *globals) agreed(p plan.Plan, yes string) error {
	if yes == "" {
		fmt.Fprintf(g.world.err, "op25b: push plan %s by %s for %s to %s? type the plan's id: ", p.Short(), p.Author, p.At, counted(devices(p), "device"))
		line, err := bufio.NewReader(g.world.in).ReadString('\n')
		if yes = strings.TrimSpace(line); err != nil && yes == "" {
			fmt.Fprintln(g.world.err)
			return exit{declined, errors.New("nothing was typed"), "op25b push --yes=" + p.Short() + " FILE"}
		}
	}
	if yes != p.Short() && yes != p.ID {
		return exit{declined, fmt.Errorf("%q is not the id of the plan, %s", yes, p.Short()), ""}
	}
	return nil
}

func devices(p plan.Plan) int {
	n := 0
	for _, w := range p.Waves {
		n += len(w.Steps)
	}
	return n
}

func (g *globals) push(ctx context.Context, p plan.Plan, o pusher.Options) error {
	report, err := g.pusherFor(p).Push(ctx, p, o, g.reporter())
	if err != nil {
		return exit{failed, err, "op25b show FILE has the names of the waves and devices"}
	}
	if err := g.printReport(report); err != nil {
		return err
	}
	if ctx.Err() != nil && unarmed(report) {
		return exit{interrupted, errors.New("interrupted; no device is left with a timer"), "push the same plan again: what is done is skipped"}
	}
	g.advise(report)
	return outcome(report)
}

// unarmed reports whether every device is where it was or where it should be, and known to be.
func unarmed(r pusher.Report) bool {
	c := r.Class()
	return c != pusher.Unknown && c != pusher.RolledBack
}

// advise tells what to do next, once for each kind of trouble.
func (g *globals) advise(r pusher.Report) {
	told := map[string]bool{"": true}
	for _, o := range r.Outcomes {
		hint := hintOf(o.Err)
		if hint == "" {
			hint = next(o.Class)
		}
		if !told[hint] {
			told[hint] = true
			g.voice.say("hint: ", hint)
		}
	}
}

// next is what to do about a device that came out in a class.
func next(c pusher.Class) string {
	switch c {
	case pusher.Failed:
		return "nothing was sent to it; put it right and push the same plan again"
	case pusher.Gated:
		return "push the same plan again when the cause is gone: what is done is skipped"
	case pusher.RolledBack:
		return "it is as it was before; put the cause right and push the same plan again"
	case pusher.Unknown:
		return "op25b status FILE says where it is; a timer of its own may still take the change back"
	case pusher.Refused:
		return "nothing was changed; look at the device, and plan again if what it has is right: op25b plan -o FILE"
	}
	return ""
}

// reporter tells what happens, a line an event; the events are talk, the report is the result.
func (g *globals) reporter() pusher.Reporter {
	return func(e pusher.Event) {
		if e.What == pusher.Sent && g.format == "text" {
			return
		}
		who := e.Device
		if who == "" {
			who = "wave " + e.Wave
		}
		fmt.Fprintf(g.world.err, "%s %s: %s\n", e.Time.Format(time.TimeOnly), who, strings.TrimSpace(e.What+" "+firstLine(g.voice.foreign(e.Text))))
	}
}

func firstLine(s string) string {
	line, rest, more := strings.Cut(s, "\n")
	if more && rest != "" {
		return line + " …"
	}
	return line
}
