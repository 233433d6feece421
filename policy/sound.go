package policy

import (
	"fmt"
	"slices"

	"op25b/acl/packet"
	"op25b/sheet"
)

// sound holds the parts of the policy against each other.
func (r *reader) sound() {
	for _, f := range packet.Families() {
		r.overlaps(f)
	}
	for _, pool := range r.policy.Pools {
		r.exceptInside(pool)
	}
	r.relaysOutside()
	r.exemptionsInside()
}

// exceptInside refuses fixed addresses outside their pool, and a pool of nothing else.
func (r *reader) exceptInside(pool Pool) {
	inside := pool.space[0].Covers(ranges(pool.Except, packet.V4)) && pool.space[1].Covers(ranges(pool.Except, packet.V6))
	for _, e := range pool.Except {
		if !inside && !pool.space[index(e.family())].Covers(e.set()) {
			r.page.Refuse(e.Place, fmt.Sprintf("%s is outside pool %s", e, pool.Name), "`except` takes addresses out of the pool's own prefixes")
		}
	}
	if len(pool.Prefixes) > 0 && pool.dynamic[0].IsEmpty() && pool.dynamic[1].IsEmpty() {
		r.page.Refuse(pool.Place, "pool "+pool.Name+" is empty: `except` takes all of it out", "take the pool out, or a part of `except`")
	}
}

// piece is one range of a pool's dynamic space.
type piece struct {
	packet.Range
	pool int
}

// overlaps refuses two pools that hold the same dynamic address. It goes once through
// all ranges in order, keeping the one that reaches furthest.
func (r *reader) overlaps(f packet.Family) {
	var all []piece
	for i, pool := range r.policy.Pools {
		for _, s := range pool.dynamic[index(f)].Spans() {
			all = append(all, piece{s, i})
		}
	}
	slices.SortFunc(all, func(a, b piece) int {
		if c := a.Lo.Compare(b.Lo); c != 0 {
			return c
		}
		return a.pool - b.pool
	})
	told := map[[2]int]bool{}
	for i := 1; i < len(all); i++ {
		furthest, next := all[i-1], all[i]
		pair := [2]int{min(furthest.pool, next.pool), max(furthest.pool, next.pool)}
		if furthest.pool != next.pool && !furthest.Hi.Less(next.Lo) && !told[pair] {
			told[pair] = true
			r.overlap(r.policy.Pools[pair[0]], r.policy.Pools[pair[1]], next.Lo, f)
		}
		if next.Hi.Less(furthest.Hi) {
			all[i] = piece{packet.Range{Lo: next.Lo, Hi: furthest.Hi}, furthest.pool}
		}
	}
}

// overlap refuses an address of two pools, at the prefix of the later one.
func (r *reader) overlap(first, second Pool, n packet.Number, f packet.Family) {
	at, in := second.Place, ""
	for _, p := range second.Prefixes {
		if p.family() == f && p.set().Contains(n) {
			at, in = p.Place, " with "+p.String()
			break
		}
	}
	r.page.Refuse(at, fmt.Sprintf("pool %s overlaps pool %s%s: both hold %s", second.Name, first.Name, in, f.Addr(n)),
		"an address belongs to one pool: take it out of one, or put it under `except` there")
}

func (r *reader) relaysOutside() {
	for _, relay := range r.policy.Relays {
		for _, pool := range r.policy.Pools {
			if pool.dynamic[index(relay.family())].Overlaps(relay.set()) {
				r.page.Refuse(relay.Place, fmt.Sprintf("relay %s is inside the dynamic space of pool %s", relay, pool.Name),
					"put it under `except` of the pool, or name the right address")
			}
		}
	}
}

// oneFamily refuses a dual-stack pool whose customers reach no relay in one family, and
// warns of such a pool with that family alone.
func (r *reader) oneFamily() {
	if len(r.policy.Relays) == 0 {
		return // refused already
	}
	for _, pool := range r.policy.Pools {
		dual := !pool.space[0].IsEmpty() && !pool.space[1].IsEmpty()
		for _, f := range packet.Families() {
			if pool.space[index(f)].IsEmpty() || slices.ContainsFunc(r.policy.Relays, func(p Prefix) bool { return p.family() == f }) {
				continue
			}
			what := fmt.Sprintf("pool %s has %s addresses, but no relay has one", pool.Name, f)
			if dual {
				r.page.Refuse(r.policy.RelaysPlace, what, "add the relays' "+f.String()+" addresses, or write `relays-one-family: accepted`")
			} else {
				r.page.Warn(r.policy.RelaysPlace, what, "add the relays' "+f.String()+" addresses")
			}
		}
	}
}

// exemptionsInside refuses exemptions of addresses that no pool has.
func (r *reader) exemptionsInside() {
	space, dynamic := r.policy.space, r.policy.dynamic
	for _, e := range r.policy.Exemptions {
		for _, s := range e.Sources {
			i := index(s.family())
			switch {
			case !space[i].Overlaps(s.set()):
				r.page.Refuse(s.Place, fmt.Sprintf("exemption %s: %s is outside every pool", e.Name, s), "it is not blocked: take it out")
			case !space[i].Covers(s.set()):
				r.page.Refuse(s.Place, fmt.Sprintf("exemption %s: %s reaches outside the pools", e.Name, s), "write the part of it that a pool has")
			case !dynamic[i].Overlaps(s.set()):
				r.page.Warn(s.Place, fmt.Sprintf("exemption %s: %s is a fixed address already", e.Name, s), "it stands under `except` of its pool: take it out here")
			}
		}
	}
}

// expired warns of exemptions that hold no longer, or not much longer.
func (p Policy) expired(date sheet.Date) sheet.Warnings {
	var out sheet.Warnings
	for _, e := range p.Exemptions {
		switch {
		case !date.Before(e.Expires):
			out = append(out, sheet.Problem{Place: e.Place, What: fmt.Sprintf("exemption %s expired on %s", e.Name, e.Expires),
				Hint: "take it out, or agree on a new date with the customer"})
		case !date.AddDays(soon).Before(e.Expires):
			out = append(out, sheet.Problem{Place: e.Place, What: fmt.Sprintf("exemption %s expires on %s", e.Name, e.Expires),
				Hint: "tell the customer, or agree on a new date"})
		}
	}
	return out
}

// soon is how many days before its expiry an exemption is worth a warning.
const soon = 30
