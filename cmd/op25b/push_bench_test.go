package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"op25b/inventory"
	"op25b/plan"
	"op25b/pusher"
	"op25b/pusher/cli"
	"op25b/pusher/gnmi"
)

// crowd is how many routers are pushed to, all at once.
const crowd = 200

// field is a lab in a process of its own with a workspace for it.
type field struct {
	dir  string
	lab  *exec.Cmd
	done chan error
	door door // without an address
}

// raise starts a lab of n routers, of all kinds that are reached over SSH where the dialect is "".
func raise(b *testing.B, dialect string, n int) (*field, error) {
	f := &field{dir: b.TempDir(), done: make(chan error, 1)}
	args := []string{"up", "-n", fmt.Sprint(n), "-o", f.dir, "--for", "4m"}
	if dialect == "" {
		dialect = "iosxe,iosxr,junos,rtx"
	}
	args = append(args, "--dialect", dialect)
	f.lab = exec.Command(built(b, "op25b-lab"), args...)
	says, err := f.lab.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := f.lab.Start(); err != nil {
		return nil, err
	}
	up := make(chan bool, 1)
	go func() {
		for lines := bufio.NewScanner(says); lines.Scan(); {
			if strings.Contains(lines.Text(), "routers are up") {
				up <- true
			}
		}
		f.done <- f.lab.Wait()
	}()
	select {
	case <-up:
	case err := <-f.done:
		return nil, fmt.Errorf("the lab did not come up: %w", err)
	case <-time.After(time.Minute):
		f.lab.Process.Kill()
		return nil, errors.New("the lab did not come up")
	}
	return f, f.furnish()
}

// furnish makes the folder a workspace: Plala's first phase, all routers in one wave. Each router
// has credentials of its own name, so that the pusher asks for each by name.
func (f *field) furnish() error {
	env, e1 := os.ReadFile(filepath.Join(f.dir, "env"))
	variable := func(name string) string {
		if m := regexp.MustCompile(`(?m)^export OP25B_LAB_` + name + `=(\S+)$`).FindSubmatch(env); m != nil {
			return string(m[1])
		}
		return ""
	}
	f.door = door{User: variable("USERNAME"), Password: variable("PASSWORD"), Enable: variable("ENABLE"), KnownHosts: filepath.Join(f.dir, "known_hosts"), Authority: filepath.Join(f.dir, "ca.pem")}
	inv, e2 := os.ReadFile(filepath.Join(f.dir, "inventory.yaml"))
	text := regexp.MustCompile(`(?m)^  (\S+):\n    address:`).ReplaceAllString(string(inv), "  $1:\n    credentials: $1\n    address:")
	text = strings.ReplaceAll(text, "interface: lan2\n", "interface: lan2\n        existing: chain\n")
	story := filepath.Join("..", "..", "golden", "plala-2005")
	policy, e3 := os.ReadFile(filepath.Join(story, "policy.yaml"))
	return errors.Join(e1, e2, e3,
		os.WriteFile(filepath.Join(f.dir, "inventory.yaml"), []byte(text), 0o644),
		os.WriteFile(filepath.Join(f.dir, "policy.yaml"), policy, 0o644),
		os.CopyFS(filepath.Join(f.dir, "pools"), os.DirFS(filepath.Join(story, "pools"))),
		os.WriteFile(filepath.Join(f.dir, "rollout.yaml"), fmt.Appendf(nil, "version: 1\nwaves: [{ name: all }]\n"+
			"limits: { parallel: %d, max-failed: %d, max-failed-total: %d }\nconfirm: 5m\n", crowd, crowd, crowd), 0o644))
}

// fall ends the lab.
func (f *field) fall() {
	f.lab.Process.Signal(syscall.SIGTERM)
	select {
	case <-f.done:
	case <-time.After(20 * time.Second):
		f.lab.Process.Kill()
	}
}

func (f *field) routers() ([]inventory.Device, error) {
	inv, err := inventory.Load(filepath.Join(f.dir, "inventory.yaml"))
	return inv.Devices, err
}

// planned reads all routers and writes the plan.
func (f *field) planned() (string, error) {
	path := filepath.Join(f.dir, "change.plan")
	ctx, stop := context.WithTimeout(context.Background(), jobTime)
	defer stop()
	var says bytes.Buffer
	args := []string{"plan", "-C", f.dir, "--phase", "vodafone", "-o", path}
	if code := run(ctx, args, world{in: strings.NewReader(""), out: io.Discard, err: &says, environ: f.door.environ, now: time.Now}); code != 0 {
		return "", fmt.Errorf("op25b plan: exit %d: %s", code, says.String())
	}
	return path, nil
}

// environ is the environment of a command that comes in by this door.
func (d door) environ(name string) string {
	switch {
	case strings.HasSuffix(name, "_USERNAME"):
		return d.User
	case strings.HasSuffix(name, "_PASSWORD"):
		return d.Password
	case strings.HasSuffix(name, "_ENABLE"):
		return d.Enable
	case name == "OP25B_KNOWN_HOSTS":
		return d.KnownHosts
	case name == "OP25B_TLS_CA":
		return d.Authority
	case name == "USER":
		return "bench"
	}
	return ""
}

// pusher is one for the routers of a door. At the second time that a login is asked for by the
// same name, the router's first session is open, staged and switched: then second is called.
func (d door) pusher(second func()) pusher.Pusher {
	var mu sync.Mutex
	asked := map[string]int{}
	return pusher.Pusher{Hosts: cli.Hosts{Files: []string{d.KnownHosts}}, Access: func(name string) (cli.Login, error) {
		mu.Lock()
		asked[name]++
		again := asked[name] == 2
		mu.Unlock()
		if again {
			second()
		}
		return cli.Login{User: d.User, Password: d.Password, Enable: d.Enable}, nil
	}, Trust: gnmi.Trust{Files: []string{d.Authority}}, Channel: func(string) (gnmi.Login, error) {
		return gnmi.Login{User: d.User, Password: d.Password}, nil
	}}
}

// gate holds a crowd until all of it has come, and weighs the process then.
type gate struct {
	mu    sync.Mutex
	here  int
	open  chan struct{}
	start runtime.MemStats
	rss   float64
	cost  *cost
}

func newGate(c *cost) *gate {
	g := &gate{open: make(chan struct{}), cost: c}
	runtime.GC()
	runtime.ReadMemStats(&g.start)
	g.rss = resident("VmRSS")
	return g
}

func (g *gate) wait() {
	g.mu.Lock()
	if g.here++; g.here == crowd {
		g.weigh()
		close(g.open)
	}
	g.mu.Unlock()
	select {
	case <-g.open:
	case <-time.After(jobTime / 2):
	}
}

func (g *gate) weigh() {
	var now runtime.MemStats
	before := resident("VmRSS")
	runtime.GC()
	runtime.ReadMemStats(&now)
	used := func(m runtime.MemStats) float64 { return float64(m.HeapInuse+m.StackInuse) / (1 << 20) }
	g.cost.Notes = map[string]float64{"in use": (used(now) - used(g.start)) / crowd, "resident": (before - g.rss) / crowd}
}

// pushJob carries the plan out.
func pushJob(j job) (c cost, err error) {
	p, err := plan.Open(j.Files[0])
	if err != nil {
		return c, err
	}
	second := func() {}
	if j.Hold {
		second = newGate(&c).wait
	}
	ctx, stop := context.WithTimeout(context.Background(), jobTime)
	defer stop()
	var report pusher.Report
	err = c.run("exchange", func() error {
		report, err = j.Door.pusher(second).Push(ctx, p, pusher.Options{}, nil)
		return err
	})
	failed := 0
	for _, o := range report.Outcomes {
		if o.Class != pusher.Done {
			failed++
			c.Says = fmt.Sprint(o.Err)
		}
	}
	if c.Notes == nil {
		c.Notes = map[string]float64{}
	}
	c.Notes["failed"] = float64(failed)
	return c, err
}

// bareJob does on every router what the scripts say, with the SSH library alone.
func bareJob(j job) (c cost, err error) {
	var scripts map[string]script
	text, err := os.ReadFile(j.Files[0])
	if err == nil {
		err = json.Unmarshal(text, &scripts)
	}
	known, err2 := knownhosts.New(j.Door.KnownHosts)
	if err := errors.Join(err, err2); err != nil {
		return c, err
	}
	held := func() {}
	if j.Hold {
		held = newGate(&c).wait
	}
	var mu sync.Mutex
	failed := 0
	err = c.run("exchange", func() error {
		var all sync.WaitGroup
		for address, s := range scripts {
			at := j.Door
			at.Address = address
			all.Go(func() {
				config := &ssh.ClientConfig{User: at.User, Auth: []ssh.AuthMethod{ssh.Password(at.Password)}, HostKeyCallback: known,
					HostKeyAlgorithms: []string{ssh.KeyAlgoED25519}}
				if err := s.play(func() (*terminal, error) { return at.enter(config) }, held); err != nil {
					mu.Lock()
					defer mu.Unlock()
					failed++
					c.Says = err.Error()
				}
			})
		}
		all.Wait()
		return nil
	})
	if c.Notes == nil {
		c.Notes = map[string]float64{}
	}
	c.Notes["failed"] = float64(failed)
	return c, err
}

// written pushes once through listeners, and gives what the pusher did on each router, by name,
// with ENABLE in the place of the password.
func written(b *testing.B, dialect string) (map[string]script, error) {
	f, err := raise(b, dialect, crowd)
	if f != nil {
		defer f.fall()
	}
	if err != nil {
		return nil, err
	}
	routers, err := f.routers()
	if err != nil {
		return nil, err
	}
	inv, err := os.ReadFile(filepath.Join(f.dir, "inventory.yaml"))
	if err != nil {
		return nil, err
	}
	text, known := string(inv), ""
	listeners := map[string]*listener{}
	for _, r := range routers {
		through := f.door
		through.Address, through.KnownHosts = r.Target(), ""
		l, err := listen(through)
		if err != nil {
			return nil, err
		}
		defer l.Close()
		listeners[r.Name] = l
		_, port, _ := net.SplitHostPort(l.Addr().String())
		text = strings.Replace(text, fmt.Sprintf("address: 127.0.0.1\n    port: %d\n", r.Port), "address: 127.0.0.1\n    port: "+port+" \n", 1)
		known += l.known()
	}
	err = errors.Join(os.WriteFile(f.door.KnownHosts, []byte(known), 0o644), os.WriteFile(filepath.Join(f.dir, "inventory.yaml"), []byte(text), 0o644))
	if err != nil {
		return nil, err
	}
	path, err := f.planned()
	if err != nil {
		return nil, err
	}
	for _, l := range listeners {
		l.forget()
	}
	c, err := measured(job{What: "push", Files: []string{path}, Door: f.door})
	if err == nil && c.Notes["failed"] > 0 {
		err = errors.New(c.Says)
	}
	out := map[string]script{}
	for name, l := range listeners {
		for _, a := range l.script() {
			a.Text = bytes.ReplaceAll(a.Text, []byte(f.door.Enable), []byte("ENABLE"))
			out[name] = append(out[name], a)
		}
	}
	return out, err
}

// exchange is one measured push, or the same with the bare library.
func exchange(b *testing.B, dialect string, scripts map[string]script, j job) (cost, error) {
	f, err := raise(b, dialect, crowd)
	if f != nil {
		defer f.fall()
	}
	if err != nil {
		return cost{}, err
	}
	path, err := f.planned()
	if err != nil {
		return cost{}, err
	}
	j.Files, j.Door = []string{path}, f.door
	if j.What == "bare" {
		routers, err := f.routers()
		if err != nil {
			return cost{}, err
		}
		by := map[string]script{}
		for _, r := range routers {
			for _, a := range scripts[r.Name] {
				a.Text = bytes.ReplaceAll(a.Text, []byte("ENABLE"), []byte(f.door.Enable))
				by[r.Target()] = append(by[r.Target()], a)
			}
		}
		text, _ := json.Marshal(by)
		j.Files = []string{filepath.Join(f.dir, "scripts.json")}
		if err := os.WriteFile(j.Files[0], text, 0o600); err != nil {
			return cost{}, err
		}
	}
	c, err := measured(j)
	if err != nil {
		return c, err
	}
	return c, f.reached(path, &c)
}

// reached counts the routers that are afterwards as the plan wants them.
func (f *field) reached(path string, c *cost) error {
	p, err := plan.Open(path)
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(context.Background(), jobTime)
	defer stop()
	report, err := f.door.pusher(func() {}).Status(ctx, p, nil)
	for _, o := range report.Outcomes {
		if o.State == pusher.After {
			c.Notes["reached"]++
		}
	}
	return err
}

// BenchmarkPush is a push to 200 routers at once against the same exchange over the bare SSH
// library: the same sessions, the same bytes typed, everything read that was read.
func BenchmarkPush(b *testing.B) {
	built(b, "op25b-lab")
	m := newTable(b, fmt.Sprintf("Memory while %d sessions are open, each with its lines sent and read back: a session", crowd),
		"routers", "client", "heap and stack in use", "resident", "under 0.5 MB", "peak of the whole process / sessions")
	t := newTable(b, fmt.Sprintf("%d lab routers pushed, all at once: CPU of the client process, the middle one of 3 rounds", crowd),
		"routers", "typed a router", "op25b, CPU", "bare x/crypto/ssh, CPU", "ratio (least to most)", "under 3x", "op25b, wall", "bare, wall", "failed", "as planned afterwards")
	for range b.N {
		for _, dialect := range []string{"iosxe", ""} {
			name := dialect
			if name == "" {
				name = "mixed, 50 of each dialect"
			}
			if err := crowded(b, t, m, name, dialect); err != nil {
				t.broken(name, err)
			}
		}
	}
}

func crowded(b *testing.B, t, m *table, name, dialect string) error {
	scripts, err := written(b, dialect)
	if err != nil {
		return fmt.Errorf("writing down: %w", err)
	}
	var rounds [][2]part
	failed, reached := 0.0, float64(crowd)
	for range 3 {
		var took [2]part
		for i, what := range []string{"push", "bare"} {
			c, err := exchange(b, dialect, scripts, job{What: what})
			if err != nil {
				return fmt.Errorf("%s: %w", what, err)
			}
			if c.Says != "" {
				b.Log(what, c.Says)
			}
			took[i] = c.part("exchange")
			failed, reached = failed+c.Notes["failed"], min(reached, c.Notes["reached"])
		}
		rounds = append(rounds, took)
	}
	ratio := func(r [2]part) float64 { return r[0].CPU / r[1].CPU }
	slices.SortFunc(rounds, func(x, y [2]part) int { return cmp.Compare(ratio(x), ratio(y)) })
	op25b, bare := rounds[1][0], rounds[1][1]
	t.row(name, typed(scripts), seconds(op25b.CPU), seconds(bare.CPU), fmt.Sprintf("%.2fx (%.2f to %.2f)", ratio(rounds[1]), ratio(rounds[0]), ratio(rounds[2])),
		kept(ratio(rounds[1]), 3), seconds(op25b.Wall), seconds(bare.Wall), fmt.Sprint(failed), fmt.Sprintf("%.0f", reached))
	for _, what := range []string{"push", "bare"} {
		c, err := exchange(b, dialect, scripts, job{What: what, Hold: true})
		if err != nil {
			m.broken(name, err)
			continue
		}
		client := map[string]string{"push": "op25b", "bare": "bare x/crypto/ssh"}[what]
		m.row(name, client, megabytes(c.Notes["in use"]), megabytes(c.Notes["resident"]), kept(c.Notes["in use"], 0.5), megabytes((c.Peak-c.Base)/crowd))
	}
	return nil
}

func megabytes(mb float64) string { return fmt.Sprintf("%.2f MB", mb) }

// typed is how much is typed on a router in the mean.
func typed(scripts map[string]script) string {
	lines, sessions := 0, 0
	for _, s := range scripts {
		for _, a := range s {
			lines += bytes.Count(a.Text, []byte("\n"))
			if a.Do == "open" {
				sessions++
			}
		}
	}
	return fmt.Sprintf("%d lines in %d sessions", lines/max(1, len(scripts)), sessions/max(1, len(scripts)))
}
