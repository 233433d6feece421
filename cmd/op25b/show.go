package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"op25b/journal"
	"op25b/plan"
)

func newShow(g *globals) *cobra.Command {
	return &cobra.Command{
		Use: "show FILE|RUN", Short: "a plan or a run, for people",
		Long: `show prints a plan: its gates and waves, and for each device the changed lines and packets.
It recomputes the plan's id, so a file that was changed by hand is not shown as a plan. RUN is
a run of the journal, last for the newest: then the plan is the one that was carried out.
Where the plan needs approvals, it tells those that are in FILE.sig.
--format commands prints the lines that would be sent, --format undo what takes them back,
--format json the file, and --format html one page for the change board: it needs no network.
The page of a run is its report, with a timeline, and says whether the journal's chain holds.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := g.formats("text", "json", "html", "commands", "undo"); err != nil {
				return err
			}
			shown, err := g.shown(args[0])
			if err != nil {
				return err
			}
			p := shown.Plan
			switch g.format {
			case "json":
				return p.Write(g.voice.out)
			case "text":
				g.printPlan(p)
				if shown.Run.ID != "" {
					return nil
				}
				return g.printApprovals(p, args[0])
			case "html":
				return g.printPage(shown)
			}
			for _, w := range p.Waves {
				for _, s := range w.Steps {
					g.voice.printf("%s\n", comment(s.Dialect)+" ---- "+s.Device+" ----")
					g.printRaw(s)
				}
			}
			return nil
		},
	}
}

// shown is what a name names: a plan file and who approved it, else a run of the journal.
func (g *globals) shown(name string) (page, error) {
	p, err := plan.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return g.shownRun(name, err)
	}
	if err != nil || g.format != "html" {
		return page{Plan: p}, err
	}
	who, err := g.approvers(p, name)
	return page{Plan: p, File: name, Approvals: who}, err
}

// shownRun is a run of the journal. Without a journal the error is that there is no such file.
func (g *globals) shownRun(name string, missing error) (page, error) {
	j, err := journal.Read(g.journalFile())
	if errors.Is(err, os.ErrNotExist) {
		return page{}, missing
	}
	if err != nil {
		return page{}, err
	}
	defer j.Close()
	run, err := j.Find(name)
	if errors.Is(err, journal.ErrNoRun) {
		return page{}, fmt.Errorf("%w; %w", missing, err)
	}
	if err != nil {
		return page{}, err
	}
	return pageOf(j, run)
}

// printPlan shows a plan as the change board reads it. Devices whose change is the same are
// shown once.
func (g *globals) printPlan(p plan.Plan) {
	v := g.voice
	v.printf("%s\n", v.paint(bold, "plan "+p.Short())+" by "+p.Author+" for "+p.At+during(p.Phase))
	v.printf("valid %s\n", validity(p.Valid))
	r := revertsOf(p)
	v.printf("gates: %s\n", gates(p.Gates, r))
	g.printReverts(r)
	for i, w := range p.Waves {
		soak := ""
		if w.Soak != "" {
			soak = ", then soaks " + w.Soak
		}
		v.printf("\n%s\n", v.paint(bold, fmt.Sprintf("wave %d: %s (%s%s)", i+1, w.Name, counted(len(w.Steps), "device"), soak)))
		for _, group := range alike(w.Steps) {
			s := group[0]
			s.Device = names(group)
			g.printStep(s, s.Method == plan.None)
		}
	}
	change, lines := 0, 0
	for _, w := range p.Waves {
		for _, s := range w.Steps {
			if s.Method != plan.None {
				change++
			}
			lines += len(s.Do)
		}
	}
	v.printf("\n%s to change in %s, %s to send; proved: the text means the policy, and no other packet changes\n",
		counted(change, "device"), counted(len(p.Waves), "wave"), counted(lines, "line"))
}

func during(phase string) string {
	if phase == "" {
		return ", no phase in force"
	}
	return ", phase " + phase
}

func validity(v plan.Valid) string {
	s := ""
	if v.From != "" {
		s = "from " + v.From
	}
	if v.Until != "" {
		s += " until before " + v.Until
	}
	if s == "" {
		return "at any date"
	}
	return strings.TrimSpace(s)
}

func gates(g plan.Gates, r reverts) string {
	parts := []string{fmt.Sprintf("%d in parallel", g.Parallel), fmt.Sprintf("a wave stops at %d failed, the run at %d", g.MaxFailed, g.MaxFailedTotal)}
	if r.Usual != "" {
		parts = append(parts, "devices revert after "+r.Usual)
	}
	if g.Window != nil {
		parts = append(parts, fmt.Sprintf("window %s %s to %s %s", strings.Join(g.Window.Days, ","), g.Window.From, g.Window.To, g.Window.Timezone))
	}
	if g.Approvals > 0 {
		parts = append(parts, counted(g.Approvals, "approval"))
	}
	return strings.Join(parts, "; ")
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// alike groups steps whose change reads the same, in order of their first.
func alike(steps []plan.Step) [][]plan.Step {
	var out [][]plan.Step
	at := map[string]int{}
	for _, s := range steps {
		key := fmt.Sprint(s.Dialect, s.Method, s.Changes, s.Closes, s.Opens, s.Entries, s.Do, s.Cleanup)
		if i, there := at[key]; there {
			out[i] = append(out[i], s)
			continue
		}
		at[key] = len(out)
		out = append(out, []plan.Step{s})
	}
	return out
}

func names(steps []plan.Step) string {
	var out []string
	for i, s := range steps {
		if i == 6 && len(steps) > 7 {
			return strings.Join(out, ", ") + fmt.Sprintf(" and %d more", len(steps)-i)
		}
		out = append(out, s.Device)
	}
	return strings.Join(out, ", ")
}
