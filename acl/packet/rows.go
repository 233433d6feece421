package packet

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// rows are the boxes of a node, sorted, each with its witness.
func (c *comparison) rows(n node) ([]Row, error) {
	w := rowWriter{comparison: c, numbers: map[string]int32{}}
	if err := w.walk(byProtocol, n, row{}); err != nil {
		return nil, err
	}
	w.merge()
	out := make([]Row, len(w.rows))
	for i, r := range w.rows {
		out[i] = Row{Box: w.box(r)}
		out[i].Before, out[i].After = r.pair.verdicts()
		out[i].Witness, _ = out[i].Box.Witness()
	}
	slices.SortFunc(out, Row.compare)
	return out, nil
}

// row is a box by the numbers of its fields' sets.
type row struct {
	fields [fields]int32
	pair   node
}

type rowWriter struct {
	*comparison
	sets    []Ranges
	numbers map[string]int32
	rows    []row
}

// walk adds the rows of a node. The edges to one child make one set, so that a row is a
// product of sets and not of single ranges.
func (w *rowWriter) walk(field int, n node, r row) error {
	if n == nowhere {
		return nil
	}
	if field == fields {
		if len(w.rows) >= w.diagram.limit/fields {
			return ErrBudget
		}
		r.pair = n
		w.rows = append(w.rows, r)
		return nil
	}
	var children []node
	parts := map[node][]part{}
	for _, e := range w.diagram.at(n) {
		if parts[e.child] == nil {
			children = append(children, e.child)
		}
		parts[e.child] = append(parts[e.child], part{e.lo, e.hi})
	}
	for _, child := range children {
		r.fields[field] = w.number(w.ranges(field, parts[child]))
		if err := w.walk(field+1, child, r); err != nil {
			return err
		}
	}
	return nil
}

func (w *rowWriter) ranges(field int, parts []part) Ranges {
	switch field {
	case bySrc:
		return w.src.ranges(parts)
	case byDst:
		return w.dst.ranges(parts)
	}
	spans := make([]Range, len(parts))
	for i, p := range parts {
		spans[i] = Range{Of(uint64(p.lo)), Of(uint64(p.hi - 1))}
	}
	return Collect(spans)
}

// number is the number of a set: equal sets have equal numbers.
func (w *rowWriter) number(r Ranges) int32 {
	name := make([]byte, 0, 32*len(r.Spans()))
	for _, s := range r.Spans() {
		for _, n := range [...]uint64{s.Lo.Hi, s.Lo.Lo, s.Hi.Hi, s.Hi.Lo} {
			name = binary.LittleEndian.AppendUint64(name, n)
		}
	}
	n, is := w.numbers[string(name)]
	if !is {
		n = int32(len(w.sets))
		w.numbers[string(name)] = n
		w.sets = append(w.sets, r)
	}
	return n
}

// merge joins rows that differ in one field only, until there are none.
func (w *rowWriter) merge() {
	for before := -1; before != len(w.rows); {
		before = len(w.rows)
		for _, field := range [...]int{byDst, bySrc, byDstPort, bySrcPort, byFragment, byFlags, byProtocol} {
			w.mergeField(field)
		}
	}
}

func (w *rowWriter) mergeField(field int) {
	first := map[row]int{}
	spans := map[int][]Range{}
	out := w.rows[:0]
	for _, r := range w.rows {
		set := w.sets[r.fields[field]]
		key := r
		key.fields[field] = -1
		at, is := first[key]
		if !is {
			first[key] = len(out)
			out = append(out, r)
			continue
		}
		if spans[at] == nil {
			spans[at] = slices.Clone(w.sets[out[at].fields[field]].Spans())
		}
		spans[at] = append(spans[at], set.Spans()...)
	}
	for at, s := range spans {
		out[at].fields[field] = w.number(Collect(s))
	}
	w.rows = out
}

func (w *rowWriter) box(r row) Box {
	return Box{w.family, w.sets[r.fields[byProtocol]], w.sets[r.fields[bySrc]], w.sets[r.fields[byDst]],
		w.sets[r.fields[bySrcPort]], w.sets[r.fields[byDstPort]], w.sets[r.fields[byFragment]], w.sets[r.fields[byFlags]]}
}

// compare sorts rows by their fields: addresses first.
func (r Row) compare(o Row) int {
	return cmp.Or(compareRanges(r.Box.Src, o.Box.Src), compareRanges(r.Box.Dst, o.Box.Dst),
		compareRanges(r.Box.Protocols, o.Box.Protocols), compareRanges(r.Box.DstPorts, o.Box.DstPorts),
		compareRanges(r.Box.SrcPorts, o.Box.SrcPorts), compareRanges(r.Box.Fragments, o.Box.Fragments),
		compareRanges(r.Box.Flags, o.Box.Flags))
}

func compareRanges(a, b Ranges) int {
	return slices.CompareFunc(a.Spans(), b.Spans(), func(x, y Range) int {
		return cmp.Or(x.Lo.Compare(y.Lo), x.Hi.Compare(y.Hi))
	})
}
