package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"op25b/plan"
	"op25b/sheet"
)

// inValidity refuses a plan on a day on which the policy means something else. The day is that of
// the policy's time zone; in a plan that does not say it, of the window's, else the machine's.
func inValidity(v plan.Valid, w *plan.Window, now time.Time) error {
	name := v.Timezone
	if name == "" && w != nil {
		name = w.Timezone
	}
	if zone, err := time.LoadLocation(name); err == nil && name != "" {
		now = now.In(zone)
	}
	today := sheet.DateOf(now).String()
	if v.From != "" && today < v.From || v.Until != "" && today >= v.Until {
		return exit{refused, fmt.Errorf("the plan is valid %s, and today is %s", validity(v), today),
			"plan again, or push with --outside-window if you must"}
	}
	return nil
}

// inWindow refuses a push outside the change window.
func inWindow(w *plan.Window, now time.Time) error {
	if w == nil {
		return nil
	}
	zone, err := time.LoadLocation(w.Timezone)
	if err != nil {
		return exit{refused, err, ""}
	}
	now = now.In(zone)
	today := sheet.DateOf(now).String()
	for _, f := range w.Freeze {
		if f.From <= today && today <= f.To {
			return exit{refused, fmt.Errorf("%s is in the freeze from %s to %s", today, f.From, f.To),
				"wait until it is over, or push with --outside-window if you must"}
		}
	}
	clock, day, eve := now.Format("15:04"), weekday(now), weekday(now.AddDate(0, 0, -1))
	open := slices.Contains(w.Days, day) && w.From <= clock && clock < w.To
	if w.To <= w.From {
		open = slices.Contains(w.Days, day) && w.From <= clock || slices.Contains(w.Days, eve) && clock < w.To
	}
	if !open {
		return exit{refused, fmt.Errorf("it is %s %s in %s, and the window is %s %s to %s", day, clock, w.Timezone, strings.Join(w.Days, ","), w.From, w.To),
			"wait for the window, or push with --outside-window if you must"}
	}
	return nil
}

func weekday(t time.Time) string { return strings.ToLower(t.Weekday().String()[:3]) }
