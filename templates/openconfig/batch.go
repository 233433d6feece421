package openconfig

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Batch says why the lines of one change cannot go out as one Set, nil where they can. In a Set the
// deletes come first, then what union_replaces, what replaces and what updates, wherever they stand
// in it [gnmi-specification.md, 3.4.3]. So no line may delete or replace
// at, above or below a path that a line before it writes; an update may stand behind anything.
func (Dialect) Batch(lines []string) error {
	var written branch
	for i, line := range lines {
		verb, rest, _ := strings.Cut(line, " ")
		path, _, why := steps(rest)
		if why == "" {
			path, why = single(path)
		}
		if why != "" {
			return fmt.Errorf("line %d: %s", i+1, why)
		}
		switch verb {
		case "update":
		case "delete", "replace", "union_replace":
			if at := written.meets(path); at > 0 {
				return fmt.Errorf("line %d: %s of what line %d writes: a device deletes first, replaces then and updates last, so these lines do not go out as one Set", i+1, verb, at)
			}
		default:
			return fmt.Errorf("line %d: neither delete, replace, union_replace nor update", i+1)
		}
		if verb != "delete" {
			written.put(path, i+1)
		}
	}
	return nil
}

// single is a path in the one form by which paths are compared, if it stands for one node: names and
// types without their modules.
func single(path []step) (out []step, why string) {
	for _, s := range path {
		one := step{name: bare(s.name)}
		for _, pair := range s.keys {
			if pair[1] == "*" {
				return nil, "the path may stand for several nodes, and a line is about one"
			}
			if pair[0] = bare(pair[0]); pair[0] == "type" {
				pair[1] = bare(pair[1])
			}
			one.keys = append(one.keys, pair)
		}
		out = append(out, one)
	}
	return out, ""
}

// branch is what is written at a node of the tree and below it, by line.
type branch struct {
	line  int // the first that writes something here or below, 0 where none does
	whole int // the first that writes this node itself
	kids  map[string]*fork
}

// fork is what is written under one name: a branch for the container, or one for each item of a list.
type fork struct {
	line  int                // the first that writes something here
	shape string             // the names of the keys that all items are called by
	mixed bool               // they are not all called by the same
	items map[string]*branch // by their keys
}

// keyed are a step's keys in the order of their names, and their names alone.
func (s step) keyed() (keys, shape string) {
	pairs := slices.SortedFunc(slices.Values(s.keys), func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	for _, pair := range pairs {
		keys += "[" + pair[0] + "=" + escaped(pair[1]) + "]"
		shape += "[" + pair[0] + "]"
	}
	return keys, shape
}

func (b *branch) put(path []step, line int) {
	if b.line == 0 {
		b.line = line
	}
	if len(path) == 0 {
		if b.whole == 0 {
			b.whole = line
		}
		return
	}
	if b.kids == nil {
		b.kids = map[string]*fork{}
	}
	keys, shape := path[0].keyed()
	f := b.kids[path[0].name]
	if f == nil {
		f = &fork{line: line, shape: shape, items: map[string]*branch{}}
		b.kids[path[0].name] = f
	}
	f.mixed = f.mixed || shape != f.shape
	if f.items[keys] == nil {
		f.items[keys] = &branch{}
	}
	f.items[keys].put(path[1:], line)
}

// meets is the first line that writes at a path, above it or below it, 0 for none. Where a path names
// fewer keys than a line has written, or others, it may be about the same items.
func (b *branch) meets(path []step) int {
	if b.whole > 0 || len(path) == 0 {
		return cmp.Or(b.whole, b.line)
	}
	f := b.kids[path[0].name]
	if f == nil {
		return 0
	}
	keys, shape := path[0].keyed()
	switch item := f.items[keys]; {
	case f.mixed || shape != f.shape:
		return f.line
	case item != nil:
		return item.meets(path[1:])
	}
	return 0
}
