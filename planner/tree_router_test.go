package planner_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// treeRouter is a device of OpenConfig: a document, and the operations of gNMI on it. A text that
// is no document stays as it is, and takes no operation.
type treeRouter struct {
	tree map[string]any
	raw  string
}

func newTreeRouter(text string) *treeRouter {
	r := &treeRouter{raw: text}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if d.Decode(&r.tree) != nil || d.More() {
		r.tree = nil
	}
	return r
}

// text is laid out with one entry of a list on a line.
func (r *treeRouter) text() string {
	if r.tree == nil {
		return r.raw
	}
	_, laid := laidOut(r.tree, "")
	return laid + "\n"
}

// laidOut is a value on one line, and as it is laid out.
func laidOut(v any, indent string) (flat, laid string) {
	var flats, all []string
	open, shut, entry := "{", "}", false
	add := func(head string, kid any) {
		one, more := laidOut(kid, indent+" ")
		flats, all = append(flats, head+one), append(all, indent+" "+head+more)
	}
	switch v := v.(type) {
	case map[string]any:
		entry = v["actions"] != nil
		for _, name := range slices.Sorted(maps.Keys(v)) {
			add(fmt.Sprintf("%q:", name), v[name])
		}
	case []any:
		open, shut = "[", "]"
		for _, kid := range v {
			add("", kid)
		}
	default:
		text, _ := json.Marshal(v)
		return string(text), string(text)
	}
	flat = open + strings.Join(flats, ",") + shut
	if len(flat) <= 160 || entry {
		return flat, flat
	}
	return flat, open + "\n" + strings.Join(all, ",\n") + "\n" + indent + shut
}

var (
	pathStep = regexp.MustCompile(`/([a-z0-9-]+)((?:\[[^]]*\])*)`)
	pathKey  = regexp.MustCompile(`\[([a-z-]+)=([^]]*)\]`)
)

func (r *treeRouter) do(line string) error {
	w := strings.SplitN(line, " ", 3)
	if r.tree == nil || len(w) < 2 {
		return fmt.Errorf("%q", line)
	}
	steps := pathStep.FindAllStringSubmatch(w[1], -1)
	at := r.tree
	for i, s := range steps {
		last, name := i == len(steps)-1, s[1]
		if i == 0 {
			name = "openconfig-" + name + ":" + name
		}
		if s[2] == "" {
			if at[name] == nil {
				at[name] = map[string]any{}
			}
			at = at[name].(map[string]any)
			continue
		}
		list, _ := at[name].([]any)
		keys := pathKey.FindAllStringSubmatch(s[2], -1)
		j := slices.IndexFunc(list, func(item any) bool { return hasKeys(item.(map[string]any), keys) })
		switch {
		case j < 0 && w[0] == "delete":
			return fmt.Errorf("%q: there is nothing", line)
		case last && w[0] == "delete":
			at[name] = slices.Delete(list, j, j+1)
			return nil
		case j < 0:
			at[name], j = append(list, map[string]any{}), len(list)
		}
		at = at[name].([]any)[j].(map[string]any)
	}
	if len(w) < 3 || w[0] != "replace" && w[0] != "update" {
		return fmt.Errorf("%q", line)
	}
	if w[0] == "replace" {
		clear(at)
	}
	value := newTreeRouter(w[2])
	for name, v := range value.tree {
		at[name] = v
	}
	return nil
}

func hasKeys(item map[string]any, keys [][]string) bool {
	for _, k := range keys {
		s, is := item[k[1]].(string)
		if !is {
			s = fmt.Sprint(item[k[1]])
		}
		if s[strings.LastIndexByte(s, ':')+1:] != k[2] {
			return false
		}
	}
	return true
}

// committable: every list that is bound is there.
func (r *treeRouter) committable() error {
	text, _ := json.Marshal(r.tree)
	for _, m := range regexp.MustCompile(`"config":\{"set-name":"([^"]*)"`).FindAllStringSubmatch(string(text), -1) {
		if !strings.Contains(string(text), `"config":{"name":"`+m[1]+`"`) {
			return fmt.Errorf("%s is bound but not there", m[1])
		}
	}
	return nil
}

// with is a device's text once it has a rendered one, too.
func (r *treeRouter) with(rendered []string) string {
	for _, line := range rendered {
		if err := r.do(line); err != nil {
			return err.Error()
		}
	}
	return r.text()
}
