package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folder is a small workspace with one router of each kind that can stand in a test: what is
// typed there, and what comes back.
type folder struct {
	*testing.T
	dir string
}

const smallPolicy = `version: 1
isp: Example Net
timezone: Asia/Tokyo
pools: { flets: { prefixes: [203.0.113.0/24] } }
relays: [192.0.2.25]
phases:
  - { name: all, start: 2005-01-31, end: 2030-01-01, to: any, action: block }
`

const smallInventory = `version: 1
defaults: { credentials: core }
devices:
  xe-1: { address: 192.0.2.101, dialect: iosxe, attach: [{ interface: GigabitEthernet0/0/1, direction: out, families: [ipv4] }] }
  rtx-1: { address: 192.0.2.104, dialect: rtx, attach: [{ interface: pp 1, direction: out, families: [ipv4] }] }
`

func newFolder(t *testing.T) folder {
	f := folder{t, t.TempDir()}
	f.write("policy.yaml", smallPolicy)
	f.write("inventory.yaml", smallInventory)
	f.write("rollout.yaml", `version: 1
waves:
  - { name: canary, one-of-each: dialect, soak: 30m }
  - { name: rest }
limits: { parallel: 20, max-failed: 1, max-failed-total: 3 }
confirm: 10m
window: { days: [tue, wed, thu], from: "02:00", to: "05:00", timezone: Asia/Tokyo }
approvals: 1
`)
	f.write("running/xe-1.cfg", "hostname xe-1\ninterface GigabitEthernet0/0/1\n no ip address\n!\nend\n")
	f.write("running/rtx-1.cfg", "ip lan1 address 192.0.2.4/24\npp select 1\n pp always-on on\n")
	return f
}

func (f folder) write(name, text string) {
	f.Helper()
	path := filepath.Join(f.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		f.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		f.Fatal(err)
	}
}

// types runs the command in the folder: its exit code, its results and its talk.
func (f folder) types(args ...string) (int, string, string) {
	f.Helper()
	var out, talk bytes.Buffer
	none := func(string) string { return "" }
	code := run(context.Background(), append([]string{"-C", f.dir}, args...), world{in: strings.NewReader(""), out: &out, err: &talk, environ: none, now: clock})
	return code, out.String(), talk.String()
}

func keys(t *testing.T, where string, v any, want ...string) {
	t.Helper()
	m, is := v.(map[string]any)
	if !is {
		t.Fatalf("%s is %T, not an object", where, v)
	}
	for _, k := range want {
		if _, there := m[k]; !there {
			t.Errorf("%s has no key %q", where, k)
		}
	}
}

// The plan file has the keys of the design, every list is a list also where it is empty, and its
// id is the SHA-256 of all the rest, sorted and indented.
func TestPlanFile(t *testing.T) {
	f := newFolder(t)
	path := filepath.Join(f.dir, "p.plan")
	if code, _, talk := f.types("plan", "--phase", "all", "--running", filepath.Join(f.dir, "running"), "-o", path, "--author", "noc"); code != done {
		t.Fatalf("exit %d: %s", code, talk)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var p map[string]any
	d := json.NewDecoder(bytes.NewReader(file))
	d.UseNumber()
	if err := d.Decode(&p); err != nil {
		t.Fatal(err)
	}
	keys(t, "the plan", any(p), "version", "id", "author", "at", "phase", "valid", "inputs", "gates", "waves")
	keys(t, "valid", p["valid"], "from", "until")
	keys(t, "inputs", p["inputs"], "policy", "lock", "inventory", "rollout", "templates")
	keys(t, "gates", p["gates"], "parallel", "max-failed", "max-failed-total", "confirm", "window", "approvals")
	keys(t, "window", p["gates"].(map[string]any)["window"], "days", "from", "to", "timezone")
	steps := 0
	for _, w := range p["waves"].([]any) {
		keys(t, "a wave", w, "name", "soak", "steps")
		for _, s := range w.(map[string]any)["steps"].([]any) {
			steps++
			stepKeys(t, s)
		}
	}
	if steps != 2 || p["at"] != "2005-01-31" || p["phase"] != "all" || p["author"] != "noc" {
		t.Errorf("%d steps, at %v, phase %v, author %v", steps, p["at"], p["phase"], p["author"])
	}
	if digest := sha256.Sum256([]byte(smallPolicy)); p["inputs"].(map[string]any)["policy"] != "sha256:"+hex.EncodeToString(digest[:]) {
		t.Error("inputs.policy is not the SHA-256 of policy.yaml")
	}
	id := p["id"]
	delete(p, "id")
	var rest bytes.Buffer
	e := json.NewEncoder(&rest)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(p); err != nil {
		t.Fatal(err)
	}
	if digest := sha256.Sum256(rest.Bytes()); id != hex.EncodeToString(digest[:]) {
		t.Errorf("the id is %v, the rest has %x", id, digest)
	}
}

func stepKeys(t *testing.T, s any) {
	t.Helper()
	keys(t, "a step", s, "device", "dialect", "address", "via", "revert", "identity", "attach", "have", "want", "cleaned", "before", "after",
		"method", "stage", "switch", "do", "undo", "cleanup", "entries", "changes", "closes", "opens", "proof")
	step := s.(map[string]any)
	keys(t, "via", step["via"], "transport", "credentials")
	keys(t, "identity", step["identity"], "hostname")
	keys(t, "entries", step["entries"], "before", "after", "peak", "limit")
	keys(t, "proof", step["proof"], "meaning", "others", "moments", "wrong_moments")
	for _, k := range []string{"attach", "before", "after", "stage", "switch", "do", "undo", "cleanup", "changes", "closes", "opens"} {
		if _, is := step[k].([]any); !is {
			t.Errorf("%s: %s is %v, not a list", step["device"], k, step[k])
		}
	}
	do := len(step["do"].([]any))
	if do == 0 || do != len(step["stage"].([]any))+len(step["switch"].([]any)) {
		t.Errorf("%s: do is not stage and switch", step["device"])
	}
	for _, k := range []string{"have", "want", "cleaned"} {
		if v, _ := step[k].(string); !strings.HasPrefix(v, "sha256:") || len(v) != 71 {
			t.Errorf("%s: %s is %v", step["device"], k, step[k])
		}
	}
	for _, c := range step["changes"].([]any) {
		keys(t, "a change", c, "sign", "line", "why")
	}
}

// A text of more than 64 MB is not a configuration: it is told so, and not read.
func TestTooLong(t *testing.T) {
	f := newFolder(t)
	path := filepath.Join(f.dir, "running", "xe-1.cfg")
	if err := os.Truncate(path, 65<<20); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"diff", "--running"}, {"prove", "--config"}} {
		code, _, talk := f.types(append(args, filepath.Join(f.dir, "running"), "--phase", "all", "xe-1")...)
		if code != failed || !strings.Contains(talk, "has 65 MB; a configuration of more than 64 MB is not read") {
			t.Errorf("%v: exit %d: %s", args, code, talk)
		}
	}
}

// Whatever is typed, the exit code is one of the table, nothing panics, and an error says so on
// standard error.
func TestExitCodesOfTheDesk(t *testing.T) {
	f := newFolder(t)
	running := filepath.Join(f.dir, "running")
	for _, c := range []struct {
		code int
		args string
	}{
		{done, "check --at 2005-02-01"},
		{done, "render --at 2004-01-01"},
		{differs, "diff --phase all --running " + running},
		{done, "diff --at 2004-01-01 --running " + running},
		{differs, "golden"},
		{done, "prove --phase all"},
		{differs, "prove --phase all --config " + running},
		{failed, "prove --phase all --config nowhere"},
		{failed, "diff --running nowhere"},
		{failed, "diff --phase none --running " + running},
		{failed, "show policy.yaml"},
		{usage, "show"},
		{usage, "frobnicate"},
		{usage, "diff --running"},
		{usage, "plan --running " + running},
		{done, "help diff"},
	} {
		code, _, talk := f.types(strings.Fields(c.args)...)
		if code != c.code {
			t.Errorf("op25b %s: exit %d, want %d: %s", c.args, code, c.code, talk)
		}
		if says := strings.Contains(talk, "op25b: error: "); says != (c.code != done && c.code != differs) && !strings.HasPrefix(c.args, "prove") {
			t.Errorf("op25b %s: exit %d says %q", c.args, code, talk)
		}
	}
}
