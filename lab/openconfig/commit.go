package openconfig

import (
	"fmt"
	"strings"
	"time"

	"github.com/openconfig/gnmi/proto/gnmi"
	"github.com/openconfig/gnmi/proto/gnmi_ext"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/durationpb"
)

// pending is a commit that waits for its confirmation [gnmi-commit-confirmed].
type pending struct {
	id     string
	before *node
	stop   func() bool // the timer
}

const usualRollback = 10 * time.Minute // [gnmi-commit-confirmed 3.2.1]

// Edit carries out a SetRequest as if another operator had sent it: past the wire, the faults that
// count Sets, and the tap.
func (r *Router) Edit(req *gnmi.SetRequest) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, err := r.set(req)
	return err
}

// set carries out a SetRequest as one transaction. The caller holds the lock.
func (r *Router) set(req *gnmi.SetRequest) (*gnmi.SetResponse, error) {
	answer := &gnmi.SetResponse{Prefix: req.GetPrefix(), Timestamp: r.options.Clock.Now().UnixNano()}
	commit := commitOf(req)
	if r.fault.IgnoreCommit {
		commit = nil
	}
	if commit != nil && commit.GetId() == "" {
		return nil, refuse(codes.InvalidArgument, "the Commit extension has no id")
	}
	if id := r.waiting(); id != "" && (commit == nil || commit.GetCommit() != nil) {
		return nil, refuse(codes.FailedPrecondition, "the commit %q waits for its confirmation: confirm or cancel it first", id)
	}
	if commit != nil && commit.GetCommit() == nil {
		if countOf(req) > 0 {
			return nil, refuse(codes.InvalidArgument, "a commit cannot be amended: this action takes no operations")
		}
		return answer, r.conclude(commit)
	}
	wait, err := rollback(commit)
	if err != nil {
		return nil, err
	}
	c := &change{root: r.running.clone(), all: r.fault.UnionAll}
	if err := c.carryOut(req); err != nil {
		return nil, err
	}
	if err := r.fits(c.root); err != nil {
		return nil, err
	}
	if commit != nil {
		r.arm(&pending{id: commit.GetId(), before: r.running}, wait)
	}
	r.adopt(c.root)
	answer.Response = c.done
	return answer, nil
}

// commitOf is the Commit extension, nil where there is none.
func commitOf(req *gnmi.SetRequest) *gnmi_ext.Commit {
	for _, e := range req.GetExtension() {
		if c := e.GetCommit(); c != nil {
			return c
		}
	}
	return nil
}

func countOf(req *gnmi.SetRequest) int {
	return len(req.GetDelete()) + len(req.GetReplace()) + len(req.GetUpdate()) + len(req.GetUnionReplace())
}

// waiting is the id of the commit that is pending, "" for none.
func (r *Router) waiting() string {
	if r.pending != nil {
		return r.pending.id
	}
	return r.fault.Lock
}

// rollback is how long a commit waits.
func rollback(c *gnmi_ext.Commit) (time.Duration, error) {
	d := c.GetCommit().GetRollbackDuration()
	if d == nil {
		return usualRollback, nil
	}
	if !d.IsValid() || d.AsDuration() <= 0 {
		return 0, refuse(codes.InvalidArgument, "rollback_duration: want more than 0")
	}
	return d.AsDuration(), nil
}

// conclude is confirm, cancel and set_rollback_duration.
func (r *Router) conclude(c *gnmi_ext.Commit) error {
	fresh, sets := c.GetAction().(*gnmi_ext.Commit_SetRollbackDuration)
	if sets && !positive(fresh.SetRollbackDuration.GetRollbackDuration()) {
		return refuse(codes.InvalidArgument, "rollback_duration: want more than 0")
	}
	if c.GetAction() == nil {
		return refuse(codes.InvalidArgument, "the Commit extension has no action")
	}
	id := r.waiting()
	switch {
	case id == "":
		return refuse(codes.FailedPrecondition, "no commit waits for its confirmation")
	case id != c.GetId() && !r.fault.AnyID:
		return refuse(codes.InvalidArgument, "the commit that waits has another id than %.100q", c.GetId())
	case r.pending == nil: // somebody else's, who is played by a fault
		r.fault.Lock = ""
		return nil
	}
	switch {
	case sets:
		r.pending.stop()
		r.arm(&pending{id: r.pending.id, before: r.pending.before}, fresh.SetRollbackDuration.GetRollbackDuration().AsDuration())
	case c.GetCancel() != nil:
		before := r.pending.before
		r.forget()
		r.adopt(before)
	case !r.fault.SkipConfirm:
		r.forget()
	}
	return nil
}

func positive(d *durationpb.Duration) bool { return d.IsValid() && d.AsDuration() > 0 }

// arm starts the timer of a commit.
func (r *Router) arm(p *pending, wait time.Duration) {
	r.pending = p
	if r.fault.NeverReverts {
		p.stop = func() bool { return true }
		return
	}
	p.stop = r.options.Clock.After(wait, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.pending == p {
			r.pending = nil
			r.adopt(p.before)
		}
	})
}

// adopt makes a tree the running one.
func (r *Router) adopt(n *node) {
	before := r.running
	r.running = n
	r.recount(before)
	r.ring()
}

// accept is what every configuration must hold.
func (r *Router) accept(n *node) error {
	if err := consistent(n, r.options); err != nil {
		return err
	}
	if r.options.Check == nil {
		return nil
	}
	if err := r.options.Check(encoding{true}.write(n)); err != nil {
		return refuse(codes.InvalidArgument, "%v", err)
	}
	return nil
}

// fits is accept and what the faults say.
func (r *Router) fits(n *node) error {
	if err := r.accept(n); err != nil {
		return err
	}
	if most := r.fault.TCAMEntries; most > 0 && entries(n) > most && entries(n) > entries(r.running) {
		return refuse(codes.ResourceExhausted, "%s", orElse(r.fault.Message, fmt.Sprintf("the hardware has room for %d entries", most)))
	}
	if r.fault.RefusePath == "" {
		return nil
	}
	before := map[string]string{}
	for _, l := range r.running.leaves(nil) {
		before[l.at.String()] = l.String()
	}
	for _, l := range n.leaves(nil) {
		if under := l.at.plain(); before[l.at.String()] != l.String() &&
			(under == r.fault.RefusePath || l.at.String() == r.fault.RefusePath || strings.HasPrefix(under, r.fault.RefusePath+"/")) {
			return refuse(r.refusal(), "%s: %s", l.at, orElse(r.fault.Message, "it is not supported"))
		}
	}
	return nil
}

// plain is a place without its keys.
func (p place) plain() string {
	var b strings.Builder
	for _, e := range p {
		b.WriteString("/" + e.name)
	}
	return b.String()
}

func (r *Router) refusal() codes.Code {
	if r.fault.RefuseCode != 0 {
		return codes.Code(r.fault.RefuseCode)
	}
	return codes.InvalidArgument
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// describe is a SetRequest in a few words: "commit 300s: 1 replace, 3 update".
func describe(req *gnmi.SetRequest) string {
	var parts []string
	for _, p := range []struct {
		n    int
		name string
	}{{len(req.GetDelete()), "delete"}, {len(req.GetUnionReplace()), "union_replace"}, {len(req.GetReplace()), "replace"}, {len(req.GetUpdate()), "update"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprint(p.n, " ", p.name))
		}
	}
	head, what := "Set", strings.Join(parts, ", ")
	if c := commitOf(req); c != nil {
		switch {
		case c.GetCommit() != nil:
			head += " commit"
			if d := c.GetCommit().GetRollbackDuration(); d != nil {
				head += fmt.Sprintf(" %ds", d.GetSeconds())
			}
		case c.GetConfirm() != nil:
			head += " confirm"
		case c.GetCancel() != nil:
			head += " cancel"
		case c.GetSetRollbackDuration() != nil:
			head += fmt.Sprintf(" rollback duration %ds", c.GetSetRollbackDuration().GetRollbackDuration().GetSeconds())
		}
	}
	if what == "" {
		return head
	}
	return head + ": " + what
}
