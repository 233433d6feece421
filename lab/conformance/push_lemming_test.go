package conformance_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"op25b/lab/conformance"
	"op25b/pusher/gnmi"
	"op25b/templates/openconfig"
	"op25b/templates/words"
)

const patience = 30 * time.Second

// dialog opens the product's own channel to a lemming.
func (d lemming) dialog(t *testing.T) *gnmi.Dialog {
	t.Helper()
	dialer, err := gnmi.NewDialer(gnmi.Trust{Files: []string{d.trust}}, patience)
	if err != nil {
		t.Fatal(err)
	}
	road := gnmi.Road{Address: d.address, Login: gnmi.Login{User: "op", Password: secret}, Commit: "op25b-conformance"}
	channel, err := gnmi.Open(t.Context(), dialer, road, openconfig.Dialect{}.Session(), patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { channel.Close() })
	return channel
}

// sets sends lines as one Set, as a push without a timer does.
func sets(t *testing.T, channel *gnmi.Dialog, lines []string) error {
	t.Helper()
	s := openconfig.Dialect{}.Session()
	if _, err := channel.Do(t.Context(), s.Enter, 0, patience); err != nil {
		t.Fatal(err)
	}
	if n, err := channel.Send(t.Context(), lines); err != nil || n != len(lines) {
		t.Fatalf("%d of %d lines: %v", n, len(lines), err)
	}
	_, err := channel.Do(t.Context(), s.Commit, 0, patience)
	if _, left := channel.Do(t.Context(), s.Leave, 0, patience); left != nil {
		t.Fatal(left)
	}
	return err
}

// holds fails where a lemming's /acl has not exactly the leaves of a document, and what the model
// says is there where nothing is written: no log.
func (d lemming) holds(t *testing.T, document string) {
	t.Helper()
	want := leavesOf(t, "", document)
	maps.DeleteFunc(want, func(path, _ string) bool { return !strings.HasPrefix(path, "/acl/") })
	got := withoutKeys(d.leaves(t, "/acl"))
	for _, path := range slices.Sorted(maps.Keys(want)) {
		if value, there := got[path]; !there || value != want[path] {
			t.Errorf("%s: %q is wanted, %q is there", path, want[path], value)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(got)) {
		if _, there := want[path]; !there && !(strings.HasSuffix(path, "/actions/config/log-action") && got[path] == "LOG_NONE") {
			t.Errorf("%s: %q is there, and not wanted", path, got[path])
		}
	}
}

// TestLemming: the lines of plans, sent as the product sends them, make a target that we did not
// write hold what is wanted, from phase to phase and back; the product reads that again.
func TestLemming(t *testing.T) {
	for _, variant := range []string{"", "iosxr", "sets"} {
		t.Run("variant "+variant, func(t *testing.T) {
			d := startLemming(t, "Ethernet1", "Ethernet2")
			b := newBench(t, device{variant: variant, interfaces: "Ethernet1/in Ethernet2.100/out"})
			channel := d.dialog(t)
			for _, phase := range []string{"vodafone", "mobile", "everyone", "over"} {
				at := phases()[phase]
				step := b.planned(at, d.document(t))
				if len(step.Do) == 0 {
					t.Fatalf("%s: nothing to do", phase)
				}
				had := bound(d.leaves(t, "/acl"))
				for _, leg := range []struct {
					name  string
					lines []string
				}{{"do", step.Do}, {"undo", step.Undo}, {"do again", step.Do}, {"cleanup", step.Cleanup}} {
					if len(leg.lines) == 0 {
						continue
					}
					if err := sets(t, channel, leg.lines); err != nil {
						t.Fatalf("%s: %s: %v\n%s", phase, leg.name, err, strings.Join(leg.lines, "\n"))
					}
					if now := bound(d.leaves(t, "/acl")); leg.name == "undo" && !maps.Equal(now, had) {
						t.Errorf("%s: undone, but bound is %v", phase, now)
					}
				}
				b.write("running/edge1.cfg", d.document(t))
				if out, code := b.try("diff", "--at", at, "--running", "running"); code != 0 {
					t.Errorf("%s: exit %d\n%s", phase, code, out)
				}
				b.does("prove", "--at", at, "--config", "running")
				if err := conformance.Validate([]byte(d.document(t))); err != nil {
					t.Errorf("%s: %v", phase, err)
				}
			}
			if left := d.leaves(t, "/acl/acl-sets"); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// TestLemmingHoldsTheRendered: on an empty target, what is there afterwards is leaf by leaf what is
// rendered.
func TestLemmingHoldsTheRendered(t *testing.T) {
	for phase, at := range phases() {
		t.Run(phase, func(t *testing.T) {
			d := startLemming(t, "Ethernet1", "Ethernet2")
			b := newBench(t, device{interfaces: "Ethernet1/in Ethernet2.100/out"})
			if lines := b.planned(at, d.document(t)).Do; len(lines) > 0 {
				if err := sets(t, d.dialog(t), lines); err != nil {
					t.Fatal(err)
				}
			}
			d.holds(t, b.rendered(at))
		})
	}
}

// TestLemmingRefuses: what it refuses is a refusal for the product, and nothing of it is there then.
func TestLemmingRefuses(t *testing.T) {
	d := startLemming(t, "Ethernet1", "Ethernet2")
	b := newBench(t, device{interfaces: "Ethernet1/in Ethernet2.100/out"})
	channel := d.dialog(t)
	lines := b.planned(phases()["mobile"], d.document(t)).Do
	for _, c := range []damage{
		{"a binding of a set that is not there", `ingress-acl-set[set-name=`, `ingress-acl-set[set-name=X`, ""},
		{"an action that is none", "openconfig-acl:DROP", "openconfig-acl:FORGET", ""},
		{"a port that is none", `"destination-port":25`, `"destination-port":70000`, ""},
		{"an interface that is not there", `"interface":"Ethernet1"`, `"interface":"Ethernet9"`, ""},
	} {
		broken := strings.Split(c.done(t, strings.Join(lines, "\n")), "\n")
		if strings.HasPrefix(c.name, "a binding") {
			broken = strings.Split(strings.ReplaceAll(strings.Join(broken, "\n"), `"set-name":"`, `"set-name":"X`), "\n")
		}
		err := sets(t, channel, broken)
		if refusal := new(words.Refusal); !errors.As(err, refusal) {
			t.Errorf("%s: %v", c.name, err)
		}
		if held := d.leaves(t, "/acl"); len(held) > 0 {
			t.Errorf("%s: it holds %v", c.name, held)
		}
	}
	if err := sets(t, channel, lines); err != nil {
		t.Errorf("the sound lines: %v", err)
	}
}

// TestLemmingProbe: a target that ignores the Commit extension is found out, and nothing of the
// probe is left on it.
func TestLemmingProbe(t *testing.T) {
	d := startLemming(t, "Ethernet1")
	channel := d.dialog(t)
	guard := openconfig.Dialect{}.Session().Guards["native"]
	_, err := channel.Do(t.Context(), guard.Probe, 20, patience)
	if refusal := new(words.Refusal); !errors.As(err, refusal) {
		t.Errorf("%v", err)
	}
	if held := d.leaves(t, "/acl"); len(held) > 0 {
		t.Errorf("left behind: %v", held)
	}
}

// bound are the leaves by which lists stand on interfaces.
func bound(leaves map[string]any) map[string]string {
	some := withoutKeys(leaves)
	maps.DeleteFunc(some, func(path, _ string) bool { return !strings.Contains(path, "gress-acl-sets/") })
	return some
}

// TestLemmingReads: leaves are read from a target that we did not write by the product's own
// Subscribe; nothing waits there; and a target that has no Get is not taken for one without lists.
func TestLemmingReads(t *testing.T) {
	d := startLemming(t, "Ethernet1", "Ethernet2")
	b := newBench(t, device{address: d.address, interfaces: "Ethernet1/in Ethernet2.100/out"})
	b.env = append(b.env, "OP25B_TLS_CA="+d.trust)
	channel := d.dialog(t)
	if err := sets(t, channel, b.planned(phases()["mobile"], d.document(t)).Do); err != nil {
		t.Fatal(err)
	}
	if says, err := channel.Read(t.Context(), "pending"); err != nil || strings.TrimSpace(says) != "none" {
		t.Errorf("pending: %q, %v", says, err)
	}
	const entries = "/acl/acl-sets/acl-set[name=OP25B-IN-V4-G1][type=ACL_IPV4]/acl-entries"
	var want []string
	for path, value := range d.leaves(t, entries) {
		want = append(want, path+" "+fmt.Sprint(value))
	}
	slices.Sort(want)
	says, err := channel.Read(t.Context(), "once "+entries)
	if got := strings.Split(strings.TrimSpace(says), "\n"); err != nil || len(want) < 20 || !slices.Equal(got, want) {
		t.Errorf("%v\n%s\nis wanted, read is\n%s", err, strings.Join(want, "\n"), says)
	}
	if _, err := channel.Read(t.Context(), "get"); err == nil {
		t.Error("a configuration is read where there is no Get")
	}
	if out, code := b.try("plan", "--at", phases()["mobile"], "-o", "two.plan"); code == 0 || !strings.Contains(strings.ToLower(out), "unimplemented") {
		t.Errorf("exit %d\n%s", code, out)
	}
}
