package pusher

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"op25b/templates/words"
)

// trials are the devices that have shown in this run that they take a change back by themselves.
type trials struct {
	mu     sync.Mutex
	passed map[string]bool
}

func (t *trials) has(device string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.passed[device]
}

func (t *trials) pass(device string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.passed[device] = true
}

// remember lets the devices pass that earlier pushes of the run have armed: none is armed untried.
func (t *trials) remember(past map[string]Past) {
	for device, p := range past {
		if p.Armed {
			t.pass(device)
		}
	}
}

// trialSeconds is how long a device may take longer than its timer to take the trial back.
const trialSeconds = 30

// trialLength is how long a trial and its timers take at most.
const trialLength = 2 * time.Minute

// tried makes sure that the device really takes a change back by itself, where a dialect says that
// it may not and say nothing of it. One that does not counts as one with `revert: none`.
func (m *mission) tried(ctx context.Context) error {
	probe := m.guard.Probe
	if !m.guarded || probe.Line == "" || m.doors.trials.has(m.step.Device) {
		return nil
	}
	if err := m.say(Trying, "whether it takes a change back by itself"); err != nil {
		return err
	}
	_, err := m.a.Do(ctx, probe, trialSeconds, m.a.Patience(probe))
	var said words.Refusal
	switch {
	case err == nil:
		m.doors.trials.pass(m.step.Device)
		return nil
	case !errors.As(err, &said):
		return fmt.Errorf("trying whether it takes a change back by itself: %w", err)
	case m.a.words.Locked != nil && m.a.words.Locked.MatchString(said.Says):
		return refuse("somebody else holds it: %s", said.Says)
	case !slices.Contains(m.options.AcceptNone, m.step.Device):
		return refuse("%s; write `revert: none` for it and accept that by name", said.Says)
	}
	m.guard, m.guarded = words.Guard{}, false
	return nil
}
