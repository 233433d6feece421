package openconfig_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"

	"op25b/lab/openconfig"
)

const counter10 = boundA + "/acl-entries/acl-entry[sequence-id=10]/state/matched-packets"

// watching is a stream that a test reads.
type watching struct {
	t      *testing.T
	stream gnmi.GNMI_SubscribeClient
}

func (b *bench) subscribe(l *gnmi.SubscriptionList) (*watching, context.CancelFunc) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.ctx)
	b.t.Cleanup(cancel)
	s, err := b.client.Subscribe(ctx)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := s.Send(&gnmi.SubscribeRequest{Request: &gnmi.SubscribeRequest_Subscribe{Subscribe: l}}); err != nil {
		b.t.Fatal(err)
	}
	return &watching{b.t, s}, cancel
}

// next is the next message: "sync", an error, or lines "+path value" and "-path".
func (w *watching) next() string {
	w.t.Helper()
	m, err := w.stream.Recv()
	if err != nil {
		return err.Error()
	}
	if m.GetSyncResponse() {
		return "sync"
	}
	var out []string
	for _, u := range m.GetUpdate().GetUpdate() {
		out = append(out, "+"+short(u.Path)+" "+string(u.Val.GetJsonIetfVal()))
	}
	for _, d := range m.GetUpdate().GetDelete() {
		out = append(out, "-"+short(d))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// short is a path by its keys and its last name.
func short(p *gnmi.Path) string {
	var out []string
	for _, e := range p.Elem {
		for _, k := range []string{"id", "name", "set-name", "type", "sequence-id"} {
			if v, there := e.Key[k]; there {
				out = append(out, v)
			}
		}
	}
	return strings.Join(append(out, p.Elem[len(p.Elem)-1].Name), " ")
}

func (w *watching) want(lines ...string) {
	w.t.Helper()
	for _, l := range lines {
		if got := w.next(); got != l {
			w.t.Fatalf("got\n%s\nwant\n%s", got, l)
		}
	}
}

func list(t *testing.T, mode gnmi.SubscriptionList_Mode, subs ...*gnmi.Subscription) *gnmi.SubscriptionList {
	return &gnmi.SubscriptionList{Mode: mode, Subscription: subs, Encoding: gnmi.Encoding_JSON_IETF}
}

func (b *bench) mail(n int) {
	for range n {
		b.router.Send("Ethernet2", "in", packet("198.51.100.7", "192.0.2.1", 6, 25))
	}
}

func at10(packets int) string {
	return fmt.Sprintf("+Ethernet2 A ACL_IPV4 10 matched-packets \"%d\"", packets)
}

func TestSubscribeOnce(t *testing.T) {
	b := newBench(t, openconfig.Options{})
	b.ok(whole()...)
	b.mail(3)
	sub := &gnmi.Subscription{Path: path(t, counter10)}
	w, _ := b.subscribe(list(t, gnmi.SubscriptionList_ONCE, sub))
	w.want(at10(3), "sync", "EOF")
	every := &gnmi.Subscription{Path: path(t, "/acl/.../matched-packets")}
	w, _ = b.subscribe(list(t, gnmi.SubscriptionList_ONCE, every))
	if got := w.next(); !strings.Contains(got, at10(3)) || !strings.Contains(got, `+A ACL_IPV4 10 matched-packets "3"`) || strings.Count(got, "\n") != 9 {
		t.Errorf("all counters:\n%s", got)
	}
	w.want("sync", "EOF")
	only := list(t, gnmi.SubscriptionList_ONCE, sub)
	only.UpdatesOnly = true
	w, _ = b.subscribe(only)
	w.want("sync", "EOF")
	w, _ = b.subscribe(list(t, gnmi.SubscriptionList_ONCE, &gnmi.Subscription{Path: path(t, strings.ReplaceAll(counter10, "=10", "=11"))}))
	w.want("sync", "EOF")
}

func TestSubscribePoll(t *testing.T) {
	b := newBench(t, openconfig.Options{})
	b.ok(whole()...)
	w, _ := b.subscribe(list(t, gnmi.SubscriptionList_POLL, &gnmi.Subscription{Path: path(t, counter10)}))
	for n := range 3 {
		if err := w.stream.Send(&gnmi.SubscribeRequest{Request: &gnmi.SubscribeRequest_Poll{Poll: &gnmi.Poll{}}}); err != nil {
			t.Fatal(err)
		}
		w.want(at10(n), "sync")
		b.mail(1)
	}
	if err := w.stream.CloseSend(); err != nil {
		t.Fatal(err)
	}
	w.want("EOF")
}

func TestSubscribeSample(t *testing.T) {
	b := newBench(t, openconfig.Options{})
	b.ok(whole()...)
	sub := &gnmi.Subscription{Path: path(t, counter10), Mode: gnmi.SubscriptionMode_SAMPLE, SampleInterval: uint64(10 * time.Second)}
	w, _ := b.subscribe(list(t, gnmi.SubscriptionList_STREAM, sub))
	w.want(at10(0), "sync")
	b.mail(2)
	b.clock.Advance(9 * time.Second)
	b.clock.Advance(time.Second)
	w.want(at10(2))
	b.clock.Advance(10 * time.Second)
	w.want(at10(2))
	sub.SuppressRedundant = true
	w, _ = b.subscribe(list(t, gnmi.SubscriptionList_STREAM, sub))
	w.want(at10(2), "sync")
	b.clock.Advance(10 * time.Second)
	b.mail(1)
	b.clock.Advance(10 * time.Second)
	w.want(at10(3))
	sub.HeartbeatInterval = uint64(time.Minute)
	w, _ = b.subscribe(list(t, gnmi.SubscriptionList_STREAM, sub))
	w.want(at10(3), "sync")
	b.clock.Advance(time.Minute)
	w.want(at10(3))
}

func TestSubscribeOnChange(t *testing.T) {
	b := newBench(t, openconfig.Options{})
	b.ok(whole()...)
	w, cancel := b.subscribe(list(t, gnmi.SubscriptionList_STREAM, &gnmi.Subscription{Path: path(t, counter10), Mode: gnmi.SubscriptionMode_ON_CHANGE}))
	w.want(at10(0), "sync")
	b.mail(1)
	w.want(at10(1))
	b.router.Send("Ethernet2", "in", packet("203.0.113.1", "192.0.2.1", 6, 25)) // another entry
	b.mail(1)
	w.want(at10(2))
	b.ok("update " + entry10 + `/config/description "another"`)
	w.want(at10(0)) // it is another entry now, and counts anew
	b.ok("delete " + boundA)
	w.want("-Ethernet2 A ACL_IPV4 10 matched-packets")
	if err := b.send(ops(t, "update "+boundA+" "+bindA), request("id", time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.want(at10(0))
	b.clock.Advance(time.Minute)
	w.want("-Ethernet2 A ACL_IPV4 10 matched-packets")
	beats := &gnmi.Subscription{Path: path(t, "/system/config/hostname"), Mode: gnmi.SubscriptionMode_ON_CHANGE, HeartbeatInterval: uint64(time.Minute)}
	heart, _ := b.subscribe(list(t, gnmi.SubscriptionList_STREAM, beats))
	heart.want(`+hostname "oc-1"`, "sync")
	b.clock.Advance(time.Minute)
	heart.want(`+hostname "oc-1"`)
	cancel()
	if got := w.next(); !strings.Contains(got, "Canceled") {
		t.Errorf("after cancel: %s", got)
	}
}

func TestAnswersOfSubscribe(t *testing.T) {
	one := func(change func(*gnmi.SubscriptionList)) *gnmi.SubscriptionList {
		l := list(t, gnmi.SubscriptionList_STREAM, &gnmi.Subscription{Path: path(t, counter10), Mode: gnmi.SubscriptionMode_SAMPLE})
		change(l)
		return l
	}
	tests := []struct {
		name string
		list *gnmi.SubscriptionList
		code codes.Code
	}{
		{"an unknown path", one(func(l *gnmi.SubscriptionList) { l.Subscription[0].Path = path(t, "/acl/foo") }), bad},
		{"an unknown model", one(func(l *gnmi.SubscriptionList) { l.Subscription[0].Path = path(t, "/bgp") }), codes.Unimplemented},
		{"too short", one(func(l *gnmi.SubscriptionList) { l.Subscription[0].SampleInterval = 1 }), bad},
		{"too long", one(func(l *gnmi.SubscriptionList) { l.Subscription[0].SampleInterval = 1 << 63 }), bad},
		{"an interval that is the target's", one(func(l *gnmi.SubscriptionList) {
			l.Subscription[0].Mode, l.Subscription[0].SampleInterval = gnmi.SubscriptionMode_TARGET_DEFINED, 1e10
		}), bad},
		{"a heart that beats too often", one(func(l *gnmi.SubscriptionList) { l.Subscription[0].HeartbeatInterval = 1 }), bad},
		{"an encoding", one(func(l *gnmi.SubscriptionList) { l.Encoding = gnmi.Encoding_BYTES }), codes.Unimplemented},
	}
	b := newBench(t, openconfig.Options{})
	for _, test := range tests {
		w, _ := b.subscribe(test.list)
		if got := w.next(); !strings.Contains(got, test.code.String()) {
			t.Errorf("%s: %s, want %s", test.name, got, test.code)
		}
	}
}

func TestPollBeforeSubscription(t *testing.T) {
	b := newBench(t, openconfig.Options{})
	s, err := b.client.Subscribe(b.ctx)
	if err == nil {
		err = s.Send(&gnmi.SubscribeRequest{Request: &gnmi.SubscribeRequest_Poll{Poll: &gnmi.Poll{}}})
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Recv()
	b.want(err, bad, "must be a subscription", "a poll first")
}

func TestCounterCapability(t *testing.T) {
	aggregate := entry10 + "/state/matched-packets"
	for _, test := range []struct{ capability, bound, whole string }{
		{"INTERFACE_AGGREGATE", `"2"`, `"2"`}, {"INTERFACE_ONLY", `"2"`, ""}, {"AGGREGATE_ONLY", "", `"2"`},
	} {
		b := newBench(t, openconfig.Options{Capability: test.capability})
		b.ok(whole()...)
		b.mail(2)
		bound, _ := b.get(counter10, gnmi.GetRequest_STATE)
		all, _ := b.get(aggregate, gnmi.GetRequest_STATE)
		says, _ := b.get("/acl/state/counter-capability", gnmi.GetRequest_STATE)
		if bound != test.bound || all != test.whole || !strings.Contains(says, test.capability) {
			t.Errorf("%s: %s at the interface, %s together, says %s", test.capability, bound, all, says)
		}
	}
}
