package openconfig

import (
	"slices"
	"strconv"
	"strings"
)

// bare is a name or an identity without the module in front of it: JSON_IETF writes the module
// where it changes, JSON nowhere, and devices differ.
func bare(name string) string { return name[strings.LastIndexByte(name, ':')+1:] }

// kid is the member of an object with this name, of whatever module; nil where there is none, and
// for nil. Of two that differ by their module only, the one of OpenConfig is meant. At the top of a
// document a container that has a home is of that module or of none: no other stands in for it.
func (n *node) kid(name string) *node {
	if n == nil || n.kind != object {
		return nil
	}
	best, found := 0, (*node)(nil)
	for _, k := range n.kids {
		if bare(k.name) != name {
			continue
		}
		if r := n.rank(k.name, name); r > best {
			best, found = r, k
		}
	}
	return found
}

// rank is how well a member's full name stands for a bare one, 0 for not at all.
func (n *node) rank(full, name string) int {
	module := strings.TrimSuffix(full, name)
	at := ""
	if n.root {
		at = home(name)
	}
	switch {
	case at != "" && module == at:
		return 3
	case module == "":
		return 2
	case at != "":
		return 0
	case strings.HasPrefix(module, "openconfig-"):
		return 2
	}
	return 1
}

// home is the module of a container at the top that plans touch, with its colon; "" for all else.
func home(name string) string {
	switch name {
	case "acl":
		return "openconfig-acl:"
	case "defined-sets":
		return "openconfig-defined-sets:"
	}
	return ""
}

// container reports whether the model has a container or a list of this name where lists, sets and
// bindings stand. None of them is a presence container: an empty one says nothing.
// [openconfig-acl.yang, openconfig-packet-match.yang, openconfig-defined-sets.yang]
func container(name string) bool {
	switch name {
	case "acl", "acl-sets", "acl-entries", "interfaces", "interface-ref", "ingress-acl-sets", "egress-acl-sets",
		"config", "state", "actions", "transport", "ipv4", "ipv6", "icmpv4", "icmpv6", "l2", "mpls", "input-interface",
		"defined-sets", "ipv4-prefix-sets", "ipv6-prefix-sets", "port-sets":
		return true
	}
	return isList(name)
}

// isList reports whether the name is that of a list that has keys.
func isList(name string) bool { return len(keyNames(name, &node{})) > 0 }

// reach goes down by names.
func (n *node) reach(names ...string) *node {
	for _, name := range names {
		n = n.kid(name)
	}
	return n
}

// items are those of a list.
func (n *node) items() []*node {
	if n == nil || n.kind != array {
		return nil
	}
	return n.kids
}

// word is a string or number as it stands there, "" for anything else and for nil.
func (n *node) word() string {
	if n == nil || n.kind != text && n.kind != number {
		return ""
	}
	return n.text
}

// identity is the word of an identity.
func (n *node) identity() string { return identity(n.word()) }

// identity is a word without its module where that is one of those that define ours, by its name or
// its prefix [openconfig-acl.yang, openconfig-packet-match-types.yang]. What another module calls
// DROP is its own affair, and keeps its module.
func identity(word string) string {
	module, name, has := strings.Cut(word, ":")
	if !has {
		return word
	}
	switch module {
	case "openconfig-acl", "oc-acl", "openconfig-packet-match-types", "oc-pkt-match-types", "openconfig-packet-match", "oc-pkt-match":
		return name
	}
	return word
}

// integer is a whole number, also one in quotes.
func (n *node) integer(bits int) (uint64, bool) {
	v, err := strconv.ParseUint(n.word(), 10, bits)
	return v, err == nil
}

// says reports whether anything is configured under a node: a leaf outside of the container state, or
// a container that the model does not have, which may say something by being there. [null] is a leaf
// of type empty [RFC 7951, 6.9], and a null alone is nothing that is understood.
func (n *node) says() bool {
	switch {
	case n == nil:
		return false
	case n.kind == object && bare(n.name) == "state":
		return false
	case n.kind == object && n.name != "" && !container(bare(n.name)):
		return true
	case n.kind == object || n.kind == array:
		return slices.ContainsFunc(n.kids, (*node).says)
	}
	return true
}

// strangers are the members of an object that say something and have none of the names. A second
// member of a name, which another module brought in, is a stranger too.
func (n *node) strangers(names ...string) []*node {
	if !n.says() {
		return nil
	}
	if n.kind != object {
		return []*node{n}
	}
	var known, out []*node
	for _, name := range names {
		known = append(known, n.kid(name))
	}
	for _, k := range n.kids {
		if k.says() && !slices.Contains(known, k) {
			out = append(out, k)
		}
	}
	return out
}

// tidy is a node without state and with its members in the order of their names: the same for
// every way to lay it out.
func (n *node) tidy() *node {
	out := &node{kind: n.kind, name: bare(n.name), text: n.text}
	for _, k := range n.kids {
		if n.kind == array || k.says() {
			out.kids = append(out.kids, k.tidy())
		}
	}
	if n.kind == object {
		slices.SortStableFunc(out.kids, func(a, b *node) int { return strings.Compare(a.name, b.name) })
	}
	return out
}

// shown is a node as a line for people.
func (n *node) shown() string {
	s := written(n.tidy())
	if n.name != "" {
		s = quoted(bare(n.name)) + ":" + s
	}
	return s
}

// key is a list's key as its item says it, in the item or in its config.
func (n *node) key(name string) string {
	k := n.kid(name)
	if k == nil {
		k = n.reach("config", name)
	}
	if name == "type" {
		return k.identity()
	}
	return k.word()
}

// agrees reports whether a key and the leaf that repeats it say the same.
func (n *node) agrees(name string) bool {
	key, leaf := n.kid(name), n.reach("config", name)
	if key == nil || leaf == nil {
		return true
	}
	return key.word() == leaf.word() || name == "type" && key.identity() == leaf.identity()
}

// member is a member of an object with this name, made where it is not there.
func (n *node) member(name string, k kind) *node {
	if m := n.kid(name); m != nil {
		return m
	}
	m := &node{kind: k, name: name}
	n.kids = append(n.kids, m)
	return m
}

// drop takes a kid away.
func (n *node) drop(kid *node) {
	n.keys = nil
	n.kids = slices.DeleteFunc(n.kids, func(k *node) bool { return k == kid })
}

// keyNames are the keys of the lists that a plan may touch.
func keyNames(list string, item *node) []string {
	switch list {
	case "acl-set":
		return []string{"name", "type"}
	case "acl-entry":
		return []string{"sequence-id"}
	case "ingress-acl-set", "egress-acl-set":
		return []string{"set-name", "type"}
	case "ipv4-prefix-set", "ipv6-prefix-set", "port-set":
		return []string{"name"}
	case "subinterface":
		return []string{"index"}
	case "interface":
		if item.kid("id") != nil || item.reach("config", "id") != nil {
			return []string{"id"}
		}
		return []string{"name"}
	}
	return nil
}

// keysOf are an item's keys as one string.
func keysOf(list string, item *node) string {
	var out strings.Builder
	for _, name := range keyNames(list, item) {
		key := item.key(name)
		out.WriteString(strconv.Itoa(len(key)) + ":" + key)
	}
	return out.String()
}

// item finds the item of a list with these keys, nil where there is none. Of two with the same keys
// it is the first.
func (n *node) item(keys string) *node {
	if n.keys == nil {
		n.keys = make(map[string]*node, len(n.kids))
		for _, k := range n.kids {
			if key := keysOf(bare(n.name), k); n.keys[key] == nil {
				n.keys[key] = k
			}
		}
	}
	return n.keys[keys]
}

// append puts an item at the end of a list.
func (n *node) append(item *node) {
	n.kids = append(n.kids, item)
	if n.keys != nil {
		n.keys[keysOf(bare(n.name), item)] = item
	}
}

// without is an object less some of its members.
func (n *node) without(names ...string) *node {
	out := *n
	out.keys = nil
	out.kids = slices.DeleteFunc(slices.Clone(n.kids), func(k *node) bool { return slices.Contains(names, bare(k.name)) })
	return &out
}
