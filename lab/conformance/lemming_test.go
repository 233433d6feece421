package conformance_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"testing"
	"time"

	pb "github.com/openconfig/gnmi/proto/gnmi"
	"github.com/openconfig/lemming/gnmi"
	"github.com/openconfig/ygot/ygot"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

// lemming is a gNMI target that we did not write. It has no Get, no Capabilities, and looks at no
// extension; what it holds is seen by Subscribe.
type lemming struct {
	address string
	trust   string // a file with its authority
	raw     pb.GNMIClient
}

// startLemming starts one that has the interfaces named, each with subinterface 0 and 100.
func startLemming(t *testing.T, interfaces ...string) lemming {
	t.Helper()
	pair, file := certificate(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.Creds(credentials.NewServerTLSFromCert(&pair)),
		grpc.ChainStreamInterceptor(originated, gnmi.NewSubscribeTargetUpdateInterceptor(lemmingName)))
	if _, err := gnmi.New(server, lemmingName, nil); err != nil {
		t.Fatal(err)
	}
	go server.Serve(l)
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{InsecureSkipVerify: true})))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	device := lemming{l.Addr().String(), file, pb.NewGNMIClient(conn)}
	for _, name := range interfaces {
		device.set(t, "/interfaces/interface[name="+name+"]", fmt.Sprintf(`{"name":%q,"config":{"name":%q,"type":"iana-if-type:ethernetCsmacd"},
			"subinterfaces":{"subinterface":[{"index":0,"config":{"index":0}},{"index":100,"config":{"index":100}}]}}`, name, name))
	}
	return device
}

const lemmingName = "lemming"

// originated gives a subscription without an origin that of OpenConfig. By the specification of
// paths no origin may stand for it; lemming has nothing under no origin.
func originated(server any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, next grpc.StreamHandler) error {
	return next(server, originStream{stream})
}

type originStream struct{ grpc.ServerStream }

func (s originStream) RecvMsg(m any) error {
	if err := s.ServerStream.RecvMsg(m); err != nil {
		return err
	}
	if q, is := m.(*pb.SubscribeRequest); is && q.GetSubscribe() != nil {
		list := q.GetSubscribe()
		if list.Prefix == nil {
			list.Prefix = &pb.Path{}
		}
		if list.Prefix.Origin == "" {
			list.Prefix.Origin = gnmi.OpenConfigOrigin
		}
	}
	return nil
}

func pathOf(t *testing.T, text string) *pb.Path {
	t.Helper()
	p, err := ygot.StringToStructuredPath(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// set updates one path without the product.
func (d lemming) set(t *testing.T, path, value string) {
	t.Helper()
	_, err := d.raw.Set(t.Context(), &pb.SetRequest{Update: []*pb.Update{{Path: pathOf(t, path),
		Val: &pb.TypedValue{Value: &pb.TypedValue_JsonIetfVal{JsonIetfVal: []byte(value)}}}}})
	if err != nil {
		t.Fatal(err)
	}
}

// leaves are what it holds under a path: full paths of leaves and their values.
func (d lemming) leaves(t *testing.T, under string) map[string]any {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	stream, err := d.raw.Subscribe(ctx)
	if err != nil {
		t.Fatal(err)
	}
	err = stream.Send(&pb.SubscribeRequest{Request: &pb.SubscribeRequest_Subscribe{Subscribe: &pb.SubscriptionList{
		Mode: pb.SubscriptionList_ONCE, Encoding: pb.Encoding_JSON_IETF, Prefix: &pb.Path{Origin: gnmi.OpenConfigOrigin, Target: lemmingName},
		Subscription: []*pb.Subscription{{Path: pathOf(t, under)}}}}})
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]any{}
	for {
		answer, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return held
		}
		if err != nil {
			t.Fatal(err)
		}
		n := answer.GetUpdate()
		for _, u := range n.GetUpdate() {
			full := &pb.Path{Elem: append(slices.Clone(n.GetPrefix().GetElem()), u.GetPath().GetElem()...)}
			text, err := ygot.PathToString(full)
			if err != nil {
				t.Fatal(err)
			}
			held[text] = plain(u.GetVal())
		}
	}
}

// plain is a leaf's value.
func plain(v *pb.TypedValue) any {
	switch v := v.GetValue().(type) {
	case *pb.TypedValue_StringVal:
		return v.StringVal
	case *pb.TypedValue_UintVal:
		return v.UintVal
	case *pb.TypedValue_IntVal:
		return v.IntVal
	case *pb.TypedValue_BoolVal:
		return v.BoolVal
	case *pb.TypedValue_LeaflistVal:
		var all []any
		for _, one := range v.LeaflistVal.GetElement() {
			all = append(all, plain(one))
		}
		return all
	}
	return v
}

// document is what it holds of /acl and of the interfaces' names, as its JSON_IETF document.
func (d lemming) document(t *testing.T) string {
	t.Helper()
	tree := map[string]any{"openconfig-acl:acl": map[string]any{},
		"openconfig-system:system": map[string]any{"config": map[string]any{"hostname": "edge1"}}}
	modules := map[string]string{"acl": "openconfig-acl:", "defined-sets": "openconfig-defined-sets:", "interfaces": "openconfig-interfaces:"}
	for _, top := range slices.Sorted(maps.Keys(modules)) {
		leaves := d.leaves(t, "/"+top)
		for _, path := range slices.Sorted(maps.Keys(leaves)) {
			elems := pathOf(t, path).Elem
			if last := elems[len(elems)-1].Name; top == "interfaces" && !slices.Contains([]string{"name", "type", "index"}, last) {
				continue
			}
			elems[0].Name = modules[top] + top
			plant(tree, elems, leaves[path])
		}
	}
	unmark(tree)
	return string(raw(t, tree))
}

// plant puts a leaf into a JSON tree.
func plant(tree map[string]any, elems []*pb.PathElem, value any) {
	name, keys := elems[0].Name, elems[0].Key
	switch {
	case len(elems) == 1:
		tree[name] = value
	case len(keys) == 0:
		child, _ := tree[name].(map[string]any)
		if child == nil {
			child = map[string]any{}
			tree[name] = child
		}
		plant(child, elems[1:], value)
	default:
		list, _ := tree[name].([]any)
		for _, one := range list {
			if one := one.(map[string]any); maps.Equal(one[""].(map[string]string), keys) {
				plant(one, elems[1:], value)
				return
			}
		}
		one := map[string]any{"": keys}
		tree[name] = append(list, one)
		plant(one, elems[1:], value)
	}
}

// unmark takes away the keys by which plant knows the entries of a list.
func unmark(v any) {
	switch v := v.(type) {
	case map[string]any:
		delete(v, "")
		for _, child := range v {
			unmark(child)
		}
	case []any:
		for _, child := range v {
			unmark(child)
		}
	}
}
