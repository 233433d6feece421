package main

import (
	"context"
	"os"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/term"

	"op25b/pusher"
)

// pace is how often the view is drawn anew, at most.
const pace = 100 * time.Millisecond

// terminal is standard error, if that is a terminal on which a cursor can be moved.
func (g *globals) terminal() (*os.File, bool) {
	f, is := g.world.err.(*os.File)
	kind := g.world.environ("TERM")
	return f, is && kind != "" && kind != "dumb" && g.world.environ("NO_TTY") == "" && term.IsTerminal(f.Fd())
}

// painter colours the view, if standard error gets colour.
func (g *globals) painter() func(colour, text string) string {
	word := g.colour
	if word == "auto" {
		word = g.tool.GetString("color")
	}
	v := voice{}
	v.colour, _ = coloured(word, g.world.err, g.world.environ)
	return v.paint
}

// display shows a progress on a terminal while a push goes on. The terminal is left as it is: the
// view stands below what was there, no key is read, echo and Ctrl-C stay with the terminal, and
// the cursor stays in sight. So there is nothing to put right after a crash.
type display struct {
	ctx     context.Context
	now     func() time.Time
	plainly pusher.Reporter // when the terminal cannot be drawn on any more
	program *tea.Program
	gone    chan struct{} // closed when the program is over

	mu       sync.Mutex
	progress progress
	closed   bool
	lost     bool // the program ended by itself
}

// open begins to show a progress. The display is to be closed before anything else is printed.
func (g *globals) open(ctx context.Context, terminal *os.File, w progress) *display {
	s := &display{ctx: ctx, now: g.world.now, plainly: g.tell, gone: make(chan struct{}), progress: w}
	s.program = tea.NewProgram(drawing{display: s}, tea.WithOutput(steady{terminal}), tea.WithInput(nil),
		tea.WithEnvironment([]string{"TERM=" + g.world.environ("TERM")}), tea.WithColorProfile(colorprofile.ANSI),
		tea.WithoutSignalHandler(), tea.WithFPS(int(time.Second/pace)))
	go func() {
		defer close(s.gone)
		_, err := s.program.Run()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.lost = err != nil
	}()
	return s
}

// take takes an event; it does not wait for the terminal.
func (s *display) take(e pusher.Event) {
	s.mu.Lock()
	s.progress = s.progress.take(e)
	lost := s.lost
	s.mu.Unlock()
	if lost {
		s.plainly(e)
	}
}

// close takes the view away, and leaves the cursor where it began.
func (s *display) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.program.Quit()
	<-s.gone
}

// shown is the progress as it is now, and whether it is still to be shown.
func (s *display) shown() (progress, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		s.progress = s.progress.interrupted()
	}
	return s.progress, !s.closed
}

// drawing is the display as the library draws it.
type drawing struct {
	display       *display
	width, height int
}

type drawn struct{}

func again() tea.Cmd { return tea.Tick(pace, func(time.Time) tea.Msg { return drawn{} }) }

// Init starts the clock of the drawing.
func (d drawing) Init() tea.Cmd { return again() }

// Update takes a new size, or lets the time go on.
func (d drawing) Update(m tea.Msg) (tea.Model, tea.Cmd) {
	switch m := m.(type) {
	case tea.WindowSizeMsg:
		d.width, d.height = m.Width, m.Height
	case drawn:
		return d, again()
	}
	return d, nil
}

// View draws the progress, with the cursor at the beginning of the line below: there a terminal
// echoes what is typed.
func (d drawing) View() tea.View {
	v := tea.View{DisableBracketedPasteMode: true, Cursor: tea.NewCursor(0, 0)}
	w, open := d.display.shown()
	if !open || d.height < 2 {
		return v
	}
	v.Content = w.view(d.width, d.height-1, d.display.now()) + "\n"
	v.Cursor = tea.NewCursor(0, strings.Count(v.Content, "\n"))
	return v
}

// steady is a terminal on which each drawing begins at the left: the cursor was left there, and
// the echo of a key may have moved it since.
type steady struct{ *os.File }

// Write writes a drawing.
func (s steady) Write(p []byte) (int, error) {
	if _, err := s.File.Write(append([]byte{'\r'}, p...)); err != nil {
		return 0, err
	}
	return len(p), nil
}
