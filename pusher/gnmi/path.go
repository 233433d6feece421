package gnmi

import (
	"fmt"
	"slices"

	pb "github.com/openconfig/gnmi/proto/gnmi"

	"op25b/templates/yang"
)

// sent is a path as it is sent.
func sent(p yang.Path) *pb.Path {
	out := &pb.Path{}
	for _, s := range p {
		e := &pb.PathElem{Name: s.Name}
		for _, k := range s.Keys {
			if e.Key == nil {
				e.Key = map[string]string{}
			}
			e.Key[k.Name] = k.Value
		}
		out.Elem = append(out.Elem, e)
	}
	return out
}

// pathOf is the whole path of an answer, with names and identities without their modules.
func pathOf(prefix, rest *pb.Path) (yang.Path, error) {
	var p yang.Path
	for _, e := range slices.Concat(prefix.GetElem(), rest.GetElem()) {
		if !yang.IsName(e.GetName()) {
			return nil, fmt.Errorf("%w: an element of the answer has no name", yang.ErrPath)
		}
		s := yang.Step{Name: yang.Plain(e.GetName())}
		for name, value := range e.GetKey() {
			if !yang.IsName(name) {
				return nil, fmt.Errorf("%w: a key of the answer has no name", yang.ErrPath)
			}
			s.Keys = append(s.Keys, yang.Key{Name: yang.Plain(name), Value: yang.Identity(yang.Plain(name), value)})
		}
		yang.SortKeys(s.Keys)
		if p = append(p, s); len(p) > yang.MaxDepth {
			return nil, fmt.Errorf("%w: the answer has one with more than %d elements", yang.ErrPath, yang.MaxDepth)
		}
	}
	return p, nil
}
