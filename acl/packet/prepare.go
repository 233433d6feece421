package packet

import (
	"cmp"
	"math/bits"
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
	width := c.family.Bits()
	c.src, c.dst = newAxis(width, src), newAxis(width, dst)
	c.services, c.leaves = newServices(), map[string]node{}
	boxes := newBoxes(len(before.Rules) + len(after.Rules) + 1)
	c.before, c.after = c.list(before, boxes), c.list(after, boxes)
	mark(c.before.items, c.after.items, len(boxes.list))
	c.arena = make([]item, 0, len(c.before.items)+len(c.after.items))
	c.src.forget()
	c.dst.forget()
}

// counts reports whether a rule of this box can match anything.
func (c *comparison) counts(b Box) bool { return b.Family == c.family && !b.IsEmpty() }

// list is a list's rules as items, its end the last of them. Equal boxes get equal numbers; a
// rule whose box an earlier one had decides nothing. Each run of one verdict is sorted by them.
func (c *comparison) list(l List, boxes *boxes) list {
	items := make([]item, 0, len(l.Rules)+1)
	seen := make([]bool, len(boxes.list)+len(l.Rules)+1)
	add := func(i item, v Verdict) {
		if n := boxes.number(i); !seen[n] {
			seen[n] = true
			i.box, i.verdict = n, v
			items = append(items, i)
		}
	}
	for _, r := range l.Rules {
		if !c.counts(r.Box) {
			continue
		}
		i := item{src: c.src.extentOf(r.Box.Src), dst: c.dst.extentOf(r.Box.Dst)}
		service := serviceOf(r.Box)
		if i.src.lo < i.src.hi && i.dst.lo < i.dst.hi && !service.isEmpty() {
			i.service = c.services.file(service)
			add(i, r.Verdict)
		}
	}
	add(item{src: extent{0, c.src.size(), solid}, dst: extent{0, c.dst.size(), solid}, service: everything}, l.End)
	for from := 0; from < len(items); {
		to := from
		for to < len(items) && items[to].verdict == items[from].verdict {
			to++
		}
		slices.SortFunc(items[from:to], func(a, b item) int { return cmp.Compare(a.box, b.box) })
		from = to
	}
	return list{items, l.End}
}

// boxes numbers items by their box: an item without a number and a verdict.
type boxes struct {
	list  []item
	slots []int32 // a hash table: numbers, from 1 on
}

// newBoxes has room for so many.
func newBoxes(most int) *boxes {
	return &boxes{make([]item, 0, most/2+1), make([]int32, 2<<bits.Len(uint(most)))}
}

func (b *boxes) number(i item) int32 {
	hash := uint64(0)
	for _, n := range [...]int32{i.src.lo, i.src.hi, i.src.set, i.dst.lo, i.dst.hi, i.dst.set, i.service} {
		hash = (hash ^ hash>>31 ^ uint64(uint32(n))) * 0x9e3779b97f4a7c15
	}
	slot := int(hash>>32) & (len(b.slots) - 1)
	for ; b.slots[slot] != 0; slot = (slot + 1) & (len(b.slots) - 1) {
		if n := b.slots[slot] - 1; b.list[n] == i {
			return n
		}
	}
	b.list = append(b.list, i)
	b.slots[slot] = int32(len(b.list))
	return int32(len(b.list)) - 1
}

// forget drops what only prepare needs.
func (a *axis) forget() { a.known, a.filed = nil, nil }
