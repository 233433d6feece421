// Package planner is the desk: policy, inventory, rollout and running configs go in, a proved
// plan comes out. It is a pure function: it asks no network and no clock.
package planner

import (
	"fmt"
	"slices"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/differ"
	"op25b/inventory"
	"op25b/policy"
	"op25b/prover"
	"op25b/renderer"
	"op25b/rollout"
	"op25b/sheet"
	"op25b/templates"
)

// Desk is what lies on the table.
type Desk struct {
	Policy    policy.Policy
	Rollout   rollout.Rollout
	Renderers map[string]renderer.Renderer // by dialect
	Date      sheet.Date
	Phase     string // what was asked for, "" for none
	Author    string
	TakeOver  []string // names of ours that may be replaced although others use or edited them
}

// renderer is the renderer of a device's dialect.
func (d Desk) renderer(device inventory.Device) (renderer.Renderer, error) {
	r, there := d.Renderers[device.Dialect]
	if !there {
		return renderer.Renderer{}, misfit{device.Place, fmt.Errorf("dialect %s is not built yet", device.Dialect)}
	}
	return r.Fitted(templates.Model{Entries: device.Limits.Entries, Variant: device.Variant, Union: device.Set == inventory.UnionReplace}), nil
}

// Owner tells a device's objects of ours.
func Owner(device inventory.Device) acl.Owner {
	return acl.Owner{First: device.Numbers.First, Last: device.Numbers.Last}
}

// Points are the points of a device's attachments.
func Points(device inventory.Device) []acl.Point {
	var out []acl.Point
	for _, a := range device.Attach {
		for _, f := range families(a) {
			out = append(out, point(a, f))
		}
	}
	return out
}

func point(a inventory.Attach, f packet.Family) acl.Point {
	return acl.Point{Interface: a.Interface, Direction: acl.Direction(a.Direction), Family: f}
}

func families(a inventory.Attach) []packet.Family {
	var out []packet.Family
	for _, f := range packet.Families() {
		for _, word := range a.Families {
			if word == f.String() {
				out = append(out, f)
			}
		}
	}
	return out
}

// Text is what an otherwise empty device of this kind would hold, proved against the policy.
func (d Desk) Text(device inventory.Device) (renderer.Text, error) {
	text, err := d.Sketch(device)
	if err != nil {
		return renderer.Text{}, err
	}
	if err := d.prove(device, acl.Config{}, text.Back); err != nil {
		return renderer.Text{}, err
	}
	return text, d.fits(device, text.Back)
}

// fits refuses a text that is more than the device can ever hold.
func (d Desk) fits(device inventory.Device, c acl.Config) error {
	r, err := d.renderer(device)
	if err != nil {
		return err
	}
	limits := r.Dialect().Limits()
	limit := most(device, limits)
	if limits.PerBinding > 0 || limit == 0 {
		return nil // what one binding can hold is refused when it is laid out
	}
	if n := cost(c, Owner(device), limits); n > limit {
		return fmt.Errorf("needs %d entries; its limit is %d", n, limit)
	}
	return nil
}

// Sketch is Text before its proof: rendered and read back, entry by entry what was meant.
func (d Desk) Sketch(device inventory.Device) (renderer.Text, error) {
	device.Attach = slices.Clone(device.Attach)
	for i := range device.Attach {
		device.Attach[i].Existing = inventory.Refuse
	}
	s, err := d.sketch(device, acl.Config{})
	return s.text, err
}

// sketch is a wanted config on its way: laid, written, read back.
type sketch struct {
	laid acl.Config
	text renderer.Text
}

func (d Desk) sketch(device inventory.Device, have acl.Config) (sketch, error) {
	r, err := d.renderer(device)
	if err != nil {
		return sketch{}, err
	}
	want, err := d.Policy.For(d.Date, device)
	if err != nil {
		return sketch{}, err
	}
	laid, err := r.Dialect().Lay(want, have, Owner(device))
	if err != nil {
		return sketch{}, misfit{d.culprit(device, have), fmt.Errorf("lay: %w", err)}
	}
	text, err := r.Render(laid)
	if err != nil {
		return sketch{}, misfit{d.culprit(device, have), fmt.Errorf("render: %w", err)}
	}
	return sketch{laid, text}, nil
}

// Prove holds a device's text against the policy: with every packet each attachment does what
// the policy says, over what the text does without our part.
func (d Desk) Prove(device inventory.Device, text string) error {
	_, err := d.Examine(device, text)
	return err
}

// Examine proves a device's text, and says by what it looks like the text of another device: its
// name, or an interface that it does not have. A text without any interface, which is what we
// write where nothing is in force, looks so only where it is not proved.
func (d Desk) Examine(device inventory.Device, text string) (strange []string, err error) {
	r, err := d.renderer(device)
	if err != nil {
		return nil, err
	}
	config, err := r.Dialect().Parse(text)
	if err != nil {
		return nil, err
	}
	err = d.prove(device, unspoiled(config, Owner(device)), config)
	var missing []acl.Point
	if err != nil || len(config.Interfaces) > 0 {
		missing = differ.Question{Have: config, Points: Points(device)}.Missing()
	}
	return warnings(device, config, Owner(device), missing), err
}

// unspoiled is a text without our filters in which somebody changed so much that by their shape
// they are no longer ours: where they stand among ours, and nothing else does, they are no part
// of what others want.
func unspoiled(c acl.Config, owner acl.Owner) acl.Config {
	bindings := slices.Clone(c.Bindings)
	for i, b := range bindings {
		left := slices.DeleteFunc(slices.Clone(b.Lists), owner.Owns)
		if ours, _ := c.Own(owner, b); len(ours) > 0 && len(left) == 0 {
			bindings[i].Lists = left
		}
	}
	c.Bindings = bindings
	return c
}

// prove compares what after does with the policy over base without our part. All points are
// tried; the error joins what was found.
func (d Desk) prove(device inventory.Device, base, after acl.Config) error {
	owner := Owner(device)
	base = base.Base(owner)
	var found Failures
	for _, p := range base.Unread {
		found = append(found, prover.Unproven{Why: fmt.Sprintf("line %d: %q is not understood: %s", p.Line, p.Text, p.Why)})
	}
	for _, a := range device.Attach {
		meaning := d.Policy.Meaning(d.Date, a)
		for _, f := range families(a) {
			p := point(a, f)
			q := prover.Question{Point: p, Meaning: meaning, Base: base.Filter(base.Binding(p)), Filter: after.Filter(after.Binding(p))}
			if err := q.Prove(); err != nil {
				found = append(found, err)
			}
		}
	}
	if len(found) == 0 {
		return nil
	}
	return found
}

// Failures are the points of one device that are not proved.
type Failures []error

// Error has one line a point.
func (f Failures) Error() string {
	s := ""
	for i, err := range f {
		if i > 0 {
			s += "\n"
		}
		s += err.Error()
	}
	return s
}

// Unwrap gives each.
func (f Failures) Unwrap() []error { return f }
