package openconfig_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/openconfig/gnmi/proto/gnmi"
	"github.com/openconfig/gnmi/proto/gnmi_ext"
	"github.com/openconfig/gnmic/pkg/api"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"op25b/lab"
	"op25b/lab/openconfig"
)

const user, password = "op25b", "correct-horse"

// bench is one router, its clock, and a raw client that is logged in.
type bench struct {
	t      *testing.T
	router *openconfig.Router
	clock  *lab.HandClock
	fleet  *lab.Fleet
	server *lab.Server
	client gnmi.GNMIClient
	ctx    context.Context
}

func newBench(t *testing.T, o openconfig.Options) *bench {
	t.Helper()
	b := &bench{t: t, clock: &lab.HandClock{}, fleet: &lab.Fleet{Door: lab.Door{User: user, Password: password}}}
	o.Clock = b.clock
	b.router = openconfig.New("oc-1", o)
	config := openconfig.Kind().Config("oc-1", 1)
	if o.NoInterfaces || o.NoDescription || o.Model2017 {
		config = lean(t, config, o)
	}
	if err := b.router.Load(config); err != nil {
		t.Fatal(err)
	}
	s, err := b.fleet.Add("oc-1", b.router)
	if err != nil {
		t.Fatal(err)
	}
	b.server = s
	t.Cleanup(func() { b.fleet.Close() })
	b.client = b.dial()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	b.ctx = metadata.AppendToOutgoingContext(ctx, "username", user, "password", password)
	return b
}

// lean is a configuration without what a device does not implement.
func lean(t *testing.T, config string, o openconfig.Options) string {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal([]byte(config), &doc); err != nil {
		t.Fatal(err)
	}
	if o.NoInterfaces {
		delete(doc, "openconfig-interfaces:interfaces")
	}
	if o.NoDescription {
		set := doc["openconfig-acl:acl"].(map[string]any)["acl-sets"].(map[string]any)["acl-set"].([]any)[0].(map[string]any)
		delete(set["config"].(map[string]any), "description")
	}
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// dial is a client without a login of its own.
func (b *bench) dial() gnmi.GNMIClient {
	b.t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(b.fleet.Authority())) {
		b.t.Fatal("no authority")
	}
	c, err := grpc.NewClient(b.server.Address().String(), grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: pool})))
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { c.Close() })
	return gnmi.NewGNMIClient(c)
}

// path reads "/acl/acl-sets/acl-set[name=A][type=B]".
func path(t *testing.T, text string) *gnmi.Path {
	t.Helper()
	req, err := api.NewGetRequest(api.Path(text))
	if err != nil {
		t.Fatal(err)
	}
	return req.Path[0]
}

// ops are the lines of a Set: "update PATH JSON", "replace PATH JSON", "union_replace PATH JSON", "delete PATH".
func ops(t *testing.T, lines ...string) *gnmi.SetRequest {
	t.Helper()
	req := &gnmi.SetRequest{}
	for _, l := range lines {
		op, rest, _ := strings.Cut(l, " ")
		where, val, _ := strings.Cut(rest, " ")
		u := &gnmi.Update{Path: path(t, where), Val: &gnmi.TypedValue{Value: &gnmi.TypedValue_JsonIetfVal{JsonIetfVal: []byte(val)}}}
		switch op {
		case "delete":
			req.Delete = append(req.Delete, u.Path)
		case "replace":
			req.Replace = append(req.Replace, u)
		case "union_replace":
			req.UnionReplace = append(req.UnionReplace, u)
		case "update":
			req.Update = append(req.Update, u)
		default:
			t.Fatalf("no operation: %q", l)
		}
	}
	return req
}

func (b *bench) set(lines ...string) error { return b.send(ops(b.t, lines...), nil) }

// send sends a Set with a Commit extension, nil for none.
func (b *bench) send(req *gnmi.SetRequest, c *gnmi_ext.Commit) error {
	if c != nil {
		req.Extension = append(req.Extension, &gnmi_ext.Extension{Ext: &gnmi_ext.Extension_Commit{Commit: c}})
	}
	_, err := b.client.Set(b.ctx, req)
	return err
}

func (b *bench) want(err error, code codes.Code, says, where string) {
	b.t.Helper()
	if status.Code(err) != code || !strings.Contains(status.Convert(err).Message(), says) {
		b.t.Errorf("%s: %v, want %s with %q", where, err, code, says)
	}
}

func (b *bench) ok(lines ...string) {
	b.t.Helper()
	if err := b.set(lines...); err != nil {
		b.t.Fatalf("%q: %v", lines, err)
	}
}

func request(id string, d time.Duration) *gnmi_ext.Commit {
	r := &gnmi_ext.CommitRequest{}
	if d != 0 {
		r.RollbackDuration = durationpb.New(d)
	}
	return &gnmi_ext.Commit{Id: id, Action: &gnmi_ext.Commit_Commit{Commit: r}}
}

func confirm(id string) *gnmi_ext.Commit {
	return &gnmi_ext.Commit{Id: id, Action: &gnmi_ext.Commit_Confirm{Confirm: &gnmi_ext.CommitConfirm{}}}
}

func cancel(id string) *gnmi_ext.Commit {
	return &gnmi_ext.Commit{Id: id, Action: &gnmi_ext.Commit_Cancel{Cancel: &gnmi_ext.CommitCancel{}}}
}

func wait(id string, d time.Duration) *gnmi_ext.Commit {
	return &gnmi_ext.Commit{Id: id, Action: &gnmi_ext.Commit_SetRollbackDuration{
		SetRollbackDuration: &gnmi_ext.CommitSetRollbackDuration{RollbackDuration: durationpb.New(d)}}}
}

// The lines that the tests write.
const (
	setA    = `/acl/acl-sets/acl-set[name=A][type=ACL_IPV4]`
	valueA  = `{"name":"A","type":"openconfig-acl:ACL_IPV4","config":{"name":"A","type":"openconfig-acl:ACL_IPV4"}}`
	entry10 = setA + `/acl-entries/acl-entry[sequence-id=10]`
	value10 = `{"sequence-id":10,"config":{"sequence-id":10},"ipv4":{"config":{"source-address":"198.51.100.0/24","protocol":"openconfig-packet-match-types:IP_TCP"}},` +
		`"transport":{"config":{"destination-port":25}},"actions":{"config":{"forwarding-action":"openconfig-acl:DROP"}}}`
	entry20 = setA + `/acl-entries/acl-entry[sequence-id=20]`
	value20 = `{"sequence-id":20,"config":{"sequence-id":20},"actions":{"config":{"forwarding-action":"openconfig-acl:ACCEPT"}}}`
	at2     = `/acl/interfaces/interface[id=Ethernet2]`
	value2  = `{"id":"Ethernet2","config":{"id":"Ethernet2"},"interface-ref":{"config":{"interface":"Ethernet2"}}}`
	boundA  = at2 + `/ingress-acl-sets/ingress-acl-set[set-name=A][type=ACL_IPV4]`
	bindA   = `{"set-name":"A","type":"openconfig-acl:ACL_IPV4","config":{"set-name":"A","type":"openconfig-acl:ACL_IPV4"}}`
)

func whole() []string {
	return []string{"replace " + setA + " " + valueA, "update " + entry10 + " " + value10, "update " + entry20 + " " + value20,
		"update " + at2 + " " + value2, "update " + boundA + " " + bindA}
}

// get is the JSON of the only update of a Get.
func (b *bench) get(text string, kind gnmi.GetRequest_DataType) (string, error) {
	b.t.Helper()
	answer, err := b.client.Get(b.ctx, &gnmi.GetRequest{Path: []*gnmi.Path{path(b.t, text)}, Type: kind, Encoding: gnmi.Encoding_JSON_IETF})
	if err != nil {
		return "", err
	}
	var out []string
	for _, n := range answer.Notification {
		for _, u := range n.Update {
			out = append(out, string(u.Val.GetJsonIetfVal()))
		}
	}
	return strings.Join(out, "\n"), nil
}

func TestSetAndGet(t *testing.T) {
	b := newBench(t, openconfig.Options{})
	b.ok(whole()...)
	got, err := b.get(entry10, gnmi.GetRequest_CONFIG)
	if want := strings.ReplaceAll(value10, `{"sequence-id":10,"config"`, `{"openconfig-acl:sequence-id":10,"openconfig-acl:config"`); err != nil ||
		strings.ReplaceAll(got, "openconfig-acl:", "") != strings.ReplaceAll(want, "openconfig-acl:", "") {
		t.Errorf("%v\n%s\nwant\n%s", err, got, want)
	}
	mail := packet("198.51.100.7", "192.0.2.1", 6, 25)
	if pass, line := b.router.Verdict("Ethernet2", "in", mail); pass || line != "A ACL_IPV4 10 DROP" {
		t.Errorf("%v %s", pass, line)
	}
	before := b.router.Running()
	b.ok("delete " + boundA)
	if pass, line := b.router.Verdict("Ethernet2", "in", mail); !pass {
		t.Errorf("unbound: %s", line)
	}
	if err := b.router.Load(before); err != nil || b.router.Running() != before {
		t.Errorf("what Running gives is not what Load takes: %v", err)
	}
}
