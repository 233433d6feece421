package openconfig

import (
	"strings"
	"testing"

	"op25b/acl"
	"op25b/acl/packet"
)

// device is a document with a few interfaces and two sets of others, with more of the access lists.
func device(interfaces, more string) string {
	return `{"openconfig-interfaces:interfaces": {"interface": [{"name": "Ethernet1", "config": {"name": "Ethernet1"}, "subinterfaces": {"subinterface": [{"index": 0}, {"index": 100}]}}, {"name": "Ethernet2"}]},
 "openconfig-system:system": {"config": {"hostname": "edge-1"}},
 "openconfig-acl:acl": {"acl-sets": {"acl-set": [
  {"name": "EDGE", "type": "openconfig-acl:ACL_IPV4", "config": {"name": "EDGE", "type": "ACL_IPV4"}, "acl-entries": {"acl-entry": [
   {"sequence-id": 20, "config": {"sequence-id": 20}, ` + accept + `},
   {"sequence-id": 5, "config": {"sequence-id": 5}, "ipv4": {"config": {"protocol": 17}}, ` + drop + `}]}},
  {"name": "SIX", "type": "ACL_IPV6", "config": {"name": "SIX", "type": "ACL_IPV6"}}]},
  "interfaces": {"interface": [` + interfaces + `]}` + more + `}}`
}

// entranceText is an entry for an interface.
func entranceText(id, ref, more string) string {
	return `{"id": "` + id + `", "config": {"id": "` + id + `"}, "interface-ref": {"config": {` + ref + `}}` + more + `}`
}

func boundText(way, name, typ string) string {
	return `, "` + way + `-acl-sets": {"` + way + `-acl-set": [` + itemText(name, typ) + `]}`
}

func itemText(name, typ string) string {
	return `{"set-name": "` + name + `", "type": "` + typ + `", "config": {"set-name": "` + name + `", "type": "` + typ + `"}}`
}

const always = "host edge-1\ninterfaces Ethernet1 Ethernet1.0 Ethernet1.100 Ethernet2\nlist EDGE ipv4\n  5 deny udp any -> any\n  20 permit ipv4 any -> any\n  end deny\nlist SIX ipv6\n  end unknown\n"

// TestBindings is what may be bound at an interface, and what of it is not known.
func TestBindings(t *testing.T) {
	e1 := `"interface": "Ethernet1"`
	sub := e1 + `, "subinterface": 100`
	for _, c := range []struct{ what, interfaces, more, want string }{
		{"nothing", "", "", ""},
		{"an entry at which nothing is bound", entranceText("Ethernet1", e1, ""), "", ""},
		{"a list of others", entranceText("Ethernet1.100", sub, boundText("ingress", "EDGE", "openconfig-acl:ACL_IPV4")), "", "bind Ethernet1.100 in ipv4: EDGE\n"},
		{"a subinterface in quotes", entranceText("Ethernet1.100", e1+`, "subinterface": "100"`, boundText("egress", "SIX", "ACL_IPV6")), "", "bind Ethernet1.100 out ipv6: SIX\n"},
		{"one that is not defined", entranceText("Ethernet1.100", sub, boundText("ingress", "GONE", "ACL_IPV4")), "", "bind Ethernet1.100 in ipv4: GONE\n"},
		{"a list of ours", entranceText("Ethernet2", `"interface": "Ethernet2"`, boundText("egress", "OP25B-OUT-V4-G1", "ACL_IPV4")), "", "bind Ethernet2 out ipv4: OP25B-OUT-V4-G1\nbind Ethernet2.0 out ipv4:  ? as Ethernet2, which is the same interface on most devices, it has OP25B-OUT-V4-G1\n"},
		{"an id of its own", entranceText("uplink", sub, boundText("ingress", "EDGE", "ACL_IPV4")), "", "bind Ethernet1.100 in ipv4: EDGE id=uplink\n"},
		{"the subinterface 0 is the interface", entranceText("Ethernet1.0", e1+`, "subinterface": 0`, boundText("ingress", "EDGE", "ACL_IPV4")), "",
			"bind Ethernet1.0 in ipv4: EDGE\nbind Ethernet1 in ipv4: EDGE ? as Ethernet1.0, which is the same interface on most devices, it has EDGE\n"},
		{"the interface is its subinterface 0", entranceText("Ethernet2", `"interface": "Ethernet2"`, boundText("ingress", "EDGE", "ACL_IPV4")), "",
			"bind Ethernet2 in ipv4: EDGE\nbind Ethernet2.0 in ipv4: EDGE ? as Ethernet2, which is the same interface on most devices, it has EDGE\n"},
		{"one interface by both of its names", entranceText("Ethernet1", e1, boundText("egress", "OP25B-OUT-V4-G1", "ACL_IPV4")) + "," + entranceText("Ethernet1.0", e1+`, "subinterface": 0`, boundText("egress", "OP25B-OUT-V4-G2", "ACL_IPV4")), "",
			"bind Ethernet1 out ipv4: OP25B-OUT-V4-G1 ? it is the same interface on most devices as Ethernet1.0, which has OP25B-OUT-V4-G2\n" +
				"bind Ethernet1.0 out ipv4: OP25B-OUT-V4-G2 ? as Ethernet1, which is the same interface on most devices, it has OP25B-OUT-V4-G1\n"},
		{"a list of others with a long name like ours", entranceText("Ethernet2", `"interface": "Ethernet2"`, boundText("egress", "OP25B-OUT-ABCDEFGHIJKLMNOPQRSTUVW-V4-G1", "ACL_IPV4")), "",
			"bind Ethernet2 out ipv4: OP25B-OUT-ABCDEFGHIJKLMNOPQRSTUVW-V4-G1\nbind Ethernet2.0 out ipv4: OP25B-OUT-ABCDEFGHIJKLMNOPQRSTUVW-V4-G1 ? as Ethernet2, which is the same interface on most devices, it has OP25B-OUT-ABCDEFGHIJKLMNOPQRSTUVW-V4-G1\n"},
		{"a subinterface with noughts before it", entranceText("Ethernet1.100", e1+`, "subinterface": "0100"`, boundText("ingress", "EDGE", "ACL_IPV4")), "", "bind Ethernet1.100 in ipv4: EDGE\n"},
		{"a subinterface with a fraction", entranceText("x", e1+`, "subinterface": 0.0`, ""), "", noInterface("x", `"interface":"Ethernet1","subinterface":0.0`)},
		{"a subinterface with an exponent", entranceText("x", e1+`, "subinterface": 1e2`, ""), "", noInterface("x", `"interface":"Ethernet1","subinterface":1e2`)},
		{"a subinterface that is no number", entranceText("x", e1+`, "subinterface": "all"`, ""), "", noInterface("x", `"interface":"Ethernet1","subinterface":"all"`)},
		{"a subinterface that is too high", entranceText("x", e1+`, "subinterface": 4294967296`, ""), "", noInterface("x", `"interface":"Ethernet1","subinterface":4294967296`)},
		{"an id that stands for all", entranceText("*", sub, ""), "", allPoints("Ethernet1.100", "the entry has a name that is not written", "")},
		{"a set of another module's type", entranceText("Ethernet1.100", sub, boundText("ingress", "EDGE", "x:ACL_IPV4")), "",
			"bind Ethernet1.100 in ipv4: EDGE ? the set EDGE of type x:ACL_IPV4 is bound there\nbind Ethernet1.100 in ipv6: EDGE ? the set EDGE of type x:ACL_IPV4 is bound there\n"},
		{"two sets of one type", entranceText("Ethernet1.100", sub, `, "ingress-acl-sets": {"ingress-acl-set": [`+itemText("EDGE", "ACL_IPV4")+","+itemText("B", "ACL_IPV4")+`]}`), "",
			"bind Ethernet1.100 in ipv4: EDGE B ? more than one set is bound there, and in which order they are tried is not known\n"},
		{"a set of mixed fields", entranceText("Ethernet1.100", sub, boundText("ingress", "M", "openconfig-acl:ACL_MIXED")), "",
			"bind Ethernet1.100 in ipv4: M ? the set M of type ACL_MIXED is bound there\nbind Ethernet1.100 in ipv6: M ? the set M of type ACL_MIXED is bound there\n"},
		{"a MAC filter beside a list", entranceText("Ethernet1.100", sub, `, "ingress-acl-sets": {"ingress-acl-set": [`+itemText("EDGE", "ACL_IPV4")+","+itemText("M", "ACL_L2")+`]}`), "",
			"bind Ethernet1.100 in ipv4: EDGE M ? the set M of type ACL_L2 is bound there\nbind Ethernet1.100 in ipv6: M ? the set M of type ACL_L2 is bound there\n"},
		{"keys that do not agree", entranceText("Ethernet1.100", sub, `, "ingress-acl-sets": {"ingress-acl-set": [{"set-name": "EDGE", "type": "ACL_IPV4", "config": {"set-name": "OTHER", "type": "ACL_IPV4"}}]}`), "",
			"bind Ethernet1.100 in ipv4: EDGE ? the keys of the binding and its config do not agree\n"},
		{"a word that is not known in a binding", entranceText("Ethernet1.100", sub, `, "ingress-acl-sets": {"ingress-acl-set": [{"set-name": "EDGE", "type": "ACL_IPV4", "x:mode": "shared"}]}`), "",
			"bind Ethernet1.100 in ipv4: EDGE ? the word mode\n"},
		{"two entries for one interface", entranceText("a", sub, boundText("ingress", "EDGE", "ACL_IPV4")) + "," + entranceText("b", sub, ""), "",
			allPoints("Ethernet1.100", "two entries stand for this interface", "EDGE")},
		{"an id that cannot be written", entranceText("up link", sub, ""), "", allPoints("Ethernet1.100", "the entry has a name that is not written", "")},
		{"no reference", `{"id": "Ethernet1.100", "config": {"id": "Ethernet1.100"}` + boundText("ingress", "EDGE", "ACL_IPV4") + `}`, "", allPoints("Ethernet1.100", "the entry has no interface-ref", "EDGE")},
		{"an interface that is called like a subinterface", entranceText("Ethernet1.100", `"interface": "Ethernet1.100"`, ""), "",
			allPoints("Ethernet1.100", "the name of the interface ends like that of a subinterface", "")},
		{"an id twice", entranceText("Ethernet2", `"interface": "Ethernet2"`, "") + "," + entranceText("Ethernet2", `"interface": "Ethernet2"`, ""), "",
			`unread {"config":{"id":"Ethernet2"},"id":"Ethernet2","interface-ref":{"config":{"interface":"Ethernet2"}}}: the entry's id is not its own, or it names no interface` + "\n"},
		{"a word that is not known", "", `, "x:policy": {"default": "DROP"}`, `unread "policy":{"default":"DROP"}: this part of the model is not known` + "\n"},
		{"state says nothing", "", `, "state": {"counter-capability": "AGGREGATE_ONLY"}`, ""},
	} {
		if got := printed(parsed(t, device(c.interfaces, c.more))); got != always+c.want {
			t.Errorf("%s:\ngot:\n%swant:\n%s", c.what, strings.TrimPrefix(got, always), c.want)
		}
	}
}

// noInterface is what is said of an entry of which nobody knows where it stands.
func noInterface(id, ref string) string {
	return `unread {"config":{"id":"` + id + `"},"id":"` + id + `","interface-ref":{"config":{` + ref + `}}}: the entry's id is not its own, or it names no interface` + "\n"
}

// allPoints is what is said of all points of an interface.
func allPoints(word, why, in4 string) string {
	out := ""
	for _, p := range []string{" in ipv4: ", " in ipv6: ", " out ipv4: ", " out ipv6: "} {
		out += "bind " + word + strings.TrimSuffix(p, " ") + " " + map[bool]string{true: in4}[p == " in ipv4: "] + " ? " + why + "\n"
	}
	return out
}

// TestSets: what of a set as a whole is not known, or is known to be nobody's.
func TestSets(t *testing.T) {
	set := func(more string) string {
		return `{"acl": {"acl-sets": {"acl-set": [` + more + `]}}}`
	}
	entry := func(key, leaf string) string {
		return `{"sequence-id": ` + key + `, "config": {"sequence-id": ` + leaf + `}, ` + accept + `}`
	}
	entries := func(all ...string) string {
		return `{"name": "L", "type": "ACL_IPV4", "acl-entries": {"acl-entry": [` + strings.Join(all, ",") + `]}}`
	}
	for _, c := range []struct{ what, text, want string }{
		{"another key than its config has", set(entries(entry("10", "20"))), "list L ipv4\n  10 at most permit ipv4 any -> any ? a config with another sequence-id\n  end unknown\n"},
		{"a number twice", set(entries(entry("10", "10"), entry("10", "10"))), "list L ipv4\n  10 at most permit ipv4 any -> any ? the sequence-id is not its own\n  10 at most permit ipv4 any -> any ? the sequence-id is not its own\n  end unknown\n"},
		{"no number", set(entries(`{` + drop + `}`)), "list L ipv4\n  0 at most deny ipv4 any -> any ? the sequence-id is not its own\n  end unknown\n"},
		{"an entry that is none", set(entries("7")), "list L ipv4\n  0 at most unknown ipv4 any -> any ? the word \n  end unknown\n"},
		{"numbers in quotes", set(entries(entry(`"10"`, "10"))), "list L ipv4\n  10 permit ipv4 any -> any\n  end deny\n"},
		{"a set twice", set(entries() + "," + entries()), "list L ipv4\n  end unknown\nunread {\"name\":\"L\",\"type\":\"ACL_IPV4\"}: the set stands here twice\n"},
		{"a set of both names", set(`{"name": "A", "type": "ACL_IPV4", "config": {"name": "B"}}`), "unread {\"config\":{\"name\":\"B\"},\"name\":\"A\",\"type\":\"ACL_IPV4\"}: the keys of the set and its config do not agree\n"},
		{"sets of other types are seen where they are bound", set(`{"name": "A", "type": "ACL_L2"}, {"name": "A", "type": "ACL_MPLS"}, {"name": "A", "type": "ACL_MIXED"}`), ""},
		{"a word that is not known", set(`{"name": "A", "type": "ACL_IPV4", "config": {"name": "A", "x:default": "DROP"}}`), "list A ipv4\n  end unknown\nunread \"default\":\"DROP\": this part of the model is not known\n"},
		{"lists that are none", `{"acl": {"acl-sets": {"acl-set": "all"}}}`, "unread \"acl-set\":\"all\": this is no list\n"},
		{"other modules are passed over", `{"openconfig-acl:acl": {}, "x:anything": {"acl": [1, {"acl-set": 3}]}}`, ""},
	} {
		if got := printed(parsed(t, c.text)); got != c.want {
			t.Errorf("%s:\ngot:\n%swant:\n%s", c.what, got, c.want)
		}
	}
}

// TestReferences: who else names what is ours, and which sets the control plane has.
func TestReferences(t *testing.T) {
	c := parsed(t, `{"openconfig-acl:acl": {"acl-sets": {"acl-set": [{"name": "EDGE", "type": "ACL_IPV4", "acl-entries": {"acl-entry": [{"sequence-id": 1,
  "ipv4": {"config": {"source-address-prefix-set": "OP25B-POOL-V4-G3"}}, `+drop+`}]}}]}},
 "openconfig-system:system": {"control-plane-traffic": {"ingress": {"acl": {"acl-set": [{"set-name": "CPU", "type": "ACL_IPV4"}]}}}, "state": {"x": "OP25B-OUT-V4-G9"}},
 "openconfig-network-instance:network-instances": {"network-instance": [{"name": "DEFAULT", "description": "OP25B-OUT-V4-G9", "policy": ["OP25B-OUT-V4-G2", "OP25B-OUT"]}]}}`)
	var got []string
	for _, r := range c.References {
		got = append(got, r.Name)
	}
	if strings.Join(got, " ") != "OP25B-POOL-V4-G3 CPU OP25B-OUT-V4-G2" {
		t.Errorf("references: %v", got)
	}
}

// TestIDIsKept: an entry with an id of its own keeps it in all that is written there, also where
// nothing was bound before.
func TestIDIsKept(t *testing.T) {
	have := parsed(t, device(entranceText("uplink", `"interface": "Ethernet2"`, ""), ""))
	p := acl.Point{Interface: "Ethernet2", Direction: acl.Out, Family: packet.V4}
	if b := have.Binding(p); b.Tail != "id=uplink" || len(b.Lists) > 0 {
		t.Fatalf("binding %+v", b)
	}
	want := example()
	c := laid(t, Dialect{}, want, have)
	lines := Dialect{}.Lines(rendered(t, Dialect{}, acl.Config{Bindings: c.Bindings[2:3]}))
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "update /acl/interfaces/interface[id=uplink] ") || !strings.Contains(lines[0], `"interface":"Ethernet2"`) {
		t.Errorf("lines %q", lines)
	}
	if undo := (Dialect{}).Unbind(c.Bindings[2]); len(undo) != 1 || !strings.HasPrefix(undo[0], "delete /acl/interfaces/interface[id=uplink]/") {
		t.Errorf("undo %q", undo)
	}
	lists := Dialect{}.Lines(rendered(t, Dialect{}, acl.Config{Lists: c.Lists}))
	text := device(entranceText("uplink", `"interface": "Ethernet2"`, ""), "")
	before, err := Dialect{}.Rehearse(text, lists)
	if err != nil {
		t.Fatal(err)
	}
	bound, err := Dialect{}.Rehearse(text, append(lists, lines...))
	if err != nil || bound.Binding(p).Tail != "id=uplink" || len(bound.Binding(p).Lists) != 1 {
		t.Errorf("bound: %v %+v", err, bound.Binding(p))
	}
	back, err := Dialect{}.Rehearse(text, append(append(lists, lines...), Dialect{}.Unbind(c.Bindings[2])...))
	if a, b := strings.Join(before.Canonical([]acl.Point{p}, acl.Owner{}), "\n"), strings.Join(back.Canonical([]acl.Point{p}, acl.Owner{}), "\n"); err != nil || a != b {
		t.Errorf("back: %v\n%s\nis not\n%s", err, b, a)
	}
}

// TestTakenID: an interface whose name is the id of another one's entry gets no entry.
func TestTakenID(t *testing.T) {
	have := parsed(t, `{"acl": {"interfaces": {"interface": [`+entranceText("Ethernet2", `"interface": "Ethernet5"`, "")+`]}}}`)
	if _, err := (Dialect{}).Lay(example(), have, acl.Owner{}); err == nil || !strings.Contains(err.Error(), "Ethernet2 out ipv4: the id is that of the entry for Ethernet5") {
		t.Errorf("laid with %v", err)
	}
	have = parsed(t, `{"acl": {"interfaces": {"interface": [`+entranceText("Ethernet2", `"interface": "Ethernet2", "subinterface": 100`, "")+`]}}}`)
	if _, err := (Dialect{}).Lay(example(), have, acl.Owner{}); err == nil || !strings.Contains(err.Error(), "the entry for Ethernet2.100; give that entry another id") {
		t.Errorf("laid with %v", err)
	}
	have = parsed(t, `{"acl": {"interfaces": {"interface": [`+entranceText("Ethernet2", `"interface": "Ethernet2", "subinterface": 0`, "")+`]}}}`)
	if _, err := (Dialect{}).Lay(example(), have, acl.Owner{}); err == nil || !strings.Contains(err.Error(), "Ethernet2 out ipv4: write Ethernet2.0 for this attachment in the inventory") {
		t.Errorf("laid with %v", err)
	}
	have = parsed(t, `{"acl": {"interfaces": {"interface": [`+entranceText("Ethernet2", `"interface": "Ethernet5"`, "")+","+entranceText("two", `"interface": "Ethernet2"`, "")+`]}}}`)
	if c := laid(t, Dialect{}, example(), have); c.Bindings[2].Tail != "id=two" {
		t.Errorf("bound as %+v", c.Bindings[2])
	}
}

// TestRefused: what is no document of its own is an error with its line.
func TestRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      "ends in the middle",
		"  \n":                                  "ends in the middle",
		`{"a": 1`:                               "belongs here",
		`{"a": "b`:                              "ends in a string",
		"{\"a\": 1,\n \"a\": 2}":                "line 2: ",
		`{"a": 1} {}`:                           "behind the document",
		`[]`:                                    "one JSON object",
		`{"a": 01}`:                             "no JSON",
		`{"a": NaN}`:                            "no JSON",
		`{"a" 1}`:                               "colon",
		`{a: 1}`:                                "quotes",
		`{"a": 1,}`:                             "quotes",
		`{"a": [1,]}`:                           "no JSON",
		"{\"a\": \"b\x01\"}":                    "control character",
		`{"a": "\ud800"}`:                       "escape",
		`{"a": "\x"}`:                           "escape",
		"{\"a\": \"\xff\"}":                     "UTF-8",
		strings.Repeat(`{"a":`, 100):            "inside each other",
		`{"a": ` + strings.Repeat("[", 100_000): "inside each other",
		"edge-1# show run\n{}":                  "line 1: ",
	} {
		_, err := Dialect{}.Parse(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %q", text, err, want)
		}
		if Complete(text) == nil {
			t.Errorf("%.40q is complete", text)
		}
	}
	if Complete(`{"openconfig-system:system": {}}`) == nil || Complete(`{"openconfig-acl:acl": {}}`) != nil {
		t.Error("what makes a text complete is the access lists")
	}
}
