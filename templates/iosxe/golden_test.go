package iosxe

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"op25b/acl"
)

var update = flag.Bool("update", false, "write the expected files anew")

// TestGolden reads each testdata/NAME.cfg and holds what it says against NAME.want.
func TestGolden(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.cfg")
	if len(files) == 0 {
		t.Fatal("no testdata")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".cfg"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, strings.TrimSuffix(file, ".cfg")+".want", told(parse(t, string(text))))
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; go test -update writes it anew. Read:\n%s", file, got)
	}
}

// told is a config in lines for people, with everything that was not understood.
func told(c acl.Config) string {
	var b strings.Builder
	fmt.Fprintf(&b, "hostname %s\ninterfaces %s\nundefined lists %s\n", c.Hostname, strings.Join(c.Interfaces, " "), c.Undefined)
	for _, g := range c.Groups {
		fmt.Fprintf(&b, "group %s %s %v%s\n", g.Name, g.Family, g.Addresses.Prefixes(g.Family), unknown(g.Unmodelled))
	}
	for _, l := range c.Lists {
		fmt.Fprintf(&b, "list %s %s, line %d\n", l.Name, l.Family, l.Place.Line)
		for _, e := range l.Entries {
			said := e
			said.Unmodelled = ""
			fmt.Fprintf(&b, "  %d %s%s\n", e.Sequence, said, unknown(e.Unmodelled))
			if e.Why != (acl.Why{}) {
				fmt.Fprintf(&b, "     because %s\n", e.Why)
			}
		}
		fmt.Fprintf(&b, "  end %s\n", l.End)
	}
	for _, p := range c.Bindings {
		fmt.Fprintf(&b, "%s: %s\n", p.Point(), strings.TrimSpace(strings.Join(p.Lists, " ")+" "+p.Tail+unknown(p.Unmodelled)))
	}
	for _, r := range c.References {
		fmt.Fprintf(&b, "used %s, line %d: %s\n", r.Name, r.Place.Line, strings.TrimSpace(r.Place.Text))
	}
	for _, p := range c.Unread {
		fmt.Fprintf(&b, "not read, line %d: %s: %s\n", p.Line, strings.TrimSpace(p.Text), p.Why)
	}
	return b.String()
}

func unknown(why string) string {
	if why == "" {
		return ""
	}
	return " ?? " + why
}
