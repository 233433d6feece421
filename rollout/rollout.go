// Package rollout is in which order and under which gates a change goes out: waves,
// budgets, the window, pairs.
package rollout

import (
	"time"

	"op25b/sheet"
)

// Rollout is rollout.yaml.
type Rollout struct {
	Stages    []Stage
	Limits    Limits
	Confirm   time.Duration // the devices' own revert timer
	Window    *Window       // nil for any time
	Approvals int           // signatures needed, of others than the author
	Signers   []string      // who may sign, `name` or `name type key`; nil for all whom the tool's allowed-signers has
	Pairs     [][2]string   // devices that are never in one wave
	Bytes     []byte        // the file; nil where there is none
	pairs     []pairPlace
	place     sheet.Place
}

// Stage is one entry of `waves`: which devices a wave takes of those not yet taken.
type Stage struct {
	Name      string
	OneOfEach string            // dialect: the first device of each; "" for all
	Select    map[string]string // labels that a device must bear; nil for all devices
	Percent   int               // of the matching devices, rounded up; 0 for all
	Soak      time.Duration     // how long to wait and watch after the wave
	Place     sheet.Place
}

// Limits are how much may go wrong. An unreachable device counts as failed.
type Limits struct {
	Parallel       int // devices at the same time
	MaxFailed      int // failed devices that stop a wave
	MaxFailedTotal int // failed devices that stop the march
}

type pairPlace struct{ places [2]sheet.Place }

// What holds where the file does not say. One failure stops the march; whoever has many
// devices allows more.
const (
	defaultParallel = 10
	defaultFailed   = 1
	defaultConfirm  = 10 * time.Minute
)

// Default is what holds where there is no rollout.yaml: one wave with everything.
func Default() Rollout {
	return Rollout{
		Stages:  []Stage{{Name: "rest"}},
		Limits:  Limits{defaultParallel, defaultFailed, defaultFailed},
		Confirm: defaultConfirm,
	}
}
