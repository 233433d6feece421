package planner

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/differ"
	"op25b/inventory"
	"op25b/plan"
	"op25b/prover"
	"op25b/renderer"
	"op25b/templates"
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
	owner, limits := Owner(device), r.Dialect().Limits()
	device, company, err := beside(device, have, r)
	if err != nil {
		return Draft{}, err
	}
	sketch, err := d.sketch(device, have)
	if err != nil {
		return Draft{}, err
	}
	q := differ.Question{Have: have, Want: unplaced(sketch.text.Back), Points: Points(device), Chain: company[inventory.Chain], Embed: company[inventory.Embed], Owner: owner, TakeOver: d.TakeOver, Choices: choices(limits)}
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

// beside decides for each attachment how ours stands beside lists of others, and gives the points
// with such lists by what the inventory says. Where nothing of others is bound, a list of our own
// is all that is needed, whatever the inventory allows.
func beside(device inventory.Device, have acl.Config, r renderer.Renderer) (inventory.Device, map[string]map[acl.Point]bool, error) {
	owner := Owner(device)
	company := map[string]map[acl.Point]bool{inventory.Chain: {}, inventory.Embed: {}}
	var attach []inventory.Attach
	for _, a := range device.Attach {
		for _, f := range families(a) {
			one := a
			one.Families = []string{f.String()}
			p := point(a, f)
			_, others := have.Own(owner, have.Binding(p))
			if len(others) == 0 {
				one.Existing = inventory.Refuse
			} else if err := companion(a.Existing, r, have, p, others); err != nil {
				return device, nil, refuse("%s has a list that is not ours (%s), and %v", alternatives(r, p, a.Existing), p, strings.Join(others, " "), err)
			}
			if one.Existing != inventory.Refuse {
				company[one.Existing][p] = true
			}
			attach = append(attach, one)
		}
	}
	device.Attach = attach
	return device, company, nil
}

// companion says why ours cannot stand with the lists of others at a point as the inventory wants.
func companion(existing string, r renderer.Renderer, have acl.Config, p acl.Point, others []string) error {
	limits := r.Dialect().Limits()
	_, embeds := r.Dialect().(templates.Embedder)
	_, defined := have.List(p.Family, others[0])
	switch {
	case existing == inventory.Chain && !limits.Chains:
		return fmt.Errorf("a device of dialect %s binds one list only", r.Dialect().Name())
	case existing == inventory.Chain:
		if err := chainable(r, p, others); err != nil {
			return fmt.Errorf("ours cannot stand before it: %w", err)
		}
	case existing == inventory.Embed && !embeds:
		return fmt.Errorf("our lines go into no list of dialect %s; `existing: chain` puts a list of ours before it", r.Dialect().Name())
	case existing == inventory.Embed && !limits.HasGroups(p.Family):
		return fmt.Errorf("our lines cannot go into it: %s lists of dialect %s have no groups, and only a group of ours tells our lines from theirs", p.Family, r.Dialect().Name())
	case existing == inventory.Embed && (len(others) > 1 || !defined):
		return fmt.Errorf("our lines go into one list that is defined")
	}
	return nil
}

// alternatives are what can be done where ours cannot stand with a list of others as the
// inventory wants.
func alternatives(r renderer.Renderer, p acl.Point, existing string) string {
	hint := "take it off, or attach elsewhere"
	_, embeds := r.Dialect().(templates.Embedder)
	switch groups := r.Dialect().Limits().HasGroups(p.Family); {
	case embeds && !groups && existing == inventory.Embed:
		hint += fmt.Sprintf(", or leave %s out of the attachment's `families`", p.Family)
	case embeds && groups && existing != inventory.Embed:
		hint += "; or write `existing: embed` and our lines go into that list, before its own"
	}
	return hint
}

// chainable asks the dialect whether it can write a list of ours before those of others at a
// point. The innermost error is the dialect's own, without the template around it.
func chainable(r renderer.Renderer, p acl.Point, others []string) error {
	ours := acl.Binding{Interface: p.Interface, Direction: p.Direction, Family: p.Family, Lists: append([]string{others[0]}, others...)}
	_, err := r.Lines(acl.Config{Bindings: []acl.Binding{ours}})
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return err
}

// choices are what can be done about a list of others, on a device of these limits: without
// chains, only the Cisco dialects are left, which embed.
func choices(l acl.Limits) string {
	if l.Chains {
		return "write `existing: chain` for this attachment and ours goes before it, every line of the other list kept; or take it off, or attach elsewhere"
	}
	which := "that list"
	if !l.HasGroups(packet.V6) {
		which += " (IPv4 only)"
	}
	return "write `existing: embed` for this attachment and our lines go into " + which + ", before its own; or take it off, or attach elsewhere"
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
