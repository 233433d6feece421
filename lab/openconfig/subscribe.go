package openconfig

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"
)

const (
	leastSample = 100 * time.Millisecond
	usualSample = time.Second // where a client asks for the shortest
)

// Subscribe streams values [gnmi-specification 3.5].
func (s *service) Subscribe(stream gnmi.GNMI_SubscribeServer) error {
	ctx := stream.Context()
	if err := s.admit(ctx); err != nil {
		return err
	}
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	var t *telemetry
	what := "Subscribe " + first.GetSubscribe().GetMode().String() + " " + subscribed(first.GetSubscribe())
	err = s.call(ctx, what, first, func() error {
		t, err = s.router.telemetry(first.GetSubscribe(), stream)
		return err
	})
	if err != nil {
		return err
	}
	switch first.GetSubscribe().GetMode() {
	case gnmi.SubscriptionList_ONCE:
		return t.round()
	case gnmi.SubscriptionList_POLL:
		return t.poll()
	}
	return t.follow(ctx, s.conn.closed)
}

func subscribed(l *gnmi.SubscriptionList) string {
	var paths []*gnmi.Path
	for _, s := range l.GetSubscription() {
		paths = append(paths, s.GetPath())
	}
	return pathsText(l.GetPrefix(), paths)
}

// telemetry is one Subscribe.
type telemetry struct {
	router *Router
	list   *gnmi.SubscriptionList
	stream gnmi.GNMI_SubscribeServer
	subs   []*subscription
}

// subscription is one path of it.
type subscription struct {
	*gnmi.Subscription
	path []wanted
	mode gnmi.SubscriptionMode
	sent map[string]hit // by place, the values that the client has
}

// telemetry checks what is asked for. The caller holds the lock.
func (r *Router) telemetry(l *gnmi.SubscriptionList, stream gnmi.GNMI_SubscribeServer) (*telemetry, error) {
	if l == nil {
		return nil, refuse(codes.InvalidArgument, "the first message of Subscribe must be a subscription")
	}
	if err := supported(l.GetEncoding()); err != nil {
		return nil, err
	}
	if err := r.implements(l.GetUseModels()); err != nil {
		return nil, err
	}
	t := &telemetry{router: r, list: l, stream: stream}
	for _, one := range l.GetSubscription() {
		path, err := joined(l.GetPrefix(), one.GetPath())
		if err != nil {
			return nil, err
		}
		if err := check(r.schema, path); err != nil {
			return nil, err
		}
		s := &subscription{Subscription: one, path: path, mode: one.GetMode(), sent: map[string]hit{}}
		if l.GetMode() == gnmi.SubscriptionList_STREAM {
			if err := s.settle(); err != nil {
				return nil, err
			}
		}
		t.subs = append(t.subs, s)
	}
	return t, nil
}

func (s *subscription) settle() error {
	every := time.Duration(s.GetSampleInterval())
	switch {
	case s.mode == gnmi.SubscriptionMode_TARGET_DEFINED && every != 0:
		return refuse(codes.InvalidArgument, "%s: a target-defined subscription has no sample_interval", pathText(s.path))
	case s.mode == gnmi.SubscriptionMode_TARGET_DEFINED:
		s.mode = gnmi.SubscriptionMode_ON_CHANGE
	case s.mode == gnmi.SubscriptionMode_SAMPLE && every != 0 && every < leastSample || every < 0:
		return refuse(codes.InvalidArgument, "%s: sample_interval: the shortest is %s", pathText(s.path), leastSample)
	case s.GetHeartbeatInterval() != 0 && time.Duration(s.GetHeartbeatInterval()) < leastSample:
		return refuse(codes.InvalidArgument, "%s: heartbeat_interval: the shortest is %s", pathText(s.path), leastSample)
	}
	return nil
}

// round sends all values and that they are all.
func (t *telemetry) round() error {
	if !t.list.GetUpdatesOnly() {
		for _, s := range t.subs {
			if err := t.send(s, all); err != nil {
				return err
			}
		}
	}
	return t.stream.Send(&gnmi.SubscribeResponse{Response: &gnmi.SubscribeResponse_SyncResponse{SyncResponse: true}})
}

// poll answers each poll with a round.
func (t *telemetry) poll() error {
	for {
		req, err := t.stream.Recv()
		if err != nil {
			return nil // the client is gone, or wants no more
		}
		if req.GetPoll() == nil {
			return refuse(codes.InvalidArgument, "want a poll")
		}
		if err := t.round(); err != nil {
			return err
		}
	}
}

// part is which of the values are sent.
type part int

const (
	all     part = iota
	changed      // since they were sent, and what is gone
	silent       // none, but they count as sent
)

// send sends the values of a subscription.
func (t *telemetry) send(s *subscription, p part) error {
	r := t.router
	r.mu.Lock()
	tree := r.tree(gnmi.GetRequest_ALL)
	now := r.options.Clock.Now().UnixNano()
	r.mu.Unlock()
	prefix, skip := echoed(t.list.GetPrefix())
	n := &gnmi.Notification{Timestamp: now, Prefix: prefix}
	seen := map[string]hit{}
	for _, h := range tree.find(s.path, nil) {
		for _, l := range h.node.leaves(h.at) {
			at := l.at.String()
			old, there := s.sent[at]
			if seen[at] = l; p == all || p == changed && (!there || old.String() != l.String()) {
				n.Update = append(n.Update, &gnmi.Update{Path: l.at.proto(skip), Val: encode(l.node, t.list.GetEncoding())})
			}
		}
	}
	var gone []string
	for at := range s.sent {
		if _, still := seen[at]; !still {
			gone = append(gone, at)
		}
	}
	slices.SortFunc(gone, strings.Compare)
	for _, at := range gone {
		n.Delete = append(n.Delete, s.sent[at].at.proto(skip))
	}
	s.sent = seen
	if p == silent || len(n.Update)+len(n.Delete) == 0 {
		return nil
	}
	return t.stream.Send(&gnmi.SubscribeResponse{Response: &gnmi.SubscribeResponse_Update{Update: n}})
}

// follow is a stream: everything once, and then what changes, and what it is time for. Samples
// that come due while one is sent are one.
func (t *telemetry) follow(ctx context.Context, closed <-chan struct{}) error {
	woken := make(chan struct{}, 1)
	t.router.watch(woken)
	defer t.router.unwatch(woken)
	first := all
	if t.list.GetUpdatesOnly() {
		first = silent
	}
	due, beat := make([]*alarm, len(t.subs)), make([]*alarm, len(t.subs))
	for i, s := range t.subs {
		if err := t.send(s, first); err != nil {
			return err
		}
		due[i] = newAlarm(t.router, s.every(), woken)
		defer due[i].end()
		beat[i] = newAlarm(t.router, time.Duration(s.GetHeartbeatInterval()), woken)
		defer beat[i].end()
	}
	sync := &gnmi.SubscribeResponse{Response: &gnmi.SubscribeResponse_SyncResponse{SyncResponse: true}}
	for err := t.stream.Send(sync); ; {
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-closed:
			return refuse(codes.Unavailable, "the connection is gone")
		case <-woken:
		}
		for i, s := range t.subs {
			sample, heart := due[i].rang(), beat[i].rang()
			if p, now := s.what(sample, heart); now && err == nil {
				err = t.send(s, p)
			}
		}
	}
}

// every is how often a subscription is sampled; 0 is never.
func (s *subscription) every() time.Duration {
	switch {
	case s.mode != gnmi.SubscriptionMode_SAMPLE:
		return 0
	case s.GetSampleInterval() == 0:
		return usualSample
	}
	return time.Duration(s.GetSampleInterval())
}

// what is sent when something has changed, or it is time for a sample or a heartbeat. A heartbeat
// sends everything, changed or not.
func (s *subscription) what(sample, heart bool) (part, bool) {
	switch {
	case heart && (s.mode != gnmi.SubscriptionMode_SAMPLE || s.GetSuppressRedundant()):
		return all, true
	case s.mode != gnmi.SubscriptionMode_SAMPLE || s.GetSuppressRedundant():
		return changed, sample || s.mode != gnmi.SubscriptionMode_SAMPLE
	}
	return all, sample
}

func (r *Router) watch(c chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watchers[c] = true
}

func (r *Router) unwatch(c chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.watchers, c)
}
