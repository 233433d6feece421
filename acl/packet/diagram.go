package packet

import "slices"

// node is a diagram's name for a set of packets, each with a pair of verdicts, from some
// field on: nowhere for none, below zero for all of them with one pair, else an index.
type node int32

const nowhere node = 0

// pair is the node of two verdicts after the last field.
func pair(before, after Verdict) node { return -1 - node(before)<<8 - node(after) }

func (n node) verdicts() (before, after Verdict) { return Verdict((-1 - n) >> 8), Verdict(-1 - n) }

// edge says which packets follow where a field is from lo to before hi.
type edge struct {
	lo, hi int32
	child  node
}

// diagram is a store of interval diagrams. A node's edges are sorted, disjoint, lead
// somewhere, and touch only where their children differ; equal nodes are stored once. So
// two sets are equal just where their nodes are.
type diagram struct {
	edges  []edge
	from   []uint32 // where the edges of a node begin; they end where the next node's begin
	slots  []node   // a hash table of the nodes
	unions map[[2]node]node
	limit  int
	ripe   int // how many edges make it worth looking for nodes that nobody needs
}

// ripeEdges is the least number of edges for that.
const ripeEdges = 1 << 19

// unionsKept is how many unions are remembered before all are forgotten.
const unionsKept = 1 << 16

func newDiagram(limit int) *diagram {
	return &diagram{from: []uint32{0, 0}, slots: make([]node, 1<<8), unions: map[[2]node]node{}, limit: limit, ripe: min(ripeEdges, limit/2)}
}

// at is the edges of a node.
func (d *diagram) at(n node) []edge {
	if n <= nowhere {
		return nil
	}
	return d.edges[d.from[n]:d.from[n+1]]
}

// add appends an edge to those of a coming node.
func add(edges []edge, e edge) []edge {
	if e.child == nowhere || e.lo >= e.hi {
		return edges
	}
	if n := len(edges) - 1; n >= 0 && edges[n].hi == e.lo && edges[n].child == e.child {
		edges[n].hi = e.hi
		return edges
	}
	return append(edges, e)
}

// node stores a node with these edges, unless it is there.
func (d *diagram) node(edges []edge) (node, error) {
	if len(edges) == 0 {
		return nowhere, nil
	}
	slot := hash(edges) & uint32(len(d.slots)-1)
	for ; d.slots[slot] != nowhere; slot = (slot + 1) & uint32(len(d.slots)-1) {
		if n := d.slots[slot]; slices.Equal(d.at(n), edges) {
			return n, nil
		}
	}
	if len(d.edges)+len(edges) > d.limit {
		return nowhere, ErrBudget
	}
	n := node(len(d.from) - 1)
	d.edges = append(d.edges, edges...)
	d.from = append(d.from, uint32(len(d.edges)))
	d.slots[slot] = n
	if 2*len(d.from) > len(d.slots) {
		d.rehash(2 * len(d.slots))
	}
	return n, nil
}

// compact drops the nodes that none of the held ones needs, and renames these. Children
// are older than their parents, so one look from the youngest down finds the needed ones.
func (d *diagram) compact(held []node) {
	last := len(d.from) - 2
	names := make([]node, last+1)
	for _, n := range held {
		if n > nowhere {
			names[n] = n
		}
	}
	for n := node(last); n > nowhere; n-- {
		if names[n] != nowhere {
			for _, e := range d.at(n) {
				if e.child > nowhere {
					names[e.child] = e.child
				}
			}
		}
	}
	d.move(names)
	for i, n := range held {
		if n > nowhere {
			held[i] = names[n]
		}
	}
	clear(d.unions)
	d.rehash(1 << 8)
	d.ripe = min(max(2*len(d.edges), ripeEdges), (len(d.edges)+d.limit)/2)
}

// move moves the named nodes to the front and gives them their new names.
func (d *diagram) move(names []node) {
	edges, from := d.edges[:0], []uint32{0, 0}
	for n := node(1); int(n) < len(names); n++ {
		if names[n] == nowhere {
			continue
		}
		names[n] = node(len(from) - 1)
		for _, e := range d.at(n) {
			if e.child > nowhere {
				e.child = names[e.child]
			}
			edges = append(edges, e)
		}
		from = append(from, uint32(len(edges)))
	}
	d.edges, d.from = edges, from
}

// rehash makes a new table with at least so many slots.
func (d *diagram) rehash(size int) {
	for size < 2*len(d.from) {
		size *= 2
	}
	d.slots = make([]node, size)
	for n := node(1); int(n) < len(d.from)-1; n++ {
		slot := hash(d.at(n)) & uint32(len(d.slots)-1)
		for d.slots[slot] != nowhere {
			slot = (slot + 1) & uint32(len(d.slots)-1)
		}
		d.slots[slot] = n
	}
}

func hash(edges []edge) uint32 {
	h := uint64(len(edges))
	for _, e := range edges {
		h = (h ^ uint64(uint32(e.lo)) ^ uint64(uint32(e.hi))<<32) * 0x9e3779b97f4a7c15
		h = (h ^ h>>29 ^ uint64(uint32(e.child))) * 0xbf58476d1ce4e5b9
	}
	return uint32(h >> 32)
}

// union is the packets of both nodes. Packets that both have must have the same verdicts in both.
func (d *diagram) union(x, y node) (node, error) {
	switch {
	case x == nowhere || x == y:
		return y, nil
	case y == nowhere:
		return x, nil
	}
	if n, is := d.unions[[2]node{x, y}]; is {
		return n, nil
	}
	edges, err := d.merge(slices.Clone(d.at(x)), slices.Clone(d.at(y)))
	if err != nil {
		return nowhere, err
	}
	n, err := d.node(edges)
	if err != nil {
		return nowhere, err
	}
	if len(d.unions) >= unionsKept {
		clear(d.unions)
	}
	d.unions[[2]node{x, y}] = n
	return n, nil
}

// merge is the union of two nodes' edges.
func (d *diagram) merge(a, b []edge) ([]edge, error) {
	out := make([]edge, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if b[0].lo < a[0].lo {
			a, b = b, a
		}
		if lo := b[0].lo; a[0].lo < lo {
			hi := min(a[0].hi, lo)
			out = add(out, edge{a[0].lo, hi, a[0].child})
			a = rest(a, hi)
			continue
		}
		hi := min(a[0].hi, b[0].hi)
		child, err := d.union(a[0].child, b[0].child)
		if err != nil {
			return nil, err
		}
		out = add(out, edge{a[0].lo, hi, child})
		a, b = rest(a, hi), rest(b, hi)
	}
	for _, e := range append(a, b...) {
		out = add(out, e)
	}
	return out, nil
}

// rest is the edges from hi on; the first is cut where it reaches beyond.
func rest(edges []edge, hi int32) []edge {
	if edges[0].hi == hi {
		return edges[1:]
	}
	edges[0].lo = hi
	return edges
}
