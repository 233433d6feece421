package junos

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadGolden(t *testing.T) {
	paths, err := filepath.Glob("testdata/read/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatal("no golden texts", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := Complete(string(text)); err != nil {
				t.Fatal(err)
			}
			stem := strings.TrimSuffix(strings.TrimSuffix(path, ".txt"), ".braces")
			golden(t, stem+".golden", printed(parsed(t, string(text))))
		})
	}
}
