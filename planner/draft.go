package planner

import (
	"fmt"
	"slices"
	"strings"

	"op25b/acl"
	"op25b/differ"
	"op25b/inventory"
	"op25b/plan"
	"op25b/prover"
	"op25b/renderer"
)

// Draft is what is known about one device's change.
type Draft struct {
	Step     plan.Step
	Delta    acl.Delta
	Warnings []string
	Missing  []acl.Point // attachments whose interface the running text does not have
}

// Draft finds out how a device gets from its running text to what the policy wants at the date.
func (d Desk) Draft(device inventory.Device, running string) (Draft, error) {
	r, err := d.renderer(device)
	if err != nil {
		return Draft{}, err
	}
	have, err := r.Dialect().Parse(running)
	if err != nil {
		return Draft{}, fmt.Errorf("running config: %w", err)
	}
	owner := Owner(device)
	device, company, err := beside(device, have, r)
	if err != nil {
		return Draft{}, err
	}
	sketch, err := d.sketch(device, have)
	if err != nil {
		return Draft{}, err
	}
	q := differ.Question{Have: have, Want: unplaced(sketch.text.Back), Points: Points(device), Chain: company.chain, Embed: company.embed, Owner: owner, TakeOver: d.TakeOver, Choices: company.choices}
	delta, err := differ.Diff(q)
	if err != nil {
		return Draft{}, err
	}
	if err := d.prove(device, have, delta.After); err != nil {
		return Draft{}, fmt.Errorf("prove: %w", err)
	}
	draft := Draft{Delta: delta, Missing: q.Missing()}
	draft.Warnings = append(warnings(device, have, owner, draft.Missing), made(delta)...)
	draft.Step, err = step(device, r, q, delta, sketch.laid)
	if err != nil {
		return draft, err
	}
	draft.Step.Proof, err = rehearse(r, running, q, delta, draft.Step)
	draft.Step.Packets = append(d.rows(plan.Closes, delta.Closes), d.rows(plan.Opens, delta.Opens)...)
	return draft, err
}

// unplaced is a rendered config without line numbers: beside a running text there is only one
// text whose lines are counted.
func unplaced(c acl.Config) acl.Config {
	c.Lists = slices.Clone(c.Lists)
	for i, l := range c.Lists {
		l.Entries = slices.Clone(l.Entries)
		for j := range l.Entries {
			l.Entries[j].Place.Line = 0
		}
		c.Lists[i] = l
	}
	return c
}

func refuse(what, hint string, args ...any) error {
	return differ.Refusal{Reasons: []differ.Reason{{What: fmt.Sprintf(what, args...), Hint: hint}}}
}

func warnings(device inventory.Device, have acl.Config, owner acl.Owner, missing []acl.Point) []string {
	var out []string
	told := map[string]bool{}
	for _, p := range missing {
		if !told[p.Interface] {
			told[p.Interface] = true
			out = append(out, fmt.Sprintf("the running config has no interface %s", p.Interface))
		}
	}
	for _, b := range have.Bindings {
		ours, _ := have.Own(owner, b)
		for _, name := range ours {
			if _, there := have.List(b.Family, name); !there {
				out = append(out, fmt.Sprintf("line %d: %s is bound to %s, which is not defined", b.Place.Line, b.Point(), name))
			}
		}
	}
	if have.Hostname != "" && have.Hostname != device.Hostname {
		out = append(out, fmt.Sprintf("the running config calls itself %s, the inventory expects %s", have.Hostname, device.Hostname))
	}
	return out
}

// made warns of interfaces that carry a family only from this change on.
func made(delta acl.Delta) []string {
	var out []string
	for _, r := range delta.Rebind {
		w := fmt.Sprintf("%s does not carry %s yet, and a list bound there makes it; leave the family out of the attachment's `families` if that is not wanted",
			r.To.Interface, r.To.Family)
		if r.To.Carries && len(r.To.Lists) > 0 && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// step writes the draft as a step of a plan.
func step(device inventory.Device, r renderer.Renderer, q differ.Question, delta acl.Delta, laid acl.Config) (plan.Step, error) {
	before, after := q.Have.Canonical(q.Points, q.Owner), delta.After.Canonical(q.Points, q.Owner)
	cleaned := delta.Cleaned.Canonical(q.Points, q.Owner)
	s := plan.Step{
		Device: device.Name, Dialect: device.Dialect, Address: device.Target(),
		Via:      Via(device),
		Revert:   device.Revert,
		Identity: plan.Identity{Hostname: device.Hostname, Serial: device.Serial, HostKey: device.HostKey},
		Attach:   attachments(device),
		Have:     plan.State(before), Want: plan.State(after), Cleaned: plan.State(cleaned),
		Before: before, After: after, Method: plan.None,
		Stage: []string{}, Switch: []string{}, Do: []string{}, Undo: []string{}, Cleanup: []string{},
		Changes: []plan.Change{}, Closes: packets(delta.Closes), Opens: packets(delta.Opens),
	}
	if q.Owner.First > 0 {
		s.Numbers = &plan.Numbers{First: q.Owner.First, Last: q.Owner.Last}
	}
	for _, c := range delta.Lines {
		s.Changes = append(s.Changes, plan.Change{Sign: string(c.Sign), Line: c.Line, Why: c.Why.Place})
	}
	limits := r.Dialect().Limits()
	var err error
	if s.Entries, err = entries(device, q, delta, limits); err != nil {
		return plan.Step{}, err
	}
	return commands(s, r, q, delta, laid)
}

// entries counts what the device holds for us, against its limit.
func entries(device inventory.Device, q differ.Question, delta acl.Delta, limits acl.Limits) (plan.Entries, error) {
	count := func(c acl.Config) int { return cost(c, q.Owner, limits) }
	e := plan.Entries{Before: count(q.Have), After: count(delta.Cleaned), Peak: count(delta.After)}
	for _, one := range delta.Edits {
		one.List.Entries = one.Strike // they go after the others came
		e.Peak += one.List.Cost(limits)
	}
	if limits.PerBinding > 0 {
		e = perBinding(q, delta)
	}
	e.Limit = most(device, limits)
	if e.Limit > 0 && e.Peak > e.Limit {
		return e, fmt.Errorf("needs %d entries while both generations stand (%d before, %d after); its limit is %d", e.Peak, e.Before, e.After, e.Limit)
	}
	return e, nil
}

// cost is how many entries our lists of a config need, and our entries in those of others.
func cost(c acl.Config, owner acl.Owner, limits acl.Limits) int {
	n := 0
	for _, l := range c.Lists {
		if !owner.Has(l) {
			l.Entries = owner.Inside(l)
		}
		n += l.Cost(limits)
	}
	return n
}

// most is how many entries a device can hold, in all or at one point as its dialect counts; the
// inventory knows better than the dialect. 0 is not known.
func most(device inventory.Device, limits acl.Limits) int {
	switch {
	case device.Limits.Entries > 0:
		return device.Limits.Entries
	case limits.PerBinding > 0:
		return limits.PerBinding
	}
	return limits.Entries
}

// perBinding counts the longest row of lists at one point, which is what such a device limits.
func perBinding(q differ.Question, delta acl.Delta) plan.Entries {
	longest := func(c acl.Config) int {
		n := 0
		for _, b := range c.Bindings {
			if slices.Contains(q.Points, b.Point()) {
				n = max(n, len(b.Lists)+len(strings.Fields(b.Tail)))
			}
		}
		return n
	}
	before, after := longest(q.Have), longest(delta.After)
	return plan.Entries{Before: before, After: after, Peak: max(before, after)}
}

// rows are changed packets in the policy's words; what changes alike at several points is
// one row.
func (d Desk) rows(change string, rows []acl.Row) []plan.Row {
	out := []plan.Row{}
	at := map[string]int{}
	for _, r := range rows {
		key := r.Packets.String() + "\n" + r.Before + "\n" + r.After
		if i, there := at[key]; there {
			out[i].At = append(out[i].At, r.Point.String())
			continue
		}
		at[key] = len(out)
		out = append(out, plan.Row{
			Change: change, Words: prover.Words(d.Policy, r.Packets), Packets: r.Packets.String(), At: []string{r.Point.String()},
			Witness: r.Witness.String(), Before: r.Before, After: r.After,
		})
	}
	return out
}

func packets(rows []acl.Row) []string {
	out := []string{}
	for _, r := range rows {
		if s := r.Packets.String(); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func attachments(device inventory.Device) []plan.Attach {
	var out []plan.Attach
	at := map[string]int{}
	for _, a := range device.Attach {
		key := a.Interface + " " + string(a.Direction)
		if i, there := at[key]; there {
			out[i].Families = append(out[i].Families, a.Families...)
			continue
		}
		at[key] = len(out)
		out = append(out, plan.Attach{Interface: a.Interface, Direction: string(a.Direction), Families: slices.Clone(a.Families)})
	}
	return out
}

// Via is how a device is reached.
func Via(device inventory.Device) plan.Via {
	v := plan.Via{Transport: device.Transport, Credentials: device.Credentials, Jump: device.Jump}
	if device.TLS == inventory.Off {
		v.TLS = device.TLS
	}
	if a := device.Algorithms; len(a.Kex)+len(a.Ciphers)+len(a.HostKeys)+len(a.MACs) > 0 {
		v.Algorithms = &plan.Algorithms{Kex: a.Kex, Ciphers: a.Ciphers, HostKeys: a.HostKeys, MACs: a.MACs}
	}
	return v
}
