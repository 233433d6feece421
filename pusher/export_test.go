package pusher

import (
	"context"

	"op25b/plan"
)

// Listen is listen for tests that play a field.
func (p Pusher) Listen(ctx context.Context, step plan.Step) (Signals, error) {
	d, err := p.doors(TargetOf(step))
	if err != nil {
		return Signals{}, err
	}
	return p.listen(ctx, d, step)
}

// Since is since.
func (s Signals) Since(earlier Signals, former ...Signals) []string {
	return s.since(earlier, former...)
}

// Account is account.
func (s Signals) Account(earlier Signals) string { return s.account(earlier) }
