package pusher

import (
	"fmt"
	"slices"
	"strings"

	"op25b/acl"
	"op25b/pusher/gnmi"
)

// spared makes sure that a union_replace, which by its specification may replace all that a device
// has, has left what is not ours. [gnmi-union_replace.md]
func (m *mission) spared(now acl.Config) error {
	if !m.unites() {
		return nil
	}
	before, err := m.a.dialect.Parse(m.found)
	if err != nil {
		return err
	}
	have := now.Foreign(m.step.Owner())
	for _, line := range before.Foreign(m.step.Owner()) {
		if !slices.Contains(have, line) && !strings.HasPrefix(line, "list "+gnmi.TrialList+" ") {
			return fmt.Errorf("union_replace took more than our lists: %q is gone; write `set: replace` for it and make a new plan", head(line))
		}
	}
	return nil
}

// unites reports whether the leg, or the change that it is to confirm, has a union_replace.
func (m *mission) unites() bool {
	lines := slices.Concat(m.leg.stage, m.leg.swap)
	if len(lines) == 0 {
		lines = m.step.Do
	}
	return slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, "union_replace ") })
}
