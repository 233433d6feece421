package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"op25b/golden"
	"op25b/policy"
	"op25b/sheet"
)

func newGolden(g *globals) *cobra.Command {
	var update bool
	c := &cobra.Command{
		Use: "golden", Short: "compare every device and phase with the workspace's golden files",
		Long: `golden renders every device at the start of every phase and compares the text with
golden/<phase>/<device>.cfg in the workspace. It is meant for the workspace's CI: differences
exit 2. --update rewrites the files; review the diff before you commit it.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := g.formats("text"); err != nil {
				return err
			}
			wanted, err := g.goldenFiles()
			if err != nil {
				return err
			}
			dir := filepath.Join(g.dir, "golden")
			if update {
				return g.updateGolden(dir, wanted)
			}
			return g.compareGolden(dir, wanted)
		},
	}
	c.Flags().BoolVar(&update, "update", false, "rewrite the golden files")
	return c
}

// goldenFiles renders every device at the start of every phase, or of the one asked for.
func (g *globals) goldenFiles() (golden.Files, error) {
	ws, err := g.workspaceOn(nil, g.firstPhase)
	if err != nil {
		return nil, err
	}
	wanted := golden.Files{}
	var failures []error
	for _, phase := range ws.policy.Phases {
		if g.phase != "" && g.phase != phase.Name {
			continue
		}
		ws.desk.Date = phase.Start
		texts, err := ws.texts()
		if err != nil {
			failures = append(failures, fmt.Errorf("phase %s: %w", phase.Name, err))
			continue
		}
		for _, t := range texts {
			wanted[phase.Name+"/"+t.Device+".cfg"] = t.Text
		}
	}
	return wanted, errors.Join(failures...)
}

// goldenDifferences are those that count: who asks for some phases or devices only is not told
// of the files of the others.
func (g *globals) goldenDifferences(dir string, wanted golden.Files) ([]golden.Difference, error) {
	differences, err := golden.Compare(dir, wanted)
	if g.phase != "" || len(g.labels) > 0 {
		differences = slices.DeleteFunc(differences, func(d golden.Difference) bool { return d.State == golden.Stray })
	}
	return differences, err
}

// updateGolden leaves alone what does not count.
func (g *globals) updateGolden(dir string, wanted golden.Files) error {
	differences, err := golden.Compare(dir, wanted)
	if err != nil {
		return err
	}
	n := len(wanted)
	for _, d := range differences {
		if d.State == golden.Stray && (g.phase != "" || len(g.labels) > 0) {
			wanted[d.Path] = d.Got
		}
	}
	if err := golden.Update(dir, wanted); err != nil {
		return err
	}
	g.voice.note("%s in %s up to date", counted(n, "golden file"), dir)
	return nil
}

// firstPhase is the date asked for, else the start of the first phase: golden files do not
// depend on the day on which they are compared.
func (g *globals) firstPhase(p policy.Policy) (sheet.Date, error) {
	if g.at == "" && g.phase == "" && len(p.Phases) > 0 {
		return p.Phases[0].Start, nil
	}
	return g.date(p)
}

func (g *globals) compareGolden(dir string, wanted golden.Files) error {
	differences, err := g.goldenDifferences(dir, wanted)
	if err != nil {
		return err
	}
	for _, d := range differences {
		name := filepath.Join(dir, filepath.FromSlash(d.Path))
		if d.State != golden.Changed {
			g.voice.printf("%s %s\n", name, d.State)
			continue
		}
		g.printUnified(string(diff.Diff(name, []byte(d.Got), "rendered", []byte(d.Want))))
	}
	if len(differences) > 0 {
		return exit{differs, nil, ""}
	}
	return nil
}
