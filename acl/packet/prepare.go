package packet

import (
	"cmp"
	"slices"
)

// prepare turns the lists into items over the whole plane.
func (c *comparison) prepare(before, after List) {
	n := len(before.Rules) + len(after.Rules)
	src, dst := make([]Ranges, 0, n), make([]Ranges, 0, n)
	for _, l := range [...]List{before, after} {
		for _, r := range l.Rules {
			if c.counts(r.Box) {
				src, dst = append(src, r.Box.Src), append(dst, r.Box.Dst)
			}
		}
	}
	bits := c.family.Bits()
	c.src, c.dst = newAxis(bits, src), newAxis(bits, dst)
	c.services, c.leaves = newServices(), map[string]node{}
	boxes := map[item]int32{}
	c.before, c.after = c.list(before, boxes), c.list(after, boxes)
	c.arena = make([]item, 0, 3*(len(c.before.items)+len(c.after.items)))
	c.src.forget()
	c.dst.forget()
}

// counts reports whether a rule of this box can match anything.
func (c *comparison) counts(b Box) bool { return b.Family == c.family && !b.IsEmpty() }

// list is a list's rules as items. Equal boxes get equal numbers; each run of one verdict
// is sorted by them and says nothing twice.
func (c *comparison) list(l List, boxes map[item]int32) list {
	out := list{make([]item, 0, len(l.Rules)), l.End}
	for _, r := range l.Rules {
		if !c.counts(r.Box) {
			continue
		}
		i := item{src: c.src.extent(r.Box.Src), dst: c.dst.extent(r.Box.Dst)}
		service := serviceOf(r.Box)
		if i.src.lo == i.src.hi || i.dst.lo == i.dst.hi || service.isEmpty() {
			continue
		}
		i.service = c.services.file(service)
		n, is := boxes[i]
		if !is {
			n = int32(len(boxes))
			boxes[i] = n
		}
		i.box, i.verdict = n, r.Verdict
		out.items = append(out.items, i)
	}
	for from := 0; from < len(out.items); {
		to := from
		for to < len(out.items) && out.items[to].verdict == out.items[from].verdict {
			to++
		}
		slices.SortFunc(out.items[from:to], func(a, b item) int { return cmp.Compare(a.box, b.box) })
		from = to
	}
	out.items = slices.Compact(out.items)
	return out
}

// forget drops what only prepare needs.
func (a *axis) forget() { a.known, a.filed = nil, nil }
