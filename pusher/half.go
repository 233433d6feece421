package pusher

import (
	"context"
	"slices"
	"strings"

	"op25b/acl"
	"op25b/plan"
)

// half is what an earlier push of this run left of a change when it died among the lines of a
// device that takes each as it comes.
type half struct {
	now  string     // the state it is in
	idle acl.Config // lists and groups of ours that are there and that nothing refers to
	kind halfKind
}

type halfKind uint8

const (
	staged  halfKind = iota // no point is bound anew yet
	bound                   // some point is, so all that was staged is there
	cleared                 // the old generation is going
	undoing                 // an undo died before anything was removed: it can be typed anew
	undone                  // an undo died among its removals: every point is bound as before
)

// halfDone looks whether the device is in such a state: startup is as the plan found it, or in a
// cleanup as the plan wants it, and nothing that is not ours is different since. A list of others that
// is edited in place is never taken for one: that takes a new plan.
func (m *mission) halfDone(ctx context.Context, running Reading) (half, bool) {
	w := m.a.words
	if !m.past.Typed || w.Startup == "" || m.step.Method != plan.Swap || m.leg.name != "push" && m.leg.name != "undo" {
		return half{}, false
	}
	startup, err := m.a.configuration(ctx, w.Startup)
	if err != nil || !m.sameOthers(startup.Text, running.Text) {
		return half{}, false
	}
	h := half{now: state(m.step, running.Config), idle: running.Config.Idle(m.step.Owner())}
	switch from := state(m.step, startup.Config); {
	case m.past.Leg == "cleanup" && from == m.step.Want && m.leg.name == "push":
		h.kind = cleared
		return h, true
	case m.past.Leg == "undo" && from == m.step.Want && m.leg.name == "undo":
		gone := startup.Config.Less(running.Config)
		if h.kind = undoing; len(gone.Lists)+len(gone.Groups) > 0 {
			h.kind = undone
		}
		return h, true
	case m.past.Leg == "cleanup" || from != m.step.Have:
		return half{}, false
	}
	for _, p := range m.step.Points() {
		if !slices.Equal(startup.Config.Binding(p).Lists, running.Config.Binding(p).Lists) {
			h.kind = bound
		}
	}
	if h.kind == staged {
		h.idle = h.idle.Less(startup.Config)
	}
	return h, true
}

// finish makes the leg one that starts from the half. Where every list is staged, what is left to
// do is to bind, or to undo all; else what was staged is swept away first. A cleanup goes on.
func (h half) finish(l leg, lines []string, s plan.Step) leg {
	switch {
	case h.kind == cleared:
		l = leg{name: "cleanup", reached: Cleaned, to: s.Cleaned, swap: lines}
	case h.kind == bound && l.name == "push":
		l.stage = nil
	case h.kind == staged && l.name == "push":
		l = leg{name: "sweep", reached: Before, to: s.Have, lines: s.Before, swap: lines}
	case h.kind == staged, h.kind == undone:
		l.swap = lines
	}
	l.origin, l.from, l.before = Other, h.now, nil
	return l
}

// othersSaved reports whether running and startup differ in what is ours only: then nobody else's
// work is saved with ours.
func (m *mission) othersSaved(ctx context.Context, startup string) bool {
	running, err := m.a.Read(ctx, m.a.words.Running)
	return err == nil && m.sameOthers(startup, running)
}

// sameOthers reports whether two texts of the device are the same without what is ours, but for
// lines of the step.
func (m *mission) sameOthers(a, b string) bool {
	w := m.a.words
	return others(m.step, w.Comparable(a), w.Comparable(b))
}

func others(s plan.Step, a, b string) bool {
	ours := map[string]bool{"!": true, "": true}
	for _, line := range slices.Concat(s.Do, s.Undo, s.Cleanup) {
		ours[bare(line)] = true
	}
	count := map[placed]int{}
	for _, one := range without(a, s.Owner()) {
		count[one]++
	}
	for _, one := range without(b, s.Owner()) {
		count[one]--
	}
	for one, n := range count {
		if n != 0 && !ours[one.line] {
			return false
		}
	}
	return true
}

// placed is a line and the head of the block in which it stands.
type placed struct{ head, line string }

// without are the lines of a text that do not name an object of ours, nor stand in a block whose
// head names one.
func without(text string, o acl.Owner) []placed {
	var out []placed
	head, inside := "", false
	for _, line := range strings.Split(text, "\n") {
		named := slices.ContainsFunc(strings.Fields(line), o.Owns)
		margin := !strings.HasPrefix(line, " ")
		if margin {
			head, inside = "", named
		}
		if !named && (margin || !inside) {
			out = append(out, placed{head, bare(line)})
		}
		if margin {
			head = bare(line)
		}
	}
	return out
}

// bare is a line without its indent and padding, and a remark without the number that IOS prints
// before it.
func bare(line string) string {
	line = strings.Join(strings.Fields(line), " ")
	if number, rest, is := strings.Cut(strings.TrimPrefix(line, "sequence "), " "); is && strings.HasPrefix(rest, "remark ") && strings.Trim(number, "0123456789") == "" {
		return rest
	}
	return line
}
