package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"op25b/lab"
	"op25b/plan"
)

// The command is killed with SIGKILL at every instant of a push: after each row of the journal,
// after each line that a router has carried out, and before each that it has not. Then status
// says where each device is, which the routers know better, now and an hour later; and resume or
// rollback brings all of them to where they should be.

// crashing is the command in a process of its own, which kills itself after the row of the journal
// that CRASH_AT_ROW names.
func crashing() int {
	at, _ := strconv.Atoi(os.Getenv("CRASH_AT_ROW"))
	begun, start := time.Now(), clock()
	var rows, slept atomic.Int64
	return run(context.Background(), os.Args[1:], world{in: os.Stdin, out: os.Stdout, err: os.Stderr, environ: os.Getenv,
		now: func() time.Time { return start.Add(time.Since(begun) + time.Duration(slept.Load())) },
		sleep: func(ctx context.Context, d time.Duration) error { // the routers are hurried, see site
			slept.Add(int64(d))
			return context.Cause(ctx)
		},
		recorded: func() {
			if rows.Add(1) == int64(at) {
				syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
		}})
}

// instant is one kind of moment at which the command dies.
type instant struct {
	name   string
	row    bool // of the journal; else a line of a router
	before bool // the line is not carried out
}

func instants() []instant {
	return []instant{
		{"killed after a row of the journal", true, false},
		{"killed after a line was carried out", false, false},
		{"killed before a line was carried out", false, true},
	}
}

// victim is a command that runs in a process of its own until it is killed.
type victim struct {
	*exec.Cmd
	begun, gone chan struct{}
	once        sync.Once
}

// start starts a push in a process of its own.
func (s *site) start(env []string, args ...string) *victim {
	s.t.Helper()
	self, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	v := &victim{Cmd: exec.Command(self, append([]string{"-C", s.dir}, args...)...), begun: make(chan struct{}), gone: make(chan struct{})}
	v.Env = append(env, "OP25B_CRASHING=1", "NOW="+s.clock.Now().Format(time.RFC3339))
	for name, value := range s.env {
		v.Env = append(v.Env, name+"="+value)
	}
	return v
}

// run waits until the process is over, killed or not.
func (v *victim) run(t *testing.T) {
	t.Helper()
	if err := v.Start(); err != nil {
		t.Fatal(err)
	}
	close(v.begun)
	timer := time.AfterFunc(5*time.Minute, func() { v.Process.Kill() })
	defer timer.Stop()
	v.Wait()
	close(v.gone)
}

// kill ends the process and returns when it is gone.
func (v *victim) kill() {
	<-v.begun
	v.once.Do(func() { v.Process.Kill() })
	<-v.gone
}

// crash lets a push die at an instant, on a site that is ready. It reports whether the push
// lived that long.
func (s *site) crash(i instant, k int) bool {
	s.t.Helper()
	var env []string
	if i.row {
		env = append(env, fmt.Sprint("CRASH_AT_ROW=", k))
	}
	v := s.start(env, s.push("next.plan", "--patience=5m")...)
	if !i.row {
		s.striking(func(n int, executed bool) bool {
			if n != k || executed == i.before {
				return false
			}
			v.kill()
			return true
		})
	}
	s.hurried.Store(true)
	v.run(s.t)
	s.hurried.Store(false)
	s.striking(nil)
	status, _ := v.ProcessState.Sys().(syscall.WaitStatus)
	return status.Signaled()
}

// died is what a story looks at after the command was killed.
type died struct {
	site     *site
	where    string
	plan     plan.Plan
	probes   []lab.Packet
	old, new []bool
	told     map[string]told
}

// claims holds what status says against what the routers do, now and an hour later.
func (d *died) claims() {
	t := d.site.t
	t.Helper()
	r := d.site.run("status", "--format=json")
	d.site.want(r, 0, "status", d.where)
	d.told = d.site.told(r)
	d.hold("at once", map[string][]bool{"before": d.old, "after": d.new, "cleaned": d.new})
}

// hold compares what status said of each device with what that does with each packet. A device that
// is pending, or among the lines of its change, does with each what it did or what it is to do.
func (d *died) hold(when string, claims map[string][]bool) {
	d.site.t.Helper()
	for _, r := range d.site.routers {
		o := d.told[r.name]
		if o.State == "pending" || o.State == "other" {
			continue // the watch looks at every line
		}
		list, known := claims[o.State]
		if !known {
			d.site.t.Errorf("%s: %s, status says of %s %+v\n%s", d.where, when, r.name, o, tail(r.server.Transcript()))
			continue
		}
		if wrong := r.differ(d.probes, list); wrong != "" {
			d.site.t.Errorf("%s: %s, status says of %s %+v, but %s\n%s", d.where, when, r.name, o, wrong, tail(r.server.Transcript()))
		}
	}
}

// ends resumes the run, or takes it back, and looks at the end, also after all routers restarted.
func (d *died) ends(verb string) {
	s := d.site
	s.t.Helper()
	want := d.new
	if verb == "rollback" {
		want = d.old
	}
	r := s.run(verb, "--yes="+d.plan.Short(), "--format=json")
	if verb == "rollback" && r.code == 6 && strings.Contains(r.out, "it was cleaned up") { // there is nothing to go back to
		want = d.new
		r = s.run("resume", "--yes="+d.plan.Short(), "--format=json")
	}
	s.want(r, 0, verb, d.where)
	for _, one := range s.routers {
		if one.kind.Dialect == "iosxe" || one.kind.Dialect == "rtx" || one.speaks() {
			one.Restart()
		}
		if wrong := one.differ(d.probes, want); wrong != "" {
			s.t.Errorf("%s, then %s: %s: %s\n%s%s", d.where, verb, one.name, wrong, tail(r.err), tail(one.server.Transcript()))
		}
	}
	s.pass(time.Hour)
	for _, one := range s.routers {
		if wrong := one.differ(d.probes, want); wrong != "" {
			s.t.Errorf("%s, then %s: an hour later %s: %s", d.where, verb, one.name, wrong)
		}
	}
	s.must(0, "log", "last", "--verify")
}

// crashStory kills a push at an instant and tells what comes then. It gives what status said; false
// where the push was over before.
func crashStory(t *testing.T, dialect string, i instant, k int, verb string, fault lab.Fault) (told, bool) {
	t.Helper()
	s := newSite(t, dialect)
	s.ready()
	d := &died{site: s, where: fmt.Sprintf("%s: %s, the %d-th", dialect, i.name, k), plan: s.open("next.plan")}
	d.probes, d.old, d.new = s.secondProbes()
	s.watch(d.plan, d.probes, d.old, d.new)
	s.routers[0].Spoil(fault)
	if !s.crash(i, k) {
		return told{}, false
	}
	d.claims()
	d.ends(verb)
	s.unwatch()
	return d.told[s.routers[0].name], true
}
