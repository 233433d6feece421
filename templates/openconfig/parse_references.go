package openconfig

import (
	"strings"

	"op25b/acl"
)

// references are the uses of our names, and of lists by the control plane, outside of what was read
// as lists, sets and bindings.
func (c *config) references() {
	for _, top := range c.root.kids {
		switch top {
		case c.root.kid("acl"), c.root.kid("defined-sets"):
		default:
			c.users(top, []string{clipped(bare(top.name))})
		}
	}
}

// users looks through everything below a node; path is the way to it.
func (c *config) users(n *node, path []string) {
	for _, k := range n.kids {
		below := path
		if k.name != "" {
			below = append(path[:len(path):len(path)], clipped(bare(k.name)))
		}
		switch {
		case bare(k.name) == "state" && k.kind == object || bare(k.name) == "description":
		case k.kind == text && (bare(k.name) == "set-name" || ours(k.text)):
			text := clipped(strings.Join(below, "/")) + " " + k.text
			c.References = append(c.References, acl.Reference{Name: k.text, Place: acl.Place{Line: k.line, Text: text}})
		default:
			c.users(k, below)
		}
	}
}

// clipped is the begin of a text: what stands in many places of a report may be as long as the
// document.
func clipped(s string) string {
	const enough = 200
	if len(s) <= enough {
		return s
	}
	return strings.ToValidUTF8(s[:enough], "") + "…"
}
