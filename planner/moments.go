package planner

import (
	"fmt"
	"slices"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/differ"
	"op25b/plan"
	"op25b/renderer"
	"op25b/templates"
)

// rehearsal is a step played on paper: the running text with the step's lines typed to it.
type rehearsal struct {
	renderer renderer.Renderer
	running  string
	question differ.Question
	step     plan.Step
	old, now acl.Config // before and after the step
	points   []acl.Point
	seen     int // moments that were looked at
}

// rehearse plays do, undo and cleanup, each line on the text that the lines before it left. The
// ends are the planned states; at every moment between, each point filters as before or as after.
func rehearse(r renderer.Renderer, running string, q differ.Question, delta acl.Delta, s plan.Step) (plan.Proof, error) {
	proof := plan.Proof{Meaning: "equal", Others: "unchanged"}
	if s.Method == plan.None && len(s.Cleanup) == 0 {
		return proof, nil
	}
	play := &rehearsal{renderer: r, running: running, question: q, step: s, old: q.Have, now: delta.After}
	for _, b := range slices.Concat(q.Have.Bindings, delta.After.Bindings) {
		if !slices.Contains(play.points, b.Point()) {
			play.points = append(play.points, b.Point())
		}
	}
	if err := play.ends(); err != nil {
		return proof, err
	}
	if err := play.together(); err != nil {
		return proof, err
	}
	if s.Method == plan.Commit || s.Method == plan.Set {
		proof.Moments = 1
		return proof, nil
	}
	if err := play.forward(); err != nil {
		return proof, err
	}
	if err := play.back(); err != nil {
		return proof, err
	}
	proof.Moments = play.seen
	return proof, nil
}

// after is the config after some lines.
func (p *rehearsal) after(lines ...[]string) (acl.Config, error) {
	c, err := p.renderer.Dialect().Rehearse(p.running, slices.Concat(lines...))
	if err != nil {
		return c, fmt.Errorf("rehearsal: %w", err)
	}
	return c, nil
}

// ends compares where the lines lead with where they should.
func (p *rehearsal) ends() error {
	for _, end := range []struct {
		name  string
		lines [][]string
		want  string
	}{
		{"do", [][]string{p.step.Do}, p.step.Want},
		{"undo", [][]string{p.step.Do, p.step.Undo}, p.step.Have},
		{"cleanup", [][]string{p.step.Do, p.step.Cleanup}, p.step.Cleaned},
	} {
		c, err := p.after(end.lines...)
		if err != nil {
			return err
		}
		if lines := c.Canonical(p.question.Points, p.question.Owner); plan.State(lines) != end.want {
			return fmt.Errorf("rehearsal: the lines of %s do not lead where they should; nothing of it is sent. they lead to:\n%s", end.name, strings.Join(lines, "\n"))
		}
	}
	return nil
}

// together makes sure that lines which go out as one mean the same as one after the other.
func (p *rehearsal) together() error {
	batcher, is := p.renderer.Dialect().(templates.Batcher)
	if !is {
		return nil
	}
	for _, part := range []struct {
		name  string
		lines []string
	}{{"do", p.step.Do}, {"undo", p.step.Undo}, {"cleanup", p.step.Cleanup}} {
		if err := batcher.Batch(part.lines); err != nil {
			return fmt.Errorf("rehearsal: the lines of %s cannot go out together: %w; please report it", part.name, err)
		}
	}
	return nil
}

// forward looks at the moments of do. What is staged is named by nothing that is bound, so all
// its moments are one; then each line of the switch is a moment of its own.
func (p *rehearsal) forward() error {
	p.seen += len(p.step.Stage)
	for k := range len(p.step.Switch) + 1 {
		if _, err := p.moment(p.step.Stage, p.step.Switch[:k]); err != nil {
			return err
		}
	}
	p.seen += len(p.step.Switch)
	return nil
}

// back looks at the moments of undo, up to the one in which every point is as it was; what
// comes then takes away what nothing names.
func (p *rehearsal) back() error {
	for k := range p.step.Undo {
		c, err := p.moment(p.step.Do, p.step.Undo[:k+1])
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(p.points, func(at acl.Point) bool { return !alike(c, p.old, at) }) {
			break
		}
	}
	p.seen += len(p.step.Undo)
	return nil
}

// moment is the state after some lines: each point must filter as before or as after.
func (p *rehearsal) moment(lines ...[]string) (acl.Config, error) {
	c, err := p.after(lines...)
	if err != nil {
		return c, err
	}
	for _, at := range p.points {
		if alike(c, p.old, at) || alike(c, p.now, at) {
			continue
		}
		if err := p.between(c, at); err != nil {
			typed := slices.Concat(lines...)
			return c, fmt.Errorf("rehearsal: after %q %s would filter neither as before nor as after: %w; nothing of it is sent", typed[len(typed)-1], at, err)
		}
	}
	return c, nil
}

// between proves of a point whose lines are neither the old nor the new ones that every packet
// still meets its old or its new verdict there: none is treated unlike both.
func (p *rehearsal) between(c acl.Config, at acl.Point) error {
	filter := c.Filter(c.Binding(at))
	was, err := filter.Packets.Compare(p.old.Filter(p.old.Binding(at)).Packets, packet.Budget{})
	if err != nil {
		return err
	}
	will, err := filter.Packets.Compare(p.now.Filter(p.now.Binding(at)).Packets, packet.Budget{})
	if err != nil {
		return err
	}
	for _, a := range was {
		for _, b := range will {
			if one, third := a.Box.Intersect(b.Box).Witness(); third {
				_, line := filter.Decide(one)
				return fmt.Errorf("%s would meet %s", one, line)
			}
		}
	}
	return nil
}

// alike reports whether two configs filter alike at a point: the same lists in the same order,
// and the same entries in them.
func alike(a, b acl.Config, at acl.Point) bool {
	x, y := a.Binding(at), b.Binding(at)
	if !slices.Equal(x.Lists, y.Lists) || x.Tail != y.Tail {
		return false
	}
	for _, name := range x.Lists {
		l, there := a.List(at.Family, name)
		m, also := b.List(at.Family, name)
		same := func(e, f acl.Entry) bool { return e.String() == f.String() }
		if there != also || l.End != m.End || !slices.EqualFunc(l.Entries, m.Entries, same) {
			return false
		}
	}
	return true
}
