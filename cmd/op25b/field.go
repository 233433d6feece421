package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"op25b/inventory"
	"op25b/plan"
	"op25b/planner"
	"op25b/pusher"
	"op25b/pusher/cli"
	"op25b/pusher/gnmi"
)

// pusher is what goes into the field: whose host keys are believed, and how one logs in.
func (g *globals) pusher() pusher.Pusher {
	return pusher.Pusher{
		Hosts: cli.Hosts{Files: g.knownHosts()}, Access: askedOnce(g.access), Patience: g.patience,
		Trust: gnmi.Trust{Files: g.authorities()}, Channel: askedOnce(g.channel), Cleartext: g.cleartext,
		Clock: pusher.Clock{Now: g.world.now, Sleep: g.world.sleep},
	}
}

// authorities are the files with whose certificates those of devices are checked, none for those
// of the system.
func (g *globals) authorities() []string {
	if set := g.tool.GetString("tls-ca"); set != "" {
		return filepath.SplitList(set)
	}
	return nil
}

// knownHosts are the files that OpenSSH would read, or the one that is set.
func (g *globals) knownHosts() []string {
	if set := g.tool.GetString("known-hosts"); set != "" {
		return []string{set}
	}
	var out []string
	for _, path := range []string{filepath.Join(g.world.environ("HOME"), ".ssh", "known_hosts"), "/etc/ssh/ssh_known_hosts"} {
		if _, err := os.Stat(path); err == nil {
			out = append(out, path)
		}
	}
	return out
}

// askedOnce asks once for each name of credentials.
func askedOnce[Login any](access func(string) (Login, error)) func(string) (Login, error) {
	type answer struct {
		login Login
		err   error
	}
	var mu sync.Mutex
	known := map[string]answer{}
	return func(credentials string) (Login, error) {
		mu.Lock()
		defer mu.Unlock()
		a, there := known[credentials]
		if !there {
			a.login, a.err = access(credentials)
			known[credentials] = a
		}
		return a.login, a.err
	}
}

// access takes a login from the environment: for credentials core it is OP25B_CORE_USERNAME,
// _PASSWORD, _ENABLE, _KEY (a file) and _PASSPHRASE, and the SSH agent. They stand in no file
// of the workspace.
func (g *globals) access(credentials string) (cli.Login, error) {
	prefix, env := variables(credentials), g.world.environ
	login := cli.Login{
		User: env(prefix + "USERNAME"), Password: env(prefix + "PASSWORD"),
		Enable: env(prefix + "ENABLE"), Agent: env("SSH_AUTH_SOCK"),
	}
	g.voice.secrets.keep(login.Password, login.Enable, env(prefix+"PASSPHRASE"))
	if key := env(prefix + "KEY"); key != "" {
		login.Keys = []cli.Key{cli.Key{Path: key, Passphrase: env(prefix + "PASSPHRASE")}.Once()}
	}
	if login.User == "" {
		return login, exit{failed, fmt.Errorf("no user name to log in with"), "set " + prefix + "USERNAME and " + prefix + "PASSWORD, or load a key into the agent"}
	}
	return login, nil
}

// channel takes a login for gNMI from the environment: for credentials core it is OP25B_CORE_USERNAME
// and _PASSWORD, and a client certificate in the files that _CERT and _CERT_KEY name.
func (g *globals) channel(credentials string) (gnmi.Login, error) {
	prefix, env := variables(credentials), g.world.environ
	login := gnmi.Login{User: env(prefix + "USERNAME"), Password: env(prefix + "PASSWORD")}
	g.voice.secrets.keep(login.Password)
	if file := env(prefix + "CERT"); file != "" {
		pair, err := tls.LoadX509KeyPair(file, env(prefix+"CERT_KEY"))
		if err != nil {
			return login, exit{failed, err, prefix + "CERT and " + prefix + "CERT_KEY name a certificate and its key, in PEM"}
		}
		login.Certificate = &pair
	}
	if err := login.Sendable(); err != nil {
		return login, exit{failed, err, "set " + prefix + "USERNAME and " + prefix + "PASSWORD without control characters; one that was read from a file may have the end of its line with it"}
	}
	if login.User == "" && login.Certificate == nil {
		return login, exit{failed, fmt.Errorf("no user name to log in with"), "set " + prefix + "USERNAME and " + prefix + "PASSWORD, or " + prefix + "CERT and " + prefix + "CERT_KEY"}
	}
	return login, nil
}

// variables is how the names of the variables with a login begin.
func variables(credentials string) string {
	if credentials == "" {
		return "OP25B_"
	}
	return "OP25B_" + strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(credentials)) + "_"
}

// target is a device of the inventory as the pusher sees it.
func target(device inventory.Device) pusher.Target {
	return pusher.Target{
		Device: device.Name, Dialect: device.Dialect, Address: device.Target(), Via: planner.Via(device),
		Identity: plan.Identity{Hostname: device.Hostname, Serial: device.Serial, HostKey: device.HostKey},
	}
}

// fetched is one device's answer.
type fetched struct {
	reading planner.Reading
	err     error
}

// atOnce is how many devices are read at the same time.
const atOnce = 50

// ready makes sure that what the call names to reach some devices is there: one error, before any of them
// is connected to.
func (g *globals) ready(targets []pusher.Target) error {
	if err := g.pusher().Ready(targets...); err != nil {
		return exit{failed, err, hintOf(err)}
	}
	return nil
}

// prepared makes sure, before anything is begun, that the devices of a plan can be reached as the call says.
func (g *globals) prepared(p plan.Plan) error {
	for _, name := range g.cleartext {
		if !hasDevice(p, name) {
			return exit{failed, fmt.Errorf("--cleartext: the plan has no device %q", name), "op25b show FILE has the names of the waves and devices"}
		}
	}
	var targets []pusher.Target
	for _, w := range p.Waves {
		for _, s := range w.Steps {
			targets = append(targets, pusher.TargetOf(s))
		}
	}
	return g.ready(targets)
}

// fetcher reads all selected devices at once, when the first of them is asked for.
func (ws workspace) fetcher(ctx context.Context) (planner.Running, error) {
	targets := make([]pusher.Target, len(ws.devices))
	for i, device := range ws.devices {
		targets[i] = target(device)
	}
	if err := ws.globals.ready(targets); err != nil {
		return nil, err
	}
	all := sync.OnceValue(func() map[string]fetched { return ws.fetchAll(ctx) })
	return func(device inventory.Device) (planner.Reading, error) {
		f := all()[device.Name]
		return f.reading, f.err
	}, nil
}

func (ws workspace) fetchAll(ctx context.Context) map[string]fetched {
	out := make(map[string]fetched, len(ws.devices))
	var mu sync.Mutex
	var group sync.WaitGroup
	free := make(chan struct{}, atOnce)
	p := ws.globals.pusher()
	for _, device := range ws.devices {
		group.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			r, err := p.Fetch(ctx, target(device))
			mu.Lock()
			defer mu.Unlock()
			out[device.Name] = fetched{planner.Reading{Text: r.Text, HostKey: r.HostKey}, unprefixed(device.Name, err)}
		})
	}
	group.Wait()
	return out
}

// unprefixed takes the device's name off an error that the planner will name again.
func unprefixed(device string, err error) error {
	if err == nil {
		return nil
	}
	e := exit{failed, errors.New(strings.TrimPrefix(err.Error(), device+": ")), hintOf(err)}
	if errors.Is(err, pusher.ErrIdentity) || errors.Is(err, cli.ErrHostKey) || errors.Is(err, gnmi.ErrUntrusted) {
		e.code = refused
	}
	return e
}

// hintOf is what to do about an error of the field.
func hintOf(err error) string {
	for _, one := range leaves(err) {
		if h, is := one.(hinter); is {
			return h.Hint()
		}
	}
	if errors.Is(err, cli.ErrHostKey) {
		return "compare the key with the device's own; ssh-keyscan -p PORT ADDRESS >> ~/.ssh/known_hosts adds it, OP25B_KNOWN_HOSTS names another file"
	}
	return ""
}
