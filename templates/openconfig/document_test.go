package openconfig

import (
	"fmt"
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
)

// accessLists is what stands under acl: one list with an entry for everything.
func accessLists(name, actions string) string {
	return `{"acl-sets": {"acl-set": [{"name": "` + name + `", "type": "ACL_IPV4", "acl-entries": {"acl-entry": [{"sequence-id": 10, ` + actions + `}]}}]}}`
}

// TestTops: of what bears the name of the access lists, one is read, and nothing beside it is
// overlooked.
func TestTops(t *testing.T) {
	one, two := accessLists("ONE", accept), accessLists("TWO", drop)
	const read = "list ONE ipv4\n  10 permit ipv4 any -> any\n  end deny\n"
	set := func(name string) string {
		return `{"ipv4-prefix-sets": {"ipv4-prefix-set": [{"name": "` + name + `", "config": {"name": "` + name + `", "prefix": ["192.0.2.0/24"]}}]}}`
	}
	for _, c := range []struct {
		what, text, want string
		unread           int
	}{
		{"without a module", `{"acl": ` + one + `}`, read, 0},
		{"with its module", `{"openconfig-acl:acl": ` + one + `}`, read, 0},
		{"both, the module's first", `{"openconfig-acl:acl": ` + one + `, "acl": ` + two + `}`, read, 1},
		{"both, the module's last", `{"acl": ` + two + `, "openconfig-acl:acl": ` + one + `}`, read, 1},
		{"a vendor's behind", `{"openconfig-acl:acl": ` + one + `, "x:acl": ` + two + `}`, read, 1},
		{"a vendor's before", `{"x:acl": ` + two + `, "acl": ` + one + `}`, read, 1},
		{"another of OpenConfig before", `{"openconfig-vendor:acl": ` + two + `, "openconfig-acl:acl": ` + one + `}`, read, 1},
		{"a vendor's alone", `{"x:acl": ` + two + `}`, "", 1},
		{"an empty one beside", `{"acl": {}, "openconfig-acl:acl": ` + one + `, "x:acl": {"state": {"a": 1}}}`, read, 0},
		{"sets of a vendor", `{"acl": {}, "openconfig-defined-sets:defined-sets": ` + set("P") + `, "x:defined-sets": ` + set("Q") + `}`, "set P ipv4: 192.0.2.0/24\n", 1},
	} {
		got := parsed(t, c.text)
		unread := got.Unread
		if got.Unread = nil; printed(got) != c.want || len(unread) != c.unread {
			t.Errorf("%s:\ngot\n%swith %v\nwant\n%swith %d", c.what, printed(got), unread, c.want, c.unread)
		}
	}
	if c, err := (Dialect{}).Rehearse(`{"x:acl": `+two+`}`, []string{`replace /acl/acl-sets/acl-set[name=L][type=ACL_IPV4] {"name":"L"}`}); err != nil || len(c.Lists) != 1 || len(c.Unread) != 1 {
		t.Errorf("%v: what is written goes to a vendor's lists: %s", err, printed(c))
	}
}

// TestComplete: a configuration has an object with the access lists.
func TestComplete(t *testing.T) {
	for text, want := range map[string]bool{
		`{"acl": {}}`: true, `{"openconfig-acl:acl": {}}`: true, `{"acl": null, "openconfig-acl:acl": {}}`: true,
		`{}`: false, `{"acl": null}`: false, `{"acl": []}`: false, `{"acl": [{}]}`: false, `{"acl": "none"}`: false, `{"acl": 7}`: false,
		`{"x:acl": {}}`: false, `{"openconfig-x:acl": {}}`: false, `[{"acl": {}}]`: false, ``: false,
	} {
		if err := Complete(text); (err == nil) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestRehearseReadsAlike: what is read of an odd document can be worked on, and no less of it is seen
// after that.
func TestRehearseReadsAlike(t *testing.T) {
	lines := []string{
		`replace /acl/acl-sets/acl-set[name=NEW][type=ACL_IPV4] {"name":"NEW","type":"ACL_IPV4"}`,
		`update /acl/acl-sets/acl-set[name=NEW][type=ACL_IPV4]/acl-entries/acl-entry[sequence-id=10] {"sequence-id":10,` + strings.ReplaceAll(accept, " ", "") + `}`,
		`update /acl/interfaces/interface[id=Ethernet9] {"id":"Ethernet9","interface-ref":{"config":{"interface":"Ethernet9"}}}`,
		`update /acl/interfaces/interface[id=Ethernet9]/ingress-acl-sets/ingress-acl-set[set-name=NEW][type=ACL_IPV4] {"set-name":"NEW","type":"ACL_IPV4"}`,
	}
	edge := `{"name": "EDGE", "type": "ACL_IPV4", "acl-entries": {"acl-entry": {"sequence-id": 10, ` + accept + `}}}`
	at := `{"id": "Ethernet2", "interface-ref": {"config": {"interface": "Ethernet2"}}, "egress-acl-sets": {"egress-acl-set": ` + itemText("EDGE", "ACL_IPV4") + `}}`
	for _, c := range []struct {
		text            string
		lists, bindings int
	}{
		{`{"acl": {}}`, 1, 2},
		{`{"acl": {"acl-sets": null, "interfaces": null}}`, 1, 2},
		{`{"acl": {"acl-sets": {"acl-set": null}, "interfaces": {"interface": null}}}`, 1, 2},
		{`{"acl": null, "openconfig-acl:acl": {"acl-sets": {}}}`, 1, 2},
		{`{"acl": {"acl-sets": {"acl-set": ` + edge + `}, "interfaces": {"interface": ` + at + `}}}`, 2, 4},
		{`{"acl": {"acl-sets": {"x:acl-set": ` + edge + `}, "interfaces": {"interface": [` + at + `]}}}`, 2, 4},
	} {
		before, after := parsed(t, c.text), acl.Config{}
		after, err := Dialect{}.Rehearse(c.text, lines)
		if err != nil || len(after.Lists) != c.lists || len(after.Bindings) != c.bindings || len(before.Lists) != c.lists-1 || len(before.Bindings) != c.bindings-2 {
			t.Errorf("%s: %v: before\n%safter\n%s", c.text, err, printed(before), printed(after))
			continue
		}
		undo := append(Dialect{}.Unbind(after.Binding(acl.Point{Interface: "Ethernet9", Direction: acl.In, Family: packet.V4})), "delete /acl/acl-sets/acl-set[name=NEW][type=ACL_IPV4]")
		back, err := Dialect{}.Rehearse(c.text, append(lines, undo...))
		if back.Interfaces = before.Interfaces; err != nil || printed(back) != printed(before) {
			t.Errorf("%s: %v: it is not led back:\n%s", c.text, err, printed(back))
		}
	}
}

// TestUsesOfSets: whatever names a set of ours uses it, of whatever type it is and however it is called.
func TestUsesOfSets(t *testing.T) {
	for _, c := range []struct{ name, typ, want string }{
		{"EDGE", "ACL_IPV4", "OP25B-OUT-POOL-V4-G1"},
		{"EDGE", "ACL_MIXED", "OP25B-OUT-POOL-V4-G1"},
		{"EDGE", "x:ACL_IPV4", "OP25B-OUT-POOL-V4-G1"},
		{"OP25B-OUT-ABCDEFGHIJKLMNOPQRSTUVW-V4-G1", "ACL_IPV4", "OP25B-OUT-POOL-V4-G1"},
		{"OP25B-OUT-V4-G1", "ACL_IPV4", ""},
	} {
		got := parsed(t, fmt.Sprintf(`{"acl": {"acl-sets": {"acl-set": [{"name": %q, "type": %q, "acl-entries": {"acl-entry": [
 {"sequence-id": 10, "ipv4": {"config": {"source-address-prefix-set": "OP25B-OUT-POOL-V4-G1"}}, %s}]}}]}}}`, c.name, c.typ, drop))
		var names []string
		for _, r := range got.References {
			names = append(names, r.Name)
		}
		if strings.Join(names, " ") != c.want {
			t.Errorf("%s of type %s uses %v", c.name, c.typ, names)
		}
	}
}

// TestStateHasBothNames: what is bound at the other name of an interface is a change of its state.
func TestStateHasBothNames(t *testing.T) {
	ours := entranceText("Ethernet2", `"interface": "Ethernet2"`, boundText("egress", "OP25B-OUT-V4-G1", "ACL_IPV4"))
	state := func(name string) string {
		more := ""
		if name != "" {
			more = "," + entranceText("zero", `"interface": "Ethernet2", "subinterface": 0`, boundText("egress", name, "ACL_IPV4"))
		}
		at := acl.Point{Interface: "Ethernet2", Direction: acl.Out, Family: packet.V4}
		return strings.Join(parsed(t, device(ours+more, "")).Canonical([]acl.Point{at}, acl.Owner{}), "\n")
	}
	seen := map[string]string{}
	for _, name := range []string{"", "EDGE", "OP25B-OUT-V4-G2"} {
		if other, twice := seen[state(name)]; twice {
			t.Errorf("%q and %q at Ethernet2.0 are one state:\n%s", name, other, state(name))
		}
		seen[state(name)] = name
	}
}
