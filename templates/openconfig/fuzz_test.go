package openconfig

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
)

func seeds(f *testing.F) []string {
	f.Helper()
	paths, _ := filepath.Glob("testdata/write/*.json")
	out := []string{`{"acl": {}}`, entryOf("4", `"ipv4": {"config": {"protocol": 6}}, `+accept), device(entranceText("x", `"interface": "Ethernet1", "subinterface": 0`, boundText("ingress", "EDGE", "ACL_MIXED")), "")}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		out = append(out, string(text))
	}
	return out
}

// FuzzParse: a foreign text is read or refused; what is read holds the laws of a config, and what is
// understood of it can be said again in the same words.
func FuzzParse(f *testing.F) {
	for _, text := range seeds(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Dialect{}.Parse(text)
		if err != nil {
			if Complete(text) == nil {
				t.Error("refused, but complete")
			}
			return
		}
		for _, l := range c.Lists {
			before := 0
			for _, e := range l.Entries {
				if e.Sequence < before {
					t.Errorf("%s: %d is tried after %d", l.Name, e.Sequence, before)
				}
				before = e.Sequence
				law(t, l, e)
			}
		}
		points := map[acl.Point]bool{}
		for _, b := range c.Bindings {
			if points[b.Point()] {
				t.Errorf("two bindings at %s", b.Point())
			}
			points[b.Point()] = true
		}
		root, err := document(text)
		if err != nil {
			t.Fatal(err)
		}
		if again := parsed(t, written(root)); printed(again) != printed(c) {
			t.Errorf("written on one line it is not the same:\n%s\n%s", printed(again), printed(c))
		}
	})
}

func law(t *testing.T, l acl.List, e acl.Entry) {
	if e.Match.Family != l.Family || e.Match.IsEmpty() && e.Unmodelled == "" {
		t.Errorf("what %v matches", e)
	}
	if e.Unmodelled == "" && e.Action != acl.Permit && e.Action != acl.Deny {
		t.Errorf("no action in %v", e)
	}
	e.SrcGroup, e.DstGroup = "", ""
	if m := models()[""]; e.Unmodelled != "" || m.writable(e) != nil || !plain(l.Name) {
		return
	}
	text, err := render(Dialect{}, acl.Config{Lists: []acl.List{{Name: l.Name, Family: l.Family, Entries: []acl.Entry{e}}}})
	if err != nil {
		t.Fatal(err)
	}
	back := parsed(t, text)
	if len(back.Lists) != 1 || back.Lists[0].Entries[0].String() != e.String() {
		t.Errorf("%v is written as\n%s and read back as %s", e, text, printed(back))
	}
}

// FuzzRehearse: foreign operations on foreign texts do not fall over; and a line that is obeyed twice
// is obeyed once.
func FuzzRehearse(f *testing.F) {
	lines := "delete /acl/interfaces/interface[id=x]\nupdate /acl/acl-sets/acl-set[name=L][type=ACL_IPV4]/acl-entries/acl-entry[sequence-id=10] {\"sequence-id\":10,\"actions\":{}}\nreplace /acl/interfaces/interface[id=x] {\"id\":\"x\"}"
	for _, text := range seeds(f) {
		f.Add(text, lines)
	}
	f.Fuzz(func(t *testing.T, text, typed string) {
		lines := strings.Split(typed, "\n")
		once, err := Dialect{}.Rehearse(text, lines)
		if err != nil || len(lines) > 1 {
			return
		}
		twice, err := Dialect{}.Rehearse(text, append(lines, lines...))
		if a, b := strings.Join(once.Canonical(nil, acl.Owner{}), "\n"), strings.Join(twice.Canonical(nil, acl.Owner{}), "\n"); err == nil && a != b {
			t.Errorf("%q once:\n%s\ntwice:\n%s", typed, a, b)
		}
	})
}

// FuzzCounted: whatever a device shows, a count that is known has a number.
func FuzzCounted(f *testing.F) {
	f.Add("/acl/acl-sets/acl-set[name=L][type=ACL_IPV4]/acl-entries/acl-entry[sequence-id=10]/state/matched-packets 7\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range (Dialect{}).Counted(text, "L", packet.V4) {
			if c.Known && c.Sequence < 1 {
				t.Errorf("%+v", c)
			}
		}
	})
}
