package openconfig

import (
	"op25b/acl"
	"op25b/templates/yang"
)

// Rehearse is what the device would hold after the operations of a plan, one after the other.
func (Dialect) Rehearse(text string, lines []string) (acl.Config, error) {
	root, err := document(text)
	if err != nil {
		return acl.Config{}, err
	}
	for i, line := range lines {
		if why := root.obey(line); why != "" {
			return acl.Config{}, failed(acl.Place{Line: i + 1, Text: line, Why: why})
		}
	}
	return read(root), nil
}

// obey carries out one operation. union_replace is what a plan uses it for: the replacement of what
// stands at its path.
func (n *node) obey(line string) string {
	verb, path, body, err := yang.ReadLine(line)
	switch {
	case err != nil:
		return err.Error()
	case verb == yang.Delete:
		return n.delete(path)
	}
	value, err := document(body)
	if err != nil {
		return "the value is no JSON object"
	}
	if len(path[len(path)-1].Keys) > 0 {
		if why := value.identify(path[len(path)-1]); why != "" {
			return why
		}
	}
	at, why := n.make(path)
	if why != "" {
		return why
	}
	if verb != yang.Update {
		at.kids, at.keys = nil, nil
	}
	return at.merge(value)
}

// identify holds a value against the keys of its path, and gives it those that it does not repeat.
func (n *node) identify(s yang.Step) string {
	for _, k := range s.Keys {
		leaf := n.kid(k.Name)
		switch {
		case leaf == nil:
			n.kids = append(n.kids, keyLeaf(k))
		case !sameKey(k.Name, leaf.word(), k.Value):
			return "the value has another " + k.Name + " than its path"
		}
	}
	return ""
}

// keyLeaf is a key as a leaf. Numbers are written as such.
func keyLeaf(k yang.Key) *node {
	leaf := &node{kind: text, name: k.Name, text: k.Value}
	if k.Name == "sequence-id" || k.Name == "index" {
		leaf.kind = number
	}
	return leaf
}

// sameKey compares values of a key. A type is an identity: the module before it says nothing.
func sameKey(name, a, b string) bool {
	return a == b || name == "type" && identity(a) == identity(b)
}

// itemOf is an item with the keys of a step.
func itemOf(s yang.Step) *node {
	item := &node{}
	for _, k := range s.Keys {
		item.kids = append(item.kids, keyLeaf(k))
	}
	return item
}

// whole reports whether a step has all keys of its list and no other.
func whole(s yang.Step) bool {
	item := itemOf(s)
	names := keyNames(s.Name, item)
	if len(names) != len(s.Keys) {
		return false
	}
	for _, name := range names {
		if item.kid(name) == nil {
			return false
		}
	}
	return true
}

// find goes along a path; nil where it ends before.
func (n *node) find(path yang.Path) (*node, string) {
	for _, s := range path {
		if n = n.kid(s.Name); n == nil {
			return nil, ""
		}
		if (n.kind == array || len(keyNames(s.Name, itemOf(s))) > 0) && len(s.Keys) == 0 {
			return nil, "the list " + s.Name + " needs keys"
		}
		if len(s.Keys) > 0 {
			if n.kind != array || !whole(s) {
				return nil, s.Name + " has other keys"
			}
			if n = n.item(keysOf(s.Name, itemOf(s))); n == nil {
				return nil, ""
			}
		}
	}
	return n, ""
}

// delete takes away what stands at a path; where nothing does, that is no error [gnmi-specification.md,
// 3.4.6].
func (n *node) delete(path yang.Path) string {
	last := path[len(path)-1]
	holder, why := n.find(path[:len(path)-1])
	if why != "" || holder == nil {
		return why
	}
	if len(last.Keys) > 0 {
		if holder = holder.kid(last.Name); holder == nil {
			return ""
		}
		if holder.kind != array || !whole(last) {
			return last.Name + " has other keys"
		}
		if item := holder.item(keysOf(last.Name, itemOf(last))); item != nil {
			holder.drop(item)
		}
		return ""
	}
	if kid := holder.kid(last.Name); kid != nil {
		holder.drop(kid)
	}
	return ""
}

// make goes along a path and makes what is not there.
func (n *node) make(path yang.Path) (*node, string) {
	for i, s := range path {
		name := s.Name
		if i == 0 {
			name = home(name) + name
		}
		if len(s.Keys) == 0 {
			if len(keyNames(s.Name, &node{})) > 0 {
				return nil, "the list " + s.Name + " needs keys"
			}
			if kid := n.kid(s.Name); kid != nil {
				n = kid
			} else {
				n = n.member(name, object)
			}
			if n.kind != object {
				return nil, s.Name + " is no container"
			}
			continue
		}
		if !whole(s) {
			return nil, s.Name + " has other keys"
		}
		list := n.member(s.Name, array)
		if list.kind != array {
			return nil, s.Name + " is no list"
		}
		if n = list.item(keysOf(s.Name, itemOf(s))); n == nil {
			n = itemOf(s)
			list.append(n)
		}
	}
	return n, ""
}

// merge puts a value over what is there: leaves take its place, lists are merged item by item by
// their keys, of a leaf-list the new values come behind.
func (n *node) merge(value *node) string {
	for _, v := range value.kids {
		v.unplaced()
		there := n.kid(bare(v.name))
		switch {
		case there == nil:
			n.kids = append(n.kids, v)
		case there.kind == object && v.kind == object:
			if why := there.merge(v); why != "" {
				return why
			}
		case there.kind == array && v.kind == array:
			if why := there.gather(v); why != "" {
				return why
			}
		default:
			v.name = there.name
			*there = *v
		}
	}
	return ""
}

// gather merges a list into a list.
func (n *node) gather(value *node) string {
	list := bare(n.name)
	for _, v := range value.kids {
		if v.kind != object {
			n.missing(v)
			continue
		}
		if len(keyNames(list, v)) == 0 {
			return "the list " + list + " is not known"
		}
		if there := n.item(keysOf(list, v)); there == nil {
			n.append(v)
		} else if why := there.merge(v); why != "" {
			return why
		}
	}
	return ""
}

// missing puts a value into a leaf-list that does not have it.
func (n *node) missing(v *node) {
	for _, k := range n.kids {
		if k.kind == v.kind && k.text == v.text {
			return
		}
	}
	n.kids = append(n.kids, v)
}

// unplaced takes the places of a value's lines away: they are not lines of the text.
func (n *node) unplaced() {
	n.line = 0
	for _, k := range n.kids {
		k.unplaced()
	}
}
