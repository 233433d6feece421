package policy

import (
	"fmt"

	"op25b/acl/packet"
	"op25b/inventory"
	"op25b/sheet"
)

// area is every pair of a source and a target.
type area struct{ src, dst packet.Ranges }

func (a area) isEmpty() bool { return a.src.IsEmpty() || a.dst.IsEmpty() }

func (a area) covers(o area) bool { return o.isEmpty() || a.src.Covers(o.src) && a.dst.Covers(o.dst) }

// without is what is left of an area when others are taken out, in disjoint parts.
func (a area) without(others []area) []area {
	left := []area{a}
	for _, o := range others {
		var next []area
		for _, l := range left {
			beside := area{l.src.Minus(o.src), l.dst}
			above := area{l.src.Intersect(o.src), l.dst.Minus(o.dst)}
			for _, part := range []area{beside, above} {
				if !part.isEmpty() {
					next = append(next, part)
				}
			}
		}
		left = next
	}
	return left
}

// throttles refuses the throttle phases in force that would decide packets on a device:
// those that no block phase in force holds.
func (p Policy) throttles(date sheet.Date, d inventory.Device) sheet.Errors {
	var out sheet.Errors
	for _, ph := range p.InForce(date) {
		if ph.Action != Throttle {
			continue
		}
		if at := p.decides(date, ph, d); at != "" {
			out = append(out, sheet.Problem{Place: ph.Place,
				What: fmt.Sprintf("phase %s: throttle is not built yet, and on %s it would decide packets on %s %s", ph.Name, date, d.Name, at),
				Hint: "write `action: monitor` for now, or ask about a date on which a block phase holds all of it (--phase)"})
		}
	}
	return out
}

// decides is the first point of a device at which a throttle phase would decide a packet.
func (p Policy) decides(date sheet.Date, throttle Phase, d inventory.Device) string {
	for _, a := range d.Attach {
		for _, f := range packet.Families() {
			if !a.HasFamily(f.String()) {
				continue
			}
			var blocked []area
			for _, ph := range p.InForce(date) {
				if ph.Action == Block {
					blocked = append(blocked, p.areas(date, ph, a, f)...)
				}
			}
			for _, t := range p.areas(date, throttle, a, f) {
				if len(t.without(blocked)) > 0 {
					return fmt.Sprintf("%s %s %s", a.Interface, a.Direction, f)
				}
			}
		}
	}
	return ""
}

// areas are the packets that a phase holds at an attachment, whatever its action: dynamic
// sources that are not exempt, targets that are no relay.
func (p Policy) areas(date sheet.Date, ph Phase, a inventory.Attach, f packet.Family) []area {
	var src packet.Ranges
	for _, pool := range p.attached(a) {
		if ph.hasPool(pool.Name) {
			src = src.Union(pool.dynamic[index(f)])
		}
	}
	for _, e := range p.Exemptions {
		if e.Holds(date) {
			src = src.Minus(ranges(e.Sources, f))
		}
	}
	targets := []packet.Ranges{packet.All(f.Bits())}
	if ph.To != nil {
		targets = nil
		for _, name := range ph.To {
			d, _ := p.destination(name)
			targets = append(targets, d.space[index(f)])
		}
	}
	var out []area
	for _, dst := range targets {
		if one := (area{src, dst.Minus(ranges(p.Relays, f))}); !one.isEmpty() {
			out = append(out, one)
		}
	}
	return out
}
