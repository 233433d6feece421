package pusher

import (
	"context"
	"fmt"
	"slices"
	"time"

	"op25b/pusher/cli"
	"op25b/pusher/gnmi"
	"op25b/templates/words"
)

// dialog is a session on one device, over SSH or gNMI. It serves one goroutine.
type dialog interface {
	// Host is the device's name as its prompt has it, "" where there is none.
	Host() string
	// HostKey is the fingerprint of the key that the device has shown: SHA256:….
	HostKey() string
	Mode() words.Mode
	// Alive reports whether the session may still be used.
	Alive() bool
	// Read gives what a command shows.
	Read(ctx context.Context, command string) (string, error)
	ReadLog(ctx context.Context, command string) ([]string, error)
	// Do carries out one of the dialect's own commands; n is the length of the timer in it.
	Do(ctx context.Context, c words.Command, n int, patience time.Duration) (string, error)
	// Patience is how long the device may take over a command.
	Patience(c words.Command) time.Duration
	// Send types configuration lines, and SendEach waits for the answer to each.
	Send(ctx context.Context, lines []string) (sent int, err error)
	SendEach(ctx context.Context, lines []string) (sent int, err error)
	Close() error
}

// doors are the ways to devices, read once for all of them, and which devices have stood their trial.
type doors struct {
	ssh    cli.Dialer
	gnmi   gnmi.Dialer
	trials *trials
}

// overGNMI is the transport of a target that is reached over gNMI.
const overGNMI = "gnmi"

// doors reads what is needed to reach some devices: host keys, and authorities of certificates.
func (p Pusher) doors(targets ...Target) (d doors, err error) {
	d.trials = &trials{passed: map[string]bool{}}
	reach := or(p.Reach, 15*time.Second)
	var ssh, overgnmi bool
	for _, t := range targets {
		ssh, overgnmi = ssh || t.Via.Transport != overGNMI, overgnmi || t.Via.Transport == overGNMI
	}
	if ssh {
		if d.ssh, err = cli.NewDialer(p.Hosts, reach); err != nil {
			return d, err
		}
	}
	if overgnmi {
		d.gnmi, err = gnmi.NewDialer(p.Trust, reach)
	}
	return d, err
}

// Ready makes sure that what is needed to reach some devices can be read. It connects to none.
func (p Pusher) Ready(targets ...Target) error {
	_, err := p.doors(targets...)
	return err
}

// dial opens a session on a device.
func (p Pusher) dial(ctx context.Context, d doors, t Target, s words.Session) (dialog, error) {
	if t.Via.Transport == overGNMI {
		return p.dialGNMI(ctx, d, t, s)
	}
	login, err := p.Access(t.Via.Credentials)
	if err != nil {
		return nil, credentials(t, err)
	}
	road := cli.Road{Address: t.Address, Login: login, Jump: t.Via.Jump, JumpLogin: login, Algorithms: old(t.Via.Algorithms)}
	return cli.Open(ctx, d.ssh, road, s, p.patience())
}

func (p Pusher) dialGNMI(ctx context.Context, d doors, t Target, s words.Session) (dialog, error) {
	login, err := p.Channel(t.Via.Credentials)
	if err != nil {
		return nil, credentials(t, err)
	}
	road := gnmi.Road{Address: t.Address, Login: login, Plain: t.Via.TLS == "off", Cleartext: slices.Contains(p.Cleartext, t.Device), Commit: t.commit, Compares: d.trials.has(t.Device), Sleep: p.sleep}
	return gnmi.Open(ctx, d.gnmi, road, s, p.patience())
}

func credentials(t Target, err error) error {
	return fmt.Errorf("credentials %q: %w", t.Via.Credentials, err)
}
