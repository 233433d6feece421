package openconfig

import (
	"strings"

	"op25b/acl"
	"op25b/templates/yang"
)

// setPath is where a list stands.
func setPath(name, typ string) string {
	return "/acl/acl-sets/acl-set" + keyed("name", name) + keyed("type", typ)
}

// entrancePath is where the entry for an interface stands.
func entrancePath(id string) string { return "/acl/interfaces/interface" + keyed("id", id) }

// boundPath is where a list is bound.
func boundPath(b acl.Binding, name string) string {
	way := ways()[0].name
	if b.Direction == acl.Out {
		way = ways()[1].name
	}
	return entrancePath(idOf(b)) + "/" + way + "-acl-sets/" + way + "-acl-set" + keyed("set-name", name) + keyed("type", typeOf(b.Family))
}

// idOf is the key of the entry for a binding's interface.
func idOf(b acl.Binding) string {
	if id, own := strings.CutPrefix(b.Tail, tail); own {
		return id
	}
	return b.Interface
}

// keyText are the keys of an item as a path has them.
func keyText(list string, item *node) string {
	var out strings.Builder
	for _, name := range keyNames(list, item) {
		out.WriteString(keyed(name, item.key(name)))
	}
	return out.String()
}

// keyed is a key as a path has it.
func keyed(name, value string) string { return yang.Key{Name: name, Value: value}.String() }
