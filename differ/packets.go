package differ

import (
	"fmt"

	"op25b/acl"
	"op25b/acl/packet"
)

// packets finds what the change closes and opens, point by point.
func (q Question) packets(d *acl.Delta) error {
	for _, r := range d.Rebind {
		before, after := q.Have.Filter(r.From), d.After.Filter(r.To)
		rows, err := before.Packets.Compare(after.Packets, packet.Budget{})
		if err != nil {
			return fmt.Errorf("%s: %w", r.To.Point(), err)
		}
		for _, row := range rows {
			one := acl.Row{Point: r.To.Point(), Packets: row.Box, Witness: row.Witness}
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
