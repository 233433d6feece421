package junos

import (
	"fmt"
	"strings"
)

// inherited is a configuration with its groups applied: what a group says holds where the
// configuration itself says nothing else [DOC]. Groups are applied at the top only.
func inherited(tree *node) *node {
	names := tree.all("apply-groups")
	groups := tree.kid("groups")
	if len(names) == 0 || groups == nil {
		return tree
	}
	out := tree.clone()
	for _, n := range names {
		for _, name := range n.words[1:] {
			for _, line := range groups.sets(nil) {
				tokens := split(line)[1:]
				if !strings.HasPrefix(line, "set ") || len(tokens) < 2 || tokens[0].text != name {
					continue
				}
				ways, _ := spell(out.rules(), tokens[1:], toLoad)
				for _, w := range ways {
					out.inherit(w)
				}
			}
		}
	}
	return out
}

// inherit puts a way unless a value of its own, or the other one of a choice, is there.
func (n *node) inherit(way []step) {
	leaf := way[len(way)-1]
	parent, _ := n.find(way)
	if parent != nil && leaf.rule != nil {
		for _, k := range parent.kids {
			if drivesOut(&node{words: leaf.words, rule: leaf.rule}, k) {
				return
			}
		}
	}
	n.put(way)
}

// applicable refuses what inherited would get wrong.
func applicable(tree *node) error {
	for _, line := range tree.sets(nil) {
		words := strings.Fields(line)
		switch {
		case len(words) > 2 && words[1] != "apply-groups" && strings.Contains(line, " apply-groups"):
			return fmt.Errorf("%q: the lab applies groups at the top only", line)
		case words[1] == "groups" && strings.Contains(line, "<"):
			return fmt.Errorf("%q: the lab applies no groups with wildcards", line)
		}
	}
	return nil
}
