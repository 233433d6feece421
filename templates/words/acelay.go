package words

import (
	"fmt"

	"op25b/acl"
	"op25b/acl/packet"
)

// LayCisco is Lay for a router whose lists are made of permit and deny: what the entries say
// besides (later fragments) is added as the router will read it, an open end becomes the
// permit of everything, and what one line cannot say is an error.
func LayCisco(want, have acl.Config, limits acl.Limits, syntax func(packet.Family) *Syntax) (acl.Config, error) {
	return LayDecided(want, have, limits, func(f packet.Family) func(acl.Entry) error { return syntax(f).Writable })
}

// LayDecided is LayCisco for any dialect that knows of an entry whether a list of a family can have it.
func LayDecided(want, have acl.Config, limits acl.Limits, writable func(packet.Family) func(acl.Entry) error) (acl.Config, error) {
	laid := Lay(want, NextGeneration(have), limits)
	for i, l := range laid.Lists {
		list, err := ciscoList(l, writable(l.Family))
		if err != nil {
			return acl.Config{}, fmt.Errorf("list %s: %w", l.Name, err)
		}
		laid.Lists[i] = list
		if err := own(l.Name); err != nil {
			return acl.Config{}, err
		}
	}
	for _, g := range laid.Groups {
		if err := own(g.Name); err != nil {
			return acl.Config{}, err
		}
	}
	return laid, nil
}

func own(name string) error {
	if !(acl.Owner{}).Owns(name) {
		return fmt.Errorf("%q is no name of ours, or longer than %d characters: remove old OP25B objects with a high generation", name, acl.MaxName)
	}
	return nil
}

func ciscoList(l acl.List, writable func(acl.Entry) error) (acl.List, error) {
	var entries []acl.Entry
	var key []byte
	seen := map[string]bool{}
	for i, e := range l.Entries {
		e, err := decided(e, l.Entries[i+1:])
		if err != nil {
			return l, err
		}
		e = Fragmented(e)
		if key = unlogged(key[:0], e); seen[string(key)] {
			continue
		}
		seen[string(key)] = true
		e.Sequence = 10 * (len(entries) + 1)
		if err := writable(e); err != nil {
			return l, err
		}
		entries = append(entries, e)
	}
	all := packet.Any(l.Family)
	if l.End == acl.Permit && (len(entries) == 0 || !entries[len(entries)-1].Match.Equal(all)) {
		entries = append(entries, acl.Entry{Sequence: 10 * (len(entries) + 1), Action: acl.Permit, Match: all, Why: acl.Why{Text: "everything else"}})
	}
	if len(entries) == 0 {
		return l, fmt.Errorf("it has no entries, and what an empty list does is not the same everywhere")
	}
	l.Entries, l.End = entries, acl.Deny
	return l, nil
}

// decided turns an entry that only counts into a permit, where that is the same: nothing
// behind it denies a packet of it.
func decided(e acl.Entry, behind []acl.Entry) (acl.Entry, error) {
	switch e.Action {
	case acl.Permit, acl.Deny:
		return e, nil
	case acl.Next:
		for _, b := range behind {
			if b.Action != acl.Permit && b.Action != acl.Next && !b.Match.Intersect(e.Match).IsEmpty() {
				return e, fmt.Errorf("%q only counts, and %q behind it denies: this router has no entry that counts and goes on", e, b)
			}
		}
		e.Action = acl.Permit
		return e, nil
	}
	return e, fmt.Errorf("%q has no action", e)
}

// unlogged is what an entry does but for its log: IOS refuses a second entry that differs by
// that only. [MODEL Netspoc]
func unlogged(out []byte, e acl.Entry) []byte {
	e.Log = false
	return meaning(out, e)
}
