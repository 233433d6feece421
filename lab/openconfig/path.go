package openconfig

import (
	"fmt"
	"slices"
	"strings"

	"github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func refuse(c codes.Code, format string, args ...any) error { return status.Errorf(c, format, args...) }

func invalid(p place, why string) error { return refuse(codes.InvalidArgument, "%s: %s", p, why) }

// wanted is one element of a path as a client gives it. A name "..." is any number of elements,
// "*" any one; so is the value of a key that is "*" or left out.
type wanted struct {
	name string
	keys map[string]string
}

// joined are the elements of prefix and path. The origin must be OpenConfig's.
func joined(prefix, path *gnmi.Path) ([]wanted, error) {
	var out []wanted
	for _, p := range []*gnmi.Path{prefix, path} {
		if o := p.GetOrigin(); o != "" && o != "openconfig" {
			return nil, refuse(codes.Unimplemented, "origin %q is not implemented, only openconfig", o)
		}
		//lint:ignore SA1019 an old client must hear that it is not understood
		if len(p.GetElement()) > 0 {
			return nil, refuse(codes.InvalidArgument, "the path has `element`, which gNMI 0.4 took away: want `elem`")
		}
		for _, e := range p.GetElem() {
			out = append(out, wanted{e.GetName(), e.GetKey()})
		}
	}
	return out, nil
}

func (w wanted) isWild() bool {
	for _, v := range w.keys {
		if v == "*" {
			return true
		}
	}
	return w.name == "*" || w.name == "..."
}

func pathText(path []wanted) string {
	var p place
	for _, w := range path {
		e := elem{name: w.name}
		for k, v := range w.keys {
			e.keys = append(e.keys, key{k, v})
		}
		slices.SortFunc(e.keys, func(a, b key) int { return strings.Compare(a.name, b.name) })
		p = append(p, e)
	}
	return p.String()
}

// kidOf is the child of a statement that an element names, with or without the module.
func (w wanted) kidOf(s *statement) *statement {
	module, local, prefixed := strings.Cut(w.name, ":")
	if !prefixed {
		return s.kid(w.name)
	}
	if k := s.kid(local); k != nil && k.module == module {
		return k
	}
	return nil
}

// known reports whether the schema has the path; why says what is wrong. An unknown name at the
// root is a model that is not implemented, one below is an error in the path.
func known(s *statement, path []wanted) error {
	if len(path) == 0 {
		return nil
	}
	w := path[0]
	if w.name == "..." {
		err := known(s, path[1:])
		for _, k := range s.kids {
			if err != nil {
				err = known(k, path)
			}
		}
		return err
	}
	kids := s.kids
	if w.name != "*" {
		kids = nil
		if k := w.kidOf(s); k != nil {
			kids = []*statement{k}
		}
	}
	if len(kids) == 0 && s.name == "" {
		return refuse(codes.Unimplemented, "/%s is not implemented", w.name)
	}
	err := refuse(codes.InvalidArgument, "%q is no node of the schema", w.name)
	for _, k := range kids {
		if err = w.fits(k); err == nil {
			err = known(k, path[1:])
		}
		if err == nil {
			return nil
		}
	}
	return err
}

// fits checks the keys against the schema.
func (w wanted) fits(s *statement) error {
	for name, text := range w.keys {
		if s.sort != list || !slices.Contains(s.keys, name) {
			return refuse(codes.InvalidArgument, "%s has no key %q", s.name, name)
		}
		if _, ok := s.kid(name).is.parse(text, loosely); !ok && text != "*" {
			return refuse(codes.InvalidArgument, "%s: key %s: %.100q is no %s", s.name, name, text, s.kid(name).is.name)
		}
	}
	return nil
}

// check is known with the whole path in the words.
func check(s *statement, path []wanted) error {
	if strings.Count(pathText(path), "/...") > 1 {
		return refuse(codes.InvalidArgument, "%s: want `...` once at most", pathText(path))
	}
	if err := known(s, path); err != nil {
		return refuse(status.Code(err), "%s: %s", pathText(path), status.Convert(err).Message())
	}
	return nil
}

// find gives what a checked path finds in a tree, in the order of the tree. A list without its
// keys stands for all its entries.
func (n *node) find(path []wanted, at place) []hit {
	if n.entries != nil {
		var out []hit
		for _, e := range n.sorted() {
			out = append(out, e.find(path, at.entry(e))...)
		}
		return out
	}
	if len(path) == 0 {
		return []hit{{at, n}}
	}
	w := path[0]
	var out []hit
	if w.name == "..." {
		out = n.find(path[1:], at)
	}
	for _, s := range n.is.kids {
		k := n.kids[s.name]
		if k == nil {
			continue
		}
		switch here := at.down(s.name); {
		case w.name == "...":
			out = append(out, k.find(path, here)...)
		case w.name != "*" && w.kidOf(n.is) != s:
		case k.entries != nil:
			for _, e := range k.sorted() {
				if w.takes(e) {
					out = append(out, e.find(path[1:], here.entry(e))...)
				}
			}
		default:
			out = append(out, k.find(path[1:], here)...)
		}
	}
	return slices.CompactFunc(out, func(a, b hit) bool { return a.node == b.node })
}

// takes reports whether an entry has the wanted keys.
func (w wanted) takes(e *node) bool {
	for name, text := range w.keys {
		k := e.is.kid(name)
		if k == nil {
			return false
		}
		if v, _ := k.is.parse(text, loosely); text != "*" && v.text != e.text(name) {
			return false
		}
	}
	return true
}

// proto is a place as gNMI has it, without the first skip elements.
func (p place) proto(skip int) *gnmi.Path {
	out := &gnmi.Path{}
	for _, e := range p[min(skip, len(p)):] {
		pe := &gnmi.PathElem{Name: e.name}
		for _, k := range e.keys {
			if pe.Key == nil {
				pe.Key = map[string]string{}
			}
			pe.Key[k.name] = k.value
		}
		out.Elem = append(out.Elem, pe)
	}
	return out
}

func (h hit) String() string { return fmt.Sprintf("%s %s", h.at, encoding{true}.write(h.node)) }
