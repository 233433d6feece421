package junos

import (
	"os"
	"path/filepath"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
)

// FuzzParse: a foreign text is read or refused; what is read holds the laws of a config, and
// what is understood of it can be said again in the same words.
func FuzzParse(f *testing.F) {
	paths, _ := filepath.Glob("testdata/*/*")
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add("a { b [ c d ]; /* x */ inactive: e \"f g\"; replace: h { } }")
	f.Add("set a [ b ]\ndeactivate a b\nset firewall family inet filter F term T from source-address 1.2.3.4/255.0.255.0\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Dialect{}.Parse(text)
		if err != nil {
			if Complete(text) == nil {
				t.Error("refused, but complete")
			}
			return
		}
		for _, l := range c.Lists {
			for _, e := range l.Entries {
				law(t, l, e)
			}
		}
		for _, b := range c.Bindings {
			if !c.HasInterface(b.Interface) || len(b.Lists) == 0 {
				t.Errorf("binding %v", b)
			}
		}
		if again, _ := (Dialect{}).Parse(text); printed(again) != printed(c) {
			t.Error("read twice, it is not the same")
		}
	})
}

func law(t *testing.T, l acl.List, e acl.Entry) {
	if e.Match.Family != l.Family || l.Family != packet.V4 && l.Family != packet.V6 {
		t.Errorf("family of %v", e)
	}
	if e.Unmodelled == "" && e.Action == acl.Unknown {
		t.Errorf("no action in %v", e)
	}
	if e.Unmodelled == "" && len(e.Also) == 0 && writable(e) == nil {
		if _, err := name(e.Label); err != nil {
			return
		}
		if _, err := name(l.Name); err != nil {
			return
		}
		e.SrcGroup, e.DstGroup, e.Count = "", "", false
		text, err := render(acl.Config{Lists: []acl.List{{Name: l.Name, Family: l.Family, Entries: []acl.Entry{e}}}})
		if err != nil {
			t.Fatal(err)
		}
		back, err := Dialect{}.Parse(text)
		if err != nil || len(back.Lists) != 1 || back.Lists[0].Entries[0].String() != e.String() {
			t.Errorf("%v is written as\n%s and read back as %v %v", e, text, back.Lists, err)
		}
	}
}
