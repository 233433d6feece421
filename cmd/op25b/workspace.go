package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strings"

	"op25b/inventory"
	"op25b/plan"
	"op25b/planner"
	"op25b/policy"
	"op25b/renderer"
	"op25b/rollout"
	"op25b/sheet"
	"op25b/templates"
)

// workspace is what a verb works on: the three files, the devices that were picked, and the desk.
type workspace struct {
	globals   *globals
	policy    policy.Policy
	inventory inventory.Inventory
	devices   []inventory.Device
	desk      planner.Desk
	sources   map[string]string // the templates' texts by dialect
}

// defaultRollout is the one file that a workspace may be without.
const defaultRollout = "rollout.yaml"

// path is a file of the workspace.
func (g *globals) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(g.dir, name)
}

// workspace loads the three files, all errors of all files at once, and picks the devices.
func (g *globals) workspace(names []string) (workspace, error) {
	return g.workspaceOn(names, g.date)
}

// workspaceOn is the workspace on a date that the policy may decide.
func (g *globals) workspaceOn(names []string, on func(policy.Policy) (sheet.Date, error)) (workspace, error) {
	ws := workspace{globals: g}
	var e1, e2, e3 error
	ws.policy, e1 = policy.Load(g.path(g.policy))
	ws.inventory, e2 = inventory.Load(g.path(g.inventory))
	ws.desk.Rollout, e3 = rollout.Load(g.path(g.rollout))
	if _, err := os.Stat(g.path(g.rollout)); err != nil && g.rollout != defaultRollout {
		e3 = err // a file that is named must be there: without it there are no gates
	}
	if err := together(e1, e2, e3); err != nil {
		return ws, err
	}
	date, err := on(ws.policy)
	if err != nil {
		return ws, err
	}
	if err := ws.sound(date); err != nil {
		return ws, err
	}
	if ws.devices, err = ws.inventory.Select(names, g.labels); err != nil {
		return ws, exit{failed, err, ""}
	}
	ws.desk.Policy, ws.desk.Date, ws.desk.Phase = ws.policy, date, g.phase
	ws.desk.Renderers, ws.sources, err = renderers(g.dir, ws.devices)
	return ws, err
}

// together joins the errors of several files into one list of problems.
func together(errs ...error) error {
	var problems sheet.Errors
	var others []error
	for _, err := range errs {
		var some sheet.Errors
		switch {
		case err == nil:
		case errors.As(err, &some):
			problems = append(problems, some...)
		default:
			others = append(others, err)
		}
	}
	if err := problems.Err(); err != nil {
		others = append(others, err)
	}
	return errors.Join(others...)
}

// date is the one asked about: --at, the start of --phase, or today in the policy's time zone.
func (g *globals) date(p policy.Policy) (sheet.Date, error) {
	switch {
	case g.at != "" && g.phase != "":
		return sheet.Date{}, usagef("--at and --phase both name a date")
	case g.at != "":
		d, err := sheet.ParseDate(g.at)
		if err != nil {
			return d, usagef("--at: %v", err)
		}
		return d, nil
	case g.phase != "":
		phase, err := p.Phase(g.phase)
		return phase.Start, err
	}
	return p.Today(g.world.now()), nil
}

// renderers are those of the dialects that the devices speak, with the workspace's templates.
func renderers(dir string, devices []inventory.Device) (map[string]renderer.Renderer, map[string]string, error) {
	out, sources := map[string]renderer.Renderer{}, map[string]string{}
	for _, device := range devices {
		if _, there := out[device.Dialect]; there {
			continue
		}
		dialect, err := templates.Find(device.Dialect)
		if err != nil {
			continue // the desk says so, device by device
		}
		r, err := renderer.New(dialect, dir)
		if err != nil {
			return nil, nil, err
		}
		out[device.Dialect], sources[device.Dialect] = r, r.Source()
	}
	return out, sources, nil
}

// inputs are the digests of what a plan is made from.
func (ws workspace) inputs() (plan.Inputs, error) {
	in := plan.Inputs{Policy: plan.Digest(ws.policy.Bytes()), Inventory: plan.Digest(ws.inventory.Bytes)}
	if len(ws.policy.Lock.Bytes) > 0 {
		in.Lock = plan.Digest(ws.policy.Lock.Bytes)
	}
	var texts strings.Builder
	for _, d := range templates.All() {
		if source, used := ws.sources[d.Name()]; used {
			fmt.Fprintf(&texts, "%s %d\n%s", d.Name(), len(source), source)
		}
	}
	in.Templates = plan.Digest([]byte(texts.String()))
	switch b, err := os.ReadFile(ws.globals.path(ws.globals.rollout)); {
	case err == nil:
		in.Rollout = plan.Digest(b)
	case !errors.Is(err, fs.ErrNotExist):
		return in, err
	}
	return in, nil
}

// author is who makes the plan: --author, the setting, or the user's name.
func (g *globals) author(flag string) string {
	if flag != "" {
		return flag
	}
	if set := g.tool.GetString("author"); set != "" {
		return set
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return g.world.environ("USER")
}

// reader reads running configs from a folder, or from the devices where dir is "".
func (ws workspace) reader(ctx context.Context, dir string) (planner.Running, error) {
	for _, name := range ws.globals.cleartext {
		if _, err := ws.inventory.Device(name); err != nil {
			return nil, exit{failed, fmt.Errorf("--cleartext: %w", err), ""}
		}
	}
	if dir == "" {
		return ws.fetcher(ctx)
	}
	return func(device inventory.Device) (planner.Reading, error) {
		text, err := deviceText(dir, device)
		return planner.Reading{Text: text}, err
	}, nil
}

// sound holds the three files against each other on a date, and tells the warnings.
func (ws workspace) sound(date sheet.Date) error {
	warnings, err := policy.Check(ws.policy, ws.inventory, date)
	for _, w := range warnings {
		ws.globals.voice.warn(w.Place.String()+": "+w.What, w.Hint)
	}
	return together(err, rollout.Check(ws.desk.Rollout, ws.inventory))
}
