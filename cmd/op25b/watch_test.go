package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"op25b/plan"
	"op25b/pusher"
)

// TestWatchViews runs testdata/watch/*.txt: each has a plan, events, and what the screen shows at
// some moments, as `-- view 100x20 at 02:00:30 --`. Events up to that moment have happened.
func TestWatchViews(t *testing.T) {
	files, _ := filepath.Glob("testdata/watch/*.txt")
	if len(files) == 0 {
		t.Fatal("there are no stories in testdata/watch")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var story watchStory
			for i, f := range a.Files {
				text := string(f.Data)
				switch name, rest, _ := strings.Cut(f.Name, " "); name {
				case "plan":
					story.read(t, text)
				case "events":
					story.events = eventsOf(t, text)
				case "view":
					got := story.view(t, rest)
					if os.Getenv("OP25B_UPDATE_GOLDEN") != "" {
						a.Files[i].Data = []byte(got)
					} else if d := cmp.Diff(text, got); d != "" {
						t.Errorf("view %s (-golden +got):\n%s\nOP25B_UPDATE_GOLDEN=1 writes it anew", rest, d)
					}
				default:
					t.Fatalf("%s: a section is plan, events or view, not %q", file, name)
				}
			}
			if os.Getenv("OP25B_UPDATE_GOLDEN") != "" {
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// watchStory is a plan and what happens to it.
type watchStory struct {
	plan    plan.Plan
	options pusher.Options
	broken  string // when Ctrl-C is pressed
	events  []pusher.Event
}

// read reads the lines of a plan: `wave NAME DIALECT DEVICE...`, `gates PARALLEL MAX TOTAL`, and
// the options `leave-out DEVICE`, `failed-before DEVICE`, `only DEVICE`, `through WAVE`, `dry-run` and `ctrl-c TIME`.
func (s *watchStory) read(t *testing.T, text string) {
	s.plan.ID = "5c1e9d0a77b1aaaa"
	s.options.Past = map[string]pusher.Past{}
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		w := strings.Fields(line)
		switch w[0] {
		case "wave":
			if n := len(s.plan.Waves); n == 0 || s.plan.Waves[n-1].Name != w[1] {
				s.plan.Waves = append(s.plan.Waves, plan.Wave{Name: w[1]})
			}
			last := &s.plan.Waves[len(s.plan.Waves)-1]
			for _, device := range w[3:] {
				last.Steps = append(last.Steps, plan.Step{Device: device, Dialect: w[2]})
			}
		case "gates":
			fmt.Sscan(strings.Join(w[1:], " "), &s.plan.Gates.Parallel, &s.plan.Gates.MaxFailed, &s.plan.Gates.MaxFailedTotal)
		case "leave-out":
			s.options.LeaveOut = append(s.options.LeaveOut, w[1])
		case "failed-before":
			s.options.Past[w[1]] = pusher.Past{Failed: true}
		case "only":
			s.options.Devices = append(s.options.Devices, w[1])
		case "through":
			s.options.Through = w[1]
		case "dry-run":
			s.options.DryRun = true
		case "ctrl-c":
			s.broken = w[1]
		default:
			t.Fatalf("a plan has no line %q", line)
		}
	}
}

// eventsOf reads lines `TIME WAVE DEVICE LEG WHAT TEXT`, - for an empty word; \n and \x1b in a text mean these characters.
func eventsOf(t *testing.T, text string) []pusher.Event {
	var out []pusher.Event
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		w := strings.SplitN(line, " ", 6)
		if len(w) < 5 {
			t.Fatalf("no event: %q", line)
		}
		e := pusher.Event{Time: hour(t, w[0]), Wave: w[1], Device: word(w[2]), Leg: strings.ReplaceAll(word(w[3]), "_", " "), What: w[4]}
		if len(w) > 5 {
			e.Text = strings.NewReplacer(`\n`, "\n", `\x1b`, "\x1b", `\u202e`, "\u202e", `\t`, "\t").Replace(w[5])
		}
		out = append(out, e)
	}
	return out
}

func word(s string) string { return strings.TrimPrefix(s, "-") }

func hour(t *testing.T, s string) time.Time {
	at, err := time.Parse("2006-01-02 15:04:05", "2026-01-06 "+s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// view is what `100x20 at 02:00:30` shows; a line is drawn under it. `in colour` marks colours as <31>.
func (s watchStory) view(t *testing.T, how string) string {
	var width, height int
	var at string
	if _, err := fmt.Sscanf(how, "%dx%d at %s", &width, &height, &at); err != nil {
		t.Fatalf("view %s: %v", how, err)
	}
	v := voice{secrets: &secrets{list: []string{"hunter2secret"}}, colour: strings.HasSuffix(how, "in colour")}
	w, now := progressOf(s.plan, s.options, v.foreign, v.paint), hour(t, at)
	for _, e := range s.events {
		if !e.Time.After(now) {
			w = w.take(e)
		}
	}
	if s.broken != "" && !hour(t, s.broken).After(now) {
		w = w.interrupted()
	}
	text := w.view(width, height, now)
	return strings.NewReplacer("\x1b[", "<", "m", "m").Replace(text) + "\n"
}

// TestWatchFits draws random events on screens of all sizes: no view is higher or wider than its
// screen, or has a character that moves the cursor; an event changes no view that was made
// before; and the counts are those of someone who reads all events again.
func TestWatchFits(t *testing.T) {
	rnd := seeded(31)
	for range 60 {
		p, o := randomMarch(rnd)
		v := voice{}
		w := progressOf(p, o, v.foreign, v.paint)
		var events []pusher.Event
		now := hour(t, "02:00:00")
		for range 120 {
			now = now.Add(time.Duration(rnd.IntN(40)) * time.Second)
			e := randomEvent(rnd, p, w, now)
			events = append(events, e)
			width, height := 1+rnd.IntN(130), 1+rnd.IntN(30)
			before := w.view(width, height, now)
			next := w.take(e)
			if again := w.view(width, height, now); again != before {
				t.Fatalf("an event changed the view before it:\n%s\n%s", before, again)
			}
			w = next
			fits(t, w.view(width, height, now), width, height)
			if got, want := [3]int{w.done, w.failed, len(w.rows)}, countsOf(events); got != want {
				t.Fatalf("%v done, failed and under way, want %v, after %+v", got, want, events)
			}
			if !slices.Equal(w.bad, badOf(events, o)) {
				t.Fatalf("these count as failed: %v, want %v", w.bad, badOf(events, o))
			}
		}
	}
}

func fits(t *testing.T, view string, width, height int) {
	t.Helper()
	lines := strings.Split(view, "\n")
	if len(lines) > height {
		t.Fatalf("%d lines on a screen of %d:\n%s", len(lines), height, view)
	}
	for _, l := range lines {
		if ansi.StringWidth(l) > width {
			t.Fatalf("a line is wider than %d: %q", width, l)
		}
		if strings.ContainsFunc(l, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Fatalf("a line is not printable: %q", l)
		}
	}
}

func randomMarch(rnd *rand.Rand) (plan.Plan, pusher.Options) {
	p := plan.Plan{ID: "5c1e9d0a77b1aaaa", Gates: plan.Gates{MaxFailed: rnd.IntN(4), MaxFailedTotal: rnd.IntN(6)}}
	o := pusher.Options{Past: map[string]pusher.Past{}}
	for i := range 1 + rnd.IntN(3) {
		w := plan.Wave{Name: fmt.Sprintf("波-%d", i)}
		for j := range 1 + rnd.IntN(20) {
			s := plan.Step{Device: fmt.Sprintf("r%d-%s%d", i, strings.Repeat("長", rnd.IntN(12)), j), Dialect: "iosxe"}
			w.Steps = append(w.Steps, s)
			if rnd.IntN(9) == 0 {
				o.Past[s.Device] = pusher.Past{Failed: true}
			}
		}
		p.Waves = append(p.Waves, w)
	}
	return p, o
}

func randomEvent(rnd *rand.Rand, p plan.Plan, w progress, now time.Time) pusher.Event {
	wave := p.Waves[rnd.IntN(len(p.Waves))]
	if w.wave == "" || rnd.IntN(30) == 0 {
		return pusher.Event{Time: now, Wave: wave.Name, What: pusher.WaveBegins, Text: fmt.Sprintf("%d devices", len(wave.Steps))}
	}
	texts := []string{"", "its own timer, 5m0s", "done; it is after", "rolled back; it is before: boo", "\x1b[2J\x07\r\n\tx", "\u202e夜\u0301\u200b", strings.Repeat("long ", 90), "30s"}
	whats := []string{pusher.Connected, pusher.Checked, pusher.Arming, pusher.Sent, pusher.Switched, pusher.Confirmed, pusher.Retreats, pusher.Finished, pusher.Finished, "new\x1b"}
	e := pusher.Event{Time: now, Wave: w.wave, Leg: "push", What: whats[rnd.IntN(len(whats))], Text: texts[rnd.IntN(len(texts))]}
	for _, other := range p.Waves {
		if other.Name == w.wave {
			e.Device = other.Steps[rnd.IntN(len(other.Steps))].Device
		}
	}
	if rnd.IntN(25) == 0 {
		e.Device, e.Leg, e.What = "", "", []string{pusher.Soaks, pusher.Soaked, pusher.Retreats, pusher.Stopped, "new"}[rnd.IntN(5)]
	}
	if rnd.IntN(25) == 0 {
		e.What = pusher.Heard
	}
	return e
}

// countsOf reads the events of the last wave: how many came out well, otherwise, and not yet.
func countsOf(events []pusher.Event) (n [3]int) {
	under := map[string]bool{}
	for _, e := range events {
		switch {
		case e.What == pusher.WaveBegins:
			n, under = [3]int{}, map[string]bool{}
		case e.Device == "", e.What == pusher.Heard:
		case e.What == pusher.Finished && strings.HasPrefix(e.Text, "done; "):
			n[0]++
			delete(under, e.Device)
		case e.What == pusher.Finished:
			n[1]++
			delete(under, e.Device)
		default:
			under[e.Device] = true
		}
	}
	n[2] = len(under)
	return n
}

// badOf are the devices whose last end in the run was not well, sorted.
func badOf(events []pusher.Event, o pusher.Options) []string {
	bad := map[string]bool{}
	for device, past := range o.Past {
		bad[device] = past.Failed
	}
	for _, e := range events {
		if e.Device != "" && e.What == pusher.Finished {
			bad[e.Device] = !strings.HasPrefix(e.Text, "done; ")
		}
	}
	var out []string
	for device, is := range bad {
		if is {
			out = with(out, device)
		}
	}
	return out
}

// BenchmarkWatch is a whole push of 500 devices, all at once, with a view for each event: far
// more than are drawn.
func BenchmarkWatch(b *testing.B) {
	p := plan.Plan{ID: "5c1e9d0a77b1aaaa", Gates: plan.Gates{Parallel: 500}, Waves: []plan.Wave{{Name: "all"}}}
	for i := range 500 {
		p.Waves[0].Steps = append(p.Waves[0].Steps, plan.Step{Device: fmt.Sprintf("tyo-edge-%d", i), Dialect: "iosxe"})
	}
	v := voice{}
	for b.Loop() {
		now := time.Date(2026, 1, 6, 2, 0, 0, 0, time.UTC)
		w := progressOf(p, pusher.Options{}, v.foreign, v.paint).take(pusher.Event{Time: now, Wave: "all", What: pusher.WaveBegins, Text: "500 devices"})
		for _, what := range []string{pusher.Connected, pusher.Checked, pusher.Arming, pusher.Sent, pusher.Switched, pusher.Verified, pusher.Confirmed, pusher.Finished} {
			for _, s := range p.Waves[0].Steps {
				w = w.take(pusher.Event{Time: now, Wave: "all", Device: s.Device, Leg: "push", What: what, Text: "done; it is after"})
				w.view(120, 50, now)
			}
		}
	}
}
