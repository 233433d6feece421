package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"op25b/journal"
)

func newLog(g *globals) *cobra.Command {
	var verify bool
	c := &cobra.Command{
		Use: "log [RUN]", Short: "what was done and seen, row by row",
		Long: `log lists the runs of the journal, the newest last. With RUN (its name, the plan's id, the first
digits of it, or "last") it prints the rows of that run, a line each; times are UTC.
--format json prints them as JSON, a line each, with the hashes of the chain.
--verify recomputes the chain of the run, or of every run, and prints no rows: a row that was changed,
taken away or put in by hand is named, and the exit code is 1.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := g.formats("text", "json"); err != nil {
				return err
			}
			j, err := g.readJournal()
			if err != nil {
				return err
			}
			defer j.Close()
			runs, err := j.Runs()
			if err != nil {
				return err
			}
			if len(args) == 1 {
				run, err := j.Find(args[0])
				if err != nil {
					return noRun(err)
				}
				runs = []journal.Run{run}
			}
			switch {
			case verify && len(args) == 1:
				return g.verifyRun(j, runs[0].ID, "")
			case verify:
				return g.verifyRuns(j, runs)
			case len(args) == 1:
				return g.logRun(j, runs[0].ID)
			}
			return g.logRuns(runs)
		},
	}
	c.Flags().BoolVar(&verify, "verify", false, "recompute the chain of hashes instead")
	return c
}

// readJournal opens the journal to read it only.
func (g *globals) readJournal() (*journal.Journal, error) {
	path := g.journalFile()
	j, err := journal.Read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, exit{failed, fmt.Errorf("there is no journal %s", path), "the first push makes it; name a workspace with -C, or a journal with --journal"}
	}
	return j, err
}

func (g *globals) verifyRuns(j *journal.Journal, runs []journal.Run) error {
	var broken []error
	for _, run := range runs {
		broken = append(broken, g.verifyRun(j, run.ID, run.ID+": "))
	}
	return errors.Join(broken...)
}

// verifyRun prints that a chain is whole; a broken one is the error.
func (g *globals) verifyRun(j *journal.Journal, run, prefix string) error {
	broken := j.Verify(run)
	if broken != nil && !errors.As(broken, new(journal.Broken)) {
		return broken
	}
	rows, err := j.Rows(run)
	if broken == nil && err != nil {
		return err
	}
	switch {
	case g.format == "json":
		verdict := struct {
			Run   string `json:"run"`
			Rows  int    `json:"rows"`
			Whole bool   `json:"whole"`
			Error string `json:"error,omitempty"`
		}{run, len(rows), broken == nil, ""}
		if broken != nil {
			verdict.Error = broken.Error()
		}
		if err := g.jsonLine(verdict); err != nil {
			return err
		}
	case broken == nil:
		g.voice.printf("%s%s, chain whole\n", prefix, counted(len(rows), "row"))
	}
	return broken
}

// logRuns prints the runs, the newest last.
func (g *globals) logRuns(runs []journal.Run) error {
	for _, r := range runs {
		if g.format == "json" {
			line := struct {
				Run      string     `json:"run"`
				Plan     string     `json:"plan"`
				Operator string     `json:"operator"`
				Host     string     `json:"host"`
				Begun    time.Time  `json:"begun"`
				Ended    *time.Time `json:"ended,omitempty"`
				End      string     `json:"end"`
			}{r.ID, r.Plan, r.Operator, r.Host, r.Begun, nil, r.End}
			if r.End != "" {
				line.Ended = &r.Ended
			}
			if err := g.jsonLine(line); err != nil {
				return err
			}
			continue
		}
		end := "open"
		if r.End != "" {
			end = r.End + " " + moment(r.Ended)
		}
		who := r.Operator
		if r.Host != "" {
			who += "@" + r.Host
		}
		g.voice.printf("%s\n", g.voice.foreign(fmt.Sprintf("%-16s %s  %-24s %s", r.ID, moment(r.Begun), who, end)))
	}
	return nil
}

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// logRun prints the rows of a run, a line each.
func (g *globals) logRun(j *journal.Journal, run string) error {
	rows, err := j.Rows(run)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if g.format == "json" {
			// The keys are sorted, as in the line of which the hash is taken; only the hash is more.
			line := struct {
				Device   string    `json:"device"`
				Hash     string    `json:"hash"`
				Leg      string    `json:"leg"`
				Operator string    `json:"operator"`
				Run      string    `json:"run"`
				Seq      int       `json:"seq"`
				Text     string    `json:"text"`
				Time     time.Time `json:"time"`
				Wave     string    `json:"wave"`
				What     string    `json:"what"`
			}{r.Device, r.Hash, r.Leg, r.Operator, r.Run, r.Seq, r.Text, r.Time, r.Wave, r.What}
			if err := g.jsonLine(line); err != nil {
				return err
			}
			continue
		}
		g.voice.printf("%s\n", g.rowLine(r))
	}
	return nil
}

// rowLine is a row as one line: the lines of its text stand beside each other.
func (g *globals) rowLine(r journal.Row) string {
	where := r.Device
	if where == "" && r.Wave != "" {
		where = "wave " + r.Wave
	}
	what := strings.TrimSpace(r.Leg + " " + r.What)
	text := strings.ReplaceAll(strings.TrimSpace(r.Text), "\n", " | ")
	line := fmt.Sprintf("%4d %s  %-16s %-20s %-18s %s", r.Seq, moment(r.Time), r.Operator, where, what, text)
	return strings.ReplaceAll(strings.TrimRight(g.voice.foreign(line), " "), "\n", " ")
}

// jsonLine prints a result as one line of JSON. Control characters that JSON lets through are
// escaped, for the line may end up on a terminal.
func (g *globals) jsonLine(v any) error {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	for _, r := range b.String() {
		if r >= 0x7f && r < 0xa0 {
			g.voice.printf(`\u%04x`, r)
			continue
		}
		g.voice.printf("%c", r)
	}
	return nil
}
