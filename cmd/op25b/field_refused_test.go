package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"op25b/lab"
)

// obstacle is something in the way of a push that must be noticed before anything is typed in
// configuration mode.
type obstacle struct {
	name     string
	dialects []string                                  // where it can be; empty for all
	lay      func(s *site, r *router) (words []string) // after the plan was made; more words for the push
	code     int
	says     map[string]string // what the report has to say, by dialect; "" for the others
}

// obstacles by their names; the lines are what an operator types at that kind of router.
func obstacles() []obstacle {
	by := func(lines map[string][]string) func(*site, *router) []string {
		return func(_ *site, r *router) []string {
			r.edit(lines[r.kind.Dialect]...)
			return nil
		}
	}
	always := func(s string) map[string]string { return map[string]string{"": s} }
	none := func(*site, *router) []string { return nil }
	return []obstacle{
		{"nothing is in the way", nil, none, 0, always("cleaned")},
		{"another device by its name", nil, by(map[string][]string{
			"iosxe": {"hostname other"}, "iosxr": {"hostname other"}, "junos": {"set system host-name other"}, "rtx": {"console prompt other"},
			"openconfig": {`update /system/config {"hostname":"other"}`}}),
			6, map[string]string{"": `another device: it calls itself "other"`, "openconfig": `another device: its configuration is of "other"`}},
		{"another host key", everyTyped(), func(_ *site, r *router) []string {
			if err := r.server.ChangeHostKey(); err != nil {
				panic(err)
			}
			return nil
		}, 6, always("changed: ")},
		{"another host key that known_hosts knows", everyTyped(), func(s *site, r *router) []string {
			if err := r.server.ChangeHostKey(); err != nil {
				panic(err)
			}
			s.write()
			return nil
		}, 6, always("another device: its host key is ")},
		{"a certificate with another key, which nobody pins", []string{"openconfig"}, func(_ *site, r *router) []string {
			if err := r.server.ChangeHostKey(); err != nil {
				panic(err)
			}
			return nil
		}, 0, always("cleaned")},
		{"a certificate of nobody we know", []string{"openconfig"}, func(_ *site, r *router) []string {
			if err := r.server.ChangeAuthority(); err != nil {
				panic(err)
			}
			return nil
		}, 6, always("certificate refused")},
		{"nobody whose certificates are believed", []string{"openconfig"}, func(s *site, r *router) []string {
			s.env["OP25B_TLS_CA"] = ""
			return nil
		}, 6, always("certificate refused")},
		{"no file with certificates", []string{"openconfig"}, func(s *site, r *router) []string {
			s.env["OP25B_TLS_CA"] = s.file("nosuch.pem")
			return nil
		}, 1, always("nosuch.pem")},
		{"an unknown host key", everyTyped(), func(s *site, r *router) []string {
			s.known = "# nobody\n"
			s.write()
			return nil
		}, 6, always("is in known_hosts")},
		{"a wrong password", nil, func(s *site, r *router) []string {
			s.env["OP25B_CORE_PASSWORD"] = "wrong"
			return nil
		}, 1, always("login refused")},
		{"a wrong password of the privileged level", []string{"iosxe", "rtx"}, func(s *site, r *router) []string {
			s.env["OP25B_CORE_ENABLE"] = "wrong"
			return nil
		}, 1, always("login refused")},
		{"no password", nil, func(s *site, r *router) []string {
			s.env["OP25B_CORE_PASSWORD"] = ""
			return nil
		}, 1, always("set the credentials")},
		{"a password with a line end", []string{"openconfig"}, func(s *site, r *router) []string {
			s.env["OP25B_CORE_PASSWORD"] = "two\nlines"
			return nil
		}, 1, always(`credentials "core": the password has a control character`)},
		{"no user", nil, func(s *site, r *router) []string {
			s.env["OP25B_CORE_USERNAME"] = ""
			return nil
		}, 1, always("no user name")},
		{"our list was edited", nil, func(s *site, r *router) []string {
			r.edit(editOurs(r)...)
			return nil
		}, 6, always("it changed since the plan was made")},
		{"our binding is gone", nil, by(map[string][]string{
			"iosxe":      {"interface GigabitEthernet0/0/1", " no ip access-group in"},
			"iosxr":      {"interface Bundle-Ether1.100", " no ipv4 access-group ingress"},
			"junos":      {"delete interfaces ge-0/0/1 unit 0 family inet filter"},
			"rtx":        {"no ip lan2 secure filter in"},
			"openconfig": {"delete /acl/interfaces/interface[id=Ethernet2]/ingress-acl-sets"}}), 6, always("it changed since the plan was made")},
		{"a foreign list is in our place", nil, by(map[string][]string{
			"iosxe": {"ip access-list extended THEIRS", " permit ip any any", "interface GigabitEthernet0/0/1", " ip access-group THEIRS in"},
			"iosxr": {"interface Bundle-Ether1.100", " ipv4 access-group MGMT ingress"},
			"junos": {"set interfaces ge-0/0/1 unit 0 family inet filter input PROTECT-CORE"},
			"rtx":   {"ip lan2 secure filter in 200020 200099"},
			"openconfig": {"delete /acl/interfaces/interface[id=Ethernet2]/ingress-acl-sets", "update /acl/interfaces/interface[id=Ethernet2]" +
				`/ingress-acl-sets/ingress-acl-set[set-name=PROTECT-CORE][type=ACL_IPV4] {"set-name":"PROTECT-CORE","type":"ACL_IPV4","config":{"set-name":"PROTECT-CORE","type":"ACL_IPV4"}}`}}), 6, always("it changed since the plan was made")},
		{"a foreign list beside ours changed", []string{"rtx"}, by(map[string][]string{
			"rtx": {"ip filter 200020 reject * * udp,tcp 136 *"}}), 6, always("it changed since the plan was made")},
		{"somebody's work is not saved", []string{"iosxe", "rtx"}, func(s *site, r *router) []string {
			line := map[string]string{"iosxe": "ip route 198.51.100.0 255.255.255.0 192.0.2.1", "rtx": "ip route 198.51.100.0/24 gateway 192.0.2.1"}
			r.hand(append(r.into(), line[r.kind.Dialect])...)
			return nil
		}, 6, always("not saved")},
		{"somebody's work is not saved, and that is accepted", []string{"iosxe", "rtx"}, func(s *site, r *router) []string {
			line := map[string]string{"iosxe": "ip route 198.51.100.0 255.255.255.0 192.0.2.1", "rtx": "ip route 198.51.100.0/24 gateway 192.0.2.1"}
			r.hand(append(r.into(), line[r.kind.Dialect])...)
			return []string{"--accept-unsaved", r.name}
		}, 0, always("cleaned")},
		{"somebody holds the lock", []string{"iosxe", "iosxr", "junos"}, func(s *site, r *router) []string {
			r.Spoil(lab.Fault{Lock: "yamada"})
			return nil
		}, 6, always("lock")},
		{"somebody is administrator", []string{"rtx"}, func(s *site, r *router) []string {
			r.Spoil(lab.Fault{Lock: "yamada"})
			return nil
		}, 1, always("login refused: administrator")},
		{"somebody's commit waits", []string{"openconfig"}, func(s *site, r *router) []string {
			r.set(commitOf("theirs"), `update /interfaces/interface[name=Ethernet1]/config {"description":"theirs"}`)
			return nil
		}, 6, always("a timer runs on it")},
		{"an earlier push died before it confirmed, and nobody remembers", []string{"openconfig"}, func(s *site, r *router) []string {
			r.set(commitOf("op25b-0123456789abcdef"), stepOf(s.open("next.plan"), r.name).Do...)
			return nil
		}, 6, always("a timer runs on it")},
		{"it ignores the Commit extension", []string{"openconfig"}, func(s *site, r *router) []string {
			r.Spoil(lab.Fault{IgnoreCommit: true})
			return nil
		}, 6, always("it ignores the Commit extension, so it cannot take a change back by itself")},
		{"it takes any id for the one of its commit", []string{"openconfig"}, func(s *site, r *router) []string {
			r.Spoil(lab.Fault{AnyID: true})
			return nil
		}, 6, always("it ignores the Commit extension")},
		{"it takes the Commit extension, and no change back", []string{"openconfig"}, func(s *site, r *router) []string {
			r.Spoil(lab.Fault{NeverReverts: true})
			return nil
		}, 6, always("did not show within 33 s that it takes a change back")},
		{"it answers too late", []string{"openconfig"}, func(s *site, r *router) []string {
			r.Spoil(lab.Fault{Late: 2 * time.Second})
			return []string{"--patience=1s"}
		}, 1, always("no answer came")},
		{"a timer of somebody else runs", []string{"iosxe", "junos"}, func(s *site, r *router) []string {
			r.hand(map[string][]string{
				"iosxe": {"enable", "configure terminal revert timer 10", "ip route 198.51.100.0 255.255.255.0 192.0.2.1", "end", "write memory"},
				"junos": {"configure", "set system host-name " + r.name, "set interfaces ge-0/0/1 description theirs", "commit confirmed 10"},
			}[r.kind.Dialect]...)
			return nil
		}, 6, always("a timer runs on it")},
		{"an earlier push died before it confirmed", []string{"iosxe", "junos"}, func(s *site, r *router) []string {
			lines := stepOf(s.open("next.plan"), r.name).Do
			if r.kind.Dialect == "iosxe" {
				r.hand(slices.Concat([]string{"enable", "configure terminal revert timer 10"}, lines, []string{"end"})...)
			} else {
				r.hand(slices.Concat([]string{"configure"}, lines, []string{"commit confirmed 10"})...)
			}
			return nil
		}, 6, always("a timer runs on it")},
		{"an earlier push died before it saved", []string{"iosxe", "rtx"}, func(s *site, r *router) []string {
			r.hand(append(r.into(), stepOf(s.open("next.plan"), r.name).Do...)...)
			return nil
		}, 6, always("it is as wanted, but that is not saved")},
		{"an earlier push died before it saved, and that is accepted", []string{"iosxe", "rtx"}, func(s *site, r *router) []string {
			r.hand(append(r.into(), stepOf(s.open("next.plan"), r.name).Do...)...)
			return []string{"--accept-unsaved", r.name}
		}, 0, always(": saved\n")},
		{"nobody answers", nil, func(s *site, r *router) []string {
			r.server.Spoil(lab.Wire{Refuse: true})
			return nil
		}, 1, always("unreachable")},
	}
}

// editOurs are lines that take an entry out of our list, or change it.
func editOurs(r *router) []string {
	name := ""
	for _, n := range ownLists(r.Running()) {
		if strings.Contains(n, "-V4-") {
			name = n
		}
	}
	switch r.kind.Dialect {
	case "iosxe":
		return []string{"ip access-list extended " + name, " 5 permit tcp host 100.64.3.3 any eq smtp"}
	case "iosxr":
		return []string{"ipv4 access-list " + name, " 5 permit tcp host 100.64.3.3 any eq smtp"}
	case "openconfig":
		return []string{"delete /acl/acl-sets/acl-set[name=" + name + "][type=ACL_IPV4]/acl-entries/acl-entry[sequence-id=10]"}
	case "junos":
		m := regexp.MustCompile(`filter (OP25B-\S+-V4-\S+) \{(?s:.*?)term (\S+) \{`).FindStringSubmatch(r.Running())
		at := "firewall family inet filter " + m[1] + " term "
		return []string{"set " + at + "theirs then accept", "insert " + at + "theirs before term " + m[2]}
	}
	return []string{"no ip filter " + firstOurs(r.Running())}
}

// firstOurs is the first number of ours that is defined.
func firstOurs(text string) string {
	for _, line := range strings.Split(text, "\n") {
		if w := strings.Fields(line); len(w) > 3 && w[0] == "ip" && w[1] == "filter" && strings.HasPrefix(w[2], "25") && len(w[2]) == 6 {
			return w[2]
		}
	}
	return ""
}

// TestRefused lays every obstacle before a push on every dialect: the exit code, the words,
// and not one byte in configuration mode.
func TestRefused(t *testing.T) {
	t.Parallel()
	for _, dialect := range everyDialect() {
		for _, o := range obstacles() {
			if len(o.dialects) > 0 && !slices.Contains(o.dialects, dialect) {
				continue
			}
			t.Run(dialect+"/"+o.name, func(t *testing.T) {
				t.Parallel()
				s := newSite(t, dialect)
				r := s.routers[0]
				s.ready()
				words := s.push("next.plan", o.lay(s, r)...)
				typed, bytes, text := len(r.configured()), r.server.Traffic().ConfigBytes, r.Running()
				out := s.must(o.code, words...)
				says, there := o.says[dialect]
				if !there {
					says = o.says[""]
				}
				if !strings.Contains(out.out+out.err, says) {
					t.Errorf("it does not say %q:\n%s%s", says, out.err, out.out)
				}
				if o.code == 0 {
					r.Restart()
					probes, _, new := s.secondProbes()
					s.arrived(probes, new)
					return
				}
				if !strings.Contains(out.err, "op25b: hint: ") {
					t.Errorf("there is no hint:\n%s%s", out.err, out.out)
				}
				if more := r.configured()[typed:]; len(more) > 0 && !strings.Contains(out.out, "Commit extension") { // that was tried
					t.Errorf("typed in configuration mode: %q", more)
				}
				if n := r.server.Traffic().ConfigBytes - bytes; n > 0 && dialect != "rtx" && dialect != "openconfig" { // where a Set is asked with
					t.Errorf("%d bytes in configuration mode", n)
				}
				if r.Running() != text {
					t.Error("the running configuration has changed")
				}
			})
		}
	}
}

// TestGates refuses pushes at the desk: no router hears of them.
func TestGates(t *testing.T) {
	t.Parallel()
	s := newSite(t, everyDialect()...)
	s.rollout = oneWave + "window: { days: [tue], from: \"02:00\", to: \"05:00\", timezone: Asia/Tokyo }\n"
	s.rules.phases[0].end = "2026-01-14"
	p := s.plan("p.plan")
	logins := func() (n int) {
		for _, r := range s.routers {
			n += r.server.Traffic().Logins
		}
		return n
	}
	before := logins()
	id := "--yes=" + p.Short()
	refuse := func(code int, says, typed string, words ...string) {
		t.Helper()
		r := s.runWith(t.Context(), typed, append([]string{"push", s.file("p.plan")}, words...)...)
		s.want(r, code, words...)
		if !strings.Contains(r.err, says) {
			t.Errorf("it does not say %q:\n%s", says, r.err)
		}
		if code != 7 && !strings.Contains(r.err, "op25b: hint: ") {
			t.Errorf("there is no hint:\n%s", r.err)
		}
	}
	refuse(6, "the window is tue 02:00 to 05:00", "", id) // it is Monday
	s.pass(15 * time.Hour)                                // Tuesday, 02:00 in Tokyo
	refuse(7, "is not the id of the plan", "", "--yes=000000000000")
	refuse(7, "nothing was typed", "")
	refuse(7, "is not the id of the plan", "\n")
	refuse(7, "is not the id of the plan", "yes\n")
	refuse(1, "the plan has no wave", "", id, "--wave=nosuch")
	refuse(64, "unknown flag", "", id, "--force")
	s.pass(8 * 24 * time.Hour) // Wednesday, and the phase is over on the 14th
	refuse(6, "the plan is valid from 2025-12-01 until before 2026-01-14", "", id)
	s.pass(6 * 24 * time.Hour) // Tuesday, in the window, but the plan is no longer valid
	refuse(6, "and today is 2026-01-20", "", id)
	if n := logins(); n != before {
		t.Errorf("%d logins", n-before)
	}
}

// ownLists are the names of our lists in a text.
func ownLists(text string) []string {
	var out []string
	for _, word := range strings.Fields(text) {
		word = strings.Trim(word, `;",`)
		if strings.HasPrefix(word, "OP25B-") && !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	return out
}
