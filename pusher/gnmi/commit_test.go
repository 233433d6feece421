package gnmi

import (
	"context"
	"errors"
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

const aList = `replace /acl/acl-sets/acl-set[name=A][type=ACL_IPV4] {"name":"A","type":"openconfig-acl:ACL_IPV4","config":{"name":"A","type":"openconfig-acl:ACL_IPV4"}}`

func TestSet(t *testing.T) {
	b := newBench(t, &device{})
	d := b.open(t, patience)
	must(t, do(t, d, "edit", 0))
	if d.Mode() != words.Config {
		t.Fatalf("mode is %s", d.Mode())
	}
	n, err := d.Send(context.Background(), []string{
		aList,
		`update /acl/acl-sets/acl-set[name=A][type=ACL_IPV4]/acl-entries/acl-entry[sequence-id=10] {"sequence-id":10,"config":{"sequence-id":10,"description":"\u00e9 \u003f 18446744073709551615"},"big":18446744073709551615}`,
		`update /acl/interfaces/interface[id=e1] {"id":"e1"}`,
		`delete /acl/acl-sets/acl-set[name=B][type=ACL_IPV4]`,
	})
	if err != nil || n != 4 {
		t.Fatalf("%d lines, %v", n, err)
	}
	must(t, do(t, d, "set confirmed %d", 300))
	want := `delete /acl/acl-sets/acl-set[name=B][type=ACL_IPV4]; ` +
		`replace /acl/acl-sets/acl-set[name=A][type=ACL_IPV4] {"name":"A","type":"openconfig-acl:ACL_IPV4","config":{"name":"A","type":"openconfig-acl:ACL_IPV4"},` +
		`"acl-entries":{"acl-entry":[{"sequence-id":10,"config":{"sequence-id":10,"description":"é ? 18446744073709551615"},"big":18446744073709551615}]}}; ` +
		`update /acl/interfaces/interface[id=e1] {"id":"e1"}; commit op25b-1 5m0s`
	if got := b.said(); len(got) != 1 || got[0] != want {
		t.Fatalf("it was told\n%s\nand not\n%s", strings.Join(got, "\n"), want)
	}
	if err := do(t, d, "set", 0); err == nil || len(b.said()) != 1 {
		t.Fatalf("lines were held after a set: %v", err)
	}
	if d.Mode() != words.Config || !d.Alive() {
		t.Fatalf("mode is %s, alive %v", d.Mode(), d.Alive())
	}
	must(t, do(t, d, "confirm", 0))
	must(t, do(t, d, "cancel", 0))
	must(t, do(t, d, "discard", 0))
	if d.Mode() != words.Admin {
		t.Fatalf("mode is %s", d.Mode())
	}
	if got := b.said()[1:]; !slices.Equal(got, []string{"confirm op25b-1", "cancel op25b-1"}) {
		t.Fatalf("it was told %q", got)
	}
	if _, err := d.Send(context.Background(), []string{aList}); err == nil {
		t.Fatal("lines are held in admin mode")
	}
	for _, line := range []string{"", "reboot", "set confirmed", "set confirmed 0", "set confirmed x", "probe 0", "confirm now", "set now"} {
		if err := do(t, d, line, 0); err == nil {
			t.Errorf("%q is a command", line)
		}
	}
}

func TestRefused(t *testing.T) {
	for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
		t.Run(code.String(), func(t *testing.T) {
			b := newBench(t, &device{set: func(context.Context, *pb.SetRequest) error {
				return status.Error(code, "bad \x1b[2J thing "+secret+strings.Repeat(" long", 500))
			}})
			d := b.open(t, patience)
			for _, line := range []string{"set", "set confirmed %d"} {
				if !d.Alive() {
					continue
				}
				must(t, do(t, d, "edit", 0))
				_, err := d.Send(context.Background(), []string{aList})
				must(t, err)
				err = do(t, d, line, 10)
				var said words.Refusal
				refused := errors.As(err, &said)
				if want := given(code) || code == codes.ResourceExhausted; refused != want || errors.Is(err, ErrLost) == want || d.Alive() != want {
					t.Fatalf("%s: %v; refused %v, alive %v", line, err, refused, d.Alive())
				}
				if refused && (!strings.HasPrefix(said.Says, code.String()+": bad [2J thing ******** long") || len(said.Says) > 350) {
					t.Fatalf("it says %q", said.Says)
				}
				if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "\x1b") || strings.Contains(err.Error(), "acl-set") {
					t.Fatalf("the error tells too much: %q", err)
				}
			}
		})
	}
}

func TestLostAnswers(t *testing.T) {
	for _, name := range []string{"carried out, then cut", "silent", "late"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			givenUp := make(chan struct{})
			it := &device{}
			it.set = func(context.Context, *pb.SetRequest) error {
				switch name {
				case "silent":
					<-t.Context().Done()
				case "late":
					<-givenUp
				default:
					it.cut()
				}
				return nil
			}
			b := newBench(t, it)
			d := b.open(t, patience)
			must(t, do(t, d, "edit", 0))
			_, err := d.Send(context.Background(), []string{aList})
			must(t, err)
			limit := patience
			if name != "carried out, then cut" { // long enough for the Set to be on its way
				limit = 2 * time.Second
			}
			_, err = d.Do(context.Background(), words.Command{Line: "set"}, 0, limit)
			close(givenUp)
			if !errors.Is(err, ErrLost) || errors.As(err, new(words.Refusal)) || d.Alive() {
				t.Fatalf("%v, alive %v", err, d.Alive())
			}
			if _, err := d.Read(context.Background(), "get"); !errors.Is(err, ErrLost) {
				t.Fatalf("a lost dialog goes on: %v", err)
			}
			if len(b.said()) != 1 {
				t.Fatalf("it was sent %d times", len(b.said()))
			}
		})
	}
}

// TestCanceled: who gives up does not know either.
func TestCanceled(t *testing.T) {
	ctx, stop := context.WithCancelCause(context.Background())
	b := newBench(t, &device{set: func(c context.Context, _ *pb.SetRequest) error { stop(errors.New("ctrl-c")); <-c.Done(); return nil }})
	d := b.open(t, patience)
	must(t, do(t, d, "edit", 0))
	_, err := d.Send(ctx, []string{aList})
	must(t, err)
	_, err = d.Do(ctx, words.Command{Line: "set"}, 0, patience)
	if !errors.Is(err, ErrLost) || !strings.Contains(err.Error(), "ctrl-c") || d.Alive() {
		t.Fatalf("%v, alive %v", err, d.Alive())
	}
}

func TestConfirmIsSentAgain(t *testing.T) {
	refuse := func(code codes.Code) error { return status.Error(code, "no") }
	for name, c := range map[string]struct {
		answers []error // nil is OK, errCut a connection that is cut
		says    codes.Code
		lost    bool
		sent    int
	}{
		"at once":                      {answers: []error{nil}, sent: 1},
		"none pending":                 {answers: []error{refuse(codes.FailedPrecondition)}, says: codes.FailedPrecondition, sent: 1},
		"another's":                    {answers: []error{refuse(codes.InvalidArgument)}, says: codes.InvalidArgument, sent: 1},
		"cut, then taken":              {answers: []error{errCut, nil}, sent: 2},
		"cut, and had arrived":         {answers: []error{errCut, refuse(codes.FailedPrecondition)}, sent: 2},
		"cut thrice, and had arrived":  {answers: []error{errCut, errCut, errCut, refuse(codes.FailedPrecondition)}, sent: 4},
		"cut, then another's":          {answers: []error{errCut, refuse(codes.InvalidArgument)}, says: codes.InvalidArgument, sent: 2},
		"never":                        {answers: []error{errCut, errCut, errCut, errCut}, lost: true, sent: 4},
		"unavailable, then not":        {answers: []error{refuse(codes.Unavailable), nil}, sent: 2},
		"internal fault, then arrived": {answers: []error{refuse(codes.Internal), refuse(codes.FailedPrecondition)}, sent: 2},
	} {
		for _, line := range []string{"confirm", "cancel"} {
			t.Run(line+" "+name, func(t *testing.T) {
				var n atomic.Int32
				it := &device{}
				it.set = func(ctx context.Context, r *pb.SetRequest) error {
					err := c.answers[n.Add(1)-1]
					if err == errCut {
						it.cut()
						return nil
					}
					return err
				}
				b := newBench(t, it)
				d := b.open(t, patience)
				key := d.HostKey()
				err := do(t, d, line, 0)
				var said words.Refusal
				switch {
				case c.lost:
					if !errors.Is(err, ErrLost) || d.Alive() {
						t.Fatalf("%v, alive %v", err, d.Alive())
					}
				case c.says != codes.OK:
					if !errors.As(err, &said) || !strings.HasPrefix(said.Says, c.says.String()+":") || !d.Alive() {
						t.Fatalf("%v, alive %v", err, d.Alive())
					}
				case err != nil || !d.Alive() || d.HostKey() != key:
					t.Fatalf("%v, alive %v", err, d.Alive())
				}
				if got := b.said(); len(got) != c.sent || got[len(got)-1] != line+" op25b-1" {
					t.Fatalf("it was told %q", got)
				}
			})
		}
	}
}

var errCut = errors.New("cut")

// TestConfirmToAnother: a repetition goes to the device that was talked to, and to no other.
func TestConfirmToAnother(t *testing.T) {
	it := &device{}
	it.set = func(context.Context, *pb.SetRequest) error { it.cut(); return nil }
	b := newBench(t, it)
	d := b.open(t, patience)
	other := &device{}
	another := b.authority.issue(t, "127.0.0.1", time.Now().Add(time.Hour))
	d.road.Address = other.serve(t, serverTLS(another))
	err := do(t, d, "confirm", 0)
	if !errors.Is(err, ErrUntrusted) || !errors.Is(err, ErrLost) || len(other.said()) > 0 {
		t.Fatalf("%v; the other was told %q", err, other.said())
	}
}

func TestPatience(t *testing.T) {
	d := &Dialog{patience: time.Minute}
	for line, want := range map[string]time.Duration{
		"edit": time.Minute, "discard": time.Minute,
		"set": 5 * time.Minute, "set confirmed %d": 5 * time.Minute, "confirm": 5 * time.Minute, "cancel": 5 * time.Minute, "probe %d": 5 * time.Minute,
	} {
		if got := d.Patience(words.Command{Line: line}); got != want {
			t.Errorf("%s: %s", line, got)
		}
	}
}

// TestPending: a Set of nothing is refused while a commit waits; else a cancel that is nobody's is asked,
// of a device that compares ids only.
func TestPending(t *testing.T) {
	const nothing, cancel = "", "cancel op25b-asks"
	for name, c := range map[string]struct {
		nothing, cancel codes.Code
		compares        bool
		want            string // "" for an error
		refusal         bool
		asked           []string
	}{
		"a commit waits":                     {nothing: codes.FailedPrecondition, want: "pending", asked: []string{nothing}},
		"a commit waits, and it compares":    {nothing: codes.FailedPrecondition, compares: true, want: "pending", asked: []string{nothing}},
		"none waits":                         {compares: true, cancel: codes.FailedPrecondition, want: "none", asked: []string{nothing, cancel}},
		"one waits that nothing disturbs":    {compares: true, cancel: codes.InvalidArgument, want: "pending", asked: []string{nothing, cancel}},
		"it takes nothing, and may not know": {cancel: codes.InvalidArgument, want: "none", asked: []string{nothing}},
		"the extension is ignored":           {compares: true, want: "none", asked: []string{nothing, cancel}},
		"a Set of nothing is an error":       {compares: true, nothing: codes.InvalidArgument, cancel: codes.FailedPrecondition, want: "none", asked: []string{nothing, cancel}},
		"it is one, and a commit waits":      {compares: true, nothing: codes.InvalidArgument, cancel: codes.InvalidArgument, want: "pending", asked: []string{nothing, cancel}},
		"it is one, and ids may not matter":  {nothing: codes.InvalidArgument, refusal: true, asked: []string{nothing}},
		"who may not set":                    {compares: true, nothing: codes.PermissionDenied, refusal: true, asked: []string{nothing}},
		"no Set":                             {nothing: codes.Unimplemented, refusal: true, asked: []string{nothing}},
		"not now":                            {compares: true, nothing: codes.Aborted, asked: []string{nothing}},
		"no answer":                          {compares: true, nothing: codes.Unavailable, asked: []string{nothing}},
		"no answer to the cancel":            {compares: true, cancel: codes.Internal, asked: []string{nothing, cancel}},
		"another login":                      {compares: true, cancel: codes.Unauthenticated, asked: []string{nothing, cancel}},
	} {
		b := newBench(t, &device{set: func(_ context.Context, r *pb.SetRequest) error {
			if len(r.GetExtension()) == 0 {
				return status.Error(c.nothing, "so")
			}
			return status.Error(c.cancel, "so")
		}})
		b.road.Compares = c.compares
		got, err := b.open(t, patience).Read(context.Background(), "pending")
		if got != c.want || (err == nil) != (c.want != "") || errors.As(err, new(words.Refusal)) != c.refusal {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if said := b.said(); !slices.Equal(said, c.asked) {
			t.Errorf("%s: it was told %q", name, said)
		}
	}
}

func TestProbe(t *testing.T) {
	for name, c := range map[string]struct {
		keeper *keeper
		says   string   // "" for a device that passes
		left   []string // what is on it afterwards
	}{
		"takes back":           {keeper: &keeper{lists: []string{"X"}}, left: []string{"X"}},
		"with a left-over":     {keeper: &keeper{lists: []string{"X", "OP25B-PROBE"}}, left: []string{"X"}},
		"ignores":              {keeper: &keeper{lists: []string{"X"}, ignores: true}, says: "ignores the Commit extension", left: []string{"X"}},
		"does not compare ids": {keeper: &keeper{lax: true}, says: "ignores the Commit extension"},
		"never takes back":     {keeper: &keeper{lists: []string{"X"}, holds: true}, says: "did not show within 33 s", left: []string{"X"}},
		"slow":                 {keeper: &keeper{lists: []string{"X"}, slow: 5 * time.Second}, left: []string{"X"}},
		"far too slow":         {keeper: &keeper{lists: []string{"X"}, slow: 20 * time.Second}, says: "too slow", left: []string{"X"}},
		"shows nothing":        {keeper: &keeper{blind: true}, says: "does not show"},
		"somebody's commit":    {keeper: &keeper{lists: []string{"X"}, id: "his", due: time.Hour}, says: "FailedPrecondition: a commit is pending", left: []string{"X"}},
	} {
		t.Run(name, func(t *testing.T) {
			c.keeper.clock = &hand{}
			b := newBench(t, &device{get: c.keeper.get, set: c.keeper.set})
			b.road.Sleep = c.keeper.clock.sleep
			d := b.open(t, patience)
			err := do(t, d, "probe %d", 30)
			var said words.Refusal
			if c.says == "" && err != nil || c.says != "" && (!errors.As(err, &said) || !strings.Contains(said.Says, c.says)) {
				t.Fatalf("%v", err)
			}
			if left := c.keeper.has(); !slices.Equal(left, c.left) {
				t.Fatalf("on it are %q", left)
			}
			if !d.Alive() || d.Mode() != words.Admin {
				t.Fatalf("alive %v, mode %s", d.Alive(), d.Mode())
			}
		})
	}
}

// TestProbeWithoutGet: what cannot be read did not pass, and nothing is left.
func TestProbeWithoutGet(t *testing.T) {
	k := &keeper{clock: &hand{}, lists: []string{"X"}}
	b := newBench(t, &device{set: k.set})
	b.road.Sleep = k.clock.sleep
	err := do(t, b.open(t, patience), "probe %d", 5)
	if !errors.As(err, new(words.Refusal)) || !strings.Contains(err.Error(), "cannot be read") || !slices.Equal(k.has(), []string{"X"}) {
		t.Fatalf("%v; on it are %q", err, k.has())
	}
}
