package rtx

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
)

// Lay turns every entry of the wanted lists into numbered filters, in order, and every
// wanted binding into the list of their numbers. The numbers come from the half of the
// owner's range of which nothing is in use; see numbersFor. A list that ends in acl.Next
// goes before the filters of others that are bound there now; where there are none, a
// pass of everything ends it. The dynamic filters behind a binding stay.
//
// It is an error, with the counts, where the numbers do not suffice, a binding would name
// more filters than the router takes, or a command would be too long.
func (d Dialect) Lay(want, have acl.Config, owner acl.Owner) (acl.Config, error) {
	if owner.First < 1 || owner.Last > lastNumber || owner.Last <= owner.First {
		return acl.Config{}, fmt.Errorf("numbers %d-%d are no range of filter numbers: say `numbers: 250000-259999` for the device",
			owner.First, owner.Last)
	}
	l := layer{dialect: d, want: want, have: have, owner: owner, laid: acl.Config{Undefined: acl.Unknown}}
	for _, f := range packet.Families() {
		if err := l.family(f); err != nil {
			return acl.Config{}, err
		}
	}
	return l.laid, nil
}

type layer struct {
	dialect    Dialect
	want, have acl.Config
	owner      acl.Owner
	laid       acl.Config
}

// family lays the lists and bindings of one family, which has its own filter numbers.
func (l *layer) family(f packet.Family) error {
	entries := map[string][]acl.Entry{} // by the name of the wanted list
	total := 0
	for _, list := range l.want.Lists {
		if list.Family != f {
			continue
		}
		for _, e := range list.Entries {
			filters, err := split(e)
			if err != nil {
				return fmt.Errorf("list %s: %w", list.Name, err)
			}
			entries[list.Name] = append(entries[list.Name], filters...)
		}
		total += len(entries[list.Name])
	}
	bare := slices.ContainsFunc(l.want.Bindings, func(b acl.Binding) bool { return b.Family == f && l.bare(b) })
	if bare {
		total++
	}
	free, err := numbersFor(l.have, l.owner, f, total)
	if err != nil {
		return err
	}
	names := map[string][]string{}
	for _, list := range l.want.Lists {
		if list.Family == f {
			names[list.Name] = l.number(entries[list.Name], &free)
		}
	}
	var pass []string
	if bare {
		pass = l.number([]acl.Entry{{Action: acl.Permit, Match: packet.Any(f)}}, &free)
	}
	return l.bind(f, names, pass)
}

// number gives entries their numbers and appends them to what is laid.
func (l *layer) number(entries []acl.Entry, free *[]string) []string {
	var names []string
	for _, e := range entries {
		name := (*free)[0]
		*free = (*free)[1:]
		names = append(names, name)
		l.laid.Lists = append(l.laid.Lists, acl.List{Name: name, Family: e.Match.Family, Entries: []acl.Entry{e}, End: acl.Deny})
	}
	return names
}

// chained reports whether the filters of others stay behind ours.
func (l *layer) chained(b acl.Binding) bool {
	if len(b.Lists) == 0 {
		return false
	}
	list, there := l.want.List(b.Family, b.Lists[len(b.Lists)-1])
	return there && list.End == acl.Next
}

// others are the filters of others that are bound at a point, in order.
func (l *layer) others(b acl.Binding) []string {
	_, others := l.have.Own(l.owner, l.have.Binding(b.Point()))
	return others
}

// bare reports whether a chained list would end the binding.
func (l *layer) bare(b acl.Binding) bool { return l.chained(b) && len(l.others(b)) == 0 }

func (l *layer) bind(f packet.Family, names map[string][]string, pass []string) error {
	for _, b := range l.want.Bindings {
		if b.Family != f {
			continue
		}
		now := l.have.Binding(b.Point())
		if strings.HasPrefix(now.Tail, setBinding) {
			return fmt.Errorf("line %d: %s has the filter set %q: bind its numbers instead, for what a router does with both is not known",
				now.Place.Line, b.Point(), strings.TrimPrefix(now.Tail, setBinding))
		}
		to := acl.Binding{Interface: b.Interface, Direction: b.Direction, Family: f, Tail: now.Tail}
		for _, name := range b.Lists {
			laid, there := names[name]
			if !there {
				return fmt.Errorf("%s: the wanted list %s is not there", b.Point(), name)
			}
			to.Lists = append(to.Lists, laid...)
		}
		if l.chained(b) {
			to.Lists = append(to.Lists, l.others(b)...)
		}
		if l.bare(b) {
			to.Lists = append(to.Lists, pass...)
		}
		if err := l.fits(to); err != nil {
			return err
		}
		l.laid.Bindings = append(l.laid.Bindings, to)
	}
	return nil
}

// fits holds a binding against what the router takes.
func (l *layer) fits(b acl.Binding) error {
	most := l.dialect.Limits().PerBinding
	if b.Family == packet.V6 {
		most = min(most, perBinding)
	}
	dynamic := len(strings.Fields(strings.TrimPrefix(b.Tail, dynamicWords)))
	if n := len(b.Lists) + dynamic; n > most {
		return fmt.Errorf("%s needs %d filters (%d of them dynamic), the router takes %d in one list: fewer pools on this interface, or prefixes that join",
			b.Point(), n, dynamic, most)
	}
	at, err := place(b)
	if err != nil {
		return err
	}
	line := strings.Join([]string{command(b.Family), at, "secure filter", string(b.Direction), strings.Join(b.Lists, " "), b.Tail}, " ")
	if len(line) > lineLength {
		return fmt.Errorf("%s needs a command of %d characters, the router takes %d", b.Point(), len(line), lineLength)
	}
	return nil
}

// numbersFor are n filter numbers for the next generation of a family: from the half of the
// range of which nothing is referenced, else from anywhere in the range. A number that is
// referenced, or defined in a shape that is not ours, is never taken; one that is defined in
// our shape only where the undefined ones do not suffice.
func numbersFor(have acl.Config, o acl.Owner, f packet.Family, n int) ([]string, error) {
	used := referenced(have, f)
	defined := map[string]bool{} // whether it has our shape
	for _, l := range have.Lists {
		if l.Family == f {
			defined[l.Name] = Shape(l) && o.Has(l)
		}
	}
	middle := o.First + (o.Last-o.First+1)/2
	for _, half := range [][2]int{{o.First, middle - 1}, {middle, o.Last}} {
		if got := pick(half, used, defined, n); idle(half, used) && len(got) == n {
			return got, nil
		}
	}
	got := pick([2]int{o.First, o.Last}, used, defined, n)
	if len(got) < n {
		return nil, fmt.Errorf("%d %s filters are needed, but only %d of the numbers %d-%d are free", n, f, len(got), o.First, o.Last)
	}
	return got, nil
}

// referenced are the numbers that any binding, route or other line uses.
func referenced(have acl.Config, f packet.Family) map[string]bool {
	used := map[string]bool{}
	for _, b := range have.Bindings {
		if b.Family == f {
			for _, name := range b.Lists {
				used[name] = true
			}
		}
	}
	for _, r := range have.References {
		if r.Family == f || r.Family == 0 {
			used[r.Name] = true
		}
	}
	return used
}

func idle(half [2]int, used map[string]bool) bool {
	for name := range used {
		if n, err := strconv.Atoi(name); err == nil && half[0] <= n && n <= half[1] {
			return false
		}
	}
	return true
}

// pick takes up to n free numbers, undefined ones first, in ascending order.
func pick(span [2]int, used, defined map[string]bool, n int) []string {
	var fresh, again []int
	for i := span[0]; i <= span[1] && len(fresh) < n; i++ {
		name := strconv.Itoa(i)
		ours, there := defined[name]
		switch {
		case used[name]:
		case !there:
			fresh = append(fresh, i)
		case ours && len(again) < n:
			again = append(again, i)
		}
	}
	got := append(fresh, again...)
	got = got[:min(n, len(got))]
	slices.Sort(got)
	out := make([]string, len(got))
	for i, v := range got {
		out[i] = strconv.Itoa(v)
	}
	return out
}
