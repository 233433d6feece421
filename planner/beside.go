package planner

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"op25b/acl"
	"op25b/inventory"
	"op25b/renderer"
	"op25b/templates"
)

// company are the points of the attachments at which lists of others are bound.
type company struct {
	chain, embed map[acl.Point]bool   // by what the inventory says of them
	choices      map[acl.Point]string // where it says nothing: what can be done
}

// beside decides for each attachment how ours stands beside lists of others. Where nothing of others
// is bound, a list of our own is all that is needed, whatever the inventory allows.
func beside(device inventory.Device, have acl.Config, r renderer.Renderer) (inventory.Device, company, error) {
	owner := Owner(device)
	met := company{map[acl.Point]bool{}, map[acl.Point]bool{}, map[acl.Point]string{}}
	var attach []inventory.Attach
	for _, a := range device.Attach {
		for _, f := range families(a) {
			one := a
			one.Families = []string{f.String()}
			b := have.Binding(point(a, f))
			_, others := have.Own(owner, b)
			b.Lists = others
			if len(others) == 0 {
				one.Existing = inventory.Refuse
			} else if err := companion(a.Existing, r, have, b); err != nil {
				return device, met, refuse("%s has a list that is not ours (%s), and %v", choices(a, r, have, b), b.Point(), strings.Join(others, " "), err)
			}
			switch {
			case one.Existing == inventory.Chain:
				met.chain[b.Point()] = true
			case one.Existing == inventory.Embed:
				met.embed[b.Point()] = true
			case len(others) > 0:
				met.choices[b.Point()] = choices(a, r, have, b)
			}
			attach = append(attach, one)
		}
	}
	device.Attach = attach
	return device, met, nil
}

// companion says why ours cannot stand with a binding's lists of others as the inventory wants.
func companion(existing string, r renderer.Renderer, have acl.Config, theirs acl.Binding) error {
	limits := r.Dialect().Limits()
	_, embeds := r.Dialect().(templates.Embedder)
	_, defined := have.List(theirs.Family, theirs.Lists[0])
	switch {
	case existing == inventory.Chain && !limits.Chains:
		return fmt.Errorf("a device of dialect %s binds one list only", r.Dialect().Name())
	case existing == inventory.Chain:
		if err := chainable(r, theirs); err != nil {
			return fmt.Errorf("ours cannot stand before it: %w", err)
		}
	case existing == inventory.Embed && !embeds:
		return fmt.Errorf("our lines go into no list of dialect %s", r.Dialect().Name())
	case existing == inventory.Embed && !limits.HasGroups(theirs.Family):
		return fmt.Errorf("our lines cannot go into it: %s lists of dialect %s have no groups, and only a group of ours tells our lines from theirs", theirs.Family, r.Dialect().Name())
	case existing == inventory.Embed && (len(theirs.Lists) > 1 || !defined):
		return fmt.Errorf("our lines go into one list that is defined")
	}
	return nil
}

// chainable asks the dialect whether it can write a list of ours before those of others in a
// binding. The innermost error is the dialect's own, without the template around it.
func chainable(r renderer.Renderer, theirs acl.Binding) error {
	ours := theirs
	ours.Unmodelled = "" // what is not understood is told by itself
	ours.Lists = slices.Concat(theirs.Lists[:1], theirs.Lists)
	_, err := r.Lines(acl.Config{Bindings: []acl.Binding{ours}})
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return err
}

// choices are what can be done about a binding's lists of others: the inventory's words by which ours can
// stand with them on this dialect, in this family and direction, and what needs no word.
func choices(a inventory.Attach, r renderer.Renderer, have acl.Config, theirs acl.Binding) string {
	var can []string
	if companion(inventory.Chain, r, have, theirs) == nil {
		can = append(can, "`existing: chain` for this attachment and ours goes before it, every line of the other list kept")
	}
	if companion(inventory.Embed, r, have, theirs) == nil {
		can = append(can, "`existing: embed` for this attachment and our lines go into that list, before its own")
	}
	switch {
	case len(can) > 0:
		return "write " + strings.Join(can, "; or write ") + "; or take it off, or attach elsewhere"
	case len(families(a)) > 1:
		return fmt.Sprintf("take it off, or attach elsewhere, or leave %s out of the attachment's `families`", theirs.Family)
	}
	return "take it off, or attach elsewhere"
}
