package planner_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"op25b/inventory"
	"op25b/planner"
	"op25b/policy"
	"op25b/renderer"
	"op25b/sheet"
	"op25b/templates"
)

// A policy whose second phase is the first about IPv6: its undo takes IPv6 away beside IPv4.
const secondFamily = `version: 1
isp: Example
timezone: Asia/Tokyo
pools: { home: { prefixes: [203.0.113.0/24, "2001:db8:100::/40"] } }
relays: [192.0.2.25, "2001:db8:25::25"]
destinations:
  four: { prefixes: [198.51.100.0/28] }
phases:
  - { name: four, start: 2020-01-01, to: [four], action: block }
  - { name: both, start: 2020-02-01, to: any, action: block }
`

// gnmiDesk is a desk on the first day of a month of 2020, with a router that is reached over gNMI.
func gnmiDesk(t *testing.T, month int) (planner.Desk, inventory.Device) {
	t.Helper()
	p, err := policy.Read(fstest.MapFS{"policy.yaml": {Data: []byte(secondFamily)}}, "policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	inv, err := inventory.Read("i.yaml", []byte("version: 1\ndevices:\n  oc: { address: 192.0.2.1, dialect: openconfig, attach: [{ interface: Ethernet1, direction: out }] }\n"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := templates.Find("openconfig")
	if err != nil {
		t.Fatal(err)
	}
	r, err := renderer.New(d, "")
	if err != nil {
		t.Fatal(err)
	}
	return planner.Desk{Policy: p, Date: sheet.Date{Year: 2020, Month: time.Month(month), Day: 1}, Renderers: map[string]renderer.Renderer{"openconfig": r}}, inv.Devices[0]
}

const bareRouter = `{"openconfig-acl:acl": {}, "openconfig-interfaces:interfaces": {"interface": [{"name": "Ethernet1", "config": {"name": "Ethernet1"}}]}}`

// TestOneSet: what goes out in one Set has its deletes first, in do and in undo, also where one family
// comes or goes while the other is bound anew.
func TestOneSet(t *testing.T) {
	for _, way := range [][2]int{{1, 2}, {2, 1}} {
		desk, device := gnmiDesk(t, way[0])
		first, err := desk.Draft(device, bareRouter)
		if err != nil {
			t.Fatal(err)
		}
		running := newTreeRouter(bareRouter).with(first.Step.Do)
		desk, device = gnmiDesk(t, way[1])
		draft, err := desk.Draft(device, running)
		if err != nil {
			t.Fatal(err)
		}
		for name, lines := range map[string][]string{"do": draft.Step.Do, "undo": draft.Step.Undo} {
			lastUnbind := -1
			for i, l := range lines {
				if strings.HasPrefix(l, "delete /acl/interfaces/") {
					lastUnbind = i
				}
			}
			bind := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "update /acl/interfaces/") })
			if lastUnbind < 0 || bind >= 0 && bind < lastUnbind {
				t.Errorf("month %d to %d, %s: something is taken away behind what is bound:\n%s", way[0], way[1], name, strings.Join(lines, "\n"))
			}
		}
	}
}

// TestDoubtsAreInTheState: a word of a vendor that makes our part unknown is a change of the device.
func TestDoubtsAreInTheState(t *testing.T) {
	desk, device := gnmiDesk(t, 2)
	draft, err := desk.Draft(device, bareRouter)
	if err != nil {
		t.Fatal(err)
	}
	running := newTreeRouter(bareRouter).with(draft.Step.Do)
	d := desk.Renderers["openconfig"].Dialect()
	state := func(text string) string {
		c, err := d.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(c.Canonical(draft.Step.Points(), draft.Step.Owner()), "\n")
	}
	was := state(running)
	for name, change := range map[string][2]string{
		"a word in the binding":            {`"egress-acl-sets":{`, `"egress-acl-sets":{"x:mode":"COUNT",`},
		"no interface-ref":                 {`"interface-ref"`, `"x:no-ref"`},
		"a default of the vendor for /acl": {`"openconfig-acl:acl":{`, `"openconfig-acl:acl":{"x:default":"DROP",`},
	} {
		text := strings.ReplaceAll(running, " ", "")
		spoiled := strings.Replace(text, change[0], change[1], 1)
		if spoiled == text {
			t.Fatalf("%s: %s is not in\n%s", name, change[0], text)
		}
		if state(spoiled) == was {
			t.Errorf("%s does not show in the state", name)
		}
	}
}
