package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"op25b/plan"
	"op25b/pusher"
)

// watched does something with the devices of a plan and tells what happens meanwhile: to a terminal as
// a live view, to anything else as a line an event, and with --format json as a stream on
// standard output. A reader of any of these that goes away does not end the push.
func (g *globals) watched(ctx context.Context, do errand, p plan.Plan, o pusher.Options) (pusher.Report, error) {
	gone := make(chan os.Signal, 1)
	signal.Notify(gone, syscall.SIGPIPE)
	defer signal.Stop(gone)
	if terminal, is := g.terminal(); is && g.format == "text" {
		s := g.open(ctx, terminal, progressOf(p, o, g.voice.foreign, g.painter()))
		defer s.close()
		return do(ctx, p, o, s.take)
	}
	return do(ctx, p, o, g.reporter())
}

// reporter tells what happens: a line an event on standard error, or a stream for machines.
func (g *globals) reporter() pusher.Reporter {
	if g.format == "json" {
		return g.stream
	}
	return g.tell
}

// tell tells of an event in a line: the events are talk, the report is the result.
func (g *globals) tell(e pusher.Event) {
	if e.What == pusher.Sent {
		return
	}
	who := e.Device
	if who == "" {
		who = "wave " + e.Wave
	}
	fmt.Fprintf(g.world.err, "%s %s: %s\n", e.Time.Format(time.TimeOnly), who, strings.TrimSpace(e.What+" "+firstLine(g.voice.foreign(e.Text))))
}

// happened is an event, for machines.
type happened struct {
	Time   time.Time `json:"time"`
	Wave   string    `json:"wave"`
	Device string    `json:"device"` // "" where the wave as a whole is meant
	Leg    string    `json:"leg"`
	What   string    `json:"what"`
	Text   string    `json:"text"`
}

// stream tells of an event in a line of JSON.
func (g *globals) stream(e pusher.Event) {
	g.line("event", happened{e.Time, e.Wave, e.Device, e.Leg, e.What, g.voice.foreign(e.Text)})
}

// printEnd prints how a push came out: for machines, as the last line of the stream.
func (g *globals) printEnd(r pusher.Report) error {
	if g.format == "json" {
		return g.line("report", g.toldOf(r))
	}
	return g.printReport(r)
}

// line prints one line of a stream: a name and its value.
func (g *globals) line(name string, value any) error {
	e := json.NewEncoder(g.voice.out)
	e.SetEscapeHTML(false)
	return e.Encode(map[string]any{name: value})
}

func firstLine(s string) string {
	line, rest, more := strings.Cut(s, "\n")
	if more && rest != "" {
		return line + " …"
	}
	return line
}
