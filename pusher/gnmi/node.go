package gnmi

import (
	"errors"
	"slices"
	"strings"

	"op25b/templates/yang"
)

// node is a piece of a configuration: a leaf, an object or an array.
type node struct {
	kind    kind
	text    string   // of a leaf: the characters of a text, or the JSON of a number, true, false or null
	members []member // of an object in their order, or the rows of an array without names
	index   map[string]map[string]int
	width   int // as written on one line; 0 where it was not measured
}

type member struct {
	name string
	node *node
}

type kind uint8

const (
	object kind = iota
	array
	text
	word // a number, true, false or null
)

var (
	errShape = errors.New("it does not fit what is there")
	errMixed = errors.New("a list has rows with many kinds of keys")
)

func newObject() *node { return &node{} }

func (n *node) leaf() bool { return n.kind == text || n.kind == word }

// empty reports whether nothing is in an object or an array.
func (n *node) empty() bool { return !n.leaf() && len(n.members) == 0 }

// many is from how many members on an object is looked through by an index.
const many = 16

// member is a member of an object by its plain name, nil for none.
func (n *node) member(name string) *node {
	if i := n.find(name); i >= 0 {
		return n.members[i].node
	}
	return nil
}

func (n *node) find(name string) int {
	if n.kind != object {
		return -1
	}
	if len(n.members) < many {
		return slices.IndexFunc(n.members, func(m member) bool { return yang.Plain(m.name) == name })
	}
	if n.index == nil {
		names := make(map[string]int, len(n.members))
		for i, m := range n.members {
			names[yang.Plain(m.name)] = i
		}
		n.index = map[string]map[string]int{"": names}
	}
	if i, there := n.index[""][name]; there {
		return i
	}
	return -1
}

// add puts a member at the end of an object that has none of that name.
func (n *node) add(name string, value *node) {
	n.members = append(n.members, member{name, value})
	if n.index != nil {
		n.index[""][yang.Plain(name)] = len(n.members) - 1
	}
}

// keysOf are the keys of a row: its own leaves. [OpenConfig style: all else is in containers]
func keysOf(row *node) yang.Step {
	var s yang.Step
	if row.kind != object {
		return s
	}
	for _, m := range row.members {
		if m.node.leaf() {
			name := yang.Plain(m.name)
			s.Keys = append(s.Keys, yang.Key{Name: name, Value: yang.Identity(name, m.node.text)})
		}
	}
	yang.SortKeys(s.Keys)
	return s
}

// picked are the keys of a row that have the names of some keys; false where it lacks one.
func picked(row *node, like []yang.Key) (yang.Step, bool) {
	var s yang.Step
	for _, k := range like {
		v := row.member(k.Name)
		if v == nil || !v.leaf() {
			return s, false
		}
		s.Keys = append(s.Keys, yang.Key{Name: k.Name, Value: yang.Identity(k.Name, v.text)})
	}
	return s, true
}

// maxShapes is how many sets of keys the rows of one list may be asked for.
const maxShapes = 4

// row finds the row of an array by canonical keys, nil for none.
func (n *node) row(s yang.Step) (*node, error) {
	shape := s.Shape()
	if n.index[shape] == nil {
		if len(n.index) >= maxShapes {
			return nil, errMixed
		}
		rows := make(map[string]int, len(n.members))
		for i, m := range n.members {
			if have, all := picked(m.node, s.Keys); all {
				rows[have.Row()] = i
			}
		}
		if n.index == nil {
			n.index = map[string]map[string]int{}
		}
		n.index[shape] = rows
	}
	if i, there := n.index[shape][s.Row()]; there {
		return n.members[i].node, nil
	}
	return nil, nil
}

// append puts a row at the end of an array; s are the keys that it was looked for by. What was
// asked for by other keys is to be found again.
func (n *node) append(s yang.Step, row *node) {
	n.members = append(n.members, member{node: row})
	for shape, rows := range n.index {
		if shape == s.Shape() {
			rows[s.Row()] = len(n.members) - 1
		} else if have, all := picked(row, namesIn(shape)); all {
			rows[have.Row()] = len(n.members) - 1
		}
	}
}

func namesIn(shape string) []yang.Key {
	var out []yang.Key
	for name := range strings.FieldsSeq(shape) {
		out = append(out, yang.Key{Name: name})
	}
	return out
}

// fits reports whether a value can be merged into a node without a doubt about what that means: the
// rows of lists are told by their keys, and a list of plain values has none.
func (n *node) fits(value *node) bool {
	switch {
	case n.kind == object && value.kind == object:
		for _, m := range value.members {
			if have := n.member(yang.Plain(m.name)); have != nil && !have.fits(m.node) {
				return false
			}
		}
		return true
	case n.kind == array && value.kind == array:
		for _, m := range slices.Concat(n.members[:min(1, len(n.members))], value.members) {
			if len(keysOf(m.node).Keys) == 0 {
				return false
			}
		}
		for _, m := range value.members {
			have, err := n.row(keysOf(m.node))
			if err != nil || have != nil && !have.fits(m.node) {
				return false
			}
		}
		return true
	}
	return n.leaf() && value.leaf()
}

// merge puts a value over a node: what the value has not stays. Lists of plain values are replaced.
func (n *node) merge(value *node) error {
	n.width = 0
	switch {
	case n.kind == object && value.kind == object:
		for _, m := range value.members {
			have := n.member(yang.Plain(m.name))
			if have == nil {
				n.add(m.name, m.node)
			} else if err := have.merge(m.node); err != nil {
				return err
			}
		}
		return nil
	case n.kind == array && value.kind == array:
		return n.mergeRows(value)
	case n.leaf() && value.leaf():
		n.kind, n.text = value.kind, value.text
		return nil
	}
	return errShape
}

func (n *node) mergeRows(value *node) error {
	for _, m := range value.members {
		if len(keysOf(m.node).Keys) == 0 {
			*n = *value
			return nil
		}
	}
	for _, m := range value.members {
		s := keysOf(m.node)
		have, err := n.row(s)
		if err != nil {
			return err
		}
		if have == nil {
			n.append(s, m.node)
		} else if err := have.merge(m.node); err != nil {
			return err
		}
	}
	return nil
}

// at is the node of a canonical path; nil where there is none.
func (n *node) at(p yang.Path) (*node, error) {
	for _, s := range p {
		if n = n.member(s.Name); n == nil {
			return nil, nil
		}
		if len(s.Keys) == 0 {
			continue
		}
		if n.kind != array {
			return nil, errShape
		}
		var err error
		if n, err = n.row(s); n == nil {
			return nil, err
		}
	}
	return n, nil
}

// put merges a value in at a canonical path, and makes the way there.
func (n *node) put(p yang.Path, value *node) error {
	for i, s := range p {
		n.width = 0
		next := n.member(s.Name)
		switch {
		case n.kind != object:
			return errShape
		case next == nil && len(s.Keys) > 0:
			next = &node{kind: array}
			n.add(s.Name, next)
		case next == nil && i == len(p)-1:
			n.add(s.Name, value)
			return nil
		case next == nil:
			next = newObject()
			n.add(s.Name, next)
		}
		if len(s.Keys) > 0 {
			row, err := next.goTo(s)
			if err != nil {
				return err
			}
			next = row
		}
		n = next
	}
	return n.merge(value)
}

// goTo is the row of an array with some keys, which is made where there is none.
func (n *node) goTo(s yang.Step) (*node, error) {
	if n.kind != array {
		return nil, errShape
	}
	n.width = 0
	row, err := n.row(s)
	if row != nil || err != nil {
		return row, err
	}
	row = newObject()
	for _, k := range s.Keys {
		row.add(k.Name, keyLeaf(k))
	}
	n.append(s, row)
	return row, nil
}

// keyLeaf is a key as a leaf. Those that the models have as numbers are numbers in JSON.
func keyLeaf(k yang.Key) *node {
	numbers := k.Name == "sequence-id" || k.Name == "index"
	if numbers && len(k.Value) < 11 && k.Value != "" && strings.Trim(k.Value, "0123456789") == "" && (k.Value == "0" || k.Value[0] != '0') {
		return &node{kind: word, text: k.Value}
	}
	return &node{kind: text, text: k.Value}
}
