package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"op25b/inventory"
	"op25b/planner"
	"op25b/policy"
	"op25b/rollout"
	"op25b/sheet"
)

// renderedRouters is how many routers a render job has, each with ten prefixes of its own.
const renderedRouters = 1000

// pools gives the prefixes of one router's pool.
func pools(router int) []string {
	var out []string
	for j := range 10 {
		out = append(out, fmt.Sprintf("%d.%d.%d.0/25", 20+router/250, router%250, j*20))
	}
	return out
}

// relays are 20, carriers 200: towards these port 25 is closed.
func relays() (out []string) {
	for i := range 20 {
		out = append(out, fmt.Sprintf("192.0.2.%d", 10+2*i))
	}
	return out
}

func carriers() (out []string) {
	for i := range 200 {
		out = append(out, fmt.Sprintf("100.%d.0.0/22", i))
	}
	return out
}

// workspaceOf writes a workspace of so many routers.
func workspaceOf(dir, dialect string, routers int) error {
	ports := map[string]string{"iosxe": "GigabitEthernet0/0/1", "iosxr": "Bundle-Ether1", "junos": "ge-0/0/1.0", "rtx": "lan2"}
	var p, inv strings.Builder
	p.WriteString("version: 1\nisp: Bench Net\ntimezone: Asia/Tokyo\npools:\n")
	inv.WriteString("version: 1\ndevices:\n")
	for i := range routers {
		fmt.Fprintf(&p, "  pool-%04d: { prefixes: [%s] }\n", i, strings.Join(pools(i), ","))
		fmt.Fprintf(&inv, "  r-%04d: { address: 127.0.0.1, port: %d, dialect: %s, attach: [{ interface: %s, direction: out, pools: [pool-%04d] }] }\n",
			i, 10000+i, dialect, ports[dialect], i)
	}
	fmt.Fprintf(&p, "relays: [%s]\ndestinations:\n  carriers: { prefixes: [%s] }\n", strings.Join(relays(), ","), strings.Join(carriers(), ","))
	p.WriteString("phases:\n  - { name: carriers, start: 2020-01-01, to: [carriers], action: block }\n")
	return errors.Join(
		os.MkdirAll(dir, 0o755),
		os.WriteFile(filepath.Join(dir, "policy.yaml"), []byte(p.String()), 0o644),
		os.WriteFile(filepath.Join(dir, "inventory.yaml"), []byte(inv.String()), 0o644))
}

// renderJob loads a workspace, renders and reads back every router, three times, and does it
// again with the proof.
func renderJob(j job) (c cost, err error) {
	var desk planner.Desk
	var devices []inventory.Device
	err = c.run("load", func() error {
		var e1, e2, e3 error
		var inv inventory.Inventory
		desk.Policy, e1 = policy.Load(filepath.Join(j.Dir, "policy.yaml"))
		inv, e2 = inventory.Load(filepath.Join(j.Dir, "inventory.yaml"))
		desk.Rollout, devices = rollout.Default(), inv.Devices
		desk.Renderers, _, e3 = renderers(j.Dir, devices)
		return errors.Join(e1, e2, e3)
	})
	if err != nil {
		return c, err
	}
	desk.Date, _ = sheet.ParseDate("2020-06-01")
	for range 3 {
		lines := 0
		err = c.run("render", func() error {
			for _, d := range devices {
				text, err := desk.Sketch(d)
				if err != nil {
					return err
				}
				lines += strings.Count(text.Text, "\n")
			}
			return nil
		})
		if err != nil {
			return c, err
		}
		c.Notes = map[string]float64{"lines": float64(lines) / float64(len(devices))}
	}
	return c, c.run("prove", func() error {
		for _, d := range devices {
			if _, err := desk.Text(d); err != nil {
				return err
			}
		}
		return nil
	})
}

// BenchmarkFleet is a thousand routers, in the library and as one call of the command.
func BenchmarkFleet(b *testing.B) {
	op25b := built(b, "op25b")
	t := newTable(b, fmt.Sprintf("%d routers x 10 prefixes, 20 relays, 200 destinations: CPU time", renderedRouters),
		"what", "lines a router", "rendered and read back", "under 1 s", "and proved", "the whole command", "peak memory")
	ours := map[string][2]part{}
	for range b.N {
		for _, dialect := range []string{"iosxe", "iosxr", "junos", "rtx"} {
			dir := filepath.Join(b.TempDir(), dialect)
			if err := workspaceOf(dir, dialect, renderedRouters); err != nil {
				b.Fatal(err)
			}
			c, err := measured(job{What: "render", Dir: dir})
			if err != nil {
				t.broken(dialect, err)
				continue
			}
			command, err := program(dir, op25b, "render", "-o", "out")
			if err != nil {
				t.broken(dialect, err)
				continue
			}
			ours[dialect] = [2]part{c.part("render"), command}
			render := c.part("render").CPU
			t.row(dialect, fmt.Sprintf("%.0f", c.Notes["lines"]), seconds(render), kept(render, 1), seconds(c.part("prove").CPU),
				seconds(command.CPU), fmt.Sprintf("%.0f MB", c.Peak))
		}
		capirca(b, t, ours)
	}
}

// capirca measures Capirca's aclgen on the same prefixes where it is installed (Debian:
// python3-capirca). It reads nothing back and proves nothing, and knows no RTX.
func capirca(b *testing.B, t *table, ours map[string][2]part) {
	aclgen, err := exec.LookPath("aclgen")
	if err != nil {
		b.Log("aclgen is not installed: apt-get install python3-capirca")
		return
	}
	for _, same := range []struct{ target, dialect string }{
		{"cisco OP25B extended", "iosxe"}, {"cisco OP25B object-group", "iosxe"}, {"juniper OP25B inet", "junos"},
	} {
		target := same.target
		dir := b.TempDir()
		if err := capircaWorkspace(dir, target); err != nil {
			t.broken("Capirca", err)
			continue
		}
		took, err := program(dir, aclgen, "--base_directory", "policies", "--definitions_directory", "def", "--output_directory", "out", "--max_renderers", "1")
		files, _ := filepath.Glob(filepath.Join(dir, "out", "*"))
		if err != nil || len(files) != renderedRouters {
			t.broken("Capirca, "+target, fmt.Errorf("%d files: %v", len(files), err))
			continue
		}
		text, _ := os.ReadFile(files[0])
		t.row("Capirca's aclgen, "+target, fmt.Sprint(strings.Count(string(text), "\n")),
			fmt.Sprintf("%s that of %s", times(took.CPU, ours[same.dialect][0].CPU), same.dialect), "", "",
			fmt.Sprintf("%s, %s that of %s", seconds(took.CPU), times(took.CPU, ours[same.dialect][1].CPU), same.dialect))
	}
}

// capircaWorkspace says the same in Capirca's words: a policy file a router.
func capircaWorkspace(dir, target string) error {
	var def strings.Builder
	token := func(name string, prefixes []string) {
		fmt.Fprintf(&def, "%s = %s\n", name, strings.Join(prefixes, "\n  "))
	}
	var single []string
	for _, r := range relays() {
		single = append(single, r+"/32")
	}
	token("RELAYS", single)
	token("CARRIERS", carriers())
	errs := []error{os.MkdirAll(filepath.Join(dir, "def"), 0o755), os.MkdirAll(filepath.Join(dir, "policies", "pol"), 0o755), os.MkdirAll(filepath.Join(dir, "out"), 0o755)}
	for i := range renderedRouters {
		pool := fmt.Sprintf("POOL_%04d", i)
		token(pool, pools(i))
		text := "header {\n  target:: " + target + "\n}\n"
		for _, term := range []struct{ to, action string }{{"RELAYS", "accept"}, {"CARRIERS", "deny"}} {
			text += fmt.Sprintf("term t-%s {\n  source-address:: %s\n  destination-address:: %s\n  destination-port:: SMTP\n  protocol:: tcp\n  action:: %s\n}\n",
				strings.ToLower(term.to), pool, term.to, term.action)
		}
		text += "term rest {\n  action:: accept\n}\n"
		errs = append(errs, os.WriteFile(filepath.Join(dir, "policies", "pol", fmt.Sprintf("r-%04d.pol", i)), []byte(text), 0o644))
	}
	errs = append(errs,
		os.WriteFile(filepath.Join(dir, "def", "NETWORK.net"), []byte(def.String()), 0o644),
		os.WriteFile(filepath.Join(dir, "def", "SERVICES.svc"), []byte("SMTP = 25/tcp\n"), 0o644))
	return errors.Join(errs...)
}

// BenchmarkStart is how long the command takes to its first config.
func BenchmarkStart(b *testing.B) {
	op25b := built(b, "op25b")
	t := newTable(b, "Start to first config: wall time of a process, 20 runs each, in turn", "what", "least", "median", "over the hello", "under 20 ms")
	for range b.N {
		dir, hello := b.TempDir(), filepath.Join(b.TempDir(), "hello")
		if err := errors.Join(workspaceOf(dir, "iosxe", 1), greeting(hello)); err != nil {
			t.broken("render", err)
			return
		}
		runs := []struct {
			what string
			argv []string
			took []float64
		}{
			{"`/bin/true`", []string{"/bin/true"}, nil},
			{"hello world in Go", []string{hello}, nil},
			{"`op25b --version`", []string{op25b, "--version"}, nil},
			{"`op25b render`, one router", []string{op25b, "render"}, nil},
		}
		for range 21 {
			for i, r := range runs {
				p, err := program(dir, r.argv[0], r.argv[1:]...)
				if err != nil {
					t.broken(r.what, err)
					return
				}
				runs[i].took = append(r.took, p.Wall)
			}
		}
		floor := median(runs[1].took[1:])
		for i, r := range runs {
			took := r.took[1:] // the first run reads the program from the disk
			middle, over, verdict := median(took), "", ""
			if i > 1 {
				over = fmt.Sprintf("+%s, %s", seconds(middle-floor), times(middle, floor))
			}
			if i == 3 {
				verdict = kept(middle, 0.020)
			}
			t.row(r.what, seconds(slices.Min(took)), seconds(middle), over, verdict)
		}
	}
}

// greeting builds the smallest Go program that prints.
func greeting(path string) error {
	source := path + ".go"
	if err := os.WriteFile(source, []byte("package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hello\") }\n"), 0o644); err != nil {
		return err
	}
	out, err := exec.Command("go", "build", "-o", path, source).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}
