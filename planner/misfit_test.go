package planner

import (
	"testing"

	"op25b/inventory"
	"op25b/policy"
	"op25b/renderer"
	"op25b/sheet"
	"op25b/templates"
)

// TestMisfit: what a dialect can not write is told once, at its place in the inventory.
func TestMisfit(t *testing.T) {
	dialect, err := templates.Find("junos")
	if err != nil {
		t.Fatal(err)
	}
	r, err := renderer.New(dialect, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Load("../policy/testdata/example/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	date, err := sheet.ParseDate("2006-07-26")
	if err != nil {
		t.Fatal(err)
	}
	desk := Desk{Policy: p, Date: date, Renderers: map[string]renderer.Renderer{"junos": r}}
	attach := func(line int, name string) inventory.Attach {
		return inventory.Attach{Interface: name, Direction: "in", Families: []string{"ipv4", "ipv6"}, Existing: inventory.Refuse,
			Pools: names(p), Place: sheet.Place{File: "inventory.yaml", Line: line, Col: 9}}
	}
	device := inventory.Device{Name: "mx", Dialect: "junos", Place: sheet.Place{File: "inventory.yaml", Line: 4, Col: 3},
		Attach: []inventory.Attach{attach(8, "ge-0/0/0.0"), attach(9, "ge-0/0/1")}}
	const want = `inventory.yaml:9:9: interface "ge-0/0/1" has no unit; write it as ge-0/0/1.0`
	if _, err := desk.Text(device); err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	device.Dialect = "nftables"
	if _, err := desk.Text(device); err == nil || err.Error() != "inventory.yaml:4:3: dialect nftables is not built yet" {
		t.Errorf("got %v", err)
	}
}

func names(p policy.Policy) []string {
	var out []string
	for _, pool := range p.Pools {
		out = append(out, pool.Name)
	}
	return out
}
