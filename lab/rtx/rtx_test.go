package rtx

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"op25b/lab"
	"op25b/lab/story"
)

var update = flag.Bool("update", false, "write the answers into testdata/*.txt")

func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no stories", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			script, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			clock := &lab.HandClock{}
			r := New("osk-edge-1", options(file, clock))
			if err := r.Load(fleetConfig("osk-edge-1", 1)); err != nil {
				t.Fatal(err)
			}
			got, err := story.Play(r, clock, string(script))
			if err != nil {
				t.Fatal(err)
			}
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(script) {
				t.Errorf("the router said something else:\n%s", firstDifference(got, string(script)))
			}
		})
	}
}

// options: the story of old firmware is about a router without the newer commands.
func options(file string, clock lab.Clock) Options {
	o := Options{Clock: clock, Password: "sesame"}
	if strings.Contains(file, "old") {
		o.NoRollbackTimer, o.MaxColumns = true, 200
	}
	return o
}

func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			return strings.Join(a[max(i-3, 0):min(i+3, len(a))], "\n") + "\n--- wanted:\n" + strings.Join(b[max(i-3, 0):min(i+3, len(b))], "\n")
		}
	}
	return "the answer is shorter"
}

const captured = "../../../shared/data/device-output/yamaha/running-config/"

// A captured "show config" of an NVR500 comes back byte for byte, wrapped as it was: joined,
// loaded, and printed at 80 columns.
func TestRealShowConfig(t *testing.T) {
	raw, err := os.ReadFile(captured + "wnoguchi-nvr500-show-config-wrapped.txt")
	if err != nil {
		t.Skip(captured + " is absent")
	}
	r := New("nvr500", Options{Model: "NVR500"})
	if err := r.Load(joined(string(raw))); err != nil {
		t.Fatal(err)
	}
	got := screen{columns: 80}.wrap(r.running.String())
	if want := strings.TrimRight(string(raw), "\n") + "\n"; got != want {
		t.Error(firstDifference(got, want))
	}
}

// joined puts lines of 79 together with the line behind them.
func joined(text string) string {
	var out strings.Builder
	for _, l := range strings.Split(text, "\n") {
		out.WriteString(l)
		if len(l) != 79 {
			out.WriteString("\n")
		}
	}
	return out.String()
}

// An RTX1210's config0 with its operator's comments: every command is printed again. The order
// is the firmware's, comments and blank lines are not stored, runs of blanks are one, and
// " tunnel select 2", indented by hand, stands at the margin.
func TestRealConfigFile(t *testing.T) {
	raw, err := os.ReadFile(captured + "shin1ohno-rtx1210-sftp-config0.txt")
	if err != nil {
		t.Skip(captured + " is absent")
	}
	r := New("rtx1210", Options{})
	if err := r.Load(string(raw)); err != nil {
		t.Fatal(err)
	}
	got, want := commands(r.running.String()), commands(string(raw))
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Error(firstDifference(strings.Join(got, "\n"), strings.Join(want, "\n")))
	}
	again := New("rtx1210", Options{})
	if err := again.Load(r.Running()); err != nil {
		t.Fatal(err)
	}
	if again.running.String() != r.running.String() {
		t.Error(firstDifference(again.running.String(), r.running.String()))
	}
	if got := r.Hostname(); got != "[RTX1210]" {
		t.Errorf("hostname %q", got)
	}
	if got := r.Login("x").Prompt(); got != "[RTX1210] > " {
		t.Errorf("prompt %q", got)
	}
}

func commands(text string) []string {
	var out []string
	for _, l := range strings.Split(text, "\n") {
		l = strings.Join(strings.Fields(l), " ")
		if l != "" && !strings.HasPrefix(l, "#") {
			out = append(out, l)
		}
	}
	return out
}
