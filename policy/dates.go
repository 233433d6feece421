package policy

import (
	"fmt"
	"time"

	"op25b/sheet"
)

// Today is the date of a moment in the policy's time zone.
func (p Policy) Today(now time.Time) sheet.Date { return sheet.DateOf(now.In(p.Zone)) }

// Phase finds a phase by name; the error has the nearest name as a hint.
func (p Policy) Phase(name string) (Phase, error) {
	var names []string
	for _, phase := range p.Phases {
		if phase.Name == name {
			return phase, nil
		}
		names = append(names, phase.Name)
	}
	err := fmt.Errorf("no phase is called %s", sheet.Quote(name))
	if hint := sheet.DidYouMean(name, names); hint != "" {
		err = fmt.Errorf("%w\nhint: %s", err, hint)
	}
	return Phase{}, err
}

// IsInForce reports whether the phase is in force on a date: from its start on, before
// its end.
func (ph Phase) IsInForce(date sheet.Date) bool {
	return !date.Before(ph.Start) && (ph.End.IsZero() || date.Before(ph.End))
}

// InForce are the phases in force on a date, in the order of their start.
func (p Policy) InForce(date sheet.Date) []Phase {
	var out []Phase
	for _, ph := range p.Phases {
		if ph.IsInForce(date) {
			out = append(out, ph)
		}
	}
	return out
}

// Holds reports whether the exemption still holds on a date.
func (e Exemption) Holds(date sheet.Date) bool { return date.Before(e.Expires) }

// Valid is the dates around a date between which the policy means the same: from the
// first, before the second. No date means that the bound is open.
func (p Policy) Valid(date sheet.Date) (from, until sheet.Date) {
	turn := func(d sheet.Date) {
		switch {
		case d.IsZero():
		case !date.Before(d):
			if from.IsZero() || from.Before(d) {
				from = d
			}
		case until.IsZero() || d.Before(until):
			until = d
		}
	}
	for _, ph := range p.Phases {
		turn(ph.Start)
		turn(ph.End)
	}
	for _, e := range p.Exemptions {
		turn(e.Expires)
	}
	return from, until
}
