// Package openconfig speaks the OpenConfig model of access lists as JSON_IETF documents: sets of
// numbered entries, and the interfaces on which they stand.
package openconfig

import (
	_ "embed"

	"op25b/acl"
	"op25b/acl/packet"
)

// Dialect is openconfig-acl 1.3.3, or one of the ways in which vendors deviate from it.
type Dialect struct {
	Variant string // iosxr, iosxe, eos, sets, sonic; "" for the model as it is published
	Union   bool   // lists are replaced by union_replace instead of replace
}

//go:embed acl.tmpl
var source string

// Name is openconfig.
func (Dialect) Name() string { return "openconfig" }

// Template prints sets and bindings as one document.
func (Dialect) Template() string { return source }

// Lines are the operations that bring a rendered document onto a device: each set of prefixes, each
// list of IPv4 or IPv6 and then its entries one by one, each interface at which lists are bound and then
// what is bound there. Nothing else of a document is sent, and nothing of what is no document.
func (d Dialect) Lines(text string) []string {
	root, err := document(text)
	if err != nil {
		return nil
	}
	l := &lines{replace: "replace"}
	if d.Union {
		l.replace = "union_replace"
	}
	for _, f := range packet.Families() {
		list := f.String() + "-prefix-set"
		for _, n := range root.reach("defined-sets", list+"s", list).items() {
			l.put(l.replace, "/defined-sets/"+list+"s/"+list+keyText(list, n), n)
		}
	}
	for _, n := range root.reach("acl", "acl-sets", "acl-set").items() {
		if _, is := family(n.key("type")); is {
			l.list(n)
		}
	}
	for _, n := range root.reach("acl", "interfaces", "interface").items() {
		l.entrance(n)
	}
	return l.out
}

// lines are operations while they are written.
type lines struct {
	out     []string
	replace string // the operation that gives a list its content
}

func (l *lines) put(operation, path string, n *node) {
	l.out = append(l.out, operation+" "+path+" "+written(n))
}

func (l *lines) list(n *node) {
	path := setPath(n.key("name"), n.key("type"))
	l.put(l.replace, path, n.without("acl-entries"))
	for _, e := range n.reach("acl-entries", "acl-entry").items() {
		l.put("update", path+"/acl-entries/acl-entry"+keyText("acl-entry", e), e)
	}
}

func (l *lines) entrance(n *node) {
	path := entrancePath(n.key("id"))
	first := true
	for _, w := range ways() {
		list := w.name + "-acl-set"
		for _, b := range n.reach(list+"s", list).items() {
			if first {
				l.put("update", path, n.without("ingress-acl-sets", "egress-acl-sets"))
				first = false
			}
			l.put("update", path+"/"+list+"s/"+list+keyText(list, b), b)
		}
	}
}

// Unbind takes what is bound away, and leaves the entry for the interface as it is.
func (Dialect) Unbind(b acl.Binding) []string {
	var out []string
	for _, name := range b.Lists {
		out = append(out, "delete "+boundPath(b, name))
	}
	return out
}

// Remove deletes the lists, then the sets of prefixes that they used.
func (Dialect) Remove(c acl.Config) []string {
	var out []string
	for _, l := range c.Lists {
		out = append(out, "delete "+setPath(l.Name, typeOf(l.Family)))
	}
	for _, g := range c.Groups {
		list := g.Family.String() + "-prefix-set"
		out = append(out, "delete /defined-sets/"+list+"s/"+list+keyed("name", g.Name))
	}
	return out
}
