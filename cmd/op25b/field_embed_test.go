package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"op25b/lab"
)

// companyOf is a router of a kind on which others have bound a list of theirs, EDGE, to the customers.
// IPv6 lists of IOS-XE have no groups, so nothing of ours could go into one.
func companyOf(dialect string) lab.Kind {
	k := kindOf(dialect)
	plain := k.Config
	k.Config = func(hostname string, n int) string {
		port := "interface " + k.Interface + "\n"
		text := "ip access-list extended EDGE\n 100 deny udp any any eq snmp\n 110 permit tcp any any established\n 120 permit ip any any\n"
		bound := " ip access-group EDGE in\n"
		if dialect == "iosxr" {
			text, bound = "", ""
			for _, f := range []string{"ipv4", "ipv6"} {
				text += f + " access-list EDGE\n 1 remark the border of the core team\n 100 deny udp any any eq snmp\n 110 permit tcp any any established\n 120 permit " + f + " any any\n!\n"
				bound += " " + f + " access-group EDGE ingress\n"
			}
		}
		return strings.Replace(plain(hostname, n), port, text+port+bound, 1)
	}
	return k
}

// newEmbedSite has two routers with such lists, the first of a dialect.
func newEmbedSite(t *testing.T, dialect string) *site {
	s := emptySite(t)
	s.existing["iosxe"], s.existing["iosxr"] = "embed", "embed"
	s.add(companyOf(dialect), nil)
	s.add(companyOf(map[string]string{"iosxe": "iosxr", "iosxr": "iosxe"}[dialect]), nil)
	return s
}

// theirs are the lines of EDGE that are not ours, without their numbers.
func (r *router) theirs() []string {
	var out []string
	within := false
	for _, line := range strings.Split(r.Running(), "\n") {
		if !strings.HasPrefix(line, " ") {
			within = strings.HasSuffix(strings.TrimSpace(line), "access-list EDGE") || strings.HasSuffix(strings.TrimSpace(line), "extended EDGE")
		}
		if within && !strings.Contains(line, "-group OP25B-") {
			out = append(out, strings.TrimLeft(line, " 0123456789"))
		}
	}
	return out
}

// TestEmbedEdits carries out every edit inside lists of others, and watches: the lists of others
// stay as they were, also where somebody numbers them anew, and in the end nothing of ours is left.
func TestEmbedEdits(t *testing.T) {
	t.Parallel()
	s := newEmbedSite(t, "iosxe")
	var was [][]string
	for _, r := range s.routers {
		was = append(was, r.theirs())
	}
	before := openRules()
	inside := 0
	for i, c := range edits() {
		if i%3 == 2 && !sweeping() {
			continue
		}
		care := Quick
		if i%4 == 1 {
			care = Thorough
		}
		before = s.story(c, before, uint64(i), care)
		for j, r := range s.routers {
			if now := r.theirs(); !slices.Equal(now, was[j]) {
				t.Errorf("%s: the list of others is\n%s\nand was\n%s", r.name, strings.Join(now, "\n"), strings.Join(was[j], "\n"))
			}
			inside += strings.Count(r.Running(), " deny tcp ") * min(1, strings.Count(r.Running(), "EDGE"))
		}
		if t.Failed() {
			t.Fatalf("at: %s", c.name)
		}
	}
	if inside < 15 {
		t.Errorf("only %d lines of ours were seen inside lists of others", inside)
	}
	end := func(r *rules) { // story lets the days pass first
		for i := range r.phases {
			r.phases[i].end = s.today()
		}
	}
	s.story(change{name: "the end", rules: end, days: 60}, before, 99, Thorough)
	for _, r := range s.routers {
		if strings.Contains(r.Running(), "OP25B") {
			t.Errorf("%s: after the end of the policy there is still something of ours\n%s", r.name, r.Running())
		}
	}
}

// TestEmbedMishaps lets every mishap happen while lines come into a list of others and leave it.
func TestEmbedMishaps(t *testing.T) {
	t.Parallel()
	for i, m := range mishaps() {
		for j, dialect := range []string{"iosxe", "iosxr"} {
			if len(m.dialects) > 0 && !slices.Contains(m.dialects, dialect) || (i+j)%3 > 0 && len(m.dialects) == 0 && !sweeping() {
				continue
			}
			t.Run(dialect+"/"+m.name, func(t *testing.T) {
				t.Parallel()
				rnd := seeded(uint64(1000 + 10*i + j))
				n := 1
				if sweeping() {
					n = 12
				}
				for range n {
					embedMishap(t, m, dialect, rnd.IntN)
				}
			})
		}
	}
}

// embedMishap lets a mishap happen at a random one of the last lines, those inside the list of others.
func embedMishap(t *testing.T, m mishap, dialect string, random func(int) int) {
	s := newEmbedSite(t, dialect)
	s.add(kindOf("junos"), nil) // after them
	s.rollout = fmt.Sprintf("version: 1\nwaves: [{ name: first, select: { place: front } }, { name: rest }]\n%s",
		"limits: { parallel: 4, max-failed: 1, max-failed-total: 1 }\nconfirm: 5m\n")
	s.ready()
	victim := s.routers[0]
	was := victim.theirs()
	step := stepOf(s.open("next.plan"), victim.name)
	k := len(step.Do) - random(len(step.Switch)+1)
	if m.over(len(step.Do), dialect) == 0 {
		k = 1
	}
	s.mishap(m, k)
	if now := victim.theirs(); !slices.Equal(now, was) {
		t.Errorf("%s at line %d: the list of others is\n%s\nand was\n%s", m.name, k, strings.Join(now, "\n"), strings.Join(was, "\n"))
	}
}
