package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"op25b/templates/words"
)

// errAsked says that the device asks a question that the command is not known to ask.
var errAsked = errors.New("the device asks something unexpected")

// mostAnswers is how many questions a command may ask.
const mostAnswers = 6

// exchange types a line and gives what the device prints between its echo and the next prompt.
func (t *Dialog) exchange(ctx context.Context, line string, answers []words.Answer, patience time.Duration) (string, error) {
	return t.ask(ctx, line, answers, mostAnswers, patience)
}

// ask is exchange with a bound on the questions that are answered.
func (t *Dialog) ask(ctx context.Context, line string, answers []words.Answer, most int, patience time.Duration) (string, error) {
	if err := Sendable(t.words, line); err != nil {
		return "", err
	}
	t.take()
	t.buf = t.buf[:0]
	if err := t.write(ctx, line+"\n"); err != nil {
		return "", err
	}
	var said strings.Builder
	for echoed := false; ; {
		if !echoed {
			echoed = t.dropEcho(line)
		}
		if echoed {
			if at, here := t.promptHere(); here {
				said.Write(t.buf[:at.from])
				t.buf, t.at = t.buf[:0], at
				return said.String(), nil
			}
			if err := t.page(ctx); err != nil {
				return "", err
			}
			answered, err := t.answer(ctx, answers, most)
			if err != nil {
				return said.String(), err
			}
			if answered {
				most--
			}
		}
		if err := t.within(ctx, patience); err != nil {
			return said.String(), err
		}
	}
}

// dropEcho takes everything up to the line's echo out of the buffer. What stands before the echo
// is old: a prompt that came late, a log message.
func (t *Dialog) dropEcho(line string) bool {
	want := squeezed(line)
	from := 0
	for from < len(t.buf) {
		end := from
		acc := ""
		for len(acc) < len(want) {
			i := bytes.IndexByte(t.buf[end:], '\n')
			if i < 0 {
				return false
			}
			text := settled(string(t.buf[end : end+i]))
			if _, rest, is := t.promptAt(text); is && acc == "" {
				text = rest
			}
			end += i + 1
			acc += squeezed(text)
			if !strings.HasPrefix(want, acc) {
				break
			}
		}
		if acc == want {
			t.buf = append(t.buf[:0], t.buf[end:]...)
			return true
		}
		i := bytes.IndexByte(t.buf[from:], '\n')
		from += i + 1
	}
	return false
}

// answer answers the question in the last line. A question that nobody expects is an error.
func (t *Dialog) answer(ctx context.Context, answers []words.Answer, most int) (bool, error) {
	line, from := t.tail()
	if line == "" {
		return false, nil
	}
	for _, a := range answers {
		if !found(a.Question, line) {
			continue
		}
		if most == 0 {
			return false, errAsked
		}
		t.buf = t.buf[:from]
		return true, t.write(ctx, a.Say+"\n")
	}
	if answers != nil && found(t.words.Question, line) {
		return false, fmt.Errorf("%w: %q", errAsked, clip(line))
	}
	return false, nil
}

// Read types a command that shows something and gives the text whole: a prompt that stands in
// the text itself does not end it, for the device must be ready for an empty line too.
func (t *Dialog) Read(ctx context.Context, command string) (string, error) {
	text, err := t.whole(ctx, command)
	if err != nil {
		return "", err
	}
	out := t.lines(text)
	for _, line := range strings.SplitN(out, "\n", 4) {
		if found(t.words.Refusal, line) {
			return "", words.Refusal{Line: command, Says: t.said(out)}
		}
	}
	return out, nil
}

// whole is everything that a command shows.
func (t *Dialog) whole(ctx context.Context, command string) (string, error) {
	text, err := t.exchange(ctx, command, nil, t.patience)
	if err != nil {
		return "", fmt.Errorf("%s: %w", command, err)
	}
	var whole strings.Builder
	whole.WriteString(text)
	for more := 0; ; more++ {
		if err := t.write(ctx, "\n"); err != nil {
			return "", err
		}
		rest, at, err := t.awaitPrompt(ctx, t.patience)
		if err != nil {
			return "", fmt.Errorf("%s: %w", command, err)
		}
		stood := t.at.text
		if t.at = at; t.blank(rest) {
			return t.withoutPrompts(whole.String(), more), nil
		}
		whole.WriteString(stood + rest)
		if whole.Len() > words.MaxText {
			return "", fmt.Errorf("%s: %w", command, ErrTooLong)
		}
	}
}

// withoutPrompts is a text without the prompts at its end, at most n: the answers to empty lines
// that were typed while the device was still showing it.
func (t *Dialog) withoutPrompts(text string, n int) string {
	for ; n > 0; n-- {
		trimmed := strings.TrimRight(text, "\n")
		start := strings.LastIndexByte(trimmed, '\n') + 1
		if _, found := t.promptLine(settled(trimmed[start:])); !found {
			return text
		}
		text = trimmed[:start]
	}
	return text
}

// lines is a text as it stands on the screen, without time stamps and log messages. Blanks at
// line ends stay: an RTX breaks lines before one.
func (t *Dialog) lines(text string) string {
	if text == "" {
		return ""
	}
	var b strings.Builder
	b.Grow(len(text))
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		line = settled(line)
		bare := strings.TrimRight(line, " ")
		if found(t.words.Noise, bare) || found(t.words.Syslog, bare) {
			continue
		}
		b.WriteString(line)
		b.WriteByte('\n')
	}
	return b.String()
}

// Do types a command, with n in place of %d, and judges the answer: anything but what the
// command may say is a Refusal.
func (t *Dialog) Do(ctx context.Context, c words.Command, n int, patience time.Duration) (string, error) {
	line := strings.ReplaceAll(c.Line, "%d", fmt.Sprint(n))
	answers := c.Answers
	if answers == nil {
		answers = []words.Answer{}
	}
	for try := 1; ; try++ {
		text, err := t.exchange(ctx, line, answers, patience)
		if err != nil {
			return text, fmt.Errorf("%q: %w", line, err)
		}
		if !found(c.Busy, text) || try == 5 {
			return text, t.judge(c, line, text)
		}
		select {
		case <-time.After(time.Duration(try) * time.Second):
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}

func (t *Dialog) judge(c words.Command, line, text string) error {
	for _, l := range strings.Split(t.lines(text), "\n") {
		if t.objects(l) && !found(c.Allowed, l) && !typed(c.Answers, l) {
			return words.Refusal{Line: line, Says: t.said(text)}
		}
	}
	if found(t.words.Alarm, text) || found(c.Fails, text) {
		return words.Refusal{Line: line, Says: clip(strings.TrimSpace(text))}
	}
	if c.Says != nil && !c.Says.MatchString(t.lines(text)) {
		return words.Refusal{Line: line, Says: t.said(text) + " (and not what it says when it has done it)"}
	}
	return nil
}

// typed reports whether a line is the echo of an answer.
func typed(answers []words.Answer, line string) bool {
	for _, a := range answers {
		if a.Say != "" && a.Say == strings.TrimSpace(line) {
			return true
		}
	}
	return false
}

// objects reports whether a line says anything at all that is not the device's usual noise.
func (t *Dialog) objects(line string) bool {
	line, keep := t.words.Line(line)
	return keep && !found(t.words.Syslog, line)
}
