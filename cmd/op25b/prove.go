package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"op25b/inventory"
	"op25b/planner"
	"op25b/prover"
	"op25b/templates/words"
)

func newProve(g *globals) *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use: "prove [DEVICE...]", Short: "do these texts mean the policy?",
		Long: `prove holds texts against the policy: with every packet, each attachment must do what the
policy says, over what the text does without our part. With --config DIR it reads
DIR/<device>.cfg, or <device> or <hostname> there, as RANCID and Oxidized leave them; else
it proves the rendered texts. A difference is shown as a packet and exits 2; what is not
understood is unproven and exits 1.`,
		RunE: func(_ *cobra.Command, names []string) error {
			if err := g.formats("text", "json"); err != nil {
				return err
			}
			ws, err := g.workspace(names)
			if err != nil {
				return err
			}
			return g.prove(ws, dir)
		},
	}
	c.Flags().StringVar(&dir, "config", "", "prove DIR/<device>.cfg instead of the rendered texts")
	return c
}

// verdict is what was proved of one device, for machines.
type verdict struct {
	Device   string    `json:"device"`
	Proved   bool      `json:"proved"`
	Failures []failure `json:"failures,omitempty"`
}

type failure struct {
	Point     string `json:"point,omitempty"`
	Packet    string `json:"packet,omitempty"`
	Want      string `json:"want,omitempty"`
	Got       string `json:"got,omitempty"`
	Policy    string `json:"policy,omitempty"`
	Line      string `json:"line,omitempty"`
	Invariant string `json:"invariant,omitempty"`
	Unproven  string `json:"unproven,omitempty"`
	Error     string `json:"error,omitempty"`
}

func (g *globals) prove(ws workspace, dir string) error {
	var verdicts []verdict
	var failures []error
	for _, device := range ws.devices {
		err := ws.proveOne(device, dir)
		verdicts = append(verdicts, verdictOf(device.Name, err))
		if err == nil {
			if g.format == "text" {
				g.voice.printf("%s: proved for %s\n", device.Name, ws.desk.Date)
			}
			continue
		}
		failure := planner.Failed{Device: device.Name, Err: err}
		if !onlyDifferences(err) {
			failures = append(failures, exit{failed, failure, ""})
			continue
		}
		failures = append(failures, exit{differs, nil, ""})
		if g.format == "text" { // a packet that differs is what was asked for: a result
			g.voice.printf("%s\n", g.voice.paint(red, printable(failure.Error())))
		}
	}
	if g.format == "json" {
		if err := g.voice.json(verdicts); err != nil {
			return err
		}
	}
	return quietly(errors.Join(failures...))
}

// proveOne proves the device's text in a folder, or the one that we would write.
func (ws workspace) proveOne(device inventory.Device, dir string) error {
	if dir == "" {
		_, err := ws.desk.Text(device)
		return err
	}
	text, err := deviceText(dir, device)
	if err != nil {
		return err
	}
	strange, err := ws.desk.Examine(device, text)
	for _, w := range strange {
		ws.globals.voice.warn(device.Name+": "+w, "")
	}
	return err
}

// deviceText reads a device's text in a folder by the names that tools give it: <device>.cfg is
// ours; RANCID and Oxidized name a text by what they call the device, which may be its own name.
func deviceText(dir string, device inventory.Device) (string, error) {
	var none error
	tried := []string{device.Name + ".cfg", device.Name, device.Hostname}
	for _, name := range tried {
		text, err := readText(filepath.Join(dir, name))
		if !errors.Is(err, fs.ErrNotExist) {
			return text, err
		}
		if none == nil {
			none = err
		}
	}
	return "", exit{failed, none, fmt.Sprintf("%s has none of %s\nop25b fetch -o %s %s", dir, strings.Join(slices.Compact(tried), ", "), dir, device.Name)}
}

// readText reads a device's text from disk, as much as any parser would take.
func readText(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a file", path)
	}
	if info.Size() > words.MaxText {
		return "", fmt.Errorf("%s has %d MB; a configuration of more than %d MB is not read", path, info.Size()>>20, words.MaxText>>20)
	}
	b, err := os.ReadFile(path)
	return string(b), err
}

// onlyDifferences reports whether everything that was found is a packet that differs.
func onlyDifferences(err error) bool {
	var all planner.Failures
	if !errors.As(err, &all) {
		return false
	}
	for _, one := range all {
		var d prover.Difference
		if !errors.As(one, &d) {
			return false
		}
	}
	return true
}

func verdictOf(device string, err error) verdict {
	v := verdict{Device: device, Proved: err == nil}
	if err == nil {
		return v
	}
	var all planner.Failures
	if !errors.As(err, &all) {
		v.Failures = []failure{{Error: err.Error()}}
		return v
	}
	for _, one := range all {
		var d prover.Difference
		if errors.As(one, &d) {
			v.Failures = append(v.Failures, failure{Point: d.Point.String(), Packet: d.Packet.String(), Want: d.Want.String(),
				Got: d.Got.String(), Policy: d.Policy, Line: d.Line, Invariant: d.Invariant})
		} else {
			v.Failures = append(v.Failures, failure{Unproven: one.Error()})
		}
	}
	return v
}
