package planner_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"op25b/inventory"
	"op25b/planner"
	"op25b/policy"
	"op25b/renderer"
	"op25b/rollout"
	"op25b/sheet"
	"op25b/templates"
)

// fleet is a policy of so many pools with ten prefixes each, 20 relays and 200 destination
// prefixes, and a router for each pool.
func fleet(tb testing.TB, routers int, dialect string) (planner.Desk, []inventory.Device) {
	tb.Helper()
	dir := tb.TempDir()
	var p, inv strings.Builder
	p.WriteString("version: 1\nisp: Bench Net\ntimezone: Asia/Tokyo\npools:\n")
	inv.WriteString("version: 1\ndevices:\n")
	for i := range routers {
		fmt.Fprintf(&p, "  pool-%04d: { prefixes: [", i)
		for j := range 10 {
			fmt.Fprintf(&p, "%d.%d.%d.0/25,", 20+i/250, i%250, j*20)
		}
		p.WriteString("] }\n")
		fmt.Fprintf(&inv, "  r-%04d: { address: 127.0.0.1, port: %d, dialect: %s, attach: [{ interface: %s, direction: out, pools: [pool-%04d] }] }\n",
			i, 10000+i, dialect, iface(dialect), i)
	}
	p.WriteString("relays: [")
	for i := range 20 {
		fmt.Fprintf(&p, "192.0.2.%d,", 10+2*i)
	}
	p.WriteString("]\ndestinations:\n  carriers: { prefixes: [")
	for i := range 200 {
		fmt.Fprintf(&p, "100.%d.0.0/22,", i)
	}
	p.WriteString("] }\nphases:\n  - { name: carriers, start: 2020-01-01, to: [carriers], action: block }\n")
	write(tb, dir, "policy.yaml", p.String())
	write(tb, dir, "inventory.yaml", inv.String())
	desk := planner.Desk{Rollout: rollout.Default(), Renderers: map[string]renderer.Renderer{}}
	var err error
	if desk.Policy, err = policy.Load(filepath.Join(dir, "policy.yaml")); err != nil {
		tb.Fatal(err)
	}
	loaded, err := inventory.Load(filepath.Join(dir, "inventory.yaml"))
	if err != nil {
		tb.Fatal(err)
	}
	d, err := templates.Find(dialect)
	if err != nil {
		tb.Fatal(err)
	}
	if desk.Renderers[dialect], err = renderer.New(d, ""); err != nil {
		tb.Fatal(err)
	}
	desk.Date, _ = sheet.ParseDate("2020-06-01")
	return desk, loaded.Devices
}

func iface(dialect string) string {
	return map[string]string{"iosxe": "GigabitEthernet0/0/1", "iosxr": "Bundle-Ether1", "junos": "ge-0/0/1.0", "rtx": "lan2"}[dialect]
}

func write(tb testing.TB, dir, name, text string) {
	tb.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkFleet is 1,000 routers a round: compiled, laid out, rendered, read back; and, in
// the second half, proved as well.
func BenchmarkFleet(b *testing.B) {
	for _, dialect := range []string{"iosxe", "iosxr", "junos", "rtx"} {
		desk, devices := fleet(b, 1000, dialect)
		b.Run(dialect+"/rendered", func(b *testing.B) {
			for b.Loop() {
				for _, device := range devices {
					if _, err := desk.Sketch(device); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
		b.Run(dialect+"/proved", func(b *testing.B) {
			for b.Loop() {
				for _, device := range devices {
					if _, err := desk.Text(device); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
