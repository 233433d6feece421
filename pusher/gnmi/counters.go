package gnmi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	pb "github.com/openconfig/gnmi/proto/gnmi"
	"github.com/openconfig/gnmic/pkg/api"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"op25b/templates/words"
	"op25b/templates/yang"
)

// subscription is what a device is asked to tell by itself.
type subscription struct {
	command string
	mode    string // sample, on-change or once
	path    yang.Path
}

// readSubscription reads a command that shows what the device tells of a path: sample PATH.
func readSubscription(command string) (subscription, error) {
	mode, rest, _ := strings.Cut(command, " ")
	switch mode {
	case "sample", "on-change", "once":
	default:
		return subscription{}, fmt.Errorf("%q is no command of gNMI", clip(command))
	}
	p, more, err := yang.ReadPath(rest)
	if err == nil && (more != "" || strings.HasSuffix(rest, " ")) {
		err = errors.New("something follows its path")
	}
	if err != nil {
		return subscription{}, fmt.Errorf("%s: %w", mode, err)
	}
	return subscription{command, mode, p}, nil
}

// request is the subscription as it is sent; every is the period of a sample.
func (s subscription) request(every time.Duration) (*pb.SubscribeRequest, error) {
	one := []api.GNMIOption{at(s.path)}
	list := api.SubscriptionListModeSTREAM()
	switch s.mode {
	case "sample":
		one = append(one, api.SubscriptionModeSAMPLE(), api.SampleInterval(every))
	case "on-change":
		one = append(one, api.SubscriptionModeON_CHANGE())
	default:
		list = api.SubscriptionListModeONCE()
	}
	return api.NewSubscribeRequest(list, api.EncodingJSON_IETF(), api.Subscription(one...))
}

// period is how often a sample comes that is read once only.
const period = 10 * time.Second

// share is which part of the patience a device has to tell all: there are other ways to ask.
const share = 3

// once reads what a subscription tells until the device says that it has told all. One that does not
// say so in time, or tells what cannot be read, is a words.Refusal: the channel is still good.
func (t *Dialog) once(ctx context.Context, s subscription) (string, error) {
	limit, stop := context.WithTimeout(ctx, t.patience/share)
	defer stop()
	shot := snapshot{asked: s.path.Canonical()}
	stream, err := t.subscribe(limit, s, period)
	for err == nil {
		var told *pb.SubscribeResponse
		if told, err = stream.Recv(); err != nil {
			break
		}
		if told.GetSyncResponse() {
			return shot.text(), nil
		}
		if err := shot.take(told.GetUpdate()); err != nil {
			return "", s.unread(err)
		}
	}
	late := limit.Err() != nil || status.Code(err) == codes.DeadlineExceeded // the device knows our deadline, and may be first
	if late && ctx.Err() == nil && t.Alive() {
		return "", t.unfinished(s)
	}
	if errors.Is(err, io.EOF) {
		if s.mode == "once" { // the end says as much
			return shot.text(), nil
		}
		return "", words.Refusal{Line: s.command, Says: "nothing: it ended the subscription before it had told all"}
	}
	return "", t.read(ctx, s.command, err)
}

// unread is the refusal of a subscription that tells what is not understood.
func (s subscription) unread(err error) error {
	return words.Refusal{Line: s.command, Says: "nothing that can be read: " + err.Error()}
}

// unfinished is the refusal of a subscription that does not come to the end of its begin.
func (t *Dialog) unfinished(s subscription) error {
	return words.Refusal{Line: s.command, Says: fmt.Sprintf("nothing: within %s it did not say that it had told all", t.patience/share)}
}

func (t *Dialog) subscribe(ctx context.Context, s subscription, every time.Duration) (pb.GNMI_SubscribeClient, error) {
	req, err := s.request(every)
	if err != nil {
		return nil, err
	}
	stream, err := t.wire.client.Subscribe(ctx)
	if err != nil {
		return nil, err
	}
	if err := stream.Send(req); err != nil && !errors.Is(err, io.EOF) { // the reason of an EOF is for Recv
		return nil, err
	}
	return stream, nil // its sending half stays open: some devices end a stream with it
}

// quiet is how long nothing more must come before what has come is shown, and patient how long it
// is held back at most: a device may tell each entry by itself.
const (
	quiet   = 5 * time.Millisecond
	patient = 200 * time.Millisecond
)

// Stream opens the subscription of `sample PATH` or `on-change PATH` and gives the whole text, as
// Read gives it, when the device has told all, and again whenever it has told more. It returns nil
// when the context ends, a words.Refusal where the device does not know the subscription, tells what
// cannot be read or does not tell all in time, and ErrLost when the stream breaks, or when samples
// stay out.
func (t *Dialog) Stream(ctx context.Context, command string, every time.Duration, see func(text string)) error {
	s, err := readSubscription(command)
	if err != nil {
		return err
	}
	if s.mode == "once" {
		return fmt.Errorf("%s: what is told once is no stream", command)
	}
	if err := t.usable(command); err != nil {
		return err
	}
	inner, stop := context.WithCancel(ctx)
	defer stop()
	stream, err := t.subscribe(inner, s, every)
	if err != nil {
		return t.ended(ctx, command, err)
	}
	heard := listen(inner, stream)
	err = t.follow(ctx, s, every, heard, see)
	stop()
	for range heard { // until its goroutine has ended
	}
	return err
}

// told is one answer of a stream, or its end.
type told struct {
	answer *pb.SubscribeResponse
	err    error
}

// listen receives until the stream ends or the context.
func listen(ctx context.Context, stream pb.GNMI_SubscribeClient) <-chan told {
	out := make(chan told, 16)
	go func() {
		defer close(out)
		for {
			answer, err := stream.Recv()
			select {
			case out <- told{answer, err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return out
}

// follow shows what comes. Before the device has told all it has a share of the dialog's patience,
// between samples a few periods more than all of it.
func (t *Dialog) follow(ctx context.Context, s subscription, every time.Duration, heard <-chan told, see func(string)) error {
	shot := snapshot{asked: s.path.Canonical()}
	silence := time.NewTimer(t.patience / share)
	defer silence.Stop()
	show := time.NewTimer(patient)
	show.Stop()
	defer show.Stop()
	synced, since := false, time.Time{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-silence.C:
			if !synced && t.Alive() {
				return t.unfinished(s)
			}
			t.lost = true
			return fmt.Errorf("%s: %w: it fell silent", s.command, ErrLost)
		case <-show.C:
			since = time.Time{}
			see(shot.text())
		case w, open := <-heard:
			if !open || w.err != nil {
				if !since.IsZero() {
					see(shot.text())
				}
				return t.ended(ctx, s.command, w.err)
			}
			if w.answer.GetSyncResponse() {
				synced = true
			} else if err := shot.take(w.answer.GetUpdate()); err != nil {
				return s.unread(err)
			}
			if !synced {
				continue // its patience goes on: an endless begin is none
			}
			silence.Stop()
			if s.mode == "sample" {
				silence.Reset(t.patience + 5*every)
			}
			if since.IsZero() {
				since = time.Now()
			}
			show.Reset(min(quiet, max(0, patient-time.Since(since))))
		}
	}
}

// ended is the error of a stream that ended.
func (t *Dialog) ended(ctx context.Context, command string, err error) error {
	switch {
	case ctx.Err() != nil:
		return nil
	case err == nil, errors.Is(err, io.EOF):
		t.lost = true
		return fmt.Errorf("%s: %w: the device ended the stream", command, ErrLost)
	case given(status.Code(err)):
		return words.Refusal{Line: command, Says: t.says(err)}
	}
	return t.lose(ctx, command, err)
}

// maxLeaves is how many leaves a subscription may have: some for each entry of a list of 100,000.
const maxLeaves = 1 << 20

var (
	errLeaves = fmt.Errorf("it has more than %d leaves", maxLeaves)
	errText   = fmt.Errorf("it has more than %d MB", words.MaxText>>20)
)

// snapshot is all that a subscription has told, as it is now.
type snapshot struct {
	asked  yang.Path
	leaves yang.Forest[string]
}

// take carries a notification out: what it deletes is gone, then what it has is there. What is about
// other paths is left out.
func (s *snapshot) take(n *pb.Notification) error {
	if n.GetAtomic() { // it is all there is below its prefix. [gNMI specification 2.1.1]
		p, err := pathOf(n.GetPrefix(), nil)
		if err != nil {
			return err
		}
		s.leaves.Cut(p)
	}
	for _, d := range n.GetDelete() {
		p, err := pathOf(n.GetPrefix(), d)
		if err != nil {
			return err
		}
		s.leaves.Cut(p)
	}
	for _, u := range n.GetUpdate() {
		p, err := pathOf(n.GetPrefix(), u.GetPath())
		if err != nil {
			return err
		}
		if !p.Meets(s.asked) {
			continue
		}
		value, err := valueOf(u.GetVal())
		if err != nil {
			return err
		}
		if err := s.put(p, value); err != nil {
			return err
		}
	}
	return nil
}

// put stores the leaves of a value. The rows of lists are told by their keys; one without any, and a
// list of plain values, is left out: counters are neither.
func (s *snapshot) put(p yang.Path, n *node) error {
	if !p.Meets(s.asked) || len(p) > yang.MaxDepth {
		return nil
	}
	switch n.kind {
	case object:
		for _, m := range n.members {
			if !yang.IsName(m.name) {
				continue
			}
			if m.node.kind != array {
				if err := s.put(append(slices.Clip(p), yang.Step{Name: m.name}), m.node); err != nil {
					return err
				}
				continue
			}
			for _, row := range m.node.members {
				keys := keysOf(row.node)
				if len(keys.Keys) == 0 {
					continue
				}
				if err := s.put(append(slices.Clip(p), yang.Step{Name: m.name, Keys: keys.Keys}), row.node); err != nil {
					return err
				}
			}
		}
	case text, word:
		if len(p) > 0 && len(p) >= len(s.asked) {
			s.leaves.Weigh(p, n.text, len(line(p, n.text)))
		}
		switch {
		case s.leaves.Count() > maxLeaves:
			return errLeaves
		case s.leaves.Bytes() > words.MaxText:
			return errText
		}
	}
	return nil
}

// text is a line a leaf, path and value, in the order of the paths.
func (s *snapshot) text() string {
	lines := make([]string, 0, s.leaves.Count())
	s.leaves.All(nil, func(p yang.Path, value string) { lines = append(lines, line(p, value)) })
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// line is a leaf as it is shown.
func line(p yang.Path, value string) string { return p.String() + " " + printable(value) + "\n" }

// printable is a value on one line.
func printable(value string) string {
	q := quoted(value)
	if q = q[1 : len(q)-1]; q == value {
		return value
	}
	return `"` + q + `"`
}
