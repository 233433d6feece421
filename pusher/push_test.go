package pusher_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"op25b/lab"
	"op25b/plan"
	"op25b/pusher"
)

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

// expect compares a device's outcome.
func expect(t *testing.T, r pusher.Report, device string, c pusher.Class, s pusher.State) {
	t.Helper()
	if o := outcome(r, device); o.Class != c || o.State != s {
		t.Errorf("%s: class %d (%s), state %s, error %v; want class %d, state %s", device, o.Class, o.Class, o.State, o.Err, c, s)
	}
}

func each(t *testing.T, do func(t *testing.T, s script)) {
	for _, s := range scripts() {
		t.Run(s.kind.Dialect, func(t *testing.T) {
			t.Parallel()
			do(t, s)
		})
	}
}

// A plan is carried out, verified, confirmed, saved and cleaned; a second push has nothing to do.
func TestPush(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s script) {
		f := newField(t)
		server := f.add("r1", s)
		f.believe()
		p := f.plan([]string{"r1"})
		if !passes(server, s.kind, blocked) {
			t.Fatal("the packet is blocked before the push")
		}
		expect(t, f.push(p, pusher.Options{Waves: []string{"wave-1"}}), "r1", pusher.Done, pusher.After) // a wave by its name cleans nothing up
		expect(t, f.push(p, pusher.Options{}), "r1", pusher.Done, pusher.Cleaned)
		if passes(server, s.kind, blocked) || !passes(server, s.kind, free) {
			t.Error("the router does not do what was planned")
		}
		f.clock.Advance(3600e9)
		server.Device().Restart()
		if passes(server, s.kind, blocked) {
			t.Error("after an hour and a restart the change is gone")
		}
		lines := server.Traffic().ConfigLines
		expect(t, f.push(p, pusher.Options{}), "r1", pusher.Done, pusher.Cleaned)
		if n := server.Traffic().ConfigLines; n != lines && s.kind.Dialect != "rtx" {
			t.Errorf("the second push sent %d configuration lines", n-lines)
		}
		if t.Failed() {
			t.Log(server.Transcript())
		}
	})
}

// A dry run compares states and sends nothing.
func TestDryRun(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s script) {
		f := newField(t)
		server := f.add("r1", s)
		f.believe()
		was := server.Device().Running()
		expect(t, f.push(f.plan([]string{"r1"}), pusher.Options{DryRun: true}), "r1", pusher.Done, pusher.Before)
		if server.Device().Running() != was {
			t.Error("the router was changed")
		}
	})
}

// A refused line, wherever it comes, leaves the router as it was; the rest is not sent.
func TestRefusedLine(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s script) {
		for k := 1; k <= len(s.stage)+len(s.swap); k++ {
			f := newField(t)
			server := f.add("r1", s)
			f.believe()
			server.Device().Spoil(lab.Fault{RefuseLine: k, Message: "% Some words that nobody has seen"})
			r := f.push(f.plan([]string{"r1"}), pusher.Options{})
			expect(t, r, "r1", pusher.RolledBack, pusher.Before)
			if err := fmt.Sprint(outcome(r, "r1").Err); !strings.Contains(err, "Some words that nobody has seen") {
				t.Errorf("line %d: the router's words are not in %s", k, err)
			}
			if !passes(server, s.kind, blocked) {
				t.Errorf("line %d: the router blocks", k)
			}
			if t.Failed() {
				t.Log(server.Transcript())
				return
			}
		}
	})
}

// The line to the router breaks at every configuration line, before it is carried out and
// after: the router goes back by itself, or the change is complete.
func TestCutAtEveryLine(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s script) {
		step := 2 // so every line breaks once, in one way or the other
		if s.kind.Dialect == "rtx" {
			step = 7 // there, what is read counts as configuration too
		}
		for _, first := range []int{1, 2} {
			for k := first; ; k += step {
				lost := first == 2
				f := newField(t)
				server := f.add("r1", s)
				f.believe()
				server.Spoil(lab.Wire{DropConfigAt: k, Lost: lost})
				p := f.plan([]string{"r1"})
				r := f.push(p, pusher.Options{})
				o := outcome(r, "r1")
				if o.Class == pusher.Done {
					break
				}
				status, err := f.pusher.Status(context.Background(), p, nil)
				if err != nil {
					t.Fatal(err)
				}
				now := outcome(status, "r1").State
				cleaning := strings.Contains(fmt.Sprint(o.Err), ": cleanup: ")
				want := pusher.Before
				if cleaning {
					want = pusher.After
				}
				back := (o.Class == pusher.RolledBack || o.Class == pusher.Failed) && now == want
				// A confirmation whose answer was lost may have been carried out: then the change stands.
				stands := o.Class == pusher.Unknown && (now == pusher.After || now == pusher.Cleaned)
				if (o.Class == pusher.Failed || cleaning && o.Class == pusher.Unknown) && o.State == pusher.NotKnown {
					o.State = now // it broke before it was read
				}
				if o.State != now || !back && !stands {
					t.Errorf("line %d, lost %v: class %d, state %s, error %v; the router is %s", k, lost, o.Class, o.State, o.Err, now)
					t.Log(server.Transcript())
					return
				}
				server.Spoil(lab.Wire{})
				if again := f.push(p, pusher.Options{AcceptUnsaved: []string{"r1"}}); again.Class() != pusher.Done {
					t.Errorf("line %d, lost %v: a second push does not converge: %+v", k, lost, again)
					t.Log(server.Transcript())
					return
				}
			}
		}
	})
}

// A device that changed since the plan was made is left alone.
func TestStale(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s script) {
		f := newField(t)
		server := f.add("r1", s)
		f.believe()
		p := f.plan([]string{"r1"})
		p.Waves[0].Steps[0].Have = plan.State([]string{"something else"})
		lines := server.Device().Running()
		expect(t, f.push(p, pusher.Options{}), "r1", pusher.Refused, pusher.Other)
		if server.Device().Running() != lines {
			t.Error("the router was changed")
		}
	})
}

// The device behind the address is not the one that was planned for.
func TestIdentity(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s script) {
		f := newField(t)
		server := f.add("r1", s)
		f.believe()
		wrong := func(change func(*plan.Identity)) {
			t.Helper()
			p := f.plan([]string{"r1"})
			change(&p.Waves[0].Steps[0].Identity)
			before := server.Traffic().ConfigLines
			expect(t, f.push(p, pusher.Options{}), "r1", pusher.Refused, pusher.NotKnown)
			if n := server.Traffic().ConfigLines; n != before && s.kind.Dialect != "rtx" {
				t.Errorf("%d configuration lines were sent", n-before)
			}
		}
		wrong(func(i *plan.Identity) { i.Hostname = "r2" })
		wrong(func(i *plan.Identity) { i.HostKey = "SHA256:other" })
		wrong(func(i *plan.Identity) { i.Serial = "OTHER" })
		if err := server.ChangeHostKey(); err != nil {
			t.Fatal(err)
		}
		wrong(func(i *plan.Identity) {})
	})
}

// Other people's unsaved work stops the push, unless it is accepted by name.
func TestUnsavedWork(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s script) {
		if !s.saves {
			t.Skip("a commit saves")
		}
		f := newField(t)
		server := f.add("r1", s)
		f.believe()
		hand := s
		hand.out = s.out[:len(s.out)-1] // does not save
		f.hand(server.Device(), hand, []string{foreign[s.kind.Dialect]})
		p := f.plan([]string{"r1"})
		expect(t, f.push(p, pusher.Options{}), "r1", pusher.Refused, pusher.Before)
		expect(t, f.push(p, pusher.Options{AcceptUnsaved: []string{"r1"}}), "r1", pusher.Done, pusher.Cleaned)
	})
}

// foreign is a line that is none of ours.
var foreign = map[string]string{
	"iosxe": "ip route 198.51.100.0 255.255.255.0 192.0.2.1",
	"rtx":   "ip route 198.51.100.0/24 gateway 192.0.2.1",
}

// Somebody else holds the configuration.
func TestLocked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s script) {
		if s.kind.Dialect == "rtx" {
			t.Skip("an RTX has no lock")
		}
		f := newField(t)
		server := f.add("r1", s)
		f.believe()
		server.Device().Spoil(lab.Fault{Lock: "yamada"})
		r := f.push(f.plan([]string{"r1"}), pusher.Options{})
		if o := outcome(r, "r1"); o.State != pusher.Before || o.Class != pusher.Refused {
			t.Errorf("class %d, state %s: %v", o.Class, o.State, o.Err)
		}
	})
}

// A router that answers the confirmation and goes on counting down is noticed.
func TestConfirmationNotCarriedOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s script) {
		if s.kind.Dialect == "iosxr" || s.kind.Dialect == "rtx" {
			t.Skip("it does not show its timer")
		}
		f := newField(t)
		server := f.add("r1", s)
		f.believe()
		server.Device().Spoil(lab.Fault{SkipConfirm: true})
		if r := f.push(f.plan([]string{"r1"}), pusher.Options{}); r.Class() == pusher.Done {
			t.Error("the push says that all is done")
			t.Log(server.Transcript())
		}
	})
}

// The budget of failures: an unreachable device counts, and no device is started after it.
func TestBudget(t *testing.T) {
	t.Parallel()
	s := scripts()[0]
	f := newField(t)
	var names []string
	for i := range 6 {
		name := fmt.Sprintf("r%d", i+1)
		names = append(names, name)
		f.add(name, s)
	}
	f.believe()
	f.fleet.Server("r1").Spoil(lab.Wire{Refuse: true})
	p := f.plan(names[:3], names[3:])
	p.Gates.Parallel = 1
	r := f.push(p, pusher.Options{})
	expect(t, r, "r1", pusher.Failed, pusher.NotKnown)
	for _, n := range names[1:] {
		expect(t, r, n, pusher.Gated, pusher.NotKnown)
		if f.fleet.Server(n).Traffic().Logins != 0 {
			t.Errorf("%s was started", n)
		}
	}
	if r.Class() != pusher.Gated {
		t.Errorf("the whole is %s", r.Class())
	}
	p.Gates.MaxFailed = 2
	r = f.push(p, pusher.Options{})
	if n := outcome(r, "r6"); n.Class != pusher.Done || r.Class() != pusher.Failed {
		t.Errorf("within the budget the march goes on: %+v, the whole is %s", n, r.Class())
	}
}

// A device that spoils the soak undoes its wave.
func TestSoak(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s script) {
		f := newField(t)
		one, two := f.add("r1", s), f.add("r2", s)
		f.add("r3", s)
		f.believe()
		p := f.plan([]string{"r1", "r2"}, []string{"r3"})
		p.Waves[0].Soak = "30m"
		sleep := f.pusher.Clock.Sleep
		f.pusher.Clock.Sleep = func(ctx context.Context, d time.Duration) error {
			f.hand(two.Device(), s, s.undo)
			return sleep(ctx, d)
		}
		r := f.push(p, pusher.Options{})
		expect(t, r, "r1", pusher.RolledBack, pusher.Before)
		expect(t, r, "r3", pusher.Gated, pusher.NotKnown)
		if !passes(one, s.kind, blocked) || !passes(two, s.kind, blocked) {
			t.Error("the wave was not undone")
		}
	})
}

// Rollback takes a plan back with its stored undo.
func TestRollback(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s script) {
		s.cleanup = nil
		f := newField(t)
		server := f.add("r1", s)
		f.believe()
		p := f.plan([]string{"r1"})
		expect(t, f.push(p, pusher.Options{}), "r1", pusher.Done, pusher.After)
		r, err := f.pusher.Rollback(context.Background(), p, pusher.Options{}, f.report)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, r, "r1", pusher.Done, pusher.Before)
		if !passes(server, s.kind, blocked) {
			t.Error("the router still blocks")
		}
	})
}

// Devices that cannot take a change back need to be accepted by name.
func TestRevertNone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s script) {
		s.kind.Revert = "none"
		f := newField(t)
		f.add("r1", s)
		f.believe()
		p := f.plan([]string{"r1"})
		expect(t, f.push(p, pusher.Options{}), "r1", pusher.Refused, pusher.Before)
		expect(t, f.push(p, pusher.Options{AcceptNone: []string{"r1"}}), "r1", pusher.Done, pusher.Cleaned)
	})
}

// A restart in some minutes is the way back of a router without a better one.
func TestRevertReload(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s script) {
		if !s.saves {
			t.Skip("it has its own timer")
		}
		s.kind.Revert = "reload"
		f := newField(t)
		server := f.add("r1", s)
		f.believe()
		p := f.plan([]string{"r1"})
		server.Device().Spoil(lab.Fault{RefuseLine: 3})
		expect(t, f.push(p, pusher.Options{}), "r1", pusher.RolledBack, pusher.Before)
		server.Device().Spoil(lab.Fault{})
		expect(t, f.push(p, pusher.Options{}), "r1", pusher.Done, pusher.Cleaned)
		f.clock.Advance(3600e9)
		if passes(server, s.kind, blocked) {
			t.Error("it restarted and lost the change")
		}
		if t.Failed() {
			t.Log(server.Transcript())
		}
	})
}
