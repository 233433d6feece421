package differ

import (
	"fmt"
	"slices"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
)

// Refusal is every reason why a running config is not touched. Nothing is wrong with the
// policy: somebody must decide what happens to what others have put there.
type Refusal struct{ Reasons []Reason }

// Reason is one of them, and what can be done.
type Reason struct {
	What string
	Hint string
}

// Error has one line a reason.
func (r Refusal) Error() string {
	var out []string
	for _, one := range r.Reasons {
		out = append(out, one.What)
	}
	return strings.Join(out, "\n")
}

// Hint is what can be done, one line a distinct hint.
func (r Refusal) Hint() string {
	var out []string
	for _, one := range r.Reasons {
		if !slices.Contains(out, one.Hint) {
			out = append(out, one.Hint)
		}
	}
	return strings.Join(out, "\n")
}

func (q Question) refusal(inside []Reason) error {
	reasons := slices.Concat(q.unread(), q.foreign(), inside, q.mingled(), q.used(), q.edited())
	if len(reasons) == 0 {
		return nil
	}
	return Refusal{reasons}
}

// unread are the places that could change what filters mean and are not understood.
func (q Question) unread() []Reason {
	var out []Reason
	for _, p := range q.Have.Unread {
		out = append(out, Reason{
			fmt.Sprintf("line %d: %q is not understood: %s", p.Line, strings.TrimSpace(p.Text), p.Why),
			"read the device itself (op25b fetch), or take the line out of what reaches its filters"})
	}
	for _, p := range q.points() {
		b := q.Have.Binding(p)
		if b.Unmodelled == "" {
			continue
		}
		what, hint := fmt.Sprintf("line %d: %s: %s", b.Place.Line, p, b.Unmodelled), "take this part of the binding away by hand, or leave the attachment out of the inventory"
		if !slices.Contains(q.Points, p) {
			ours, _ := q.Have.Own(q.Owner, b)
			what = fmt.Sprintf("line %d: %s has %s by our name and no attachment, and what else is bound there is not understood: %s", b.Place.Line, p, strings.Join(ours, " "), b.Unmodelled)
			hint = "take our list off that interface by hand, or take away what is not understood there"
		}
		out = append(out, Reason{what, hint})
	}
	return out
}

// foreign are the lists of others at our points, where the inventory does not say how to
// live with them.
func (q Question) foreign() []Reason {
	var out []Reason
	for _, p := range q.Points {
		b := q.Have.Binding(p)
		_, others := q.Have.Own(q.Owner, b)
		if len(others) == 0 || q.Chain[p] || q.Embed[p] {
			continue
		}
		out = append(out, Reason{
			fmt.Sprintf("line %d: %s has a list that is not ours: %s", b.Place.Line, p, strings.Join(others, " ")),
			q.Choices[p]})
	}
	return out
}

// mingled are the points where ours cannot be taken from among the lists of others: those, left
// alone there, would treat more than mail otherwise than all do together now. That happens
// where somebody put a list among ours, or ours behind it.
func (q Question) mingled() []Reason {
	var out []Reason
	for _, p := range q.points() {
		b := q.Have.Binding(p)
		ours, others := q.Have.Own(q.Owner, b)
		if len(ours) == 0 || len(others) == 0 || !q.Chain[p] && slices.Contains(q.Points, p) {
			continue
		}
		alone := b
		alone.Lists = others
		if line, unknown := q.Have.Filter(alone).Unknown(); unknown && !slices.Equal(b.Lists[len(ours):], others) {
			out = append(out, Reason{
				fmt.Sprintf("line %d: %s has %s among ours (%s), and what comes behind it decides with ours only: %s",
					b.Place.Line, p, strings.Join(others, " "), strings.Join(ours, " "), line),
				"bind what is not ours behind ours, so that it stands by itself, or take it off"})
			continue
		}
		rows, err := q.Have.Filter(b).Packets.Compare(q.Have.Filter(alone).Packets, packet.Budget{})
		if err != nil {
			continue // packets says so, with more of it
		}
		for _, row := range rows {
			if !acl.Mail(p.Family).Covers(row.Box) {
				out = append(out, Reason{
					fmt.Sprintf("line %d: %s has %s among ours (%s), and without ours it would not do the same with %s",
						b.Place.Line, p, strings.Join(others, " "), strings.Join(ours, " "), row.Witness),
					"bind what is not ours behind ours, so that it stands by itself, or take it off"})
				break
			}
		}
	}
	return out
}

// used are our objects that something else than an interface filter refers to.
func (q Question) used() []Reason {
	var out []Reason
	for _, r := range q.Have.Users(q.Owner) {
		if q.Have.OwnName(q.Owner, r.Family, r.Name) && !slices.Contains(q.TakeOver, r.Name) {
			out = append(out, Reason{
				fmt.Sprintf("line %d: %s is ours, but %q refers to it", r.Place.Line, r.Name, strings.TrimSpace(r.Place.Text)),
				"give that line a list of its own, or say --take-over " + r.Name})
		}
	}
	return out
}

// edited are our lists into which somebody put a line that is not about port 25.
func (q Question) edited() []Reason {
	var out []Reason
	for _, l := range q.Have.Lists {
		if !q.Owner.Owns(l.Name) || !q.Owner.Has(l) || slices.Contains(q.TakeOver, l.Name) {
			continue
		}
		if e, strange := l.Stranger(); strange {
			why := "is not about tcp port 25"
			if e.Unmodelled != "" {
				why = "is not understood: " + e.Unmodelled
			}
			out = append(out, Reason{
				fmt.Sprintf("line %d: list %s is ours, but %q in it %s", e.Place.Line, l.Name, strings.TrimSpace(e.Place.Text), why),
				"move that line into a list of its own, or say --take-over " + l.Name})
		}
	}
	return out
}

// Missing are the points whose interface the text does not have.
func (q Question) Missing() []acl.Point {
	var out []acl.Point
	for _, p := range q.Points {
		if !q.Have.HasInterface(p.Interface) {
			out = append(out, p)
		}
	}
	return out
}
