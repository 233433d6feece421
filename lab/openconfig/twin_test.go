package openconfig_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"op25b/lab/openconfig"
)

// flat is a tree as a table of its leaves: path to value. It is slow, and what an operation does
// to it can be seen at once.
type flat map[string]string

// spread writes a JSON value below a path, as an update does.
func (f flat) spread(at string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			f.spread(at+"/"+local(name), inner)
		}
	case []any:
		for _, row := range v {
			f.spread(at+keysOf(at, row.(map[string]any)), row)
		}
	default:
		f[at] = local(fmt.Sprint(v))
	}
}

func local(name string) string { return name[strings.LastIndexByte(name, ':')+1:] }

// listKeys are the keys of the lists that the test uses.
func listKeys(name string) []string {
	return map[string][]string{"acl-set": {"name", "type"}, "acl-entry": {"sequence-id"}, "interface": {"id"},
		"ingress-acl-set": {"set-name", "type"}}[name]
}

func keysOf(at string, row map[string]any) string {
	names := listKeys(at[strings.LastIndexByte(at, '/')+1:])
	if strings.HasPrefix(at, "/interfaces/interface") {
		names = map[bool][]string{true: {"index"}, false: {"name"}}[strings.HasSuffix(at, "subinterface")]
	}
	out := ""
	for _, n := range names {
		out += fmt.Sprintf("[%s=%s]", n, local(fmt.Sprint(row[n])))
	}
	return out
}

func (f flat) remove(at string) {
	shape := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(at), `\*`, `[^\]]*`) + `($|/|\[)`)
	maps.DeleteFunc(f, func(k, _ string) bool { return shape.MatchString(k) })
}

var element = regexp.MustCompile(`/([a-z-]+)((?:\[[^\]]*\])+)`)
var oneKey = regexp.MustCompile(`\[([^=]*)=([^\]]*)\]`)

// entriesOf are the entries of lists that a path goes through, each with its keys.
func entriesOf(at string) map[string][][]string {
	out := map[string][][]string{}
	for _, m := range element.FindAllStringSubmatchIndex(at, -1) {
		out[at[:m[1]]] = oneKey.FindAllStringSubmatch(at[m[4]:m[5]], -1)
	}
	return out
}

// apply does one operation; it reports whether it can be done.
func (f flat) apply(op, at string, v any) bool {
	if op == "delete" {
		f.remove(at)
		return true
	}
	if row, is := v.(map[string]any); is && strings.HasSuffix(at, "]") {
		for _, k := range entriesOf(at)[at] {
			given, there := row[k[1]]
			if there && local(fmt.Sprint(given)) != k[2] || !there && op == "replace" {
				return false
			}
		}
	}
	if op == "replace" {
		f.remove(at)
	}
	for entry, keys := range entriesOf(at) {
		for _, k := range keys {
			f[entry+"/"+k[1]] = k[2]
		}
	}
	f.spread(at, v)
	return true
}

// valid holds the table against the model, leaf by leaf.
func (f flat) valid() bool {
	for at := range f {
		for entry, keys := range entriesOf(at) {
			for _, k := range keys {
				if f[entry+"/"+k[1]] != k[2] || f[entry+"/config/"+k[1]] != k[2] {
					return false
				}
			}
			if strings.Contains(entry, "/acl-entry[") && f[entry+"/actions/config/forwarding-action"] == "" {
				return false
			}
			if _, set, is := strings.Cut(entry, "/ingress-acl-set[set-name="); is && f["/acl/acl-sets/acl-set[name="+set+"/name"] == "" {
				return false
			}
		}
		if strings.Contains(at, "type=ACL_IPV6") && strings.Contains(at, "/ipv4/") || strings.Contains(at, "type=ACL_IPV4") && strings.Contains(at, "/ipv6/") {
			return false
		}
	}
	return true
}

// dice makes operations, most of them good.
type dice struct{ *rand.Rand }

func (d dice) of(words ...string) string { return words[d.IntN(len(words))] }
func (d dice) once(in int) bool          { return d.IntN(in) == 0 }

func (d dice) key() (name, kind string) {
	return d.of("A", "B"), d.of("ACL_IPV4", "ACL_IPV4", "ACL_IPV6")
}

func (d dice) entry(number string) map[string]any {
	row := map[string]any{"sequence-id": json.Number(number), "config": map[string]any{"sequence-id": json.Number(number)}}
	if d.once(2) {
		row["ipv4"] = map[string]any{"config": map[string]any{"source-address": d.of("192.0.2.0/24", "0.0.0.0/0")}}
	} else if d.once(8) {
		row["ipv6"] = map[string]any{"config": map[string]any{"protocol": json.Number("6")}}
	}
	if !d.once(15) {
		row["actions"] = map[string]any{"config": map[string]any{"forwarding-action": d.of("ACCEPT", "DROP", "openconfig-acl:REJECT")}}
	}
	if d.once(30) {
		delete(row, d.of("sequence-id", "config"))
	}
	return row
}

func (d dice) set(name, kind string) map[string]any {
	row := map[string]any{"name": name, "type": kind, "config": map[string]any{"name": name, "type": "openconfig-acl:" + kind}}
	if d.once(2) {
		row["config"].(map[string]any)["description"] = d.of("x", "y", "")
	}
	if d.once(2) {
		row["acl-entries"] = map[string]any{"acl-entry": []any{d.entry("1"), d.entry("2")}}
	}
	if d.once(40) {
		row["name"] = "C"
	}
	return row
}

func (d dice) operation() (op, at string, v any) {
	op = d.of("delete", "replace", "update", "update")
	name, kind := d.key()
	set := fmt.Sprintf("/acl/acl-sets/acl-set[name=%s][type=%s]", name, kind)
	number := d.of("1", "2", "3")
	id := d.of("Ethernet2", "Ethernet3")
	port := "/acl/interfaces/interface[id=" + id + "]"
	switch d.IntN(9) {
	case 0, 1:
		return op, set, d.set(name, kind)
	case 2:
		return op, set + "/acl-entries/acl-entry[sequence-id=" + number + "]", d.entry(number)
	case 3:
		return op, set + "/config/description", d.of("x", "z")
	case 4:
		return op, port, map[string]any{"id": id, "config": map[string]any{"id": id}}
	case 5:
		return op, port + fmt.Sprintf("/ingress-acl-sets/ingress-acl-set[set-name=%s][type=%s]", name, kind),
			map[string]any{"set-name": name, "type": kind, "config": map[string]any{"set-name": name, "type": kind}}
	case 6:
		return "delete", strings.Replace(set, "="+d.of(name, kind), "=*", 1), nil
	case 7:
		return "replace", "/acl/acl-sets", map[string]any{"acl-set": []any{d.set("A", "ACL_IPV4"), d.set("B", "ACL_IPV6")}}
	}
	return op, set + "/acl-entries", map[string]any{"acl-entry": []any{d.entry("2"), d.entry("3")}}
}

func (f flat) read(t *testing.T, document string) flat {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(document))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	f.spread("", v)
	return f
}

// Random Sets do to the router what they do to the table: all of it, or nothing.
func TestSetsAgainstTable(t *testing.T) {
	b := newBench(t, openconfig.Options{})
	d := dice{rand.New(rand.NewPCG(25, 25))}
	now := flat{}.read(t, b.router.Running())
	done := 0
	for range 600 {
		next := maps.Clone(now)
		byKind := map[string][]string{}
		var each []func() bool
		calls := map[string][]func() bool{}
		for range 1 + d.IntN(4) {
			op, at, v := d.operation()
			line := op + " " + at
			if op != "delete" {
				text, _ := json.Marshal(v)
				line += " " + string(text)
			}
			byKind[op] = append(byKind[op], line)
			calls[op] = append(calls[op], func() bool { return next.apply(op, at, v) })
		}
		var lines []string
		for _, op := range []string{"delete", "replace", "update"} {
			lines = append(lines, byKind[op]...)
			each = append(each, calls[op]...)
		}
		good := true
		for _, do := range each {
			good = good && do()
		}
		good = good && next.valid() && !keyless(lines)
		err := b.set(lines...)
		if good != (err == nil) || err != nil && status.Code(err) != codes.InvalidArgument {
			t.Fatalf("%s\nthe router says %v, the table that it is good: %v", strings.Join(lines, "\n"), err, good)
		}
		if good {
			now, done = next, done+1
		}
		if has := (flat{}).read(t, b.router.Running()); !maps.Equal(has, now) {
			t.Fatalf("%s\n%v\nthe router has\n%v\nthe table\n%v", strings.Join(lines, "\n"), err, has, now)
		}
	}
	if done < 100 || done > 550 {
		t.Errorf("%d of 600 Sets were good: the dice are no test", done)
	}
}

// keyless reports whether an entry inside a value has no key: the table does not see that.
func keyless(lines []string) bool {
	for _, l := range lines {
		var v any
		_, text, _ := strings.Cut(strings.SplitN(l+"  ", " ", 2)[1], " ")
		if json.Unmarshal([]byte(text), &v) == nil && rowsKeyless("", v) {
			return true
		}
	}
	return false
}

func rowsKeyless(name string, v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			if rowsKeyless(k, inner) {
				return true
			}
		}
	case []any:
		seen := map[string]bool{}
		for _, row := range v {
			for _, k := range listKeys(name) {
				if row.(map[string]any)[k] == nil {
					return true
				}
			}
			key := keysOf("/"+name, row.(map[string]any))
			if seen[key] || rowsKeyless("", row) {
				return true
			}
			seen[key] = true
		}
	}
	return false
}
