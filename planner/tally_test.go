package planner_test

import (
	"fmt"
	"testing"
)

// tally is what a sweep counts.
type tally struct {
	edits, changed, inside, roomless, refused, spoiled, respelled, restarts int
	lines, moments, verdicts                                                int
	wrongMoments, wrongEnds, deviceErrors, undoNotExact                     int
	notSettled, notCleaned                                                  int
	kinds                                                                   map[string]int
}

// String is the figures in one line.
func (n tally) String() string {
	return fmt.Sprintf("%d edits: %d changes (%d inside lists of others, %d with new numbers first, %d after a spoiled text, %d read in another spelling), %d refused, %d restarts; %d lines typed, %d moments, %d verdicts; "+
		"%d wrong moments, %d wrong ends, %d device errors, %d undos not exact, %d not settled, %d not cleaned; kinds %v",
		n.edits, n.changed, n.inside, n.roomless, n.spoiled, n.respelled, n.refused, n.restarts, n.lines, n.moments, n.verdicts,
		n.wrongMoments, n.wrongEnds, n.deviceErrors, n.undoNotExact, n.notSettled, n.notCleaned, n.kinds)
}

// judge fails where something went wrong or the edits were dull.
func (n tally) judge(t *testing.T) {
	if n.wrongMoments+n.wrongEnds+n.deviceErrors+n.undoNotExact+n.notSettled+n.notCleaned > 0 {
		t.Errorf("%d things went wrong", n.wrongMoments+n.wrongEnds+n.deviceErrors+n.undoNotExact+n.notSettled+n.notCleaned)
	}
	if n.edits >= 100 && (n.changed < n.edits/3 || n.refused > n.edits/8 || n.spoiled == 0 || n.respelled == 0 || n.restarts == 0) {
		t.Errorf("the edits are too dull: %v", n)
	}
}
