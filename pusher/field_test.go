package pusher_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"op25b/lab"
	"op25b/lab/iosxe"
	"op25b/lab/iosxr"
	"op25b/lab/junos"
	"op25b/lab/rtx"
	"op25b/plan"
	"op25b/pusher"
	"op25b/pusher/cli"
	"op25b/templates"
)

// script is one change in a dialect's own words: from generation 1, which is bound, to
// generation 2, and the removal of generation 1.
type script struct {
	kind    lab.Kind
	into    []string // typed before configuration lines, by hand
	out     []string // typed after them
	first   []string // makes generation 1
	stage   []string
	swap    []string
	undo    []string
	cleanup []string
	numbers *plan.Numbers
	saves   bool // has a startup configuration of its own
}

// blocked and free are packets that generation 1 lets pass and generation 2 blocks, and one
// that no generation blocks.
var (
	blocked = lab.Packet{Src: addr("203.0.113.9"), Dst: addr("198.51.100.3"), Protocol: 6, SrcPort: 1025, DstPort: 25}
	free    = lab.Packet{Src: addr("203.0.113.9"), Dst: addr("198.51.100.3"), Protocol: 6, SrcPort: 1025, DstPort: 587}
)

func scripts() []script {
	return []script{iosxeScript(), iosxrScript(), junosScript(), rtxScript()}
}

func iosxeScript() script {
	list := func(n int, dst string) []string {
		return []string{fmt.Sprintf("ip access-list extended OP25B-IN-V4-G%d", n),
			" 10 permit tcp 203.0.113.0 0.0.0.255 host 192.0.2.25 eq smtp",
			" 20 deny tcp 203.0.113.0 0.0.0.255 " + dst + " eq smtp",
			" 30 permit ip any any"}
	}
	k := iosxe.Kind()
	bind := func(n int) []string {
		return []string{"interface " + k.Interface, fmt.Sprintf(" ip access-group OP25B-IN-V4-G%d in", n)}
	}
	return script{kind: k, into: []string{"enable", "configure terminal"}, out: []string{"end", "write memory"},
		first: append(list(1, "198.51.100.128 0.0.0.127"), bind(1)...), stage: list(2, "any"), swap: bind(2),
		undo: append(bind(1), "no ip access-list extended OP25B-IN-V4-G2"), cleanup: []string{"no ip access-list extended OP25B-IN-V4-G1"}, saves: true}
}

func iosxrScript() script {
	list := func(n int, dst string) []string {
		return []string{fmt.Sprintf("ipv4 access-list OP25B-IN-V4-G%d", n),
			" 10 permit tcp 203.0.113.0/24 host 192.0.2.25 eq smtp",
			" 20 deny tcp 203.0.113.0/24 " + dst + " eq smtp",
			" 30 permit ipv4 any any"}
	}
	k := iosxr.Kind()
	bind := func(n int) []string {
		return []string{"interface " + k.Interface, fmt.Sprintf(" ipv4 access-group OP25B-IN-V4-G%d ingress", n)}
	}
	return script{kind: k, into: []string{"configure"}, out: []string{"commit", "end"},
		first: append(list(1, "198.51.100.128/25"), bind(1)...), stage: list(2, "any"), swap: bind(2),
		undo: append(bind(1), "no ipv4 access-list OP25B-IN-V4-G2"), cleanup: []string{"no ipv4 access-list OP25B-IN-V4-G1"}}
}

func rtxScript() script {
	list := func(n int, dst string) []string {
		return []string{
			fmt.Sprintf("ip filter %d pass-nolog 203.0.113.0/24 192.0.2.25 tcp * 25", n),
			fmt.Sprintf("ip filter %d reject-nolog 203.0.113.0/24 %s tcp * 25", n+1, dst),
			fmt.Sprintf("ip filter %d pass-nolog * * * * *", n+2)}
	}
	k := rtx.Kind()
	bind := func(n int) []string {
		return []string{fmt.Sprintf("ip lan2 secure filter in %d %d %d", n, n+1, n+2)}
	}
	remove := func(n int) []string {
		return []string{fmt.Sprintf("no ip filter %d", n), fmt.Sprintf("no ip filter %d", n+1), fmt.Sprintf("no ip filter %d", n+2)}
	}
	return script{kind: k, into: []string{"administrator"}, out: []string{"save"},
		first: append(list(250000, "198.51.100.128/25"), bind(250000)...), stage: list(255000, "*"), swap: bind(255000),
		undo: append(bind(250000), remove(255000)...), cleanup: remove(250000), saves: true,
		numbers: &plan.Numbers{First: 250000, Last: 259999}}
}

func junosScript() script {
	k := junos.Kind()
	list := func(n int, dst string) []string {
		f := fmt.Sprintf("set firewall family inet filter OP25B-IN-V4-G%d term ", n)
		return []string{
			f + "relay from source-address 203.0.113.0/24", f + "relay from destination-address 192.0.2.25/32",
			f + "relay from protocol tcp", f + "relay from destination-port 25", f + "relay then accept",
			f + "block from source-address 203.0.113.0/24", f + "block from destination-address " + dst,
			f + "block from protocol tcp", f + "block from destination-port 25", f + "block then discard",
			f + "rest then accept"}
	}
	bind := func(n int) []string {
		return []string{fmt.Sprintf("set interfaces ge-0/0/1 unit 0 family inet filter input OP25B-IN-V4-G%d", n)}
	}
	return script{kind: k, into: []string{"configure"}, out: []string{"commit", "exit"},
		first: append(list(1, "198.51.100.128/25"), bind(1)...), stage: list(2, "0.0.0.0/0"), swap: bind(2),
		undo: append(bind(1), "delete firewall family inet filter OP25B-IN-V4-G2"), cleanup: []string{"delete firewall family inet filter OP25B-IN-V4-G1"}}
}

// field is routers on the loopback and a pusher that knows them.
type field struct {
	t      *testing.T
	clock  *lab.HandClock
	fleet  *lab.Fleet
	pusher pusher.Pusher
	steps  map[string]plan.Step

	mu     sync.Mutex
	events []pusher.Event
}

const (
	password = "secret-login"
	enable   = "secret-enable"
)

func newField(t *testing.T) *field {
	f := &field{t: t, clock: &lab.HandClock{}, fleet: &lab.Fleet{Door: lab.Door{User: "op", Password: password}}, steps: map[string]plan.Step{}}
	t.Cleanup(func() { f.fleet.Close() })
	f.pusher = pusher.Pusher{
		Access: func(name string) (cli.Login, error) {
			if name != "core" {
				return cli.Login{}, fmt.Errorf("no credentials %q", name)
			}
			return cli.Login{User: "op", Password: password, Enable: enable}, nil
		},
		Reach:    time.Minute, // no router here is silent: this is far more than any answer takes
		Patience: time.Minute,
		Clock: pusher.Clock{Now: f.clock.Now, Sleep: func(ctx context.Context, d time.Duration) error {
			if ctx.Err() == nil {
				f.clock.Advance(d)
			}
			return ctx.Err()
		}},
	}
	return f
}

// add starts a router that has generation 1, and makes its step to generation 2.
func (f *field) add(name string, s script) *lab.Server {
	f.t.Helper()
	device := s.kind.New(lab.Setup{Hostname: name, Enable: enable, Clock: f.clock})
	f.must(device.Load(s.kind.Config(name, len(f.steps)+1)))
	states := [][]string{f.state(s, device)}
	for _, lines := range [][]string{s.first, append(append([]string{}, s.stage...), s.swap...), s.cleanup} {
		scratch := s.kind.New(lab.Setup{Hostname: name, Enable: enable, Clock: f.clock})
		f.must(scratch.Load(device.Running()))
		f.hand(scratch, s, lines)
		device = scratch
		states = append(states, f.state(s, device))
	}
	real := s.kind.New(lab.Setup{Hostname: name, Enable: enable, Clock: f.clock})
	f.must(real.Load(s.kind.Config(name, len(f.steps)+1)))
	f.hand(real, s, s.first)
	server, err := f.fleet.Add(name, real)
	f.must(err)
	f.steps[name] = plan.Step{Device: name, Dialect: s.kind.Dialect, Address: server.Address().String(), Revert: s.kind.Revert,
		Via: plan.Via{Transport: "ssh", Credentials: "core"}, Identity: plan.Identity{Hostname: name},
		Attach: []plan.Attach{{Interface: s.kind.Interface, Direction: "in", Families: []string{"ipv4"}}}, Numbers: s.numbers,
		Have: plan.State(states[1]), Want: plan.State(states[2]), Cleaned: plan.State(states[3]), Before: states[1], After: states[2],
		Method: plan.Swap, Stage: s.stage, Switch: s.swap, Undo: s.undo, Cleanup: s.cleanup}
	return server
}

func (f *field) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// hand types lines at a router, as an operator at its console would.
func (f *field) hand(d lab.Device, s script, lines []string) {
	f.t.Helper()
	console := d.Login("hand")
	for _, l := range append(append(append([]string{}, s.into...), lines...), s.out...) {
		if console.Secret() {
			console.Enter(enable)
		}
		out, _ := console.Enter(l)
		if strings.ContainsAny(out, "%^") || strings.Contains(out, "rror") {
			f.t.Fatalf("%s: by hand, %q: %s", s.kind.Dialect, l, out)
		}
	}
	if console.Secret() {
		f.t.Fatal("it asks for a password at the end")
	}
	console.Cut()
}

// state is what the product reads in a router's configuration.
func (f *field) state(s script, d lab.Device) []string {
	f.t.Helper()
	dialect, err := templates.Find(s.kind.Dialect)
	f.must(err)
	config, err := dialect.Parse(d.Running())
	f.must(err)
	step := plan.Step{Attach: []plan.Attach{{Interface: s.kind.Interface, Direction: "in", Families: []string{"ipv4"}}}, Numbers: s.numbers}
	return config.Canonical(step.Points(), step.Owner())
}

// believe writes the routers' host keys into known_hosts.
func (f *field) believe() {
	file := filepath.Join(f.t.TempDir(), "known_hosts")
	f.must(os.WriteFile(file, []byte(f.fleet.KnownHosts()), 0o600))
	f.pusher.Hosts = cli.Hosts{Files: []string{file}}
}

// plan puts the named devices into waves.
func (f *field) plan(waves ...[]string) plan.Plan {
	p := plan.Plan{Version: plan.Version, Gates: plan.Gates{Parallel: 4, MaxFailed: 1, MaxFailedTotal: 3, Confirm: "5m"}}
	for i, names := range waves {
		w := plan.Wave{Name: fmt.Sprintf("wave-%d", i+1)}
		for _, n := range names {
			w.Steps = append(w.Steps, f.steps[n])
		}
		p.Waves = append(p.Waves, w)
	}
	return p.Sealed()
}

func (f *field) push(p plan.Plan, o pusher.Options) pusher.Report {
	f.t.Helper()
	r, err := f.pusher.Push(context.Background(), p, o, f.report)
	f.must(err)
	f.noSecrets(r)
	return r
}

func (f *field) report(e pusher.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.events = append(f.events, e)
}

// noSecrets fails the test if a password stands in anything that the pusher said.
func (f *field) noSecrets(r pusher.Report) {
	f.t.Helper()
	if text := fmt.Sprintf("%+v %+v", r, f.events); strings.Contains(text, "secret-") {
		f.t.Errorf("a secret is in %s", text)
	}
}

// outcome is the last outcome of a device.
func outcome(r pusher.Report, device string) pusher.Outcome {
	var out pusher.Outcome
	for _, o := range r.Outcomes {
		if o.Device == device {
			out = o
		}
	}
	return out
}

// passes asks the router itself.
func passes(s *lab.Server, k lab.Kind, p lab.Packet) bool {
	pass, _ := s.Device().Verdict(k.Interface, "in", p)
	return pass
}
