package yang

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestReadPath(t *testing.T) {
	for text, want := range map[string]string{
		"/a":                                   "/a",
		"/a/b[k=v][a=b]/c what follows":        "/a/b[a=b][k=v]/c",
		`/a[k=\]\\[] {}`:                       `/a[k=\]\\[]`,
		"/oc:a[k=Ethernet1/2/3 x]":             "/oc:a[k=Ethernet1/2/3 x]",
		`/a[k=\u65e5\n\r\U0001f600日]`:          `/a[k=\u65e5\n\r\U0001f600\u65e5]`,
		"/acl/acl-set[name=*][type=ACL_IPV4]/": "",
		"":                                     "", "a": "", "/": "", "//a": "", "/a/": "", "/1a": "", "/*": "", "/...": "", "/a]": "", "/a\tb": "",
		"/a[": "", "/a[]": "", "/a[k]": "", "/a[k=]": "", "/a[=v]": "", "/a[k=v": "", "/a[k=v]x": "", "/a[k=v][k=w]": "", "/a[k=\x01]": "",
		`/a[k=\x]`: "", `/a[k=\u12]`: "", `/a[k=\ud800]`: "", `/a[k=\U00110000]`: "", `/a[k=\`: "",
		strings.Repeat("/a", MaxDepth+1): "",
	} {
		p, rest, err := ReadPath(text)
		switch {
		case want == "" && !errors.Is(err, ErrPath):
			t.Errorf("%q is %s: %v", text, p, err)
		case want == "":
		case err != nil || p.String() != want:
			t.Errorf("%q is %s: %v", text, p, err)
		case !strings.HasSuffix(text, rest) || strings.Contains(text, " what") != (rest == "what follows"):
			t.Errorf("behind %q stands %q", text, rest)
		}
	}
}

func TestCanonical(t *testing.T) {
	for text, want := range map[string]string{
		"/openconfig-acl:acl/acl-sets/acl-set[type=openconfig-acl:ACL_IPV4][openconfig-acl:name=L]": "/acl/acl-sets/acl-set[name=L][type=ACL_IPV4]",
		"/vendor:acl/x[vendor:type=a:B]": "/vendor:acl/x[vendor:type=a:B]",
		"/a[type=2001:db8::1]":           "/a[type=2001:db8::1]",
		"/a[name=x:Y]":                   "/a[name=x:Y]",
	} {
		p, _, err := ReadPath(text)
		if err != nil || p.Canonical().String() != want {
			t.Errorf("%s is %s: %v", text, p.Canonical(), err)
		}
	}
}

func TestReadLine(t *testing.T) {
	for line, want := range map[string]string{
		"delete /a":               "delete /a ",
		`update /a[k=\\] {"b":1}`: `update /a[k=\\] {"b":1}`,
		"replace /a  x":           "replace /a  x",
		"union_replace /a ":       "union_replace /a ",
		"":                        "", "delete": "", "delete ": "", "delete /a ": "", "delete /a x": "", "Delete /a": "", "create /a x": "", " delete /a": "", "delete  /a": "",
		"delete /a[k=*]": "", "update /a\t{}": "", `update /a {"b":"ä"}`: "", "update /a[k=ä] {}": "",
	} {
		v, p, value, err := ReadLine(line)
		if (err != nil) != (want == "") || err == nil && string(v)+" "+p.String()+" "+value != want {
			t.Errorf("%q is %s, %s, %q: %v", line, v, p, value, err)
		}
	}
}

// FuzzReadPath: what is read is written so that it is read again as the same.
func FuzzReadPath(f *testing.F) {
	f.Add(`/acl/acl-sets/acl-set[name=A][type=ACL_IPV4] {}`)
	f.Add(`/a[k=\]\\[\u65e5] delete`)
	f.Fuzz(func(t *testing.T, text string) {
		p, _, err := ReadPath(text)
		if err != nil {
			return
		}
		again, rest, err := ReadPath(p.String())
		if err != nil || rest != "" || again.String() != p.String() {
			t.Fatalf("%q is %s, and that is %s: %v", text, p, again, err)
		}
	})
}

// anyPath is a path of a small world, so that many meet. Some lack a key, some have it as a star.
func anyPath(r *rand.Rand) Path {
	var p Path
	for range 1 + r.IntN(3) {
		s := Step{Name: string(rune('a' + r.IntN(2)))}
		for _, name := range []string{"k", "l"} {
			if r.IntN(5) > 0 {
				s.Keys = append(s.Keys, Key{name, []string{"1", "2", "3", "1", "2", "*"}[r.IntN(6)]})
			}
		}
		if r.IntN(4) == 0 {
			s.Keys = nil
		}
		p = append(p, s)
	}
	return p
}

// TestForest holds a forest against a list of paths.
func TestForest(t *testing.T) {
	type held struct {
		path  Path
		value int
	}
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 1))
		var f Forest[int]
		var twin []held
		at := func(p Path) int {
			return slices.IndexFunc(twin, func(h held) bool { return h.path.String() == p.String() })
		}
		for i := range 25 {
			p := anyPath(r)
			meets := slices.ContainsFunc(twin, func(h held) bool { return h.path.Meets(p) })
			if f.Overlaps(p) != meets {
				t.Fatalf("seed %d: %s overlaps %v, %v", seed, p, !meets, twin)
			}
			above := -1
			for n := range p {
				if have := at(p[:n+1]); have >= 0 {
					above = have
				}
			}
			value, length, found := f.Above(p)
			if found != (above >= 0) || found && (value != twin[above].value || length != len(twin[above].path)) {
				t.Fatalf("seed %d: above %s is %d, %d, %v; %v", seed, p, value, length, found, twin)
			}
			if r.IntN(4) == 0 {
				before := len(twin)
				twin = slices.DeleteFunc(twin, func(h held) bool { return len(h.path) >= len(p) && h.path.Meets(p) })
				if gone := f.Cut(p); gone != before-len(twin) {
					t.Fatalf("seed %d: cut %s takes %d of %v", seed, p, gone, twin)
				}
			} else {
				have := at(p)
				if fresh, _ := f.Weigh(p, i, 10+i); fresh != (have < 0) {
					t.Fatalf("seed %d: %s is fresh: %v", seed, p, fresh)
				}
				if have < 0 {
					twin = append(twin, held{p, i})
				} else {
					twin[have].value = i
				}
			}
			var got, want []string
			bytes := 0
			f.All(nil, func(p Path, v int) { got = append(got, fmt.Sprint(p, v)) })
			for _, h := range twin {
				want = append(want, fmt.Sprint(h.path, h.value))
				bytes += 10 + h.value
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) || f.Count() != len(twin) || f.Bytes() != bytes {
				t.Fatalf("seed %d: %d values of %d bytes %q, want %q", seed, f.Count(), f.Bytes(), got, want)
			}
		}
	}
}

// TestOrder holds it against the words of its description, and against what a tree of leaves is
// after the lines one by one and after them in the order of a Set.
func TestOrder(t *testing.T) {
	phase := map[Verb]int{Delete: 0, Union: 1, Replace: 2, Update: 3}
	verbs := []Verb{Delete, Union, Replace, Update}
	taken := 0
	for seed := range uint64(20000) {
		r := rand.New(rand.NewPCG(seed, 2))
		var order Order
		var lines []change
		for i := range 1 + r.IntN(5) {
			c := change{verbs[r.IntN(4)], fmt.Sprint(i), nil}
			for range 1 + r.IntN(3) {
				c.path = append(c.path, Step{Name: string(rune('a' + r.IntN(2)))})
			}
			first := slices.IndexFunc(lines, func(o change) bool { return o.verb != Delete && o.path.Meets(c.path) })
			want := ""
			if c.verb != Update && first >= 0 {
				want = fmt.Sprintf("%s of what line %d writes", c.verb, first+1)
			}
			err := order.Take(c.verb, c.path)
			if (err == nil) != (want == "") || err != nil && (!errors.Is(err, ErrOrder) || !strings.HasPrefix(err.Error(), want+": ")) {
				t.Fatalf("seed %d: %v behind %v: %v, want %q", seed, c, lines, err, want)
			}
			if err != nil {
				lines = nil
				break
			}
			lines = append(lines, c)
		}
		if lines == nil {
			continue
		}
		taken++
		sent := slices.Clone(lines)
		slices.SortStableFunc(sent, func(a, b change) int { return phase[a.verb] - phase[b.verb] })
		if one, set := carried(lines), carried(sent); one != set {
			t.Fatalf("seed %d: %v is %s one by one, and %s as a Set", seed, lines, one, set)
		}
	}
	if taken < 2000 {
		t.Fatalf("only %d lists of lines were taken", taken)
	}
}

type change struct {
	verb Verb
	says string
	path Path
}

// carried is what a tree has after changes: each writes a leaf below its path.
func carried(lines []change) string {
	var leaves []string
	for _, c := range lines {
		if at := c.path.String(); c.verb != Update {
			leaves = slices.DeleteFunc(leaves, func(l string) bool { return strings.HasPrefix(l, at+"/") })
		}
		if c.verb != Delete {
			leaves = append(leaves, c.path.String()+"/="+c.says)
		}
	}
	slices.Sort(leaves)
	return strings.Join(leaves, " ")
}
