package differ

import (
	"fmt"
	"slices"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
)

// outside are the points without an attachment that lists with our names leave, where more than
// mail would then be treated otherwise: somebody uses our names for filters of his own.
func (q Question) outside(d acl.Delta) []Reason {
	var out []Reason
	for _, r := range d.Rebind {
		p := r.From.Point()
		ours, _ := q.Have.Own(q.Owner, r.From)
		if slices.Contains(q.Points, p) || slices.ContainsFunc(ours, func(name string) bool { return slices.Contains(q.TakeOver, name) }) {
			continue
		}
		rows, err := q.Have.Filter(r.From).Packets.Compare(d.After.Filter(r.To).Packets, packet.Budget{})
		if err != nil {
			continue // packets says so, with more of it
		}
		i := slices.IndexFunc(rows, func(row packet.Row) bool { return !acl.Mail(p.Family).Covers(row.Box) })
		if i < 0 {
			continue
		}
		out = append(out, Reason{
			fmt.Sprintf("line %d: %s has %s by our name and no attachment, and without it more than mail would pass or stop there, as %s",
				r.From.Place.Line, p, strings.Join(ours, " "), rows[i].Witness),
			"give that interface a list of its own, or say --take-over " + ours[0]})
	}
	return out
}
