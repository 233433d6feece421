package gnmi

import (
	"fmt"
	"strings"

	pb "github.com/openconfig/gnmi/proto/gnmi"
	"github.com/openconfig/gnmic/pkg/api"
	"google.golang.org/protobuf/proto"

	"op25b/templates/yang"
)

// fold puts every update below a path that is replaced into the value that replaces it. What stays
// keeps its order. Lines that would not mean in one Set what they mean one after the other are an error.
func fold(ops []operation) ([]operation, error) {
	var out []operation
	var order yang.Order
	var replaced, updated yang.Forest[int] // paths of what stays, and where it stands in out
	for _, op := range ops {
		p := op.path.Canonical()
		if err := order.Take(op.verb, p); err != nil {
			return nil, fmt.Errorf("%s: %w", op.path, err)
		}
		switch {
		case op.verb == yang.Delete:
		case op.verb != yang.Update:
			replaced.Put(p, len(out))
		case updated.Overlaps(p):
			updated.Put(p, len(out))
		default:
			i, length, found := replaced.Above(p)
			if found && absorbs(out[i].value, p, length, op.value) {
				if err := out[i].value.take(p[length:], op.value); err != nil {
					return nil, fmt.Errorf("%s %s: %w", op.verb, op.path, err)
				}
				continue
			}
			updated.Put(p, len(out))
		}
		out = append(out, op)
	}
	return out, nil
}

// absorbs reports whether an update of a path can be put into the value of a replace, whose path is
// the begin of it, without a doubt about what that means.
func absorbs(into *node, p yang.Path, length int, value *node) bool {
	have, err := into.at(p[length:])
	if err != nil || !agrees(p, value) {
		return false
	}
	if have == nil {
		return reachable(into, p[length:])
	}
	return have.fits(value)
}

// reachable reports whether the way to a path can be made.
func reachable(n *node, p yang.Path) bool {
	for _, s := range p {
		if n == nil {
			return true
		}
		if n.kind != object {
			return false
		}
		if n = n.member(s.Name); n == nil || len(s.Keys) == 0 {
			continue
		}
		if n.kind != array {
			return false
		}
		if len(n.members) > 0 {
			if _, all := picked(n.members[0].node, s.Keys); !all {
				return false
			}
		}
		n, _ = n.row(s)
	}
	return true
}

// agrees reports whether the keys in a value are those of its path.
func agrees(p yang.Path, value *node) bool {
	if len(p) == 0 {
		return true
	}
	for _, k := range p[len(p)-1].Keys {
		if v := value.member(k.Name); v != nil && (!v.leaf() || yang.Identity(k.Name, v.text) != k.Value) {
			return false
		}
	}
	return true
}

// take puts an update into the value of a replace, at a path below that. What is new there gets
// the module that all names of the value have. [RFC 7951 section 4: the names of the outermost
// object have their module]
func (n *node) take(below yang.Path, value *node) error {
	if module := n.module(); module != "" && len(below) > 0 && n.member(below[0].Name) == nil {
		fresh := newObject()
		if len(below[0].Keys) > 0 {
			fresh.kind = array
		}
		n.add(module+":"+below[0].Name, fresh)
	}
	return n.put(below, value)
}

// module is that of all the members of an object, "" where one has none or another.
func (n *node) module() string {
	module := ""
	for i, m := range n.members {
		of, _, found := strings.Cut(m.name, ":")
		if !found || i > 0 && of != module {
			return ""
		}
		module = of
	}
	return module
}

// request is a Set with some operations.
func request(ops []operation) (*pb.SetRequest, error) {
	var parts []api.GNMIOption
	for _, op := range ops {
		if op.verb == yang.Delete {
			parts = append(parts, removing(op.path))
			continue
		}
		var b strings.Builder
		op.value.compact(&b)
		what := []api.GNMIOption{at(op.path), api.Value(b.String(), "json_ietf")} // a text: bytes would go out as bytes
		switch op.verb {
		case yang.Union:
			parts = append(parts, api.UnionReplace(what...))
		case yang.Replace:
			parts = append(parts, api.Replace(what...))
		default:
			parts = append(parts, api.Update(what...))
		}
	}
	return api.NewSetRequest(parts...)
}

// at gives a message its path: the library's own reader of paths loses backslashes.
func at(p yang.Path) api.GNMIOption {
	return func(m proto.Message) error {
		switch m := m.(type) {
		case *pb.Update:
			m.Path = sent(p)
		case *pb.Subscription:
			m.Path = sent(p)
		case *pb.GetRequest:
			m.Path = append(m.Path, sent(p))
		default:
			return fmt.Errorf("%T has no path", m)
		}
		return nil
	}
}

func removing(p yang.Path) api.GNMIOption {
	return func(m proto.Message) error {
		set, is := m.(*pb.SetRequest)
		if !is {
			return fmt.Errorf("%T deletes nothing", m)
		}
		set.Delete = append(set.Delete, sent(p))
		return nil
	}
}
