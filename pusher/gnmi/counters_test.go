package gnmi

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	pb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"op25b/templates/words"
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
				d := b.open(t, 10*time.Second)
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
		d := b.open(t, 10*time.Second)
		if _, err := d.Read(context.Background(), "sample "+counterPath); !errors.As(err, new(words.Refusal)) || !d.Alive() {
			t.Errorf("%s: %v, alive %v", code, err, d.Alive())
		}
	}
	b := newBench(t, &device{subscribe: func(r *pb.SubscribeRequest, s pb.GNMI_SubscribeServer) error { return nil }})
	d := b.open(t, 10*time.Second)
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
			d := b.open(t, 10*time.Second)
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
	var b *bench
	cut := func(r *pb.SubscribeRequest, s pb.GNMI_SubscribeServer) error {
		synced(s)
		b.cut()
		return nil
	}
	for name, c := range map[string]struct {
		subscribe func(*pb.SubscribeRequest, pb.GNMI_SubscribeServer) error
		refused   bool
	}{
		"cut":     {subscribe: cut},
		"ended":   {subscribe: func(r *pb.SubscribeRequest, s pb.GNMI_SubscribeServer) error { return synced(s) }},
		"refused": {subscribe: func(*pb.SubscribeRequest, pb.GNMI_SubscribeServer) error { return status.Error(codes.NotFound, "no") }, refused: true},
		"silent from the begin": {subscribe: func(r *pb.SubscribeRequest, s pb.GNMI_SubscribeServer) error {
			<-s.Context().Done()
			return nil
		}},
		"samples stay out": {subscribe: func(r *pb.SubscribeRequest, s pb.GNMI_SubscribeServer) error {
			synced(s)
			<-s.Context().Done()
			return nil
		}},
		"an endless begin": {subscribe: func(r *pb.SubscribeRequest, s pb.GNMI_SubscribeServer) error {
			for tell(s, &pb.Notification{}) == nil {
			}
			return nil
		}},
		"garbage": {subscribe: func(r *pb.SubscribeRequest, s pb.GNMI_SubscribeServer) error {
			tell(s, &pb.Notification{Update: []*pb.Update{value(t, "/acl", `{"a":`)}})
			<-s.Context().Done()
			return nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			b = newBench(t, &device{subscribe: c.subscribe})
			if strings.Contains(name, "begin") { // what never comes to its end is no reading either
				d := b.open(t, 40*time.Millisecond)
				if _, err := d.Read(context.Background(), "once "+counterPath); !errors.Is(err, ErrLost) || d.Alive() {
					t.Fatalf("%v, alive %v", err, d.Alive())
				}
			}
			d := b.open(t, 40*time.Millisecond)
			err := d.Stream(context.Background(), "sample "+counterPath, time.Millisecond, func(string) {})
			if c.refused != errors.As(err, new(words.Refusal)) || c.refused == errors.Is(err, ErrLost) || c.refused != d.Alive() {
				t.Fatalf("%v, alive %v", err, d.Alive())
			}
		})
	}
	b = newBench(t, &device{subscribe: endless})
	d := b.open(t, time.Second)
	for _, command := range []string{"once /acl", "get", "sample x"} {
		if err := d.Stream(context.Background(), command, time.Second, func(string) {}); err == nil {
			t.Errorf("%q is a stream", command)
		}
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
	d := b.open(t, 10*time.Second)
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
	if err != nil || seen == 0 || seen > leaves/10 {
		t.Fatalf("%v, seen %d times", err, seen)
	}
}
