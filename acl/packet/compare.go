package packet

import (
	"errors"
	"fmt"
)

// Budget is how much work a comparison may do. A zero field takes the usual amount.
type Budget struct {
	Steps int // a rule looked at in one region counts as one
	Edges int // of the diagram of the difference, 12 bytes each
}

// The usual amounts: about ten seconds of one core, and 50 MB.
const (
	usualSteps = 150_000_000
	usualEdges = 4_000_000
)

// ErrBudget says that the work was given up: nothing is known then, least of all equality.
var ErrBudget = errors.New("unproven: the lists are too entangled for the budget")

// ErrFamilies says that lists of different families cannot be compared.
var ErrFamilies = errors.New("an IPv4 list and an IPv6 list have no packets in common")

// Row is packets that two lists treat differently, all in the same way.
type Row struct {
	Box           Box
	Before, After Verdict
	Witness       Packet // one packet of the box
}

// Compare is every packet on which the lists disagree, in few disjoint rows, sorted by
// address. No row means that the lists are equal. The rows depend only on what the
// lists mean, not on how they are written. Every combination of fields counts as a packet,
// also ports in a later fragment or flags without TCP: what a device reads there is for its
// boxes to say. The error is ErrBudget or ErrFamilies.
func (l List) Compare(after List, b Budget) ([]Row, error) {
	c, err := newComparison(l, after, b)
	if err != nil {
		return nil, err
	}
	difference, err := c.run()
	if err != nil {
		return nil, err
	}
	return c.rows(difference)
}

// Equal reports whether both lists give every packet the same verdict.
func (l List) Equal(o List, b Budget) (bool, error) {
	_, apart, err := l.Apart(o, b)
	return err == nil && !apart, err
}

// Apart finds one packet on which the lists disagree; false where there is none. It stops
// at the first, so it is cheaper than Compare where lists differ much.
func (l List) Apart(o List, b Budget) (Packet, bool, error) {
	if same, known := l.sameByClasses(o); known && same && l.Family == o.Family {
		return Packet{}, false, nil
	}
	c, err := newComparison(l, o, b)
	if err != nil {
		return Packet{}, false, err
	}
	c.stops = true
	_, err = c.run()
	if !errors.Is(err, errFound) {
		return Packet{}, false, err
	}
	rows, err := c.rows(c.found)
	if err != nil {
		return Packet{}, false, err
	}
	return rows[0].Witness, true, nil
}

// errFound ends a comparison that only looks for one packet.
var errFound = errors.New("found")

func newComparison(before, after List, b Budget) (*comparison, error) {
	if before.Family != after.Family {
		return nil, fmt.Errorf("compare %s with %s: %w", before.Family, after.Family, ErrFamilies)
	}
	if b.Steps <= 0 {
		b.Steps = usualSteps
	}
	if b.Edges <= 0 {
		b.Edges = usualEdges
	}
	c := &comparison{family: before.Family, steps: b.Steps, diagram: newDiagram(b.Edges)}
	c.prepare(before, after)
	return c, nil
}
