package openconfig

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"
)

// change is the operations of one SetRequest on a tree of its own.
type change struct {
	root *node
	done []*gnmi.UpdateResult
	all  bool // union_replace replaces more than its paths
}

// carryOut does deletes, union_replaces, replaces and updates, in this order [gnmi-specification
// 3.4.3]. That the first sentence of 3.4 wants union_replace alone is not held against a client.
func (c *change) carryOut(req *gnmi.SetRequest) error {
	for _, p := range req.GetDelete() {
		if err := c.delete(req.GetPrefix(), p); err != nil {
			return err
		}
	}
	if err := c.union(req); err != nil {
		return err
	}
	for _, u := range req.GetReplace() {
		if err := c.write(req.GetPrefix(), u, gnmi.UpdateResult_REPLACE); err != nil {
			return err
		}
	}
	for _, u := range req.GetUpdate() {
		if err := c.write(req.GetPrefix(), u, gnmi.UpdateResult_UPDATE); err != nil {
			return err
		}
	}
	c.root.prune()
	return nil
}

func (c *change) note(p *gnmi.Path, op gnmi.UpdateResult_Operation) {
	c.done = append(c.done, &gnmi.UpdateResult{Path: p, Op: op})
}

// delete takes away what a path finds; what is not there is no error [3.4.6].
func (c *change) delete(prefix, p *gnmi.Path) error {
	path, err := joined(prefix, p)
	if err != nil {
		return err
	}
	if err := check(c.root.is, path); err != nil {
		return refuse(codes.InvalidArgument, "delete: %v", words(err))
	}
	if s := target(c.root.is, path); s != nil && s.state {
		return refuse(codes.InvalidArgument, "delete: %s: it is read-only", pathText(path))
	}
	for _, h := range c.root.find(path, nil) {
		c.root.drop(h.at)
	}
	c.note(p, gnmi.UpdateResult_DELETE)
	return nil
}

// target is the statement that a path without wildcard names ends at.
func target(s *statement, path []wanted) *statement {
	for _, w := range path {
		if s = w.kidOf(s); s == nil {
			return nil
		}
	}
	return s
}

// drop takes away the node at a place.
func (n *node) drop(at place) {
	if len(at) == 0 {
		clear(n.kids)
		return
	}
	for _, e := range at[:len(at)-1] {
		if n = n.step(e); n == nil {
			return // it went away with what it stood in
		}
	}
	last := at[len(at)-1]
	k := n.kids[last.name]
	if k != nil && k.entries != nil && len(last.keys) > 0 {
		delete(k.entries, last.key())
		return
	}
	delete(n.kids, last.name)
}

func (e elem) key() string {
	var b bytes.Buffer
	for i, k := range e.keys {
		if i > 0 {
			b.WriteByte(0)
		}
		b.WriteString(k.value)
	}
	return b.String()
}

func (n *node) step(e elem) *node {
	k := n.kids[e.name]
	if k != nil && k.entries != nil {
		return k.entries[e.key()]
	}
	return k
}

// union takes away what stands at all the paths, and then writes them one over the other
// [gnmi-union_replace 5.3.2: the relevant subtrees are replaced].
func (c *change) union(req *gnmi.SetRequest) error {
	all := req.GetUnionReplace()
	if len(all) > 0 && c.all {
		for _, top := range []string{"acl", "defined-sets"} {
			delete(c.root.kids, top)
		}
	}
	for _, u := range all {
		path, err := joined(req.GetPrefix(), u.GetPath())
		if err != nil {
			return err
		}
		if check(c.root.is, path) != nil {
			continue // write says it
		}
		for _, h := range c.root.find(path, nil) {
			c.root.drop(h.at)
		}
	}
	for _, u := range all {
		if err := c.write(req.GetPrefix(), u, gnmi.UpdateResult_UNION_REPLACE); err != nil {
			return err
		}
	}
	return nil
}

// write is one replace, update or union_replace.
func (c *change) write(prefix *gnmi.Path, u *gnmi.Update, op gnmi.UpdateResult_Operation) error {
	path, err := joined(prefix, u.GetPath())
	if err != nil {
		return err
	}
	what := map[gnmi.UpdateResult_Operation]string{gnmi.UpdateResult_REPLACE: "replace", gnmi.UpdateResult_UPDATE: "update",
		gnmi.UpdateResult_UNION_REPLACE: "union_replace"}[op]
	if err := check(c.root.is, path); err != nil {
		code := codes.NotFound // the path of an operation that is not valid [3.4.7]
		if target(c.root.is, path) != nil {
			code = codes.InvalidArgument
		}
		return refuse(code, "%s: %s", what, words(err))
	}
	if err := c.put(path, u.GetVal(), op); err != nil {
		return refuse(codeOf(err), "%s: %s", what, words(err))
	}
	c.note(u.GetPath(), op)
	return nil
}

func (c *change) put(path []wanted, val *gnmi.TypedValue, op gnmi.UpdateResult_Operation) error {
	parent, at, err := c.way(path)
	if err != nil {
		return err
	}
	s, entry := c.root.is, false
	if len(path) > 0 {
		s = path[len(path)-1].kidOf(parent.is)
		entry = s.sort == list && len(at[len(at)-1].keys) > 0
	}
	fresh, err := readTyped(s, entry, at, val)
	if err != nil {
		return err
	}
	if len(path) == 0 {
		if op == gnmi.UpdateResult_REPLACE {
			c.root.kids = fresh.kids
			return nil
		}
		return c.root.merge(fresh, at)
	}
	if entry {
		return c.putEntry(parent, at, fresh, op)
	}
	old := parent.kids[s.name]
	if isKey2(parent, s) && (old == nil || old.value != fresh.value) {
		return invalid(at, "a key cannot be changed")
	}
	if old == nil || op == gnmi.UpdateResult_REPLACE {
		parent.kids[s.name] = fresh
		return nil
	}
	return old.merge(fresh, at)
}

func isKey2(parent *node, s *statement) bool {
	return parent.isEntry() && slices.Contains(parent.is.keys, s.name)
}

// putEntry writes an entry of a list that the path names by its keys. What is replaced must bring
// its keys along [3.4.4]; what is updated may.
func (c *change) putEntry(parent *node, at place, fresh *node, op gnmi.UpdateResult_Operation) error {
	last := at[len(at)-1]
	for _, k := range last.keys {
		has := fresh.kids[k.name]
		switch {
		case has == nil && op != gnmi.UpdateResult_UPDATE:
			return invalid(at, "the value has no key "+k.name)
		case has == nil:
			fresh.kids[k.name] = keyLeaf(fresh.is, k)
		case has.value.text != k.value:
			return invalid(at.down(k.name), fmt.Sprintf("%.100q is not the key of the path", has.value.text))
		}
	}
	rows := parent.kids[last.name]
	if rows == nil {
		rows = newNode(fresh.is)
		parent.kids[last.name] = rows
	}
	old := rows.entries[last.key()]
	if old == nil || op == gnmi.UpdateResult_REPLACE {
		rows.entries[last.key()] = fresh
		return nil
	}
	return old.merge(fresh, at)
}

func keyLeaf(s *statement, k key) *node {
	v, _ := s.kid(k.name).is.parse(k.value, loosely)
	return &node{is: s.kid(k.name), value: v}
}

// way goes to the parent of what a path names and makes what is not there, entries with their
// keys. The place is that of the path itself.
func (c *change) way(path []wanted) (parent *node, at place, err error) {
	n := c.root
	for i, w := range path {
		if w.isWild() {
			return nil, nil, invalid(at, "a wildcard cannot be written to")
		}
		s := w.kidOf(n.is)
		if s.state {
			return nil, nil, invalid(at.down(s.name), "it is read-only")
		}
		here := elem{name: s.name}
		if s.sort == list {
			if here.keys, err = w.exact(s); err != nil {
				return nil, nil, err
			}
			if len(here.keys) == 0 && i < len(path)-1 {
				return nil, nil, invalid(at.down(s.name), "the keys are missing")
			}
		}
		at = append(slices.Clip(at), here)
		if i == len(path)-1 {
			return n, at, nil
		}
		n = n.child(s, here)
	}
	return n, at, nil
}

// exact are the keys of a list in order, all of them or none.
func (w wanted) exact(s *statement) ([]key, error) {
	if len(w.keys) == 0 {
		return nil, nil
	}
	var out []key
	for _, name := range s.keys {
		text, there := w.keys[name]
		if !there {
			return nil, refuse(codes.InvalidArgument, "%s: key %s is missing", w.name, name)
		}
		v, _ := s.kid(name).is.parse(text, loosely)
		out = append(out, key{name, v.text})
	}
	return out, nil
}

// child is the child of a statement, made where it is not there.
func (n *node) child(s *statement, e elem) *node {
	k := n.kids[s.name]
	if k == nil {
		k = newNode(s)
		n.kids[s.name] = k
	}
	if s.sort != list {
		return k
	}
	row := k.entries[e.key()]
	if row == nil {
		row = newEntry(s)
		for _, one := range e.keys {
			row.kids[one.name] = keyLeaf(s, one)
		}
		k.entries[e.key()] = row
	}
	return row
}

// merge writes what the other has over n; nothing goes away.
func (n *node) merge(other *node, at place) error {
	switch n.is.sort {
	case leaf:
		n.value = other.value
		return nil
	case leafList:
		for _, v := range other.values {
			n.add(v)
		}
		return nil
	}
	for k, e := range other.entries {
		if old := n.entries[k]; old == nil {
			n.entries[k] = e
		} else if err := old.merge(e, at); err != nil {
			return err
		}
	}
	for name, k := range other.kids {
		if old := n.kids[name]; old == nil {
			n.kids[name] = k
		} else if err := old.merge(k, at.down(name)); err != nil {
			return err
		}
	}
	return nil
}

// readTyped reads the value of an update.
func readTyped(s *statement, entry bool, at place, val *gnmi.TypedValue) (*node, error) {
	var r reader
	var v any
	var err error
	switch x := val.GetValue().(type) {
	case *gnmi.TypedValue_JsonIetfVal:
		r.ietf = true
		v, err = decode(x.JsonIetfVal)
	case *gnmi.TypedValue_JsonVal:
		v, err = decode(x.JsonVal)
	case *gnmi.TypedValue_LeaflistVal:
		many := []any{}
		for _, e := range x.LeaflistVal.GetElement() {
			many = append(many, scalar(e))
		}
		v = many
	default:
		if v = scalar(val); v == nil {
			return nil, refuse(codes.Unimplemented, "%s: the encoding of the value (%T) is not implemented", at, val.GetValue())
		}
	}
	if err != nil {
		return nil, invalid(at, err.Error())
	}
	return r.node(s, entry, at, v)
}

// scalar is a value that has a type of its own on the wire, nil for others.
func scalar(val *gnmi.TypedValue) any {
	switch x := val.GetValue().(type) {
	case *gnmi.TypedValue_StringVal:
		return x.StringVal
	case *gnmi.TypedValue_UintVal:
		return jsonNumber(x.UintVal)
	case *gnmi.TypedValue_IntVal:
		return jsonNumber(x.IntVal)
	case *gnmi.TypedValue_BoolVal:
		return x.BoolVal
	}
	return nil
}
