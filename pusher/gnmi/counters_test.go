package gnmi

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	pb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"op25b/templates/words"
	"op25b/templates/yang"
)

func tell(s pb.GNMI_SubscribeServer, n *pb.Notification) error {
	return s.Send(&pb.SubscribeResponse{Response: &pb.SubscribeResponse_Update{Update: n}})
}

func synced(s pb.GNMI_SubscribeServer) error {
	return s.Send(&pb.SubscribeResponse{Response: &pb.SubscribeResponse_SyncResponse{SyncResponse: true}})
}

func number(n uint64) *pb.TypedValue {
	return &pb.TypedValue{Value: &pb.TypedValue_UintVal{UintVal: n}}
}

// endless tells one leaf, that this is all, and then more for ever.
func endless(r *pb.SubscribeRequest, s pb.GNMI_SubscribeServer) error {
	for i := uint64(0); ; i++ {
		if err := tell(s, &pb.Notification{Update: []*pb.Update{{Path: &pb.Path{Elem: []*pb.PathElem{{Name: "acl"}, {Name: "n"}}}, Val: number(i)}}}); err != nil {
			return err
		}
		if i == 0 {
			if err := synced(s); err != nil {
				return err
			}
		}
	}
}

const counterPath = "/acl/acl-sets/acl-set[name=A][type=ACL_IPV4]/acl-entries/acl-entry/state/matched-packets"

func entry(n int) string {
	return fmt.Sprintf("/acl/acl-sets/acl-set[name=A][type=ACL_IPV4]/acl-entries/acl-entry[sequence-id=%d]", n)
}

func TestSubscriptions(t *testing.T) {
	want := entry(10) + "/state/matched-packets 5\n" + entry(20) + "/state/matched-packets 18446744073709551615\n"
	set := "/acl/acl-sets/acl-set[name=A][type=ACL_IPV4]"
	ietf := strings.ReplaceAll(set, "ACL_IPV4", "openconfig-acl:ACL_IPV4")
	for name, told := range map[string][]*pb.Notification{
		"leaves": {{Update: []*pb.Update{{Path: pathFor(t, entry(20)+"/state/matched-packets"), Val: number(1<<64 - 1)}, {Path: pathFor(t, entry(10)+"/state/matched-packets"), Val: number(5)}}}},
		"a notification each, with a prefix": {
			{Prefix: pathFor(t, entry(10)), Update: []*pb.Update{{Path: pathFor(t, "/state/matched-packets"), Val: number(5)}}},
			{Prefix: pathFor(t, entry(20)), Update: []*pb.Update{{Path: pathFor(t, "/state/matched-packets"), Val: number(1<<64 - 1)}}},
		},
		"JSON texts":            {{Update: []*pb.Update{value(t, entry(10)+"/state/matched-packets", `"5"`), value(t, entry(20)+"/state/matched-packets", `"18446744073709551615"`)}}},
		"JSON numbers":          {{Update: []*pb.Update{value(t, entry(10)+"/state/matched-packets", `5`), value(t, entry(20)+"/state/matched-packets", `18446744073709551615`)}}},
		"one value for a state": {{Update: []*pb.Update{value(t, entry(10)+"/state", `{"openconfig-acl:matched-packets":"5"}`), value(t, entry(20)+"/state", `{"matched-packets":18446744073709551615}`)}}},
		"one value for the list": {{Update: []*pb.Update{value(t, ietf+"/acl-entries",
			`{"openconfig-acl:acl-entry":[{"sequence-id":20,"state":{"matched-packets":"18446744073709551615"}},{"sequence-id":10,"state":{"matched-packets":"5"}}]}`)}}},
		"one value for all": {{Update: []*pb.Update{value(t, "/",
			`{"openconfig-acl:acl":{"acl-sets":{"acl-set":[{"name":"A","type":"openconfig-acl:ACL_IPV4","acl-entries":{"acl-entry":[{"sequence-id":20,"state":{"matched-packets":"18446744073709551615"}},{"sequence-id":10,"state":{"matched-packets":"5"}}]}}]}}}`)}}},
		"told twice, and deleted": {
			{Update: []*pb.Update{{Path: pathFor(t, entry(10)+"/state/matched-packets"), Val: number(4)}, {Path: pathFor(t, entry(30)+"/state/matched-packets"), Val: number(4)}}},
			{Delete: []*pb.Path{pathFor(t, entry(30))}, Update: []*pb.Update{{Path: pathFor(t, entry(10)+"/state/matched-packets"), Val: number(5)}, {Path: pathFor(t, entry(20)+"/state/matched-packets"), Val: number(1<<64 - 1)}}},
		},
		"all deleted, and told again": {
			{Update: []*pb.Update{{Path: pathFor(t, entry(30)+"/state/matched-packets"), Val: number(4)}}},
			{Delete: []*pb.Path{pathFor(t, "/acl/acl-sets/acl-set/acl-entries")}, Update: []*pb.Update{{Path: pathFor(t, entry(10)+"/state/matched-packets"), Val: number(5)}, {Path: pathFor(t, entry(20)+"/state/matched-packets"), Val: number(1<<64 - 1)}}},
		},
		"atomic": {
			{Update: []*pb.Update{{Path: pathFor(t, entry(30)+"/state/matched-packets"), Val: number(4)}}},
			{Atomic: true, Prefix: pathFor(t, set), Update: []*pb.Update{{Path: pathFor(t, "/acl-entries/acl-entry[sequence-id=10]/state/matched-packets"), Val: number(5)}, {Path: pathFor(t, "/acl-entries/acl-entry[sequence-id=20]/state/matched-packets"), Val: number(1<<64 - 1)}}},
		},
		"other paths as well": {{Update: []*pb.Update{
			{Path: pathFor(t, "/system/state/up"), Val: number(1)}, {Path: pathFor(t, strings.ReplaceAll(entry(10), "=A", "=B")+"/state/matched-packets"), Val: number(1)},
			{Path: pathFor(t, entry(10)+"/state/matched-packets"), Val: number(5)}, {Path: pathFor(t, entry(20)+"/state/matched-packets"), Val: number(1<<64 - 1)}}}},
	} {
		for _, mode := range []string{"sample", "on-change", "once"} {
			t.Run(name+", "+mode, func(t *testing.T) {
				b := newBench(t, &device{subscribe: func(r *pb.SubscribeRequest, s pb.GNMI_SubscribeServer) error {
					if err := asked(r, mode, period); err != nil {
						return err
					}
					for _, n := range told {
						if err := tell(s, n); err != nil {
							return err
						}
					}
					return synced(s)
				}})
				d := b.open(t, patience)
				got, err := d.Read(context.Background(), mode+" "+counterPath)
				if err != nil || got != want || !d.Alive() {
					t.Fatalf("%v\n%s\nwant\n%s", err, got, want)
				}
			})
		}
	}
}

// asked is an error where a subscription is not as a command asks for it.
func asked(r *pb.SubscribeRequest, mode string, every time.Duration) error {
	l := r.GetSubscribe()
	s := l.GetSubscription()[0]
	stream := l.GetMode() == pb.SubscriptionList_STREAM
	is := mode == "once" && l.GetMode() == pb.SubscriptionList_ONCE ||
		mode == "sample" && stream && s.GetMode() == pb.SubscriptionMode_SAMPLE && s.GetSampleInterval() == uint64(every) ||
		mode == "on-change" && stream && s.GetMode() == pb.SubscriptionMode_ON_CHANGE
	if !is || len(l.GetSubscription()) != 1 || shown1(s.GetPath()) != counterPath || l.GetEncoding() != pb.Encoding_JSON_IETF || l.GetUpdatesOnly() {
		return status.Errorf(codes.Internal, "the subscription is %v", r)
	}
	return nil
}

func TestSubscriptionRefused(t *testing.T) {
	for _, code := range []codes.Code{codes.NotFound, codes.InvalidArgument, codes.Unimplemented, codes.Unknown, codes.Internal} {
		b := newBench(t, &device{subscribe: func(*pb.SubscribeRequest, pb.GNMI_SubscribeServer) error { return status.Error(code, "no") }})
		d := b.open(t, patience)
		if _, err := d.Read(context.Background(), "sample "+counterPath); !errors.As(err, new(words.Refusal)) || !d.Alive() {
			t.Errorf("%s: %v, alive %v", code, err, d.Alive())
		}
	}
	b := newBench(t, &device{subscribe: func(r *pb.SubscribeRequest, s pb.GNMI_SubscribeServer) error { return nil }})
	d := b.open(t, patience)
	if text, err := d.Read(context.Background(), "once "+counterPath); err != nil || text != "" {
		t.Errorf("once, ended: %q, %v", text, err)
	}
	if _, err := d.Read(context.Background(), "sample "+counterPath); !errors.As(err, new(words.Refusal)) {
		t.Errorf("sample, ended before it told all: %v", err)
	}
	for _, command := range []string{"sample", "sample acl", "sample /acl x", "sample /acl ", "sometimes /acl", "get  serial", "show run", ""} {
		if _, err := d.Read(context.Background(), command); err == nil || errors.As(err, new(words.Refusal)) {
			t.Errorf("%q: %v", command, err)
		}
	}
	if _, err := d.ReadLog(context.Background(), "log"); !errors.As(err, new(words.Refusal)) {
		t.Errorf("the log: %v", err)
	}
}

func TestStream(t *testing.T) {
	for _, mode := range []string{"sample", "on-change"} {
		t.Run(mode, func(t *testing.T) {
			more := make(chan *pb.Notification)
			b := newBench(t, &device{subscribe: func(r *pb.SubscribeRequest, s pb.GNMI_SubscribeServer) error {
				if err := asked(r, mode, 3*time.Second); err != nil {
					return err
				}
				for n := range more {
					if n == nil {
						synced(s)
					} else if err := tell(s, n); err != nil {
						return err
					}
				}
				<-s.Context().Done()
				return nil
			}})
			leaf := func(n int, v uint64) *pb.Notification {
				return &pb.Notification{Update: []*pb.Update{{Path: pathFor(t, entry(n)+"/state/matched-packets"), Val: number(v)}}}
			}
			line := func(n, v int) string { return fmt.Sprintf("%s/state/matched-packets %d\n", entry(n), v) }
			type turn struct {
				then *pb.Notification
				want string
			}
			turns := []turn{ // each is told when the one before was seen
				{leaf(10, 6), line(10, 5) + line(20, 0)},
				{&pb.Notification{Delete: []*pb.Path{pathFor(t, entry(20))}}, line(10, 6) + line(20, 0)},
				{leaf(20, 7), line(10, 6)},
				{nil, line(10, 6) + line(20, 7)},
			}
			d := b.open(t, patience)
			ctx, stop := context.WithCancel(context.Background())
			defer stop()
			go func() { more <- leaf(10, 5); more <- leaf(20, 0); more <- nil }()
			n := 0
			err := d.Stream(ctx, mode+" "+counterPath, 3*time.Second, func(text string) {
				if n >= len(turns) || text != turns[n].want {
					t.Errorf("turn %d:\n%s", n, text)
					stop()
					return
				}
				if n++; n == len(turns) {
					close(more)
					stop()
					return
				}
				more <- turns[n-1].then
			})
			if err != nil || n != len(turns) || !d.Alive() {
				t.Fatalf("%d turns, %v, alive %v", n, err, d.Alive())
			}
		})
	}
}

func TestStreamBreaks(t *testing.T) {
	for name, subscribe := range map[string]func(*device, pb.GNMI_SubscribeServer) error{
		"cut": func(it *device, s pb.GNMI_SubscribeServer) error {
			synced(s)
			it.cut()
			return nil
		},
		"ended": func(_ *device, s pb.GNMI_SubscribeServer) error { return synced(s) },
		"cut before it told all": func(it *device, s pb.GNMI_SubscribeServer) error {
			it.cut()
			<-s.Context().Done()
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			it := &device{}
			it.subscribe = func(_ *pb.SubscribeRequest, s pb.GNMI_SubscribeServer) error { return subscribe(it, s) }
			b := newBench(t, it)
			d := b.open(t, patience)
			err := d.Stream(context.Background(), "sample "+counterPath, time.Millisecond, func(string) {})
			if errors.As(err, new(words.Refusal)) || !errors.Is(err, ErrLost) && name != "ended" {
				t.Fatalf("%v, alive %v", err, d.Alive())
			}
		})
	}
	d := newBench(t, &device{subscribe: endless}).open(t, patience)
	for _, command := range []string{"once /acl", "get", "sample x"} {
		if err := d.Stream(context.Background(), command, time.Second, func(string) {}); err == nil {
			t.Errorf("%q is a stream", command)
		}
	}
}

// TestSamplesStayOut: a device that tells, and then nothing more, has lost the stream. How long that takes
// is asked for at each sample, so only the second is hurried.
func TestSamplesStayOut(t *testing.T) {
	shown := make(chan struct{})
	b := newBench(t, &device{subscribe: func(_ *pb.SubscribeRequest, s pb.GNMI_SubscribeServer) error {
		synced(s)
		select {
		case <-shown:
			synced(s)
		case <-s.Context().Done():
		}
		<-s.Context().Done()
		return nil
	}})
	d := b.open(t, patience)
	first := sync.OnceFunc(func() {
		d.patience = 50 * time.Millisecond
		close(shown)
	})
	err := d.Stream(context.Background(), "sample "+counterPath, time.Millisecond, func(string) { first() })
	if !errors.Is(err, ErrLost) || errors.As(err, new(words.Refusal)) || d.Alive() {
		t.Fatalf("%v, alive %v", err, d.Alive())
	}
}

// TestNextWay: a subscription that is refused, never comes to the end of its begin or tells what cannot
// be read is a refusal, and the channel stays: the next way to the counters is good.
func TestNextWay(t *testing.T) {
	for name, subscribe := range map[string]func(*pb.SubscribeRequest, pb.GNMI_SubscribeServer) error{
		"refused": func(*pb.SubscribeRequest, pb.GNMI_SubscribeServer) error { return status.Error(codes.NotFound, "no") },
		"silent": func(r *pb.SubscribeRequest, s pb.GNMI_SubscribeServer) error {
			<-s.Context().Done()
			return nil
		},
		"it tells, and never says that this is all": func(r *pb.SubscribeRequest, s pb.GNMI_SubscribeServer) error {
			tell(s, &pb.Notification{Update: []*pb.Update{{Path: pathFor(t, entry(10)+"/state/matched-packets"), Val: number(1)}}})
			<-s.Context().Done()
			return nil
		},
		"an endless begin": func(r *pb.SubscribeRequest, s pb.GNMI_SubscribeServer) error {
			for tell(s, &pb.Notification{}) == nil {
			}
			return nil
		},
		"no JSON": func(r *pb.SubscribeRequest, s pb.GNMI_SubscribeServer) error {
			tell(s, &pb.Notification{Update: []*pb.Update{value(t, "/acl", `{"payload":`)}})
			<-s.Context().Done()
			return nil
		},
		"half a packet": func(r *pb.SubscribeRequest, s pb.GNMI_SubscribeServer) error {
			half := &pb.TypedValue{Value: &pb.TypedValue_DoubleVal{DoubleVal: 0.5}}
			tell(s, &pb.Notification{Update: []*pb.Update{{Path: pathFor(t, entry(10)+"/state/matched-packets"), Val: half}}})
			<-s.Context().Done()
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, &device{subscribe: func(r *pb.SubscribeRequest, s pb.GNMI_SubscribeServer) error {
				if asked(r, "once", 0) != nil {
					return subscribe(r, s)
				}
				tell(s, &pb.Notification{Update: []*pb.Update{{Path: pathFor(t, entry(10)+"/state/matched-packets"), Val: number(7)}}})
				return synced(s)
			}})
			d := b.open(t, 300*time.Millisecond)
			refused := func(err error) {
				t.Helper()
				if !errors.As(err, new(words.Refusal)) || !d.Alive() || strings.Contains(err.Error(), "payload") {
					t.Fatalf("%v, alive %v", err, d.Alive())
				}
			}
			for _, mode := range []string{"sample ", "on-change "} {
				_, err := d.Read(context.Background(), mode+counterPath)
				refused(err)
				refused(d.Stream(context.Background(), mode+counterPath, time.Millisecond, func(string) {}))
			}
			d.patience = patience // the last way is not hurried
			if got, err := d.Read(context.Background(), "once "+counterPath); err != nil || got != entry(10)+"/state/matched-packets 7\n" {
				t.Fatalf("the last way: %q, %v", got, err)
			}
		})
	}
}

// TestSilentChannel: who gives up himself, or has lost the channel, was not refused.
func TestSilentChannel(t *testing.T) {
	for _, name := range []string{"ctrl-c", "cut"} {
		ctx, stop := context.WithCancelCause(context.Background())
		it := &device{}
		it.subscribe = func(_ *pb.SubscribeRequest, s pb.GNMI_SubscribeServer) error {
			if name == "cut" {
				it.cut()
			} else {
				stop(errors.New("ctrl-c"))
			}
			<-s.Context().Done()
			return nil
		}
		d := newBench(t, it).open(t, patience)
		if _, err := d.Read(ctx, "sample "+counterPath); !errors.Is(err, ErrLost) || errors.As(err, new(words.Refusal)) || d.Alive() {
			t.Errorf("%s: %v, alive %v", name, err, d.Alive())
		}
	}
}

// TestNumbers: a counter in whatever encoding is read where it is whole and not negative, and surely
// exact: else it could seem to stand still.
func TestNumbers(t *testing.T) {
	double := func(v float64) *pb.TypedValue { return &pb.TypedValue{Value: &pb.TypedValue_DoubleVal{DoubleVal: v}} }
	//lint:ignore SA1019 old routers still send them
	float := func(v float32) *pb.TypedValue { return &pb.TypedValue{Value: &pb.TypedValue_FloatVal{FloatVal: v}} }
	decimal := func(digits int64, places uint32) *pb.TypedValue {
		//lint:ignore SA1019 old routers still send them
		return &pb.TypedValue{Value: &pb.TypedValue_DecimalVal{DecimalVal: &pb.Decimal64{Digits: digits, Precision: places}}}
	}
	for _, c := range []struct {
		value *pb.TypedValue
		want  string // "" for one that is not understood
	}{
		{double(0), "0"}, {double(4), "4"}, {double(1<<53 - 1), "9007199254740991"}, {double(1 << 53), ""}, {double(4.5), ""}, {double(-4), ""},
		{double(math.Inf(1)), ""}, {double(math.Inf(-1)), ""}, {double(math.NaN()), ""}, {double(math.Copysign(0, -1)), "0"},
		{float(7), "7"}, {float(1<<24 - 1), "16777215"}, {float(1 << 24), ""}, {float(0.25), ""}, {float(-1), ""},
		{decimal(42, 0), "42"}, {decimal(4200, 2), "42"}, {decimal(4210, 2), ""}, {decimal(42, 2), ""}, {decimal(-4200, 2), ""}, {decimal(0, 1<<32-1), "0"}, {decimal(100, 1<<32-1), ""},
		{decimal(math.MaxInt64, 0), "9223372036854775807"}, {decimal(math.MinInt64, 0), ""},
	} {
		shot := snapshot{asked: yang.Path{{Name: "acl"}}}
		err := shot.take(&pb.Notification{Update: []*pb.Update{{Path: pathFor(t, "/acl/n"), Val: c.value}}})
		want := ""
		if c.want != "" {
			want = "/acl/n " + c.want + "\n"
		}
		if (err == nil) != (c.want != "") || shot.text() != want {
			t.Errorf("%v: %q, %v", c.value, shot.text(), err)
		}
	}
}

// TestSnapshotIsBounded: what is told may not grow without end, neither in leaves that are few and long
// nor in long paths; what is told anew or deleted does not count twice.
func TestSnapshotIsBounded(t *testing.T) {
	long := func(n int) *pb.TypedValue {
		return &pb.TypedValue{Value: &pb.TypedValue_StringVal{StringVal: strings.Repeat("x", n)}}
	}
	leaf := func(i int, key string, v *pb.TypedValue) *pb.Notification {
		return &pb.Notification{Update: []*pb.Update{{Val: v, Path: &pb.Path{Elem: []*pb.PathElem{{Name: "acl"}, {Name: "l", Key: map[string]string{"k": fmt.Sprint(i) + key}}}}}}}
	}
	const mega, most = 1 << 20, words.MaxText >> 20
	key := strings.Repeat("k", mega)
	for name, told := range map[string]func(i int) *pb.Notification{
		"long values": func(i int) *pb.Notification { return leaf(i, "", long(mega)) },
		"long paths":  func(i int) *pb.Notification { return leaf(i, key, number(1)) },
	} {
		shot := snapshot{asked: yang.Path{{Name: "acl"}}}
		var err error
		n := 0
		for ; err == nil && n < 2*most; n++ {
			err = shot.take(told(n))
		}
		if !errors.Is(err, errText) || n != most {
			t.Errorf("%s: %v after %d", name, err, n)
		}
	}
	shot := snapshot{asked: yang.Path{{Name: "acl"}}}
	for i := range most + 2 { // the same few again and again: more in all than may be held
		must(t, shot.take(leaf(i%2, "", long(mega))))
		must(t, shot.take(leaf(2, "", long(i))))
		must(t, shot.take(&pb.Notification{Delete: []*pb.Path{leaf(i%2, "", nil).GetUpdate()[0].GetPath()}}))
	}
	if shot.leaves.Count() != 1 || shot.leaves.Bytes() != len(shot.text()) {
		t.Fatalf("%d leaves, %d bytes, and the text has %d", shot.leaves.Count(), shot.leaves.Bytes(), len(shot.text()))
	}
	shot.leaves.Cut(nil)
	if shot.leaves.Bytes() != 0 {
		t.Fatalf("%d bytes are left of nothing", shot.leaves.Bytes())
	}
}

// TestSnapshotTooLong: a device that tells more than that is refused, and the channel stays.
func TestSnapshotTooLong(t *testing.T) {
	b := newBench(t, &device{subscribe: func(r *pb.SubscribeRequest, s pb.GNMI_SubscribeServer) error {
		big := &pb.TypedValue{Value: &pb.TypedValue_StringVal{StringVal: strings.Repeat("x", words.MaxText/2)}}
		for i := range 3 {
			tell(s, &pb.Notification{Update: []*pb.Update{{Path: pathFor(t, entry(i+1)+"/state/matched-packets"), Val: big}}})
		}
		return synced(s)
	}})
	d := b.open(t, patience)
	if text, err := d.Read(context.Background(), "once "+counterPath); text != "" || !errors.As(err, new(words.Refusal)) || !strings.Contains(err.Error(), "more than 64 MB") || !d.Alive() {
		t.Fatalf("%d bytes, %v, alive %v", len(text), err, d.Alive())
	}
}

// TestStreamIsTaken: who is told faster than he looks sees the last that was told, and not every one.
func TestStreamIsTaken(t *testing.T) {
	const leaves = 5000
	var rounds atomic.Int32
	b := newBench(t, &device{subscribe: func(r *pb.SubscribeRequest, s pb.GNMI_SubscribeServer) error {
		for round := range 2 {
			for i := range leaves {
				if err := tell(s, &pb.Notification{Update: []*pb.Update{{Path: pathFor(t, entry(i)+"/state/matched-packets"), Val: number(uint64(round))}}}); err != nil {
					return err
				}
			}
			synced(s)
			rounds.Add(1)
		}
		<-s.Context().Done()
		return nil
	}})
	d := b.open(t, patience)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	seen := 0
	err := d.Stream(ctx, "on-change "+counterPath, time.Second, func(text string) {
		seen++
		if n := strings.Count(text, "\n"); n != leaves {
			t.Errorf("%d lines", n)
		}
		if strings.Count(text, " 1\n") == leaves {
			stop()
		}
	})
	if err != nil || seen == 0 || seen > leaves/2 {
		t.Fatalf("%v, seen %d times", err, seen)
	}
}
