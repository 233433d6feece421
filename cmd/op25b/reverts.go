package main

import (
	"fmt"
	"strings"
	"time"

	"op25b/plan"
	"op25b/templates"
	"op25b/templates/words"
)

// reverts are how the devices that a plan touches take back a change that is not confirmed.
type reverts struct {
	Usual string      // after so long, as the rollout wants it; "" where no device does
	Other []otherwise // those whose dialect has no such timer
	None  []string    // those that do not by themselves
}

// otherwise is devices with another timer than the rollout wants.
type otherwise struct {
	After, Why string
	Devices    []string
}

func revertsOf(p plan.Plan) reverts {
	var out reverts
	asked, err := time.ParseDuration(p.Gates.Confirm)
	at := map[string]int{}
	for _, s := range touched(p) {
		guard, there := guardOf(s)
		switch {
		case !there:
			out.None = append(out.None, s.Device)
			continue
		case err != nil || guard.Timer(asked) == asked:
			out.Usual = p.Gates.Confirm
			continue
		}
		key := s.Dialect + " " + s.Revert
		i, known := at[key]
		if !known {
			i = len(out.Other)
			at[key] = i
			out.Other = append(out.Other, otherwise{After: trimmed(guard.Timer(asked)), Why: bounds(s, guard)})
		}
		out.Other[i].Devices = append(out.Other[i].Devices, s.Device)
	}
	if len(out.Other)+len(out.None) == 0 {
		out.Usual = p.Gates.Confirm
	}
	return out
}

// touched are the steps of a plan that type anything.
func touched(p plan.Plan) []plan.Step {
	var out []plan.Step
	for _, w := range p.Waves {
		for _, s := range w.Steps {
			if len(s.Do)+len(s.Cleanup) > 0 {
				out = append(out, s)
			}
		}
	}
	return out
}

// guardOf is the way in which a step's device takes an unconfirmed change back, if it does.
func guardOf(s plan.Step) (words.Guard, bool) {
	dialect, err := templates.Find(s.Dialect)
	if err != nil {
		return words.Guard{}, false
	}
	guard, there := dialect.Session().Guards[s.Revert]
	return guard, there
}

// bounds says how long such a device's timers can be.
func bounds(s plan.Step, g words.Guard) string {
	unit := "seconds"
	if g.Unit == time.Minute {
		unit = "minutes"
	}
	return fmt.Sprintf("%s with `revert: %s` takes %s to %s, in whole %s", s.Dialect, s.Revert,
		trimmed(time.Duration(g.Least)*g.Unit), trimmed(time.Duration(g.Most)*g.Unit), unit)
}

// trimmed is a length of time without the units that are zero at its end: 2h, 1m30s.
func trimmed(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// printReverts prints which devices revert otherwise than the gates say.
func (g *globals) printReverts(r reverts) {
	for _, o := range r.Other {
		g.voice.printf("reverts after %s: %s: %s (%s)\n", o.After, counted(len(o.Devices), "device"), strings.Join(o.Devices, ", "), o.Why)
	}
	if len(r.None) > 0 {
		g.voice.printf("does not revert by itself: %s: %s\n", counted(len(r.None), "device"), strings.Join(r.None, ", "))
	}
}
