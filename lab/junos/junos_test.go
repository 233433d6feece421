package junos

import (
	command "flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"op25b/lab"
	"op25b/lab/story"
)

var update = command.Bool("update", false, "write the answers into testdata/*.txt")

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
			r := New("tyo-edge-3", Options{Clock: clock, Chassis: chassis(file)})
			if err := r.Load(fleetConfig("tyo-edge-3", 1)); err != nil {
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

func chassis(file string) string {
	if strings.Contains(file, "master") {
		return "{master:0}"
	}
	return ""
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

// The two captured border routers come back as they were, line by line and in order.
func TestRealConfigurations(t *testing.T) {
	dir := "../../../shared/data/device-output/junos/running-config"
	files, _ := filepath.Glob(dir + "/*")
	if len(files) == 0 {
		t.Skip(dir + " is absent")
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, l := range strings.Split(string(raw), "\n") {
			if l = strings.TrimSpace(l); strings.HasPrefix(l, "set ") {
				want = append(want, l)
			}
		}
		r := New("x", Options{})
		if err := r.Load(string(raw)); err != nil {
			t.Fatal(file, err)
		}
		if got := r.running().sets(nil); !slices.Equal(got, want) {
			t.Errorf("%s:\n%s", filepath.Base(file), firstDifference(strings.Join(got, "\n"), strings.Join(want, "\n")))
		}
		again := New("x", Options{})
		if err := again.Load(r.Running()); err != nil {
			t.Fatalf("%s in braces: %v", file, err)
		}
		if got := again.running().sets(nil); !slices.Equal(got, want) {
			t.Errorf("%s through braces:\n%s", filepath.Base(file), firstDifference(strings.Join(got, "\n"), strings.Join(want, "\n")))
		}
	}
}
