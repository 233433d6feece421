package openconfig

import (
	"strings"
	"testing"

	"op25b/acl"
)

// TestBatch: which lines mean in one Set what they mean one after the other.
func TestBatch(t *testing.T) {
	const (
		list  = "/acl/acl-sets/acl-set[name=L][type=ACL_IPV4]"
		entry = list + "/acl-entries/acl-entry[sequence-id=10]"
		same  = "/openconfig-acl:acl/acl-sets/acl-set[type=openconfig-acl:ACL_IPV4][name=L]"
		other = "/acl/acl-sets/acl-set[name=M][type=ACL_IPV4]"
		six   = "/acl/acl-sets/acl-set[name=L][type=ACL_IPV6]"
		at    = "/acl/interfaces/interface[id=Ethernet1]"
		bound = at + "/egress-acl-sets/egress-acl-set[set-name=L][type=ACL_IPV4]"
	)
	for _, c := range []struct{ what, lines, want string }{
		{"nothing", "", ""},
		{"a list and its entries", "replace " + list + " {}; update " + entry + " {}; update " + at + " {}; update " + bound + " {}", ""},
		{"the same as a union", "union_replace " + list + " {}; update " + entry + " {}", ""},
		{"two lists", "replace " + list + " {}; update " + entry + " {}; replace " + other + " {}; replace " + six + " {}", ""},
		{"an update twice", "update " + entry + " {}; update " + entry + " {}", ""},
		{"deletes, one in the other", "delete " + list + "; delete " + entry + "; delete " + list, ""},
		{"a delete before what is written", "delete " + list + "; replace " + list + " {}; update " + entry + " {}", ""},
		{"an old binding behind a new list", "replace " + list + " {}; update " + bound + " {}; delete " + other, ""},
		{"a binding beside a binding", "update " + bound + " {}; delete " + strings.Replace(bound, "set-name=L", "set-name=M", 1), ""},
		{"a delete of what is written", "replace " + list + " {}; delete " + list, "line 2: delete of what line 1 writes"},
		{"a delete above it", "update " + at + " {}; update " + entry + " {}; delete /acl/acl-sets", "line 3: delete of what line 2 writes"},
		{"a delete below it", "replace " + list + " {}; update " + at + " {}; delete " + entry, "line 3: delete of what line 1 writes"},
		{"a delete of a binding that was written", "update " + at + " {}; update " + bound + " {}; delete " + bound, "line 3: delete of what line 1 writes"},
		{"a delete of the same in other words", "replace " + list + " {}; delete " + same, "line 2: delete of what line 1 writes"},
		{"a delete of all items", "replace " + list + " {}; delete /acl/acl-sets/acl-set", "line 2: delete of what line 1 writes"},
		{"a delete of some items", "replace " + list + " {}; delete /acl/acl-sets/acl-set[name=L]", "line 2: delete of what line 1 writes"},
		{"a replace behind an update", "update " + list + " {}; replace " + list + " {}", "line 2: replace of what line 1 writes"},
		{"a replace above an update", "update " + entry + " {}; replace " + list + " {}", "line 2: replace of what line 1 writes"},
		{"a replace below an update", "update " + list + " {}; replace " + entry + " {}", "line 2: replace of what line 1 writes"},
		{"a replace below a replace", "replace " + list + " {}; replace " + entry + " {}", "line 2: replace of what line 1 writes"},
		{"a union behind an update", "update " + entry + " {}; union_replace " + list + " {}", "line 2: union_replace of what line 1 writes"},
		{"a union behind a replace", "replace " + list + " {}; union_replace " + list + " {}", "line 2: union_replace of what line 1 writes"},
		{"no operation", "replace " + list + " {}; commit " + other + " {}", "line 2: neither delete"},
		{"no path", "delete acl", "line 1: no path: it must begin with /"},
		{"a path of several nodes", "delete /acl/acl-sets/acl-set[name=*][type=ACL_IPV4]", "line 1: /acl/acl-sets/acl-set[name=*][type=ACL_IPV4]: it may stand for several nodes"},
	} {
		var lines []string
		if c.lines != "" {
			lines = strings.Split(c.lines, "; ")
		}
		err := Dialect{}.Batch(lines)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", c.what, err, c.want)
		}
	}
}

// TestBatchOfOurs: what is written, and what is taken away, is each one Set; both after each other are
// not.
func TestBatchOfOurs(t *testing.T) {
	for _, union := range []bool{false, true} {
		d := Dialect{Variant: "sets", Union: union}
		c := laid(t, d, onSubinterface(), acl.Config{})
		do, undo := d.Lines(rendered(t, d, c)), undo(d, c)
		if err := d.Batch(do); err != nil {
			t.Error(err)
		}
		if err := d.Batch(undo); err != nil {
			t.Error(err)
		}
		if err := d.Batch(append(undo, do...)); err != nil {
			t.Error(err)
		}
		if d.Batch(append(do, undo...)) == nil {
			t.Error("what is written and taken away is one Set")
		}
	}
}
