package openconfig_test

import (
	"strings"
	"testing"

	"github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"

	"op25b/lab/openconfig"
)

func TestGet(t *testing.T) {
	const (
		all, config, state = gnmi.GetRequest_ALL, gnmi.GetRequest_CONFIG, gnmi.GetRequest_STATE
	)
	tests := []struct {
		path string
		kind gnmi.GetRequest_DataType
		want string // the values, or how an error begins
	}{
		{setA + "/config", config, `{"openconfig-acl:name":"A","openconfig-acl:type":"openconfig-acl:ACL_IPV4"}`},
		{setA + "/config", state, "NotFound"},
		{setA + "/config", all, `{"openconfig-acl:name":"A","openconfig-acl:type":"openconfig-acl:ACL_IPV4"}`},
		{setA + "/state", config, "NotFound"},
		{entry20 + "/state", state, `{"openconfig-acl:sequence-id":20,"openconfig-acl:matched-packets":"0","openconfig-acl:matched-octets":"0"}`},
		{entry20, state, `{"openconfig-acl:sequence-id":20,"openconfig-acl:state":{"sequence-id":20,"matched-packets":"0","matched-octets":"0"},"openconfig-acl:actions":{"state":{"forwarding-action":"openconfig-acl:ACCEPT"}}}`},
		{entry20, config, `{"openconfig-acl:sequence-id":20,"openconfig-acl:config":{"sequence-id":20},"openconfig-acl:actions":{"config":{"forwarding-action":"openconfig-acl:ACCEPT"}}}`},
		{boundA + "/acl-entries/acl-entry[sequence-id=10]", state, `{"openconfig-acl:sequence-id":10,"openconfig-acl:state":{"sequence-id":10,"matched-packets":"0","matched-octets":"0"}}`},
		{boundA + "/acl-entries", config, "NotFound"},
		{"/acl/acl-sets/acl-set[name=*]/config/name", config, `"A"` + "\n" + `"PROTECT-CORE"`},
		{"/acl/acl-sets/acl-set/config/name", config, `"A"` + "\n" + `"PROTECT-CORE"`},
		{"/acl/acl-sets/acl-set[name=A]/config/name", config, `"A"`},
		{"/acl/acl-sets/acl-set[name=A][type=openconfig-acl:ACL_IPV4]/config/name", config, `"A"`},
		{"/openconfig-acl:acl/acl-sets/acl-set[name=A]/config/name", config, `"A"`},
		{"/acl/*/acl-set[name=A]/config/name", config, `"A"`},
		{"/acl/.../destination-port", config, "25"},
		{"/acl/acl-sets/acl-set[name=NO][type=ACL_IPV4]", config, "NotFound"},
		{"/defined-sets", config, "NotFound"},
		{"/acl/state/counter-capability", all, `"openconfig-acl:INTERFACE_AGGREGATE"`},
		{"/components/component[name=*]/state/serial-no", state, `"LAB`},
		{"/components/component[name=*]/state/type", all, `"openconfig-platform-types:CHASSIS"`},
		{"/system/config/hostname", config, `"oc-1"`},
		{"/system/state", state, `{"openconfig-system:hostname":"oc-1"}`},
		{"/interfaces/interface[name=Loopback0]/config/type", config, `"iana-if-type:softwareLoopback"`},
		{"/bgp", config, "Unimplemented"},
		{"/acl/foo", config, "InvalidArgument"},
		{"/acl/acl-sets/acl-set[name=A]/foo", config, "InvalidArgument"},
		{"/acl/acl-sets/acl-set[id=A]", config, "InvalidArgument"},
		{"/acl/acl-sets/acl-set[type=ACL_IPV9]", config, "InvalidArgument"},
		{"/acl/acl-sets[name=A]", config, "InvalidArgument"},
	}
	b := newBench(t, openconfig.Options{})
	b.ok(whole()...)
	for _, test := range tests {
		got, err := b.get(test.path, test.kind)
		if err != nil {
			got = strings.TrimPrefix(err.Error(), "rpc error: code = ")
		}
		prefix := err != nil || strings.HasSuffix(test.want, "LAB")
		if got != test.want && !(prefix && strings.HasPrefix(got, test.want)) {
			t.Errorf("%s %s:\n%s\nwant\n%s", test.path, test.kind, got, test.want)
		}
	}
}

// The rest of a GetRequest: prefix, encodings, models, several paths.
func TestRequestsOfGet(t *testing.T) {
	b := newBench(t, openconfig.Options{})
	b.ok(whole()...)
	whole := path(t, setA+"/config/name")
	req := func() *gnmi.GetRequest {
		return &gnmi.GetRequest{Prefix: &gnmi.Path{Target: "oc-1", Elem: whole.Elem[:2]}, Encoding: gnmi.Encoding_JSON,
			Path: []*gnmi.Path{{Elem: whole.Elem[2:]}, {Elem: path(t, "/acl/acl-sets/acl-set/config/type").Elem[2:]}}}
	}
	answer, err := b.client.Get(b.ctx, req())
	if err != nil {
		t.Fatal(err)
	}
	if n := answer.Notification; len(n) != 2 || n[0].Prefix.Target != "oc-1" || len(n[0].Prefix.Elem) != 2 || len(n[0].Update[0].Path.Elem) != 3 || n[0].Timestamp == 0 ||
		len(n[1].Update) != 2 || string(n[1].Update[0].Val.GetJsonVal()) != `"ACL_IPV4"` || n[1].Update[0].Path.Elem[0].Key["name"] != "A" {
		t.Errorf("%v", answer)
	}
	tests := []struct {
		name   string
		change func(*gnmi.GetRequest)
		code   codes.Code
	}{
		{"ASCII", func(r *gnmi.GetRequest) { r.Encoding = gnmi.Encoding_ASCII }, codes.Unimplemented},
		{"PROTO", func(r *gnmi.GetRequest) { r.Encoding = gnmi.Encoding_PROTO }, ok},
		{"a model that is there", func(r *gnmi.GetRequest) { r.UseModels = []*gnmi.ModelData{{Name: "openconfig-acl"}} }, ok},
		{"a model that is not", func(r *gnmi.GetRequest) { r.UseModels = []*gnmi.ModelData{{Name: "openconfig-bgp"}} }, codes.Unimplemented},
		{"another origin", func(r *gnmi.GetRequest) { r.Prefix.Origin = "cli" }, codes.Unimplemented},
		{"one path of two is not there", func(r *gnmi.GetRequest) { r.Path[1].Elem[0].Key = map[string]string{"name": "NO"} }, missing},
		{"no path", func(r *gnmi.GetRequest) { r.Path = nil }, ok},
		//lint:ignore SA1019 an old client must hear that it is not understood
		{"old elements", func(r *gnmi.GetRequest) { r.Path[0] = &gnmi.Path{Element: []string{"acl"}} }, bad},
	}
	for _, test := range tests {
		r := req()
		test.change(r)
		_, err := b.client.Get(b.ctx, r)
		b.want(err, test.code, "", test.name)
	}
}

// What differs between vendors.
func TestOptions(t *testing.T) {
	tests := []struct {
		name    string
		options openconfig.Options
		line    string
		code    codes.Code
		says    string
	}{
		{"no description", openconfig.Options{NoDescription: true}, "update " + setA + `/config/description "x"`, missing, "description"},
		{"no description in an entry", openconfig.Options{NoDescription: true}, "update " + entry10 + `/config {"description":"x"}`, bad, "description"},
		{"2017: no defined-sets", openconfig.Options{Model2017: true}, "update " + sets + " " + valueP, missing, "defined-sets"},
		{"2017: no prefix-sets", openconfig.Options{Model2017: true}, "update " + entry10 + `/ipv4/config {"source-address-prefix-set":"P"}`, bad, "source-address-prefix-set"},
		{"2017: flags", openconfig.Options{Model2017: true}, "update " + entry10 + `/transport/config {"tcp-flags":["openconfig-packet-match-types:TCP_ACK"]}`, ok, ""},
		{"now: no such flags", openconfig.Options{}, "update " + entry10 + `/transport/config {"tcp-flags":["openconfig-packet-match-types:TCP_ACK"]}`, bad, "tcp-flags"},
		{"no interfaces", openconfig.Options{NoInterfaces: true}, "update " + ref2 + `/interface "Ethernet9"`, ok, ""},
	}
	for _, test := range tests {
		b := newBench(t, test.options)
		b.ok(whole()...)
		b.want(b.set(test.line), test.code, test.says, test.name)
	}
	b := newBench(t, openconfig.Options{NoInterfaces: true})
	_, err := b.get("/interfaces", gnmi.GetRequest_CONFIG)
	b.want(err, missing, "", "/interfaces of a device that shows none")
	b = newBench(t, openconfig.Options{Model2017: true})
	b.ok(whole()...)
	_, err = b.get(boundA+"/acl-entries", gnmi.GetRequest_STATE)
	b.want(err, bad, "acl-entries", "2017: no counters per interface")
	b = newBench(t, openconfig.Options{Leaves: true})
	b.ok(whole()...)
	answer, err := b.client.Get(b.ctx, &gnmi.GetRequest{Path: []*gnmi.Path{path(t, entry10)}, Type: gnmi.GetRequest_CONFIG, Encoding: gnmi.Encoding_JSON_IETF})
	if err != nil || len(answer.Notification) != 1 || len(answer.Notification[0].Update) != 5 {
		t.Errorf("leaf by leaf: %v, %v", answer, err)
	}
}
