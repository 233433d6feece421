package main

import (
	"strings"
	"testing"
)

// The stories of whom one takes routers with gNMI for, and of calls that cannot find that out.

// frontAndRest are the two routers in front, and the rest.
const frontAndRest = "version: 1\nwaves: [{ name: first, select: { place: front } }, { name: rest }]\n" +
	"limits: { parallel: 2, max-failed: 1, max-failed-total: 1 }\nconfirm: 5m\n"

// TestNothingToTrust: a file of authorities or of host keys that is none is a mistake of the call: one error,
// before anybody is connected to and before anything is begun.
func TestNothingToTrust(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ variable, name, without string }{ // a device that can be reached all the same
		{"OP25B_TLS_CA", "nosuch.pem", "iosxe-2"},
		{"OP25B_TLS_CA", "inventory.yaml", "iosxe-2"},
		{"OP25B_KNOWN_HOSTS", "nosuch_hosts", "openconfig-1"},
	} {
		t.Run(c.variable+" "+c.name, func(t *testing.T) {
			t.Parallel()
			s := runSite(t, frontAndRest, "openconfig", "iosxe", "iosxe")
			id := s.open("next.plan").Short()
			good := s.env[c.variable]
			mistaken := func(words ...string) {
				t.Helper()
				s.env[c.variable] = s.file(c.name)
				defer func() { s.env[c.variable] = good }()
				before := s.logins()
				out := s.must(1, words...)
				s.says(out, c.name, c.variable)
				if strings.Count(out.err, "error: ") != 1 || strings.Count(out.err, "hint: ") != 1 {
					t.Errorf("op25b %s:\n%s", words[0], out.err)
				}
				for i, n := range s.logins() {
					if n != before[i] {
						t.Errorf("op25b %s: %s was connected to", words[0], s.routers[i].name)
					}
				}
			}
			mistaken("diff")
			mistaken("fetch", "-o", s.file("bk"))
			mistaken("plan", "-o", s.file("no.plan"))
			mistaken("status", s.file("next.plan"))
			mistaken(s.push("next.plan")...)
			mistaken(s.push("next.plan", "--dry-run")...)
			s.must(1, "log") // nothing was begun
			s.must(0, s.push("next.plan", "--wave=first")...)
			_, rows := s.journal()
			for _, verb := range []string{"resume", "rollback"} {
				mistaken(verb, "--yes="+id)
			}
			mistaken("confirm")
			mistaken("abort")
			if _, now := s.journal(); len(now) != len(rows) {
				t.Errorf("%d rows, before %d", len(now), len(rows))
			}
			s.env[c.variable] = s.file(c.name)
			s.must(0, "diff", c.without)
		})
	}
}

// TestCleartextName: a device that nobody knows cannot be accepted by name, by any verb that logs in.
func TestCleartextName(t *testing.T) {
	t.Parallel()
	s := runSite(t, frontAndRest, "openconfig", "openconfig", "openconfig")
	id := "--yes=" + s.open("next.plan").Short()
	const near = "--cleartext=openconfig-l"
	s.says(s.must(1, "fetch", "-o", s.file("bk"), near), "no device is called `openconfig-l`", "did you mean `openconfig-1`")
	mistaken := func(words ...string) {
		t.Helper()
		if out := s.must(1, append(words, near)...); !strings.Contains(out.err, "error: --cleartext: ") || !strings.Contains(out.err, "openconfig-l") {
			t.Errorf("op25b %s:\n%s", words[0], out.err)
		}
	}
	mistaken("diff")
	mistaken("diff", "--running", s.dir)
	mistaken("plan", "-o", s.file("no.plan"))
	mistaken("status", s.file("next.plan"))
	mistaken(s.push("next.plan")...)
	mistaken(s.push("next.plan", "--dry-run")...)
	s.must(0, append([]string{"--cleartext", "openconfig-1"}, s.push("next.plan", "--wave=first")...)...)
	for _, verb := range []string{"resume", "rollback"} {
		mistaken(verb, id)
	}
	mistaken("confirm")
	mistaken("abort")
	s.must(64, "check", near)
}
