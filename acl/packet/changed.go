package packet

import (
	"slices"
	"sort"
)

// wave is one of the goes in which the changed rules are looked at. A rule for all sources
// crosses every rule for all destinations, and to cut all of them at all of them would cost far
// more than to look at both. Where waves meet they find the same, so they may be joined.
type wave uint8

const (
	unchanged wave = iota
	first          // rules for all sources
	second         // rules for all destinations
	last           // all others
	every          // no wave: all changed rules together
	anywhere       // no wave: all packets are looked at, whatever changed
)

// waves puts the changed rules into waves and says which are to be gone through. Where a rule
// for all addresses changed, or more than a quarter of the rules, they do not help.
func (c *comparison) waves() []wave {
	all, count := c.everywhere(), 0
	for _, l := range [...]list{c.before, c.after} {
		for n, i := range l.items {
			switch {
			case i.wave == unchanged:
				continue
			case i.fills(all):
				return c.one()
			case i.level(source, all):
				l.items[n].wave = first
			case i.level(destination, all):
				l.items[n].wave = second
			}
			count++
		}
	}
	if 4*count > len(c.before.items)+len(c.after.items) {
		return c.one()
	}
	return []wave{first, second, last}
}

// one is the wave in which no rule counts as changed.
func (c *comparison) one() []wave {
	for _, l := range [...]list{c.before, c.after} {
		for n := range l.items {
			l.items[n].wave = unchanged
		}
	}
	return []wave{anywhere}
}

// changed is the changed rules of both lists that are looked at in this wave.
func (c *comparison) changed(a, b list) []item {
	if c.wave == anywhere {
		all := c.everywhere()
		return []item{{src: extent{all.src.lo, all.src.hi, solid}, dst: extent{all.dst.lo, all.dst.hi, solid}}}
	}
	mark := len(c.arena)
	for _, l := range [...]list{a, b} {
		for _, i := range l.items {
			if i.wave != unchanged && (i.wave == c.wave || c.wave == every) {
				c.arena = append(c.arena, i)
			}
		}
	}
	return c.arena[mark:len(c.arena):len(c.arena)]
}

// cover says of each part of both sides how many parts before it some rules have.
type cover struct{ src, dst []int32 }

// meeting is where changed rules are.
func (c *comparison) meeting(changed []item) cover {
	return cover{covered(changed, source, c.src.size()), covered(changed, destination, c.dst.size())}
}

func covered(items []item, s side, size int32) []int32 {
	parts := make([]int32, size+1)
	for _, i := range items {
		e := i.extent(s)
		parts[e.lo]++
		parts[e.hi]--
	}
	open, before := int32(0), int32(0)
	for n, turn := range parts {
		parts[n] = before
		if open += turn; open > 0 {
			before++
		}
	}
	return parts
}

// sift is the list less the rules that meet no changed rule on one of the sides. What the lists
// do beside the changed rules is not asked any more.
func (c *comparison) sift(l list, met cover) list {
	mark := len(c.arena)
	for _, i := range l.items {
		if met.src[i.src.lo] < met.src[i.src.hi] && met.dst[i.dst.lo] < met.dst[i.dst.hi] {
			c.arena = append(c.arena, i)
		}
	}
	return list{c.arena[mark:len(c.arena):len(c.arena)], l.end}
}

// unmatched is the run of a box that the other list does not have in the same place.
const unmatched = -1

// mark marks in both lists the rules that are new, gone, or moved over a rule of another
// verdict. Where no marked rule reaches, both lists give every packet the same verdict: it meets
// the same rules in both, and if the first of them had different verdicts, these two would stand
// in another order in the other list, so one of them would be marked. A list has each box once.
func mark(before, after []item, boxes int) {
	runs := runs(before, after, boxes)
	places := make([]place, 0, len(after))
	from, now := 0, Verdict(0)
	for n, i := range after {
		if runs[i.box] == unmatched {
			after[n].wave = last
			continue
		}
		if i.verdict != now { // the order inside a run of one verdict does not count
			sortPlaces(places[from:])
			from, now = len(places), i.verdict
		}
		places = append(places, place{runs[i.box], int32(n)})
	}
	sortPlaces(places[from:])
	for _, p := range moved(places) {
		after[p.item].wave = last
		runs[after[p.item].box] = unmatched
	}
	for n, i := range before {
		if runs[i.box] == unmatched {
			before[n].wave = last
		}
	}
}

// runs gives each box that both lists have with one verdict the number of its run in the first,
// where only such boxes count and a run is rules of one verdict.
func runs(before, after []item, boxes int) []int32 {
	runs, theirs := make([]int32, boxes), make([]int16, boxes)
	for n := range runs {
		runs[n], theirs[n] = unmatched, unmatched
	}
	for _, i := range after {
		theirs[i.box] = int16(i.verdict)
	}
	run, now := int32(0), int16(unmatched)
	for _, i := range before {
		if v := int16(i.verdict); v == theirs[i.box] {
			if v != now {
				run, now = run+1, v
			}
			runs[i.box] = run
		}
	}
	return runs
}

// place is a rule of the second list and its run in the first.
type place struct{ run, item int32 }

func sortPlaces(places []place) {
	byRun := func(a, b place) int { return int(a.run - b.run) }
	if !slices.IsSortedFunc(places, byRun) {
		slices.SortFunc(places, byRun)
	}
}

// moved is the fewest places without which the runs ascend: all but a longest ascending row.
func moved(places []place) []place {
	var ends []int32 // by length, less one: where the row of that length that ends lowest has its end
	before := make([]int32, len(places))
	for n, p := range places {
		length := sort.Search(len(ends), func(k int) bool { return places[ends[k]].run > p.run })
		if length == len(ends) {
			ends = append(ends, 0)
		}
		ends[length], before[n] = int32(n), -1
		if length > 0 {
			before[n] = ends[length-1]
		}
	}
	if len(ends) == len(places) {
		return nil
	}
	var out []place
	stays := ends[len(ends)-1]
	for n := int32(len(places)) - 1; n >= 0; n-- {
		if n == stays {
			stays = before[n]
			continue
		}
		out = append(out, places[n])
	}
	return out
}
