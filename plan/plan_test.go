package plan_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"op25b/plan"
)

// stories are the plans of the golden folders.
func stories(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("../golden/*/plans/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatal("no plans", err)
	}
	out := map[string][]byte{}
	for _, path := range paths {
		if out[path], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestSameBytes reads every plan of the stories and writes it again: nothing is lost, and there
// is one spelling only.
func TestSameBytes(t *testing.T) {
	for path, want := range stories(t) {
		p, err := plan.Read(bytes.NewReader(want))
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		var got bytes.Buffer
		if err := p.Write(&got); err != nil || !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s is not written as it was read (%v)", path, err)
		}
		if again := p.Sealed(); again.ID != p.ID || len(p.Short()) != 12 {
			t.Errorf("%s: its id is %s, computed again it is %s", path, p.ID, again.ID)
		}
	}
}

// TestRefused are files that are no plan any more.
func TestRefused(t *testing.T) {
	good := string(stories(t)["../golden/plala-2005/plans/vodafone.json"])
	for _, test := range []struct{ name, old, new, says string }{
		{"one line more", `"permit ip any any"`, `"permit tcp any any"`, "its content has"},
		{"another device", `"192.0.2.101:22"`, `"192.0.2.99:22"`, "its content has"},
		{"another gate", `"max-failed": 1`, `"max-failed": 9`, "its content has"},
		{"an id of its own", `"id": "`, `"id": "0`, "its content has"},
		{"an unknown key", `"author": "noc"`, `"author": "noc", "autor": "x"`, "unknown field"},
		{"another version", `"version": 1`, `"version": 2`, "version 2 is not 1"},
		{"a second plan behind it", good, good + good, "something stands behind it"},
		{"half a file", good[len(good)/2:], "", "unexpected EOF"},
		{"no plan at all", good, "hostname r1\n", "invalid character"},
	} {
		text := strings.Replace(good, test.old, test.new, 1)
		if text == good && test.name != "one line more" {
			t.Fatalf("%s: %q is not in the plan", test.name, test.old)
		}
		if text == good {
			text = strings.Replace(good, "permit", "deny", 1)
		}
		_, err := plan.Read(strings.NewReader(text))
		if !errors.Is(err, plan.ErrNotAPlan) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, want %q", test.name, err, test.says)
		}
	}
}

// FuzzRead reads anything: what is taken for a plan is written as the same plan.
func FuzzRead(f *testing.F) {
	for _, text := range stories(f) {
		f.Add(text)
	}
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := plan.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := p.Write(&again); err != nil {
			t.Fatal(err)
		}
		if q, err := plan.Read(&again); err != nil || q.ID != p.ID {
			t.Fatalf("read again it is %v %v", q.ID, err)
		}
	})
}
