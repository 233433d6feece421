package pusher

import (
	"fmt"

	"op25b/plan"
)

// budget is how many devices of a wave, and of the whole run, may have failed. A device counts
// once, from when it fails until it comes out well in a later push of the run. It never relaxes:
// no wave that went well makes room.
type budget struct {
	*march
	wave plan.Wave
	leg  string
}

// recording reports whether events can still be recorded.
func (b *budget) recording() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lost == nil
}

func (b *budget) count(o Outcome) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case o.Class != Done:
		b.bad[o.Device] = true
	case b.leg == "push": // what a soak finds well, or what was taken back, has failed all the same
		delete(b.bad, o.Device)
	}
}

// failed counts the devices of the wave and of the run. What is left out by name counts in the run.
func (b *budget) failed() (wave, run int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	left := map[string]bool{}
	for _, device := range b.options.LeaveOut {
		left[device] = true
	}
	for _, s := range b.wave.Steps {
		if b.bad[s.Device] && !left[s.Device] {
			wave++
		}
	}
	for _, bad := range b.bad {
		if bad {
			run++
		}
	}
	return wave, run
}

// spent reports whether no further device may be started. Without a number, one failure does it.
func (b *budget) spent() bool {
	if !b.recording() {
		return true
	}
	if b.leg == "undo" { // on the way back nothing stops
		return false
	}
	wave, run := b.failed()
	g := b.plan.Gates
	return wave >= max(1, g.MaxFailed) || g.MaxFailedTotal > 0 && run >= g.MaxFailedTotal
}

// String is the budget for people.
func (b *budget) String() string {
	if !b.recording() {
		return b.lost.Error()
	}
	wave, run := b.failed()
	g := b.plan.Gates
	return fmt.Sprintf("%d of %d devices failed, %d in the whole run (max-failed %d, max-failed-total %d)",
		wave, len(b.wave.Steps), run, max(1, g.MaxFailed), g.MaxFailedTotal)
}
