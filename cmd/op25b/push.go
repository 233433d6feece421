package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"op25b/plan"
	"op25b/pusher"
)

func newPush(g *globals) *cobra.Command {
	var o orders
	c := &cobra.Command{
		Use: "push FILE", Short: "carry a plan out",
		Long: `push carries out a plan, wave by wave, and nothing but the plan. On each device it makes sure
that it is the planned one and in the planned state, arms the device's own revert timer, stages
the new lists unbound and reads them back, binds them, reads everything back over a new session,
and only then confirms and saves. Over gNMI nothing is staged: the change is one Set. A failure
stops the march; what is where is printed.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := g.formats("text", "json"); err != nil {
				return err
			}
			p, err := plan.Open(args[0])
			if err != nil {
				return err
			}
			if err := g.permitted(p, args[0], o.outside); err != nil {
				return err
			}
			if err := g.prepared(p); err != nil {
				return err
			}
			if !o.DryRun {
				if err := g.agreed("push", p, o.yes); err != nil {
					return err
				}
			}
			return g.push(c.Context(), p, o.gated(g.gate(p)))
		},
	}
	o.flags(c.Flags())
	c.Flags().BoolVar(&o.outside, "outside-window", false, "push although the window is closed or the date is not the plan's")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "connect and compare the states, and send nothing")
	return c
}

// orders are what the person says who pushes, or goes on with a push.
type orders struct {
	pusher.Options
	yes     string // the plan's id, "" where it is to be typed
	outside bool   // no gate is asked
}

func (o *orders) flags(f *pflag.FlagSet) {
	f.StringArrayVar(&o.Waves, "wave", nil, "only this wave; nothing is cleaned up, for that goes through all")
	f.StringVar(&o.Through, "through", "", "stop after this wave")
	f.StringVar(&o.yes, "yes", "", "the plan's id, instead of typing it at the prompt")
	f.StringArrayVar(&o.AcceptUnsaved, "accept-unsaved", nil, "save others' unsaved work on this device with ours")
	f.StringArrayVar(&o.AcceptNone, "accept-no-revert", nil, "push to this device although it cannot take a change back by itself")
}

// gated are the options with their gate, unless none is asked.
func (o orders) gated(gate func(time.Time) error) pusher.Options {
	if !o.outside {
		o.Gate = gate
	}
	return o.Options
}

// permitted asks the gates that need no device.
func (g *globals) permitted(p plan.Plan, file string, outside bool) error {
	if err := g.approved(p, file); err != nil || outside {
		return err
	}
	return g.gate(p)(g.world.now())
}

// agreed is the typed confirmation: the plan's id, whole or its first 12 digits.
func (g *globals) agreed(what string, p plan.Plan, yes string) error {
	if yes == "" {
		fmt.Fprintf(g.world.err, "op25b: %s plan %s by %s for %s to %s? type the plan's id: ", what, p.Short(), p.Author, p.At, counted(devices(p), "device"))
		line, err := bufio.NewReader(g.world.in).ReadString('\n')
		if yes = strings.TrimSpace(line); err != nil && yes == "" {
			fmt.Fprintln(g.world.err)
			return exit{declined, errors.New("nothing was typed"), "say it with --yes=" + p.Short()}
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

// push carries a plan out as a run of the journal. A dry run leaves no trace.
func (g *globals) push(ctx context.Context, p plan.Plan, o pusher.Options) error {
	if o.DryRun {
		report, err := g.watched(ctx, g.pusher().Push, p, o)
		if err != nil {
			return exit{failed, err, "op25b show FILE has the names of the waves and devices"}
		}
		return g.concluded(ctx, "push the same plan again", report)
	}
	if err := o.Fits(p); err != nil {
		return exit{failed, err, "op25b show FILE has the names of the waves and devices"}
	}
	l, err := g.begin(p)
	if err != nil {
		return err
	}
	defer l.close()
	if err := l.decided(o, ungated(o)...); err != nil {
		return err
	}
	return l.carry(ctx, o)
}

// unarmed reports whether every device is where it was or where it should be, and known to be.
func unarmed(r pusher.Report) bool {
	c := r.Class()
	return c != pusher.Unknown && c != pusher.RolledBack
}

// advise tells what to do next, once for each kind of trouble.
func (g *globals) advise(r pusher.Report, again string) {
	told := map[string]bool{"": true}
	for _, o := range r.Outcomes {
		hint := hintOf(o.Err)
		if hint == "" {
			hint = next(o.Class, o.State, again)
		}
		if !told[hint] {
			told[hint] = true
			g.voice.say("hint: ", hint)
		}
	}
}

// next is what to do about a device that came out in a class and a state.
func next(c pusher.Class, s pusher.State, again string) string {
	if (s == pusher.After || s == pusher.Cleaned) && (c == pusher.Failed || c == pusher.Refused) {
		return "the plan is in force on it; put the cause right, then " + again
	}
	switch c {
	case pusher.Failed:
		return "nothing was sent to it; put it right, then " + again
	case pusher.Gated:
		return again + " when the cause is gone: what is done is skipped"
	case pusher.RolledBack:
		return "it is as it was before; put the cause right, then " + again
	case pusher.Unknown:
		return "op25b status says where it is; a timer of its own may still take the change back"
	case pusher.Refused:
		return "nothing was changed; look at the device, and plan again if what it has is right: op25b plan -o FILE"
	}
	return ""
}
