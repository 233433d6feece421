package gnmi

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	pb "github.com/openconfig/gnmi/proto/gnmi"
	"github.com/openconfig/gnmic/pkg/api"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"op25b/templates/words"
	"op25b/templates/yang"
)

// part is one of the pieces of the document.
type part struct {
	path   string
	name   string              // in the document
	needed bool                // the device must let it be read
	trim   func(n *node) *node // what of it is of interest
}

func parts() []part {
	return []part{
		{"/acl", "openconfig-acl:acl", true, configured},
		{"/defined-sets", "openconfig-defined-sets:defined-sets", false, configured},
		{"/interfaces", "openconfig-interfaces:interfaces", false, interfaces},
		{"/system/config/hostname", "openconfig-system:system", false, hostname},
	}
}

// document is the running configuration: what is asked for piece by piece, each with its deadline,
// and put together. Its text is the same whatever the order in which the device tells it.
func (t *Dialog) document(ctx context.Context) (string, error) {
	out := newObject()
	for _, p := range parts() {
		n, err := t.piece(ctx, p)
		if err != nil {
			return "", err
		}
		if n == nil && p.needed {
			n = newObject()
		}
		if n != nil {
			out.add(p.name, n)
		}
	}
	for _, m := range out.members {
		m.node.settle(keyNames())
	}
	out.index = nil
	slices.SortFunc(out.members, func(a, b member) int { return strings.Compare(a.name, b.name) })
	s := out.lay()
	if len(s) > words.MaxText {
		return "", fmt.Errorf("get: the configuration has %d MB; more than %d MB is not read", len(s)>>20, words.MaxText>>20)
	}
	return s, nil
}

// piece reads a part; nil where the device has none of it.
func (t *Dialog) piece(ctx context.Context, p part) (*node, error) {
	where, _, err := yang.ReadPath(p.path)
	if err != nil {
		return nil, err
	}
	n, err := t.get(ctx, where, "CONFIG", t.patience)
	switch {
	case errors.Is(err, errNotFound), !p.needed && errors.Is(err, errNotHere):
		return nil, nil
	case err != nil:
		return nil, err
	case n == nil || n.empty():
		return nil, nil
	}
	if n = p.trim(n); n == nil || n.empty() {
		return nil, nil
	}
	return n, nil
}

// absent is the refusal of a path that the device does not have.
type absent struct {
	words.Refusal
	kind error
}

func (a absent) Unwrap() []error { return []error{a.Refusal, a.kind} }

var (
	errNotFound = errors.New("not found")
	errNotHere  = errors.New("not on this device")
)

// get reads one path; nil where the answer is empty. A path that is not there is errNotFound, one
// that the device may not know at all errNotHere; both are a words.Refusal.
func (t *Dialog) get(ctx context.Context, p yang.Path, kind string, patience time.Duration) (*node, error) {
	line := "get " + p.String()
	req, err := api.NewGetRequest(at(p), api.DataType(kind), api.EncodingJSON_IETF())
	if err != nil {
		return nil, err
	}
	limit, stop := context.WithTimeout(ctx, patience)
	defer stop()
	answer, err := t.wire.client.Get(limit, req)
	if err != nil {
		said := words.Refusal{Line: line, Says: ""}
		switch status.Code(err) {
		case codes.NotFound:
			said.Says = t.says(err)
			return nil, absent{said, errNotFound}
		case codes.Unimplemented, codes.InvalidArgument:
			said.Says = t.says(err)
			return nil, absent{said, errNotHere}
		}
		return nil, t.read(ctx, line, err)
	}
	n, err := assemble(p, answer.GetNotification())
	if err != nil {
		return nil, fmt.Errorf("%s: the answer is not understood: %w", line, err)
	}
	return n, nil
}

var errElsewhere = errors.New("it is about what was not asked for")

// assemble puts an answer together: one value, or many pieces of it.
func assemble(asked yang.Path, told []*pb.Notification) (*node, error) {
	root := newObject()
	asked = asked.Canonical()
	for _, n := range told {
		for _, u := range n.GetUpdate() {
			p, err := pathOf(n.GetPrefix(), u.GetPath())
			if err != nil {
				return nil, err
			}
			value, err := valueOf(u.GetVal())
			if err != nil {
				return nil, err
			}
			if !p.Meets(asked) {
				return nil, errElsewhere
			}
			if len(p) > 0 && len(p) == len(asked) {
				value = unwrapped(value, p[len(p)-1])
			}
			if err := root.put(p, value); err != nil {
				return nil, err
			}
		}
	}
	for i, s := range asked {
		if (yang.Path{s}).Wild() {
			asked = slices.Clone(asked[:i+1])
			asked[i].Keys = nil
			break
		}
	}
	return root.at(asked)
}

// unwrapped is a value without the name of the node whose value it is: some devices write it around
// it. No container that is read here has a member of its own name.
func unwrapped(value *node, s yang.Step) *node {
	if value.kind != object || len(value.members) != 1 || value.members[0].name != s.Name {
		return value
	}
	inner := value.members[0].node
	if len(s.Keys) > 0 && inner.kind == array && len(inner.members) == 1 {
		return inner.members[0].node
	}
	return inner
}

// valueOf is a value as JSON. Names lose their module where that is one of OpenConfig's.
func valueOf(v *pb.TypedValue) (*node, error) {
	switch v := v.GetValue().(type) {
	case *pb.TypedValue_JsonIetfVal:
		return readJSONAs(v.JsonIetfVal, yang.Plain)
	case *pb.TypedValue_JsonVal:
		return readJSONAs(v.JsonVal, yang.Plain)
	case *pb.TypedValue_StringVal:
		return &node{kind: text, text: strings.ToValidUTF8(v.StringVal, "\ufffd")}, nil
	case *pb.TypedValue_AsciiVal:
		return &node{kind: text, text: strings.ToValidUTF8(v.AsciiVal, "\ufffd")}, nil
	case *pb.TypedValue_IntVal:
		return &node{kind: word, text: strconv.FormatInt(v.IntVal, 10)}, nil
	case *pb.TypedValue_UintVal:
		return &node{kind: word, text: strconv.FormatUint(v.UintVal, 10)}, nil
	case *pb.TypedValue_DoubleVal:
		return whole(v.DoubleVal, 1<<53)
	case *pb.TypedValue_FloatVal:
		//lint:ignore SA1019 old routers still send them
		return whole(float64(v.FloatVal), 1<<24)
	case *pb.TypedValue_DecimalVal:
		//lint:ignore SA1019 old routers still send them
		return integer(v.DecimalVal.GetDigits(), v.DecimalVal.GetPrecision())
	case *pb.TypedValue_BoolVal:
		return &node{kind: word, text: strconv.FormatBool(v.BoolVal)}, nil
	case *pb.TypedValue_BytesVal:
		return &node{kind: text, text: base64.StdEncoding.EncodeToString(v.BytesVal)}, nil
	case *pb.TypedValue_LeaflistVal:
		out := &node{kind: array}
		for _, e := range v.LeaflistVal.GetElement() {
			if _, nested := e.GetValue().(*pb.TypedValue_LeaflistVal); nested {
				return nil, errEncoding
			}
			row, err := valueOf(e)
			if err != nil {
				return nil, err
			}
			out.members = append(out.members, member{node: row})
		}
		return out, nil
	}
	return nil, errEncoding
}

// whole is a number in floating point, where that is not negative and whole for certain: from end on its
// last digits are lost, and a counter would seem to stand still.
func whole(v, end float64) (*node, error) {
	if v >= 0 && v < end && v == math.Trunc(v) {
		return &node{kind: word, text: strconv.FormatUint(uint64(v), 10)}, nil
	}
	return nil, errEncoding
}

// integer is a decimal number of so many places, where that is not negative and whole.
func integer(digits int64, places uint32) (*node, error) {
	for ; places > 0 && digits != 0 && digits%10 == 0; places-- {
		digits /= 10
	}
	if digits < 0 || places > 0 && digits != 0 {
		return nil, errEncoding
	}
	return &node{kind: word, text: strconv.FormatInt(digits, 10)}, nil
}

var errEncoding = errors.New("a value is in no encoding that is understood")

// configured is a piece without what is state, and without containers in which nothing is.
func configured(n *node) *node {
	out := &node{kind: n.kind, text: n.text}
	for _, m := range n.members {
		if n.kind == object && m.name == "state" && !m.node.leaf() {
			continue
		}
		kept := configured(m.node)
		if n.kind == object && kept.empty() {
			continue
		}
		out.members = append(out.members, member{m.name, kept})
	}
	return out
}

// only is an object with some of the members of another.
func only(n *node, names ...string) *node {
	out := newObject()
	for _, name := range names {
		if m := n.member(name); m != nil {
			out.add(name, m)
		}
	}
	return out
}

// rows are those of a list within a container, each as cut makes it.
func rows(n *node, list string, cut func(row *node) *node) *node {
	out := &node{kind: array}
	if l := n.member(list); l != nil && l.kind == array {
		for _, m := range l.members {
			out.members = append(out.members, member{node: cut(m.node)})
		}
	}
	return out
}

// interfaces are their names and types, and the indexes of their subinterfaces.
func interfaces(n *node) *node {
	out := newObject()
	out.add("interface", rows(n, "interface", func(row *node) *node {
		short := only(row, "name")
		if c := row.member("config"); c != nil {
			short.add("config", only(c, "name", "type"))
		}
		if s := row.member("subinterfaces"); s != nil {
			subs := newObject()
			subs.add("subinterface", rows(s, "subinterface", func(row *node) *node {
				short := only(row, "index")
				if c := row.member("config"); c != nil {
					short.add("config", only(c, "index"))
				}
				return short
			}))
			short.add("subinterfaces", subs)
		}
		return short
	}))
	return configured(out)
}

// hostname is the system's container with the name alone.
func hostname(n *node) *node {
	if !n.leaf() {
		return nil
	}
	config, out := newObject(), newObject()
	config.add("hostname", n)
	out.add("config", config)
	return out
}

// serial gives the serial numbers of what is of the type CHASSIS, one a line. [openconfig-platform]
func (t *Dialog) serial(ctx context.Context) (string, error) {
	components, err := t.get(ctx, yang.Path{{Name: "components"}, {Name: "component", Keys: []yang.Key{{Name: "name", Value: "*"}}}, {Name: "state"}}, "STATE", t.patience)
	if errors.Is(err, errNotHere) || errors.Is(err, errNotFound) || err == nil && components == nil {
		var all *node
		if all, err = t.get(ctx, yang.Path{{Name: "components"}}, "STATE", t.patience); all != nil {
			components = all.member("component")
		}
	}
	if err != nil {
		return "", err
	}
	var out []string
	if components != nil && components.kind == array {
		for _, m := range components.members {
			if s := chassis(m.node); s != "" {
				out = append(out, clip(s))
			}
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n"), nil
}

// chassis is the serial number of a component that is a chassis, "" for others.
func chassis(row *node) string {
	state := row.member("state")
	if state == nil {
		return ""
	}
	kind, number := state.member("type"), state.member("serial-no")
	if kind == nil || number == nil || kind.kind != text || !number.leaf() || yang.Identity("type", kind.text) != "CHASSIS" {
		return ""
	}
	return number.text
}
