package acl

import "slices"

// Wrote reports whether an entry is ours although it stands in a list of others: it has a
// number, it denies mail, and its sources are a group of ours.
func (o Owner) Wrote(e Entry) bool {
	return e.SrcGroup != "" && e.Sequence > 0 && e.Action == Deny && !e.Implied && e.Unmodelled == "" &&
		Generation(e.SrcGroup) > 0 && o.Owns(e.SrcGroup) && Mail(e.Match.Family).Covers(e.Match)
}

// Inside are the entries of ours in a list of others; none of a list of ours.
func (o Owner) Inside(l List) []Entry {
	var out []Entry
	for _, e := range l.Entries {
		if o.Wrote(e) {
			out = append(out, e)
		}
	}
	if len(out) > 0 && o.Has(l) {
		return nil
	}
	return out
}

// Without is a list less some of its entries, by number. What a list does of which nothing is left
// nobody knows.
func (l List) Without(entries []Entry) List {
	gone := map[int]bool{}
	for _, e := range entries {
		gone[e.Sequence] = true
	}
	l.Entries = slices.DeleteFunc(slices.Clone(l.Entries), func(e Entry) bool { return e.Sequence > 0 && gone[e.Sequence] })
	if !slices.ContainsFunc(l.Entries, func(e Entry) bool { return !e.Implied }) {
		l.End = Unknown
	}
	return l
}

// With is a list and some more entries, all in the order of their numbers.
func (l List) With(entries []Entry) List {
	written := len(l.Entries)
	for written > 0 && l.Entries[written-1].Implied {
		written--
	}
	all := slices.Concat(entries, l.Entries)
	slices.SortStableFunc(all[:len(entries)+written], func(a, b Entry) int { return a.Sequence - b.Sequence })
	l.Entries = all
	return l
}

// Alone is the config with the lists of others as they would be without our entries.
func (c Config) Alone(o Owner) Config {
	lists := c.Lists
	for i, l := range c.Lists {
		inside := o.Inside(l)
		if len(inside) == 0 {
			continue
		}
		if &lists[0] == &c.Lists[0] {
			lists = slices.Clone(c.Lists)
		}
		lists[i] = l.Without(inside)
	}
	c.Lists = lists
	return c
}

// Users are the references that are not entries of ours in a list of others.
func (c Config) Users(o Owner) []Reference {
	ours := map[int]bool{}
	for _, l := range c.Lists {
		for _, e := range o.Inside(l) {
			ours[e.Place.Line] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(c.References), func(r Reference) bool { return r.Place.Line > 0 && ours[r.Place.Line] })
}

// InsideOf are the lists of others at a binding in which entries of ours stand.
func (c Config) InsideOf(o Owner, b Binding) []List {
	var out []List
	for _, name := range b.Lists {
		if l, there := c.List(b.Family, name); there && len(o.Inside(l)) > 0 {
			out = append(out, l)
		}
	}
	return out
}
