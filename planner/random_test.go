package planner_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/differ"
	"op25b/inventory"
	"op25b/plan"
	"op25b/planner"
	"op25b/policy"
	"op25b/renderer"
	"op25b/sheet"
	"op25b/templates"
)

// cases is how many random changes are made on each dialect.
const cases = 150

// A change takes the router from whatever it has to what the policy wants, its undo takes it
// back, its cleanup leaves nothing behind, and no moment between treats a packet otherwise
// than before or after.
func TestRandomChanges(t *testing.T) {
	for _, d := range templates.All() {
		t.Run(d.Name(), func(t *testing.T) {
			t.Parallel()
			seen := map[string]int{}
			for seed := range uint64(cases) {
				c := newChange(t, d, seed)
				c.check()
				seen[c.kind]++
				for _, e := range c.delta.Edits {
					seen["inside"]++
					if len(e.Insert) > 0 && len(e.Strike) > 0 {
						seen["inside, anew"]++
					}
				}
				if t.Failed() {
					t.Fatalf("seed %d\n---- the policy on day %d\n%s---- the device\n%s---- the running config\n%s---- do\n%s\n---- undo\n%s\n---- cleanup\n%s",
						seed, c.desk.Date.Day, c.policy, c.inventory, c.running, joined(c.step.Do), joined(c.step.Undo), joined(c.step.Cleanup))
				}
			}
			t.Log(seen)
			if seen["changed"] < cases/2 || seen["none"] < cases/100 || seen["refused"] > cases/4 {
				t.Errorf("the cases are too dull: %v", seen)
			}
			if slices.Contains(existings(d.Name()), "embed") && (seen["inside"] < cases/10 || seen["inside, anew"] < cases/20) {
				t.Errorf("too little happens inside lists of others: %v", seen)
			}
		})
	}
}

// change is one random change: a desk, a device and what the device runs.
type change struct {
	*testing.T
	*author
	seed                       uint64
	desk                       planner.Desk
	device                     inventory.Device
	dialect                    templates.Dialect
	policy, inventory, running string
	sound                      bool // nobody has changed what we wrote
	step                       plan.Step
	delta                      acl.Delta
	kind                       string // changed, none or refused
}

func newChange(t *testing.T, d templates.Dialect, seed uint64) *change {
	a := newAuthor(seed)
	c := &change{T: t, author: a, seed: seed, dialect: d, sound: true}
	among := existings(d.Name())
	existing := among[a.IntN(len(among))]
	c.inventory = a.inventory(d.Name(), existing)
	inv, err := inventory.Read("inventory.yaml", []byte(c.inventory))
	if err != nil {
		t.Fatal(err)
	}
	c.device = inv.Devices[0]
	c.running = bare(d.Name())
	switch existing {
	case "chain":
		c.running = foreign(d.Name(), c.running, c.device)
	case "embed":
		c.running = c.companyList()
	}
	if d.Name() == "openconfig" && a.IntN(2) == 0 {
		c.running = newTreeRouter(c.running).with([]string{uplink})
	}
	if d.Name() == "rtx" && a.IntN(4) == 0 {
		c.running += crowd(c.device.Numbers)
	}
	for range a.IntN(3) { // what was there before, change by change
		if err := c.want(); err != nil {
			t.Fatal(err)
		}
		c.step, c.delta = plan.Step{}, acl.Delta{}
		if draft, err := c.desk.Draft(c.device, c.running); err == nil {
			c.running = c.after(c.running, draft.Step.Do)
			if a.IntN(3) > 0 {
				c.running = c.after(c.running, draft.Step.Cleanup)
			}
		}
		if existing == "embed" {
			c.running = c.meddled(c.running)
			c.reconsidered()
		}
		a.again()
	}
	if a.IntN(3) == 0 {
		before := c.running
		c.running = routerOf(d.Name(), a.mutated(before)).text()
		c.sound = routerOf(d.Name(), before).text() == c.running
	}
	if err := c.want(); err != nil {
		t.Fatal(err)
	}
	return c
}

// want puts the author's policy on the desk.
func (c *change) want() error {
	c.policy = c.author.policy()
	p, err := policy.Read(fstest.MapFS{"policy.yaml": {Data: []byte(c.policy)}}, "policy.yaml")
	if err != nil {
		return err
	}
	r, err := renderer.New(c.dialect, "")
	c.desk = planner.Desk{Policy: p, Date: sheet.Date{Year: 2020, Month: 1, Day: c.day()}, Renderers: map[string]renderer.Renderer{c.dialect.Name(): r}}
	return err
}

// crowd is leftovers of ours in nearly the whole range, so that new filters take their numbers.
func crowd(n inventory.Numbers) string {
	var s strings.Builder
	for i := n.First; i <= n.Last; i++ {
		if i%20 != 0 {
			fmt.Fprintf(&s, "ip filter %d pass-nolog 10.0.0.%d * tcp * 25\nipv6 filter %d reject-nolog * * tcp * smtp\n", i, i%200, i)
		}
	}
	return s.String()
}

// foreign binds a list of others at the first attachment, where the dialect can stand beside it.
func foreign(dialect, running string, device inventory.Device) string {
	at := device.Attach[0]
	if !at.HasFamily(inventory.IPv4) {
		return running
	}
	switch dialect {
	case "junos":
		way := map[string]string{"in": "input", "out": "output"}[at.Direction]
		return running + "set interfaces ge-0/0/1 unit 0 family inet filter " + way + " EDGE\n" +
			"set firewall family inet filter EDGE term a from protocol udp\nset firewall family inet filter EDGE term a from destination-port snmp\n" +
			"set firewall family inet filter EDGE term a then discard\nset firewall family inet filter EDGE term z then accept\n"
	case "rtx":
		return strings.Replace(running, "pp select 1\n", "pp select 1\n ip pp secure filter "+at.Direction+" 1010 2000\n", 1)
	case "iosxr":
		if at.Direction == "in" {
			return strings.Replace(running, "description up\n", "description up\n ipv4 access-group EDGE ingress\n", 1) +
				"ipv4 access-list EDGE\n 10 deny udp any any eq snmp\n 20 permit ipv4 any any\n!\n"
		}
	}
	return running
}

// after is the text once some lines are carried out.
func (c *change) after(text string, do []string) string {
	c.Helper()
	r := routerOf(c.dialect.Name(), text)
	for _, line := range do {
		if err := r.do(line); err != nil {
			c.Errorf("the router refuses: %v", err)
		}
	}
	if s, is := r.(interface{ committable() error }); is && c.sound {
		if err := s.committable(); err != nil {
			c.Error(err)
		}
	}
	return r.text()
}

func (c *change) check() {
	draft, err := c.desk.Draft(c.device, c.running)
	c.step, c.delta = draft.Step, draft.Delta
	if err != nil {
		c.kind = "refused"
		var refusal differ.Refusal
		if c.sound || !errors.As(err, &refusal) && !known(err) {
			c.Errorf("no plan: %v", err)
		}
		return
	}
	c.kind = "changed"
	if c.step.Method == plan.None {
		c.kind = "none"
		c.nothing()
	}
	if err := c.desk.Prove(c.device, c.running); (err == nil) != (len(c.step.Closes)+len(c.step.Opens) == 0) && c.sound {
		c.Errorf("the running text is proved: %v, but the change closes %v and opens %v", err, c.step.Closes, c.step.Opens)
	}
	c.unedited()
	c.sameNames()
	done := c.after(c.running, c.step.Do)
	c.is("want", done, c.step.Want, c.step.After)
	undone := c.after(done, c.step.Undo)
	c.is("have", undone, c.step.Have, c.step.Before)
	cleaned := c.after(done, c.step.Cleanup)
	c.is("cleaned", cleaned, c.step.Cleaned, nil)
	for when, text := range map[string]string{"after the change": done, "after the undo": undone, "after the cleanup": cleaned} {
		c.unstirred(when, text)
	}
	c.tidy(cleaned)
	c.othersStay()
	if err := c.desk.Prove(c.device, cleaned); err != nil {
		c.Errorf("after the change: %v", err)
	}
	c.settled(done)
	c.settled(cleaned)
	switch {
	case c.dialect.Limits().Atomic:
	case c.step.Method == plan.InPlace:
		c.mixed(c.running, c.step.Do)
		c.mixed(done, c.step.Undo)
	case c.seed%8 == 0:
		c.moments(c.step.Do)
	}
}

// known are the errors, not refusals, that a line changed by chance may give.
func known(err error) bool {
	return strings.Contains(err.Error(), "running config: ") || strings.Contains(err.Error(), "unproven") ||
		strings.Contains(err.Error(), "free") || strings.Contains(err.Error(), "no name of ours")
}

// is holds a text against a state of the step.
func (c *change) is(what, text, digest string, lines []string) {
	c.Helper()
	config, err := c.dialect.Parse(text)
	if err != nil {
		c.Errorf("%s: %v\n%s", what, err, text)
		return
	}
	got := config.Canonical(c.step.Points(), c.step.Owner())
	if plan.State(got) != digest {
		c.Errorf("the router does not come to `%s`, but to\n%s\nwanted\n%s\nin the text\n%s", what, joined(got), joined(lines), text)
	}
}

// moments evaluates the text after each line: at each point every packet has its old verdict
// or its new one.
func (c *change) moments(do []string) {
	before := c.filters(c.running)
	after := c.filters(c.after(c.running, do))
	r := routerOf(c.dialect.Name(), c.running)
	for _, line := range do {
		if r.do(line) != nil {
			return
		}
		for p, now := range c.filters(r.text()) {
			old, _ := now.Packets.Equal(before[p].Packets, packet.Budget{})
			fresh, _ := now.Packets.Equal(after[p].Packets, packet.Budget{})
			if !old && !fresh {
				c.Errorf("after %q %s does neither what it did nor what it is to do", line, p)
			}
		}
	}
}

func (c *change) filters(text string) map[acl.Point]acl.Filter {
	config, err := c.dialect.Parse(text)
	if err != nil {
		c.Fatal(err)
	}
	out := map[acl.Point]acl.Filter{}
	for _, port := range ports(c.dialect.Name()) {
		for _, d := range []acl.Direction{acl.In, acl.Out} {
			for _, f := range packet.Families() {
				p := acl.Point{Interface: port, Direction: d, Family: f}
				out[p] = config.Filter(config.Binding(p))
			}
		}
	}
	return out
}

func joined(lines []string) string { return strings.Join(lines, "\n") }

// The same input gives the same bytes.
func TestSameInputSameBytes(t *testing.T) {
	for _, d := range templates.All() {
		for seed := range uint64(20) {
			a, b := newChange(t, d, seed), newChange(t, d, seed)
			one, err1 := a.desk.Draft(a.device, a.running)
			two, err2 := b.desk.Draft(b.device, b.running)
			if !reflect.DeepEqual(one.Step, two.Step) || fmt.Sprint(err1) != fmt.Sprint(err2) {
				t.Errorf("%s, seed %d: two drafts differ", d.Name(), seed)
			}
		}
	}
}
