package gnmi

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"

	pb "github.com/openconfig/gnmi/proto/gnmi"

	"op25b/templates/yang"
)

// foldLines gives the Set that lines become.
func foldLines(lines []string) (*pb.SetRequest, error) {
	ops, err := readLines(lines)
	if err != nil {
		return nil, err
	}
	folded, err := fold(ops)
	if err != nil {
		return nil, err
	}
	return request(folded)
}

func TestFold(t *testing.T) {
	const (
		list  = `/acl/acl-sets/acl-set[name=A][type=ACL_IPV4]`
		entry = list + `/acl-entries/acl-entry[sequence-id=10]`
	)
	for name, c := range map[string]struct {
		lines []string
		want  string // "" for an error of the order
	}{
		"nothing to fold":       {[]string{`update /a {"b":1}`, `delete /c`}, `delete /c; update /a {"b":1}`},
		"an entry":              {[]string{`replace ` + list + ` {"name":"A"}`, `update ` + entry + ` {"sequence-id":10}`}, `replace ` + list + ` {"name":"A","acl-entries":{"acl-entry":[{"sequence-id":10}]}}`},
		"with union_replace":    {[]string{`union_replace ` + list + ` {"name":"A"}`, `update ` + entry + ` {"sequence-id":10}`}, `union_replace ` + list + ` {"name":"A","acl-entries":{"acl-entry":[{"sequence-id":10}]}}`},
		"with modules":          {[]string{`replace ` + list + ` {"openconfig-acl:name":"A"}`, `update ` + entry + ` {"openconfig-acl:sequence-id":10}`}, `replace ` + list + ` {"openconfig-acl:name":"A","openconfig-acl:acl-entries":{"acl-entry":[{"sequence-id":10}]}}`},
		"a key that is missing": {[]string{`replace ` + list + ` {"name":"A"}`, `update ` + entry + ` {"config":{"x":1}}`}, `replace ` + list + ` {"name":"A","acl-entries":{"acl-entry":[{"sequence-id":10,"config":{"x":1}}]}}`},
		"another key in it":     {[]string{`replace ` + list + ` {"name":"A"}`, `update ` + entry + ` {"sequence-id":20}`}, `replace ` + list + ` {"name":"A"}; update ` + entry + ` {"sequence-id":20}`},
		"over what is there":    {[]string{`replace /a {"b":{"c":1,"d":2}}`, `update /a/b {"c":3,"e":4}`}, `replace /a {"b":{"c":3,"d":2,"e":4}}`},
		"a list of plain values": {[]string{`replace /a {"b":{"c":[1]}}`, `update /a/b {"c":[2]}`, `update /a/b {"d":1}`, `update /a/x {"d":1}`},
			`replace /a {"b":{"c":[1]},"x":{"d":1}}; update /a/b {"c":[2]}; update /a/b {"d":1}`},
		"a leaf against an object": {[]string{`replace /a {"b":1}`, `update /a/b {"c":2}`}, `replace /a {"b":1}; update /a/b {"c":2}`},
		"above stays":              {[]string{`replace /a/b {"c":1}`, `update /a {"b":{"c":2}}`, `update /a/b {"c":3}`}, `replace /a/b {"c":1}; update /a {"b":{"c":2}}; update /a/b {"c":3}`},
		"the type by its module":   {[]string{`replace /s[type=ACL_IPV4] {"x":1}`, `update /s[type=openconfig-acl:ACL_IPV4]/y {"z":1}`}, `replace /s[type=ACL_IPV4] {"x":1,"y":{"z":1}}`},
		"big numbers":              {[]string{`replace /a {"b":18446744073709551615,"c":1.50}`}, `replace /a {"b":18446744073709551615,"c":1.50}`},
		"delete first":             {[]string{`delete /a`, `replace /a {"b":1}`}, `delete /a; replace /a {"b":1}`},
		"deletes together":         {[]string{`delete /a`, `delete /a/b`}, `delete /a; delete /a/b`},

		"delete after":           {[]string{`replace /a {"b":1}`, `delete /a`}, ``},
		"delete below":           {[]string{`update /a {"b":1}`, `delete /a/b`}, ``},
		"delete above":           {[]string{`update /a/b {"c":1}`, `delete /a`}, ``},
		"delete of a list":       {[]string{`update /l[k=1] {"c":1}`, `delete /l`}, ``},
		"delete by one key":      {[]string{`update /l[k=1][m=2] {"c":1}`, `delete /l[k=1]`}, ``},
		"delete what was folded": {[]string{`replace /a {"b":1}`, `update /a/c {"d":1}`, `delete /a/c`}, ``},
		"replace after update":   {[]string{`update /a/b {"c":1}`, `replace /a {"d":1}`}, ``},
		"replace below replace":  {[]string{`replace /a {"b":1}`, `replace /a/c {"d":1}`}, ``},
		"replace twice":          {[]string{`replace /a {"b":1}`, `replace /a {"d":1}`}, ``},
		"union after replace":    {[]string{`replace /a {"b":1}`, `union_replace /a/b {"d":1}`}, ``},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := foldLines(c.lines)
			if c.want == "" {
				if !errors.Is(err, yang.ErrOrder) {
					t.Fatalf("%v", err)
				}
				return
			}
			must(t, err)
			if got := inShort(req); got != c.want {
				t.Fatalf("\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// tree is a configuration in the slow twin: maps, and lists of maps with the key k.
type tree = map[string]any

// twinSet carries out one operation on a tree, as the specification says it. It knows lists by their
// key "k", and looks for each row from the first.
func twinSet(root tree, verb string, elems []*pb.PathElem, value any) {
	if verb == "delete" {
		twinDelete(root, elems)
		return
	}
	var place func(at tree, elems []*pb.PathElem) tree
	place = func(at tree, elems []*pb.PathElem) tree {
		if len(elems) == 0 {
			return at
		}
		e := elems[0]
		if e.GetKey() == nil {
			next, is := at[e.GetName()].(tree)
			if !is {
				next = tree{}
				at[e.GetName()] = next
			}
			return place(next, elems[1:])
		}
		rows, _ := at[e.GetName()].([]any)
		for _, r := range rows {
			if r.(tree)["k"] == e.GetKey()["k"] {
				return place(r.(tree), elems[1:])
			}
		}
		row := tree{"k": e.GetKey()["k"]}
		at[e.GetName()] = append(rows, row)
		return place(row, elems[1:])
	}
	at := place(root, elems)
	if verb != "update" {
		clear(at)
		if last := elems[len(elems)-1]; last.GetKey() != nil {
			at["k"] = last.GetKey()["k"]
		}
	}
	twinMerge(at, value.(tree))
}

func twinMerge(at, value tree) {
	for name, v := range value {
		switch v := v.(type) {
		case tree:
			next, is := at[name].(tree)
			if !is {
				next = tree{}
				at[name] = next
			}
			twinMerge(next, v)
		case []any:
			for _, row := range v {
				keyed, is := row.(tree)
				if !is {
					at[name] = v // a list of plain values is replaced
					break
				}
				twinSet(at, "update", []*pb.PathElem{{Name: name, Key: map[string]string{"k": keyed["k"].(string)}}}, keyed)
			}
		default:
			at[name] = v
		}
	}
}

func twinDelete(at tree, elems []*pb.PathElem) {
	e := elems[0]
	if e.GetKey() == nil {
		if len(elems) == 1 {
			delete(at, e.GetName())
		} else if next, is := at[e.GetName()].(tree); is {
			twinDelete(next, elems[1:])
		}
		return
	}
	rows, _ := at[e.GetName()].([]any)
	for i, r := range rows {
		if r.(tree)["k"] != e.GetKey()["k"] {
			continue
		}
		if len(elems) > 1 {
			twinDelete(r.(tree), elems[1:])
		} else {
			at[e.GetName()] = slices.Delete(slices.Clone(rows), i, i+1)
		}
		return
	}
}

// settled is a tree without what is empty and with lists in the order of their keys: nobody can tell
// those apart.
func settled(v any) any {
	switch v := v.(type) {
	case tree:
		out := tree{}
		for name, m := range v {
			m = settled(m)
			if t, is := m.(tree); is && len(t) == 0 {
				continue
			}
			if l, is := m.([]any); is && len(l) == 0 {
				continue
			}
			out[name] = m
		}
		return out
	case []any:
		var out []any
		for _, m := range v {
			out = append(out, settled(m))
		}
		if len(out) > 0 {
			if _, keyed := out[0].(tree); keyed {
				slices.SortFunc(out, func(a, b any) int { return strings.Compare(a.(tree)["k"].(string), b.(tree)["k"].(string)) })
			}
		}
		return out
	}
	return v
}

func parsed(t testing.TB, b []byte) any {
	t.Helper()
	var v any
	must(t, json.Unmarshal(b, &v))
	return v
}

// TestFoldMeansTheSame: lines carried out one after the other leave what the one Set leaves that they
// become, on any configuration; those that would not are refused.
func TestFoldMeansTheSame(t *testing.T) {
	r := rand.New(rand.NewSource(25))
	folded, refused, absorbed := 0, 0, 0
	for range 6000 {
		var lines []string
		for range 1 + r.Intn(7) {
			lines = append(lines, randomLine(r, lines))
		}
		start := randomTree(r, 3)
		req, err := foldLines(lines)
		if err != nil {
			if !errors.Is(err, yang.ErrOrder) {
				t.Fatalf("%v of\n%s", err, strings.Join(lines, "\n"))
			}
			refused++
			continue
		}
		one := copied(t, start)
		for _, l := range lines {
			op, err := readLine(l)
			must(t, err)
			var v any
			if op.value != nil {
				var b strings.Builder
				op.value.compact(&b)
				v = parsed(t, []byte(b.String()))
			}
			twinSet(one, string(op.verb), sent(op.path).GetElem(), v)
		}
		all := copied(t, start)
		for _, p := range req.GetDelete() {
			twinSet(all, "delete", p.GetElem(), nil)
		}
		for _, group := range []struct {
			verb string
			list []*pb.Update
		}{{"union_replace", req.GetUnionReplace()}, {"replace", req.GetReplace()}, {"update", req.GetUpdate()}} {
			for _, u := range group.list {
				twinSet(all, group.verb, u.GetPath().GetElem(), parsed(t, u.GetVal().GetJsonIetfVal()))
			}
		}
		if !reflect.DeepEqual(settled(one), settled(all)) {
			t.Fatalf("lines\n%s\nbecome\n%s\non %v\none by one %v\ntogether   %v", strings.Join(lines, "\n"), inShort(req), start, settled(one), settled(all))
		}
		folded++
		if n := len(req.GetDelete()) + len(req.GetReplace()) + len(req.GetUnionReplace()) + len(req.GetUpdate()); n < len(lines) {
			absorbed++
		}
	}
	if folded < 1000 || refused < 500 || absorbed < 300 {
		t.Fatalf("%d folded, %d refused, %d absorbed: the test tests little", folded, refused, absorbed)
	}
}

func copied(t testing.TB, v tree) tree {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return parsed(t, b).(tree)
}

// randomTree has a schema: a and b are containers, l a list with the key k, x and y leaves, z a list of plain values.
func randomTree(r *rand.Rand, depth int) tree {
	out := tree{}
	for _, name := range []string{"x", "y"} {
		if r.Intn(2) == 0 {
			out[name] = fmt.Sprint(r.Intn(4))
		}
	}
	if r.Intn(4) == 0 {
		out["z"] = []any{fmt.Sprint(r.Intn(4))}
	}
	if depth > 0 {
		for _, name := range []string{"a", "b"} {
			if r.Intn(3) == 0 {
				if sub := randomTree(r, depth-1); len(sub) > 0 {
					out[name] = sub
				}
			}
		}
		if r.Intn(3) == 0 {
			var rows []any
			for _, k := range r.Perm(3)[:1+r.Intn(2)] {
				row := tree{"k": fmt.Sprint(k)}
				for name, v := range randomTree(r, depth-1) {
					if name == "a" || name == "b" || name == "l" {
						row[name] = v
					}
				}
				rows = append(rows, row)
			}
			out["l"] = rows
		}
	}
	return out
}

// randomLine is a line about anything, or about what is below the path of an earlier one.
func randomLine(r *rand.Rand, earlier []string) string {
	at, row, verbs := "", "", []string{"delete", "replace", "update", "update", "update", "replace", "union_replace"}
	if len(earlier) > 0 && r.Intn(2) == 0 {
		at = strings.Fields(earlier[r.Intn(len(earlier))])[1]
		verbs = verbs[2:5]
	}
	for n := 1 + r.Intn(3); n > 0; n-- {
		if row = ""; r.Intn(3) == 0 {
			row = fmt.Sprint(r.Intn(3))
			at += "/l[k=" + row + "]"
		} else {
			at += "/" + string("ab"[r.Intn(2)])
		}
	}
	verb := verbs[r.Intn(len(verbs))]
	if verb == "delete" {
		return "delete " + at
	}
	v := tree{}
	for len(v) == 0 {
		v = randomTree(r, 2)
		if row != "" {
			maps.DeleteFunc(v, func(name string, _ any) bool { return len(name) == 1 && strings.Contains("xyz", name) })
			v["k"] = row
		}
	}
	b, _ := json.Marshal(v)
	return verb + " " + at + " " + string(b)
}

// TestFoldMany: a list of 100,000 entries becomes one replace.
func TestFoldMany(t *testing.T) {
	const set = `/acl/acl-sets/acl-set[name=A][type=ACL_IPV4]`
	lines := []string{`replace ` + set + ` {"name":"A"}`}
	for i := range 100_000 {
		lines = append(lines, fmt.Sprintf(`update %s/acl-entries/acl-entry[sequence-id=%d] {"sequence-id":%d}`, set, i, i))
	}
	req, err := foldLines(lines)
	must(t, err)
	if len(req.GetReplace()) != 1 || len(req.GetUpdate()) != 0 {
		t.Fatalf("%d replaces, %d updates", len(req.GetReplace()), len(req.GetUpdate()))
	}
}
