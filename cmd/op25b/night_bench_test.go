package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"op25b/journal"
	"op25b/lab"
	"op25b/plan"
	"op25b/pusher"
)

// The change night: so many routers, so many at once, how many may fail in a wave and in all, and
// how long it may take in all.
const (
	fleetSize = 500
	abreast   = 50
	mayFail   = 2
	mayInAll  = 4
	nightTime = 3 * time.Minute
)

// The waves of the night, and how many routers each has.
var nightWaves = []struct {
	name string
	size int
}{{"pilot", 20}, {"early", 80}, {"east", 100}, {"west", 150}, {"rest", 150}}

// ailment is how one router of a wave fails, until it is put right.
type ailment struct {
	wave, dialect, what string
	fault               lab.Fault
	wire                lab.Wire
}

// ailments are those of 2 % of the fleet. What fails in early and west spends the budget of the
// wave, what fails in rest that of the run; east stays under both, and the march goes on.
func ailments() []ailment {
	software := "*Jan  5 02:00:00.000: %FMCORE-4-RACL_REDUCED: Interface Gi0/0/1 routed traffic will be software switched in ingress direction"
	return []ailment{
		{"early", "junos", "unreachable", lab.Fault{}, lab.Wire{Refuse: true}},
		{"early", "rtx", "unreachable", lab.Fault{}, lab.Wire{Refuse: true}},
		{"east", "iosxr", "full TCAM", lab.Fault{TCAMEntries: 2}, lab.Wire{}},
		{"west", "iosxe", "refuses a line", lab.Fault{RefuseLine: 7}, lab.Wire{}},
		{"west", "junos", "hangs", lab.Fault{}, lab.Wire{HangConfigAt: 9}},
		{"rest", "iosxr", "reboots", lab.Fault{RebootAt: 20}, lab.Wire{}},
		{"rest", "iosxe", "full TCAM", lab.Fault{TCAMEntries: 1, Message: software}, lab.Wire{}},
		{"rest", "rtx", "refuses a line", lab.Fault{RefuseLine: 3}, lab.Wire{}},
		{"rest", "iosxe", "hangs", lab.Fault{}, lab.Wire{HangConfigAt: 30}},
		{"rest", "rtx", "reboots", lab.Fault{RebootAt: 2}, lab.Wire{}},
	}
}

// night is a fleet of which some routers are played here, where they can be put right.
type night struct {
	*field
	own   lab.Fleet
	until time.Time
	ago   int // seconds: the night is one of Plala's first phase
	plan  plan.Plan
	cost  cost // of all calls together; the peak is the highest
	wrong []string
}

func newNight(b *testing.B, sick []ailment) (*night, error) {
	until := time.Now().Add(nightTime)
	f, err := raise(b, "", fleetSize-len(sick))
	if err != nil {
		return &night{field: f}, err
	}
	ago := int(time.Since(time.Date(2005, 2, 1, 2, 0, 0, 0, time.UTC)).Seconds())
	n := &night{field: f, until: until, ago: ago, own: lab.Fleet{Door: lab.Door{User: f.door.User, Password: f.door.Password}}}
	if err := n.join(sick); err != nil {
		return n, err
	}
	path, err := n.planned()
	if err == nil {
		n.plan, err = plan.Open(path)
	}
	for i, a := range sick { // the plan was made while all were well
		n.own.Servers()[i].Device().Spoil(a.fault)
		n.own.Servers()[i].Spoil(a.wire)
	}
	return n, err
}

func (n *night) end() {
	n.own.Close()
	if n.field != nil {
		n.fall()
	}
}

// join starts the routers of this process, and writes them among the others of their waves.
func (n *night) join(sick []ailment) error {
	path := filepath.Join(n.dir, "inventory.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	others := regexp.MustCompile(`(?m)^  \S+:\n(?:    .*\n)+`).FindAllString(string(text), -1)
	head, _, _ := strings.Cut(string(text), others[0])
	blocks := map[string][]string{} // by wave
	for i, a := range sick {
		block, err := n.add(a, fleetSize-i)
		if err != nil {
			return err
		}
		blocks[a.wave] = append(blocks[a.wave], block)
	}
	waves := ""
	for _, w := range nightWaves {
		size := w.size - len(blocks[w.name])
		for _, block := range slices.Concat(others[:size/2], blocks[w.name], others[size/2:size]) {
			head += strings.Replace(block, "role: edge", "night: "+w.name, 1)
		}
		others = others[size:]
		waves += fmt.Sprintf("  - { name: %s, select: { night: %s } }\n", w.name, w.name)
	}
	known, err := os.ReadFile(n.door.KnownHosts)
	return errors.Join(err, os.WriteFile(n.door.KnownHosts, append(known, n.own.KnownHosts()...), 0o644), os.WriteFile(path, []byte(head), 0o644),
		os.WriteFile(filepath.Join(n.dir, "rollout.yaml"), fmt.Appendf(nil, "version: 1\nwaves:\n%s"+
			"limits: { parallel: %d, max-failed: %d, max-failed-total: %d }\nconfirm: 5m\n", waves, abreast, mayFail, mayInAll), 0o644))
}

// add starts one router, whose timers run ten times faster so that nobody waits for five minutes.
func (n *night) add(a ailment, number int) (string, error) {
	k := kindOf(a.dialect)
	name := fmt.Sprintf("sick-%s-%d", a.dialect, number)
	d := k.New(lab.Setup{Hostname: name, Enable: n.door.Enable, Clock: lab.WallClock{Speed: 10}})
	if err := d.Load(k.Config(name, number)); err != nil {
		return "", err
	}
	s, err := n.own.Add(name, d)
	if err != nil {
		return "", err
	}
	iface, direction := k.Interface, "in"
	if a.dialect == "rtx" {
		iface, direction = "pp 1", "out"
	}
	return fmt.Sprintf("  %s:\n    credentials: %s\n    address: %s\n    port: %d\n    dialect: %s\n    revert: %s\n    labels: { site: tyo, role: edge }\n"+
		"    attach:\n      - interface: %s\n        direction: %s\n", name, name, s.Address().Addr(), s.Address().Port(), a.dialect, k.Revert, iface, direction), nil
}

// callJob is one call of the command; what it writes goes to the last file.
func callJob(j job) (c cost, err error) {
	args, last := j.Files[:len(j.Files)-1], j.Files[len(j.Files)-1]
	out, err := os.Create(last)
	if err != nil {
		return c, err
	}
	ctx, stop := context.WithDeadline(context.Background(), j.Until)
	defer stop()
	var says bytes.Buffer
	now := func() time.Time { return time.Now().Add(-time.Duration(j.N) * time.Second) }
	err = c.run("call", func() error {
		code := run(ctx, args, world{in: strings.NewReader(""), out: out, err: &says, environ: j.Door.environ, now: now})
		c.Notes = map[string]float64{"exit": float64(code)}
		return ctx.Err()
	})
	c.Says = says.String()
	return c, errors.Join(err, out.Close())
}

// call runs the command in a process of its own, and gives what it said of each router.
func (n *night) call(verb string, args ...string) (cost, map[string]told, error) {
	out := filepath.Join(n.dir, verb+".json")
	args = append([]string{verb, "-C", n.dir, "--format=json", "--patience=10s"}, args...)
	c, err := measured(job{What: "call", Files: append(args, out), Door: n.door, N: n.ago, Until: n.until})
	if err != nil {
		return c, nil, err
	}
	text, err := os.ReadFile(out)
	if err != nil {
		return c, nil, err
	}
	var list []told
	if verb == "status" {
		err = json.Unmarshal(text, &list)
	} else {
		list, err = streamed(string(text))
		n.cost.Parts, n.cost.Peak = append(n.cost.Parts, c.Parts...), max(n.cost.Peak, c.Peak)
	}
	by := map[string]told{}
	for _, o := range list {
		if by[o.Device].Device != "" {
			n.wrong = append(n.wrong, o.Device+" is told of twice")
		}
		by[o.Device] = o
	}
	if err != nil {
		err = fmt.Errorf("op25b %s: exit %.0f: %w: %s", verb, c.Notes["exit"], err, c.Says)
	}
	return c, by, err
}

// check holds what a push said against what the routers say themselves.
func (n *night) check(verb string, exit float64, report map[string]told) error {
	_, now, err := n.call("status", n.plan.Short()+".1")
	if err != nil {
		return err
	}
	note := func(format string, words ...any) {
		n.wrong = append(n.wrong, verb+": "+fmt.Sprintf(format, words...))
	}
	codes, started, bad := map[int]int{}, map[string]int{}, map[string]int{}
	for _, o := range report {
		codes[o.Code]++
		want := o.State
		switch o.Code {
		case stopped:
			want = string(pusher.Before)
		case done:
			started[o.Wave]++
		default:
			started[o.Wave]++
			bad[o.Wave]++
		}
		if now[o.Device].State != want {
			note("%s was said to be %s (%d, %s) and is %s", o.Device, o.State, o.Code, o.Error, now[o.Device].State)
		}
	}
	spent, all := false, 0
	for _, w := range nightWaves {
		if spent && started[w.name] > 0 {
			note("%s was begun after the budget was spent", w.name)
		}
		all += bad[w.name]
		spent = spent || bad[w.name] >= mayFail || all >= mayInAll
	}
	want := 0
	for _, c := range []int{failed, refused, stopped, rolledBack, unknown} { // the last that any has
		if codes[c] > 0 {
			want = c
		}
	}
	if int(exit) != want || !spent && codes[stopped] > 0 || len(report) != fleetSize || len(now) != fleetSize {
		note("exit %.0f where the routers ask for %d; spent: %v; %d in the report, %d in the status", exit, want, spent, len(report), len(now))
	}
	return nil
}

// cure puts those right that failed.
func (n *night) cure(report map[string]told) {
	for _, s := range n.own.Servers() {
		if o := report[s.Name()]; o.Code != done && o.Code != stopped {
			s.Device().Spoil(lab.Fault{})
			s.Spoil(lab.Wire{})
		}
	}
}

// journal is the run's end, its rows and the size of the file; the chain is recomputed.
func (n *night) journal() (run journal.Run, rows int, size float64, err error) {
	path := filepath.Join(n.dir, defaultJournal)
	j, err := journal.Read(path)
	if err != nil {
		return run, 0, 0, err
	}
	defer j.Close()
	run, e1 := j.Find("last")
	all, e2 := j.Rows(run.ID)
	info, e3 := os.Stat(path)
	if err := errors.Join(e1, e2, e3, j.Verify(run.ID)); err != nil {
		return run, 0, 0, err
	}
	return run, len(all), float64(info.Size()) / (1 << 20), nil
}

// BenchmarkNight is a change night with mishaps: push, put right what failed, and resume until the run
// is done. Here a wrong end fails, for that is no matter of speed.
func BenchmarkNight(b *testing.B) {
	built(b, "op25b-lab")
	sum := newTable(b, "The whole night", "wall of op25b", "CPU", "CPU a router", "peak memory", "rows", "rows a router", "journal", "of it the plan", "as planned", "said wrong", "lost", "run")
	t := newTable(b, fmt.Sprintf("A change night: %d routers, 4 dialects, %d waves, %d at once, %d of them faulty", fleetSize, len(nightWaves), abreast, len(ailments())),
		"call", "exit", "as planned", "failed", "not started", "rows of the journal", "wall", "CPU")
	for range b.N {
		if err := stayUp(b, t, sum); err != nil {
			t.broken("the night", err)
		}
	}
}

func stayUp(b *testing.B, t, sum *table) error {
	n, err := newNight(b, ailments())
	defer n.end()
	if err != nil {
		return err
	}
	verb, args, before := "push", []string{filepath.Join(n.dir, "change.plan")}, 0
	for {
		c, report, err := n.call(verb, append(args, "--yes="+n.plan.ID)...)
		if err != nil {
			return err
		}
		if err := n.check(verb, c.Notes["exit"], report); err != nil {
			return err
		}
		run, rows, size, err := n.journal()
		if err != nil {
			return err
		}
		count := map[int]int{}
		for _, o := range report {
			count[o.Code]++
			if o.Code != done && o.Code != stopped && n.own.Server(o.Device) == nil {
				b.Log("a sound router failed:", verb, o.Device, o.Code, o.State, o.Error)
			}
		}
		p := c.part("call")
		t.row(verb, fmt.Sprintf("%.0f", c.Notes["exit"]), fmt.Sprint(count[done]), fmt.Sprint(len(report)-count[done]-count[stopped]),
			fmt.Sprint(count[stopped]), fmt.Sprint(rows-before), seconds(p.Wall), seconds(p.CPU))
		if run.End != "" {
			return n.close(b, sum, run, rows, size)
		}
		n.cure(report)
		verb, args, before = "resume", []string{run.ID}, rows
	}
}

// close counts the routers at the end.
func (n *night) close(b *testing.B, sum *table, run journal.Run, rows int, size float64) error {
	paper := float64(len(run.Paper)) / (1 << 20)
	c, now, err := n.call("status", run.ID)
	if err != nil {
		return err
	}
	reached := 0
	for _, o := range now {
		if o.State == string(pusher.After) {
			reached++
		}
	}
	if reached != fleetSize || len(n.wrong) > 0 || run.End != journal.Done || c.Notes["exit"] != done {
		b.Errorf("%d of %d routers are as planned, the run is %q; wrong: %s", reached, fleetSize, run.End, strings.Join(n.wrong, "\n"))
	}
	var all part
	for _, p := range n.cost.Parts {
		all.CPU, all.Wall = all.CPU+p.CPU, all.Wall+p.Wall
	}
	sum.row(seconds(all.Wall), seconds(all.CPU), seconds(all.CPU/fleetSize), fmt.Sprintf("%.0f MB", n.cost.Peak), fmt.Sprint(rows),
		fmt.Sprintf("%.1f", float64(rows)/fleetSize), megabytes(size), megabytes(paper), fmt.Sprint(reached), fmt.Sprint(len(n.wrong)), fmt.Sprint(fleetSize-len(now)), run.End)
	return nil
}
