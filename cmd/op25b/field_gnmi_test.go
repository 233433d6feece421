package main

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	rpc "google.golang.org/grpc/codes"

	"op25b/lab"
	"op25b/lab/openconfig"
)

// The stories that only routers with gNMI can tell: a timer that is none, channels that anybody can read,
// counters that tell themselves; and those of both transports.

// treeKind is a router that speaks gNMI in its own way.
func treeKind(o openconfig.Options) lab.Kind {
	k := openconfig.Kind()
	k.New = func(s lab.Setup) lab.Device {
		o.Clock = s.Clock
		return openconfig.New(s.Hostname, o)
	}
	return k
}

// sets are the RPCs that changed a router, since there were so many.
func (r *router) sets(from int) []string { return r.configured()[from:] }

// TestNoCommit: a router that ignores the Commit extension is found out by the probe. Nothing is changed and
// nothing is left of the probe, until it is accepted by name that nobody takes its change back; it is
// then changed without a timer. One that is known for it is not even tried.
func TestNoCommit(t *testing.T) {
	t.Parallel()
	for name, revert := range map[string]string{"found out": "native", "known": "none"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := emptySite(t)
			k := openconfig.Kind()
			k.Revert = revert
			r := s.add(k, nil)
			s.ready()
			probes, _, new := s.secondProbes()
			r.Spoil(lab.Fault{IgnoreCommit: true})
			text, from := r.Running(), len(r.configured())
			refused := s.must(6, s.push("next.plan", "--format=json")...)
			s.states(refused, "before 6")
			if revert == "native" {
				s.says(refused, "it ignores the Commit extension", "revert: none")
			} else {
				s.says(refused, "accept that by name")
			}
			if tried := len(r.sets(from)) > 0; tried != (revert == "native") {
				t.Errorf("it was told %q", r.sets(from))
			}
			if r.Running() != text {
				t.Errorf("it was refused, and is changed:\n%s", r.Running())
			}
			from = len(r.configured())
			s.states(s.must(0, s.push("next.plan", "--accept-no-revert", r.name, "--format=json")...), "cleaned 0")
			if !slices.ContainsFunc(r.sets(from), func(w string) bool { return strings.HasPrefix(w, "Set: 2 delete, 2 replace") }) {
				t.Errorf("it was told %q", r.sets(from))
			}
			if strings.Contains(r.Running(), "OP25B-PROBE") {
				t.Error("the probe is left")
			}
			s.arrived(probes, new)
			s.must(0, "diff")
		})
	}
}

// TestTrialRefused: a router that refuses the list of the trial has shown nothing of whether it takes a change
// back. It is told why in its own words, and that the account may not write where that is why.
func TestTrialRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code rpc.Code
		says string
	}{
		"it may not write":      {rpc.PermissionDenied, "the account may not write there: PermissionDenied: "},
		"it is not known":       {rpc.Unauthenticated, "the account may not write there: Unauthenticated: "},
		"no room":               {rpc.FailedPrecondition, "it refuses the list OP25B-PROBE, by which it is tried whether it takes a change back by itself: FailedPrecondition: "},
		"no resources":          {rpc.ResourceExhausted, "it refuses the list OP25B-PROBE, by which it is tried whether it takes a change back by itself: ResourceExhausted: "},
		"no Commit extension":   {rpc.Unimplemented, "write `revert: none` for it and accept that by name"},
		"an unknown extension":  {rpc.InvalidArgument, "write `revert: none` for it and accept that by name"},
		"somebody came between": {rpc.FailedPrecondition, "somebody else holds it: FailedPrecondition: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := runSite(t, oneWave, "openconfig")
			r := s.routers[0]
			r.Spoil(lab.Fault{RefusePath: "/acl/acl-sets", RefuseCode: int(c.code), Message: "not now"})
			if name == "somebody came between" {
				r.lose = func(line string) bool {
					if strings.HasPrefix(line, "Set commit ") {
						r.Spoil(lab.Fault{Lock: "yamada"})
					}
					return false
				}
			}
			text := r.Running()
			out := s.must(6, s.push("next.plan")...)
			s.says(out, c.says)
			for _, other := range []string{"the account may not write", "somebody else holds it", "revert: none"} {
				if !strings.Contains(c.says, other) && strings.Contains(out.out+out.err, other) {
					t.Errorf("it says %q:\n%s%s", other, out.err, out.out)
				}
			}
			if r.Running() != text {
				t.Errorf("it is changed:\n%s", r.Running())
			}
		})
	}
}

// TestSubinterfaceZero: a router whose entry for Ethernet2 names subinterface 0 calls that Ethernet2.0, and so
// it is to be called in the inventory.
func TestSubinterfaceZero(t *testing.T) {
	t.Parallel()
	s := emptySite(t)
	r := s.add(openconfig.Kind(), nil)
	s.write()
	doc := `{"openconfig-acl:acl":{"interfaces":{"interface":[{"id":"Ethernet2","config":{"id":"Ethernet2"},"interface-ref":{"config":{"interface":"Ethernet2","subinterface":0}}}]}},` +
		`"openconfig-interfaces:interfaces":{"interface":[{"name":"Ethernet2","config":{"name":"Ethernet2"}}]}}`
	if err := os.WriteFile(s.file(r.name+".cfg"), []byte(doc), 0o600); err != nil {
		t.Fatal(err)
	}
	s.says(s.must(1, "diff", "--running", s.dir), "Ethernet2 in ipv4: write Ethernet2.0 for this attachment in the inventory")
	inventory, err := os.ReadFile(s.file("inventory.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.file("inventory.yaml"), []byte(strings.ReplaceAll(string(inventory), "Ethernet2", "Ethernet2.0")), 0o600); err != nil {
		t.Fatal(err)
	}
	s.says(s.must(2, "diff", "--running", s.dir), "bind Ethernet2.0 in ipv4")
}

// TestCleartext: without TLS no password goes out, nor anything else, unless the device is named.
func TestCleartext(t *testing.T) {
	t.Parallel()
	s := emptySite(t)
	r := s.add(treeKind(openconfig.Options{Plain: true}), nil)
	r.extra = "    tls: off\n"
	s.write()
	silent := func(code int, words ...string) {
		t.Helper()
		before := r.server.Traffic()
		out := s.must(code, words...)
		s.says(out, "without TLS its password could be read on the way")
		if now := r.server.Traffic(); now != before {
			t.Errorf("op25b %s: the router has heard of it: %+v, before %+v", words[0], now, before)
		}
	}
	silent(6, "fetch", "-o", s.dir)
	silent(6, "plan", "-o", s.file("p.plan"))
	s.must(0, "plan", "-o", s.file("p.plan"), "--cleartext", r.name)
	silent(6, s.push("p.plan")...)
	s.must(0, s.push("p.plan", "--cleartext", r.name)...)
	probes, _, _ := s.secondProbes()
	s.arrived(probes, s.rules.verdicts(probes, s.today()))
	silent(5, "status")
	s.states(s.must(0, "status", "--cleartext", r.name, "--format=json"), "after 0")

	r.extra = "" // it is to be TLS, which the router has not: nothing that could be read is sent
	s.write()
	if out := s.run("diff"); out.code != 1 || !strings.Contains(out.err, "unreachable") {
		t.Errorf("exit %d\n%s%s", out.code, out.err, out.out)
	}
}

// TestClientCertificate: a router that lets in whoever has a certificate, and wants no password.
func TestClientCertificate(t *testing.T) {
	t.Parallel()
	s := emptySite(t)
	a, err := lab.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	own, err := a.Issue("op25b")
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(own.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string]*pem.Block{"own.pem": {Type: "CERTIFICATE", Bytes: own.Certificate[0]}, "own.key": {Type: "PRIVATE KEY", Bytes: key}} {
		if err := os.WriteFile(s.file(name), pem.EncodeToMemory(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.client = append(s.client, own)
	s.fleet.Door.Password, s.fleet.Door.ClientAuthority = "", a.PEM()
	s.env["OP25B_CORE_USERNAME"], s.env["OP25B_CORE_PASSWORD"] = "", ""
	s.env["OP25B_CORE_CERT"], s.env["OP25B_CORE_CERT_KEY"] = s.file("own.pem"), s.file("own.key")
	s.add(openconfig.Kind(), nil)
	s.ready()
	s.must(0, s.push("next.plan")...)
	probes, _, new := s.secondProbes()
	s.arrived(probes, new)
	s.env["OP25B_CORE_CERT"] = ""
	s.env["OP25B_CORE_USERNAME"] = "op"
	s.says(s.must(1, "diff"), "unreachable")
}

// TestSoakStream: counters that go backwards end the soak when it happens.
func TestSoakStream(t *testing.T) {
	t.Parallel()
	s := runSite(t, soaking, "openconfig", "rtx", "junos")
	r := s.routers[0]
	web := lab.Packet{Src: addrOf("100.64.5.5"), Dst: addrOf("9.9.9.9"), Protocol: 6, SrcPort: 1025, DstPort: 443}
	s.striking(func(_ int, done bool) bool {
		if !done {
			r.Send(r.kind.Interface, "in", web)
		}
		return false
	})
	streams := func() (n int) {
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, l := range r.typed {
			if strings.HasPrefix(l.text, "Subscribe STREAM") {
				n++
			}
		}
		return n
	}
	var asked atomic.Int64 // streams when the last row was written before the soak
	s.recorded = func() { asked.Store(int64(streams())) }
	cleared, began, ended := false, time.Time{}, time.Time{}
	s.nap = func(ctx context.Context, d time.Duration) error {
		if d != 30*time.Minute || cleared {
			s.pass(d)
			return context.Cause(ctx)
		}
		cleared, began = true, s.clock.Now()
		limit, stop := context.WithTimeout(ctx, 2*time.Minute) // of real time, where it is not heard
		defer stop()
		for int64(streams()) == asked.Load() && limit.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		if err := r.Load(r.Running()); err != nil { // somebody clears the counters
			t.Error(err)
		}
		for range 10 {
			s.pass(30 * time.Second)
			select {
			case <-limit.Done():
			case <-time.After(20 * time.Millisecond):
			}
		}
		<-limit.Done()
		if ctx.Err() == nil {
			t.Error("nobody has heard it")
		}
		ended = s.clock.Now()
		return context.Cause(ctx)
	}
	s.soakFails(" went from ", func() {
		if lasted := ended.Sub(began); began.IsZero() || lasted > 6*time.Minute {
			t.Errorf("it was heard after %s", lasted)
		}
	})
}

// TestBothTransports: a plan over SSH and gNMI in waves. Then a push in which the confirmation gets lost on a
// router of each kind, with all that is said to it until its timer has ended: both are back, that is what is told,
// and the run goes on to its end.
func TestBothTransports(t *testing.T) {
	t.Parallel()
	s := runSite(t, waved("parallel: 2, max-failed: 2, max-failed-total: 2"), "iosxe", "openconfig", "junos", "openconfig")
	probes, old, new := s.secondProbes()
	s.watch(s.open("next.plan"), probes, old, new)
	r := s.must(0, s.push("next.plan", "--format=json")...)
	s.states(r, slices.Repeat([]string{"cleaned 0"}, 4)...)
	s.arrived(probes, new)
	s.unwatch()

	was := s.rules
	s.rules = s.rules.clone()
	s.rules.relays = append(s.rules.relays, addrOf("192.0.2.31"))
	s.rollout = waved("parallel: 1, max-failed: 2, max-failed-total: 2") // they share a clock: who waits for his timer would end the other's
	p := s.plan("third.plan")
	probes = probesOf(was, s.rules, 140, seeded(8))
	old, new = was.verdicts(probes, s.today()), s.rules.verdicts(probes, s.today())
	s.watch(p, probes, old, new)
	for _, one := range s.routers[:2] {
		var until time.Time // its timer ends
		gone := false
		one.losing(func(line string) bool {
			if strings.HasPrefix(line, "configure terminal revert timer") || strings.HasPrefix(line, "Set commit 300s") {
				until = s.clock.Now().Add(5 * time.Minute)
			}
			gone = gone || !until.IsZero() && (line == "configure confirm" || line == "Set confirm")
			return gone && s.clock.Now().Before(until)
		})
	}
	r = s.must(4, s.push("third.plan", "--format=json")...)
	s.states(r, "before 4", "before 4", "unknown 3", "unknown 3")
	s.arrived(probes, old)
	s.states(s.must(0, "status", "--format=json"), slices.Repeat([]string{"before 0"}, 4)...)
	for _, one := range s.routers {
		one.losing(nil)
	}
	s.pass(time.Hour)
	s.arrived(probes, old)
	r = s.must(0, s.resume("third.plan", "--format=json")...)
	s.states(r, slices.Repeat([]string{"cleaned 0"}, 4)...)
	s.arrived(probes, new)
	s.unwatch()
	s.must(0, "diff")
}
