// Package gnmi talks to a router over gNMI: it reads its configuration as one JSON document, sends
// the lines of a plan as one Set, and tells the router when to take that back by itself.
package gnmi

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc/connectivity"

	"op25b/templates/words"
)

// ErrLost says that no answer came: whether the device did what it was told is not known.
var ErrLost = errors.New("no answer came")

// Login is what one shows a device. It is never printed.
type Login struct {
	User, Password string           // "" for a login by certificate alone
	Certificate    *tls.Certificate // nil for none
}

// String hides everything but the user.
func (l Login) String() string { return l.User }

// GoString hides everything but the user.
func (l Login) GoString() string { return l.User }

// Sendable says why a login cannot be shown to a device: every call carries it as a line of its header.
// Nothing of what it has is told.
func (l Login) Sendable() error {
	for _, one := range []struct{ name, text string }{{"user name", l.User}, {"password", l.Password}} {
		for i := range len(one.text) {
			if c := one.text[i]; c < ' ' && c != '\t' || c == 0x7f {
				return fmt.Errorf("the %s has a control character, such as the end of a line, which gRPC does not carry", one.name)
			}
		}
	}
	return nil
}

// Road is the way to one device.
type Road struct {
	Address string // host:port; the certificate must be for the host
	Login   Login
	// Plain is a channel without TLS. No password goes over it unless Cleartext says so.
	Plain, Cleartext bool
	// Commit is the id by which the device is to know the commit of this change.
	Commit string
	// Compares says that the device was shown to compare the ids of commits: it has passed the probe.
	// Only such a one is asked with an id that is nobody's; another might carry that out.
	Compares bool
	// Sleep waits, or returns the context's error early; nil is the machine's clock.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Dialog is one channel to a device. It serves one goroutine.
type Dialog struct {
	dialer   Dialer
	road     Road
	wire     *wire
	patience time.Duration

	mode     words.Mode
	held     []operation
	size     int  // of the held lines, in bytes
	compares bool // ids of commits: shown by the probe, to this dialog or before
	lost     bool
	closed   bool
}

// Open connects. That shows whether the device is there and which one it is; the first call shows
// whether it lets us in. Patience is how long it may take over a call. The context bounds the
// opening only.
func Open(ctx context.Context, d Dialer, r Road, s words.Session, patience time.Duration) (*Dialog, error) {
	if err := r.Login.Sendable(); err != nil {
		return nil, err
	}
	w, err := dial(ctx, d, r, "")
	if err != nil {
		return nil, err
	}
	return &Dialog{dialer: d, road: r, wire: w, patience: patience, mode: words.Admin, compares: r.Compares}, nil
}

// String is the device's address: a dialog holds what must not be printed.
func (t *Dialog) String() string { return t.road.Address }

// GoString is the device's address.
func (t *Dialog) GoString() string { return t.road.Address }

// Close gives the channel back.
func (t *Dialog) Close() error {
	if t.closed {
		return nil
	}
	t.closed, t.held = true, nil
	return t.wire.Close()
}

// Host is "": a device says its name in its configuration.
func (t *Dialog) Host() string { return "" }

// HostKey is the fingerprint of the public key of the device's certificate, "" without TLS: the
// digest of its SubjectPublicKeyInfo.
func (t *Dialog) HostKey() string {
	t.wire.seen.mu.Lock()
	defer t.wire.seen.mu.Unlock()
	return t.wire.seen.key
}

// Mode is admin, or config from Enter to Leave.
func (t *Dialog) Mode() words.Mode { return t.mode }

// Alive reports whether calls still come through.
func (t *Dialog) Alive() bool {
	return !t.closed && !t.lost && t.wire.conn.GetState() == connectivity.Ready
}

// Read carries out one of the commands of the dialect that show something. What the device refuses
// is a words.Refusal.
func (t *Dialog) Read(ctx context.Context, command string) (string, error) {
	if err := t.usable(command); err != nil {
		return "", err
	}
	switch command {
	case "get":
		return t.document(ctx)
	case "get serial":
		return t.serial(ctx)
	case "pending":
		return t.pending(ctx)
	}
	s, err := readSubscription(command)
	if err != nil {
		return "", err
	}
	return t.once(ctx, s)
}

// usable says why nothing can be asked any more.
func (t *Dialog) usable(command string) error {
	if t.closed || t.lost {
		return fmt.Errorf("%s: %w: the channel was given up", command, ErrLost)
	}
	return nil
}

// ReadLog is for devices with a log; there is none here.
func (t *Dialog) ReadLog(ctx context.Context, command string) ([]string, error) {
	return nil, words.Refusal{Line: command, Says: "nothing: gNMI has no log"}
}

// Do carries out one of the dialect's own commands; n is the length of the timer in it.
func (t *Dialog) Do(ctx context.Context, c words.Command, n int, patience time.Duration) (string, error) {
	line := strings.ReplaceAll(c.Line, "%d", strconv.Itoa(n))
	word := strings.Fields(line)
	switch {
	case line == "edit":
		t.hold(words.Config)
		return "", nil
	case line == "discard":
		t.hold(words.Admin)
		return "", nil
	case line == "set":
		return "", t.set(ctx, line, patience)
	case len(word) == 3 && word[0] == "set" && word[1] == "confirmed":
		seconds, err := count(word[2])
		if err != nil {
			return "", fmt.Errorf("%s: %w", line, err)
		}
		return "", t.setConfirmed(ctx, line, time.Duration(seconds)*time.Second, patience)
	case line == "confirm", line == "cancel":
		return "", t.finish(ctx, line, patience)
	case len(word) == 2 && word[0] == "probe":
		seconds, err := count(word[1])
		if err != nil {
			return "", fmt.Errorf("%s: %w", line, err)
		}
		return "", t.probe(ctx, line, seconds, patience)
	}
	return "", fmt.Errorf("%q is no command of gNMI", line)
}

// count reads a number of seconds, up to a day.
func count(word string) (int, error) {
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 || n > 86400 {
		return 0, errors.New("a timer has 1 to 86400 seconds")
	}
	return n, nil
}

// hold goes to a mode, with no lines held.
func (t *Dialog) hold(mode words.Mode) { t.mode, t.held, t.size = mode, nil, 0 }

// longer is how many times as long as over an answer a device may take over a change.
const longer = 5

// Patience is how long the device may take over a command.
func (t *Dialog) Patience(c words.Command) time.Duration {
	switch word, _, _ := strings.Cut(c.Line, " "); word {
	case "set", "confirm", "cancel", "probe":
		return longer * t.patience
	}
	return t.patience
}

// Send holds the lines of a plan until they are set: all of them, or none with an error. The errors
// tell nothing of the values in them.
func (t *Dialog) Send(ctx context.Context, lines []string) (sent int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, context.Cause(ctx)
	}
	if t.mode != words.Config {
		return 0, errors.New("lines are held in config mode only")
	}
	size := t.size
	for _, l := range lines {
		if size += len(l); size > maxMessage {
			return 0, fmt.Errorf("the change has more than %d MB; that is not sent in one Set", maxMessage>>20)
		}
	}
	ops, err := readLines(lines)
	if err != nil {
		return 0, err
	}
	t.held, t.size = append(t.held, ops...), size
	return len(lines), nil
}

// SendEach is Send: nothing takes effect before it is set.
func (t *Dialog) SendEach(ctx context.Context, lines []string) (sent int, err error) {
	return t.Send(ctx, lines)
}
