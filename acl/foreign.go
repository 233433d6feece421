package acl

import (
	"slices"
	"strings"
)

// Foreign is what a config says that is not ours, as lines in a fixed order: the name of the device,
// its interfaces, the groups and lists of others, and where those are bound.
func (c Config) Foreign(o Owner) []string {
	lines := []string{"hostname " + c.Hostname}
	for _, name := range c.Interfaces {
		lines = append(lines, "interface "+name)
	}
	for _, g := range c.Groups {
		if !o.Owns(g.Name) {
			lines = append(lines, "group "+g.Name+" "+g.Family.String()+" "+g.text())
		}
	}
	for _, l := range c.Lists {
		if !o.Has(l) {
			lines = append(lines, strings.Join(c.listLines("list", l, o), "\n"))
		}
	}
	for _, b := range c.Bindings {
		if _, others := c.Own(o, b); len(others) > 0 {
			lines = append(lines, "bind "+b.Point().String()+" "+strings.Join(others, " "))
		}
	}
	slices.Sort(lines)
	return lines
}
