package gnmi

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	pb "github.com/openconfig/gnmi/proto/gnmi"

	"op25b/templates/yang"
)

func TestReadLine(t *testing.T) {
	for line, want := range map[string]string{
		`delete /a`:                                         `delete /a`,
		`delete /a/b[k=v][a=b]/c`:                           `delete /a/b[a=b][k=v]/c`,
		`replace /a[k=x y] {"b" : 1}`:                       `replace /a[k=x y] {"b":1}`,
		`update /a[k=\]\\[] {"b":[{"c":null}]}`:             `update /a[k=\]\\[] {"b":[{"c":null}]}`,
		`update /oc:a[k=Ethernet1/2/3] {"b":1e3}`:           `update /oc:a[k=Ethernet1/2/3] {"b":1e3}`,
		`union_replace /a {"b":18446744073709551616}`:       `union_replace /a {"b":18446744073709551616}`,
		`update /a[k=\u65e5\n\U0001f600] {"b":"\u65e5/\/"}`: `update /a[k=\u65e5\n\U0001f600] {"b":"日//"}`,
	} {
		op, err := readLine(line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if got := written(op); got != want {
			t.Errorf("%s becomes %s", line, got)
		}
	}
	for _, line := range []string{
		"", " ", "delete", "delete ", "delete a", "delete /", "delete //a", "delete /a/", "delete /a ", "delete /a x", "delete  /a", " delete /a", "Delete /a",
		"create /a {}", "delete /a[", "delete /a[]", "delete /a[k]", "delete /a[k=]", "delete /a[=v]", "delete /a[k=v", "delete /a[k=v]x", "delete /a]", "delete /a[k=v][k=w]", "delete /a[k=*]", "delete /*", "delete /...", "delete /a/...",
		`delete /a[k=\x]`, `delete /a[k=\u12]`, `delete /a[k=\ud800]`, `delete /a[k=\`, "delete /1a", "delete /a\t", "delete /ä", "delete /a[k=ä]",
		"update /a", "update /a ", "update /a 1", `update /a "x"`, "update /a []", "update /a {}", "update /a null", `update /a {"b":1`, `update /a {"b":1}}`, `update /a {"b":1} {"c":1}`, `update /a {"b":1,"b":2}`, `update /a {"openconfig-x:b":1,"b":2}`,
		"update /a {\"b\":\"ä\"}", "update /a {\"b\":\n1}", "update /a " + strings.Repeat(`{"b":`, 100) + "1" + strings.Repeat("}", 100), "delete " + strings.Repeat("/a", 100),
	} {
		if op, err := readLine(line); err == nil {
			t.Errorf("%q is a line: %s", line, written(op))
		}
	}
}

func written(op operation) string {
	if op.verb == yang.Delete {
		return "delete " + op.path.String()
	}
	var b strings.Builder
	op.value.compact(&b)
	return string(op.verb) + " " + op.path.String() + " " + b.String()
}

// TestSendHoldsAllOrNothing: a line that is none leaves no line of its call held, and its error tells
// which it is and nothing of its value.
func TestSendHoldsAllOrNothing(t *testing.T) {
	b := newBench(t, &device{})
	d := b.open(t, patience)
	must(t, do(t, d, "edit", 0))
	if n, err := d.SendEach(context.Background(), []string{aList, `update /a {"payload":`}); n != 0 || err == nil || !strings.Contains(err.Error(), "line 2") || strings.Contains(err.Error(), "payload") {
		t.Fatalf("%d lines, %v", n, err)
	}
	if err := do(t, d, "set", 0); err == nil || len(b.said()) > 0 {
		t.Fatalf("%v; it was told %q", err, b.said())
	}
	_, err := d.Send(context.Background(), []string{aList})
	must(t, err)
	must(t, do(t, d, "discard", 0))
	must(t, do(t, d, "edit", 0))
	if err := do(t, d, "set", 0); err == nil || len(b.said()) > 0 {
		t.Fatalf("%v; it was told %q", err, b.said())
	}
	d.road.Commit = ""
	for _, line := range []string{"confirm", "cancel", "set confirmed %d"} {
		if err := do(t, d, line, 10); err == nil || len(b.said()) > 0 {
			t.Fatalf("%s without an id: %v", line, err)
		}
	}
}

func FuzzLine(f *testing.F) {
	for _, l := range []string{`delete /a[k=\]]`, `replace /a {"b":[1,{"c":"\ud83d\ude00"}],"d":-1.5e7}`, `union_replace /oc:a[b=c d]/e {"f":{}}`, "update /a {\"\xff\":1}"} {
		f.Add(l)
	}
	f.Fuzz(func(t *testing.T, line string) {
		op, err := readLine(line)
		if err != nil {
			return
		}
		again, err := readLine(escaped(written(op)))
		if err != nil || written(again) != written(op) {
			t.Fatalf("%q is read as %q, and that not again: %v", line, written(op), err)
		}
		if op.value != nil && !json.Valid([]byte(strings.TrimPrefix(written(op), string(op.verb)+" "+op.path.String()+" "))) {
			t.Fatalf("%q: the value is no JSON", line)
		}
		if _, err := foldLines([]string{line, line}); err != nil && op.verb == yang.Update {
			t.Fatalf("%q twice: %v", line, err)
		}
	})
}

// escaped is a line in ASCII.
func escaped(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0x7f {
			b.WriteRune(r)
			continue
		}
		for _, u := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, u)
		}
	}
	return b.String()
}

func FuzzAnswer(f *testing.F) {
	f.Add("/acl", `{"acl-sets":{"acl-set":[{"name":"A"},{"name":"A"}]}}`, "/acl/acl-sets/acl-set[name=A]/config", `{"name":"A"}`, uint8(0))
	f.Add("/", `{"openconfig-acl:acl":{"x":[[1],{}]}}`, "/acl/x", `[2]`, uint8(1))
	f.Add("/acl/l[k=1]", `{"k":2,"m":{}}`, "/acl/l[m=1][k=1]", `{"l":[{"k":1}]}`, uint8(2))
	f.Fuzz(func(t *testing.T, p1, v1, p2, v2 string, kind uint8) {
		var told []*pb.Update
		for _, u := range [][2]string{{p1, v1}, {p2, v2}} {
			p, rest, err := yang.ReadPath(u[0])
			if u[0] != "/" && (err != nil || rest != "") {
				return
			}
			v := &pb.TypedValue{Value: &pb.TypedValue_JsonIetfVal{JsonIetfVal: []byte(u[1])}}
			switch kind % 3 {
			case 1:
				v = &pb.TypedValue{Value: &pb.TypedValue_JsonVal{JsonVal: []byte(u[1])}}
			case 2:
				v = &pb.TypedValue{Value: &pb.TypedValue_StringVal{StringVal: u[1]}}
			}
			told = append(told, &pb.Update{Path: sent(p), Val: v})
		}
		shot := snapshot{asked: yang.Path{{Name: "acl"}}}
		if shot.take(&pb.Notification{Update: told}) == nil {
			if n := len(shot.text()); n != shot.leaves.Bytes() {
				t.Fatalf("%d bytes are counted for %d", shot.leaves.Bytes(), n)
			}
			for _, l := range strings.Split(strings.TrimSuffix(shot.text(), "\n"), "\n") {
				if p, _, err := yang.ReadPath(l); l != "" && (err != nil || len(p) == 0) {
					t.Fatalf("%q is no line: %v", l, err)
				}
			}
			shot.take(&pb.Notification{Delete: []*pb.Path{told[0].GetPath(), told[1].GetPath()}})
			if kind%3 == 2 && (shot.leaves.Count() != 0 || shot.leaves.Bytes() != 0) {
				t.Fatalf("%d leaves of %d bytes are left", shot.leaves.Count(), shot.leaves.Bytes())
			}
		}
		n, err := assemble(yang.Path{{Name: "acl"}}, []*pb.Notification{{Update: told}})
		if err != nil || n == nil {
			return
		}
		n = configured(n)
		n.settle(keyNames())
		text := n.lay()
		if !json.Valid([]byte(text)) {
			t.Fatalf("no JSON: %q", text)
		}
		again, err := readJSON([]byte(text))
		if err != nil {
			t.Fatalf("%v: %q", err, text)
		}
		if again.settle(keyNames()); again.lay() != text {
			t.Fatalf("laid again it is otherwise:\n%s\n%s", text, again.lay())
		}
	})
}
