package openconfig

import (
	"encoding/json"
	"fmt"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func words(err error) string { return status.Convert(err).Message() }

func codeOf(err error) codes.Code { return status.Code(err) }

func jsonNumber[N int64 | uint64](n N) json.Number { return json.Number(fmt.Sprint(n)) }

// consistent is what holds for the tree as a whole: keys, leafrefs, mandatory leaves, when. The
// error is about the first place, in the order of the schema.
func consistent(root *node, o Options) error {
	var err error
	root.walk(nil, func(p place, n *node) bool {
		if err == nil && n.is.name == "interface-ref" {
			err = checkRef(root, p, n, o)
		}
		if err == nil && n.isEntry() {
			err = checkRow(root, p, n)
		}
		return err == nil
	})
	return err
}

func checkRow(root *node, p place, n *node) error {
	if err := checkKeys(p, n); err != nil {
		return err
	}
	switch n.is.name {
	case "acl-entry":
		return checkEntry(root, p, n)
	case "ingress-acl-set", "egress-acl-set":
		if root.row([]string{n.text("set-name"), n.text("type")}, "acl", "acl-sets", "acl-set") == nil {
			return invalid(p, "leafref: there is no /acl/acl-sets/acl-set of this name and type")
		}
	case "interface":
		return checkMandatory(p, n, "config")
	}
	return nil
}

// checkKeys holds the keys against the leaves under config that they refer to.
func checkKeys(p place, n *node) error {
	for _, k := range n.is.keys {
		switch inside := n.at("config", k); {
		case n.at(k) == nil:
			return invalid(p, "the key "+k+" is missing")
		case inside == nil:
			return invalid(p, "leafref: the key "+k+" refers to config/"+k+", which is not there")
		case inside.value.text != n.text(k):
			return invalid(p.down("config").down(k), fmt.Sprintf("%.100q is not the key", inside.value.text))
		}
	}
	return nil
}

func checkMandatory(p place, n *node, way ...string) error {
	s, at := n.is, p
	for _, name := range way {
		s, at = s.kid(name), at.down(name)
	}
	for _, k := range s.kids {
		if k.must && n.at(append(slices.Clone(way), k.name)...) == nil {
			return invalid(at.down(k.name), "it is mandatory")
		}
	}
	return nil
}

// checkRef is the leafrefs of an interface-ref; a device that shows no interfaces has nothing that
// they could be held against.
func checkRef(root *node, p place, n *node, o Options) error {
	name, sub := n.at("config", "interface"), n.at("config", "subinterface")
	if name == nil && sub != nil {
		return invalid(p, "a subinterface wants its interface")
	}
	if name == nil || o.NoInterfaces {
		return nil
	}
	port := root.row([]string{name.value.text}, "interfaces", "interface")
	if port == nil {
		return invalid(p.down("config").down("interface"), fmt.Sprintf("leafref: there is no interface %.100q", name.value.text))
	}
	if sub != nil && port.row([]string{sub.value.text}, "subinterfaces", "subinterface") == nil {
		return invalid(p.down("config").down("subinterface"), "leafref: there is no subinterface "+sub.value.text)
	}
	return nil
}

// whens are the containers of an entry that only some types of sets may have [openconfig-acl].
func whens() map[string][]string {
	return map[string][]string{"l2": {"ACL_L2", "ACL_MIXED"}, "ipv4": {"ACL_IPV4", "ACL_MIXED"}, "ipv6": {"ACL_IPV6", "ACL_MIXED"},
		"transport": {"ACL_IPV4", "ACL_IPV6", "ACL_MIXED"}}
}

func checkEntry(root *node, p place, n *node) error {
	kind := p[len(p)-3].keys[1].value
	for _, name := range []string{"l2", "ipv4", "ipv6", "transport"} {
		if n.at(name) != nil && !slices.Contains(whens()[name], kind) {
			return invalid(p.down(name), "when: it is not for a set of type "+kind)
		}
	}
	if t := n.at("transport", "config"); t != nil {
		mode := t.text("detail-mode")
		for _, when := range [][2]string{{"explicit-detail-match-mode", "EXPLICIT"}, {"explicit-tcp-flags", "EXPLICIT"}, {"builtin-detail", "BUILTIN"}} {
			if t.at(when[0]) != nil && mode != when[1] {
				return invalid(p.down("transport").down("config").down(when[0]), "when: detail-mode is not "+when[1])
			}
		}
	}
	for _, ref := range []struct{ box, leaf, group, list string }{
		{"ipv4", "source-address-prefix-set", "ipv4-prefix-sets", "ipv4-prefix-set"},
		{"ipv4", "destination-address-prefix-set", "ipv4-prefix-sets", "ipv4-prefix-set"},
		{"ipv6", "source-address-prefix-set", "ipv6-prefix-sets", "ipv6-prefix-set"},
		{"ipv6", "destination-address-prefix-set", "ipv6-prefix-sets", "ipv6-prefix-set"},
		{"transport", "source-port-set", "port-sets", "port-set"},
		{"transport", "destination-port-set", "port-sets", "port-set"},
	} {
		name := n.at(ref.box, "config", ref.leaf)
		if name != nil && root.row([]string{name.value.text}, "defined-sets", ref.group, ref.list) == nil {
			return invalid(p.down(ref.box).down("config").down(ref.leaf),
				fmt.Sprintf("leafref: there is no %s %.100q", ref.list, name.value.text))
		}
	}
	for _, family := range []string{"ipv4", "ipv6"} {
		if c := n.at(family, "config"); c.at("dscp") != nil && c.at("dscp-set") != nil {
			return invalid(p.down(family).down("config"), "dscp and dscp-set exclude each other")
		}
	}
	return checkMandatory(p, n, "actions", "config")
}

// entries is how many entries all bound sets have together, each counted where it is bound: what
// the hardware has to hold.
func entries(root *node) int {
	n := 0
	for _, i := range root.rows("acl", "interfaces", "interface") {
		for _, side := range []string{"ingress", "egress"} {
			for _, b := range i.rows(side+"-acl-sets", side+"-acl-set") {
				set := root.row([]string{b.text("set-name"), b.text("type")}, "acl", "acl-sets", "acl-set")
				n += len(set.rows("acl-entries", "acl-entry"))
			}
		}
	}
	return n
}
