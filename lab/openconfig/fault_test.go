package openconfig_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"

	"op25b/lab"
	"op25b/lab/openconfig"
)

const lost = codes.Unavailable

func TestFaults(t *testing.T) {
	change := func(b *bench) error { return b.set("update " + setA + `/config/description "new"`) }
	commit := func(b *bench) error {
		return b.send(ops(b.t, "update "+setA+`/config/description "new"`), request("id", time.Minute))
	}
	end := func(b *bench) error { return b.send(&gnmi.SetRequest{}, confirm("id")) }
	other := func(b *bench) error { return b.send(&gnmi.SetRequest{}, confirm("two")) }
	hour := func(b *bench) error { b.clock.Advance(time.Hour); return nil }
	tests := []struct {
		name  string
		fault lab.Fault
		do    []func(*bench) error
		codes []codes.Code
		done  bool // the change is there in the end
	}{
		{"none", lab.Fault{}, fs(commit, end, hour), cs(ok, ok, ok), true},
		{"refuses the second Set", lab.Fault{RefuseLine: 2}, fs(commit, end, hour), cs(ok, bad, ok), false},
		{"refuses with a code", lab.Fault{RefuseLine: 1, RefuseCode: int(codes.Internal)}, fs(change), cs(codes.Internal), false},
		{"refuses a leaf", lab.Fault{RefusePath: "/acl/acl-sets/acl-set/config/description", RefuseCode: int(codes.Unimplemented)}, fs(change, commit), cs(codes.Unimplemented, codes.Unimplemented), false},
		{"refuses another leaf", lab.Fault{RefusePath: "/acl/acl-sets/acl-set/config/name"}, fs(change), cs(ok), true},
		{"loses a Set", lab.Fault{LoseSet: 1}, fs(change), cs(lost), false},
		{"loses an answer", lab.Fault{LoseAnswer: 1}, fs(change), cs(lost), true},
		{"loses the answer of a confirm", lab.Fault{LoseAnswer: 2}, fs(commit, end, end, hour), cs(ok, lost, precondition, ok), true},
		{"restarts after a commit", lab.Fault{RebootAt: 1}, fs(commit, end), cs(lost, precondition), false},
		{"restarts after a Set", lab.Fault{RebootAt: 1}, fs(change), cs(lost), true},
		{"skips the confirm", lab.Fault{SkipConfirm: true}, fs(commit, end, hour), cs(ok, ok, ok), false},
		{"ignores the extension", lab.Fault{IgnoreCommit: true}, fs(commit, other, hour), cs(ok, ok, ok), true},
		{"does not compare ids", lab.Fault{AnyID: true}, fs(commit, other, hour), cs(ok, ok, ok), true},
		{"never reverts", lab.Fault{NeverReverts: true}, fs(commit, hour, end), cs(ok, ok, ok), true},
		{"another operator's commit", lab.Fault{Lock: "yamada"}, fs(change, commit, end), cs(precondition, precondition, bad), false},
		{"late", lab.Fault{Late: time.Millisecond}, fs(change), cs(ok), true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, openconfig.Options{})
			b.ok(whole()...)
			b.router.Spoil(test.fault)
			for i, do := range test.do {
				b.want(do(b), test.codes[i], "", fmt.Sprint("step ", i+1))
			}
			if there := strings.Contains(b.router.Running(), `"new"`); there != test.done {
				t.Errorf("the change is there: %v\n%s", there, b.server.Transcript())
			}
		})
	}
}

func fs(f ...func(*bench) error) []func(*bench) error { return f }
func cs(c ...codes.Code) []codes.Code                 { return c }

func TestHardwareIsFull(t *testing.T) {
	b := newBench(t, openconfig.Options{})
	b.router.Spoil(lab.Fault{TCAMEntries: 4})
	lines := whole()
	b.ok(lines[:4]...)
	b.want(b.set(lines[4]), codes.ResourceExhausted, "room for 4 entries", "the fifth bound entry")
	b.router.Spoil(lab.Fault{TCAMEntries: 5})
	b.ok(lines[4])
}

func TestUnionOfEverything(t *testing.T) {
	b := newBench(t, openconfig.Options{})
	b.ok(whole()...)
	b.router.Spoil(lab.Fault{UnionAll: true})
	b.ok("union_replace " + setA + " " + valueA)
	if now := b.router.Running(); strings.Contains(now, "PROTECT-CORE") || strings.Contains(now, "ingress") || !strings.Contains(now, `"Ethernet2"`) {
		t.Errorf("%s", now)
	}
}

// Somebody who watches sees each RPC, looks at packets right after it, and can lose the answer.
func TestTap(t *testing.T) {
	b := newBench(t, openconfig.Options{})
	var seen []string
	b.router.Tap(func(what string, write bool, carry func()) bool {
		carry()
		pass, _ := b.router.Verdict("Ethernet2", "in", packet("198.51.100.7", "192.0.2.1", 6, 25))
		seen = append(seen, fmt.Sprint(what, " ", write, " ", pass))
		return strings.Contains(what, "Set confirm")
	})
	if err := b.send(ops(t, whole()...), request("id", 5*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.get("/acl", gnmi.GetRequest_CONFIG); err != nil {
		t.Fatal(err)
	}
	b.want(b.send(&gnmi.SetRequest{}, confirm("id")), lost, "", "confirm")
	b.want(b.send(&gnmi.SetRequest{}, confirm("id")), lost, "", "confirm again")
	b.router.Tap(func(what string, write bool, carry func()) bool { return true })
	b.want(b.set("delete "+boundA), lost, "", "a Set that is not carried out")
	b.router.Tap(nil)
	b.want(b.send(&gnmi.SetRequest{}, confirm("id")), precondition, "", "confirm once more")
	want := "Set commit 300s: 1 replace, 4 update true false\nGet /acl false false\nSet confirm true false\nSet confirm true false"
	if got := strings.Join(seen, "\n"); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if pass, _ := b.router.Verdict("Ethernet2", "in", packet("198.51.100.7", "192.0.2.1", 6, 25)); pass {
		t.Error("the Set that was lost was carried out")
	}
}

// The wire of the lab means to gNMI what it means to SSH.
func TestWire(t *testing.T) {
	change := "update " + setA + `/config/description "new"`
	new := func(b *bench) bool { return strings.Contains(b.router.Running(), `"new"`) }
	lostNow := func(b *bench) bool { return strings.Contains(b.server.Transcript(), "lost on the way") }
	tests := []struct {
		name  string
		wire  lab.Wire
		code  codes.Code
		done  bool
		hangs func(*bench) bool // whether the router says nothing any more; nil for one that does not hang
	}{
		{"drops at a Set that is not carried out", lab.Wire{DropConfigAt: 1, Lost: true}, lost, false, nil},
		{"drops at a Set that is carried out", lab.Wire{DropConfigAt: 1}, lost, true, nil},
		{"drops at the second request", lab.Wire{DropAt: 2}, ok, true, nil},
		{"hangs at a Set", lab.Wire{HangConfigAt: 1}, codes.Canceled, true, new},
		{"hangs at a Set that is not carried out", lab.Wire{HangConfigAt: 1, Lost: true}, codes.Canceled, false, lostNow},
		{"refuses", lab.Wire{Refuse: true}, lost, false, nil},
		{"mute", lab.Wire{Mute: true}, codes.DeadlineExceeded, false, nil},
		{"cuts after some bytes", lab.Wire{CutAfter: 500}, lost, false, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, openconfig.Options{})
			b.ok(whole()...)
			b.server.Spoil(test.wire)
			b.client = b.dial()
			if test.hangs != nil {
				b.givesUpWhen(test.hangs)
			}
			if test.wire.Mute {
				b.hurry(100 * time.Millisecond)
			}
			b.want(b.set(change), test.code, "", test.name)
			if there := new(b); there != test.done {
				t.Errorf("carried out: %v\n%s", there, b.server.Transcript())
			}
		})
	}
}

// givesUpWhen makes the client give up what it asks from now on when something is so.
func (b *bench) givesUpWhen(so func(*bench) bool) {
	ctx, cancel := context.WithCancel(b.ctx)
	b.t.Cleanup(cancel)
	b.ctx = ctx
	go func() {
		defer cancel()
		for ctx.Err() == nil && !so(b) {
			time.Sleep(time.Millisecond)
		}
	}()
}

// Traffic and the transcript tell what came; Watch is called for each Set. No password is told.
func TestBooks(t *testing.T) {
	var watched []string
	b := newBench(t, openconfig.Options{})
	door := lab.Door{User: user, Password: password, Watch: func(_ lab.Device, line string) { watched = append(watched, line) }}
	b.fleet.Door = door
	s, err := b.fleet.Add("oc-2", b.router)
	if err != nil {
		t.Fatal(err)
	}
	b.server = s
	b.client = b.dial()
	b.ok(whole()...)
	b.want(b.set("delete "+setA), bad, "", "a bound set")
	if _, err := b.get("/acl", gnmi.GetRequest_CONFIG); err != nil {
		t.Fatal(err)
	}
	b.login("op25b", "wrong")
	b.want(b.set(), codes.Unauthenticated, "", "a wrong password")
	b.login("root", password)
	b.want(b.set(), codes.Unauthenticated, "", "a wrong user")
	b.login("", "")
	b.want(b.set(), codes.Unauthenticated, "", "no login")
	traffic := s.Traffic()
	if traffic.Lines != 3 || traffic.ConfigLines != 2 || traffic.Logins != 1 || traffic.ConfigBytes < 500 || traffic.Bytes <= traffic.ConfigBytes {
		t.Errorf("%+v", traffic)
	}
	if got := strings.Join(watched, "\n"); got != "Set: 1 replace, 4 update\nSet: 1 delete" {
		t.Errorf("watched %q", got)
	}
	said := s.Transcript()
	for _, want := range []string{"[1] connection\n", "Set: 1 replace, 4 update: OK\n", "Set: 1 delete: InvalidArgument: /acl/interfaces/", "Get /acl: OK\n", "wrong user or password"} {
		if !strings.Contains(said, want) {
			t.Errorf("the transcript has no %q:\n%s", want, said)
		}
	}
	if strings.Contains(said, password) || strings.Contains(said, "wrong\n") {
		t.Errorf("a password in the transcript:\n%s", said)
	}
}

func TestTerminalOfNone(t *testing.T) {
	s := openconfig.New("oc-1", openconfig.Options{}).Login(user)
	if said, more := s.Enter("show version"); more || !strings.Contains(said, "use gNMI") || s.Configuring() {
		t.Errorf("%q, %v", said, more)
	}
}
