package planner

import (
	"fmt"
	"slices"
	"strings"

	"op25b/acl"
	"op25b/differ"
	"op25b/inventory"
	"op25b/plan"
	"op25b/renderer"
	"op25b/templates"
)

// commands adds the lines that are sent: what comes is staged unbound, then each point is
// bound to it; the undo binds what was bound and takes away what came; the cleanup takes
// away what nothing uses any more.
func commands(s plan.Step, r renderer.Renderer, q differ.Question, delta acl.Delta, laid acl.Config) (plan.Step, error) {
	if err := unreferenced(q.Have, delta.Add); err != nil {
		return s, err
	}
	d := r.Dialect()
	s.Cleanup = append(s.Cleanup, d.Remove(delta.Remove)...)
	if delta.IsEmpty() {
		return s, nil
	}
	stage, err := r.Lines(picked(laid, delta.Add))
	if err != nil {
		return s, err
	}
	onward, err := bind(r, delta.Rebind)
	if err != nil {
		return s, err
	}
	backward, err := bind(r, reversed(delta.Rebind))
	if err != nil {
		return s, err
	}
	restore, overwritten, err := restored(r, q.Have, delta.Add)
	if err != nil {
		return s, err
	}
	for _, e := range delta.Edits {
		there, err := edit(r, e)
		if err != nil {
			return s, err
		}
		back, err := edit(r, e.Back())
		if err != nil {
			return s, err
		}
		onward, backward = append(onward, there...), append(backward, back...)
	}
	s.Stage, s.Switch = append(s.Stage, stage...), append(s.Switch, onward...)
	s.Do = slices.Concat(s.Stage, s.Switch)
	s.Undo = slices.Concat(backward, restore, d.Remove(delta.Add.Less(overwritten)))
	switch {
	case s.Via.Transport == inventory.GNMI:
		s.Method = plan.Set
	case d.Limits().Atomic:
		s.Method = plan.Commit
	case len(delta.Edits) > 0:
		s.Method = plan.InPlace
	default:
		s.Method = plan.Swap
	}
	return s, nil
}

// edit are the lines that put entries into a list of others and take others of ours out of it.
func edit(r renderer.Renderer, e acl.Edit) ([]string, error) {
	embedder, is := r.Dialect().(templates.Embedder)
	if !is {
		return nil, fmt.Errorf("internal: dialect %s takes no lines into lists of others; please report it", r.Dialect().Name())
	}
	var lines []string
	part := acl.List{Name: e.List.Name, Family: e.List.Family, Entries: e.Insert, End: acl.Deny}
	if len(e.Insert) > 0 {
		var err error
		if lines, err = r.Lines(acl.Config{Lists: []acl.List{part}}); err != nil {
			return nil, err
		}
	}
	part.Entries = e.Strike
	return append(lines, embedder.Strike(part)...), nil
}

// unreferenced is what makes the staging harmless: nothing that comes is named by anything
// that is there.
func unreferenced(have, add acl.Config) error {
	names := map[string]bool{}
	for _, b := range have.Bindings {
		for _, name := range b.Lists {
			names[b.Family.String()+name] = true
		}
	}
	for _, r := range have.References {
		names["ipv4"+r.Name], names["ipv6"+r.Name] = true, true
	}
	for _, l := range add.Lists {
		if names[l.Family.String()+l.Name] {
			return fmt.Errorf("internal: %s is to be staged, but it is in use; please report it", l.Name)
		}
	}
	return nil
}

// picked are the laid forms of the lists and groups of another config.
func picked(laid, wanted acl.Config) acl.Config {
	var out acl.Config
	for _, g := range laid.Groups {
		if _, is := wanted.Group(g.Family, g.Name); is {
			out.Groups = append(out.Groups, g)
		}
	}
	for _, l := range laid.Lists {
		if _, is := wanted.List(l.Family, l.Name); is {
			out.Lists = append(out.Lists, l)
		}
	}
	return out
}

// bind are the lines that bring each point from what is bound there to what is to be. On a
// device that takes all lines at once, a row of lists is taken away before the next is bound:
// such a device may add to the row instead of replacing it.
func bind(r renderer.Renderer, points []acl.Rebind) ([]string, error) {
	var first, unbound []string
	var bound acl.Config
	gone, limits := map[string]bool{}, r.Dialect().Limits()
	for _, p := range points {
		if len(p.To.Lists) == 0 {
			lines := r.Dialect().Unbind(p.From)
			if key := strings.Join(lines, "\n"); !gone[key] { // a family goes once, with all that is bound in it
				gone[key] = true
				unbound = append(unbound, lines...)
			}
			continue
		}
		if limits.Atomic && (len(p.From.Lists) > 1 || p.From.Tail != "") || limits.Adds && len(p.From.Lists) > 0 {
			first = append(first, r.Dialect().Unbind(p.From)...)
		}
		bound.Bindings = append(bound.Bindings, p.To)
	}
	lines, err := r.Lines(bound)
	if limits.Adds {
		return slices.Concat(first, unbound, lines), err // what is taken away goes first there, whatever the order of the lines
	}
	return slices.Concat(first, lines, unbound), err
}

func reversed(points []acl.Rebind) []acl.Rebind {
	var out []acl.Rebind
	for _, p := range points {
		out = append(out, acl.Rebind{From: p.To, To: p.From})
	}
	return out
}

// restored are the lines that give overwritten objects their earlier content back.
func restored(r renderer.Renderer, have, add acl.Config) ([]string, acl.Config, error) {
	var old acl.Config
	for _, l := range add.Lists {
		if before, there := have.List(l.Family, l.Name); there {
			old.Lists = append(old.Lists, before)
		}
	}
	for _, g := range add.Groups {
		if before, there := have.Group(g.Family, g.Name); there {
			old.Groups = append(old.Groups, before)
		}
	}
	if len(old.Lists)+len(old.Groups) == 0 {
		return nil, old, nil
	}
	lines, err := r.Lines(old)
	return lines, old, err
}
