package gnmi

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	pb "github.com/openconfig/gnmi/proto/gnmi"
	"github.com/openconfig/gnmic/pkg/api"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"op25b/templates/words"
)

// The trial change is a list that stands nowhere, with a name that no list of ours has. It permits
// everything, should anybody put it somewhere.
const (
	trialPath  = "/acl/acl-sets/acl-set[name=OP25B-PROBE][type=ACL_IPV4]"
	trialValue = `{"name":"OP25B-PROBE","type":"openconfig-acl:ACL_IPV4","config":{"name":"OP25B-PROBE","type":"openconfig-acl:ACL_IPV4"},` +
		`"acl-entries":{"acl-entry":[{"sequence-id":10,"config":{"sequence-id":10},"actions":{"config":{"forwarding-action":"openconfig-acl:ACCEPT"}}}]}}`
)

// trialTimers are after how many seconds the device is to take the trial back: the second is for one
// that is so slow that the first has ended before it can be looked at.
func trialTimers() []int { return []int{3, 15} }

// trial is one try whether a device takes a change back by itself.
type trial struct {
	*Dialog
	line     string
	patience time.Duration // for each call
	id       string
	seconds  int // after which the device is to take it back
}

// probe makes the device take a change back by itself, for whoever ignores the extension says so
// nowhere. [ironcore network-operator #171: a device has it and does not tell; lemming ignores it]
// It may take some seconds longer than its timer. What it does not do is a words.Refusal.
func (t *Dialog) probe(ctx context.Context, line string, seconds int, patience time.Duration) error {
	if err := t.usable(line); err != nil {
		return err
	}
	p := trial{Dialog: t, line: line, patience: patience / longer}
	if err := p.clear(ctx); err != nil {
		return err
	}
	for _, p.seconds = range trialTimers() {
		if again, err := p.run(ctx, seconds); !again {
			return err
		}
	}
	return words.Refusal{Line: line, Says: "it is too slow to show that it takes a change back by itself"}
}

// run makes one trial; again says that it was over before anything could be seen.
func (p trial) run(ctx context.Context, seconds int) (again bool, err error) {
	random := make([]byte, 8)
	if _, err := rand.Read(random); err != nil {
		return false, err
	}
	p.id = "op25b-probe-" + hex.EncodeToString(random)
	if err := p.begin(ctx); err != nil {
		return false, err
	}
	there, look := p.there(ctx)
	if p.lost {
		return false, look
	}
	over, fault, err := p.mistaken(ctx)
	switch {
	case err != nil:
		return false, err
	case fault != "":
	case look != nil:
		fault = fmt.Sprintf("it cannot be read whether it took a change: %v", look)
	case !there && over:
		return true, nil
	case !there:
		fault = "it took a change that it does not show"
	}
	gone, err := p.wait(ctx, seconds)
	switch {
	case err != nil:
		return false, err
	case fault == "" && gone:
		return false, nil
	case fault == "":
		fault = fmt.Sprintf("it took the Commit extension, but did not show within %d s that it takes a change back", p.seconds+seconds)
	}
	return false, p.refuse(ctx, fault, gone)
}

// clear takes out what an earlier trial has left.
func (p trial) clear(ctx context.Context) error {
	there, err := p.there(ctx)
	if p.lost || err == nil && !there {
		return err
	}
	err = p.drop(ctx)
	if status.Code(err) == codes.NotFound {
		return nil
	}
	return p.judged(ctx, p.line, err)
}

// drop deletes the trial change for good. Its errors are those of the call.
func (p trial) drop(ctx context.Context) error {
	where, _, err := readPath(trialPath)
	if err != nil {
		return err
	}
	req, err := request([]operation{{verb: remove, path: where}})
	if err != nil {
		return err
	}
	return p.send(ctx, p.patience, req)
}

// begin makes the trial change, with a timer.
func (p trial) begin(ctx context.Context) error {
	op, err := readLine("update " + trialPath + " " + trialValue)
	if err != nil {
		return err
	}
	req, err := request([]operation{op})
	if err != nil {
		return err
	}
	err = p.send(ctx, p.patience, req, api.Extension_CommitRequest(p.id, time.Duration(p.seconds)*time.Second))
	return p.judged(ctx, p.line, err)
}

// there reads whether the trial change is in the configuration.
func (p trial) there(ctx context.Context) (bool, error) {
	where, _, err := readPath(trialPath)
	if err != nil {
		return false, err
	}
	n, err := p.get(ctx, where, "CONFIG", p.patience)
	if errors.Is(err, errNotFound) {
		return false, nil
	}
	return n != nil && !n.empty(), err
}

// mistaken confirms with an id that is not that of the trial. A device that takes it ignores the
// extension or the ids, which is an error; over says that no commit is pending any more, fault what
// else is wrong with the answer.
func (p trial) mistaken(ctx context.Context) (over bool, fault string, err error) {
	err = p.send(ctx, p.patience, &pb.SetRequest{}, api.Extension_CommitConfirm(p.id+"-not"))
	switch code := status.Code(err); {
	case code == codes.OK:
		return false, "", p.refuse(ctx, "it ignores the Commit extension, so it cannot take a change back by itself", false)
	case code == codes.InvalidArgument, code == codes.FailedPrecondition:
		return code == codes.FailedPrecondition, "", nil
	case given(code):
		return false, "it takes no confirmation: " + p.says(err), nil
	}
	return false, "", p.lose(ctx, p.line, err)
}

// wait looks until the trial change is gone by itself. A device that cannot be read is not waited for.
func (p trial) wait(ctx context.Context, seconds int) (gone bool, err error) {
	if err := p.sleep(ctx, time.Duration(p.seconds)*time.Second); err != nil {
		return false, err
	}
	for range seconds + 1 {
		there, err := p.there(ctx)
		if p.lost || err == nil && !there {
			return !p.lost, err
		}
		if err != nil {
			return false, nil
		}
		if err := p.sleep(ctx, time.Second); err != nil {
			return false, err
		}
	}
	return false, nil
}

// refuse takes out what is left of the trial, and says why the device did not pass.
func (p trial) refuse(ctx context.Context, fault string, gone bool) error {
	if !gone {
		if left := p.tidy(ctx); left != nil {
			fault += "; the list OP25B-PROBE is left on it: " + p.says(left)
		}
	}
	return words.Refusal{Line: p.line, Says: fault}
}

// tidy ends the trial's commit where one is still pending, and deletes what is there.
func (p trial) tidy(ctx context.Context) error {
	err := p.drop(ctx)
	if status.Code(err) == codes.FailedPrecondition {
		if err := p.send(ctx, p.patience, &pb.SetRequest{}, api.Extension_CommitCancel(p.id)); err != nil && status.Code(err) != codes.FailedPrecondition {
			return err
		}
		err = p.drop(ctx)
	}
	if status.Code(err) == codes.NotFound {
		return nil
	}
	return err
}
