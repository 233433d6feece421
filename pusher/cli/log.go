package cli

import (
	"context"
	"strings"

	"op25b/templates/words"
)

// ReadLog types a command that shows the log and gives its lines, without blanks at their ends and
// without empty ones. Log messages, which Read takes for something that came in between, are what
// is read here.
func (t *Dialog) ReadLog(ctx context.Context, command string) ([]string, error) {
	text, err := t.whole(ctx, command)
	if err != nil {
		return nil, err
	}
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRight(settled(line), " ")
		if line == "" || found(t.words.Noise, line) {
			continue
		}
		if len(out) < 3 && found(t.words.Refusal, line) && !found(t.words.Syslog, line) {
			return nil, words.Refusal{Line: command, Says: t.said(text)}
		}
		out = append(out, line)
	}
	return out, nil
}
