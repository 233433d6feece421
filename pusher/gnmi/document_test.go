package gnmi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand"
	"strings"
	"testing"

	pb "github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"op25b/templates/words"
	"op25b/templates/yang"
)

// shelf is a device that answers a Get of a path with what is on the shelf; what is not there is
// NOT_FOUND.
type shelf map[string]func(t testing.TB) (*pb.GetResponse, error)

func (s shelf) get(t testing.TB) func(*pb.GetRequest) (*pb.GetResponse, error) {
	return func(r *pb.GetRequest) (*pb.GetResponse, error) {
		if len(r.GetPath()) != 1 || r.GetEncoding() != pb.Encoding_JSON_IETF {
			return nil, status.Errorf(codes.Internal, "asked %v", r)
		}
		p := shown1(r.GetPath()[0])
		if want := pb.GetRequest_CONFIG; r.GetType() != want && !strings.HasPrefix(p, "/components") {
			return nil, status.Errorf(codes.Internal, "asked for %s", r.GetType())
		}
		if f := s[p]; f != nil {
			return f(t)
		}
		return nil, status.Error(codes.NotFound, "not there")
	}
}

// one is an answer with one value.
func one(at, json string) func(testing.TB) (*pb.GetResponse, error) {
	return func(t testing.TB) (*pb.GetResponse, error) { return answer(value(t, at, json)), nil }
}

func none(code codes.Code) func(testing.TB) (*pb.GetResponse, error) {
	return func(testing.TB) (*pb.GetResponse, error) { return nil, status.Error(code, "no") }
}

// list is a configuration with one list and its binding, and list1 its document.
const (
	list = `{"openconfig-acl:acl-sets":{"acl-set":[{"name":"A","type":"openconfig-acl:ACL_IPV4",
	"config":{"type":"openconfig-acl:ACL_IPV4","name":"A"},"state":{"name":"A"},
	"acl-entries":{"acl-entry":[
	{"sequence-id":20,"config":{"sequence-id":20},"actions":{"config":{"forwarding-action":"openconfig-acl:ACCEPT"}},"state":{"matched-packets":"7"}},
	{"sequence-id":10,"config":{"sequence-id":10},"ipv4":{"config":{"protocol":6,"source-address":"192.0.2.0/24"}},"transport":{"config":{"destination-port":25}},
	 "input-interface":{"config":{}},"actions":{"config":{"forwarding-action":"openconfig-acl:DROP"}}}]}}]},
	"openconfig-acl:interfaces":{"interface":[{"id":"e1","config":{"id":"e1"}}]},"openconfig-acl:state":{"counter-capability":"AGGREGATE_ONLY"}}`
	list1 = `{
 "openconfig-acl:acl": {
  "acl-sets": {
   "acl-set": [
    {
     "name": "A",
     "type": "openconfig-acl:ACL_IPV4",
     "acl-entries": {
      "acl-entry": [
       {
        "sequence-id": 10,
        "actions": {"config": {"forwarding-action": "openconfig-acl:DROP"}},
        "config": {"sequence-id": 10},
        "ipv4": {"config": {"protocol": 6, "source-address": "192.0.2.0/24"}},
        "transport": {"config": {"destination-port": 25}}
       },
       {"sequence-id": 20, "actions": {"config": {"forwarding-action": "openconfig-acl:ACCEPT"}}, "config": {"sequence-id": 20}}
      ]
     },
     "config": {"name": "A", "type": "openconfig-acl:ACL_IPV4"}
    }
   ]
  },
  "interfaces": {"interface": [{"id": "e1", "config": {"id": "e1"}}]}
 }
}
`
)

func TestGet(t *testing.T) {
	none := func(code codes.Code) func(testing.TB) (*pb.GetResponse, error) { return none(code) }
	leaves := func(t testing.TB) (*pb.GetResponse, error) {
		set, text := "/acl/acl-sets/acl-set[name=A][type=ACL_IPV4]", func(s string) *pb.TypedValue { return &pb.TypedValue{Value: &pb.TypedValue_StringVal{StringVal: s}} }
		return answer(
			&pb.Update{Path: pathFor(t, "/acl/interfaces/interface[id=e1]/config/id"), Val: text("e1")},
			&pb.Update{Path: pathFor(t, set+"/config/name"), Val: text("A")},
			value(t, set+"/config/type", `"openconfig-acl:ACL_IPV4"`),
			value(t, set+"/type", `"openconfig-acl:ACL_IPV4"`),
			&pb.Update{Path: pathFor(t, set+"/acl-entries/acl-entry[sequence-id=20]/config/sequence-id"), Val: number(20)},
			value(t, set+"/acl-entries/acl-entry[sequence-id=20]", `{"actions":{"config":{"forwarding-action":"openconfig-acl:ACCEPT"}}}`),
			&pb.Update{Path: pathFor(t, set+"/acl-entries/acl-entry[sequence-id=10]/config/sequence-id"), Val: number(10)},
			&pb.Update{Path: pathFor(t, set+"/acl-entries/acl-entry[sequence-id=10]/ipv4/config/protocol"), Val: number(6)},
			&pb.Update{Path: pathFor(t, set+"/acl-entries/acl-entry[sequence-id=10]/ipv4/config/source-address"), Val: text("192.0.2.0/24")},
			&pb.Update{Path: pathFor(t, set+"/acl-entries/acl-entry[sequence-id=10]/transport/config/destination-port"), Val: number(25)},
			&pb.Update{Path: pathFor(t, set+"/acl-entries/acl-entry[sequence-id=10]/actions/config/forwarding-action"), Val: text("openconfig-acl:DROP")},
			&pb.Update{Path: pathFor(t, set+"/acl-entries/acl-entry[sequence-id=10]/state/matched-packets"), Val: number(1)},
		), nil
	}
	unprefixed := func(t testing.TB) (*pb.GetResponse, error) {
		u := value(t, "/acl", "")
		u.Val = &pb.TypedValue{Value: &pb.TypedValue_JsonVal{JsonVal: []byte(strings.NewReplacer("openconfig-acl:acl", "acl", "openconfig-acl:int", "int").Replace(list))}}
		return answer(u), nil
	}
	whole := `{"openconfig-interfaces:interfaces":{},"openconfig-acl:acl":` + list + `}`
	const empty = "{\"openconfig-acl:acl\": {}}\n"
	for name, c := range map[string]struct {
		shelf shelf
		want  string
	}{
		"one value":        {shelf{"/acl": one("/acl", list)}, list1},
		"from the root":    {shelf{"/acl": one("/", whole)}, list1},
		"with its name":    {shelf{"/acl": one("/acl", `{"openconfig-acl:acl":`+list+`}`)}, list1},
		"without modules":  {shelf{"/acl": unprefixed}, list1},
		"leaf by leaf":     {shelf{"/acl": leaves}, list1},
		"not there":        {shelf{}, empty},
		"an empty answer":  {shelf{"/acl": func(testing.TB) (*pb.GetResponse, error) { return &pb.GetResponse{}, nil }}, empty},
		"an empty object":  {shelf{"/acl": one("/acl", `{}`)}, empty},
		"nothing but acl":  {shelf{"/defined-sets": none(codes.Unimplemented), "/interfaces": none(codes.InvalidArgument), "/system/config/hostname": none(codes.NotFound)}, empty},
		"a vendor's leaf":  {shelf{"/acl": one("/acl", `{"vendor-x:thing":{"n":18446744073709551615,"d":1.50,"s":"\u001b[2J é `+"\u202e"+`"}}`)}, "{\"openconfig-acl:acl\": {\"vendor-x:thing\": {\"d\": 1.50, \"n\": 18446744073709551615, \"s\": \"\\u001b[2J é \\u202e\"}}}\n"},
		"a name":           {shelf{"/system/config/hostname": one("/system/config/hostname", `"r1"`)}, "{\"openconfig-acl:acl\": {}, \"openconfig-system:system\": {\"config\": {\"hostname\": \"r1\"}}}\n"},
		"a name in system": {shelf{"/system/config/hostname": one("/system", `{"openconfig-system:config":{"hostname":"r1","domain-name":"x"}}`)}, "{\"openconfig-acl:acl\": {}, \"openconfig-system:system\": {\"config\": {\"hostname\": \"r1\"}}}\n"},
		"interfaces": {shelf{"/interfaces": one("/interfaces", `{"openconfig-interfaces:interface":[{"name":"e2","state":{},"config":{"name":"e2","type":"iana-if-type:ethernetCsmacd","mtu":9000},"openconfig-if-ethernet:ethernet":{},
			"subinterfaces":{"subinterface":[{"index":100,"config":{"index":100,"description":"x"}},{"index":2,"config":{"index":2}}]}},{"name":"e1"}]}`)},
			`{
 "openconfig-acl:acl": {},
 "openconfig-interfaces:interfaces": {
  "interface": [
   {"name": "e1"},
   {
    "name": "e2",
    "config": {"name": "e2", "type": "iana-if-type:ethernetCsmacd"},
    "subinterfaces": {"subinterface": [{"index": 2, "config": {"index": 2}}, {"index": 100, "config": {"index": 100}}]}
   }
  ]
 }
}
`},
		"prefix sets": {shelf{"/defined-sets": one("/defined-sets", `{"openconfig-defined-sets:ipv4-prefix-sets":{"ipv4-prefix-set":[{"name":"P","config":{"name":"P","prefix":["192.0.2.0/24","10.0.0.0/8"]}}]}}`)},
			"{\n \"openconfig-acl:acl\": {},\n \"openconfig-defined-sets:defined-sets\": {\n  \"ipv4-prefix-sets\": {\"ipv4-prefix-set\": [{\"name\": \"P\", \"config\": {\"name\": \"P\", \"prefix\": [\"192.0.2.0/24\", \"10.0.0.0/8\"]}}]}\n }\n}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, &device{get: c.shelf.get(t)})
			d := b.open(t, patience)
			got, err := d.Read(context.Background(), "get")
			if err != nil || got != c.want || !d.Alive() {
				t.Fatalf("%v\n%s\nwant\n%s", err, got, c.want)
			}
			if !json.Valid([]byte(got)) {
				t.Fatal("it is no JSON")
			}
			for _, l := range strings.Split(got, "\n") {
				if len([]rune(l)) > lineWidth {
					t.Errorf("a line of %d characters: %s", len([]rune(l)), l)
				}
			}
		})
	}
}

func TestGetFails(t *testing.T) {
	odd := func(v *pb.TypedValue) func(testing.TB) (*pb.GetResponse, error) {
		return func(t testing.TB) (*pb.GetResponse, error) {
			return answer(&pb.Update{Path: pathFor(t, "/acl"), Val: v}), nil
		}
	}
	leaflist := &pb.TypedValue{Value: &pb.TypedValue_LeaflistVal{LeaflistVal: &pb.ScalarArray{}}}
	leaflist.GetLeaflistVal().Element = []*pb.TypedValue{{Value: &pb.TypedValue_LeaflistVal{}}}
	for name, c := range map[string]struct {
		shelf   shelf
		refused bool
		says    string
	}{
		"acl is refused":        {shelf{"/acl": none(codes.PermissionDenied)}, true, "PermissionDenied"},
		"acl is not known":      {shelf{"/acl": none(codes.Unimplemented)}, true, "Unimplemented"},
		"interfaces are hidden": {shelf{"/interfaces": none(codes.PermissionDenied)}, true, "PermissionDenied"},
		"a fault":               {shelf{"/interfaces": none(codes.Internal)}, true, "Internal"},
		"no JSON":               {shelf{"/acl": one("/acl", `{"payload":`)}, false, "no JSON"},
		"two values":            {shelf{"/acl": one("/acl", `{} {}`)}, false, "no JSON"},
		"a member twice":        {shelf{"/acl": one("/acl", `{"payload":1,"payload":2}`)}, false, "twice"},
		"twice by its module":   {shelf{"/acl": one("/acl", `{"openconfig-acl:payload":1,"payload":2}`)}, false, "twice"},
		"deep":                  {shelf{"/acl": one("/acl", strings.Repeat(`{"payload":`, 100)+"1"+strings.Repeat("}", 100))}, false, "deeper"},
		"something else":        {shelf{"/acl": one("/interfaces", `{"payload":1}`)}, false, "not asked"},
		"a leaf and more": {shelf{"/acl": func(t testing.TB) (*pb.GetResponse, error) {
			return answer(value(t, "/acl/x", `1`), value(t, "/acl/x/y", `1`)), nil
		}}, false, "does not fit"},
		"no value":         {shelf{"/acl": odd(nil)}, false, "encoding"},
		"bytes of a proto": {shelf{"/acl": odd(&pb.TypedValue{Value: &pb.TypedValue_ProtoBytes{ProtoBytes: []byte("payload")}})}, false, "encoding"},
		"lists in a list":  {shelf{"/acl": odd(leaflist)}, false, "encoding"},
		"a path without names": {shelf{"/acl": func(testing.TB) (*pb.GetResponse, error) {
			return answer(&pb.Update{Path: &pb.Path{Elem: []*pb.PathElem{{Name: "a/b"}}}, Val: number(1)}), nil
		}}, false, "no name"},
		"a long path": {shelf{"/acl": func(t testing.TB) (*pb.GetResponse, error) {
			return answer(&pb.Update{Path: &pb.Path{Elem: append([]*pb.PathElem{}, longPath()...)}, Val: number(1)}), nil
		}}, false, "more than 64"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, &device{get: c.shelf.get(t)})
			d := b.open(t, patience)
			got, err := d.Read(context.Background(), "get")
			if err == nil || got != "" || errors.Is(err, ErrLost) || errors.As(err, new(words.Refusal)) != c.refused || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "payload") {
				t.Fatalf("%q, %v", got, err)
			}
			if !d.Alive() {
				t.Fatal("it is not alive")
			}
		})
	}
}

func longPath() []*pb.PathElem {
	var out []*pb.PathElem
	for range 100 {
		out = append(out, &pb.PathElem{Name: "acl"})
	}
	return out
}

// TestGetHuge: what is longer than any configuration is an error, and not taken in.
func TestGetHuge(t *testing.T) {
	huge := strings.Repeat(" ", maxMessage)
	b := newBench(t, &device{get: shelf{"/acl": one("/acl", "{"+huge+"}")}.get(t)})
	d := b.open(t, patience)
	_, err := d.Read(context.Background(), "get")
	if !errors.As(err, new(words.Refusal)) || !strings.Contains(err.Error(), "ResourceExhausted") || !d.Alive() {
		t.Fatalf("%v, alive %v", err, d.Alive())
	}
}

// TestGetMany: a list of 100,000 entries is read.
func TestGetMany(t *testing.T) {
	const n = 100_000
	var b strings.Builder
	b.WriteString(`{"acl-sets":{"acl-set":[{"name":"A","type":"ACL_IPV4","acl-entries":{"acl-entry":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"sequence-id":%d,"config":{"sequence-id":%d},"actions":{"config":{"forwarding-action":"DROP"}}}`, 10*(n-i), 10*(n-i))
	}
	b.WriteString(`]}}]}}`)
	bench := newBench(t, &device{get: shelf{"/acl": one("/acl", b.String())}.get(t)})
	got, err := bench.open(t, patience).Read(context.Background(), "get")
	must(t, err)
	if c := strings.Count(got, "\n"); c < n || c > n+50 {
		t.Fatalf("%d lines", c)
	}
	if first := strings.Index(got, `"sequence-id": 10,`); first < 0 || first > 500 {
		t.Fatalf("entry 10 is at %d", first)
	}
}

func TestSerial(t *testing.T) {
	const all = "/components/component[name=*]/state"
	state := func(kind, serial string) string {
		return `{"openconfig-platform:type":"openconfig-platform-types:` + kind + `","serial-no":"` + serial + `"}`
	}
	each := func(t testing.TB) (*pb.GetResponse, error) {
		return answer(value(t, "/components/component[name=c1]/state", state("CHASSIS", "S2")), value(t, "/components/component[name=f]/state", state("FAN", "F")),
			value(t, "/components/component[name=c0]/state", state("CHASSIS", "S1"))), nil
	}
	tree := one("/components", `{"component":[{"name":"c","state":`+state("CHASSIS", "S1")+`},{"name":"f","state":`+state("FAN", "F")+`},{"name":"e","state":{}}]}`)
	for name, c := range map[string]struct {
		shelf   shelf
		want    string
		refused bool
	}{
		"each":          {shelf: shelf{all: each}, want: "S1\nS2"},
		"one value":     {shelf: shelf{all: tree}, want: "S1"},
		"no wildcards":  {shelf: shelf{all: none(codes.InvalidArgument), "/components": tree}, want: "S1"},
		"an empty one":  {shelf: shelf{all: func(testing.TB) (*pb.GetResponse, error) { return answer(), nil }, "/components": tree}, want: "S1"},
		"no chassis":    {shelf: shelf{all: one("/components", `{"component":[{"name":"f","state":`+state("FAN", "F")+`}]}`)}},
		"no components": {shelf: shelf{}, refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, &device{get: c.shelf.get(t)})
			got, err := b.open(t, patience).Read(context.Background(), "get serial")
			if got != c.want || errors.As(err, new(words.Refusal)) != c.refused || !c.refused && err != nil {
				t.Fatalf("%q, %v", got, err)
			}
		})
	}
}

// TestSameDocument: however a device tells a configuration, in whatever order, the document is the same.
func TestSameDocument(t *testing.T) {
	asked := yang.Path{{Name: "acl"}}
	for seed := range int64(60) {
		r := rand.New(rand.NewSource(seed))
		var updates []*pb.Update
		set := "/acl/acl-sets/acl-set[name=A][type=ACL_IPV4]"
		var entries []string
		for i := range 1 + r.Intn(12) {
			row := fmt.Sprintf(`{"sequence-id":%d,"config":{"sequence-id":%d,"description":"%d"}}`, i*10, i*10, r.Intn(3))
			entries = append(entries, row)
			at := fmt.Sprintf("%s/acl-entries/acl-entry[sequence-id=%d]", set, i*10)
			switch r.Intn(3) {
			case 0:
				updates = append(updates, value(t, at, row))
			case 1:
				updates = append(updates, value(t, at+"/config", row[strings.Index(row, `"config":`)+9:len(row)-1]))
			default:
				updates = append(updates, value(t, set+"/acl-entries", `{"acl-entry":[`+row+`]}`))
			}
		}
		r.Shuffle(len(updates), func(i, j int) { updates[i], updates[j] = updates[j], updates[i] })
		r.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		whole := value(t, "/acl", `{"acl-sets":{"acl-set":[{"type":"ACL_IPV4","acl-entries":{"acl-entry":[`+strings.Join(entries, ",")+`]},"name":"A"}]}}`)
		var texts []string
		for _, told := range [][]*pb.Update{updates, {whole}} {
			n, err := assemble(asked, []*pb.Notification{{Update: told}})
			must(t, err)
			n = configured(n)
			n.settle(keyNames())
			texts = append(texts, n.lay())
		}
		if texts[0] != texts[1] {
			t.Fatalf("seed %d:\n%s\n%s", seed, texts[0], texts[1])
		}
	}
}
