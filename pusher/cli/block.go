package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"op25b/templates/words"
)

// Send types configuration lines, most of them in blocks, and stops at the first that the
// device says a word against. A line that opens a section goes alone, and what belongs into
// the section only after it was taken; so a block never lands where it does not belong.
// The lines of a block that follow a refused one have been typed too: Send is for lines that
// take no effect yet. Sent is how many were typed.
func (t *Dialog) Send(ctx context.Context, lines []string) (sent int, err error) {
	for sent < len(lines) {
		n := t.blockLength(lines[sent:])
		sent += n
		if err := t.block(ctx, lines[sent-n:sent]); err != nil {
			return sent, err
		}
	}
	return sent, nil
}

// SendEach types configuration lines one by one, each only after the one before it was taken.
func (t *Dialog) SendEach(ctx context.Context, lines []string) (sent int, err error) {
	for i := range lines {
		if err := t.block(ctx, lines[i:i+1]); err != nil {
			return i + 1, err
		}
	}
	return len(lines), nil
}

// blockLength is how many of the lines may go together.
func (t *Dialog) blockLength(lines []string) int {
	most := min(max(1, t.words.Block), len(lines))
	if !sectioned(lines) {
		return most
	}
	n := 0
	for n < most && strings.HasPrefix(lines[n], " ") {
		n++
	}
	return max(n, 1)
}

// sectioned reports whether any of the lines stands in a section.
func sectioned(lines []string) bool {
	for _, l := range lines {
		if strings.HasPrefix(l, " ") {
			return true
		}
	}
	return false
}

// block types lines at once and waits for the echo of each and for as many prompts.
func (t *Dialog) block(ctx context.Context, lines []string) error {
	for _, l := range lines {
		if err := Configures(t.words, l); err != nil {
			return err
		}
	}
	before := t.at.mode
	t.take()
	t.buf = t.buf[:0]
	if err := t.write(ctx, strings.Join(lines, "\n")+"\n"); err != nil {
		return err
	}
	b := reader{dialog: t, lines: lines}
	for !b.done() {
		if err := t.within(ctx, t.patience); err != nil {
			if b.refused != nil {
				return b.refused
			}
			return fmt.Errorf("%q: %w", b.current(), err)
		}
		b.read()
		if line, _ := t.tail(); b.echoed > 0 && found(t.words.Question, line) {
			return words.Refusal{Line: b.current(), Says: line}
		}
	}
	t.buf = t.buf[:0]
	if b.refused != nil {
		return b.refused
	}
	if t.at.mode != before {
		return words.Refusal{Line: b.current(), Says: fmt.Sprintf("(nothing, but it went to %s mode)", t.at.mode)}
	}
	return nil
}

// reader follows a device through a block: what it echoes, what it says, how often it is ready.
// Echoes may come one by one, or all before the first answer, as on a Unix terminal.
type reader struct {
	dialog  *Dialog
	lines   []string
	echoed  int    // lines whose echo was seen
	part    string // the begin of an echo that the terminal wrapped
	prompts int    // prompts after the first echo
	ready   bool   // the buffer ends in a prompt
	refused error
}

// done says that every line was echoed and answered.
func (b *reader) done() bool {
	return b.ready && b.echoed == len(b.lines) && b.prompts >= len(b.lines)
}

// current is the line that the device is at.
func (b *reader) current() string { return b.lines[max(0, b.echoed-1)] }

// read takes whole lines out of the buffer, and a prompt at its end.
func (b *reader) read() {
	t := b.dialog
	text := string(t.buf)
	for {
		line, rest, whole := strings.Cut(text, "\n")
		if !whole {
			break
		}
		b.line(settled(line))
		text = rest
	}
	t.buf = append(t.buf[:0], text...)
	b.ready = false
	last := settled(text)
	if _, is := t.promptLine(last); is && b.echoed == len(b.lines) {
		for p, rest, more := t.promptAt(last); more; p, rest, more = t.promptAt(rest) {
			b.prompt(p)
		}
		t.buf, b.ready = t.buf[:0], true
	}
}

func (b *reader) prompt(p place) {
	b.ready = true
	if b.echoed > 0 {
		b.prompts++
		b.dialog.at = p
	}
}

// line judges one whole line.
func (b *reader) line(line string) {
	b.ready = false
	for {
		p, rest, is := b.dialog.promptAt(line)
		if !is {
			break
		}
		b.prompt(p)
		line = rest
	}
	if b.echo(line) || !b.dialog.objects(line) || found(b.dialog.words.Allowed, line) {
		if found(b.dialog.words.Alarm, line) {
			b.refuse(line)
		}
		return
	}
	if b.echoed > 0 {
		b.refuse(line)
	}
}

// echo reports whether a line is the echo of the next line, or a part of it.
func (b *reader) echo(line string) bool {
	if b.echoed == len(b.lines) || squeezed(line) == "" {
		return false
	}
	want, have := squeezed(b.lines[b.echoed]), b.part+squeezed(line)
	if !strings.HasPrefix(want, have) {
		return false
	}
	if b.part = have; have == want {
		b.part = ""
		b.echoed++
	}
	return true
}

// refuse keeps what was said first. IOS points at the place with a line of its own, which says
// nothing: the words are in the next.
func (b *reader) refuse(says string) {
	first, is := b.refused.(words.Refusal)
	if b.refused == nil || is && first.Says == "^" && first.Line == b.current() {
		b.refused = words.Refusal{Line: b.current(), Says: clip(strings.TrimSpace(says))}
	}
}

// Patience is how long a device may take over a command: most answer at once, but a commit or
// a save of a large configuration takes its time.
func (t *Dialog) Patience(c words.Command) time.Duration {
	if c.Says != nil || strings.HasPrefix(c.Line, "commit") || strings.HasPrefix(c.Line, "save") {
		return 5 * t.patience
	}
	return t.patience
}
