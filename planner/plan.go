package planner

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"op25b/inventory"
	"op25b/plan"
)

// Running gives a device's running config and what was learned of the device while reading it.
type Running func(device inventory.Device) (Reading, error)

// Reading is a running config and the identity of the device that it was read from; empty
// where it comes from a file.
type Reading struct {
	Text    string
	HostKey string
	Serial  string
}

// Failed is a device for which no plan can be made.
type Failed struct {
	Device string
	Err    error
}

// Error names the device before each line.
func (f Failed) Error() string {
	lines := strings.Split(f.Err.Error(), "\n")
	for i, line := range lines {
		lines[i] = f.Device + ": " + line
	}
	return strings.Join(lines, "\n")
}

// Unwrap is what happened.
func (f Failed) Unwrap() error { return f.Err }

// Drafted is a plan and what should be known beside it.
type Drafted struct {
	Plan     plan.Plan
	Warnings []string
}

// Plan plans the devices: a step for each, in the waves of the rollout. Whatever stands in the
// way of any device stands in the way of the plan; all of it is told at once.
func (d Desk) Plan(devices []inventory.Device, inputs plan.Inputs, running Running) (Drafted, error) {
	steps := map[string]plan.Step{}
	var out Drafted
	var failed []error
	for _, device := range devices {
		draft, err := d.read(device, running)
		if err == nil && len(draft.Missing) > 0 {
			err = fmt.Errorf("the running config has no interface %s", draft.Missing[0].Interface)
		}
		if err != nil {
			failed = append(failed, Failed{device.Name, err})
			continue
		}
		for _, w := range draft.Warnings {
			out.Warnings = append(out.Warnings, device.Name+": "+w)
		}
		steps[device.Name] = draft.Step
	}
	if err := errors.Join(failed...); err != nil {
		return Drafted{}, err
	}
	waves, err := d.Rollout.Waves(devices)
	if err != nil {
		return Drafted{}, err
	}
	from, until := d.Policy.Valid(d.Date)
	p := plan.Plan{
		Version: plan.Version, Author: d.Author, At: d.Date.String(), Phase: d.phase(),
		Valid: plan.Valid{From: from.String(), Until: until.String(), Timezone: d.zone()}, Inputs: inputs, Gates: d.gates(),
	}
	for _, w := range waves {
		wave := plan.Wave{Name: w.Name, Soak: duration(w.Soak)}
		for _, device := range w.Devices {
			wave.Steps = append(wave.Steps, steps[device.Name])
		}
		p.Waves = append(p.Waves, wave)
	}
	out.Plan = p.Sealed()
	return out, nil
}

// read drafts one device from its running config.
func (d Desk) read(device inventory.Device, running Running) (Draft, error) {
	reading, err := running(device)
	if err != nil {
		return Draft{}, err
	}
	draft, err := d.Draft(device, reading.Text)
	if draft.Step.Identity.HostKey == "" && device.Transport != inventory.GNMI { // a certificate is renewed, and must not keep a rollback out
		draft.Step.Identity.HostKey = reading.HostKey
	}
	if draft.Step.Identity.Serial == "" {
		draft.Step.Identity.Serial = reading.Serial
	}
	return draft, err
}

// zone is where the dates of the policy begin.
func (d Desk) zone() string {
	if d.Policy.Zone == nil {
		return ""
	}
	return d.Policy.Zone.String()
}

// phase is the one that was asked for, else the one in force that started last.
func (d Desk) phase() string {
	if d.Phase != "" {
		return d.Phase
	}
	name := ""
	for _, p := range d.Policy.InForce(d.Date) {
		name = p.Name
	}
	return name
}

// gates are the rollout's conditions.
func (d Desk) gates() plan.Gates {
	r := d.Rollout
	g := plan.Gates{
		Parallel: r.Limits.Parallel, MaxFailed: r.Limits.MaxFailed, MaxFailedTotal: r.Limits.MaxFailedTotal,
		Confirm: duration(r.Confirm), Approvals: r.Approvals, Signers: slices.Clone(r.Signers),
	}
	if w := r.Window; w != nil {
		g.Window = &plan.Window{Days: w.Names(), From: clock(w.From), To: clock(w.To), Timezone: w.Zone.String()}
		for _, f := range w.Freeze {
			g.Window.Freeze = append(g.Window.Freeze, plan.Freeze{From: f.From.String(), To: f.To.String()})
		}
	}
	return g
}

// duration is a length of time as the plan writes it, in one unit of Go's: 10m, 1h, 90s.
func duration(d time.Duration) string {
	switch {
	case d == 0:
		return ""
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return d.String()
}

// clock is a time of day as rollout.yaml writes it.
func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }
