package yang

import (
	"slices"
	"strconv"
	"strings"
)

// Plain is a name without its module where that is one of OpenConfig's. Other modules stay: what
// they add to the model is not the model's.
func Plain(name string) string {
	if !strings.HasPrefix(name, "openconfig-") {
		return name
	}
	if _, local, found := strings.Cut(name, ":"); found && local != "" {
		return local
	}
	return name
}

// Identity is the value of a key, without its module where it is an identity: the key type of an
// acl-set is ACL_IPV4 or openconfig-acl:ACL_IPV4. [openconfig-acl: type is an identityref]
func Identity(name, value string) string {
	if name != "type" {
		return value
	}
	module, local, found := strings.Cut(value, ":")
	if !found || local == "" || nameLength(module) != len(module) || strings.Trim(local, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
		return value
	}
	return local
}

// Canonical is a path with names and identities without their modules.
func (p Path) Canonical() Path {
	out := slices.Clone(p)
	for i, s := range out {
		out[i].Name = Plain(s.Name)
		out[i].Keys = nil
		for _, k := range s.Keys {
			out[i].Keys = append(out[i].Keys, Key{Plain(k.Name), Identity(Plain(k.Name), k.Value)})
		}
		SortKeys(out[i].Keys)
	}
	return out
}

// Shape is the names of a step's keys.
func (s Step) Shape() string {
	switch len(s.Keys) {
	case 0:
		return ""
	case 1:
		return s.Keys[0].Name
	}
	var b strings.Builder
	for _, k := range s.Keys {
		b.WriteString(k.Name + " ")
	}
	return b.String()
}

// Row is the values of a step's keys.
func (s Step) Row() string {
	if len(s.Keys) == 1 {
		return s.Keys[0].Value
	}
	var b strings.Builder
	for _, k := range s.Keys {
		b.WriteString(strconv.Itoa(len(k.Value)) + ":" + k.Value)
	}
	return b.String()
}

// Meets reports whether two canonical steps may be of the same node: a key that one of them lacks, or
// that is *, stands for all.
func (s Step) Meets(o Step) bool {
	if s.Name != o.Name {
		return false
	}
	for _, a := range s.Keys {
		for _, b := range o.Keys {
			if a.Name == b.Name && a.Value != b.Value && a.Value != "*" && b.Value != "*" {
				return false
			}
		}
	}
	return true
}

// Meets reports whether one canonical path is the other, or leads to it.
func (p Path) Meets(o Path) bool {
	for i := range min(len(p), len(o)) {
		if !p[i].Meets(o[i]) {
			return false
		}
	}
	return true
}
