package openconfig

import (
	"strings"

	"github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"
)

// models are what Capabilities tells.
func (o Options) models() []*gnmi.ModelData {
	m := func(name, version string) *gnmi.ModelData {
		return &gnmi.ModelData{Name: name, Organization: "OpenConfig working group", Version: version}
	}
	out := []*gnmi.ModelData{m(aclModule, "1.3.3"), m("openconfig-packet-match", "2.3.0"), m(setsModule, "1.1.0")}
	if o.Model2017 {
		out = []*gnmi.ModelData{m(aclModule, "1.0.0"), m("openconfig-packet-match", "1.0.0")}
	}
	return append(out, m(interfaceModule, "3.8.0"), m(systemModule, "2.3.0"), m(platformModule, "0.31.0"))
}

func (r *Router) capabilities() *gnmi.CapabilityResponse {
	return &gnmi.CapabilityResponse{SupportedModels: r.options.models(), GNMIVersion: "0.10.0",
		SupportedEncodings: []gnmi.Encoding{gnmi.Encoding_JSON, gnmi.Encoding_JSON_IETF, gnmi.Encoding_PROTO}}
}

// encode writes a node in an encoding of gNMI.
func encode(n *node, e gnmi.Encoding) *gnmi.TypedValue {
	switch {
	case e == gnmi.Encoding_JSON_IETF:
		return &gnmi.TypedValue{Value: &gnmi.TypedValue_JsonIetfVal{JsonIetfVal: encoding{true}.write(n)}}
	case e == gnmi.Encoding_JSON:
		return &gnmi.TypedValue{Value: &gnmi.TypedValue_JsonVal{JsonVal: encoding{false}.write(n)}}
	case n.is.sort == leafList:
		many := &gnmi.ScalarArray{}
		for _, v := range n.values {
			many.Element = append(many.Element, v.typed())
		}
		return &gnmi.TypedValue{Value: &gnmi.TypedValue_LeaflistVal{LeaflistVal: many}}
	}
	return n.value.typed()
}

// typed is a value as a scalar of gNMI.
func (v value) typed() *gnmi.TypedValue {
	switch {
	case v.form == plain && (v.text == "true" || v.text == "false"):
		return &gnmi.TypedValue{Value: &gnmi.TypedValue_BoolVal{BoolVal: v.text == "true"}}
	case v.form != quoted:
		return &gnmi.TypedValue{Value: &gnmi.TypedValue_UintVal{UintVal: parseUint(v.text)}}
	case v.module != "":
		return &gnmi.TypedValue{Value: &gnmi.TypedValue_StringVal{StringVal: v.module + ":" + v.text}}
	}
	return &gnmi.TypedValue{Value: &gnmi.TypedValue_StringVal{StringVal: v.text}}
}

func supported(e gnmi.Encoding) error {
	switch e {
	case gnmi.Encoding_JSON, gnmi.Encoding_JSON_IETF, gnmi.Encoding_PROTO:
		return nil
	}
	return refuse(codes.Unimplemented, "the encoding %s is not supported", e)
}

// get answers a GetRequest, a notification for each path [gnmi-specification 3.3.2]. The caller
// holds the lock.
func (r *Router) get(req *gnmi.GetRequest) (*gnmi.GetResponse, error) {
	if err := supported(req.GetEncoding()); err != nil {
		return nil, err
	}
	if err := r.implements(req.GetUseModels()); err != nil {
		return nil, err
	}
	tree := r.tree(req.GetType())
	paths := req.GetPath()
	if len(paths) == 0 {
		paths = []*gnmi.Path{{}}
	}
	answer := &gnmi.GetResponse{}
	for _, p := range paths {
		path, err := joined(req.GetPrefix(), p)
		if err != nil {
			return nil, err
		}
		if err := check(r.schema, path); err != nil {
			return nil, err
		}
		hits := tree.find(path, nil)
		if len(path) == 0 && len(tree.kids) == 0 {
			hits = nil
		}
		if len(hits) == 0 {
			return nil, refuse(codes.NotFound, "%s: there is nothing", pathText(path))
		}
		answer.Notification = append(answer.Notification, r.notification(req, hits))
	}
	return answer, nil
}

func (r *Router) implements(models []*gnmi.ModelData) error {
	for _, m := range models {
		found := false
		for _, have := range r.options.models() {
			found = found || have.Name == m.GetName()
		}
		if !found {
			return refuse(codes.Unimplemented, "the model %.100q is not implemented", m.GetName())
		}
	}
	return nil
}

func (r *Router) notification(req *gnmi.GetRequest, hits []hit) *gnmi.Notification {
	prefix, skip := echoed(req.GetPrefix())
	n := &gnmi.Notification{Timestamp: r.options.Clock.Now().UnixNano(), Prefix: prefix}
	for _, h := range hits {
		if !r.options.Leaves && req.GetEncoding() != gnmi.Encoding_PROTO {
			n.Update = append(n.Update, &gnmi.Update{Path: h.at.proto(skip), Val: encode(h.node, req.GetEncoding())})
			continue
		}
		for _, l := range h.node.leaves(h.at) {
			n.Update = append(n.Update, &gnmi.Update{Path: l.at.proto(skip), Val: encode(l.node, req.GetEncoding())})
		}
	}
	return n
}

// echoed is the prefix of an answer, and how many elements of the paths it stands for. One with
// wildcards gives back its target alone.
func echoed(p *gnmi.Path) (*gnmi.Path, int) {
	if p == nil {
		return nil, 0
	}
	out := &gnmi.Path{Origin: p.GetOrigin(), Target: p.GetTarget()}
	for _, e := range p.GetElem() {
		if (wanted{e.GetName(), e.GetKey()}).isWild() || strings.Contains(e.GetName(), ":") {
			return out, 0
		}
	}
	out.Elem = p.GetElem()
	return out, len(out.Elem)
}
