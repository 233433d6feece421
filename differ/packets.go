package differ

import (
	"fmt"
	"slices"

	"op25b/acl"
	"op25b/acl/packet"
)

// packets finds what the change closes and opens, point by point.
func (q Question) packets(d *acl.Delta) error {
	for _, p := range q.changed(*d) {
		before, after := q.Have.Filter(q.Have.Binding(p)), d.After.Filter(d.After.Binding(p))
		rows, err := before.Packets.Compare(after.Packets, packet.Budget{})
		if err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		for _, row := range rows {
			one := acl.Row{Point: p, Packets: row.Box, Witness: row.Witness}
			_, one.Before = before.Decide(row.Witness)
			_, one.After = after.Decide(row.Witness)
			if acl.ActionOf(row.After) == acl.Permit {
				d.Opens = append(d.Opens, one)
			} else {
				d.Closes = append(d.Closes, one)
			}
		}
	}
	return nil
}

// changed are the points that are bound anew, and those of the lists that are edited.
func (q Question) changed(d acl.Delta) []acl.Point {
	var out []acl.Point
	for _, r := range d.Rebind {
		out = append(out, r.To.Point())
	}
	for _, e := range d.Edits {
		for _, b := range q.Have.Bindings {
			if b.Family == e.List.Family && slices.Contains(b.Lists, e.List.Name) && !slices.Contains(out, b.Point()) {
				out = append(out, b.Point())
			}
		}
	}
	return out
}
