package openconfig

import (
	"fmt"
	"strconv"
	"strings"

	"op25b/acl"
)

// Entrance is an interface as the template writes it: its id and reference, and what is bound
// there, each as JSON.
type Entrance struct {
	ID, Ref string
	Ways    []string // "ingress-acl-sets": {…}, "egress-acl-sets": {…}
}

// entrances are the interfaces of the bindings that have lists, in the order of the bindings.
func (d Dialect) entrances(bindings []acl.Binding) ([]Entrance, error) {
	if _, err := d.model(); err != nil {
		return nil, err
	}
	var order []string
	first := map[string]acl.Binding{}
	bound := map[string]map[acl.Direction][]acl.Binding{}
	for _, b := range bindings {
		if len(b.Lists) == 0 {
			continue
		}
		if err := bindable(b); err != nil {
			return nil, err
		}
		id := idOf(b)
		if one, there := first[id]; !there {
			order, first[id], bound[id] = append(order, id), b, map[acl.Direction][]acl.Binding{}
		} else if one.Interface != b.Interface {
			return nil, fmt.Errorf("openconfig: the entry %s would stand for %s and %s", id, one.Interface, b.Interface)
		}
		bound[id][b.Direction] = append(bound[id][b.Direction], b)
	}
	var out []Entrance
	for _, id := range order {
		e := Entrance{ID: quoted(id), Ref: reference(first[id].Interface)}
		for _, w := range ways() {
			if of := bound[id][w.direction]; len(of) > 0 {
				e.Ways = append(e.Ways, w.text(of))
			}
		}
		out = append(out, e)
	}
	return out, nil
}

// text is what is bound in one direction.
func (w way) text(bindings []acl.Binding) string {
	var out []string
	for _, b := range bindings {
		keys := `"set-name": ` + quoted(b.Lists[0]) + `, "type": ` + quoted("openconfig-acl:"+typeOf(b.Family))
		out = append(out, "{"+keys+`, "config": {`+keys+"}}")
	}
	return quoted(w.name+"-acl-sets") + ": {" + quoted(w.name+"-acl-set") + ": [" + strings.Join(out, ", ") + "]}"
}

// reference is the interface-ref of Ethernet1, or of Ethernet1.100.
func reference(word string) string {
	name, sub, is := subinterface(word)
	if !is {
		return `{"config": {"interface": ` + quoted(word) + "}}"
	}
	return `{"config": {"interface": ` + quoted(name) + `, "subinterface": ` + strconv.FormatUint(sub, 10) + "}}"
}

// subinterface splits a word at its last dot before digits.
func subinterface(word string) (name string, index uint64, is bool) {
	at := dotted.FindStringIndex(word)
	if at == nil {
		return word, 0, false
	}
	index, err := strconv.ParseUint(word[at[0]+1:], 10, 32)
	return word[:at[0]], index, err == nil
}

// bindable reports what keeps a binding from being written so that it is read back as the same.
func bindable(b acl.Binding) error {
	name, index, sub := subinterface(b.Interface)
	switch {
	case !plain(b.Interface) || !plain(idOf(b)) || name == "":
		return fmt.Errorf("interface %q has a character that is not written", b.Interface)
	case dotted.MatchString(name), !sub && dotted.MatchString(b.Interface), sub && name+"."+strconv.FormatUint(index, 10) != b.Interface:
		return fmt.Errorf("interface %q is no interface and its subinterface: write Ethernet1.100", b.Interface)
	case len(b.Lists) > 1:
		return fmt.Errorf("%s: one list only can be bound", b.Point())
	case b.Unmodelled != "":
		return fmt.Errorf("%s: %s", b.Point(), b.Unmodelled)
	case b.Tail == elsewhere+b.Interface+".0":
		return fmt.Errorf("%s: write %s.0 for this attachment in the inventory: that is how the router has it", b.Point(), b.Interface)
	case b.Tail != "" && !strings.HasPrefix(b.Tail, tail):
		return fmt.Errorf("%s: %s; give that entry another id", b.Point(), b.Tail)
	}
	for _, n := range b.Lists {
		if !plain(n) {
			return fmt.Errorf("%s: the name %q has a character that is not written", b.Point(), n)
		}
	}
	return nil
}
