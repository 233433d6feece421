package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"op25b/lab/openconfig"
)

// TestOddNames: lists, entries and interfaces of others with odd names stand beside ours, and are as they
// were after a push and after its rollback.
func TestOddNames(t *testing.T) {
	t.Parallel()
	for _, leaves := range []bool{false, true} {
		t.Run(fmt.Sprintf("told leaf by leaf: %v", leaves), func(t *testing.T) {
			t.Parallel()
			s := emptySite(t)
			r := s.add(treeKind(openconfig.Options{Leaves: leaves}), nil)
			for i, name := range []string{"a b", "q?", "日本語", "*", "x]y", `b\c`, "n=1", `d"q`, "[z", " lead", "trail ", "2", "10", "1a", "/a/b", "OP25B-OUT-V4", "op25b-in-v4-g1", "😀"} {
				r.has(name, fmt.Sprintf("Ethernet%d", 50+i))
			}
			before := r.lists()
			kept := func(when string) {
				t.Helper()
				now := r.lists()
				for key, list := range before {
					if !reflect.DeepEqual(now[key], list) {
						t.Errorf("%s %s is %v, and was %v", when, key, now[key], list)
					}
				}
			}
			s.write()
			s.must(0, "plan", "-o", s.file("p.plan"))
			s.must(0, s.push("p.plan", "--wave=all")...)
			kept("pushed,")
			s.must(0, "diff")
			s.must(0, "rollback", "--yes="+s.open("p.plan").Short())
			kept("rolled back,")
		})
	}
}

// has puts lists of others by a name on an OpenConfig router, and binds one at an interface of its own.
func (r *router) has(name, port string) {
	type object = map[string]any
	doc := object{}
	if err := json.Unmarshal([]byte(r.Running()), &doc); err != nil {
		panic(err)
	}
	put := func(row object, top string, way ...string) {
		at := doc[top].(object)
		for _, w := range way[:len(way)-1] {
			if at[w] == nil {
				at[w] = object{}
			}
			at = at[w].(object)
		}
		rows, _ := at[way[len(way)-1]].([]any)
		at[way[len(way)-1]] = append(rows, row)
	}
	for _, typ := range []string{"openconfig-acl:ACL_IPV4", "openconfig-acl:ACL_IPV6"} {
		put(object{"name": name, "type": typ, "config": object{"name": name, "type": typ, "description": name},
			"acl-entries": object{"acl-entry": []any{object{"sequence-id": 10, "config": object{"sequence-id": 10, "description": name},
				"actions": object{"config": object{"forwarding-action": "openconfig-acl:ACCEPT"}}}}}},
			"openconfig-acl:acl", "acl-sets", "acl-set")
	}
	put(object{"name": port, "config": object{"name": port, "type": "iana-if-type:ethernetCsmacd"}}, "openconfig-interfaces:interfaces", "interface")
	bound := object{"set-name": name, "type": "openconfig-acl:ACL_IPV4"}
	put(object{"id": name, "config": object{"id": name}, "interface-ref": object{"config": object{"interface": port}},
		"egress-acl-sets": object{"egress-acl-set": []any{object{"set-name": name, "type": "openconfig-acl:ACL_IPV4", "config": bound}}}},
		"openconfig-acl:acl", "interfaces", "interface")
	text, err := json.Marshal(doc)
	if err == nil {
		err = r.Load(string(text))
	}
	if err != nil {
		panic(err)
	}
}

// lists are what an OpenConfig router has of lists and of entries for interfaces, by their keys.
func (r *router) lists() map[string]any {
	var doc struct {
		ACL struct {
			Sets struct {
				Set []map[string]any `json:"acl-set"`
			} `json:"acl-sets"`
			Interfaces struct {
				Interface []map[string]any `json:"interface"`
			} `json:"interfaces"`
		} `json:"openconfig-acl:acl"`
	}
	if err := json.Unmarshal([]byte(r.Running()), &doc); err != nil {
		panic(err)
	}
	out := map[string]any{}
	for _, l := range doc.ACL.Sets.Set {
		out[fmt.Sprintf("list %q %v", l["name"], l["type"])] = l
	}
	for _, i := range doc.ACL.Interfaces.Interface {
		out[fmt.Sprintf("interface %q", i["id"])] = i
	}
	return out
}
