package junos

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/templates/words"
)

// Lay gives the next generation of names, prefix-lists for both families, and every term its
// name. What Junos cannot say exactly is an error here, not a nearby line.
func (d Dialect) Lay(want, have acl.Config, owner acl.Owner) (acl.Config, error) {
	laid := words.Lay(want, words.NextGeneration(have), d.Limits())
	var wrong []error
	for i := range laid.Lists {
		l, err := finish(laid.Lists[i])
		laid.Lists[i] = l
		wrong = append(wrong, err, owned(l.Name))
	}
	for _, g := range laid.Groups {
		wrong = append(wrong, owned(g.Name))
		if n := g.Addresses.Count(g.Family); n > mostPrefixes {
			wrong = append(wrong, fmt.Errorf("prefix-list %s: %d prefixes are more than the %d of a prefix-list; split the pool", g.Name, n, mostPrefixes))
		}
	}
	for _, b := range laid.Bindings {
		wrong = append(wrong, bindable(b, have))
	}
	if err := errors.Join(wrong...); err != nil {
		return acl.Config{}, err
	}
	return laid, nil
}

func owned(name string) error {
	if !(acl.Owner{}).Owns(name) {
		return fmt.Errorf("%q is no name of ours, or longer than %d characters: remove old OP25B objects with a high generation", name, acl.MaxName)
	}
	return nil
}

// finish gives a list its terms' names and a last term for what its end permits, for a filter
// ends in discard. One that passes the rest on to the next of a list of filters needs none.
func finish(l acl.List) (acl.List, error) {
	everything := packet.Any(l.Family)
	last := len(l.Entries) - 1
	closed := last >= 0 && l.Entries[last].Action == acl.Permit && l.Entries[last].Match.Equal(everything)
	switch {
	case l.End == acl.Permit && !closed:
		l.Entries = append(l.Entries, acl.Entry{Action: acl.Permit, Match: everything, Label: "default"})
		last++
	case l.End == acl.Unknown && !closed:
		return l, fmt.Errorf("filter %s: what happens to a packet that no term takes is not said", l.Name)
	case last < 0:
		return l, fmt.Errorf("filter %s: without a term it would discard everything", l.Name)
	case closed && l.Entries[last].Label == "":
		l.Entries[last].Label = "default"
	}
	l.End = acl.Deny
	var wrong []error
	taken := map[string]bool{}
	if closed || l.Entries[last].Label == "default" {
		taken["default"] = true
	}
	for i := range l.Entries {
		e := &l.Entries[i]
		e.Sequence = 0 // terms have none
		if i < last || e.Label != "default" {
			e.Label, e.Count = label(*e, taken), true
		}
		wrong = append(wrong, writable(*e))
	}
	return l, errors.Join(wrong...)
}

// mostLabel is the longest name of a term that we give. With the number that makes it the only
// one of its filter, and with "-ge-0/0/1.0-o" that a router adds to a counter, it stays under 64.
const mostLabel = 40

// label is a name for a term and its counter, made of the reason: block-vodafone. The names
// that are taken get a number.
func label(e acl.Entry, taken map[string]bool) string {
	source := e.Label
	if source == "" {
		source = e.Why.Text
	}
	stem := safe(source)
	if stem == "" {
		stem = e.Action.String()
	}
	name := stem
	for n := 2; taken[name]; n++ {
		name = stem + "-" + strconv.Itoa(n)
	}
	taken[name] = true
	return name
}

// safe keeps small letters and digits, with single dashes for all else.
func safe(s string) string {
	var out strings.Builder
	for _, r := range strings.ToLower(s) {
		if out.Len() >= mostLabel {
			break
		}
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			out.WriteRune(r)
		} else if s := out.String(); s != "" && s[len(s)-1] != '-' {
			out.WriteByte('-')
		}
	}
	return strings.Trim(out.String(), "-")
}

// bindable reports what keeps a binding from being written, or from being in force.
func bindable(b acl.Binding, have acl.Config) error {
	if len(b.Lists) == 0 {
		return nil
	}
	if _, err := unit(b); err != nil {
		return err
	}
	if len(b.Lists) > mostFilters {
		return fmt.Errorf("%s: %d filters are more than the %d of a list", b.Point(), len(b.Lists), mostFilters)
	}
	for _, r := range have.References {
		if r.Place.Why == asleep(b.Point()) {
			return fmt.Errorf("line %d: filter %s is bound to %s but deactivated, and what is set there stays deactivated; activate or delete it first", r.Place.Line, r.Name, b.Point())
		}
	}
	return nil
}
