package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/creack/pty"

	"op25b/lab"
	"op25b/pusher"
)

// twoWaves push one device after the other, with a soak: the order of events is always the same.
const twoWaves = `version: 1
waves: [{ name: front, select: { place: front }, soak: 30m }, { name: back }]
limits: { parallel: 1, max-failed: 3, max-failed-total: 3 }
confirm: 5m
`

// on calls the command with these for standard output and standard error.
func (s *site) on(ctx context.Context, out, talk io.Writer, env map[string]string, args ...string) int {
	w := world{in: strings.NewReader(""), out: out, err: talk, now: s.clock.Now, sleep: s.sleep, environ: func(name string) string {
		if v, set := env[name]; set {
			return v
		}
		return s.env[name]
	}}
	return run(ctx, append([]string{"-C", s.dir}, args...), w)
}

// pseudo is a pseudo terminal of 100 columns and 30 lines, and all that was written to it.
type pseudo struct {
	*os.File
	t    *testing.T
	far  *os.File
	over chan struct{}
	seen *glass
}

// glass is what was written to a terminal so far.
type glass struct {
	mu    sync.Mutex
	grown *sync.Cond
	text  []byte
	ended bool
}

func newTerminal(t *testing.T) pseudo {
	far, near, err := pty.Open()
	if err != nil {
		t.Skipf("there is no pseudo terminal: %v", err)
	}
	if err := pty.Setsize(near, &pty.Winsize{Rows: 30, Cols: 100}); err != nil {
		t.Fatal(err)
	}
	out := pseudo{near, t, far, make(chan struct{}), &glass{}}
	out.seen.grown = sync.NewCond(&out.seen.mu)
	go func() {
		defer close(out.over)
		io.Copy(out.seen, far) // ends with an error when the near side is closed
		out.seen.end()
	}()
	return out
}

// text closes the terminal and is all that was written to it.
func (p pseudo) text() string {
	p.Close()
	<-p.over
	p.far.Close()
	return string(p.seen.text)
}

// shows waits until a text was written to the terminal. A minute without it is an error.
func (p pseudo) shows(text string) {
	defer time.AfterFunc(time.Minute, p.seen.end).Stop()
	s := p.seen
	s.mu.Lock()
	defer s.mu.Unlock()
	for !bytes.Contains(s.text, []byte(text)) {
		if s.ended {
			p.t.Errorf("the terminal never showed %q:\n%q", text, s.text)
			return
		}
		s.grown.Wait()
	}
}

// Write adds to what was written.
func (s *glass) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = append(s.text, p...)
	s.grown.Broadcast()
	return len(p), nil
}

func (s *glass) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	s.grown.Broadcast()
}

// TestTerminal pushes on a pseudo terminal: there is a view meanwhile, it goes away, the report
// stands alone in the end, and the terminal is as it was, at every moment.
func TestTerminal(t *testing.T) {
	t.Parallel()
	s := newSite(t, "iosxe", "junos", "rtx")
	s.rollout = twoWaves
	s.ready()
	screen := newTerminal(t)
	before := modes(t, screen)
	during := make(chan string, 1)
	s.atLine(20, func() {
		screen.shows("under way")
		during <- modes(t, screen)
	})
	code := s.on(t.Context(), screen.File, screen.File, map[string]string{"TERM": "xterm"}, s.push("next.plan")...)
	after := modes(t, screen)
	text := screen.text()
	if code != 0 {
		t.Fatalf("exit %d\n%q", code, text)
	}
	close(during)
	if then := <-during; then != before || after != before { // then is "" where no router got so far
		t.Errorf("the modes of the terminal were %s, then %s, then %s", before, then, after)
	}
	for _, want := range []string{"wave 1 of 2: front", "under way", "Ctrl-C stops before the next device", "of max 3 in the run"} {
		if !strings.Contains(text, want) {
			t.Errorf("the view has no %q:\n%q", want, text)
		}
	}
	for _, never := range []string{"\x1b[?1049h", "\x1b[?2004h", "\x1b[c", "\x1b[>", "\x1b[6n", "$p"} { // another screen, pasting, questions
		if strings.Contains(text, never) {
			t.Errorf("the terminal was told %q", never)
		}
	}
	if hidden, shown := strings.LastIndex(text, "\x1b[?25l"), strings.LastIndex(text, "\x1b[?25h"); hidden > shown {
		t.Errorf("the cursor is left hidden")
	}
	end := text[strings.LastIndex(text, "\x1b[J")+len("\x1b[J"):]
	if want := goodReport(s); escapes().ReplaceAllString(end, "") != want {
		t.Errorf("the screen ends with\n%q\nwant\n%q", end, want)
	}
}

func modes(t *testing.T, f pseudo) string {
	state, err := term.GetState(f.Fd())
	if err != nil {
		t.Error(err)
		return ""
	}
	return fmt.Sprintf("%+v", *state)
}

func escapes() *regexp.Regexp { return regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]|\r") }

// goodReport is the report of a push after which all is well.
func goodReport(s *site) string {
	var b strings.Builder
	for i, r := range s.routers {
		wave := "front"
		if i > 1 {
			wave = "back"
		}
		fmt.Fprintf(&b, "%-24s %-12s after\n", r.name, wave)
	}
	for i, r := range s.routers {
		wave := "front"
		if i > 1 {
			wave = "back"
		}
		fmt.Fprintf(&b, "%-24s %-12s cleaned\n", r.name, wave)
	}
	return b.String()
}

// TestTerminalAfterAPanic: what panics while the view is shown leaves the terminal as it was.
func TestTerminalAfterAPanic(t *testing.T) {
	t.Parallel()
	s := newSite(t, "junos")
	s.ready()
	screen := newTerminal(t)
	before := modes(t, screen)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("nothing panicked")
			}
		}()
		p := s.open("next.plan")
		g := &globals{format: "text", world: world{err: screen.File, now: s.clock.Now, environ: func(string) string { return "xterm" }}, voice: &voice{}}
		d := g.open(t.Context(), screen.File, progressOf(p, pusher.Options{}, g.voice.foreign, g.voice.paint))
		defer d.close()
		d.take(pusher.Event{Time: s.clock.Now(), Wave: "all", What: pusher.WaveBegins, Text: "1 devices"})
		screen.shows("wave 1 of 1: all")
		panic("boo")
	}()
	if after := modes(t, screen); after != before {
		t.Errorf("the modes of the terminal were %s, and are %s", before, after)
	}
	text := screen.text()
	if !strings.Contains(text, "\x1b[J") {
		t.Errorf("the view stays:\n%q", text)
	}
}

// TestPlainLines: where standard error is no terminal, or one on which no cursor can be moved, there
// is a line an event and nothing else.
func TestPlainLines(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env  map[string]string
		pipe bool
	}{
		"a pipe":        {map[string]string{"TERM": "xterm"}, true},
		"TERM=dumb":     {map[string]string{"TERM": "dumb"}, false},
		"no TERM":       {nil, false},
		"NO_TTY is set": {map[string]string{"TERM": "xterm", "NO_TTY": "1"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, "junos")
			s.ready()
			var out bytes.Buffer
			var talk string
			if c.pipe {
				r, w, err := os.Pipe()
				if err != nil {
					t.Fatal(err)
				}
				s.on(t.Context(), &out, w, c.env, s.push("next.plan")...)
				w.Close()
				b, _ := io.ReadAll(r)
				talk = string(b)
			} else {
				screen := newTerminal(t)
				s.on(t.Context(), &out, screen.File, c.env, s.push("next.plan")...)
				talk = screen.text()
			}
			want := regexp.MustCompile(`^(\d\d:\d\d:\d\d (wave all|junos-1): [a-z]+.*\r?\n)+$`)
			if !want.MatchString(talk) || !strings.Contains(talk, "junos-1: arming its own timer, 5m0s") || strings.Contains(talk, "\x1b") {
				t.Errorf("the lines are\n%q", talk)
			}
			if !strings.HasPrefix(out.String(), "junos-1 ") {
				t.Errorf("the report is\n%q", out.String())
			}
		})
	}
}

// lines is a writer that keeps what each call wrote.
type lines struct {
	mu   sync.Mutex
	list []string
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, string(p))
	return len(p), nil
}

// TestStream reads what push --format json prints: an event a line, each written at once, and
// the report in the end. A view that takes the same events knows all the while where the push is.
func TestStream(t *testing.T) {
	t.Parallel()
	s := newSite(t, "iosxe", "iosxr", "junos", "rtx")
	s.rollout = twoWaves
	s.ready()
	s.routers[1].Spoil(lab.Fault{RefuseLine: 3})
	p := s.open("next.plan")
	var out lines
	var talk bytes.Buffer
	code := s.on(t.Context(), &out, &talk, nil, s.push("next.plan", "--format=json")...)
	if code != 4 {
		t.Fatalf("exit %d\n%s%s", code, talk.String(), strings.Join(out.list, ""))
	}
	v := voice{}
	w := progressOf(p, pusher.Options{}, v.foreign, v.paint)
	armed := 0
	for i, line := range out.list {
		event, report := readLine(t, line)
		if (report != nil) != (i == len(out.list)-1) {
			t.Fatalf("the report is line %d of %d", i+1, len(out.list))
		}
		if report != nil {
			endsAs(t, w, report)
			break
		}
		w = w.take(event)
		view := w.view(200, 40, event.Time)
		fits(t, view, 200, 40)
		if event.What == pusher.WaveBegins && w.total == 0 {
			t.Errorf("a wave of no devices begins: %s", line)
		}
		if event.What == pusher.Arming {
			armed++
			if !strings.Contains(view, "reverts in 5:00") {
				t.Errorf("a timer of five minutes was started, and the view is\n%s", view)
			}
		}
		if event.Device != "" && event.What != pusher.Finished && event.What != pusher.Heard && !strings.Contains(view, event.Device) {
			t.Errorf("%s is under way, and the view is\n%s", event.Device, view)
		}
		if w.done+w.failed+len(w.rows) > w.total {
			t.Errorf("more devices than the wave has:\n%s", view)
		}
	}
	if armed != 3 { // the one that failed was not
		t.Errorf("%d timers were started, want 3", armed)
	}
}

// readLine reads a line of the stream: an event or the report.
func readLine(t *testing.T, line string) (pusher.Event, []told) {
	t.Helper()
	var one struct {
		Event  *happened `json:"event"`
		Report []told    `json:"report"`
	}
	d := json.NewDecoder(strings.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&one); err != nil || strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "\n") {
		t.Fatalf("what was written at once is not a line of the stream: %v\n%q", err, line)
	}
	if one.Event == nil {
		return pusher.Event{}, one.Report
	}
	e := *one.Event
	return pusher.Event{Time: e.Time, Wave: e.Wave, Device: e.Device, Leg: e.Leg, What: e.What, Text: e.Text}, nil
}

// endsAs holds the last view of a push against its report.
func endsAs(t *testing.T, w progress, report []told) {
	t.Helper()
	failed := map[string]bool{}
	for _, o := range report {
		failed[o.Device] = o.Code != 0
	}
	for _, r := range w.ended {
		if !failed[r.device] {
			t.Errorf("%s failed in the view, and not in the report %+v", r.device, report)
		}
		delete(failed, r.device)
	}
	for device, bad := range failed {
		if bad {
			t.Errorf("%s failed in the report, and not in the view", device)
		}
	}
	if len(w.rows) > 0 {
		t.Errorf("the push is over, and these are under way: %+v", w.rows)
	}
}

// streamed is the report at the end of a stream.
func streamed(out string) (list []told, err error) {
	scan := bufio.NewScanner(strings.NewReader(out))
	scan.Buffer(nil, 1<<26)
	for scan.Scan() {
		var one struct {
			Report []told `json:"report"`
		}
		if err := json.Unmarshal(scan.Bytes(), &one); err != nil {
			return nil, err
		}
		list = one.Report
	}
	if list == nil {
		return nil, fmt.Errorf("there is no report")
	}
	return list, scan.Err()
}
