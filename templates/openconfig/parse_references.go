package openconfig

import (
	"op25b/acl"
)

// references are the uses of our names, and of lists by the control plane, outside of what was read
// as lists, sets and bindings.
func (c *config) references() {
	for _, top := range c.root.kids {
		switch top {
		case c.root.kid("acl"), c.root.kid("defined-sets"):
		default:
			c.users(top, bare(top.name))
		}
	}
}

// users looks through everything below a node; path is the way to it.
func (c *config) users(n *node, path string) {
	for _, k := range n.kids {
		below := path
		if k.name != "" {
			below += "/" + bare(k.name)
		}
		switch {
		case bare(k.name) == "state" || bare(k.name) == "description":
		case k.kind == text && (bare(k.name) == "set-name" || (acl.Owner{}).Owns(k.text) && acl.Generation(k.text) > 0):
			c.References = append(c.References, acl.Reference{Name: k.text, Place: acl.Place{Line: k.line, Text: below + " " + k.text}})
		default:
			c.users(k, below)
		}
	}
}
