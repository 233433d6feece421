package policy

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/inventory"
	"op25b/sheet"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func date(t *testing.T, s string) sheet.Date {
	t.Helper()
	d, err := sheet.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func example(t *testing.T) (Policy, inventory.Inventory) {
	t.Helper()
	p, err := Load("testdata/example/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	inv, err := inventory.Load("../inventory/testdata/inventory.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return p, inv
}

// printed is a config as a network engineer reads it.
func printed(c acl.Config) string {
	var s strings.Builder
	for _, g := range c.Groups {
		fmt.Fprintf(&s, "group %s\n", g.Name)
		prefixes := g.Addresses.Prefixes(g.Family)
		for _, p := range prefixes[:min(6, len(prefixes))] {
			fmt.Fprintf(&s, "  %s\n", p)
		}
		if n := len(prefixes); n > 6 {
			fmt.Fprintf(&s, "  and %d more, the last %s\n", n-6, prefixes[n-1])
		}
	}
	for _, l := range c.Lists {
		fmt.Fprintf(&s, "list %s %s\n", l.Name, l.Family)
		for _, e := range l.Entries {
			fmt.Fprintf(&s, "  %d %s  # %s", e.Sequence, e, e.Why)
			if e.SrcGroup+e.DstGroup != "" {
				fmt.Fprintf(&s, " (%s -> %s)", e.SrcGroup, e.DstGroup)
			}
			s.WriteString("\n")
		}
		fmt.Fprintf(&s, "  end %s\n", l.End)
	}
	for _, b := range c.Bindings {
		fmt.Fprintf(&s, "bind %s: %s\n", b.Point(), strings.Join(b.Lists, " "))
	}
	return s.String()
}

// What each device of the example holds in each phase.
func TestExample(t *testing.T) {
	p, inv := example(t)
	for _, at := range []string{"2004-12-31", "2005-01-10", "2005-01-31", "2006-07-26", "2027-03-31"} {
		var s strings.Builder
		for _, d := range inv.Devices[:4] {
			c, err := p.For(date(t, at), d)
			if err != nil {
				t.Fatalf("%s %s: %v", at, d.Name, err)
			}
			fmt.Fprintf(&s, "=== %s\n%s", d.Name, printed(c))
		}
		file := filepath.Join("testdata", "golden", at+".txt")
		if *update {
			if err := os.WriteFile(file, []byte(s.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if s.String() != string(want) {
			t.Errorf("%s: differs from %s:\n%s", at, file, s.String())
		}
	}
}
