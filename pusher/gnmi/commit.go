package gnmi

import (
	"context"
	"errors"
	"fmt"
	"time"

	pb "github.com/openconfig/gnmi/proto/gnmi"
	"github.com/openconfig/gnmic/pkg/api"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"op25b/templates/words"
)

// set sends the held lines as one Set that is there for good.
func (t *Dialog) set(ctx context.Context, line string, patience time.Duration) error {
	return t.setWith(ctx, line, patience)
}

// setConfirmed sends the held lines as one Set that the device takes back unless it is confirmed.
func (t *Dialog) setConfirmed(ctx context.Context, line string, rollback, patience time.Duration) error {
	if t.road.Commit == "" {
		return fmt.Errorf("%s: the change has no name for the device", line)
	}
	return t.setWith(ctx, line, patience, api.Extension_CommitRequest(t.road.Commit, rollback))
}

// setWith sends the held lines, and holds none afterwards.
func (t *Dialog) setWith(ctx context.Context, line string, patience time.Duration, extensions ...api.GNMIOption) error {
	ops := t.held
	t.hold(t.mode)
	if len(ops) == 0 {
		return fmt.Errorf("%s: no lines are held", line)
	}
	folded, err := fold(ops)
	if err != nil {
		return err
	}
	req, err := request(folded)
	if err != nil {
		return err
	}
	if n := proto.Size(req); n > maxMessage {
		return fmt.Errorf("%s: the change has %d MB; more than %d MB are not sent in one Set", line, n>>20, maxMessage>>20)
	}
	if err := t.usable(line); err != nil {
		return err
	}
	return t.judged(ctx, line, t.send(ctx, patience, req, extensions...))
}

// send sends a Set. Its errors are those of the call, or what the answer has for one.
func (t *Dialog) send(ctx context.Context, patience time.Duration, req *pb.SetRequest, more ...api.GNMIOption) error {
	for _, option := range more {
		if err := option(req); err != nil {
			return err
		}
	}
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	answer, err := t.wire.client.Set(ctx, req)
	if err != nil {
		return err
	}
	return within(answer)
}

// asking is the id of a commit that nobody makes.
const asking = "op25b-asks"

// pending asks whether a commit waits for its confirmation, whoever's. gNMI has no question for that.
// A Set of nothing is no error [gnmi-specification 3.4], but refused while a commit waits [gnmi-commit-confirmed
// 3.2.1]. A device that takes one at any time, or never, hides what waits: so where it is not refused for
// that, a device that compares ids is asked with a cancel under one that nobody uses, which is refused in
// one way or the other [3.2.3: INVALID_ARGUMENT for another id, FAILED_PRECONDITION for none]. One that
// was not shown to compare them is never asked so: it might cancel what waits, whoever's that is.
func (t *Dialog) pending(ctx context.Context) (string, error) {
	const line = "pending"
	err := t.send(ctx, t.patience, &pb.SetRequest{})
	switch code := status.Code(err); {
	case code == codes.FailedPrecondition:
		return "pending", nil
	case code == codes.OK && !t.compares:
		return "none", nil
	case code == codes.InvalidArgument && !t.compares: // it takes no Set of nothing
		return "", words.Refusal{Line: line, Says: t.says(err)}
	case code == codes.OK, code == codes.InvalidArgument:
		err = t.send(ctx, t.patience, &pb.SetRequest{}, api.Extension_CommitCancel(asking))
	}
	switch code := status.Code(err); {
	case code == codes.InvalidArgument:
		return "pending", nil
	case code == codes.FailedPrecondition, code == codes.OK: // OK: nothing is there that it could compare with
		return "none", nil
	case code == codes.PermissionDenied, code == codes.Unimplemented:
		return "", words.Refusal{Line: line, Says: t.says(err)} // who may not ask may not change anything either
	case denied(err):
		return "", fmt.Errorf("%s: whether a commit waits cannot be told: the device says: %s", line, t.says(err))
	}
	return "", t.lose(ctx, line, err)
}

// tries is how often a confirmation or a cancel is sent when no answer comes.
const tries = 4

// finish confirms or cancels the commit of this change. Where the answer is lost, it is sent again
// over a new connection to the same device. That nothing is pending then means that an earlier one
// arrived, or that the timer has ended: who confirms reads the device afterwards.
func (t *Dialog) finish(ctx context.Context, line string, patience time.Duration) error {
	if t.road.Commit == "" {
		return fmt.Errorf("%s: the change has no name for the device", line)
	}
	action := api.Extension_CommitConfirm(t.road.Commit)
	if line == "cancel" {
		action = api.Extension_CommitCancel(t.road.Commit)
	}
	if err := t.usable(line); err != nil {
		return err
	}
	limit, stop := context.WithTimeout(ctx, patience)
	defer stop()
	var lost error
	for try := range tries {
		if try > 0 {
			err := t.redial(limit, try)
			if errors.Is(err, ErrUntrusted) {
				return fmt.Errorf("%w; %w", lost, err)
			}
			if err != nil {
				continue
			}
		}
		err := t.send(limit, patience/tries, &pb.SetRequest{}, action)
		code := status.Code(err)
		switch {
		case err == nil, try > 0 && code == codes.FailedPrecondition:
			return nil
		case denied(err) && (code != codes.ResourceExhausted || try == tries-1): // else it may have room for it a moment later
			return words.Refusal{Line: line, Says: t.says(err)}
		}
		if lost = t.lose(ctx, line, err); limit.Err() != nil {
			return lost
		}
	}
	return lost
}

// redial replaces a lost connection by a new one to the same device.
func (t *Dialog) redial(ctx context.Context, try int) error {
	if try > 1 {
		if err := t.sleep(ctx, time.Duration(try-1)*time.Second); err != nil {
			return err
		}
	}
	w, err := dial(ctx, t.dialer, t.road, t.HostKey())
	if err != nil {
		return err
	}
	t.wire.Close()
	t.wire, t.lost = w, false
	return nil
}

func (t *Dialog) sleep(ctx context.Context, d time.Duration) error {
	if t.road.Sleep != nil {
		return t.road.Sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
