package main

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"op25b/lab"
	"op25b/plan"
)

// change is one edit of the policy, or of the day, or of how the routers' text is spelled.
type change struct {
	name    string
	rules   func(*rules)
	days    int // that pass before it
	respell bool
}

// edits are the ones that every network engineer makes, in one story: each begins where the
// one before it ended.
func edits() []change {
	insert := func(list *[]netip.Prefix, at int, p string) { *list = slices.Insert(*list, at, prefixOf(p)) }
	return []change{
		{name: "the first phase", rules: func(*rules) {}},
		{name: "insert a pool prefix in the middle", rules: func(r *rules) { insert(&r.pools[0].prefixes, 1, "100.64.16.0/21") }},
		{name: "delete a pool prefix", rules: func(r *rules) { r.pools[0].prefixes = slices.Delete(r.pools[0].prefixes, 2, 3) }},
		{name: "move", rules: func(r *rules) { slices.Reverse(r.pools[0].prefixes); slices.Reverse(r.pools) }},
		{name: "widen a pool", rules: func(r *rules) { r.pools[0].prefixes[0] = prefixOf("100.65.0.0/18") }},
		{name: "narrow a pool", rules: func(r *rules) { r.pools[0].prefixes[0] = prefixOf("100.65.16.0/22") }},
		{name: "an exemption", rules: func(r *rules) {
			r.exemptions = append(r.exemptions, exemptRule{"ex2", addrOf("100.65.17.9"), "2026-01-20"})
		}},
		{name: "a fixed customer", rules: func(r *rules) { r.pools[0].except = append(r.pools[0].except, prefixOf("100.65.18.0/29")) }},
		{name: "a relay more", rules: func(r *rules) { r.relays = append(r.relays, addrOf("192.0.2.26"), addrOf("2001:db8:25::26")) }},
		{name: "the texts are spelled otherwise", rules: func(*rules) {}, respell: true},
		{name: "the next phase: to anybody", rules: func(r *rules) {
			r.phases = append(r.phases, phaseRule{name: "all", start: "2026-01-05", end: "2026-02-10", action: "block"})
		}},
		{name: "an exemption expires", rules: func(*rules) {}, days: 16},
		{name: "IPv6 more", rules: func(r *rules) { r.pools[1].prefixes = append(r.pools[1].prefixes, prefixOf("2001:db8:1300::/40")) }},
		{name: "a phase of one pool", rules: func(r *rules) {
			r.phases = append(r.phases, phaseRule{name: "west", start: "2026-01-10", pools: []string{"west"}, to: []string{"other"}, action: "block"})
		}},
		{name: "a phase ends", rules: func(*rules) {}, days: 30},
		{name: "only counting", rules: func(r *rules) {
			for i := range r.phases {
				r.phases[i].action = "monitor"
			}
		}},
		{name: "blocking again", rules: func(r *rules) { r.phases[0].action = "block" }},
	}
}

// TestEdits carries out every edit on a router of each dialect, and watches.
func TestEdits(t *testing.T) {
	t.Parallel()
	s := newSite(t, everyDialect()...)
	before := openRules()
	for i, c := range edits() {
		before = s.story(c, before, uint64(i), Thorough)
		if t.Failed() {
			t.Fatalf("at: %s", c.name)
		}
	}
}

// TestRandomEdits carries out seeded random edits, each on a router of each dialect.
func TestRandomEdits(t *testing.T) {
	t.Parallel()
	runs, length := 2, 16
	if sweeping() {
		runs, length = 12, 40
	}
	for run := range runs {
		t.Run(fmt.Sprint(run), func(t *testing.T) {
			t.Parallel()
			s := newSite(t, everyDialect()...)
			rnd := seeded(uint64(run))
			before := openRules()
			for i := range length {
				c := randomChange(rnd, s.rules)
				care := Quick
				if i%4 == 3 {
					care = Thorough
				}
				before = s.story(c, before, rnd.Uint64(), care)
				if t.Failed() {
					t.Fatalf("run %d, edit %d: %s", run, i, c.name)
				}
			}
		})
	}
}

// openRules block nothing: what routers do to which nothing was sent yet.
func openRules() rules { return rules{} }

// care is how much is looked at after a push.
type care int

// The cares.
const (
	Quick    care = iota // the verdicts
	Thorough             // diff, a restart, diff again, status; and the undo before
)

// story makes an edit, plans it, pushes it under watch and looks at the end. It gives the
// rules that hold now.
func (s *site) story(c change, before rules, seed uint64, care care) rules {
	s.t.Helper()
	was := s.today()
	s.pass(time.Duration(c.days) * 24 * time.Hour)
	after := s.rules.clone()
	c.rules(&after)
	s.rules = after
	if c.respell {
		s.respell()
	}
	probes := probesOf(before, after, 140, seeded(seed))
	old, new := before.verdicts(probes, was), after.verdicts(probes, s.today())
	p := s.plan("edit.plan")
	s.watch(p, probes, old, new)
	if care == Thorough {
		s.undone(p, seed)
	}
	s.must(0, s.push("edit.plan")...)
	s.arrived(probes, new)
	s.unwatch()
	if care == Quick {
		return after
	}
	s.must(0, "diff")
	for _, r := range s.routers {
		r.Restart()
	}
	s.arrived(probes, new)
	s.must(0, "diff")
	for name, o := range s.told(s.must(0, "status", s.file("edit.plan"), "--format=json")) {
		if o.State != "after" && o.State != "cleaned" {
			s.t.Errorf("%s: status says %s", name, o.State)
		}
	}
	return after
}

// watch lets every router be looked at during a plan's push.
func (s *site) watch(p plan.Plan, probes []lab.Packet, old, new []bool) {
	for _, r := range s.routers {
		r.expect(probes, old, new, r.instants(stepOf(p, r.name)))
	}
}

func (s *site) unwatch() {
	s.t.Helper()
	for _, r := range s.routers {
		r.unwatch()
	}
}

// arrived wants verdicts of all routers.
func (s *site) arrived(probes []lab.Packet, want []bool) {
	s.t.Helper()
	for _, r := range s.routers {
		if wrong := r.differ(probes, want); wrong != "" {
			s.t.Errorf("%s: %s\n%s", r.name, wrong, r.Running())
		}
	}
}

// undone types each step's lines and then its undo at the console, in the router's own
// configuration mode, one commit each, and wants the earlier text back.
func (s *site) undone(p plan.Plan, seed uint64) {
	s.t.Helper()
	for i, r := range s.routers {
		step := stepOf(p, r.name)
		if step.Method == plan.None || (int(seed)+i)%2 == 0 && !sweeping() {
			continue
		}
		text := r.stable()
		r.edit(step.Do...)
		if wrong := r.differ(r.watch.probes, r.watch.new); wrong != "" {
			s.t.Errorf("%s: after the lines of the plan: %s", r.name, wrong)
		}
		r.edit(step.Undo...)
		if got := r.stable(); got != text {
			s.t.Errorf("%s: the undo leaves another text:\n--- before\n%s\n--- after\n%s\n--- undo\n%s", r.name, text, got, strings.Join(step.Undo, "\n"))
		}
	}
}

// respell gives the lists on the routers other numbers, where they have any: somebody
// renumbers them while a harmless line is typed.
func (s *site) respell() {
	s.t.Helper()
	for _, r := range s.routers {
		end := map[string][]string{"iosxe": {"end", "write memory"}, "iosxr": {"end"}}[r.kind.Dialect]
		if end == nil {
			continue
		}
		r.Spoil(lab.Fault{RenumberAt: 1})
		r.hand(slices.Concat(r.into(), []string{"hostname " + r.name}, end)...)
		r.Spoil(lab.Fault{})
	}
}

// randomChange is an edit of what is there.
func randomChange(rnd *rand.Rand, now rules) change {
	for {
		c := oneOf(rnd)
		next := now.clone()
		c.rules(&next)
		if sound(next) {
			return change{name: c.name, rules: func(r *rules) { *r = next }, days: c.days, respell: c.respell}
		}
	}
}

// sound says what the product would refuse.
func sound(r rules) bool {
	for _, p := range r.pools {
		if len(p.prefixes) == 0 {
			return false
		}
		for _, x := range p.except {
			if !slices.ContainsFunc(p.prefixes, func(q netip.Prefix) bool { return q.Bits() < x.Bits() && q.Contains(x.Addr()) }) {
				return false
			}
		}
	}
	for _, e := range r.exemptions {
		held := slices.ContainsFunc(r.pools, func(p poolRule) bool { return within(p.prefixes, e.source) && !within(p.except, e.source) })
		if !held {
			return false
		}
	}
	for _, d := range r.dests {
		if len(d.prefixes) == 0 {
			return false
		}
	}
	four := slices.ContainsFunc(r.relays, netip.Addr.Is4)
	six := slices.ContainsFunc(r.relays, func(a netip.Addr) bool { return !a.Is4() })
	return four && six && len(r.phases) > 0
}

// oneOf is one random edit; it may make no sense.
func oneOf(rnd *rand.Rand) change {
	n, m := rnd.IntN(1<<20), rnd.IntN(16)
	v6 := rnd.IntN(3) == 0
	block := func(pool, i int) netip.Prefix {
		if v6 {
			return prefixOf(fmt.Sprintf("2001:db8:%x%x00::/40", pool+1, i))
		}
		return prefixOf(fmt.Sprintf("100.%d.%d.0/20", 64+pool, 16*i))
	}
	number := func(p poolRule) int { return map[string]int{"east": 0, "west": 1}[p.name] }
	days := 0
	named := map[string]func(r *rules){
		"a block of a pool comes or goes": func(r *rules) {
			p := &r.pools[n%len(r.pools)]
			b := block(number(*p), m)
			if i := slices.IndexFunc(p.prefixes, b.Overlaps); i >= 0 {
				p.prefixes = slices.Delete(p.prefixes, i, i+1)
				return
			}
			p.prefixes = slices.Insert(p.prefixes, n%(len(p.prefixes)+1), b)
		},
		"a block gets narrower or wider": func(r *rules) {
			p := &r.pools[n%len(r.pools)]
			i := m % len(p.prefixes)
			x := p.prefixes[i]
			switch {
			case x.Bits() == 20 || x.Bits() == 40:
				p.prefixes[i] = netip.PrefixFrom(x.Addr(), x.Bits()+1+n%3)
			case x.Addr().Is4():
				p.prefixes[i] = netip.PrefixFrom(x.Addr(), 20).Masked()
			default:
				p.prefixes[i] = netip.PrefixFrom(x.Addr(), 40).Masked()
			}
		},
		"a fixed customer comes or goes": func(r *rules) {
			p := &r.pools[n%len(r.pools)]
			if len(p.except) > 0 && m%2 == 0 {
				p.except = p.except[1:]
				return
			}
			x := p.prefixes[m%len(p.prefixes)]
			if bits := x.Bits() + 5 + n%4; !within(p.except, x.Addr()) {
				p.except = append(p.except, netip.PrefixFrom(x.Addr(), bits))
			}
		},
		"an exemption comes or goes": func(r *rules) {
			if len(r.exemptions) > 0 && m%2 == 0 {
				r.exemptions = slices.Delete(r.exemptions, 0, 1)
				return
			}
			p := r.pools[n%len(r.pools)]
			a := lastOf(p.prefixes[m%len(p.prefixes)])
			day := fmt.Sprintf("2026-%02d-%02d", 1+n%3, 1+n%28)
			r.exemptions = append(r.exemptions, exemptRule{fmt.Sprintf("e%d", n), a, day})
		},
		"a relay comes or goes": func(r *rules) {
			a := addrOf(fmt.Sprintf("192.0.2.%d", 20+m))
			if v6 {
				a = addrOf(fmt.Sprintf("2001:db8:25::%x", 20+m))
			}
			if i := slices.Index(r.relays, a); i >= 0 {
				r.relays = slices.Delete(r.relays, i, i+1)
				return
			}
			r.relays = append(r.relays, a)
		},
		"a destination comes or goes": func(r *rules) {
			d := &r.dests[n%len(r.dests)]
			x := prefixOf(fmt.Sprintf("198.51.100.%d/28", 16*m))
			if v6 {
				x = prefixOf(fmt.Sprintf("2001:db8:f0%02x::/48", m))
			}
			if i := slices.Index(d.prefixes, x); i >= 0 {
				d.prefixes = slices.Delete(d.prefixes, i, i+1)
				return
			}
			d.prefixes = append(d.prefixes, x)
		},
		"the order": func(r *rules) {
			slices.Reverse(r.pools)
			slices.Reverse(r.relays)
			slices.Reverse(r.dests)
			slices.Reverse(r.pools[0].prefixes)
		},
		"a phase comes or goes": func(r *rules) {
			if len(r.phases) > 1 && m%2 == 0 {
				i := n % len(r.phases)
				r.phases = slices.Delete(r.phases, i, i+1)
				return
			}
			p := phaseRule{name: fmt.Sprintf("p%d", n), start: fmt.Sprintf("2026-01-%02d", 1+n%28), action: []string{"block", "monitor"}[n/7%4/3]}
			if n%3 > 0 {
				p.to = []string{r.dests[n%len(r.dests)].name}
			}
			if n%5 > 1 {
				p.pools = []string{r.pools[n%len(r.pools)].name}
			}
			if n%2 == 0 {
				p.end = fmt.Sprintf("2026-03-%02d", 1+m)
			}
			r.phases = append(r.phases, p)
		},
		"counting or blocking": func(r *rules) {
			p := &r.phases[n%len(r.phases)]
			p.action = map[string]string{"block": "monitor", "monitor": "block"}[p.action]
		},
		"days pass": func(*rules) {},
	}
	names := []string{"a block of a pool comes or goes", "a block gets narrower or wider", "a fixed customer comes or goes", "an exemption comes or goes",
		"a relay comes or goes", "a destination comes or goes", "the order", "a phase comes or goes", "counting or blocking", "days pass", "spelled otherwise"}
	name := names[rnd.IntN(len(names))]
	if name == "spelled otherwise" {
		return change{name: name, rules: func(*rules) {}, respell: true}
	}
	if name == "days pass" {
		days = 1 + m
	}
	return change{name: name, rules: named[name], days: days}
}
