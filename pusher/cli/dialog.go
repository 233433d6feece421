// Package cli talks to a router over its command line: it logs in, reads whole configurations,
// types lines and notices every word that the device says against one.
package cli

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/scrapli/scrapligo/driver/generic"
	"github.com/scrapli/scrapligo/driver/options"

	"op25b/templates/words"
)

// ErrSilent says that the device did not answer in time, or not with its prompt.
var ErrSilent = errors.New("no prompt came")

// ErrCut says that the session ended.
var ErrCut = errors.New("the session was cut")

// ErrTooLong says that the device sent more than any configuration has.
var ErrTooLong = errors.New("the device does not stop sending")

// Dialog is one session on a device. It serves one goroutine.
type Dialog struct {
	words    words.Session
	driver   *generic.Driver
	wire     *wire
	bell     bell
	enable   string
	patience time.Duration

	buf      []byte
	host     string // as the prompt has it; "" where the prompt has no name
	anchored bool   // host is known
	at       place  // the prompt that was seen last
	silent   bool   // it did not answer in time: what it may say later is the answer to nothing
}

// readDelay is how long the library rests after each piece that it read. Its reads block, so
// that nothing is polled; the rest lets pieces that follow each other closely be taken as one.
const readDelay = 200 * time.Microsecond

// bell rings when something has arrived: the library writes what it read to its log after it
// has put it into its queue, and this is the log.
type bell chan struct{}

func (b bell) Write(p []byte) (int, error) {
	select {
	case b <- struct{}{}:
	default:
	}
	return len(p), nil
}

// Open logs in, finds out the prompt and goes to admin mode. Patience is how long the device
// may be silent before its prompt. The context bounds the opening only.
func Open(ctx context.Context, d Dialer, r Road, s words.Session, patience time.Duration) (*Dialog, error) {
	w := newWire(ctx, d, r)
	ring := make(bell, 1)
	driver, err := generic.NewDriver(r.Address,
		options.WithCustomTransport(w),
		options.WithAuthBypass(),
		options.WithReadDelay(readDelay),
		options.WithChannelLog(ring),
		options.WithTransportReadSize(32<<10),
	)
	if err != nil {
		return nil, err
	}
	if err := driver.Open(); err != nil {
		return nil, err
	}
	t := &Dialog{words: s, driver: driver, wire: w, bell: ring, enable: r.Login.Enable, patience: patience}
	if err := t.settle(ctx); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

func (t *Dialog) settle(ctx context.Context) error {
	if err := t.anchor(ctx); err != nil {
		return err
	}
	if err := t.elevate(ctx); err != nil {
		return err
	}
	for _, line := range t.words.Setup {
		if _, err := t.exchange(ctx, line, nil, t.patience); err != nil {
			return fmt.Errorf("login: %w", err)
		}
	}
	return nil
}

// Close ends the session by cutting it. Nothing is typed: no exit, which would stop the
// rollback timer of an RTX, and no answer to a question about unsaved work.
func (t *Dialog) Close() error {
	t.wire.Close()
	return t.driver.Close()
}

// Host is what the device calls itself in its prompt, "" where the prompt has no name.
func (t *Dialog) Host() string { return t.host }

// HostKey is the fingerprint of the key that the device showed: SHA256:….
func (t *Dialog) HostKey() string { return t.wire.fingerprint }

// Mode is where the session is.
func (t *Dialog) Mode() words.Mode { return t.at.mode }

// Alive reports whether the session can be talked to: it has not ended, nor ever been silent for too long.
func (t *Dialog) Alive() bool { return !t.silent && t.wire.IsAlive() }

// anchor finds out the device's prompt: a line that looks like one and comes again, with
// nothing else, when an empty line is typed. A banner that looks like a prompt does not.
func (t *Dialog) anchor(ctx context.Context) error {
	last := ""
	for range 8 {
		before, at, err := t.awaitPrompt(ctx, t.patience)
		if err != nil {
			return fmt.Errorf("login: %w", err)
		}
		if last != "" && strings.TrimSpace(at.text) == last && t.blank(before) {
			t.host, t.anchored, t.at = at.host, true, at
			return nil
		}
		last = strings.TrimSpace(at.text)
		if err := t.write(ctx, "\n"); err != nil {
			return err
		}
	}
	return fmt.Errorf("login: %w: what looks like one is never the same", ErrSilent)
}

func (t *Dialog) elevate(ctx context.Context) error {
	e := t.words.Elevate
	if t.at.mode != words.User || e == nil {
		return nil
	}
	password := words.Answer{Question: e.Password, Say: t.enable}
	text, err := t.ask(ctx, e.Line, []words.Answer{password}, 1, t.patience)
	if errors.Is(err, errAsked) {
		return fmt.Errorf("%w: %s: the password of the privileged level is wrong", ErrLogin, e.Line)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", e.Line, err)
	}
	if t.at.mode == words.User {
		return fmt.Errorf("%w: %s: %s", ErrLogin, e.Line, t.said(text))
	}
	return nil
}

// said is the device's words in one line.
func (t *Dialog) said(text string) string {
	var out []string
	for _, line := range strings.Split(text, "\n") {
		if line, keep := t.words.Line(settled(line)); keep {
			out = append(out, strings.TrimSpace(line))
		}
	}
	if len(out) == 0 {
		return "nothing"
	}
	return clip(strings.Join(out, " / "))
}

func clip(s string) string {
	s = readable(s)
	if len(s) > 300 {
		return strings.ToValidUTF8(s[:300], "") + "…"
	}
	return s
}

// place is a prompt that was found.
type place struct {
	text string // the prompt itself
	host string
	mode words.Mode
	from int // where in the buffer its line begins
}

// promptAt reads a prompt at the begin of a line; rest is what stands after it.
func (t *Dialog) promptAt(line string) (p place, rest string, is bool) {
	m := t.words.Prompt.FindStringSubmatchIndex(line)
	if m == nil {
		return place{}, line, false
	}
	for i, name := range t.words.Prompt.SubexpNames() {
		if i == 0 || m[2*i] < 0 {
			continue
		}
		switch name {
		case "host":
			p.host = line[m[2*i]:m[2*i+1]]
		case "user", "admin", "config":
			p.mode = words.Mode(name)
		}
	}
	if t.anchored && p.host != t.host && !cutShort(p, t.host) {
		return place{}, line, false
	}
	p.text = line[:m[1]]
	return p, line[m[1]:], true
}

// cutShort reports whether a prompt has the begin of a long name only: IOS shortens names in the
// prompts of config mode. [K: to 20 characters; other tools compare 16]
func cutShort(p place, host string) bool {
	return p.mode == words.Config && len(p.host) >= 16 && strings.HasPrefix(host, p.host)
}

// promptLine reports whether a line is nothing but prompts, and gives the last of them.
func (t *Dialog) promptLine(line string) (last place, is bool) {
	for {
		p, rest, found := t.promptAt(line)
		if !found {
			return last, is && strings.TrimSpace(line) == ""
		}
		last, is, line = p, true, rest
	}
}

// tail is the last line of the buffer, as it stands on the screen, and where it begins.
func (t *Dialog) tail() (string, int) {
	from := strings.LastIndexByte(string(t.buf[max(0, len(t.buf)-maxTail):]), '\n') + 1 + max(0, len(t.buf)-maxTail)
	return settled(string(t.buf[from:])), from
}

// maxTail is the longest last line that can be a prompt, a pager or a question.
const maxTail = 512

// promptHere reports whether the buffer ends in a prompt. Log messages may follow it.
func (t *Dialog) promptHere() (place, bool) {
	line, from := t.tail()
	if p, is := t.promptLine(line); is {
		p.from = from
		return p, true
	}
	if t.words.Syslog == nil || from == 0 || strings.TrimSpace(line) != "" {
		return place{}, false
	}
	above := string(t.buf[max(0, from-4*maxTail) : from-1])
	lines := strings.Split(above, "\n")
	at, logs := from, 0
	for i := len(lines) - 1; i > 0; i-- {
		at -= len(lines[i]) + 1
		text := settled(lines[i])
		if t.words.Syslog.MatchString(text) {
			logs++
			continue
		}
		p, is := t.promptLine(text)
		if is && logs > 0 {
			p.from = at
			return p, true
		}
		if text != "" {
			break
		}
	}
	return place{}, false
}

// more waits until something has arrived and puts it into the buffer.
func (t *Dialog) more(ctx context.Context, patience <-chan time.Time) error {
	for {
		if n := t.take(); n > 0 {
			if len(t.buf) > words.MaxText {
				t.Close()
				return fmt.Errorf("%w: %d MB and no prompt", ErrTooLong, words.MaxText>>20)
			}
			return nil
		}
		select {
		case <-t.bell:
		case <-t.wire.ended:
			if t.take() > 0 {
				return nil
			}
			return fmt.Errorf("%w: %w", ErrCut, t.wire.reason())
		case <-patience:
			t.silent = true
			line, _ := t.tail()
			return fmt.Errorf("%w within %s; the last line is %q", ErrSilent, t.patience, clip(line))
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// take moves what the library has queued into the buffer.
func (t *Dialog) take() (n int) {
	for b := t.driver.Channel.Q.Dequeue(); b != nil; b = t.driver.Channel.Q.Dequeue() {
		t.buf = append(t.buf, b...)
		n += len(b)
	}
	return n
}

// awaitPrompt waits for a prompt at the end, answers the pager, and gives what stood before it.
func (t *Dialog) awaitPrompt(ctx context.Context, patience time.Duration) (before string, at place, err error) {
	for {
		if at, here := t.promptHere(); here {
			before = string(t.buf[:at.from])
			t.buf = t.buf[:0]
			return before, at, nil
		}
		if err := t.page(ctx); err != nil {
			return "", place{}, err
		}
		if err := t.within(ctx, patience); err != nil {
			return "", place{}, err
		}
	}
}

// within waits for more, for as long as the device may be silent.
func (t *Dialog) within(ctx context.Context, patience time.Duration) error {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	return t.more(ctx, timer.C)
}

// page gives a pager its key and takes the pager out of the text.
func (t *Dialog) page(ctx context.Context) error {
	line, from := t.tail()
	if t.words.Pager == nil || !t.words.Pager.MatchString(line) {
		return nil
	}
	t.buf = t.buf[:from]
	return t.write(ctx, " ")
}

// blank reports whether a text says nothing.
func (t *Dialog) blank(text string) bool { return t.said(text) == "nothing" }

// write types. A device that takes nothing any more ends the session.
func (t *Dialog) write(ctx context.Context, s string) error {
	guard := time.AfterFunc(t.patience, func() { t.wire.Close() })
	defer guard.Stop()
	if err := t.driver.Channel.Write([]byte(s), true); err != nil {
		return fmt.Errorf("%w: %w", ErrCut, err)
	}
	return ctx.Err()
}

// found reports whether a pattern is there and matches.
func found(r *regexp.Regexp, line string) bool { return r != nil && r.MatchString(line) }
