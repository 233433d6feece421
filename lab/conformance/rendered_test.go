package conformance_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"op25b/inventory"
	"op25b/lab/conformance"
)

// TestRendered: what the product renders, for every way to deviate from the model and both families,
// is what the published models take; and each document can be broken, which is not taken.
func TestRendered(t *testing.T) {
	for _, variant := range append([]string{""}, inventory.Variants()...) {
		if variant == "sonic" { // refused
			continue
		}
		for phase, at := range phases() {
			t.Run("variant "+variant+" "+phase, func(t *testing.T) {
				b := newBench(t, device{variant: variant, interfaces: "Ethernet1/in Ethernet2.100/out"})
				text := b.rendered(at)
				document := withInterfaces(t, text)
				if err := conformance.Validate([]byte(document)); err != nil {
					t.Fatalf("%v\n%s", err, text)
				}
				if phase == "over" {
					return
				}
				for _, d := range []damage{
					{"a port that is none", `"destination-port":25`, `"destination-port":70000`, "DestinationPort"},
					{"an action that is none", `openconfig-acl:DROP`, `openconfig-acl:FORGET`, "ForwardingAction"},
					{"a set whose name nobody binds", `"config":{"set-name":"`, `"config":{"set-name":"X`, "are different"},
					{"an interface that is not there", `"config":{"interface":"Ethernet1"`, `"config":{"interface":"Ethernet9"`, "not equal to any target"},
				} {
					if err := conformance.Validate([]byte(d.done(t, document))); err == nil || !strings.Contains(err.Error(), d.says) {
						t.Errorf("%s: %v", d.name, err)
					}
				}
			})
		}
	}
}

// TestRenderedStory: so are the long lists of a real story.
func TestRenderedStory(t *testing.T) {
	b := newBench(t, device{interfaces: "Ethernet1/in Ethernet2.100/out"})
	const story = "../../golden/plala-2005"
	for _, name := range []string{"policy.yaml", "pools"} {
		if out, err := exec.Command("cp", "-R", filepath.Join(story, name), b.dir).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	for _, phase := range []string{"vodafone", "au-tuka"} {
		b.does("render", "--phase", phase, "-o", "rendered")
		document := withInterfaces(t, b.read("rendered/edge1.cfg"))
		if n := strings.Count(document, "sequence-id"); n < 200 {
			t.Errorf("%s: only %d entries", phase, n/2)
		}
		if err := conformance.Validate([]byte(document)); err != nil {
			t.Errorf("%s: %v", phase, err)
		}
	}
}
