package pusher

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"op25b/acl"
	"op25b/plan"
	"op25b/pusher/cli"
	"op25b/templates"
	"op25b/templates/words"
)

// ErrIdentity says that the device behind an address is not the one that was planned for.
var ErrIdentity = errors.New("another device")

// Target is one device and the way to it.
type Target struct {
	Device   string
	Dialect  string
	Address  string // host:port
	Via      plan.Via
	Identity plan.Identity
	commit   string // by which name the device is to know the change, where it asks for one
}

// TargetOf is a step's device.
func TargetOf(s plan.Step) Target {
	return Target{Device: s.Device, Dialect: s.Dialect, Address: s.Address, Via: s.Via, Identity: s.Identity, commit: commitID(s)}
}

func targetsOf(p plan.Plan) []Target {
	var out []Target
	for _, w := range p.Waves {
		for _, s := range w.Steps {
			out = append(out, TargetOf(s))
		}
	}
	return out
}

// commitID names the change of a step to its device. Whoever carries the same step out knows it, so
// that a later push can confirm or take back what an earlier one left.
func commitID(s plan.Step) string {
	digest := plan.Digest([]byte(s.Device + " " + s.Have + " " + s.Want))
	return "op25b-" + strings.TrimPrefix(digest, "sha256:")[:16]
}

// Reading is a device's running configuration, and whose it is.
type Reading struct {
	Text     string
	Config   acl.Config
	Hostname string // as the device calls itself; "" where it does not say
	HostKey  string // SHA256:…
}

// Fetch reads a device's running configuration. It writes nothing.
func (p Pusher) Fetch(ctx context.Context, t Target) (Reading, error) {
	d, err := p.doors(t)
	if err != nil {
		return Reading{}, fmt.Errorf("%s: %w", t.Device, err)
	}
	post, err := p.open(ctx, d, t)
	if err != nil {
		return Reading{}, fmt.Errorf("%s: %w", t.Device, err)
	}
	defer post.Close()
	r, err := post.read(ctx)
	if err != nil {
		return Reading{}, fmt.Errorf("%s: %w", t.Device, err)
	}
	return r, nil
}

// post is one session on one device, whose identity was checked.
type post struct {
	dialog
	target  Target
	dialect templates.Dialect
	words   words.Session
}

// open logs in and makes sure that it is the right device.
func (p Pusher) open(ctx context.Context, d doors, t Target) (post, error) {
	dialect, err := templates.Find(t.Dialect)
	if err != nil {
		return post{}, err
	}
	session := dialect.Session()
	dialog, err := p.dial(ctx, d, t, session)
	if err != nil {
		return post{}, err
	}
	o := post{dialog: dialog, target: t, dialect: dialect, words: session}
	if err := o.identify(ctx); err != nil {
		dialog.Close()
		return post{}, err
	}
	return o, nil
}

// identify compares what is known of the device with what it shows.
func (o post) identify(ctx context.Context) error {
	want := o.target.Identity
	if want.Hostname != "" && o.Host() != "" && o.Host() != want.Hostname {
		return fmt.Errorf("%w: it calls itself %q, the plan is for %q", ErrIdentity, o.Host(), want.Hostname)
	}
	if want.HostKey != "" && o.HostKey() != want.HostKey {
		return fmt.Errorf("%w: its host key is %s, the plan is for %s", ErrIdentity, o.HostKey(), want.HostKey)
	}
	if want.Serial == "" || o.words.Serial == "" {
		return nil
	}
	text, err := o.Read(ctx, o.words.Serial)
	if err != nil {
		return fmt.Errorf("%w: its serial number cannot be read: %w", ErrIdentity, err)
	}
	m := o.words.SerialIs.FindStringSubmatch(text)
	if m == nil || m[1] != want.Serial {
		return fmt.Errorf("%w: its serial number is not %s", ErrIdentity, want.Serial)
	}
	return nil
}

// read reads the running configuration, whole.
func (o post) read(ctx context.Context) (Reading, error) {
	r, err := o.configuration(ctx, o.words.Running)
	if err != nil {
		return Reading{}, err
	}
	want := o.target.Identity.Hostname
	if o.Host() == "" && want != "" && r.Hostname != "" && r.Hostname != want {
		return Reading{}, fmt.Errorf("%w: its configuration is of %q, the plan is for %q", ErrIdentity, r.Hostname, want)
	}
	if want != "" && r.Hostname == "" && o.HostKey() == "" && o.target.Identity.Serial == "" {
		return Reading{}, fmt.Errorf("%w: without TLS, and with no name in its configuration, nothing tells that it is %s; write its `serial` into the inventory, or use TLS", ErrIdentity, want)
	}
	return r, nil
}

// configuration reads what a command shows, as a configuration from its first line to its last.
func (o post) configuration(ctx context.Context, command string) (Reading, error) {
	text, err := o.Read(ctx, command)
	if err != nil {
		return Reading{}, err
	}
	if o.words.Complete != nil {
		if err := o.words.Complete(text); err != nil {
			return Reading{}, fmt.Errorf("%s: %w", command, err)
		}
	}
	config, err := o.dialect.Parse(text)
	if err != nil {
		return Reading{}, fmt.Errorf("%s: %w", command, err)
	}
	name := o.Host()
	if name == "" {
		name = config.Hostname
	}
	return Reading{Text: text, Config: config, Hostname: name, HostKey: o.HostKey()}, nil
}

// state is the digest of what a step rests on.
func state(s plan.Step, c acl.Config) string { return plan.State(c.Canonical(s.Points(), s.Owner())) }

// where names the state of a device among those of its step.
func where(s plan.Step, c acl.Config) State {
	switch state(s, c) {
	case s.Want:
		return After
	case s.Cleaned:
		return Cleaned
	case s.Have:
		return Before
	}
	return Other
}

// difference is what a device's canonical lines have and lack against others, for people.
func difference(s plan.Step, c acl.Config, want []string) string {
	have := c.Canonical(s.Points(), s.Owner())
	var out []string
	for _, l := range have {
		if !slices.Contains(want, l) {
			out = append(out, "it has "+strings.TrimSpace(l))
		}
	}
	for _, l := range want {
		if !slices.Contains(have, l) {
			out = append(out, "it lacks "+strings.TrimSpace(l))
		}
	}
	if len(out) > 4 {
		out = append(out[:4], fmt.Sprintf("and %d more", len(out)-4))
	}
	return strings.Join(out, "; ")
}

// old are the algorithms that a device needs beside the usual.
func old(a *plan.Algorithms) cli.Algorithms {
	if a == nil {
		return cli.Algorithms{}
	}
	return cli.Algorithms{KeyExchanges: a.Kex, Ciphers: a.Ciphers, MACs: a.MACs, HostKeys: a.HostKeys}
}
