package junos

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSamples reads every text of the sample folder: captured configurations must be read,
// anything else is read or refused with the line.
func TestSamples(t *testing.T) {
	const folder = "../../../shared/data/device-output/junos"
	paths, _ := filepath.Glob(folder + "/*/*.txt")
	if len(paths) == 0 {
		t.Skip(folder + " is absent")
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			c, err := Dialect{}.Parse(string(text))
			switch kind := filepath.Base(filepath.Dir(path)); {
			case err != nil && kind == "running-config":
				t.Fatal(err)
			case kind == "running-config" && (c.Hostname == "" || len(c.Bindings) == 0 || len(c.Unread) > 0 || Complete(string(text)) != nil):
				t.Errorf("not read as a whole configuration:\n%s", printed(c))
			case err != nil && !strings.HasPrefix(err.Error(), "line "):
				t.Errorf("refused without a line: %v", err)
			case err == nil && (kind == "transcript" || kind == "firewall-show"):
				t.Errorf("a %s was read as a configuration", kind)
			}
			if testing.Verbose() {
				t.Logf("%v\n%s", err, printed(c))
			}
		})
	}
}
