package planner_test

import (
	"slices"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/plan"
)

// tidy: nothing of ours is left that nobody uses.
func (c *change) tidy(text string) {
	config, err := c.dialect.Parse(text)
	if err != nil {
		c.Fatal(err)
	}
	owner := c.step.Owner()
	used := map[string]bool{}
	for _, b := range config.Bindings {
		for _, name := range b.Lists {
			used[b.Family.String()+name] = true
		}
	}
	for _, l := range config.Lists {
		if owner.Has(l) && !used[l.Family.String()+l.Name] {
			c.Errorf("%s list %s is left behind", l.Family, l.Name)
		}
		for _, e := range l.Entries {
			used["group "+e.SrcGroup], used["group "+e.DstGroup] = true, true
		}
	}
	for _, g := range config.Groups {
		if owner.Owns(g.Name) && !used["group "+g.Name] && g.Unmodelled == "" {
			c.Errorf("group %s is left behind", g.Name)
		}
	}
}

// othersStay: the lists of others are bound as before, in their order, each once; and where one
// is bound, nothing but mail changes.
func (c *change) othersStay() {
	have, err := c.dialect.Parse(c.running)
	if err != nil {
		c.Fatal(err)
	}
	owner := c.step.Owner()
	for _, r := range c.delta.Rebind {
		_, before := have.Own(owner, r.From)
		_, after := have.Own(owner, r.To)
		if !slices.Equal(before, after) {
			c.Errorf("%s: the lists of others were %v and are %v", r.To.Point(), before, after)
		}
		for i, name := range r.To.Lists {
			if slices.Contains(r.To.Lists[:i], name) {
				c.Errorf("%s: %s is bound twice", r.To.Point(), name)
			}
		}
		for _, row := range slices.Concat(c.delta.Closes, c.delta.Opens) {
			if len(before) > 0 && row.Point == r.To.Point() && !acl.Mail(row.Packets.Family).Covers(row.Packets) {
				c.Errorf("%s: beside %v, more than mail changes: %s", row.Point, before, row.Packets)
			}
		}
	}
}

// settled: a second plan has nothing to do.
func (c *change) settled(text string) {
	c.Helper()
	draft, err := c.desk.Draft(c.device, text)
	if err != nil {
		c.Errorf("the second time: %v", err)
		return
	}
	if s := draft.Step; s.Method != plan.None || len(s.Do)+len(s.Undo)+len(s.Stage)+len(s.Switch)+len(s.Changes)+len(s.Closes)+len(s.Opens) > 0 {
		c.Errorf("the second time there is %s, %q, %v", s.Method, s.Do, s.Changes)
	}
}

// nothing holds what a step of method none is.
func (c *change) nothing() {
	s := c.step
	if len(s.Do)+len(s.Undo)+len(s.Stage)+len(s.Switch)+len(s.Changes)+len(s.Closes)+len(s.Opens) > 0 || s.Have != s.Want {
		c.Errorf("method none, but %v", s)
	}
}

// unedited: no line touches a list of ours that is bound, nor anything of others.
func (c *change) unedited() {
	have, err := c.dialect.Parse(c.running)
	if err != nil {
		c.Fatal(err)
	}
	for _, line := range c.step.Stage {
		for _, b := range have.Bindings {
			for _, name := range b.Lists {
				if slices.Contains(fields(line), name) && sameFamily(c.dialect.Name(), line, b.Family) {
					c.Errorf("%q is staged while %s has %s", line, b.Point(), name)
				}
			}
		}
	}
	for _, line := range slices.Concat(c.step.Stage, c.step.Cleanup) {
		for _, name := range []string{"VTY", "1010", "2000", "EDGE"} {
			if slices.Contains(fields(line), name) {
				c.Errorf("%q is about %s, which is not ours", line, name)
			}
		}
	}
}

// sameFamily: an RTX has a filter 250000 in each family.
func sameFamily(dialect, line string, f packet.Family) bool {
	return dialect != "rtx" || strings.HasPrefix(line, map[packet.Family]string{packet.V4: "ip ", packet.V6: "ipv6 "}[f])
}

// sameNames: what the lines make, the undo takes away or gives back, and nothing else.
func (c *change) sameNames() {
	made, undone := map[string]bool{}, map[string]bool{}
	for _, line := range c.step.Stage {
		for _, name := range c.names(line) {
			made[name] = true
		}
	}
	for _, line := range c.step.Undo {
		if bare, is := strings.CutPrefix(line, "no "); is || strings.HasPrefix(line, "delete ") || !strings.Contains(line, "secure") && !strings.Contains(line, "access-group") && !strings.Contains(line, "traffic-filter") && !strings.Contains(line, "set interfaces") {
			for _, name := range c.names(bare) {
				undone[name] = true
			}
		}
	}
	for _, r := range c.delta.Rebind { // the undo of a binding names it, too
		for _, name := range r.To.Lists {
			delete(undone, r.To.Family.String()+name)
			delete(made, r.To.Family.String()+name)
		}
	}
	for _, e := range c.delta.Edits { // and so does the undo of an edit what was struck
		for _, one := range e.Strike {
			for _, group := range []string{one.SrcGroup, one.DstGroup} {
				if name := e.List.Family.String() + group; !made[name] {
					delete(undone, name)
				}
			}
		}
	}
	for name := range made {
		if !undone[name] {
			c.Errorf("%s is made, but the undo does not say what becomes of it", name)
		}
	}
	for name := range undone {
		if !made[name] {
			c.Errorf("%s is undone, but nothing made it", name)
		}
	}
}

// fields are the words of a line. Of an operation of gNMI they are those of its path, with the names of
// lists and sets alone.
func fields(line string) []string {
	if _, path, is := strings.Cut(line, " /"); is {
		path, _, _ = strings.Cut(path, " ")
		return strings.Fields(strings.NewReplacer("[name=", " ", "]", " ").Replace(path))
	}
	return strings.Fields(line)
}

// names are the objects of ours that a line is about, by family.
func (c *change) names(line string) []string {
	var out []string
	for _, word := range fields(line) {
		if acl.Generation(word) > 0 {
			f := packet.V4
			if strings.Contains(word, "-V6-") {
				f = packet.V6
			}
			out = append(out, f.String()+word)
		}
	}
	w := strings.Fields(line)
	if c.dialect.Name() == "rtx" && len(w) > 2 && w[1] == "filter" {
		out = append(out, map[string]string{"ip": "ipv4", "ipv6": "ipv6"}[w[0]]+w[2])
	}
	return out
}
