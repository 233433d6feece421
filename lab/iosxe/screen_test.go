package iosxe_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"op25b/lab"
	"op25b/lab/iosxe"
	"op25b/lab/screen"
)

var update = flag.Bool("update", false, "write down the answers that came")

// Each file in testdata is a terminal as an engineer would see it; package screen says how to read it.
func TestScreens(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no screens: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { playScreen(t, file) })
	}
}

func playScreen(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	clock := &lab.HandClock{}
	setup := lab.Setup{Hostname: "tyo-edge-1", Enable: "secret", Clock: clock}
	var d lab.Device = iosxe.New(setup)
	if filepath.Base(file) == "classic.txt" {
		d = iosxe.NewClassic(setup)
	}
	if err := d.Load(iosxe.Config("tyo-edge-1", 1)); err != nil {
		t.Fatal(err)
	}
	played := screen.Play(string(text), d, clock)
	if *update {
		if err := os.WriteFile(file, []byte(played), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(text), played); diff != "" {
		t.Errorf("the screen says -, the router +:\n%s", diff)
	}
}
