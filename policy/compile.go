package policy

import (
	"fmt"
	"slices"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/inventory"
	"op25b/sheet"
)

// For is what a device is to hold on a date: a list of generation 1 for each direction,
// family and content, in the fullest form (every address set but `any` stands in a
// group), and its bindings. A family in which nothing is in force has neither. An error
// is sheet.Errors.
//
// A list of our own says, in this order: permit what is fixed or exempt, permit the
// relays, deny, permit and count what is only watched, permit everything. Where a list
// that is not ours stands at the same point, ours has nothing but its denies, with all of
// that taken out beforehand, and passes everything else on.
func (p Policy) For(date sheet.Date, d inventory.Device) (acl.Config, error) {
	if err := p.fits(date, d); err != nil {
		return acl.Config{}, err
	}
	b := newBook(d.Hostname)
	for _, a := range d.Attach {
		if !slices.Contains(b.config.Interfaces, a.Interface) {
			b.config.Interfaces = append(b.config.Interfaces, a.Interface)
		}
		for _, f := range packet.Families() {
			if !a.HasFamily(f.String()) {
				continue
			}
			if l := p.want(date, a, f).draft(a.Existing); len(l.entries) > 0 {
				b.bind(a, f, l)
			}
		}
	}
	return b.config, nil
}

// lane is one phase toward one destination: what its packets have for source and target.
type lane struct {
	src, dst packet.Ranges // as the list says it
	open     area          // what is left of it without the fixed, the exempt and the relays
	why      acl.Why
}

// origin is addresses that are permitted for one reason.
type origin struct {
	src packet.Ranges
	why acl.Why
}

// wanted is what one attachment wants in one family.
type wanted struct {
	family   packet.Family
	fixed    []origin
	relays   origin
	denies   []lane
	monitors []lane
}

// want reads the policy for one attachment and family.
func (p Policy) want(date sheet.Date, a inventory.Attach, f packet.Family) wanted {
	pools := p.attached(a)
	w := wanted{family: f, relays: origin{ranges(p.Relays, f), why(p.RelaysPlace, "relays")}}
	ground := p.ground(date, pools, f)
	w.fixed = p.fixed(date, ground, f)
	var permitted packet.Ranges
	for _, o := range w.fixed {
		permitted = permitted.Union(o.src)
	}
	for _, ph := range p.InForce(date) {
		switch ph.Action {
		case Block:
			w.denies = append(w.denies, p.lanes(ph, ground, permitted, w.relays.src, f)...)
		case Monitor:
			w.monitors = append(w.monitors, p.lanes(ph, ground, permitted, w.relays.src, f)...)
		}
	}
	w.denies = uncovered(w.denies)
	w.monitors = alive(w.monitors, w.denies)
	return w
}

// ground is the pools of an attachment that some phase in force names, all their
// addresses, and what of these any pool of the policy gives out dynamically.
type ground struct {
	pools          []Pool
	space, dynamic packet.Ranges
}

func (p Policy) ground(date sheet.Date, pools []Pool, f packet.Family) ground {
	var g ground
	for _, pool := range pools {
		named := slices.ContainsFunc(p.InForce(date), func(ph Phase) bool { return ph.Action != Throttle && ph.hasPool(pool.Name) })
		if named && !pool.space[index(f)].IsEmpty() {
			g.pools = append(g.pools, pool)
			g.space = g.space.Union(pool.space[index(f)])
		}
	}
	g.dynamic = g.space.Intersect(p.dynamic[index(f)])
	return g
}

func (ph Phase) hasPool(name string) bool { return ph.Pools == nil || slices.Contains(ph.Pools, name) }

// fixed are the addresses inside the ground that nothing may stop, by origin: what a pool
// excepts, unless it is another pool's dynamic space, and what is exempt.
func (p Policy) fixed(date sheet.Date, g ground, f packet.Family) []origin {
	var out []origin
	var known packet.Ranges
	add := func(src packet.Ranges, w acl.Why) {
		if !known.Covers(src) {
			out = append(out, origin{src, w})
			known = known.Union(src)
		}
	}
	for _, pool := range g.pools {
		add(pool.space[index(f)].Minus(g.dynamic), why(pool.except, "fixed "+pool.Name))
	}
	for _, e := range p.Exemptions {
		if e.Holds(date) {
			add(ranges(e.Sources, f).Intersect(g.space), why(e.Place, "exempt "+e.Name))
		}
	}
	return out
}

// lanes are a phase's packets, one lane for each destination. A pool or destination
// without an address of the family has none.
func (p Policy) lanes(ph Phase, g ground, permitted, relays packet.Ranges, f packet.Family) []lane {
	var space, dynamic packet.Ranges
	for _, pool := range g.pools {
		if ph.hasPool(pool.Name) {
			space, dynamic = space.Union(pool.space[index(f)]), dynamic.Union(pool.dynamic[index(f)])
		}
	}
	src := space.Minus(g.dynamic.Minus(dynamic)) // what `except` holds of a pool outside the phase
	targets := []packet.Ranges{packet.All(f.Bits())}
	if ph.To != nil {
		targets = nil
		for _, name := range ph.To {
			d, _ := p.destination(name)
			targets = append(targets, d.space[index(f)])
		}
	}
	var out []lane
	for _, dst := range targets {
		l := lane{src, dst, area{src.Minus(permitted), dst.Minus(relays)}, why(ph.Place, string(ph.Action)+" "+ph.Name)}
		if !l.open.isEmpty() {
			out = append(out, l)
		}
	}
	return out
}

// uncovered are the lanes that are in no other lane; of equal ones the first stays.
func uncovered(lanes []lane) []lane {
	var out []lane
	for i, l := range lanes {
		if !slices.ContainsFunc(lanes[:i], func(o lane) bool { return o.open.covers(l.open) }) &&
			!slices.ContainsFunc(lanes[i+1:], func(o lane) bool { return o.open.covers(l.open) && !l.open.covers(o.open) }) {
			out = append(out, l)
		}
	}
	return out
}

// alive are the watched lanes of which something reaches them past the denies and the
// lanes before.
func alive(monitors, denies []lane) []lane {
	var before []area
	for _, d := range denies {
		before = append(before, d.open)
	}
	var out []lane
	for _, m := range monitors {
		if len(m.open.without(before)) > 0 {
			out = append(out, m)
		}
		before = append(before, m.open)
	}
	return out
}

// draft is a list before its groups have names.
type draft struct {
	entries  []acl.Entry
	src, dst []string // what kind of group each entry's addresses stand in
	end      acl.Action
	inside   bool // its entries come into a list of others, where their source group tells them
}

func (d *draft) add(action acl.Action, f packet.Family, src packet.Ranges, srcKind string, dst packet.Ranges, dstKind string, w acl.Why) {
	box := packet.Any(f)
	box.Protocols, box.DstPorts, box.Fragments = packet.One(packet.TCP), packet.One(25), packet.WithPorts()
	box.Src, box.Dst = src, dst
	d.entries = append(d.entries, acl.Entry{Action: action, Match: box, Count: true, Why: w})
	d.src, d.dst = append(d.src, srcKind), append(d.dst, dstKind)
}

// The kinds of groups.
const (
	poolKind  = "POOL"
	relayKind = "RELAY"
	destKind  = "DEST"
	fixedKind = "FIXED"
)

// draft is the list for a point: beside a list that is not ours only in carved form.
func (w wanted) draft(existing string) draft {
	switch existing {
	case inventory.Chain:
		return w.carved()
	case inventory.Embed:
		d := w.carved()
		d.inside = true
		return d
	}
	return w.whole()
}

// whole is a list that stands alone. A permit that no deny or watched lane touches is
// left out.
func (w wanted) whole() draft {
	lanes := slices.Concat(w.denies, w.monitors)
	if len(lanes) == 0 {
		return draft{}
	}
	all := packet.All(w.family.Bits())
	d := draft{end: acl.Deny}
	for _, o := range w.fixed {
		if slices.ContainsFunc(lanes, func(l lane) bool { return l.src.Overlaps(o.src) }) {
			d.add(acl.Permit, w.family, o.src, fixedKind, all, "", o.why)
		}
	}
	if slices.ContainsFunc(lanes, func(l lane) bool { return l.dst.Overlaps(w.relays.src) }) {
		d.add(acl.Permit, w.family, all, "", w.relays.src, relayKind, w.relays.why)
	}
	for _, l := range w.denies {
		d.add(acl.Deny, w.family, l.src, poolKind, l.dst, destKind, l.why)
	}
	for _, l := range w.monitors {
		d.add(acl.Permit, w.family, l.src, poolKind, l.dst, destKind, l.why)
	}
	d.entries = append(d.entries, acl.Entry{Action: acl.Permit, Match: packet.Any(w.family), Why: acl.Why{Text: "everything else"}})
	d.src, d.dst = append(d.src, ""), append(d.dst, "")
	return d
}

// carved is a list beside one that is not ours.
func (w wanted) carved() draft {
	d := draft{end: acl.Next}
	for _, l := range w.denies {
		d.add(acl.Deny, w.family, l.open.src, poolKind, l.open.dst, destKind, l.why)
	}
	return d
}

// key is the same for drafts that say the same.
func (d draft) key() string {
	var s strings.Builder
	for _, e := range d.entries {
		fmt.Fprintf(&s, "%s # %s\n", e, e.Why)
	}
	return fmt.Sprint(&s, d.end, d.inside)
}
