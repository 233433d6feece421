package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// soon is when a timer that is about to end is told apart from one that has only been started.
const soon = time.Minute

// view is the push as lines, at most so many and at most so wide. Where not all devices fit,
// those longest under way and those failed last are shown, and the others counted.
func (w progress) view(width, height int, now time.Time) string {
	if width < 1 || height < 1 {
		return ""
	}
	top := []string{w.title(), w.counts(now), w.budget()}
	foot := []string{w.foot()}
	switch { // what is left out first on a low screen
	case height < 3:
		top, foot = top[1:2], nil
	case height < 4:
		top, foot = top[:2], nil
	case height < 6:
		top = top[:2]
	}
	lines := append(top, w.body(height-len(top)-len(foot), now)...)
	lines = append(lines, foot...)
	for i, l := range lines {
		lines[i] = ansi.Truncate(l, width, "…")
		if tone := toneOf(l, i == 0); tone != "" {
			lines[i] = w.brief.paint(tone, lines[i])
		}
	}
	return strings.Join(lines, "\n")
}

// The beginnings of lines that are coloured: each says in words what its colour says.
const (
	failedMark  = "FAILED "
	soonMark    = "SOON "
	stoppedMark = "stopped: "
	brokenMark  = "interrupted: "
)

func toneOf(line string, first bool) string {
	switch {
	case first:
		return bold
	case strings.HasPrefix(line, failedMark), strings.HasPrefix(line, soonMark):
		return red
	case strings.HasPrefix(line, stoppedMark), strings.HasPrefix(line, brokenMark):
		return yellow
	}
	return ""
}

// title says which plan, and where in it.
func (w progress) title() string {
	b := w.brief
	text := "plan " + b.plan
	if b.dry {
		text += " (dry run: nothing is sent)"
	}
	if i := slices.Index(b.waves, w.wave); i >= 0 {
		text += fmt.Sprintf(", wave %d of %d: %s", i+1, len(b.waves), b.clean(w.wave))
	}
	if words := w.legWords(); words != "" {
		text += "; " + words
	}
	return text
}

func (w progress) legWords() string {
	switch w.leg {
	case "soak":
		return "reading it again after the soak"
	case "cleanup":
		return "removing what nothing uses any more"
	case "undo":
		return "taking it back"
	case "confirm":
		return "confirming what is pending"
	case "abort":
		return "taking back what is pending"
	}
	return ""
}

// counts are the devices that have no line of their own, and those that have.
func (w progress) counts(now time.Time) string {
	if !w.soaks.IsZero() {
		return fmt.Sprintf("%d done; soaking, %s left of %s; then each is read again%s", w.done, clockOf(w.soaks.Sub(now)), w.soak, w.others())
	}
	parts := []string{fmt.Sprintf("%d done", w.done)}
	if w.failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", w.failed))
	}
	parts = append(parts, fmt.Sprintf("%d under way", len(w.rows)))
	left := w.brief.leftOut[w.wave]
	waiting := w.total - w.done - w.failed - len(w.rows) - left
	if n := w.connecting(waiting); n > 0 {
		parts, waiting = append(parts, fmt.Sprintf("%d connecting", n)), waiting-n
	}
	switch {
	case waiting > 0 && w.stopped == "":
		parts = append(parts, fmt.Sprintf("%d waiting", waiting))
	case waiting > 0:
		parts = append(parts, fmt.Sprintf("%d not started", waiting))
	}
	if left > 0 {
		parts = append(parts, fmt.Sprintf("%d left out", left))
	}
	return strings.Join(parts, ", ") + w.others()
}

// connecting is how many of the devices that have not been heard of were started: the march
// fills each free place at once, as long as it starts any.
func (w progress) connecting(waiting int) int {
	g := w.brief.gates
	spent := w.inWave() >= max(1, g.MaxFailed) || g.MaxFailedTotal > 0 && len(w.bad) >= g.MaxFailedTotal
	if w.stopped != "" || w.broken || spent && w.leg != "undo" {
		return 0
	}
	return max(0, min(waiting, max(1, g.Parallel)-len(w.rows)))
}

// others are the devices of other waves.
func (w progress) others() string {
	text := ""
	if w.before > 0 && w.leg != "cleanup" {
		text += fmt.Sprintf("; %d done in earlier waves", w.before)
	}
	later := 0
	for wave, n := range w.brief.devices {
		if !slices.Contains(w.begun, wave) {
			later += n
		}
	}
	if later > 0 && w.total > 0 {
		text += fmt.Sprintf("; %d in waves to come", later)
	}
	return text
}

// budget is how many devices have failed, as the march counts them, and how many stop it. On
// the way back none do.
func (w progress) budget() string {
	b := w.brief
	one, all := fmt.Sprintf("failed %d", w.inWave()), fmt.Sprintf("%d", len(w.bad))
	if w.leg != "undo" {
		one += fmt.Sprintf(" of max %d", max(1, b.gates.MaxFailed))
		if b.gates.MaxFailedTotal > 0 {
			all += fmt.Sprintf(" of max %d", b.gates.MaxFailedTotal)
		}
	}
	text := fmt.Sprintf("%s in this wave, %s in the run", one, all)
	if w.total == 0 {
		text = fmt.Sprintf("failed %d in the run", len(w.bad))
	}
	if w.note != "" {
		text += "; " + w.note
	}
	return text
}

// inWave is how many devices of the wave count as failed.
func (w progress) inWave() int {
	n := 0
	for _, device := range w.bad {
		if w.brief.at[device].wave == w.wave && !w.brief.out[device] {
			n++
		}
	}
	return n
}

func (w progress) foot() string {
	switch {
	case w.stopped != "":
		return stoppedMark + w.stopped
	case w.broken:
		return brokenMark + "no other device is started; those under way are finished or taken back"
	}
	return "Ctrl-C stops before the next device; those under way are finished or taken back"
}

// body is the devices, in at most so many lines: a third of them at least is for those that failed.
func (w progress) body(room int, now time.Time) []string {
	if room < 1 {
		return nil
	}
	failing := min(len(w.ended), max((room+2)/3, room-len(w.rows)))
	if len(w.rows) > 0 && room == 1 {
		failing = 0
	}
	latest := slices.Clone(w.ended)
	slices.Reverse(latest)
	t := columnsOf(slices.Concat(w.rows, latest), now)
	lines := cut(w.rows, room-failing, "under way", func(r row) string { return t.underWay(r, now) })
	return append(lines, cut(latest, failing, "failed", func(r row) string { return t.failed(r, now) })...)
}

// cut is rows as lines, and where there are too many, the count of the rest in the last line.
func cut(rows []row, room int, what string, line func(row) string) []string {
	var lines []string
	for i, r := range rows {
		if len(lines) == room-1 && i < len(rows)-1 {
			return append(lines, fmt.Sprintf("… and %d more %s", len(rows)-i, what))
		}
		if len(lines) >= room {
			break
		}
		lines = append(lines, line(r))
	}
	return lines
}

// columns is how wide the columns of the devices are.
type columns struct{ device, dialect, timer int }

func columnsOf(rows []row, now time.Time) columns {
	var t columns
	for _, r := range rows {
		t.device = min(28, max(t.device, ansi.StringWidth(r.device)))
		t.dialect = max(t.dialect, len(r.dialect))
		t.timer = max(t.timer, len(timerOf(r, now)))
	}
	return t
}

func (t columns) underWay(r row, now time.Time) string {
	mark := "  "
	if left := r.reverts.Sub(now); !r.reverts.IsZero() && left < soon {
		mark = soonMark
	}
	return t.line(mark, r, clockOf(now.Sub(r.since)), now)
}

func (t columns) failed(r row, now time.Time) string {
	return t.line(failedMark, r, "", now)
}

func (t columns) line(mark string, r row, long string, now time.Time) string {
	line := fmt.Sprintf("%-*s%s  %s", len(failedMark), mark, padded(r.device, t.device), padded(r.dialect, t.dialect))
	if long != "" {
		line += fmt.Sprintf("  %5s", long)
	}
	if timer := timerOf(r, now); timer != "" || long != "" && t.timer > 0 {
		line += "  " + padded(timer, t.timer)
	}
	return line + "  " + r.doing
}

// timerOf is what a device's own timer will do, and when.
func timerOf(r row, now time.Time) string {
	switch left := r.reverts.Sub(now); {
	case r.reverts.IsZero():
		return ""
	case left <= 0:
		return "reverts now"
	default:
		return "reverts in " + clockOf(left)
	}
}

func padded(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-ansi.StringWidth(s)))
}

// clockOf is a length of time as 0:43, or 1:02:03.
func clockOf(d time.Duration) string {
	s := max(0, int(d/time.Second))
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
