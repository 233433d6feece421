package pusher

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"op25b/acl"
	"op25b/templates/words"
)

// change goes from a device that is as planned to one that is as wanted, confirmed and saved.
func (m *mission) change(ctx context.Context) error {
	if err := m.enter(ctx); err != nil {
		return err
	}
	if err := m.staging(ctx); err != nil {
		return fmt.Errorf("staging: %w", err)
	}
	if m.listens != nil { // once more, over a session of its own: this one is among its lines
		s, err := m.listen(ctx, m.doors, m.step)
		if err != nil {
			return fmt.Errorf("before switching: %w", err)
		}
		m.listens(m.step.Device, s)
	}
	if err := m.switching(ctx); err != nil {
		return fmt.Errorf("switching: %w", err)
	}
	b, err := m.verify(ctx)
	if err != nil {
		return fmt.Errorf("verifying: %w", err)
	}
	defer b.Close()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("verified, but not confirmed: %w", context.Cause(ctx))
	}
	calm := context.WithoutCancel(ctx) // half a confirmation would leave nobody knowing whether it holds
	if err := m.confirm(calm, b); err != nil {
		return fmt.Errorf("confirming: %w", err)
	}
	by := b
	if m.guard.Confirm.Armer {
		by = m.a
	}
	if err := m.undisturbed(calm, by); err != nil {
		return err
	}
	return m.save(calm, by, m.leg.to)
}

// undisturbed makes sure that nobody else has changed the device since this push looked at it
// first: saving now would save that too.
func (m *mission) undisturbed(ctx context.Context, by post) error {
	if by.words.Save.Line == "" || slices.Contains(m.options.AcceptUnsaved, m.step.Device) {
		return nil
	}
	running, err := by.Read(ctx, by.words.Running)
	if err != nil {
		return fmt.Errorf("%w: reading it once more: %w", errNotSaved, err)
	}
	if !m.sameOthers(m.found, running) {
		return fmt.Errorf("%w: somebody else works on it, and what he typed is not ours to save; save it, or accept it by name", errNotSaved)
	}
	return nil
}

// do types one of the dialect's own commands.
func (m *mission) do(ctx context.Context, o post, c words.Command) error {
	if c.Line == "" {
		return nil
	}
	if err := m.say(Sent, strings.ReplaceAll(c.Line, "%d", fmt.Sprint(m.length))); err != nil && !m.retreating {
		return err
	}
	_, err := o.Do(ctx, c, m.length, o.Patience(c))
	return err
}

// enter goes to config mode, with the timer running where that comes first.
func (m *mission) enter(ctx context.Context) error {
	first, entry := m.guard.Before, m.a.words.Enter
	if m.guard.Enter.Line != "" {
		entry = m.guard.Enter
	}
	if first.Line+m.guard.Enter.Line != "" {
		if err := m.arm(); err != nil {
			return err
		}
	}
	if err := m.do(ctx, m.a, first); err != nil {
		return fmt.Errorf("arming: %w", m.unarmed(err))
	}
	if err := m.do(ctx, m.a, entry); err != nil {
		if m.guard.Enter.Line != "" {
			err = m.unarmed(err)
		}
		return fmt.Errorf("entering config mode: %w", err)
	}
	if m.a.Mode() != words.Config {
		if m.guard.Enter.Line != "" {
			m.disarm()
		}
		return fmt.Errorf("entering config mode: it stays in %s mode", m.a.Mode())
	}
	if m.armed {
		m.say(Armed, fmt.Sprintf("it takes the change back by itself in %s", m.fuse()))
	}
	return nil
}

// fuse is how long the device's timer runs.
func (m *mission) fuse() time.Duration { return time.Duration(m.length) * m.guard.Unit }

// arm notes that the timer is about to be started.
func (m *mission) arm() error {
	m.armed, m.armedAt = true, m.now()
	return m.say(Arming, armingText(m.fuse()))
}

// unarmed is the error of an arming: one that the device answered started no timer of ours, and
// one that runs there is somebody else's.
func (m *mission) unarmed(err error) error {
	if refused(err) {
		m.disarm()
	}
	return err
}

// disarm notes that no timer of ours runs.
func (m *mission) disarm() {
	m.armed = false
	m.say(Disarmed, "")
}

// staging types what has no effect yet, and reads it back.
func (m *mission) staging(ctx context.Context) error {
	if len(m.leg.stage) == 0 {
		return nil
	}
	m.sent = true
	if err := m.say(Sent, strings.Join(m.leg.stage, "\n")); err != nil {
		return err
	}
	if _, err := m.a.Send(ctx, m.leg.stage); err != nil {
		return err
	}
	w := m.a.words
	if w.Commits() && (w.Whole || w.Candidate == "") {
		return nil // read back with the rest: whole, before it is committed, or in force
	}
	command, leave := w.Running, w.Enter.Line != ""
	if w.Candidate != "" {
		command, leave = w.Candidate, false
	}
	if leave {
		if err := m.do(ctx, m.a, w.Leave); err != nil {
			return err
		}
	}
	shown, err := m.a.configuration(ctx, command)
	if err != nil {
		return fmt.Errorf("reading back: %w", err)
	}
	if err := m.staged(shown.Config); err != nil {
		return err
	}
	m.say(Staged, "read back as planned")
	if leave {
		return m.do(ctx, m.a, w.Enter)
	}
	return nil
}

// staged compares what was staged with what the plan says of it: every list and group of
// ours that the plan wants is there as the plan has it, and where the whole configuration is
// shown, nothing that was there before has changed.
func (m *mission) staged(shown acl.Config) error {
	have := blocks(shown.Canonical(m.step.Points(), m.step.Owner()))
	old := blocks(m.leg.before)
	for _, b := range blocks(m.leg.lines) {
		fresh := !slices.Contains(old, b)
		object := strings.HasPrefix(b, "list ") || strings.HasPrefix(b, "group ")
		if fresh && object && !slices.Contains(have, b) {
			return fmt.Errorf("what was typed reads back otherwise: it should have %q", head(b))
		}
	}
	if m.a.words.Candidate != "" {
		return nil
	}
	for _, b := range old {
		if !slices.Contains(have, b) && !m.named(b) {
			return fmt.Errorf("what was there before has changed: %q", head(b))
		}
	}
	return nil
}

// named reports whether the plan wants another block under the same heading: one that staging
// may have to change, such as an idle list of ours that is filled anew.
func (m *mission) named(block string) bool {
	return !strings.HasPrefix(block, "bind ") && slices.ContainsFunc(blocks(m.leg.lines), func(b string) bool { return b != block && head(b) == head(block) })
}

// blocks are canonical lines, a heading with what is indented under it.
func blocks(lines []string) []string {
	var out []string
	for _, l := range lines {
		if strings.HasPrefix(l, " ") && len(out) > 0 {
			out[len(out)-1] += "\n" + l
			continue
		}
		out = append(out, l)
	}
	return out
}

func head(block string) string {
	first, _, _ := strings.Cut(block, "\n")
	return first
}

// switching types what takes effect: line by line where each does so at once, or into the
// candidate, which is read back whole or checked, and committed.
func (m *mission) switching(ctx context.Context) error {
	w := m.a.words
	m.sent = true
	if err := m.say(Sent, strings.Join(m.leg.swap, "\n")); err != nil {
		return err
	}
	if !w.Commits() {
		if _, err := m.a.SendEach(ctx, m.leg.swap); err != nil {
			return err
		}
		m.say(Switched, "")
		return m.do(ctx, m.a, w.Leave)
	}
	if _, err := m.a.Send(ctx, m.leg.swap); err != nil {
		return err
	}
	if w.Whole {
		shown, err := m.a.configuration(ctx, w.Candidate)
		if err != nil {
			return fmt.Errorf("reading the candidate: %w", err)
		}
		if state(m.step, shown.Config) != m.leg.to {
			return fmt.Errorf("the candidate reads back otherwise than planned: %s", difference(m.step, shown.Config, m.leg.lines))
		}
		m.say(Staged, "the candidate reads back as planned")
	}
	if err := m.do(ctx, m.a, w.Check); err != nil {
		return err
	}
	commit := w.Commit
	if m.guard.Commit.Line != "" {
		commit = m.guard.Commit
		if err := m.arm(); err != nil {
			return err
		}
	}
	m.committed = true
	err := m.do(ctx, m.a, commit)
	m.doubted = err != nil && !refused(err)
	if err != nil {
		if m.guard.Commit.Line != "" {
			err = m.unarmed(err)
		}
		return err
	}
	m.say(Switched, "")
	return nil
}

// verify opens a new session and reads whether the device is as wanted.
func (m *mission) verify(ctx context.Context) (post, error) {
	b, err := m.open(ctx, m.doors, m.sameDevice())
	if err != nil {
		return post{}, err
	}
	running, err := b.read(ctx)
	if err == nil && state(m.step, running.Config) != m.leg.to {
		err = fmt.Errorf("it is not as planned: %s", difference(m.step, running.Config, m.leg.lines))
	}
	if err == nil {
		err = m.spared(running.Config)
	}
	if err != nil {
		b.Close()
		return post{}, err
	}
	m.say(Verified, "read over a new session: as proved")
	return b, nil
}

// sameDevice is the target with the host key that the first session saw. Over gNMI it is the target alone:
// a certificate may be renewed meanwhile, and only the device that has our commit confirms it or takes it back.
func (m *mission) sameDevice() Target {
	t := TargetOf(m.step)
	if t.Identity.HostKey == "" && t.Via.Transport != overGNMI {
		t.Identity.HostKey = m.a.HostKey()
	}
	return t
}

// confirm keeps the change: from the session that the dialect asks for.
func (m *mission) confirm(ctx context.Context, b post) error {
	if !m.guarded {
		if m.a.words.Commits() {
			m.do(ctx, m.a, m.a.words.Leave)
		}
		return nil
	}
	by := b
	if m.guard.Confirm.Armer || m.guard.Confirm.Config {
		by = m.a
	}
	if m.guard.Confirm.Config && by.Mode() != words.Config { // what another session left pending
		if err := m.do(ctx, by, by.words.Enter); err != nil {
			return err
		}
	}
	if err := m.say(Confirming, ""); err != nil {
		return err
	}
	if m.armed && !m.now().Before(m.armedAt.Add(m.fuse())) {
		return errors.New("its timer has ended meanwhile; it takes the change back")
	}
	m.confirming = true
	if err := m.do(ctx, by, m.guard.Confirm.Command); err != nil {
		return err
	}
	if b.Mode() == words.Config && b.words.Commits() { // by hand there is one session only
		m.do(ctx, b, b.words.Leave)
	}
	timer, err := b.pending(ctx, m.guard)
	if err != nil {
		return err
	}
	if timer.runs && !m.anothers(ctx, by) {
		return errors.New("it took the confirmation, but its timer still runs")
	}
	if m.a.words.Save.Line == "" { // nobody reads it again afterwards
		running, err := b.read(ctx)
		if err != nil {
			return fmt.Errorf("reading it after the confirmation: %w", err)
		}
		if state(m.step, running.Config) != m.leg.to {
			return fmt.Errorf("it took the confirmation, but is not as planned: %s", difference(m.step, running.Config, m.leg.lines))
		}
	}
	m.armed = false
	m.say(Confirmed, "")
	if m.a.Mode() == words.Config && m.a.words.Commits() {
		m.do(ctx, m.a, m.a.words.Leave) // gives the lock back; cutting the session does too
	}
	return nil
}

// anothers reports whether the timer that runs after a confirmation is somebody else's, where a device
// tells that by refusing to take our confirmation for it.
func (m *mission) anothers(ctx context.Context, by post) bool {
	var said words.Refusal
	return m.guard.Other != nil && errors.As(m.do(ctx, by, m.guard.Confirm.Command), &said) && m.guard.Other.MatchString(said.Says)
}

// errNotSaved says that the change is in force and confirmed, but startup may lack it.
var errNotSaved = errors.New("in force and confirmed, but not saved")

// save writes startup, and reads that it has a state.
func (m *mission) save(ctx context.Context, by post, want string) error {
	w := by.words
	if w.Save.Line == "" {
		return nil
	}
	if err := m.do(ctx, by, w.Save); err != nil {
		return fmt.Errorf("%w: %w", errNotSaved, err)
	}
	if w.Startup != "" {
		startup, err := by.configuration(ctx, w.Startup)
		if err != nil {
			return fmt.Errorf("%w: reading startup: %w", errNotSaved, err)
		}
		if state(m.step, startup.Config) != want {
			return fmt.Errorf("%w: startup reads otherwise", errNotSaved)
		}
	}
	m.say(SavedConfig, "")
	return nil
}
