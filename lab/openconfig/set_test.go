package openconfig_test

import (
	"strings"
	"testing"

	"github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"

	"op25b/lab/openconfig"
)

const (
	bad, ok, missing = codes.InvalidArgument, codes.OK, codes.NotFound

	sets   = "/defined-sets/ipv4-prefix-sets/ipv4-prefix-set[name=P]"
	valueP = `{"name":"P","config":{"name":"P","prefix":["198.51.100.0/24"]}}`
	accept = `"actions":{"config":{"forwarding-action":"ACCEPT"}}`
	port1  = `/interfaces/interface[name=Ethernet1]`
	ref2   = at2 + `/interface-ref/config`
)

// entry30 is an update of a new entry 30 in a set that is there.
func entry30(rest string) string {
	return "update " + setA + `/acl-entries/acl-entry[sequence-id=30] {"sequence-id":30,"config":{"sequence-id":30},` + rest + "}"
}

// Each Set is sent to a router that has set A bound at Ethernet2, and prefix-set P. Where it is
// refused nothing has changed, and the words name the path.
func TestAnswersOfSet(t *testing.T) {
	tests := []struct {
		name string
		ops  []string
		code codes.Code
		says string
	}{
		{"nothing", nil, ok, ""},
		{"a set again as it is", []string{"update " + setA + " " + valueA}, ok, ""},
		{"a leaf by its path", []string{"update " + setA + `/config/description "x ? é"`}, ok, ""},
		{"delete what is not there", []string{"delete /acl/acl-sets/acl-set[name=NO][type=ACL_IPV4]"}, ok, ""},
		{"delete by wildcard", []string{"delete /acl/interfaces/interface[id=*]", "delete /acl/acl-sets/acl-set[name=*]"}, ok, ""},
		{"delete of everything", []string{"delete /..."}, ok, ""},
		{"delete of a part of what is deleted", []string{"delete /acl/interfaces", "delete " + boundA, "delete /acl/.../name", "delete /acl"}, ok, ""},
		{"delete by two ellipses", []string{"delete /.../config/.../name"}, bad, "once at most"},
		{"a list without keys is replaced whole", []string{"delete /acl/interfaces", `replace /acl/acl-sets/acl-set [` + valueA + `]`}, ok, ""},
		{"the root", []string{`update / {"openconfig-system:system":{"config":{"hostname":"n"}}}`}, ok, ""},
		{"keys from the path", []string{"update " + setA + `/acl-entries/acl-entry[sequence-id=30] {"config":{"sequence-id":30},` + accept + "}"}, ok, ""},

		{"an unknown path", []string{"update /acl/acl-sets/acl-group {}"}, missing, "/acl/acl-sets/acl-group"},
		{"an unknown model", []string{"update /bgp {}"}, missing, "/bgp"},
		{"an unknown key", []string{"update /acl/acl-sets/acl-set[id=A] {}"}, bad, `no key "id"`},
		{"an unknown leaf", []string{"update " + setA + `/config {"mode":"x"}`}, bad, "[type=ACL_IPV4]/config/mode: no such node"},
		{"an unknown leaf deep in an entry", []string{entry30(`"ipv4":{"config":{"tos":1}},` + accept)}, bad, "[sequence-id=30]/ipv4/config/tos"},
		{"a wrong module", []string{"update " + setA + `/config {"openconfig-interfaces:name":"A"}`}, bad, "openconfig-interfaces:name"},
		{"the root without modules", []string{`update / {"system":{"config":{"hostname":"n"}}}`}, bad, "want openconfig-system:system"},
		{"state", []string{"update " + setA + `/state {"name":"A"}`}, bad, "/state: it is read-only"},
		{"state in a value", []string{entry30(`"state":{"sequence-id":30},` + accept)}, bad, "/state: it is read-only"},
		{"delete of state", []string{"delete " + setA + "/state"}, bad, "read-only"},
		{"delete of an unknown path", []string{"delete /acl/foo"}, bad, "/acl/foo"},
		{"write to a wildcard", []string{"update /acl/acl-sets/acl-set[name=*][type=ACL_IPV4] {}"}, bad, "wildcard"},

		{"port 70000", []string{entry30(`"transport":{"config":{"destination-port":70000}},` + accept)}, bad, "destination-port: \"70000\" is no port-num-range"},
		{"a port as a string", []string{entry30(`"transport":{"config":{"destination-port":"25"}},` + accept)}, bad, "destination-port"},
		{"a range of ports", []string{entry30(`"transport":{"config":{"destination-port":"25..26","source-port":"ANY"}},` + accept)}, ok, ""},
		{"a number as a string", []string{"update " + setA + `/acl-entries/acl-entry[sequence-id=30] {"sequence-id":"30"}`}, bad, "sequence-id: \"30\" is no uint32"},
		{"a number beyond 32 bits", []string{"update " + setA + `/acl-entries/acl-entry[sequence-id=4294967296] {}`}, bad, "4294967296"},
		{"a number with a fraction", []string{entry30(`"transport":{"config":{"destination-port":25.5}},` + accept)}, bad, "25.5"},
		{"a prefix of the other family", []string{entry30(`"ipv4":{"config":{"source-address":"2001:db8::/32"}},` + accept)}, bad, "source-address"},
		{"an address without length", []string{entry30(`"ipv4":{"config":{"source-address":"192.0.2.1"}},` + accept)}, bad, "ipv4-prefix"},
		{"an unknown identity", []string{entry30(`"actions":{"config":{"forwarding-action":"BLOCK"}}`)}, bad, "forwarding-action: \"BLOCK\" is no identityref"},
		{"an identity of another module without prefix", []string{entry30(`"ipv4":{"config":{"protocol":"IP_TCP"}},` + accept)}, bad, "protocol"},
		{"an identity with the prefix of YANG", []string{entry30(`"ipv4":{"config":{"protocol":"oc-pkt-match-types:IP_TCP"}},` + accept)}, bad, "protocol"},
		{"a protocol by number", []string{entry30(`"ipv4":{"config":{"protocol":6}},` + accept)}, ok, ""},
		{"protocol 255", []string{entry30(`"ipv4":{"config":{"protocol":255}},` + accept)}, bad, "protocol"},
		{"null", []string{"replace " + setA + "/config null"}, bad, "/config: want an object"},
		{"null for a leaf", []string{"replace " + setA + "/config/description null"}, bad, "want a value of string"},
		{"no JSON", []string{"update " + setA + " {"}, bad, "cannot be read"},
		{"something behind the JSON", []string{"update " + setA + " {} {}"}, bad, "after the value"},
		{"a member twice", []string{"update " + setA + `/config {"name":"A","name":"A"}`}, bad, "twice"},
		{"a member twice, once with module", []string{"update " + setA + `/config {"name":"A","openconfig-acl:name":"A"}`}, bad, "twice"},
		{"an entry twice", []string{"update " + setA + `/acl-entries {"acl-entry":[{"sequence-id":30},{"sequence-id":30}]}`}, bad, "[sequence-id=30]: it stands twice"},
		{"an object for a list", []string{"update " + setA + `/acl-entries {"acl-entry":{}}`}, bad, "want an array"},

		{"an entry without its key", []string{"update " + setA + `/acl-entries {"acl-entry":[{"config":{"sequence-id":30}}]}`}, bad, "no key sequence-id"},
		{"a path with one key of two", []string{"update /acl/acl-sets/acl-set[name=A] " + valueA}, bad, "key type is missing"},
		{"a replace that takes the keys away", []string{"replace " + entry10 + " {}"}, bad, "no key sequence-id"},
		{"another key in the value", []string{"update " + entry10 + ` {"sequence-id":11}`}, bad, "not the key of the path"},
		{"a key leaf by its path", []string{"update " + entry10 + "/sequence-id 11"}, bad, "a key cannot be changed"},
		{"another leaf under config than the key", []string{"update " + entry10 + ` {"sequence-id":10,"config":{"sequence-id":11}}`}, bad, "[sequence-id=10]/config/sequence-id"},
		{"no leaf under config", []string{"update " + setA + `/acl-entries/acl-entry[sequence-id=30] {"sequence-id":30,` + accept + "}"}, bad, "config/sequence-id, which is not there"},
		{"delete of a key", []string{"delete " + entry10 + "/sequence-id"}, bad, "the key sequence-id is missing"},

		{"no forwarding-action", []string{entry30(`"ipv4":{"config":{"source-address":"192.0.2.0/24"}}`)}, bad, "[sequence-id=30]/actions/config/forwarding-action: it is mandatory"},
		{"ipv6 in a set of IPv4", []string{entry30(`"ipv6":{"config":{"source-address":"2001:db8::/32"}},` + accept)}, bad, "[sequence-id=30]/ipv6: when"},
		{"flags without their mode", []string{entry30(`"transport":{"config":{"builtin-detail":"TCP_ESTABLISHED"}},` + accept)}, bad, "builtin-detail: when"},
		{"flags with their mode", []string{entry30(`"transport":{"config":{"detail-mode":"BUILTIN","builtin-detail":"TCP_ESTABLISHED"}},` + accept)}, ok, ""},

		{"binding of a set that is not there", []string{"update " + at2 + `/ingress-acl-sets/ingress-acl-set[set-name=NO][type=ACL_IPV4] ` + strings.ReplaceAll(bindA, `"A"`, `"NO"`)}, bad, "[set-name=NO][type=ACL_IPV4]: leafref"},
		{"binding by another type", []string{"update " + at2 + `/ingress-acl-sets/ingress-acl-set[set-name=A][type=ACL_IPV6] ` + strings.ReplaceAll(bindA, `IPV4`, `IPV6`)}, bad, "leafref"},
		{"delete of a bound set", []string{"delete " + setA}, bad, "leafref"},
		{"delete of a bound set and its binding", []string{"delete " + setA, "delete " + boundA}, ok, ""},
		{"an interface that is not there", []string{"update " + ref2 + `/interface "Ethernet9"`}, bad, `there is no interface "Ethernet9"`},
		{"a subinterface that is there", []string{"update " + ref2 + `/subinterface 100`}, ok, ""},
		{"a subinterface that is not there", []string{"update " + ref2 + `/subinterface 101`}, bad, "there is no subinterface 101"},
		{"a subinterface without interface", []string{"replace " + ref2 + ` {"subinterface":100}`}, bad, "wants its interface"},
		{"delete of an interface in use", []string{"delete " + port1}, bad, "leafref: there is no interface"},
		{"an interface without type", []string{`update /interfaces/interface[name=E9] {"name":"E9","config":{"name":"E9"}}`}, bad, "/interfaces/interface[name=E9]/config/type: it is mandatory"},
		{"a prefix-set", []string{entry30(`"ipv4":{"config":{"source-address-prefix-set":"P"}},` + accept)}, ok, ""},
		{"a prefix-set that is not there", []string{entry30(`"ipv4":{"config":{"source-address-prefix-set":"Q"}},` + accept)}, bad, `there is no ipv4-prefix-set "Q"`},
		{"a port-set that is not there", []string{entry30(`"transport":{"config":{"destination-port-set":"Q"}},` + accept)}, bad, `there is no port-set "Q"`},
		{"dscp twice", []string{entry30(`"ipv4":{"config":{"dscp":1,"dscp-set":[2]}},` + accept)}, bad, "exclude each other"},

		{"one bad operation among good ones", []string{"update " + setA + `/config/description "new"`, "update " + at2 + ` {"id":"x"}`}, bad, "not the key"},
		{"the order of operations", []string{"update " + entry10 + " " + value10, "replace " + setA + " " + valueA, "delete " + boundA, "update " + boundA + " " + bindA}, ok, ""},
		{"a union", []string{"union_replace " + setA + " " + valueA, "union_replace " + entry10 + " " + value10}, ok, ""},
		{"a union with a dangling binding", []string{"union_replace " + at2 + " " + value2, "union_replace " + boundA + " " + strings.ReplaceAll(bindA, `"A"`, `"NO"`)}, bad, "union_replace"},
	}
	b := newBench(t, openconfig.Options{})
	b.ok("update " + sets + " " + valueP)
	b.ok(whole()...)
	start := b.router.Running()
	for _, test := range tests {
		b.want(b.set(test.ops...), test.code, test.says, test.name)
		if now := b.router.Running(); test.code != ok && now != start {
			t.Errorf("%s: refused, but now there is\n%s", test.name, now)
		}
		if err := b.router.Load(start); err != nil {
			t.Fatal(err)
		}
	}
}

// What each operation leaves of what was there.
func TestModesOfUpdate(t *testing.T) {
	described := `update ` + setA + `/config/description "old"`
	entries := setA + "/acl-entries/acl-entry"
	tests := []struct {
		name string
		ops  []string
		path string // what is read
		want string
	}{
		{"update keeps", []string{"update " + setA + " " + valueA}, setA + "/config/description", `"old"`},
		{"replace does not", []string{"replace " + setA + " " + valueA}, setA + "/config/description", "NotFound"},
		{"replace and update: the later wins", []string{"update " + entry20 + " " + value20, "replace " + setA + " " + valueA}, entries + "/sequence-id", "20"},
		{"delete comes first", []string{"update " + entry20 + " " + value20, "delete " + setA + "/acl-entries"}, entries + "/sequence-id", "20"},
		{"replace of a list", []string{"replace " + entries + " [" + value20 + "]"}, entries + "/sequence-id", "20"},
		{"update of a list", []string{"update " + entries + ` [{"sequence-id":20,"config":{"sequence-id":20,"description":"end"}}]`}, entries + "/sequence-id", "10\n20"},
		{"union_replace leaves the rest", []string{"union_replace " + entry10 + " " + value10}, entries + "/sequence-id", "10\n20"},
		{"union_replace is one of all", []string{"union_replace " + setA + " " + valueA, "union_replace " + entry10 + " " + value10}, entries + "/sequence-id", "10"},
		{"union_replace in any order", []string{"union_replace " + entry10 + " " + value10, "union_replace " + setA + " " + valueA}, entries + "/sequence-id", "10"},
		{"the same path twice", []string{"update " + setA + `/config/description "one"`, "update " + setA + `/config/description "two"`}, setA + "/config/description", `"two"`},
		{"a leaf-list grows", []string{"update " + sets + " " + valueP, "update " + sets + `/config/prefix ["203.0.113.0/24"]`}, sets + "/config/prefix", `["198.51.100.0/24","203.0.113.0/24"]`},
		{"a leaf-list is replaced", []string{"replace " + sets + `/config {"name":"P","prefix":["203.0.113.0/24"]}`}, sets + "/config/prefix", `["203.0.113.0/24"]`},
		{"entries stand by their numbers", []string{"update " + setA + `/acl-entries/acl-entry[sequence-id=9] {"sequence-id":9,"config":{"sequence-id":9},` + accept + "}"}, entries + "/sequence-id", "9\n10\n20"},
	}
	b := newBench(t, openconfig.Options{})
	b.ok("update " + sets + " " + valueP)
	b.ok(append(whole(), described)...)
	start := b.router.Running()
	for _, test := range tests {
		b.ok(test.ops...)
		got, err := b.get(test.path, gnmi.GetRequest_CONFIG)
		if err != nil {
			got = err.Error()
		}
		if got != test.want && !(test.want == "NotFound" && strings.Contains(got, test.want)) {
			t.Errorf("%s: %s is\n%s\nwant\n%s", test.name, test.path, got, test.want)
		}
		if err := b.router.Load(start); err != nil {
			t.Fatal(err)
		}
	}
}

// An answer has a result for each operation, in the order in which they were done.
func TestResultsOfSet(t *testing.T) {
	b := newBench(t, openconfig.Options{})
	req := ops(t, append(whole(), "delete "+sets)...)
	req.Prefix = &gnmi.Path{Target: "oc-1"}
	answer, err := b.client.Set(b.ctx, req)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range answer.Response {
		got = append(got, r.Op.String())
	}
	if s := strings.Join(got, " "); s != "DELETE REPLACE UPDATE UPDATE UPDATE UPDATE" || answer.Timestamp == 0 || answer.Prefix.GetTarget() != "oc-1" {
		t.Errorf("%s, %v", s, answer)
	}
}

// Values come in several encodings, and paths behind a prefix.
func TestEncodingsOfSet(t *testing.T) {
	text := func(s string) *gnmi.TypedValue {
		return &gnmi.TypedValue{Value: &gnmi.TypedValue_StringVal{StringVal: s}}
	}
	list := &gnmi.TypedValue{Value: &gnmi.TypedValue_LeaflistVal{LeaflistVal: &gnmi.ScalarArray{Element: []*gnmi.TypedValue{text("198.51.100.0/24")}}}}
	tests := []struct {
		name, path string
		val        *gnmi.TypedValue
		code       codes.Code
	}{
		{"JSON has no modules", entry10 + "/ipv4/config", &gnmi.TypedValue{Value: &gnmi.TypedValue_JsonVal{JsonVal: []byte(`{"protocol":"IP_TCP"}`)}}, ok},
		{"a string", setA + "/config/description", text("x"), ok},
		{"an identity as a string", entry10 + "/actions/config/forwarding-action", text("ACCEPT"), ok},
		{"a number", entry10 + "/transport/config/destination-port", &gnmi.TypedValue{Value: &gnmi.TypedValue_UintVal{UintVal: 587}}, ok},
		{"a negative number", entry10 + "/transport/config/destination-port", &gnmi.TypedValue{Value: &gnmi.TypedValue_IntVal{IntVal: -1}}, bad},
		{"a boolean", port1 + "/config/enabled", &gnmi.TypedValue{Value: &gnmi.TypedValue_BoolVal{BoolVal: false}}, ok},
		{"a leaf-list", sets + "/config/prefix", list, ok},
		{"a list for a leaf", setA + "/config/description", list, bad},
		{"ASCII", setA, &gnmi.TypedValue{Value: &gnmi.TypedValue_AsciiVal{AsciiVal: "x"}}, codes.Unimplemented},
		{"no value", setA, nil, codes.Unimplemented},
	}
	b := newBench(t, openconfig.Options{})
	b.ok("update " + sets + " " + valueP)
	b.ok(whole()...)
	for _, test := range tests {
		whole := path(t, test.path)
		req := &gnmi.SetRequest{Prefix: &gnmi.Path{Elem: whole.Elem[:2]}, Update: []*gnmi.Update{{Path: &gnmi.Path{Elem: whole.Elem[2:]}, Val: test.val}}}
		_, err := b.client.Set(b.ctx, req)
		b.want(err, test.code, "", test.name)
	}
	cli := ops(t, "union_replace / {}")
	cli.UnionReplace[0].Path.Origin = "eos_cli"
	b.want(b.send(cli, nil), codes.Unimplemented, "eos_cli", "another origin")
}

// A validator that a test adds has the last word.
func TestCheck(t *testing.T) {
	var seen []byte
	b := newBench(t, openconfig.Options{Check: func(document []byte) error {
		if strings.Contains(string(document), `"description":"no"`) {
			return errTest
		}
		seen = document
		return nil
	}})
	b.ok(whole()...)
	if !strings.Contains(string(seen), `"destination-port":25`) {
		t.Errorf("the validator saw %s", seen)
	}
	before := b.router.Running()
	b.want(b.set("update "+setA+`/config/description "no"`), bad, "the validator says no", "a refused Set")
	if b.router.Running() != before {
		t.Error("it was carried out")
	}
}

type testError string

func (e testError) Error() string { return string(e) }

const errTest = testError("the validator says no")
