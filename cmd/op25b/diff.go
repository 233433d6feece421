package main

import (
	"errors"
	"fmt"
	"strings"

	udiff "github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"op25b/plan"
	"op25b/planner"
)

func newDiff(g *globals) *cobra.Command {
	var running string
	var takeOver []string
	c := &cobra.Command{
		Use: "diff [DEVICE...]", Short: "what would change, in lines and in packets",
		Long: `diff compares what each router runs with what the policy wants, and proves the result. It
reads the routers over SSH, or DIR/<device>.cfg with --running DIR. Differences exit 2.

  --format text      lines, packets and the number of entries
  --format unified   the state of our objects before and after
  --format commands  what would be sent
  --format undo      what would take it back
  --format json      the steps as a plan has them`,
		RunE: func(c *cobra.Command, names []string) error {
			if err := g.formats("text", "unified", "commands", "undo", "json"); err != nil {
				return err
			}
			ws, err := g.workspace(names)
			if err != nil {
				return err
			}
			ws.desk.TakeOver = takeOver
			read, err := ws.reader(c.Context(), running)
			if err != nil {
				return err
			}
			return g.diff(ws, read)
		},
	}
	c.Flags().StringVar(&running, "running", "", "read DIR/<device>.cfg instead of the routers")
	c.Flags().StringArrayVar(&takeOver, "take-over", nil, "replace this object of ours although others use or edited it")
	return c
}

func (g *globals) diff(ws workspace, running planner.Running) error {
	var drafts []planner.Draft
	var failures []error
	for _, device := range ws.devices {
		reading, err := running(device)
		var draft planner.Draft
		if err == nil {
			draft, err = ws.desk.Draft(device, reading.Text)
		}
		if err != nil {
			failures = append(failures, planner.Failed{Device: device.Name, Err: err})
			continue
		}
		for _, w := range draft.Warnings {
			g.voice.warn(device.Name+": "+w, "")
		}
		drafts = append(drafts, draft)
	}
	if err := g.printDrafts(drafts, len(ws.devices)); err != nil {
		return err
	}
	for _, d := range drafts {
		if !d.Delta.IsEmpty() {
			failures = append(failures, exit{differs, nil, ""})
			break
		}
	}
	return quietly(errors.Join(failures...))
}

// quietly leaves out of an error the parts that only ask for an exit code.
func quietly(err error) error {
	joined, is := err.(interface{ Unwrap() []error })
	if !is {
		return err
	}
	var told []error
	for _, one := range joined.Unwrap() {
		if e, is := one.(exit); !is || e.cause != nil {
			told = append(told, one)
		}
	}
	return exit{code(err), errors.Join(told...), ""}
}

func (g *globals) printDrafts(drafts []planner.Draft, asked int) error {
	switch g.format {
	case "json":
		steps := []plan.Step{}
		for _, d := range drafts {
			steps = append(steps, d.Step)
		}
		return g.voice.json(steps)
	case "text":
		for _, d := range drafts {
			g.printStep(d.Step, d.Delta.IsEmpty())
		}
		g.printTotal(drafts, asked)
		return nil
	}
	for _, d := range drafts {
		if asked > 1 {
			g.voice.printf("%s\n", comment(d.Step.Dialect)+" ---- "+d.Step.Device+" ----")
		}
		g.printRaw(d.Step)
	}
	return nil
}

// printRaw prints one step in the words of the router, or as its states.
func (g *globals) printRaw(s plan.Step) {
	lines := s.Do
	switch g.format {
	case "undo":
		lines = s.Undo
	case "unified":
		text := udiff.Diff(s.Device+" running", joined(s.Before), s.Device+" wanted", joined(s.After))
		if len(text) > 0 {
			g.printUnified(printable(string(text)))
		}
		return
	}
	for _, line := range lines {
		g.voice.printf("%s\n", line)
	}
}

func joined(lines []string) []byte {
	if len(lines) == 0 {
		return nil
	}
	return []byte(strings.Join(lines, "\n") + "\n")
}

// comment is how a dialect's text begins a comment.
func comment(dialect string) string {
	if dialect == "iosxe" || dialect == "iosxr" {
		return "!"
	}
	return "#"
}

// printStep shows one device's change for people.
func (g *globals) printStep(s plan.Step, same bool) {
	v := g.voice
	v.printf("%s\n", v.paint(bold, fmt.Sprintf("---- %s (%s) ----", s.Device, s.Dialect)))
	if same {
		v.printf("  no difference\n")
		g.printLeftover(s)
		return
	}
	for _, c := range s.Changes {
		line := "  " + c.Sign + " " + printable(c.Line)
		if c.Why != "" {
			line += "   (" + c.Why + ")"
		}
		v.printf("%s\n", v.signed(c.Sign, line))
	}
	for _, p := range s.Packets {
		colour := green
		if p.Change == plan.Closes {
			colour = red
		}
		v.printf("%s\n", v.paint(colour, fmt.Sprintf("  %-6s %s", p.Change, p.Words)))
		v.printf("         %s\n", short(p.Packets))
		v.printf("         e.g. %s: now by %s, then by %s\n", p.Witness, p.Before, p.After)
	}
	if len(s.Closes)+len(s.Opens) == 0 {
		v.printf("  no packet changes its verdict\n")
	} else {
		v.printf("  every other packet: proved unchanged\n")
	}
	limit := ""
	if s.Entries.Limit > 0 {
		limit = fmt.Sprintf(" of %d", s.Entries.Limit)
	}
	v.printf("  entries: %d now, %d after, %d at the peak%s; %s to send (%s)\n",
		s.Entries.Before, s.Entries.After, s.Entries.Peak, limit, counted(len(s.Do), "line"), s.Method)
	g.printLeftover(s)
}

func (g *globals) printLeftover(s plan.Step) {
	if len(s.Cleanup) > 0 {
		g.voice.printf("  then cleans up with %s what nothing uses any more\n", counted(len(s.Cleanup), "line"))
	}
}

// longest is how many characters of a set of packets are shown; the plan file has all.
const longest = 160

func short(s string) string {
	if len(s) <= longest {
		return s
	}
	return s[:longest] + fmt.Sprintf("… (%d characters; --format json has all)", len(s))
}

func (g *globals) printTotal(drafts []planner.Draft, asked int) {
	change, same := 0, 0
	for _, d := range drafts {
		if d.Delta.IsEmpty() {
			same++
		} else {
			change++
		}
	}
	line := fmt.Sprintf("%d to change, %d as wanted", change, same)
	if n := asked - len(drafts); n > 0 {
		line += fmt.Sprintf(", %d with errors", n)
	}
	g.voice.printf("%s\n", line)
}
