package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"op25b/planner"
	"op25b/sheet"
)

func newCheck(g *globals) *cobra.Command {
	return &cobra.Command{
		Use: "check", Short: "are policy, inventory and rollout sound?",
		Long: `check reads the three files, tells all errors at once with their places, renders every
device at the date asked about and at the start of every phase to come, and proves the texts.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := g.formats("text", "json"); err != nil {
				return err
			}
			err := g.check()
			if g.format == "json" {
				if out := g.voice.json(report(err)); out != nil {
					return out
				}
			}
			return err
		},
	}
}

func (g *globals) check() error {
	ws, err := g.workspace(nil)
	if err != nil {
		return err
	}
	if _, err := ws.desk.Rollout.Waves(ws.inventory.Devices); err != nil {
		return err
	}
	if err := ws.provable(); err != nil {
		return err
	}
	if g.format == "text" {
		p := ws.policy
		g.voice.printf("%s: sound on %s: %s, %s, %s, %s\n", p.ISP, ws.desk.Date, counted(len(p.Pools), "pool"),
			counted(len(p.Relays), "relay"), counted(len(p.Phases), "phase"), counted(len(ws.inventory.Devices), "device"))
	}
	return nil
}

// provable renders every device at the date asked about and at the start of every phase to
// come, and proves the texts. What stands in the way on several dates is told once. What the
// policy alone refuses for a later phase is a warning: there is time to change it.
func (ws workspace) provable() error {
	asked := ws.desk.Date
	dates := []sheet.Date{asked}
	for _, phase := range ws.policy.Phases {
		if asked.Before(phase.Start) {
			dates = append(dates, phase.Start)
		}
	}
	told := map[string]bool{}
	var failures []error
	for _, date := range dates {
		ws.desk.Date = date
		for _, device := range ws.devices {
			_, err := ws.desk.Text(device)
			if err == nil || told[device.Name+err.Error()] {
				continue
			}
			told[device.Name+err.Error()] = true
			var problems sheet.Errors
			if date != asked && errors.As(err, &problems) {
				for _, p := range problems {
					if at := p.Place.String(); !told[at] {
						told[at] = true
						ws.globals.voice.warn(at+": "+p.What, p.Hint)
					}
				}
				continue
			}
			failures = append(failures, planner.Failed{Device: device.Name, Err: dated(date, asked, err)})
		}
	}
	return errors.Join(failures...)
}

// dated says on which date an error holds, where that is not the date asked about.
func dated(date, asked sheet.Date, err error) error {
	if date == asked {
		return err
	}
	return fmt.Errorf("on %s: %w", date, err)
}

// problem is one error, for machines.
type problem struct {
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	Col  int    `json:"col,omitempty"`
	What string `json:"what"`
	Hint string `json:"hint,omitempty"`
}

func report(err error) map[string]any {
	list := []problem{}
	if err != nil {
		for _, part := range parts(err) {
			var problems sheet.Errors
			if !errors.As(part, &problems) {
				list = append(list, problem{What: part.Error()})
			}
			for _, p := range problems {
				list = append(list, problem{p.File, p.Line, p.Col, p.What, p.Hint})
			}
		}
	}
	return map[string]any{"sound": err == nil, "errors": list}
}
