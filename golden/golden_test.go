package golden_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/diff"

	"op25b/golden"
	"op25b/inventory"
	"op25b/plan"
	"op25b/planner"
	"op25b/policy"
	"op25b/renderer"
	"op25b/rollout"
	"op25b/templates"
)

// A story is a workspace: policy, inventory, rollout, the running configs before its first
// phase, and what is expected: golden/<phase>/<device>.cfg, plans/<phase>.json.
func stories(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("*/policy.yaml")
	if err != nil || len(found) == 0 {
		t.Fatal("no stories", err)
	}
	for i, path := range found {
		found[i] = filepath.Dir(path)
	}
	return found
}

// story is one workspace, loaded.
type story struct {
	dir     string
	desk    planner.Desk
	devices []inventory.Device
}

func load(t *testing.T, dir string) story {
	t.Helper()
	p, err := policy.Load(filepath.Join(dir, "policy.yaml"))
	must(t, err)
	inv, err := inventory.Load(filepath.Join(dir, "inventory.yaml"))
	must(t, err)
	r, err := rollout.Load(filepath.Join(dir, "rollout.yaml"))
	must(t, err)
	s := story{dir, planner.Desk{Policy: p, Rollout: r, Author: "noc", Renderers: map[string]renderer.Renderer{}}, inv.Devices}
	for _, d := range templates.All() {
		s.desk.Renderers[d.Name()], err = renderer.New(d, "")
		must(t, err)
	}
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestStories renders and plans every phase of every story. The router that a phase meets is
// the one that the phase before it left.
func TestStories(t *testing.T) {
	for _, dir := range stories(t) {
		t.Run(dir, func(t *testing.T) {
			s := load(t, dir)
			running := map[string]string{}
			for _, device := range s.devices {
				text, err := os.ReadFile(filepath.Join(dir, "running", device.Name+".cfg"))
				must(t, err)
				running[device.Name] = string(text)
			}
			wanted := golden.Files{}
			for _, phase := range s.desk.Policy.Phases {
				s.desk.Date, s.desk.Phase = phase.Start, phase.Name
				s.plan(t, phase.Name, running)
				for _, device := range s.devices {
					text, err := s.desk.Text(device)
					must(t, err)
					wanted[phase.Name+"/"+device.Name+".cfg"] = text.Text
					running[device.Name] = s.after(t, device, text.Text)
				}
			}
			s.compare(t, wanted)
		})
	}
}

// after is a router that held nothing of ours and was given a phase's text.
func (s story) after(t *testing.T, device inventory.Device, rendered string) string {
	t.Helper()
	before, err := os.ReadFile(filepath.Join(s.dir, "running", device.Name+".cfg"))
	must(t, err)
	if device.Dialect == "openconfig" {
		return updated(t, before, []byte(rendered))
	}
	body, ended := bytes.CutSuffix(before, []byte("end\n"))
	if ended {
		rendered += "end\n"
	}
	return string(body) + rendered
}

// updated is a document with another one set into it.
func updated(t *testing.T, before, with []byte) string {
	t.Helper()
	var old, now any
	must(t, json.Unmarshal(before, &old))
	must(t, json.Unmarshal(with, &now))
	out, err := json.MarshalIndent(merged(old, now), "", " ")
	must(t, err)
	return string(out)
}

func merged(old, now any) any {
	switch now := now.(type) {
	case map[string]any:
		was, is := old.(map[string]any)
		if !is {
			return now
		}
		for key, value := range now {
			was[key] = merged(was[key], value)
		}
		return was
	case []any: // no story has an entry of a list on both sides
		was, _ := old.([]any)
		return append(was, now...)
	}
	return now
}

func (s story) plan(t *testing.T, phase string, running map[string]string) {
	t.Helper()
	read := func(d inventory.Device) (planner.Reading, error) { return planner.Reading{Text: running[d.Name]}, nil }
	drafted, err := s.desk.Plan(s.devices, plan.Inputs{}, read)
	must(t, err)
	var got bytes.Buffer
	must(t, drafted.Plan.Write(&got))
	path := filepath.Join(s.dir, "plans", phase+".json")
	if updating() {
		must(t, os.MkdirAll(filepath.Dir(path), 0o777))
		must(t, os.WriteFile(path, got.Bytes(), 0o666))
		return
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if !bytes.Equal(want, got.Bytes()) {
		t.Errorf("make golden rewrites it; review the difference:\n%s", diff.Diff(path, want, "now", got.Bytes()))
	}
}

func (s story) compare(t *testing.T, wanted golden.Files) {
	t.Helper()
	dir := filepath.Join(s.dir, "golden")
	if updating() {
		must(t, golden.Update(dir, wanted))
		return
	}
	differences, err := golden.Compare(dir, wanted)
	must(t, err)
	for _, d := range differences {
		t.Errorf("%s %s; make golden rewrites it, review the difference:\n%s", d.Path, d.State, diff.Diff(d.Path, []byte(d.Got), "now", []byte(d.Want)))
	}
}

func updating() bool { return os.Getenv("OP25B_UPDATE_GOLDEN") != "" }

// TestRenderedTextsNeedNothing is the promise that a story's text is complete: a router that
// holds it has no difference left.
func TestRenderedTextsNeedNothing(t *testing.T) {
	for _, dir := range stories(t) {
		s := load(t, dir)
		for _, phase := range s.desk.Policy.Phases {
			s.desk.Date = phase.Start
			for _, device := range s.devices {
				text, err := s.desk.Text(device)
				must(t, err)
				draft, err := s.desk.Draft(device, s.after(t, device, text.Text))
				must(t, err)
				if !draft.Delta.IsEmpty() || draft.Step.Method != plan.None {
					t.Errorf("%s %s %s: a router with the rendered text still has a difference: %v", dir, phase.Name, device.Name, draft.Step.Changes)
				}
				must(t, s.desk.Prove(device, text.Text))
			}
		}
	}
}
