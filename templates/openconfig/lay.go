package openconfig

import (
	"errors"
	"fmt"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
)

// lineLength is the longest line of a plan: a set of prefixes stands on one.
const lineLength = 1 << 20

// Lay gives the next generation of names, entries of one prefix a side, or prefix-sets where the
// variant has them, and an explicit end to every list. What the variant cannot say is an error here.
func (d Dialect) Lay(want, have acl.Config, _ acl.Owner) (acl.Config, error) {
	m, err := d.model()
	if err != nil {
		return acl.Config{}, err
	}
	laid, err := words.LayDecided(want, have, d.Limits(), func(f packet.Family) func(acl.Entry) error {
		return func(e acl.Entry) error { return m.inList(f, e) }
	})
	if err != nil {
		return acl.Config{}, err
	}
	var wrong []error
	for i, l := range laid.Lists {
		laid.Lists[i], err = closed(l)
		wrong = append(wrong, err)
	}
	for _, g := range laid.Groups {
		if text, err := prefixList(g); err != nil || len(text) > lineLength-1000 {
			wrong = append(wrong, err, tooLong(g))
		}
	}
	for i, b := range laid.Bindings {
		laid.Bindings[i].Tail = have.Tails[b.Interface]
		if len(b.Lists) > 0 {
			wrong = append(wrong, bindable(laid.Bindings[i]))
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return acl.Config{}, err
	}
	return laid, nil
}

func tooLong(g acl.Group) error {
	return fmt.Errorf("prefix-set %s: its %d prefixes do not go into one line; split the pool", g.Name, g.Addresses.Count(g.Family))
}

// closed gives a list the entry for all that no other takes: the model does not say what happens to
// such a packet.
func closed(l acl.List) (acl.List, error) {
	everything := packet.Any(l.Family)
	last := len(l.Entries) - 1
	if !l.Entries[last].Match.Equal(everything) {
		l.Entries = append(l.Entries, acl.Entry{Sequence: 10 * (last + 2), Action: acl.Deny, Match: everything})
	}
	if n := 10 * len(l.Entries); n > highest {
		return l, fmt.Errorf("list %s: its last entry would have the sequence-id %d; the model ends at %d", l.Name, n, highest)
	}
	return l, nil
}
