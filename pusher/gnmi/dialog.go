// Package gnmi talks to a router over gNMI: it reads its configuration as one JSON document, sends
// the lines of a plan as one Set, and tells the router when to take that back by itself.
package gnmi

import (
	"context"
	"crypto/tls"
	"errors"
	"time"

	"op25b/templates/words"
)

// ErrUntrusted says that the certificate of the device is not believed, or that of the other side
// of a connection without one would have to be.
var ErrUntrusted = errors.New("certificate refused")

// ErrLost says that no answer came: whether the device did what it was told is not known.
var ErrLost = errors.New("no answer came")

// Trust is whose certificates are believed.
type Trust struct {
	Files []string // of authorities, in PEM; none for those of the system
}

// Dialer opens sessions. It is read-only and serves any number of them at once.
type Dialer struct{}

// NewDialer reads the authorities once. The timeout is for the connection with its handshake.
func NewDialer(trust Trust, timeout time.Duration) (Dialer, error) { return Dialer{}, nil }

// Login is what one shows a device.
type Login struct {
	User, Password string           // "" for a login by certificate alone
	Certificate    *tls.Certificate // nil for none
}

// Road is the way to one device.
type Road struct {
	Address string // host:port; the certificate must be for the host
	Login   Login
	// Plain is a channel without TLS. No password goes over it unless Cleartext says so.
	Plain, Cleartext bool
	// Commit is the id by which the device is to know the commit of this change.
	Commit string
	// Sleep waits, or returns the context's error early; nil is the machine's clock.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Dialog is one channel to a device. It serves one goroutine.
type Dialog struct{}

// Open connects. The first call of the device shows whether it is there and lets us in.
func Open(ctx context.Context, d Dialer, r Road, s words.Session, patience time.Duration) (*Dialog, error) {
	return nil, errors.New("not yet")
}

// Close gives the channel back.
func (t *Dialog) Close() error { return nil }

// Host is "": a device says its name in its configuration.
func (t *Dialog) Host() string { return "" }

// HostKey is the fingerprint of the public key of the device's certificate, "" without TLS.
func (t *Dialog) HostKey() string { return "" }

// Mode is admin, or config from Enter to Leave.
func (t *Dialog) Mode() words.Mode { return words.Admin }

// Alive reports whether calls still come through.
func (t *Dialog) Alive() bool { return false }

// Read carries out one of the commands of the dialect that show something.
func (t *Dialog) Read(ctx context.Context, command string) (string, error) {
	return "", errors.New("not yet")
}

// ReadLog is for devices with a log; there is none here.
func (t *Dialog) ReadLog(ctx context.Context, command string) ([]string, error) {
	return nil, errors.New("not yet")
}

// Do carries out one of the dialect's own commands; n is the length of the timer in it.
func (t *Dialog) Do(ctx context.Context, c words.Command, n int, patience time.Duration) (string, error) {
	return "", errors.New("not yet")
}

// Patience is how long the device may take over a command.
func (t *Dialog) Patience(c words.Command) time.Duration { return 0 }

// Send holds the lines of a plan until they are set.
func (t *Dialog) Send(ctx context.Context, lines []string) (sent int, err error) {
	return 0, errors.New("not yet")
}

// SendEach is Send: nothing takes effect before it is set.
func (t *Dialog) SendEach(ctx context.Context, lines []string) (sent int, err error) {
	return t.Send(ctx, lines)
}
