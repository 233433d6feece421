package openconfig_test

import (
	"os"
	"path/filepath"
	"testing"
)

// write puts a text into a file of its own, whose name ends in .json: yanglint wants that.
func write(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file.json")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
