package pusher

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"

	"op25b/pusher/gnmi"
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
	}
	if err := m.hindered(ctx, said); err != nil {
		return err
	}
	if !slices.Contains(m.options.AcceptNone, m.step.Device) {
		return refuse("%s; write `revert: none` for it and accept that by name", said.Says)
	}
	m.guard, m.guarded = words.Guard{}, false
	return nil
}

// hindered says why a device refused its trial, where that shows nothing of whether it takes a change
// back; nil where it does.
func (m *mission) hindered(ctx context.Context, said words.Refusal) error {
	says := func(r *regexp.Regexp) bool { return r != nil && r.MatchString(said.Says) }
	if says(m.guard.Denied) {
		return refuse("the account may not write there: %s; give it that right on the device, or use another account", said.Says)
	}
	if says(m.a.words.Locked) {
		timer, err := m.a.pending(ctx, m.guard)
		if err != nil {
			return err
		}
		if timer.runs {
			return refuse("somebody else holds it: %s", said.Says)
		}
	}
	if says(m.guard.Hindered) {
		return refuse("it refuses the list %s, by which it is tried whether it takes a change back by itself: %s", gnmi.TrialList, said.Says)
	}
	return nil
}
