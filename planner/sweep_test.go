package planner_test

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"op25b/acl"
	"op25b/differ"
	"op25b/inventory"
	"op25b/lab"
	"op25b/lab/iosxe"
	"op25b/lab/iosxr"
	"op25b/lab/junos"
	"op25b/lab/rtx"
	"op25b/plan"
	"op25b/planner"
	"op25b/policy"
	"op25b/renderer"
	"op25b/sheet"
	"op25b/templates"
)

// chainLength is how many edits one router lives through before another takes its place.
const chainLength = 15

// sweeps is how many edits are made on each dialect; OP25B_SWEEP says another number.
func sweeps(t *testing.T) int {
	t.Helper()
	said := os.Getenv("OP25B_SWEEP")
	if said == "" {
		return 150
	}
	n, err := strconv.Atoi(said)
	if err != nil || n < 1 {
		t.Fatalf("OP25B_SWEEP=%s is not a number of edits", said)
	}
	return n
}

// Routers of the lab live through random edits of a policy, line by line as they are typed.
// After every line the router itself is asked about packets around every edge of the policy: no
// moment gives one a verdict that is neither its old nor its new one. Each change ends in
// exactly the policy over what others want; its undo gives back the text to the byte; its
// cleanup changes no verdict; and then there is nothing left to do.
func TestSweep(t *testing.T) {
	for _, d := range templates.All() {
		if d.Name() == "openconfig" {
			continue // its router takes a change as one call, and has no lines between which one could look
		}
		t.Run(d.Name(), func(t *testing.T) {
			t.Parallel()
			total := tally{kinds: map[string]int{}}
			for seed := uint64(0); total.edits < sweeps(t); seed++ {
				s := newSweep(t, d, seed, &total)
				for range chainLength {
					if !s.edit() || total.edits >= sweeps(t) {
						break
					}
				}
			}
			t.Log(total)
			total.judge(t)
		})
	}
}

// sweep is one router of the lab, what is wanted of it, and what others want.
type sweep struct {
	*testing.T
	*tally
	dialect templates.Dialect
	seed    uint64
	estate  *estate
	desk    planner.Desk
	device  inventory.Device
	router  lab.Device
	others  lab.Device // the same router without anything of ours
	step    plan.Step
	delta   acl.Delta
	name    string
	broken  bool
}

func newSweep(t *testing.T, d templates.Dialect, seed uint64, n *tally) *sweep {
	s := &sweep{T: t, tally: n, dialect: d, seed: seed, estate: newEstate(seed, d.Name())}
	r, err := renderer.New(d, "")
	if err != nil {
		t.Fatal(err)
	}
	s.desk.Renderers = map[string]renderer.Renderer{d.Name(): r}
	base := s.estate.base()
	s.router, s.others = s.booted(base), s.booted(base)
	if err := s.want(s.estate); err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	return s
}

// booted is a router of the lab with a running config. Its clock stands still.
func (s *sweep) booted(text string) lab.Device {
	s.Helper()
	d := s.made()
	if err := d.Load(text); err != nil {
		s.Fatalf("seed %d: the lab's router does not take its text: %v\n%s", s.seed, err, text)
	}
	return d
}

// made is a router of a dialect; every fourth is one of an older or a more lenient kind. An older
// IOS-XE shows no line numbers, so that nothing goes into its lists.
func (s *sweep) made() lab.Device {
	setup := lab.Setup{Hostname: "r-1", Clock: &lab.HandClock{}}
	other := s.seed%4 == 3 && (s.estate.existing != "embed" || s.dialect.Name() == "iosxr")
	switch s.dialect.Name() {
	case "iosxe":
		if other {
			return iosxe.NewClassic(setup)
		}
		return iosxe.New(setup)
	case "iosxr":
		if other {
			return iosxr.NewAccepting(setup)
		}
		return iosxr.New(setup)
	case "junos":
		return junos.New("r-1", junos.Options{Clock: setup.Clock})
	}
	return rtx.New("r-1", rtx.Options{Clock: setup.Clock, FiltersPerList: 300})
}

// want puts an estate on the desk, unless it is one that the policy refuses.
func (s *sweep) want(e *estate) error {
	p, err := policy.Read(fstest.MapFS{"policy.yaml": {Data: []byte(e.policy())}}, "policy.yaml")
	if err != nil {
		return err
	}
	inv, err := inventory.Read("inventory.yaml", []byte(e.inventory()))
	if err != nil {
		return err
	}
	date := sheet.Date{Year: 2020, Month: 1, Day: e.today}
	if _, err := p.For(date, inv.Devices[0]); err != nil {
		return err
	}
	s.desk.Policy, s.desk.Date, s.device, s.estate = p, date, inv.Devices[0], e
	return nil
}

// edit makes one edit and carries it out. False where the router is not to be trusted any more.
func (s *sweep) edit() bool {
	before := s.estate
	kinds := edits()
	for {
		e := before.copied()
		kind := kinds[e.IntN(len(kinds))]
		kind.do(e)
		if s.want(e) == nil {
			s.name = kind.name
			break
		}
	}
	s.edits++
	s.kinds[s.name]++
	if s.estate.existing == "embed" && s.estate.IntN(6) == 0 {
		s.company()
	}
	sound := s.router.Running()
	spoiled := s.estate.IntN(8) == 0 && s.spoil()
	draft, err := s.desk.Draft(s.device, s.read())
	if err != nil && noRoom.MatchString(err.Error()) && s.dialect.Name() == "iosxe" {
		s.roomy() // as the hint says
		draft, err = s.desk.Draft(s.device, s.read())
	}
	s.step, s.delta = draft.Step, draft.Delta
	switch {
	case err != nil && spoiled && refusedRightly(err):
		s.refused++
		s.router = s.booted(sound)
		return true
	case err != nil && tooMany.MatchString(err.Error()):
		s.refused++
		return s.want(before) == nil
	case err != nil:
		s.wrongEnds++
		s.fail("no plan: %v", err)
		return false
	}
	if spoiled {
		s.spoiled++
	}
	s.carryOut(before)
	return !s.broken
}

// tooMany is what the planner says of more filters than a router of few filters can hold.
var tooMany = regexp.MustCompile(`filters are needed, but only|needs \d+ filters \(`)

// refusedRightly: a text in which somebody wrote may be beyond us, and we say so.
func refusedRightly(err error) bool {
	var refusal differ.Refusal
	return errors.As(err, &refusal) || known(err)
}

// read is the running config as the router shows it: now and then through its own command, with
// what the terminal puts around it and in the form that the dialect asks for.
func (s *sweep) read() string {
	if s.estate.IntN(4) > 0 {
		return s.router.Running()
	}
	s.respelled++
	terminal := s.terminal(s.router)
	defer terminal.Cut()
	out, _ := terminal.Enter(s.dialect.Session().Running)
	return out
}

// terminal is a session in which configuration can be shown.
func (s *sweep) terminal(d lab.Device) lab.Session {
	t := d.Login("op25b")
	if up := s.dialect.Session().Elevate; up != nil && s.dialect.Name() == "rtx" {
		t.Enter(up.Line)
		t.Enter("")
	}
	return t
}

// typed types lines in configuration mode, and looks after each; then commits where that is how
// lines take effect. An answer of the router to a line is a refusal.
func (s *sweep) typed(d lab.Device, lines []string, after func(line string, committed bool)) {
	session := s.dialect.Session()
	t := s.terminal(d)
	defer t.Cut()
	if session.Enter.Line != "" {
		t.Enter(session.Enter.Line)
	}
	if !t.Configuring() {
		s.Fatalf("seed %d: the router is not in configuration mode: %q", s.seed, t.Prompt())
	}
	for _, line := range lines {
		out, more := t.Enter(line)
		s.lines++
		if out != "" || !more {
			s.deviceErrors++
			s.fail("the router says %q to %q", out, line)
		}
		after(line, session.Commit.Line == "")
	}
	if session.Commit.Line == "" {
		return
	}
	out, _ := t.Enter(session.Commit.Line)
	if session.Commit.Says != nil && !session.Commit.Says.MatchString(out) || strings.Contains(out, "Failed") || strings.Contains(out, "%") {
		s.deviceErrors++
		s.fail("the router says %q to the commit", out)
	}
	after(session.Commit.Line, true)
}

// carryOut types the step to the router, its undo to a copy, and then its cleanup.
func (s *sweep) carryOut(before *estate) {
	old := s.router.Running()
	probes := s.probes(before)
	if s.step.Method != plan.None {
		s.changed++
	}
	if len(s.delta.Edits) > 0 {
		s.inside++
	}
	if len(s.step.Do) > 0 {
		s.look(s.router, s.step.Do, probes)
		s.undo(old, probes)
	}
	s.ends(probes, "do")
	s.is(s.step.Want, "do")
	cleaned := len(s.step.Cleanup) == 0
	if !cleaned && s.estate.IntN(4) > 0 {
		cleaned = true
		for i := range probes {
			probes[i].old = probes[i].fresh
		}
		s.look(s.router, s.step.Cleanup, probes)
		s.ends(probes, "cleanup")
		s.is(s.step.Cleaned, "cleanup")
	}
	if left := s.settled(); cleaned && len(left) > 0 {
		s.notCleaned++
		s.fail("all is cleaned, but there is still %q", left)
	}
	if s.estate.IntN(10) == 0 {
		s.restarted(probes)
	}
}

// look types lines to a router and asks it after each.
func (s *sweep) look(d lab.Device, lines []string, probes []probe) {
	s.typed(d, lines, func(line string, committed bool) { s.moment(d, probes, line, committed) })
}

// undo takes the change back on a copy of the router: the text is what it was, to the byte.
func (s *sweep) undo(old string, probes []probe) {
	d := s.booted(old)
	s.typed(d, s.step.Do, func(string, bool) {})
	if a, b := still(d.Running()), still(s.router.Running()); a != b {
		s.wrongEnds++
		s.fail("two routers, the same lines, and another text:\n%s\n%s", a, b)
	}
	backward := slices.Clone(probes)
	for i, p := range probes {
		backward[i].old, backward[i].fresh = p.fresh, p.old
	}
	s.look(d, s.step.Undo, backward)
	if a, b := still(d.Running()), still(old); a != b {
		s.undoNotExact++
		s.fail("the undo leaves\n%s\nand before it was\n%s", a, b)
	}
}

// volatile is what a router prints anew with every change: when it was, by whom, how long it is.
var volatile = regexp.MustCompile(`(?m)^(?:! Last configuration change|!! Last configuration change|Current configuration|## Last commit|# Reporting Date).*\n`)

func still(text string) string { return volatile.ReplaceAllString(text, "") }

// is holds the router's text against a state of the step.
func (s *sweep) is(digest, what string) {
	config, err := s.dialect.Parse(s.router.Running())
	if err != nil {
		s.wrongEnds++
		s.fail("after %s: %v", what, err)
		return
	}
	if got := config.Canonical(s.step.Points(), s.step.Owner()); plan.State(got) != digest {
		s.wrongEnds++
		s.fail("after %s the router is not where the step says, but at\n%s", what, joined(got))
	}
}

// settled: a second plan has nothing to do. It gives what is left to clean up.
func (s *sweep) settled() []string {
	draft, err := s.desk.Draft(s.device, s.read())
	if err != nil || draft.Step.Method != plan.None || len(draft.Step.Do)+len(draft.Step.Undo)+len(draft.Step.Changes) > 0 {
		s.notSettled++
		s.fail("the second time there is %v, %q, %v", err, draft.Step.Do, draft.Step.Changes)
	}
	return draft.Step.Cleanup
}

// restarted saves, restarts, and finds all as it was.
func (s *sweep) restarted(probes []probe) {
	s.restarts++
	if save := s.dialect.Session().Save; save.Line != "" {
		t := s.terminal(s.router)
		if out, _ := t.Enter(save.Line); save.Says != nil && !save.Says.MatchString(out) {
			s.deviceErrors++
			s.fail("the router says %q to %q", out, save.Line)
		}
		t.Cut()
	}
	before := still(s.router.Running())
	s.router.Restart()
	if after := still(s.router.Running()); after != before {
		s.wrongEnds++
		s.fail("after the restart the text is\n%s\nand was\n%s", after, before)
	}
	s.ends(probes, "the restart")
}

// fail says what went wrong, with all that is needed to see it again, and ends the router's life.
func (s *sweep) fail(format string, args ...any) {
	s.Helper()
	if !s.broken {
		s.Errorf("seed %d, edit %d (%s): %s\n---- the policy on day %d\n%s%s---- do\n%s\n---- undo\n%s\n---- cleanup\n%s\n---- the router now\n%s",
			s.seed, s.edits, s.name, fmt.Sprintf(format, args...), s.estate.today, s.estate.policy(), s.estate.inventory(),
			few(s.step.Do), few(s.step.Undo), few(s.step.Cleanup), few(strings.Split(s.router.Running(), "\n")))
	}
	s.broken = true
}

// few is the head and the tail of many lines.
func few(lines []string) string {
	if len(lines) > 120 {
		return joined(lines[:60]) + "\n…\n" + joined(lines[len(lines)-60:])
	}
	return joined(lines)
}
