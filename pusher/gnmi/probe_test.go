package gnmi

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	pb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"op25b/templates/words"
)

// takesNothing is a dialog with a keeper that takes a Set of nothing at any time.
func (k *keeper) takesNothing(t *testing.T) *Dialog {
	t.Helper()
	b := newBench(t, &device{get: k.get, set: func(ctx context.Context, r *pb.SetRequest) error {
		if inShort(r) == "" {
			return nil
		}
		return k.set(ctx, r)
	}})
	b.road.Sleep = k.clock.sleep
	return b.open(t, patience)
}

// TestPendingOfAnother: a device that takes a Set of nothing at any time and does not compare ids has
// another's commit waiting. Asking does not cancel it, before the probe and after.
func TestPendingOfAnother(t *testing.T) {
	k := &keeper{clock: &hand{}, lists: []string{"HIS"}, id: "his", due: time.Hour, lax: true}
	d := k.takesNothing(t)
	for range 2 {
		if got, err := d.Read(context.Background(), "pending"); got != "none" || err != nil || k.waits() != "his" {
			t.Fatalf("%q, %v; there waits %q", got, err, k.waits())
		}
		if err := do(t, d, "probe %d", 5); !errors.As(err, new(words.Refusal)) || !d.Alive() || k.waits() != "his" {
			t.Fatalf("%v, alive %v; there waits %q", err, d.Alive(), k.waits())
		}
	}
}

// TestPendingAfterProbe: a device that takes a Set of nothing at any time, and has shown that it
// compares ids, is asked with one that is nobody's.
func TestPendingAfterProbe(t *testing.T) {
	k := &keeper{clock: &hand{}}
	d := k.takesNothing(t)
	must(t, do(t, d, "probe %d", 5))
	for _, want := range []string{"none", "pending"} {
		if got, err := d.Read(context.Background(), "pending"); got != want || err != nil {
			t.Fatalf("%q, %v", got, err)
		}
		k.mu.Lock()
		k.id, k.due = "his", k.clock.at()+time.Hour
		k.mu.Unlock()
	}
	if k.waits() != "his" {
		t.Fatal("asking has cancelled it")
	}
}

// TestProbeBetween: a timer that ends between the look and the wrong confirmation shows nothing of ids,
// so the trial is made once more.
func TestProbeBetween(t *testing.T) {
	k := &keeper{clock: &hand{}, lists: []string{"X"}}
	b := newBench(t, &device{set: k.set})
	b.device.get = func(r *pb.GetRequest) (*pb.GetResponse, error) {
		a, err := k.get(r)
		if err == nil {
			k.clock.sleep(context.Background(), 4*time.Second)
		}
		return a, err
	}
	b.road.Sleep = k.clock.sleep
	d := b.open(t, patience)
	must(t, do(t, d, "probe %d", 30))
	said := strings.Join(b.said(), "\n")
	if !strings.Contains(said, " 3s\n") || !strings.Contains(said, " 15s\n") || !slices.Equal(k.has(), []string{"X"}) {
		t.Fatalf("on it are %q, it was told\n%s", k.has(), said)
	}
}

// rpcs counts the calls of a device and lets a test do something at one of them: before it is carried
// out, and after.
type rpcs struct {
	n             atomic.Int32
	at            int
	before, after func()
	what          atomic.Value
}

func (c *rpcs) call(what string, carry func() error) error {
	here := int(c.n.Add(1)) == c.at
	if here {
		c.what.Store(what)
	}
	if here && c.before != nil {
		c.before()
	}
	err := carry()
	if here && c.after != nil {
		c.after()
	}
	return err
}

// over puts it before a keeper.
func (c *rpcs) over(k *keeper) *device {
	return &device{
		get: func(r *pb.GetRequest) (a *pb.GetResponse, err error) {
			err = c.call("Get", func() error { a, err = k.get(r); return err })
			return a, err
		},
		set: func(ctx context.Context, r *pb.SetRequest) error {
			return c.call("Set "+inShort(r), func() error { return k.set(ctx, r) })
		},
	}
}

// TestProbeBroken: whatever call of a probe is cut or interrupted, before or after the device has carried
// it out, and whether the device knows the extension or not: nothing of the probe is left, and the
// dialog is given up.
func TestProbeBroken(t *testing.T) {
	for _, how := range []string{"cut before", "cut after", "interrupted before", "interrupted after"} {
		for _, ignores := range []bool{false, true} {
			for at, hit := 1, true; hit; at++ {
				k := &keeper{clock: &hand{}, lists: []string{"X"}, ignores: ignores}
				calls := &rpcs{at: at}
				b := newBench(t, calls.over(k))
				b.road.Sleep = k.clock.sleep
				d := b.open(t, patience)
				ctx, stop := context.WithCancelCause(context.Background())
				fault := b.cut
				if strings.HasPrefix(how, "interrupted") {
					fault = func() { stop(errors.New("ctrl-c")); b.abandoned() }
				}
				if strings.HasSuffix(how, "before") {
					calls.before = fault
				} else {
					calls.after = fault
				}
				c := words.Command{Line: "probe %d"}
				_, err := d.Do(ctx, c, 5, d.Patience(c))
				stop(nil)
				hit = calls.what.Load() != nil
				name := fmt.Sprintf("%s, call %d %v, ignores %v", how, at, calls.what.Load(), ignores)
				if at > 20 {
					t.Fatalf("%s: the probe has no end", name)
				}
				if !hit {
					continue
				}
				if err == nil || errors.As(err, new(words.Refusal)) || d.Alive() || strings.Contains(err.Error(), "may still") {
					t.Errorf("%s: %v, alive %v", name, err, d.Alive())
				}
				if strings.HasPrefix(how, "interrupted") && !strings.Contains(fmt.Sprint(err), "ctrl-c") {
					t.Errorf("%s: %v", name, err)
				}
				if !slices.Equal(k.has(), []string{"X"}) || k.waits() != "" {
					t.Errorf("%s: on it are %q, there waits %q", name, k.has(), k.waits())
				}
				d.Close()
			}
		}
	}
}

// TestProbeInterruptedAsleep: Ctrl-C while the timer runs. What waits is cancelled at once.
func TestProbeInterruptedAsleep(t *testing.T) {
	k := &keeper{clock: &hand{}, lists: []string{"X"}, holds: true}
	b := newBench(t, &device{get: k.get, set: k.set})
	ctx, stop := context.WithCancelCause(context.Background())
	b.road.Sleep = func(c context.Context, d time.Duration) error {
		stop(errors.New("ctrl-c"))
		return context.Cause(c)
	}
	d := b.open(t, patience)
	c := words.Command{Line: "probe %d"}
	_, err := d.Do(ctx, c, 30, d.Patience(c))
	if err == nil || !strings.Contains(err.Error(), "ctrl-c") || strings.Contains(err.Error(), "OP25B-PROBE") || d.Alive() {
		t.Fatalf("%v, alive %v", err, d.Alive())
	}
	if !slices.Equal(k.has(), []string{"X"}) || k.waits() != "" {
		t.Fatalf("on it are %q, there waits %q", k.has(), k.waits())
	}
}

// TestProbeLate: the Set of the trial arrives after the channel was lost, on a device that ignores the
// extension. It is looked for once more.
func TestProbeLate(t *testing.T) {
	k := &keeper{clock: &hand{}, lists: []string{"X"}, ignores: true}
	it := &device{get: k.get}
	var held atomic.Pointer[pb.SetRequest]
	it.set = func(ctx context.Context, r *pb.SetRequest) error {
		if strings.Contains(inShort(r), "commit") {
			held.Store(r)
			it.cut()
			return nil
		}
		return k.set(ctx, r)
	}
	b := newBench(t, it)
	b.road.Sleep = func(ctx context.Context, d time.Duration) error {
		if late := held.Swap(nil); late != nil {
			must(t, k.set(ctx, late))
		}
		return k.clock.sleep(ctx, d)
	}
	d := b.open(t, patience)
	if err := do(t, d, "probe %d", 5); !errors.Is(err, ErrLost) || d.Alive() || !slices.Equal(k.has(), []string{"X"}) {
		t.Fatalf("%v, alive %v; on it are %q", err, d.Alive(), k.has())
	}
}

// TestProbeGone: a device that does not come back after the trial's Set. The error tells what may be
// left, and nothing more is sent to whoever answers in its place.
func TestProbeGone(t *testing.T) {
	for _, how := range []string{"nobody answers", "another answers", "it lets nothing be deleted"} {
		k := &keeper{clock: &hand{}, ignores: true}
		it, other := &device{get: k.get}, &device{}
		another := make(chan tls.Certificate, 1)
		var refuses atomic.Bool
		it.set = func(ctx context.Context, r *pb.SetRequest) error {
			if refuses.Load() {
				return status.Error(codes.PermissionDenied, "no more, "+secret)
			}
			err := k.set(ctx, r)
			switch how {
			case "nobody answers":
				it.leave()
			case "another answers":
				other.serveAt(t, it.leave(), serverTLS(<-another))
			default:
				refuses.Store(true)
			}
			it.cut()
			return err
		}
		b := newBench(t, it)
		another <- b.authority.issue(t, "127.0.0.1", time.Now().Add(time.Hour))
		b.road.Sleep = k.clock.sleep
		d := b.open(t, patience)
		err := do(t, d, "probe %d", 5)
		if !errors.Is(err, ErrLost) || errors.As(err, new(words.Refusal)) || d.Alive() || strings.Contains(fmt.Sprint(err), secret) ||
			!strings.Contains(fmt.Sprint(err), "OP25B-PROBE may still be on it, and the next push takes it away") {
			t.Errorf("%s: %v, alive %v", how, err, d.Alive())
		}
		if len(other.said()) > 0 || len(other.seen) > 0 {
			t.Errorf("%s: it was told %q", how, other.said())
		}
	}
}
