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
	"op25b/templates/yang"
)

// TrialList is the list that a trial sets: it stands nowhere, and has a name that no list of ours has.
const TrialList = "OP25B-PROBE"

// The trial change. The list permits everything, should anybody put it somewhere.
const (
	trialPath  = "/acl/acl-sets/acl-set[name=" + TrialList + "][type=ACL_IPV4]"
	trialValue = `{"name":"` + TrialList + `","type":"openconfig-acl:ACL_IPV4","config":{"name":"` + TrialList + `","type":"openconfig-acl:ACL_IPV4"},` +
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
	seconds  int  // after which the device is to take it back
	begun    bool // whether it has come to the device is not known
	unsure   bool // whether something of it is still there is not known
}

// probe makes the device take a change back by itself, for whoever ignores the extension says so
// nowhere. [ironcore network-operator #171: a device has it and does not tell; lemming ignores it]
// It may take some seconds longer than its timer. What it does not do is a words.Refusal. A device that
// passes compares ids. A trial that was interrupted is cleared away over a new channel, and the dialog
// is given up.
func (t *Dialog) probe(ctx context.Context, line string, seconds int, patience time.Duration) error {
	if err := t.usable(line); err != nil {
		return err
	}
	p := &trial{Dialog: t, line: line, patience: patience / longer}
	err := p.all(ctx, seconds)
	if p.unsure {
		return p.abandon(ctx, err)
	}
	t.compares = t.compares || err == nil
	return err
}

// all makes trials until one has shown something.
func (p *trial) all(ctx context.Context, seconds int) error {
	if err := p.clear(ctx); err != nil {
		return err
	}
	for _, p.seconds = range trialTimers() {
		if again, err := p.run(ctx, seconds); !again {
			return err
		}
	}
	return words.Refusal{Line: p.line, Says: "it is too slow to show that it takes a change back by itself"}
}

// run makes one trial; again says that it was over before anything could be seen.
func (p *trial) run(ctx context.Context, seconds int) (again bool, err error) {
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
	if err == nil && over && there && look == nil { // its timer may have ended in between
		there, look = p.there(ctx)
		if p.lost {
			return false, look
		}
	}
	switch {
	case err != nil:
		return false, err
	case fault != "":
	case look != nil:
		fault = fmt.Sprintf("it cannot be read whether it took a change: %v", look)
	case !there && over:
		p.unsure = false
		return true, nil
	case !there:
		fault = "it took a change that it does not show"
	}
	gone, err := p.wait(ctx, seconds)
	switch {
	case err != nil:
		return false, err
	case fault == "" && gone:
		p.unsure = false
		return false, nil
	case fault == "":
		fault = fmt.Sprintf("it took the Commit extension, but did not show within %d s that it takes a change back", p.seconds+seconds)
	}
	return false, p.refuse(ctx, fault, gone)
}

// clear takes out what an earlier trial has left.
func (p *trial) clear(ctx context.Context) error {
	there, err := p.there(ctx)
	if p.lost || err == nil && !there {
		return err
	}
	err = p.drop(ctx)
	if status.Code(err) == codes.NotFound {
		return nil
	}
	p.unsure = err != nil && !denied(err)
	return p.judged(ctx, p.line, err)
}

// drop deletes the trial change for good. Its errors are those of the call.
func (p *trial) drop(ctx context.Context) error {
	where, _, err := yang.ReadPath(trialPath)
	if err != nil {
		return err
	}
	req, err := request([]operation{{verb: yang.Delete, path: where}})
	if err != nil {
		return err
	}
	return p.send(ctx, p.patience, req)
}

// begin makes the trial change, with a timer.
func (p *trial) begin(ctx context.Context) error {
	op, err := readLine("update " + trialPath + " " + trialValue)
	if err != nil {
		return err
	}
	req, err := request([]operation{op})
	if err != nil {
		return err
	}
	err = p.send(ctx, p.patience, req, api.Extension_CommitRequest(p.id, time.Duration(p.seconds)*time.Second))
	p.unsure = err == nil || !denied(err)
	p.begun = err != nil && p.unsure
	return p.judged(ctx, p.line, err)
}

// there reads whether the trial change is in the configuration.
func (p *trial) there(ctx context.Context) (bool, error) {
	where, _, err := yang.ReadPath(trialPath)
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
func (p *trial) mistaken(ctx context.Context) (over bool, fault string, err error) {
	err = p.send(ctx, p.patience, &pb.SetRequest{}, api.Extension_CommitConfirm(p.id+"-not"))
	switch code := status.Code(err); {
	case code == codes.OK:
		return false, "", p.refuse(ctx, "it ignores the Commit extension, so it cannot take a change back by itself", false)
	case code == codes.InvalidArgument, code == codes.FailedPrecondition:
		return code == codes.FailedPrecondition, "", nil
	case denied(err):
		return false, "it takes no confirmation: " + p.says(err), nil
	}
	return false, "", p.lose(ctx, p.line, err)
}

// wait looks until the trial change is gone by itself. A device that cannot be read is not waited for.
func (p *trial) wait(ctx context.Context, seconds int) (gone bool, err error) {
	if err := p.sleep(ctx, time.Duration(p.seconds)*time.Second); err != nil {
		return false, p.stopped(ctx, err)
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
			return false, p.stopped(ctx, err)
		}
	}
	return false, nil
}

// stopped is the error of a trial that was interrupted while it waited.
func (p *trial) stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return fmt.Errorf("%s: %w", p.line, err)
}

// refuse takes out what is left of the trial, and says why the device did not pass.
func (p *trial) refuse(ctx context.Context, fault string, gone bool) error {
	if !gone {
		left := p.tidy(ctx)
		if left != nil && !denied(left) {
			return fmt.Errorf("%w; before that: %s", p.lose(ctx, p.line, left), fault)
		}
		if left != nil {
			fault += "; the list " + TrialList + " is left on it: " + p.says(left)
		}
	}
	p.unsure = false
	return words.Refusal{Line: p.line, Says: fault}
}

// tidy ends the trial's commit where one is still pending, and deletes what is there.
func (p *trial) tidy(ctx context.Context) error {
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

// ErrTrialLeft says that a trial was begun and could not be cleared away.
var ErrTrialLeft = errors.New("the list " + TrialList + " may still be on it, and the next push takes it away")

// lastWord is how long is tried to clear a trial away that was interrupted, by the machine's clock.
const lastWord = 15 * time.Second

// abandon clears away, over a new channel, what a trial has left that was interrupted or lost its
// channel, even where the context has ended. The dialog is given up. The cause stays the error.
func (p *trial) abandon(ctx context.Context, cause error) error {
	limit, stop := context.WithTimeout(context.WithoutCancel(ctx), lastWord)
	defer stop()
	var err error
	for try := 1; try < tries; try++ {
		if err = p.redial(limit, try); err == nil {
			err = p.sweep(limit)
		}
		if err == nil || limit.Err() != nil || errors.Is(err, ErrUntrusted) || errors.As(err, new(words.Refusal)) {
			break
		}
	}
	p.lost = true
	if err != nil {
		return fmt.Errorf("%w; %w: %v", cause, ErrTrialLeft, err) // a refusal of the tidying is none of the probe
	}
	return cause
}

// late is how long after its answer was lost a Set of the trial is looked for once more.
const late = 2 * time.Second

// sweep takes out what is there of the trial. One whose answer was lost may come late.
func (p *trial) sweep(ctx context.Context) error {
	if err := p.out(ctx); err != nil || !p.begun {
		return err
	}
	if err := p.sleep(ctx, late); err != nil {
		return err
	}
	return p.out(ctx)
}

// out takes the trial out where it is there. Where it is not, no commit of it waits, and nothing is
// said to a device that might take that for another's.
func (p *trial) out(ctx context.Context) error {
	there, err := p.there(ctx)
	if p.lost || err == nil && !there {
		return err
	}
	return p.judged(ctx, p.line, p.tidy(ctx))
}
