package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func calledWith(out interface{ Write([]byte) (int, error) }, args ...string) (int, string) {
	var talk bytes.Buffer
	code := run(context.Background(), args, world{in: strings.NewReader(""), out: out, err: &talk,
		environ: func(string) string { return "" }, now: func() time.Time { return time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC) }})
	return code, talk.String()
}

// TestLostResults: a text that did not arrive is no success, in any format.
func TestLostResults(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		code, talk := calledWith(full{}, "-C", "../../golden/every-kind", "render", "--format", format)
		if code != failed || !strings.Contains(talk, "op25b: error: the results could not be written: no space left on device\n") {
			t.Errorf("%s: exit %d, said %q", format, code, talk)
		}
	}
}

// TestWriteWhole: a file that can not be written is named, and what was on its way is gone.
func TestWriteWhole(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "absent", "a.cfg")} {
		if err := writeWhole(path, []byte("x")); err == nil || !strings.HasPrefix(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
	path := filepath.Join(dir, "a.cfg")
	for _, text := range []string{"one", "two"} {
		if err := writeWhole(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(path); string(got) != text {
			t.Errorf("read %q", got)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%d files are left in the folder", len(entries))
	}
}
