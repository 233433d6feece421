package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"op25b/lab"
	"op25b/lab/iosxe"
	"op25b/lab/iosxr"
	"op25b/lab/junos"
	"op25b/lab/openconfig"
	"op25b/lab/rtx"
	"op25b/plan"
)

// The stories of the field are told with the command itself, against routers of the lab over
// real SSH and gNMI. After every line that any of them takes, the router is asked about every
// packet on the edges of the old and the new policy. To a router that speaks gNMI an RPC is a line.

// The passwords of all routers: they must not appear in anything that the command writes.
const (
	loginSecret  = "Planted-login-4711"
	enableSecret = "Planted-enable-4711"
)

// kinds are the five that the lab plays.
func kinds() []lab.Kind {
	return []lab.Kind{iosxe.Kind(), iosxr.Kind(), junos.Kind(), rtx.Kind(), openconfig.Kind()}
}

func kindOf(dialect string) lab.Kind {
	all := kinds()
	return all[slices.IndexFunc(all, func(k lab.Kind) bool { return k.Dialect == dialect })]
}

func everyDialect() []string { return append(everyTyped(), "openconfig") }

// everyTyped are the dialects that are typed on a terminal.
func everyTyped() []string { return []string{"iosxe", "iosxr", "junos", "rtx"} }

// after is the dialect after another, for what stands beside it.
func after(dialect string) string {
	all := everyDialect()
	return all[(slices.Index(all, dialect)+1)%len(all)]
}

// sweeping reports whether the long runs are asked for.
func sweeping() bool { return os.Getenv("OP25B_SWEEP") != "" }

// site is a workspace, the routers that its inventory has, and the command.
type site struct {
	t       *testing.T
	dir     string
	clock   *lab.HandClock
	fleet   *lab.Fleet
	routers []*router
	rules   rules
	rollout string
	// existing is what the inventory says of lists of others on routers of a dialect, where it does.
	existing map[string]string
	env      map[string]string
	client   []tls.Certificate // by which operators come in over gNMI, where the door asks for one
	known    string            // known_hosts, "" for what the fleet shows

	mu    sync.Mutex
	said  bytes.Buffer // everything that the command wrote
	lines int          // typed on all routers since atLine was set
	at    int
	then  func()
	// hurried lets the time of the routers pass where a command in a process of its own waits for
	// one of them: only the clock of that process goes on there.
	hurried atomic.Bool
	// nap, if set, is how time passes where the command waits.
	nap func(ctx context.Context, d time.Duration) error
	// recorded, if set, is called after each row of the journal.
	recorded func()
	// strike, if set, is asked at each line, before it is carried out and after; where it says
	// true before, the line is lost with its connection.
	strike func(n int, executed bool) bool
}

// result is how a call of the command came out.
type result struct {
	code     int
	out, err string
}

// newSite starts a router of each dialect; a dialect may come more than once.
func newSite(t *testing.T, dialects ...string) *site {
	s := emptySite(t)
	for _, d := range dialects {
		s.add(kindOf(d), nil)
	}
	return s
}

func emptySite(t *testing.T) *site {
	s := &site{t: t, dir: t.TempDir(), clock: &lab.HandClock{}, rules: firstRules(), rollout: oneWave,
		existing: map[string]string{"rtx": "chain"},
		fleet:    &lab.Fleet{Door: lab.Door{User: "op", Password: loginSecret}}}
	s.env = map[string]string{"OP25B_CORE_USERNAME": "op", "OP25B_CORE_PASSWORD": loginSecret, "OP25B_CORE_ENABLE": enableSecret,
		"OP25B_JOURNAL": filepath.Join(s.dir, "journal.db"), "OP25B_KNOWN_HOSTS": filepath.Join(s.dir, "known_hosts"),
		"OP25B_TLS_CA": filepath.Join(s.dir, "ca.pem"), "HOME": s.dir, "USER": "sato"}
	t.Cleanup(s.close)
	return s
}

const oneWave = `version: 1
waves: [{ name: all }]
limits: { parallel: 4, max-failed: 9, max-failed-total: 9 }
confirm: 5m
`

// close ends the routers and looks for secrets in all that was written.
func (s *site) close() {
	s.fleet.Close()
	plans, _ := filepath.Glob(filepath.Join(s.dir, "*.plan"))
	all := s.said.String()
	for _, p := range plans {
		b, _ := os.ReadFile(p)
		all += string(b)
	}
	for _, secret := range []string{loginSecret, enableSecret} {
		if strings.Contains(all, secret) {
			s.t.Errorf("a password is in what the command wrote")
		}
	}
	if strings.ContainsAny(all, "\x1b\x07\x00") {
		s.t.Errorf("an escape character is in what the command wrote")
	}
}

// add starts a router. The actor, if any, plays it: it is given the real one.
func (s *site) add(k lab.Kind, actor func(lab.Device) lab.Device) *router {
	s.t.Helper()
	n := len(s.routers) + 1
	name := fmt.Sprintf("%s-%d", k.Dialect, n)
	device := k.New(lab.Setup{Hostname: name, Enable: enableSecret, Clock: s.clock})
	if err := device.Load(k.Config(name, n)); err != nil {
		s.t.Fatal(err)
	}
	r := &router{Device: device, site: s, kind: k, name: name}
	shown := r.shown()
	if actor != nil {
		shown = actor(r)
	}
	server, err := s.fleet.Add(name, shown)
	if err != nil {
		s.t.Fatal(err)
	}
	r.server = server
	s.routers = append(s.routers, r)
	return r
}

// write puts the three files of the workspace, and known_hosts.
func (s *site) write() {
	s.t.Helper()
	var inv strings.Builder
	inv.WriteString("version: 1\ndefaults: { credentials: core }\ndevices:\n")
	for i, r := range s.routers {
		a, place := r.server.Address(), "front"
		if i > 1 {
			place = "back"
		}
		fmt.Fprintf(&inv, "  %s:\n    address: %s\n    port: %d\n    dialect: %s\n    revert: %s\n    labels: { place: %s }\n    attach:\n      - { interface: %q, direction: in",
			r.name, a.Addr(), a.Port(), r.kind.Dialect, r.kind.Revert, place, r.kind.Interface)
		if word := s.existing[r.kind.Dialect]; word != "" {
			inv.WriteString(", existing: " + word)
		}
		inv.WriteString(" }\n" + r.extra)
	}
	known := s.known
	if known == "" {
		known = s.fleet.KnownHosts()
	}
	for name, text := range map[string]string{"policy.yaml": s.rules.yaml(), "inventory.yaml": inv.String(), "rollout.yaml": s.rollout, "known_hosts": known, "ca.pem": s.fleet.Authority()} {
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
}

// run calls the command.
func (s *site) run(args ...string) result { return s.runWith(context.Background(), "", args...) }

// runWith calls the command with a context and with what is typed at its prompt.
func (s *site) runWith(ctx context.Context, typed string, args ...string) result {
	var out, talk bytes.Buffer
	w := world{in: strings.NewReader(typed), out: &out, err: &talk, now: s.clock.Now, sleep: s.sleep, recorded: s.recorded,
		environ: func(name string) string { return s.env[name] }}
	c := run(ctx, append([]string{"-C", s.dir}, args...), w)
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(&s.said, "$ op25b %s\n%s%sexit %d\n", strings.Join(args, " "), talk.String(), out.String(), c)
	return result{c, out.String(), talk.String()}
}

// must calls the command and wants an exit code.
func (s *site) must(code int, args ...string) result {
	s.t.Helper()
	r := s.run(args...)
	s.want(r, code, args...)
	return r
}

func (s *site) want(r result, code int, args ...string) {
	s.t.Helper()
	if r.code != code {
		s.t.Fatalf("op25b %s: exit %d, want %d\n%s%s", strings.Join(args, " "), r.code, code, tail(r.err), tail(r.out))
	}
}

func tail(text string) string {
	if len(text) > 6000 {
		return "…" + text[len(text)-6000:]
	}
	return text
}

func (s *site) file(name string) string { return filepath.Join(s.dir, name) }

// plan makes a plan of the rules and opens it.
func (s *site) plan(name string) plan.Plan {
	s.t.Helper()
	s.write()
	s.must(0, "plan", "-o", s.file(name))
	return s.open(name)
}

func (s *site) open(name string) plan.Plan {
	s.t.Helper()
	p, err := plan.Open(s.file(name))
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// push is the words of a push of a plan.
func (s *site) push(name string, more ...string) []string {
	return append([]string{"push", s.file(name), "--yes=" + s.open(name).Short()}, more...)
}

// sleep lets the time of all routers pass.
func (s *site) sleep(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if s.nap != nil {
		return s.nap(ctx, d)
	}
	s.pass(d)
	return nil
}

func (s *site) pass(d time.Duration) {
	for _, r := range s.routers {
		r.mu.Lock()
	}
	s.clock.Advance(d)
	for _, r := range s.routers {
		r.look(byClock)
		r.mu.Unlock()
	}
}

// atLine calls a function when that many more lines were typed on the routers.
func (s *site) atLine(n int, then func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines, s.at, s.then = 0, n, then
}

// striking sets who is asked at each line from now on, counted from 1.
func (s *site) striking(strike func(n int, executed bool) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines, s.strike = 0, strike
}

// count counts a line that arrives, and reports whether it is lost. struck is asked once more
// when it was carried out.
func (s *site) count() (lost bool, struck func()) {
	s.mu.Lock()
	s.lines++
	n, strike, then := s.lines, s.strike, s.then
	if n != s.at {
		then = nil
	}
	s.mu.Unlock()
	if then != nil {
		then()
	}
	if strike == nil {
		return false, func() {}
	}
	return strike(n, false), func() { strike(n, true) }
}

// today is the day in the policy's time zone.
func (s *site) today() string { return s.clock.Now().In(tokyo).Format(time.DateOnly) }

var tokyo = time.FixedZone("JST", 9*3600)

// told is the last that a report says of each device.
func (s *site) told(r result) map[string]told {
	s.t.Helper()
	list, err := streamed(r.out)
	if strings.HasPrefix(r.out, "[") { // of status
		err = json.Unmarshal([]byte(r.out), &list)
	}
	if err != nil {
		s.t.Fatalf("the report is no JSON: %v\n%s%s", err, r.err, r.out)
	}
	out := map[string]told{}
	for _, o := range list {
		out[o.Device] = o
	}
	return out
}

// step is a device's step of a plan.
func stepOf(p plan.Plan, device string) plan.Step {
	for _, w := range p.Waves {
		for _, s := range w.Steps {
			if s.Device == device {
				return s
			}
		}
	}
	return plan.Step{}
}

func seeded(n uint64) *rand.Rand { return rand.New(rand.NewPCG(25, n)) }
