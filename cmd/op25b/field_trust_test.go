package main

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The stories of whom one takes routers with gNMI for, and of calls that cannot find that out.

// frontAndRest are the two routers in front, and the rest.
const frontAndRest = "version: 1\nwaves: [{ name: first, select: { place: front } }, { name: rest }]\n" +
	"limits: { parallel: 2, max-failed: 1, max-failed-total: 1 }\nconfirm: 5m\n"

// renew gives a router a certificate with another key, of the same authority and for the same name.
func (r *router) renew(t *testing.T) {
	t.Helper()
	if err := r.server.ChangeHostKey(); err != nil {
		t.Error(err)
	}
}

// TestRenewedCertificate: where no key is pinned the authority vouches for a router, whatever its key was
// while it was planned for: it can be pushed to, read and taken back.
func TestRenewedCertificate(t *testing.T) {
	t.Parallel()
	s := runSite(t, frontAndRest, "openconfig", "openconfig", "openconfig")
	texts := map[string]string{}
	for _, r := range s.routers {
		texts[r.name] = r.Running()
		if key := stepOf(s.open("next.plan"), r.name).Identity.HostKey; key != "" {
			t.Errorf("the plan pins %s, which the inventory does not", key)
		}
		r.renew(t)
	}
	s.must(0, s.push("next.plan", "--wave=first")...)
	for _, r := range s.routers {
		r.renew(t)
	}
	s.states(s.must(0, "status", "--format=json"), "after 0", "after 0", "before 0")
	s.must(0, "rollback", "--yes="+s.open("next.plan").Short())
	for _, r := range s.routers {
		if r.Running() != texts[r.name] {
			t.Errorf("%s is not as it was:\n%s", r.name, r.Running())
		}
	}
}

// TestPinnedCertificate: a key that the inventory pins holds, in a push and on the way back.
func TestPinnedCertificate(t *testing.T) {
	t.Parallel()
	s := runSite(t, frontAndRest, "openconfig", "openconfig", "openconfig")
	r := s.routers[0]
	key := regexp.MustCompile(`openconfig-1: connected (SHA256:\S+)`).FindStringSubmatch(s.must(0, s.push("next.plan", "--dry-run")...).err)
	if key == nil {
		t.Fatal("it does not say its key")
	}
	r.extra = "    hostkey: " + key[1] + "\n"
	s.write()
	s.plan("next.plan")
	s.must(0, s.push("next.plan", "--wave=first")...)
	text := r.Running()
	r.renew(t)
	s.says(s.must(6, "diff"), "another device: its host key is ")
	s.says(s.must(6, "rollback", "--yes="+s.open("next.plan").Short()), "another device: its host key is ")
	if r.Running() != text {
		t.Error("it was changed")
	}
}

// TestRenewedInSoak: a certificate that is renewed while its wave soaks takes nothing back.
func TestRenewedInSoak(t *testing.T) {
	t.Parallel()
	s := runSite(t, soaking, "openconfig", "openconfig", "iosxe")
	renewed := false
	s.nap = func(ctx context.Context, d time.Duration) error {
		if d > time.Minute && !renewed { // the soak
			renewed = true
			s.routers[0].renew(t)
		}
		s.pass(d)
		return context.Cause(ctx)
	}
	s.must(0, s.push("next.plan")...)
	if !renewed {
		t.Error("nothing soaked")
	}
	probes, _, new := s.secondProbes()
	s.arrived(probes, new)
}

// TestRenewedInPush: a certificate that is renewed while the timer runs. The change is confirmed where the
// channels stand, for only the router with our commit can confirm it. Where the renewal cuts them with the
// confirmation on its way, that is said to no other key, and the change is taken back.
func TestRenewedInPush(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]struct {
		line      string
		cut, code int // so many lines are lost with their channels
	}{
		"before the read-back":        {"Set commit 300s", 0, 0},
		"when it is confirmed":        {"Set confirm", 0, 0},
		"with the confirmation lost":  {"Set confirm", 1, 4},
		"with all that is on its way": {"Set confirm", 2, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := runSite(t, oneWave, "openconfig")
			r := s.routers[0]
			armed, renewed, cut := false, false, 0
			r.losing(func(line string) bool {
				armed = armed || strings.HasPrefix(line, "Set commit 300s")
				if armed && !renewed && strings.HasPrefix(line, at.line) {
					renewed, cut = true, at.cut
					r.renew(t)
				}
				cut--
				return cut >= 0
			})
			out := s.must(at.code, s.push("next.plan", "--format=json")...)
			if !renewed {
				t.Fatal("it was not renewed")
			}
			probes, old, new := s.secondProbes()
			if at.code == 0 {
				s.arrived(probes, new)
				return
			}
			s.says(out, "a moment ago")
			s.states(out, "before 4")
			s.arrived(probes, old)
			s.must(0, s.resume("next.plan")...)
			s.arrived(probes, new)
		})
	}
}

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
