package planner_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"op25b/acl"
	"op25b/acl/packet"
	"op25b/inventory"
	"op25b/lab"
)

// existings are how an attachment may stand to a list of others, each as often as it is tried.
func existings(dialect string) []string {
	return map[string][]string{
		"iosxe":      {"refuse", "refuse", "embed", "embed"},
		"iosxr":      {"refuse", "chain", "embed", "embed"},
		"junos":      {"refuse", "refuse", "chain"},
		"rtx":        {"refuse", "refuse", "chain"},
		"openconfig": {"refuse"},
	}[dialect]
}

// companyList binds EDGE, a list of others, at the first attachment, and now and then at the second
// one too where both want the same of it. IPv6 lists of IOS-XE have no groups, so nothing of ours
// goes into them.
func (c *change) companyList() string {
	text, dialect := c.running, c.dialect.Name()
	for _, f := range []string{inventory.IPv4, inventory.IPv6} {
		if f == inventory.IPv6 && dialect == "iosxe" {
			continue
		}
		points := slices.DeleteFunc(slices.Clone(c.device.Attach), func(a inventory.Attach) bool { return !a.HasFamily(f) || a.Pools != nil })
		if len(points) == 0 || !c.device.Attach[0].HasFamily(f) {
			continue
		}
		for i, a := range points {
			if i == 0 || c.IntN(2) == 0 && len(points) == 2 {
				text = attached(dialect, text, a, f)
			}
		}
		text += edge(dialect, f, []int{20, 100, 100}[c.IntN(3)], c.IntN(2) == 0)
	}
	return text
}

// attached has EDGE bound at an attachment of a Cisco router.
func attached(dialect, text string, a inventory.Attach, family string) string {
	line := " ip access-group EDGE " + a.Direction
	if dialect == "iosxr" {
		line = " " + family + " access-group EDGE " + map[string]string{"in": "ingress", "out": "egress"}[a.Direction]
	}
	return strings.Replace(text, "interface "+a.Interface+"\n", "interface "+a.Interface+"\n"+line+"\n", 1)
}

// edge is a list of others whose first line has a number: remarks, mail among what it denies, and
// an end that permits the rest or only TCP.
func edge(dialect, family string, first int, open bool) string {
	head, end, bad := "ip access-list extended EDGE\n", "tcp any any", "203.0.113.8 0.0.0.7"
	if open {
		end = "ip any any"
	}
	if dialect == "iosxr" {
		head, bad = family+" access-list EDGE\n", "203.0.113.8/29"
		if open {
			end = family + " any any"
		}
		if family == inventory.IPv6 {
			bad = "2001:db8:1:100::/58"
		}
		head += fmt.Sprintf(" 2 remark -=-= the border of the core team =-=-\n %d remark below\n", first-3)
	}
	return head + fmt.Sprintf(" %d deny udp any any eq snmp\n %d deny tcp %s any eq smtp\n %d permit tcp any any established\n %d permit %s\n!\n",
		first, first+10, bad, first+20, first+30, end)
}

// meddled is a text in which others worked on EDGE: they numbered it anew, or put a line at its top.
// Nothing of ours is changed by that.
func (c *change) meddled(text string) string {
	r, is := routerOf(c.dialect.Name(), text).(*blockRouter)
	if !is {
		return text
	}
	for i := range r.blocks {
		if !strings.HasSuffix(r.blocks[i].head, " EDGE") || c.IntN(3) > 0 {
			continue
		}
		r.blocks[i].renumber(200)
		if c.IntN(2) == 0 {
			_ = r.blocks[i].entry(fmt.Sprintf("%d deny udp any any eq 69", 100+c.IntN(300)))
		}
	}
	return r.text()
}

// reconsidered: at ingress an IOS-XR can have a list of ours before that of others too, and the
// inventory may come to say the one or the other.
func (c *change) reconsidered() {
	if c.dialect.Name() != "iosxr" || strings.Contains(c.inventory, "direction: out") || c.IntN(2) == 0 {
		return
	}
	from, to := "existing: embed", "existing: chain"
	if strings.Contains(c.inventory, to) {
		from, to = to, from
	}
	c.inventory = strings.ReplaceAll(c.inventory, from, to)
	inv, err := inventory.Read("inventory.yaml", []byte(c.inventory))
	if err != nil {
		c.Fatal(err)
	}
	c.device = inv.Devices[0]
}

// renumber numbers the lines of a list anew, in steps of 10.
func (b *block) renumber(first int) {
	for i, line := range b.body {
		_, rest, _ := strings.Cut(line, " ")
		b.body[i] = fmt.Sprintf("%d %s", first+10*i, rest)
	}
}

// unstirred: whatever of EDGE is not ours is to the letter what it was.
func (c *change) unstirred(when, text string) {
	c.Helper()
	before, after := theirs(c.dialect.Name(), c.running), theirs(c.dialect.Name(), text)
	if !slices.Equal(before, after) {
		c.Errorf("%s, the list of others is\n%s\nand was\n%s", when, joined(after), joined(before))
	}
}

// theirs are the lines of every EDGE without a group of ours.
func theirs(dialect, text string) []string {
	r, is := routerOf(dialect, text).(*blockRouter)
	if !is {
		return nil
	}
	var out []string
	for _, b := range r.blocks {
		if !strings.HasSuffix(b.head, " EDGE") {
			continue
		}
		out = append(out, b.head)
		for _, line := range b.body {
			if !strings.Contains(line, "-group OP25B-") {
				out = append(out, line)
			}
		}
	}
	return out
}

// mixed asks about every packet around the edges of the policy after each line: it meets its old
// or its new verdict, whatever the others meet at that moment.
func (c *change) mixed(text string, do []string) {
	before, after := c.filters(text), c.filters(c.after(text, do))
	all := around(c.policy + "203.0.113.8/29 2001:db8:1:100::/58")
	c.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	r := routerOf(c.dialect.Name(), text)
	for _, line := range do {
		if r.do(line) != nil {
			return
		}
		for p, now := range c.filters(r.text()) {
			for _, one := range all[:min(len(all), 400)] {
				if one.Family != p.Family {
					continue
				}
				got, by := now.Decide(one)
				if !slices.Contains([]acl.Action{decided(before[p], one), decided(after[p], one)}, got) {
					c.Errorf("after %q %s at %s meets %s by %q, neither as before nor as after", line, one, p, got, by)
					return
				}
			}
		}
	}
}

func decided(f acl.Filter, p packet.Packet) acl.Action {
	a, _ := f.Decide(p)
	return a
}

// company is a router of the sweep with EDGE bound, in IPv6 too where ours goes into such lists. A
// line of it is about the policy's own packets, and none looks like ours.
func (e *estate) company(text string) string {
	at := inventory.Attach{Interface: ports(e.dialect)[0], Direction: e.attached[0].direction}
	for _, f := range []string{inventory.IPv6, inventory.IPv4} {
		if f == inventory.IPv6 && e.dialect == "iosxe" {
			continue
		}
		list := edge(e.dialect, f, 100, e.IntN(2) == 0)
		text = attached(e.dialect, text, at, f) + strings.Replace(list, " any eq smtp", " any", 1)
	}
	return text
}

// company is others at work: they put a line before all others of EDGE, at a number that may leave
// ours no room.
func (s *sweep) company() {
	head, n := "ip access-list extended EDGE", 2+s.estate.IntN(97)
	if s.dialect.Name() == "iosxr" {
		head, n = []string{"ipv4", "ipv6"}[s.estate.IntN(2)]+" access-list EDGE", 40+s.estate.IntN(50)
	}
	for _, d := range []lab.Device{s.router, s.others} {
		s.typed(d, []string{head, fmt.Sprintf(" %d deny udp any any eq %d", n, 2000+n)}, func(string, bool) {})
	}
}

// noRoom is what the differ says where too few numbers are free, and roomy does what it asks for.
var noRoom = regexp.MustCompile(`list EDGE has free numbers for \d+ of \d+ lines`)

func (s *sweep) roomy() {
	s.roomless++
	s.typed(s.router, []string{"ip access-list resequence EDGE 1000 10"}, func(string, bool) {})
}
