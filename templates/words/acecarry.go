package words

import (
	"cmp"
	"slices"

	"op25b/acl"
)

// AgainStyle says what a dialect does with an entry that is written over another one.
type AgainStyle uint8

// The two styles.
const (
	Replaces AgainStyle = iota // the same number replaces
	Refuses                    // the same number is refused, and so is what stands there under another
)

// doubt is why it is not known whether a line of a list is in force, or where.
type doubt uint8

const (
	certain doubt = iota
	sameNumber
	sameEntry
	sameRemark
	noNumber
	removal
)

func (d doubt) String() string {
	return [...]string{"", "another line has its number, and which one holds is not known", "the same entry stands under another number, and which one holds is not known",
		"a remark has its number, and which one holds is not known", "its number is that of another line, or not", "a removal may have taken it away"}[d]
}

// carrier carries the lines of a list out one after the other, as they would be typed, where they
// do not stand in the order of their numbers. A line that is not certain stays, and says so.
type carrier struct {
	list    RawList
	sets    Sets
	steps   []step
	gone    []bool
	at      map[int][]int    // the lines that bear a number
	same    map[string][]int // the entries that say the same, where that matters
	removed bool             // something was taken away
}

// carried are the lines that are left, in their order.
func (l RawList) carried(steps []step, sets Sets) []step {
	c := carrier{list: l, sets: sets, steps: steps, gone: make([]bool, len(steps)), at: map[int][]int{}, same: map[string][]int{}}
	if sets.Budget != nil {
		budget := *sets.Budget // what is read to compare is read again
		c.sets.Budget = &budget
	}
	for i, s := range steps {
		switch {
		case s.kind == aRemoval:
			c.remove(i)
		case s.kind == aRemark:
			c.remark(i)
		case s.order > 0:
			c.entry(i)
		}
	}
	var out []step
	for i, s := range c.steps {
		if !c.gone[i] {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(a, b step) int {
		if a.order == b.order && a.kind != b.kind && (a.kind == aRemark || b.kind == aRemark) {
			return cmp.Compare(b.kind, a.kind) // a remark goes before its entry
		}
		return cmp.Compare(a.order, b.order)
	})
	return out
}

func (c *carrier) doubts(i int, why doubt) {
	if c.steps[i].doubt == certain {
		c.steps[i].doubt = why
	}
}

// standing are the lines that bear a number now.
func (c *carrier) standing(n int) []int {
	c.at[n] = slices.DeleteFunc(c.at[n], func(i int) bool { return c.gone[i] })
	return c.at[n]
}

// remove takes away what bears a number in the text. What got one by its place may have another.
func (c *carrier) remove(i int) {
	c.gone[i], c.removed = true, true
	for _, j := range c.standing(c.steps[i].number) {
		switch s := c.steps[j]; {
		case s.number == 0:
			c.doubts(j, removal)
		case s.kind != aRemark || c.list.Remarks == OwnNumber:
			c.gone[j] = true
		}
	}
}

// remark puts a remark at its number. That an entry and a remark of a number of its own can share
// it is not confirmed.
func (c *carrier) remark(i int) {
	n := c.steps[i].number
	if n == 0 {
		return
	}
	for _, j := range c.standing(n) {
		if c.steps[j].kind != aRemark && c.list.Remarks == OwnNumber {
			c.doubts(j, sameRemark)
		}
	}
	c.at[n] = append(c.at[n], i)
}

func (c *carrier) entry(i int) {
	s := c.steps[i]
	if s.number == 0 && c.removed { // the end may be elsewhere by now
		c.doubts(i, noNumber)
		c.steps[i].order = 0
		return
	}
	for _, j := range c.standing(s.order) {
		switch other := c.steps[j]; {
		case other.kind == aRemark:
			if c.list.Remarks == OwnNumber {
				c.doubts(i, sameRemark)
			}
		case s.number > 0 && other.number > 0 && c.list.Again == Replaces:
			c.gone[j] = true
		case s.number > 0 && other.number > 0:
			c.doubts(i, sameNumber)
			c.doubts(j, sameNumber)
		default:
			c.doubts(i, noNumber)
			c.doubts(j, noNumber)
		}
	}
	c.at[s.order] = append(c.at[s.order], i)
	if c.list.Again == Refuses {
		c.repeated(i)
	}
}

// repeated looks for the same entry under another number: the router takes no second one. Where
// that stands in front, both are in doubt, for the first may be all that there is.
func (c *carrier) repeated(i int) {
	key := meaningOf(c.list.entry(c.steps[i], c.sets))
	for _, j := range c.same[key] {
		if c.gone[j] {
			continue
		}
		c.doubts(i, sameEntry)
		if c.steps[i].order < c.steps[j].order {
			c.doubts(j, sameEntry)
		}
	}
	c.same[key] = append(c.same[key], i)
}

// meaningOf is what an entry says, without its number; entries of one meaning name the same groups.
func meaningOf(e acl.Entry) string {
	if e.Unmodelled != "" {
		return "? " + e.Place.Text
	}
	return e.SrcGroup + " " + e.DstGroup + " " + e.String()
}
