package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"op25b/plan"
)

// TestRevertTimers: the timer that each device is armed with is as long as the plan says, in text and on the
// page, also where the rollout wants another than its dialect has.
func TestRevertTimers(t *testing.T) {
	t.Parallel()
	for confirm, differ := range map[string]map[string]string{
		"5m":  {},
		"20h": {"iosxe": "2h", "iosxr": "18h12m15s"},
		"45s": {"iosxe": "1m", "junos": "1m"},
		"2h":  {},
	} {
		t.Run(confirm, func(t *testing.T) {
			t.Parallel()
			s := runSite(t, strings.Replace(oneWave, "confirm: 5m", "confirm: "+confirm, 1), everyDialect()...)
			text := s.must(0, "show", s.file("next.plan")).out
			told := toldTimers(t, s.open("next.plan"), text)
			page := s.must(0, "show", s.file("next.plan"), "--format=html").out
			push := s.must(0, s.push("next.plan")...)
			armed, arming := map[string]string{}, regexp.MustCompile(`(?m)(\S+): arming its own timer, (\S+)$`)
			for _, m := range arming.FindAllStringSubmatch(push.err, -1) {
				armed[m[1]] = m[2]
			}
			for _, r := range s.routers {
				want := confirm
				if other := differ[r.kind.Dialect]; other != "" {
					want = other
					if !strings.Contains(page, "after "+other+"</span> ") {
						t.Errorf("the page does not say that %s reverts after %s", r.name, other)
					}
				}
				if told[r.name] != lengthOf(t, want) || lengthOf(t, armed[r.name]) != told[r.name] {
					t.Errorf("%s: the plan says %s, the push arms %s, want %s:\n%s", r.name, told[r.name], armed[r.name], want, tail(text))
				}
			}
		})
	}
}

// toldTimers are the timers of devices by the text of their plan.
func toldTimers(t *testing.T, p plan.Plan, text string) map[string]time.Duration {
	t.Helper()
	out := map[string]time.Duration{}
	usual := regexp.MustCompile(`(?m)^gates: .*; devices revert after (\S+)$`)
	other := regexp.MustCompile(`(?m)^reverts after (\S+): [0-9]+ devices?: (.*) \(`)
	if m := usual.FindStringSubmatch(text); m != nil {
		for _, s := range touched(p) {
			out[s.Device] = lengthOf(t, m[1])
		}
	}
	for _, m := range other.FindAllStringSubmatch(text, -1) {
		for _, device := range strings.Split(m[2], ", ") {
			out[device] = lengthOf(t, m[1])
		}
	}
	return out
}

func lengthOf(t *testing.T, text string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestReverts: a plan names the devices that do not take a change back by themselves, those that it only
// cleans among them, and those whose timer is another than the rollout wants.
func TestReverts(t *testing.T) {
	step := func(name, dialect, revert string) plan.Step {
		return plan.Step{Device: name, Dialect: dialect, Revert: revert, Do: []string{"line"}}
	}
	idle := plan.Step{Device: "idle", Dialect: "rtx", Revert: "none"}
	cleaned := plan.Step{Device: "cleaned", Dialect: "rtx", Revert: "none", Cleanup: []string{"line"}}
	const reload = "reverts after 1h: 1 device: old (rtx with `revert: reload` takes 1m to 1h, in whole seconds)\n"
	for _, c := range []struct {
		name, confirm string
		steps         []plan.Step
		usual, others string
	}{
		{"as usual", "5m", []plan.Step{step("a", "junos", "native"), idle}, "5m", ""},
		{"nothing to do", "5m", []plan.Step{idle}, "5m", ""},
		{"one that does not", "5m", []plan.Step{step("a", "junos", "native"), step("b", "openconfig", "none")}, "5m", "does not revert by itself: 1 device: b\n"},
		{"all that do not", "5m", []plan.Step{step("b", "openconfig", "none"), cleaned}, "", "does not revert by itself: 2 devices: b, cleaned\n"},
		{"a reload", "2h", []plan.Step{step("a", "rtx", "native"), step("old", "rtx", "reload")}, "2h", reload},
		{"only a reload", "2h", []plan.Step{step("old", "rtx", "reload")}, "", reload},
	} {
		p := plan.Plan{Gates: plan.Gates{Confirm: c.confirm}, Waves: []plan.Wave{{Steps: c.steps}}}
		r := revertsOf(p)
		var out strings.Builder
		g := &globals{voice: &voice{out: &out}}
		g.printReverts(r)
		if r.Usual != c.usual || out.String() != c.others {
			t.Errorf("%s: %s\n%s", c.name, r.Usual, out.String())
		}
		if said := gates(p.Gates, r); strings.Contains(said, "revert") != (c.usual != "") {
			t.Errorf("%s: %s", c.name, said)
		}
	}
}
