package openconfig

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// repeated is a list of so many texts, each with its number in the place of #.
func repeated(n int, text string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = strings.ReplaceAll(text, "#", fmt.Sprint(i))
	}
	return strings.Join(all, ",")
}

// TestHostile: documents that were made to be slow are read as any other of their size. Where the work
// grows with the square of it, this test does not come to its end.
func TestHostile(t *testing.T) {
	const many = 100_000
	sets := func(text string) string {
		return `{"acl": {"acl-sets": {"acl-set": [` + text + `]}}, "defined-sets": {}}`
	}
	prefixes := func(text string) string {
		return `{"acl": {}, "defined-sets": {"ipv4-prefix-sets": {"ipv4-prefix-set": [` + text + `]}}}`
	}
	for _, c := range []struct {
		what, text                  string
		lists, groups, used, unread int
	}{
		{"a name of many modules", sets(`{"type": "ACL_IPV4", "name": "L", ` + repeated(many, `"m#:name": 1`) + `}`), 1, 0, 0, many},
		{"many names", sets(`{"type": "ACL_IPV4", "name": "L", ` + repeated(many, `"m#": 1`) + `}`), 1, 0, 0, many},
		{"a set of prefixes many times", prefixes(repeated(many/2, `{"name":"a#"}`) + "," + repeated(many/2, `{"name":"a1"}`)), 0, many / 2, 0, 0},
		{"a list many times", sets(repeated(many/2, `{"type": "ACL_IPV4", "name": "L"}`)), 1, 0, 0, many/2 - 1},
		{"a long way to many names", `{"acl": {}, "` + strings.Repeat("x", 1<<20) + `": {` + repeated(many/10, `"a#": "OP25B-OUT-V4-G1"`) + `}}`, 0, 0, many / 10, 0},
		{"many ports", `{"acl": {}, "defined-sets": {"port-sets": {"port-set": [{"name": "P", "config": {"name": "P", "port": [` + repeated(30, odd()) + `]}}]}}}`, 0, 0, 0, 0},
	} {
		got := parsed(t, c.text)
		if len(got.Lists) != c.lists || len(got.Groups) != c.groups || len(got.References) != c.used || len(got.Unread) != c.unread {
			t.Errorf("%s: %d lists, %d groups, %d uses, %d unread", c.what, len(got.Lists), len(got.Groups), len(got.References), len(got.Unread))
		}
		size := 0
		for _, r := range got.References {
			size += len(r.Place.Text)
		}
		if size > 2*len(c.text)+1000*c.used {
			t.Errorf("%s: %d bytes are said of a text of %d", c.what, size, len(c.text))
		}
	}
}

// odd is every second port there is.
func odd() string {
	var all []string
	for i := 1; i < 1<<16; i += 2 {
		all = append(all, strconv.Itoa(i))
	}
	return strings.Join(all, ",")
}

// TestTooManyValues: what fills the memory with few bytes is refused before it does.
func TestTooManyValues(t *testing.T) {
	for _, c := range []struct{ what, one string }{{"numbers", "1"}, {"lists", "[]"}, {"objects", "{}"}, {"strings", `""`}} {
		text := func(n int) string { return `{"acl": {}, "x": [` + strings.Repeat(c.one+",", n-1) + c.one + "]}" }
		if _, err := bounded(text(97), 100); err != nil { // with the document, the access lists and x
			t.Errorf("100 %s: %v", c.what, err)
		}
		if _, err := bounded(text(98), 100); err == nil || !strings.Contains(err.Error(), "more values than are read") {
			t.Errorf("101 %s: %v", c.what, err)
		}
	}
	if _, err := (Dialect{}).Parse(`{"acl": {}, "x": [` + strings.Repeat("1,", most) + "1]}"); err == nil {
		t.Errorf("a text of %d values is read", most)
	}
}

// TestNamesTwice: a name twice is found in small and in large objects.
func TestNamesTwice(t *testing.T) {
	for n := range 40 {
		for twice := range n {
			text := "{" + repeated(n, `"a#": null`) + fmt.Sprintf(`, "a%d": 1}`, twice)
			if _, err := document(text); err == nil || !strings.Contains(err.Error(), fmt.Sprintf(`"a%d" stands twice`, twice)) {
				t.Fatalf("%s: %v", text, err)
			}
		}
		if root, err := document("{" + repeated(n, `"a#": 1`) + "}"); err != nil && n > 0 || n > 0 && len(root.kids) != n {
			t.Fatalf("%d names: %v", n, err)
		}
	}
}
