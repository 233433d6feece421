package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"op25b/lab"
)

// fault is one thing that can go wrong in the middle of a push, at a point that is counted.
type fault struct {
	name     string
	dialects []string                               // empty for all
	last     func(t *testing.T, dialect string) int // the last point that there is; 0 for one that is not counted
	at       func(t *testing.T, dialect string, k int) (told, bool)
}

// faults are the mishaps of a router and of the line to it, and the deaths of the command.
func faults() []fault {
	var out []fault
	for _, m := range mishaps() {
		out = append(out, fault{m.name, m.dialects, m.points, m.story})
	}
	for _, i := range instants() {
		for n, cut := range []string{"keep", "fire", "cancel"} {
			name := fmt.Sprintf("the command is %s; a cut session %ss the timer", i.name, cut)
			dialects := everyTyped() // a cut channel of gNMI does nothing to a commit
			if cut == "keep" {
				dialects = nil
			}
			out = append(out, fault{name, dialects, func(*testing.T, string) int { return 99 }, func(t *testing.T, dialect string, k int) (told, bool) {
				return crashStory(t, dialect, i, k, []string{"resume", "rollback"}[(k+n)%2], lab.Fault{CutTimer: cut})
			}})
		}
	}
	return out
}

func (m mishap) points(t *testing.T, dialect string) int {
	if m.over(1000, dialect) == 0 {
		return 0
	}
	s := newMishapSite(t, dialect, m.name)
	r := s.routers[0]
	if !r.speaks() {
		return m.over(len(stepOf(s.open("next.plan"), r.name).Do), dialect)
	}
	before := len(r.typed)
	s.must(0, s.push("next.plan")...)
	return m.over(len(r.typed)-before, dialect)
}

func (m mishap) story(t *testing.T, dialect string, k int) (told, bool) {
	return newMishapSite(t, dialect, m.name).mishap(m, k), true
}

// toll is what came of one fault on one dialect.
type toll struct {
	dialect, fault string
	points, wrong  int
	states         map[string]int
}

// TestFaults lets everything go wrong on every dialect at some points, or at all of them where
// OP25B_SWEEP is set (make test-faults). After each, what is said of every device is held against
// what the routers do, at once and an hour later; every line that a router took was followed by a
// look at the packets on the edges of both policies; and then the change is carried on or taken back.
// OP25B_RELIABILITY names a file for the table.
func TestFaults(t *testing.T) {
	var mu sync.Mutex
	var tolls []toll
	t.Run("all", func(t *testing.T) {
		for n, f := range faults() {
			for j, dialect := range everyDialect() {
				if len(f.dialects) > 0 && !slices.Contains(f.dialects, dialect) {
					continue
				}
				t.Run(dialect+"/"+f.name, func(t *testing.T) {
					t.Parallel()
					one := f.tried(t, dialect, seeded(uint64(100*n+j)).IntN)
					mu.Lock()
					defer mu.Unlock()
					tolls = append(tolls, one)
				})
			}
		}
	})
	points := 0
	for _, one := range tolls {
		points += one.points
	}
	t.Logf("%d points", points)
	if path := os.Getenv("OP25B_RELIABILITY"); path != "" {
		if err := os.WriteFile(path, []byte(reliability(tolls)), 0o644); err != nil {
			t.Error(err)
		}
	}
}

// sampled is how many points of each fault are tried where not all are: three, or what
// OP25B_POINTS says.
func sampled() int {
	if n, err := strconv.Atoi(os.Getenv("OP25B_POINTS")); err == nil {
		return n
	}
	return 3
}

func (f fault) tried(t *testing.T, dialect string, random func(int) int) toll {
	one := toll{dialect: dialect, fault: f.name, states: map[string]int{}}
	last := f.last(t, dialect)
	try := func(k int) bool {
		lived := true
		well := t.Run(fmt.Sprint(k), func(t *testing.T) {
			var o told
			if o, lived = f.at(t, dialect, k); lived {
				one.points++
				one.states[o.State]++
			}
		})
		if !well {
			one.wrong++
		}
		return lived
	}
	switch {
	case last == 0:
		try(1)
	case sweeping():
		for k := 1; k <= last && try(k); k++ {
		}
	default:
		for range sampled() {
			try(1 + random(min(last, 30)))
		}
	}
	return one
}

// reliability is docs/reliability.md.
func reliability(tolls []toll) string {
	slices.SortStableFunc(tolls, func(a, b toll) int { return strings.Compare(a.dialect+a.fault, b.dialect+b.fault) })
	states := []string{"before", "after", "cleaned", "pending", "other", "unknown"}
	var s strings.Builder
	s.WriteString(reliabilityHead)
	s.WriteString("| dialect | fault | points | " + strings.Join(states, " | ") + " | wrong |\n|---|---|---|---|---|---|---|---|---|---|\n")
	points, wrong := 0, 0
	for _, one := range tolls {
		fmt.Fprintf(&s, "| %s | %s | %d |", one.dialect, one.fault, one.points)
		for _, state := range states {
			fmt.Fprintf(&s, " %d |", one.states[state])
		}
		fmt.Fprintf(&s, " %d |\n", one.wrong)
		points, wrong = points+one.points, wrong+one.wrong
	}
	fmt.Fprintf(&s, "\n%d fault points, %d wrong.\n", points, wrong)
	return s.String()
}

const reliabilityHead = `# Reliability

` + "`make test-faults`" + ` writes this page. It lets everything go wrong that the lab can play, at every point of a push, on every dialect, and
asks the routers of the lab what is true. ` + "`make test`" + ` tries three points of each fault.

A point is a line that is typed (of gNMI: an RPC), or a row of the journal. The columns are what was said of the device afterwards: by the push itself, or
by ` + "`op25b status`" + ` where the push was killed (SIGKILL). *Wrong* counts the points at which any of these failed:

- what was said of a device is what its packets do, at once and an hour later, when all timers have ended;
- after every line that a router took, every packet on the edges of both policies had its old or its new verdict (no wrong moment);
- then ` + "`resume`, `rollback`" + ` or a push of the same plan ended well, and after a restart of the routers the packets had the verdicts that
  were asked for (no device lost);
- the chain of the journal was whole.

*Other* is a device among the lines of its change: staged and not bound, or some points bound and others not, each packet as before or as
after. *Pending* is a device whose timer takes the change back. Where a device shows no timer (IOS-XR, RTX) that is told from
the journal, and what a cut session of it does with its timer is not confirmed: so the lab plays all three.

`
